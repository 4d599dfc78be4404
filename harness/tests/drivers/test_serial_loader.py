"""The service port's sender against a receiver that keeps to the letter of XMODEM's protocol text.

Source: Christensen (1982), Forsberg (1988): packets, starts by NAK or C, EOT, cancelling by CAN.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.serial_loader import Driver
from harness.errors import PortLost
from harness.model.roles import SaleResult, plays
from harness.model.updates import Image, Pushable
from harness.ports.memory import MemoryPort, pair

ACK, NAK, CAN, EOT, C = b"\x06", b"\x15", b"\x18", b"\x04", b"C"
CONTENT = bytes(at * 7 % 251 for at in range(3000))


def crc(octets: bytes) -> int:
    """CRC-16, polynomial 1021, from 0, most significant bit first: by hand."""
    value = 0
    for octet in octets:
        value ^= octet << 8
        for _ in range(8):
            value = (value << 1 ^ (0x1021 if value & 0x8000 else 0)) & 0xFFFF
    return value


class Receiver:
    """The terminal's end: what it says is given, what it hears is kept."""

    def __init__(self, clock: CooperativeClock, says: Iterator[bytes]) -> None:
        self.clock, self._says = clock, says
        self.port, self._line = pair(clock, "service port")
        self.heard: list[bytes] = []

    def live(self) -> None:
        """Say something, hear the sender out, say the next thing."""
        with_end: MemoryPort = self._line
        try:
            for said in self._says:
                with_end.write(said)
                self.heard.append(self._all())
        except PortLost:
            return

    def _all(self) -> bytes:
        octets = b""
        while (chunk := self._line.read(self.clock.now() + 0.5)) is not None:
            octets += chunk.data
        return octets


def sent(*says: bytes, content: bytes = CONTENT, **options: Any) -> tuple[SaleResult, list[bytes]]:
    """What becomes of an image, and what a receiver heard after each thing it said."""
    clock = CooperativeClock()
    receiver = Receiver(clock, iter(says))
    driver = Driver(receiver.port, **{"answer_within": 5.0, **options})
    image = Image("newer", len(content), lambda at, most: content[at : at + most])

    def story() -> SaleResult:
        clock.spawn("terminal", receiver.live)
        return driver.push_update(image)

    result = clock.run(story)
    return result, receiver.heard


def packets(size: int, check: Callable[[bytes], bytes], content: bytes = CONTENT) -> list[bytes]:
    """What is to be sent, and EOT."""
    head = b"\x01" if size == 128 else b"\x02"
    rows = []
    for number, at in enumerate(range(0, len(content), size), 1):
        block = content[at : at + size].ljust(size, b"\x1a")
        rows.append(head + bytes([number % 256, 255 - number % 256]) + block + check(block))
    return [*rows, EOT]


def by_crc(block: bytes) -> bytes:
    """Of a packet."""
    return crc(block).to_bytes(2, "big")


def by_sum(block: bytes) -> bytes:
    """Of an older one."""
    return bytes([sum(block) % 256])


def test_it_hands_images_over() -> None:
    """And does nothing before."""
    assert plays(Driver(pair(CooperativeClock(), "x")[0]), Pushable)


@pytest.mark.parametrize(
    ("start", "size", "check"),
    [(C, 128, by_crc), (NAK, 128, by_sum), (C, 1024, by_crc), (NAK, 1024, by_sum)],
)
def test_packets_are_those_of_the_text(
    start: bytes, size: Any, check: Callable[[bytes], bytes]
) -> None:
    """Number and its complement, content filled up with 1A, sum or CRC with its high byte first."""
    wanted = packets(size, check)

    result, heard = sent(start, *[ACK] * len(wanted), packet=size)

    assert result.outcome == "approved"
    assert heard[: len(wanted)] == wanted


def test_numbers_go_on_at_0_behind_255() -> None:
    """The first is 1."""
    content = bytes(300 * 128)
    wanted = packets(128, by_crc, content)

    result, heard = sent(C, *[ACK] * len(wanted), content=content, packet=128)

    assert result.outcome == "approved"
    assert [row[1] for row in heard[254:258]] == [255, 0, 1, 2]
    assert heard[: len(wanted)] == wanted


def test_a_packet_that_is_refused_comes_again() -> None:
    """As it was; so does an EOT, which receivers refuse once to be sure."""
    wanted = packets(1024, by_crc)

    result, heard = sent(C, ACK, NAK, NAK, ACK, ACK, NAK, ACK)

    assert result.outcome == "approved"
    assert heard[:7] == [wanted[0], wanted[1], wanted[1], wanted[1], wanted[2], EOT, EOT]


@pytest.mark.parametrize(
    "before", [b"\r\nLOADER 1.0\r\n", b"\x00\xff", b".....", b"CONNECT 115200", b"C\x15\x18 NC."]
)
def test_what_a_loader_says_first_is_no_start(before: bytes) -> None:
    """A greeting, noise of a port that was switched on: it waits for C or NAK."""
    wanted = packets(1024, by_crc)

    result, heard = sent(before, C, *[ACK] * len(wanted))

    assert result.outcome == "approved"
    assert heard[1 : 1 + len(wanted)] == wanted


def test_a_terminal_that_asks_without_a_pause_is_heard() -> None:
    """Some say C as fast as they can until a packet begins."""
    clock = CooperativeClock()
    ours, theirs = pair(clock, "service port")
    heard = bytearray()

    def hasty() -> None:
        while not heard:
            theirs.write(C)
            if (chunk := theirs.read(clock.now() + 0.05)) is not None:
                heard.extend(chunk.data)
        clock.sleep(0.5)
        theirs.write(CAN + CAN)

    def story() -> SaleResult:
        clock.spawn("terminal", hasty)
        return Driver(ours).push_update(
            Image("newer", 9, lambda at, most: b"123456789"[at:][:most])
        )

    assert clock.run(story).code == "CAN"
    assert heard[:3] == b"\x02\x01\xfe"


@pytest.mark.parametrize("says", [(CAN + CAN,), (C, CAN + CAN), (C, ACK, CAN + CAN + CAN)])
def test_two_can_are_a_refusal(says: tuple[bytes, ...]) -> None:
    """At any time; nothing more is sent."""
    result, heard = sent(*says)

    assert (result.outcome, result.code) == ("failed", "CAN")
    assert len(heard) < len(says)


@pytest.mark.parametrize(
    "says", [(), (C,), (C, ACK), (C, *[NAK] * 40), (C, ACK, ACK, ACK), (b"x" * 50,)]
)
def test_who_does_not_take_it_has_not_got_it(says: tuple[bytes, ...]) -> None:
    """Silence before, in the middle, at the end; NAK for ever; no start: it ends and says so."""
    result, _ = sent(*says, answer_within=2.0)

    assert result.outcome == "failed"


def test_a_cancelled_transfer_says_nothing_of_the_next() -> None:
    """CAN that came after all was acknowledged, when nobody listened any more."""
    clock = CooperativeClock()
    content = b"0123456789"
    image = Image("newer", len(content), lambda at, most: content[at : at + most])
    receiver = Receiver(clock, iter([C, ACK, ACK, CAN * 2, C, ACK, ACK]))
    driver = Driver(receiver.port, answer_within=5.0, packet=128)

    def story() -> tuple[str, str]:
        clock.spawn("terminal", receiver.live)
        first = driver.push_update(image)
        clock.sleep(0.8)
        return first.outcome, driver.push_update(image).outcome

    assert clock.run(story) == ("approved", "approved")


def test_the_line_that_wakes_a_loader_comes_first() -> None:
    """And nothing else until it asks."""
    result, heard = sent(b"", C, *[ACK] * 9, attention="LOAD\r")

    assert result.outcome == "approved"
    assert heard[0] == b"LOAD\r"
