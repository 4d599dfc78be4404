"""adb's transport: what a host and a device's daemon say to each other, over USB or TCP.

A message is a header of six words and a payload. Streams are opened by name (``adb_smart.py``,
``adb_shell.py`` and ``adb_sync.py`` have what goes through them), and each WRTE waits for the OKAY
of the one before. A message that is wrong ends the connection: nothing after it can be trusted.

Source: AOSP, packages/modules/adb: docs/dev/protocol.md (messages, constants, who may speak when),
adb.h (versions, sizes); the checksum is not looked at from version 01000001 on.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.errors import Garbled

HEADER = struct.Struct("<4s5I")
COMMANDS = frozenset({"SYNC", "CNXN", "AUTH", "OPEN", "OKAY", "CLSE", "WRTE", "STLS"})
#: Up to the first, checksums are looked at; from the second on they are not.
CHECKED, UNCHECKED = 0x01000000, 0x01000001
#: Bytes of a payload: what every version takes, and the most there is.
USUAL, MOST = 4096, 1 << 20
#: First argument of AUTH.
TOKEN, SIGNATURE, PUBLIC_KEY = 1, 2, 3
TOKEN_SIZE = 20  # bytes: as a SHA-1, which is what is signed


def checksum(payload: bytes) -> int:
    """The sum of its bytes; the standard calls it a CRC."""
    return sum(payload) & 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        command: A word of ``COMMANDS``.
        first: CNXN: version; AUTH: what it is; else the sender's stream.
        second: CNXN: longest payload it takes; else the receiver's stream.
        payload: What follows the header.
    """

    command: str
    first: int = 0
    second: int = 0
    payload: bytes = b""

    def to_bytes(self) -> bytes:
        """Header and payload; the checksum is always right, whoever looks at it."""
        word = self.command.encode("ascii")
        magic = int.from_bytes(word, "little") ^ 0xFFFFFFFF
        size = len(self.payload)
        return HEADER.pack(word, self.first, self.second, size, checksum(self.payload), magic) + (
            self.payload
        )


class Deframer:
    """Messages out of a stream of bytes, however it is cut.

    Attributes:
        checked: Whether checksums are looked at; both ends' CNXN decide.
    """

    def __init__(self, *, checked: bool = True) -> None:
        self.checked = checked
        self._kept = bytearray()

    def feed(self, octets: bytes) -> None:
        """Take what came."""
        self._kept += octets

    def take(self) -> Message | None:
        """The next message, None until there is a whole one; raises Garbled."""
        if len(self._kept) < HEADER.size:
            return None
        word, first, second, size, told, magic = HEADER.unpack_from(self._kept)
        command = word.decode("ascii", "replace")
        if command not in COMMANDS or magic != int.from_bytes(word, "little") ^ 0xFFFFFFFF:
            raise Garbled(f"adb: no message begins with {word.hex(' ')}")
        if size > MOST:
            raise Garbled(f"adb: {command} announces {size} bytes")
        end = HEADER.size + size
        if len(self._kept) < end:
            return None
        payload = bytes(self._kept[HEADER.size : end])
        del self._kept[:end]
        if self.checked and told != checksum(payload):
            raise Garbled(f"adb: {command} has a wrong checksum")
        return Message(command, first, second, payload)


# --- who is there ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Banner:
    """What a CNXN says of its sender.

    Attributes:
        kind: ``host``, ``device``, ``recovery``, ``sideload``, ``bootloader`` ...
        properties: ``ro.product.model`` and the like.
        features: What it can do: ``shell_v2``, ``cmd`` ...
    """

    kind: str
    properties: Mapping[str, str] = field(default_factory=dict)
    features: Sequence[str] = ()

    def to_bytes(self) -> bytes:
        """``kind::name=value;...;features=a,b``."""
        rows = [f"{name}={value};" for name, value in self.properties.items()]
        rows += [f"features={','.join(self.features)}"] if self.features else []
        return f"{self.kind}::{''.join(rows)}".encode()

    @classmethod
    def from_bytes(cls, octets: bytes) -> "Banner":
        """Whatever it is: makers write what they like, so nothing here is an error."""
        kind, _, rest = octets.rstrip(b"\0").decode("utf-8", "replace").partition(":")
        said = rest.partition(":")[2]
        rows = dict(row.split("=", 1) for row in said.split(";") if "=" in row)
        features = [one for one in rows.pop("features", "").split(",") if one]
        return cls(kind, rows, tuple(features))
