"""What a simulated device's display shows, for ``uiautomator dump`` and ``screencap``."""

import struct
import zlib
from html import escape

WIDTH, HEIGHT = 720, 1280
SHADE = 0x30


def hierarchy(text: str, package: str) -> str:
    """The window with one text in it, as uiautomator writes it."""
    frame = f'bounds="[0,0][{WIDTH},{HEIGHT}]"'
    inner = f'package="{package}" content-desc="" clickable="false" enabled="true" {frame}'
    return (
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
        '<hierarchy rotation="0">'
        f'<node index="0" text="" resource-id="" class="android.widget.FrameLayout" {inner}>'
        f'<node index="0" text="{escape(text)}" resource-id="{package}:id/prompt" '
        f'class="android.widget.TextView" {inner} /></node></hierarchy>'
    )


def picture() -> bytes:
    """A PNG of the right size and one shade: nothing on it can be read, as no card number may be.

    Source: W3C PNG, 5 (chunks), 11.2 (IHDR, IDAT, IEND).
    """
    rows = (b"\0" + bytes([SHADE]) * (WIDTH // 8)) * HEIGHT
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
