"""A cash register by somebody else: the ECR side of ZVT over TCP, and a sale with its rules.

Source: ZVT PA00P015 (2.1 registration, 2.2 authorisation with 2.2.8, 2.2.9; 2.36, 2.55; 3) and
PA00P016 (TCP; any fragmentation). Cards are put in by a serial relay board: LC Technology LCUS-8.
Imports nothing of the harness.

``python zvt_register.py ECR-HOST:PORT RELAY-TTY`` wants a powered terminal of password 000000.
"""

import re
import select
import socket
import sys
from collections.abc import Callable

import serial

Apdu = tuple[int, bytes]
ACK = bytes.fromhex("800000")
REGISTER = bytes.fromhex("060006000000080156")
REPEAT, STATUS = bytes.fromhex("062003000000"), bytes.fromhex("050103000000")
ABORT, SALE = bytes.fromhex("06B000"), bytes.fromhex("06010704000000001234")
COMPLETED, ABORTED, RESULT, INTERMEDIATE = 0x060F, 0x061E, 0x040F, 0x04FF


class Board:
    """The card presenter: channels 1 and 2 choose a card, 3 pushes it in."""

    def __init__(self, tty: str) -> None:
        self.line = serial.Serial(tty, 9600, timeout=1)

    def switch(self, channel: int, on: int) -> None:
        self.line.write(bytes([0xA0, channel, on, (0xA0 + channel + on) & 0xFF]))
        wait(0.02)

    def states(self) -> dict[int, bool]:
        """What ``FF`` is answered."""
        self.line.reset_input_buffer()
        self.line.write(b"\xff")
        told = b"".join(self.line.readline() for _ in range(8))
        return {int(n): s == b"ON" for n, s in re.findall(rb"CH(\d): ?(ON|OFF)", told)}

    def insert(self) -> None:
        for channel in (1, 2):
            self.switch(channel, 0)
        wait(0.3)
        self.switch(3, 1)

    def remove(self) -> None:
        self.switch(3, 0)


def wait(seconds: float) -> None:
    """Let time pass."""
    select.select([], [], [], seconds)


class Register:
    """One connection."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), 5)
        self.kept = b""
        self.said: list[Apdu] = []

    def send(self, octets: bytes, *, in_pieces: bool = False) -> None:
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(len(octets)) if in_pieces else ():
            self.socket.sendall(octets[at : at + 1])
            wait(0.01)
        if not in_pieces:
            self.socket.sendall(octets)

    def hear(self, within: float = 90) -> Apdu:
        """The next message; raises TimeoutError, or EOFError when the terminal hung up."""
        self.socket.settimeout(within)
        while True:
            if len(self.kept) >= 3:
                size, start = self.kept[2], 3
                if size == 0xFF and len(self.kept) >= 5:
                    size, start = int.from_bytes(self.kept[3:5], "little"), 5
                if len(self.kept) >= start + size:
                    whole, self.kept = self.kept[: start + size], self.kept[start + size :]
                    return int.from_bytes(whole[:2], "big"), whole[start:]
            got = self.socket.recv(4096)
            if not got:
                raise EOFError("the terminal hung up")
            self.kept += got

    def command(self, octets: bytes, *, in_pieces: bool = False) -> int:
        """Send, and return what answers it: 8000, or 84xx."""
        self.send(octets, in_pieces=in_pieces)
        return self.hear(5)[0]

    def follow(self, on: dict[int, Callable[[], None]] | None = None) -> tuple[int, bytes]:
        """All that follows, acknowledged, to 06 0F or 06 1E, which is returned."""
        while True:
            command, payload = self.hear()
            self.said.append((command, payload))
            self.send(ACK)
            if command == INTERMEDIATE and on and payload[0] in on:
                on[payload[0]]()
            if command in (COMPLETED, ABORTED):
                return command, payload


def result_of(said: list[Apdu]) -> tuple[int, int, int]:
    """(result, amount, trace number) of the last 04 0F."""
    payload = next(p for c, p in reversed(said) if c == RESULT)
    sizes = {0x27: 1, 0x04: 6, 0x49: 2, 0x0B: 3, 0x0C: 3, 0x0D: 2, 0x87: 2}
    at, got = 0, {}
    while at < len(payload) and payload[at] in sizes:
        tag, size = payload[at], sizes[payload[at]]
        got[tag] = payload[at + 1 : at + 1 + size]
        at += 1 + size
    assert {0x27, 0x04, 0x0B} <= set(got), payload.hex()
    return got[0x27][0], int(got[0x04].hex()), int(got[0x0B].hex())


def registers(address: str, board: Board) -> None:
    """06 00, in one piece and byte by byte; its completion tells terminal number and currency."""
    one = Register(address)
    for in_pieces in (False, True):
        assert one.command(REGISTER, in_pieces=in_pieces) == 0x8000
        last, payload = one.follow()
        assert last == COMPLETED
        assert payload[0] == 0x19, payload.hex()
        assert b"\x49\x01\x56" in payload, payload.hex()
        assert b"\x29" in payload, payload.hex()
    assert one.command(bytes.fromhex("060006999999080156")) >> 8 == 0x84


def unknown(address: str, board: Board) -> None:
    """What it does not know it refuses (84 xx), whatever its length; the dialogue goes on."""
    one = Register(address)
    assert one.command(bytes.fromhex("0F1E00")) == 0x8483
    assert one.command(bytes.fromhex("0F1EFF0001") + bytes(256)) == 0x8483
    assert one.command(bytes.fromhex("060100")) >> 8 == 0x84, "a sale without an amount"
    assert one.command(STATUS) == 0x8000
    last, payload = one.follow()
    assert last == COMPLETED
    head = 3 + int(bytes(octet & 15 for octet in payload[:3]).hex()[1::2])
    assert payload[head] == 0x00, f"status {payload[head]:02X}, version {payload[3:head]!r}"


def until_ready(address: str, board: Board) -> None:
    """The status byte becomes 00 within two minutes of power on."""
    for _ in range(60):
        try:
            one = Register(address)
            if one.command(STATUS) == 0x8000:
                _, payload = one.follow()
                head = 3 + int(bytes(octet & 15 for octet in payload[:3]).hex()[1::2])
                if payload[head] == 0:
                    return
            one.socket.close()
        except (OSError, EOFError):
            pass
        wait(2)
    raise AssertionError("never ready")


def sells(address: str, board: Board) -> None:
    """A chip sale: 04 FF 0A asks for the card, 0B for its removal; 04 0F with result 00; 06 0F."""
    one = Register(address)
    assert one.command(REGISTER) == 0x8000
    one.follow()
    assert one.command(SALE, in_pieces=True) == 0x8000
    last, _ = one.follow({0x0A: board.insert, 0x0B: board.remove})
    board.remove()
    statuses = [payload[0] for command, payload in one.said if command == INTERMEDIATE]
    assert last == COMPLETED, one.said
    result, amount, trace = result_of(one.said)
    assert (result, amount) == (0, 1234)
    assert 0x0A in statuses, statuses
    one.said.clear()
    assert one.command(REPEAT) == 0x8000
    assert one.follow()[0] == COMPLETED
    assert result_of(one.said) == (0, 1234, trace), "06 20 tells another result"


def cancels(address: str, board: Board) -> None:
    """06 B0 while it waits for a card: acknowledged, then 06 1E 6C; one sale at a time."""
    one = Register(address)
    assert one.command(REGISTER) == 0x8000
    one.follow()
    assert one.command(SALE) == 0x8000
    wait(1.5)
    two = Register(address)
    assert two.command(SALE) >> 8 == 0x84, "two sales at a time"
    one.send(ABORT)
    code = -1
    while True:
        command, payload = one.hear(20)
        if command == 0x8000:
            continue
        one.send(ACK)
        if command in (COMPLETED, ABORTED):
            code = payload[0] if command == ABORTED else -1
            break
    assert code == 0x6C, f"{code:02X}"


def withholds(address: str, board: Board) -> None:
    """No 80 00 00 after 04 0F: the sale must be undone by the terminal itself (2.2.8)."""
    one = Register(address)
    assert one.command(REGISTER) == 0x8000
    one.follow()
    assert one.command(SALE) == 0x8000
    deaf = False
    try:
        while True:
            command, payload = one.hear(40)
            if command == RESULT:
                deaf = True
            if command == INTERMEDIATE and payload[0] == 0x0A:
                board.insert()
            if command == INTERMEDIATE and payload[0] == 0x0B:
                board.remove()
            if not deaf:
                one.send(ACK)
            if command in (COMPLETED, ABORTED):
                one.send(ACK)
                break
    except (TimeoutError, EOFError):
        command = 0
    board.remove()
    assert command != COMPLETED, "it says completed what nobody acknowledged"
    one.socket.close()
    wait(8)
    two = Register(address)
    assert two.command(REPEAT) == 0x8000
    last, _ = two.follow()
    results = [one for one in two.said if one[0] == RESULT]
    assert last == ABORTED or (results and result_of(results)[0] != 0), "06 20 says it stands"


def hangs_up(address: str, board: Board) -> None:
    """Garbage, half a message and a hang-up do not stop the terminal."""
    for rubbish in (
        b"\xff" * 400,
        b"\x06",
        bytes(range(256)),
        b"\x06\x01\xff\xff\xff",
        b"\x06\x00\x06",
    ):
        one = Register(address)
        one.send(rubbish)
        wait(0.2)
        one.socket.close()
    registers(address, board)


def switches(address: str, board: Board) -> None:
    """The relay board: each channel alone, a wrong sum and rubbish change nothing, FF tells all."""
    board.line.write(b"\xa0\x05\x01\x00" + b"\x00\x13\x37")
    wait(0.1)
    assert not any(board.states().values()), board.states()
    for channel in (5, 6, 7, 8):
        board.switch(channel, 1)
        assert board.states() == {n: n == channel for n in range(1, 9)}
        board.switch(channel, 0)


TRIED: tuple[Callable[[str, Board], None], ...] = (
    switches, until_ready, registers, unknown, sells, cancels, withholds, hangs_up, sells,
)  # fmt: skip


def main(address: str, tty: str) -> int:
    """Try all; 1 when anything differs."""
    failed, board = 0, Board(tty)
    for act in TRIED:
        try:
            act(address, board)
        except (AssertionError, OSError, EOFError) as error:
            failed = 1
            sys.stderr.write(f"{act.__name__}: {type(error).__name__}: {error}\n")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
