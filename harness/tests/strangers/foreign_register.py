"""The register's end of a terminal by somebody else: ZVT over TCP, and what it keeps.

Sources: ZVT PA00P015 2.1, 2.2, 2.36, 2.55, 3 and PA00P016 (TCP, any fragmentation). Imports nothing
of the harness.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from foreign_wire import Fields  # type: ignore[import-not-found]

#: Messages of a dialogue; each is told whether the one before was acknowledged.
Talk = Generator[bytes, bool | None, None]
Row = dict[str, int]
ACK = bytes.fromhex("800000")
OK, DECLINED, SILENT, NO_CARD, CANCELLED, FAULT = 0x00, 0x05, 0xA1, 0x6C, 0x6C, 0xFF
CARD = "999999xxxxxx0014"


class Dead(Exception):
    """The power has gone."""


@dataclass
class Flash:
    """What outlives a cut."""

    ran: bool = False
    stan: int = 100
    batch: int = 1
    owed: Fields = field(default_factory=dict)
    done: list[Row] = field(default_factory=list)
    last: Row = field(default_factory=dict)
    due: Row = field(default_factory=dict)  # approved, and its receipt not printed


@dataclass
class World:
    """What its sockets and slots are connected to."""

    host: str
    beacon: str
    bad: set[str]
    patience: float
    card: threading.Event = field(default_factory=threading.Event)
    console: int = -1
    port: int = 0


class Desk:
    """Answers a register; a terminal adds ``sale``."""

    def __init__(self, world: World, flash: Flash) -> None:
        self.world, self.flash, self.bad = world, flash, world.bad
        self.off, self.dialogue = threading.Event(), threading.Lock()
        self.ready = False

    def wait(self, seconds: float = 0.0) -> None:
        if self.off.wait(seconds):
            raise Dead

    def log(self, text: str) -> None:
        if "mute" not in self.bad and self.world.console >= 0 and not self.off.is_set():
            os.write(self.world.console, f"<6>[{id(text) % 9999:04d}] {text}\n".encode())

    def sale(self, payload: bytes) -> Talk:
        raise NotImplementedError

    def serve(self, connection: socket.socket) -> None:
        kept = b""
        acts: dict[int, Callable[[bytes], Talk]] = {
            0x0600: self.register, 0x0601: self.sale, 0x0501: self.status,
            0x0620: self.repeat, 0x06B0: self.nothing,
        }  # fmt: skip
        with contextlib.suppress(OSError, Dead), connection:
            while True:
                command, payload, kept = next_apdu(connection, kept, 3600)
                if command == 0x8000 or command >> 8 == 0x84:
                    continue
                if command not in acts:
                    connection.sendall(bytes.fromhex("840083" if command == 0x0670 else "848300"))
                elif command == 0x0601 and not self.ready:
                    connection.sendall(bytes.fromhex("849C00"))
                elif command == 0x0501:
                    connection.sendall(ACK)
                    kept = self.talk(connection, kept, acts[command](payload))
                else:
                    with self.dialogue:
                        connection.sendall(ACK)
                        kept = self.talk(connection, kept, acts[command](payload))

    def talk(self, connection: socket.socket, kept: bytes, said: Talk) -> bytes:
        """Say each message in fragments and wait for its acknowledgement."""
        heard: bool | None = None
        while True:
            try:
                message = said.send(heard)
            except StopIteration:
                return kept
            for at in range(0, len(message), 5):
                connection.sendall(message[at : at + 5])
                self.wait(0.002)
            try:
                command, _, kept = next_apdu(connection, kept, 5)
                heard = command == 0x8000
            except TimeoutError:
                heard = False

    def register(self, payload: bytes) -> Talk:
        yield apdu(0x060F, bytes.fromhex("1900291234567849015606 0A1F400201021FFF020304"))

    def status(self, payload: bytes) -> Talk:
        code = b"\x00" if self.ready else b"\x9c"
        tail = code + bytes.fromhex("060445020101")
        yield apdu(0x060F, b"\xf0\xf1\xf2" + b"FOO-POS-9.9 " + tail)

    def nothing(self, payload: bytes) -> Talk:
        yield apdu(0x061E, bytes([CANCELLED]))

    def repeat(self, payload: bytes) -> Talk:
        last = self.flash.last
        if not last:
            yield apdu(0x061E, b"\x83")
            return
        yield apdu(0x040F, told(OK if last["ok"] else SILENT, last["amount"], last["stan"], ""))
        yield apdu(0x060F)


def slips() -> Talk:
    """What a register prints: a line, and a text block whose length has two bytes."""
    yield apdu(0x06D1, b"\x40" + b"* * FOO POS * *")
    block = b"".join(b"\x07\x18" + f"PAN {CARD} OK.".ljust(24).encode() for _ in range(20))
    size = b"\x25\x82" + len(block).to_bytes(2, "big")
    yield apdu(0x06D3, bytes.fromhex("1F070101") + size + block)


def next_apdu(connection: socket.socket, kept: bytes, within: float) -> tuple[int, bytes, bytes]:
    """(command, its fields, what came behind it)."""
    connection.settimeout(within)
    while True:
        if len(kept) >= 3 and (kept[2] != 0xFF or len(kept) >= 5):
            start = 5 if kept[2] == 0xFF else 3
            size = int.from_bytes(kept[3:5], "little") if start == 5 else kept[2]
            if len(kept) >= start + size:
                whole, kept = kept[: start + size], kept[start + size :]
                return int.from_bytes(whole[:2], "big"), whole[start:], kept
        got = connection.recv(4096)
        if not got:
            raise OSError
        kept += got


def apdu(command: int, payload: bytes = b"") -> bytes:
    """A message; from 255 bytes on its length is FF, low, high."""
    size = len(payload)
    head = bytes([size]) if size < 255 else b"\xff" + size.to_bytes(2, "little")
    return command.to_bytes(2, "big") + head + payload


def told(code: int, amount: int, stan: int, text: str) -> bytes:
    """The fields of 04 0F, with some that few know, and one that nobody does, at the end."""
    rows = f"27{code:02x} 04{amount:012d} 490156 0b{stan:06d} 0c101112 0d0102 170001 8a05 "
    size = f"3cf0f{len(text) // 10}f{len(text) % 10}"
    rows += f"22f0f8999999eeeeee0014 {size}{text.encode().hex()} 060a 1f12010b 4c0401020304 "
    return bytes.fromhex((rows + "7f4242").replace(" ", ""))
