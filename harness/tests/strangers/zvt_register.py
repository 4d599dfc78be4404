"""A cash register by somebody else: the ECR side of ZVT, by TCP and serial, and its rules.

Source: ZVT PA00P015 (2.1 registration, 2.2 authorisation with 2.2.6, 2.2.8, 2.2.9; 2.9, 2.16, 2.20,
2.43, 2.56; 3) and PA00P016 (3 serial blocks; 4 TCP, any fragmentation). Cards are put in by a
serial relay board: LC Technology LCUS-8. Imports nothing of the harness.

``python zvt_register.py ECR-HOST:PORT RELAY-TTY ECR-TTY`` wants a powered terminal of password
000000 that takes CNY.
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
REPEAT, STATUS = bytes.fromhex("0620050000000303"), bytes.fromhex("050103000000")
TOTALS, END_OF_DAY = bytes.fromhex("061003000000"), bytes.fromhex("065003000000")
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


class SerialRegister(Register):
    """The same by serial blocks; ``spoil`` changes what is sent next."""

    def __init__(self, tty: str) -> None:
        self.line = serial.Serial(tty, 9600, stopbits=2, timeout=0.2)
        self.said: list[Apdu] = []
        self.waiting = b""
        self.spoil: Callable[[bytes], bytes] | None = None

    def send(self, octets: bytes, *, in_pieces: bool = False) -> None:
        """A block, and again until it is acknowledged, three times at most."""
        body = octets.replace(b"\x10", b"\x10\x10")
        block = b"\x10\x02" + body + b"\x10\x03" + checksum(octets).to_bytes(2, "little")
        for _ in range(3):
            sent, self.spoil = (self.spoil(block) if self.spoil else block), None
            for at in range(len(sent)) if in_pieces else ():
                self.line.write(sent[at : at + 1])
            if not in_pieces:
                self.line.write(sent)
            if self.sign() == b"\x06":
                return
        raise TimeoutError("three blocks, and no ACK")

    def sign(self) -> bytes:
        """What the terminal thinks of a block, T2 (5 s) at most."""
        for _ in range(25):
            got, self.waiting = (self.waiting or self.line.read(1)), b""
            if got:
                self.waiting = got[1:]
                return got[:1]
        return b""

    def hear(self, within: float = 90) -> Apdu:
        """The next good block, acknowledged."""
        kept, self.waiting = self.waiting, b""
        for _ in range(int(within * 5)):
            kept += self.line.read(max(1, self.line.in_waiting))
            found = re.search(rb"\x10\x02((?:[^\x10]|\x10\x10)*)\x10\x03(..)", kept, re.DOTALL)
            if found:
                self.waiting = kept[found.end() :]
                whole = found[1].replace(b"\x10\x10", b"\x10")
                good = checksum(whole) == int.from_bytes(found[2], "little")
                self.line.write(b"\x06" if good else b"\x15")
                if good:
                    start = 5 if whole[2] == 0xFF else 3
                    return int.from_bytes(whole[:2], "big"), whole[start:]
                kept, self.waiting = self.waiting, b""
        raise TimeoutError("nothing was said")


def checksum(octets: bytes) -> int:
    """CRC-16 by the polynomial x16 + x12 + x5 + 1, bits reflected, over the APDU and ETX."""
    value = 0
    for bit in (octet >> n & 1 for octet in octets + b"\x03" for n in range(8)):
        value = value >> 1 ^ (0x8408 if (value ^ bit) & 1 else 0)
    return value


def result_of(said: list[Apdu]) -> tuple[int, int, int]:
    """(result, amount, trace number) of the last 04 0F."""
    payload = next(p for c, p in reversed(said) if c == RESULT)
    sizes = {0x27: 1, 0x04: 6, 0x49: 2, 0x0B: 3, 0x0C: 3, 0x0D: 2, 0x87: 2, 0x19: 1, 0x29: 4}
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
    """A chip sale, by TCP."""
    sell_with(Register(address), board)


def sell_with(one: Register, board: Board) -> int:
    """04 FF 0A asks for the card, 0B for its removal; 04 0F with result 00; 06 0F; 06 20."""
    assert one.command(REGISTER) == 0x8000
    one.follow()
    one.said.clear()
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
    return receipt_of(one.said)


def receipt_of(said: list[Apdu]) -> int:
    """BMP 87 of the last 04 0F that has one."""
    payload = next(p for c, p in reversed(said) if c == RESULT and b"\x87" in p)
    found = re.search(rb"\x87(..)", payload, re.DOTALL)
    assert found
    return int(found[1].hex())


def takes_back(address: str, board: Board) -> None:
    """06 30 by the receipt number: once, and not twice; 06 10 tells the sum; 06 50 ends the day."""
    one = Register(address)
    receipt = sell_with(one, board)
    void = bytes.fromhex("063006000000") + b"\x87" + bytes.fromhex(f"{receipt:04d}")
    for wanted in (COMPLETED, ABORTED):
        assert one.command(void) == 0x8000
        assert one.follow()[0] == wanted
    one.said.clear()
    assert one.command(TOTALS) == 0x8000
    assert one.follow()[0] == COMPLETED
    told = next(p for c, p in one.said if c == RESULT)
    assert b"\x60\xf0\xf5\xf3" in told, told.hex()
    assert one.command(END_OF_DAY) == 0x8000
    assert one.follow()[0] == COMPLETED


def not_ready(address: str, board: Board) -> None:
    """84 9C to the result: it is told again; then 84 CC: the sale is undone (2.2.6)."""
    one = Register(address)
    assert one.command(REGISTER) == 0x8000
    one.follow()
    assert one.command(SALE) == 0x8000
    answers = [bytes.fromhex("849C00"), bytes.fromhex("84CC00")]
    while True:
        command, payload = one.hear()
        one.send(answers.pop(0) if command == RESULT and answers else ACK)
        if command == INTERMEDIATE and payload[0] == 0x0A:
            board.insert()
        if command in (COMPLETED, ABORTED):
            break
    board.remove()
    assert not answers, "a result was not told again"
    assert command == ABORTED


def by_line(tty: str, board: Board) -> None:
    """Blocks: a sale; a spoilt block and a lost one are asked for again."""
    one = SerialRegister(tty)
    one.spoil = lambda block: block[:-1] + bytes([block[-1] ^ 1])
    assert one.command(STATUS) == 0x8000
    one.follow()
    one.spoil = lambda block: block[:6]
    assert one.command(STATUS) == 0x8000
    one.follow()
    sell_with(one, board)


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
    switches, until_ready, registers, unknown, sells, cancels, withholds, takes_back, not_ready,
    hangs_up, sells, by_line,
)  # fmt: skip


def main(address: str, relay: str, tty: str) -> int:
    """Try all; 1 when anything differs."""
    failed, board = 0, Board(relay)
    for act in TRIED:
        try:
            act(tty if act is by_line else address, board)
        except (AssertionError, OSError, EOFError) as error:
            failed = 1
            sys.stderr.write(f"{act.__name__}: {type(error).__name__}: {error}\n")
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
