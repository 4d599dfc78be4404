"""One end of a connection, segment by segment (RFC 9293, RFC 6298, RFC 5681)."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.sim.tcp import HEADER, LARGEST, TRIES, End, Segment

T = TypeVar("T")


class Wire:
    """A client's end that is open, and what it sends."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock = clock
        self.sent: list[tuple[float, Segment]] = []
        self.end = End(clock, "host:1", lambda one: self.sent.append((clock.now(), one)))
        self.end.connect()
        self.end.receive(Segment("SA", 0, 1))

    def heard(self) -> bytes:
        """Everything the reader has got so far."""
        heard = b""
        while (chunk := self.end.read(self.clock.now())) is not None:
            heard += chunk.data
        return heard

    def said(self) -> list[Segment]:
        """What was sent since the last time."""
        said = [segment for _, segment in self.sent]
        self.sent.clear()
        return said


def on_wire(story: Callable[[Wire], T]) -> T:
    """Run a story on a new connection."""
    clock = CooperativeClock()
    return clock.run(lambda: story(Wire(clock)))


def test_the_handshake() -> None:
    """SYN, and ACK of the SYN-ACK; a repeated SYN-ACK is acknowledged again."""

    def story(wire: Wire) -> list[Segment]:
        wire.end.receive(Segment("SA", 0, 1))
        return wire.said()

    assert on_wire(story) == [Segment("S"), Segment("A", 1, 1), Segment("A", 1, 1)]


@pytest.mark.parametrize(
    "order",
    [
        [(1, b"ab"), (3, b"cd"), (5, b"ef")],
        [(5, b"ef"), (3, b"cd"), (1, b"ab")],
        [(1, b"ab"), (1, b"ab"), (3, b"cd"), (5, b"ef"), (3, b"cd")],
        [(3, b"cd"), (1, b"abcd"), (4, b"def")],
        [(1, b"abc"), (2, b"bcdef")],
        [(5, b"e"), (5, b"ef"), (1, b"abcd")],
    ],
)
def test_segments_in_any_order_and_overlap_give_the_same_bytes(
    order: list[tuple[int, bytes]],
) -> None:
    """Each byte once; the last ACK names the next byte wanted."""

    def story(wire: Wire) -> tuple[bytes, int]:
        for seq, payload in order:
            wire.end.receive(Segment("A", seq, 1, payload))
        return wire.heard(), wire.said()[-1].ack

    assert on_wire(story) == (b"abcdef", 7)


def test_a_fin_counts_only_behind_the_last_byte() -> None:
    """It may overtake the data; the reader still gets all of it first."""

    def story(wire: Wire) -> bytes:
        wire.end.receive(Segment("FA", 4, 1))
        assert not wire.end.readable
        wire.end.receive(Segment("A", 1, 1, b"abc"))
        chunk = wire.end.read(0)
        assert chunk is not None
        with pytest.raises(PortLost, match="closed by the other end"):
            wire.end.read(0)
        return chunk.data

    assert on_wire(story) == b"abc"


def test_data_is_cut_to_segments_and_the_first_flight_is_ten() -> None:
    """1360 bytes each, 40 of header; more only when acknowledged."""

    def story(wire: Wire) -> tuple[list[int], int]:
        wire.said()
        wire.end.write(b"x" * 20 * LARGEST)
        first = [segment.size for segment in wire.said()]
        wire.end.receive(Segment("A", 1, 1 + LARGEST))
        return first, len(wire.said())

    assert on_wire(story) == ([HEADER + LARGEST] * 10, 2)


def test_retries_double_and_end() -> None:
    """1, 2, 4 .. seconds apart, the same bytes; then the reader is told."""

    def story(wire: Wire) -> tuple[list[float], set[Segment], str]:
        wire.said()
        wire.end.write(b"abc")
        wire.clock.sleep(300)
        times = [when for when, _ in wire.sent]
        return times, set(wire.said()), wire.end.why

    times, segments, why = on_wire(story)

    assert times == [0, 1, 3, 7, 15, 31, 63]
    assert len(times) == TRIES + 1
    assert segments == {Segment("A", 1, 1, b"abc")}
    assert why == "no answer from the other end"


def test_three_repeated_acks_send_the_lost_segment_at_once() -> None:
    """Without waiting for the timer (RFC 5681, 3.2)."""

    def story(wire: Wire) -> tuple[float, list[Segment]]:
        wire.end.write(b"x" * 5 * LARGEST)
        wire.said()
        for _ in range(3):
            wire.end.receive(Segment("A", 1, 1))
        return wire.clock.now(), wire.said()

    when, said = on_wire(story)

    assert when == 0
    assert [segment.seq for segment in said] == [1]


def test_an_ack_for_what_was_never_sent_is_ignored() -> None:
    """Neither crash nor progress."""

    def story(wire: Wire) -> str:
        wire.end.receive(Segment("A", 1, 999))
        wire.end.receive(Segment("A", 1, 0))
        wire.end.write(b"abc")
        wire.end.receive(Segment("A", 1, 4))
        wire.clock.sleep(100)
        return f"{wire.end.state} {wire.end.sent_again}"

    assert on_wire(story) == "open 0"


def test_a_reset_while_connecting_is_a_refusal() -> None:
    """And afterwards an end is deaf."""
    clock = CooperativeClock()

    def main() -> list[str]:
        end = End(clock, "host:1", lambda _: None)
        end.connect()
        end.receive(Segment("R"))
        end.receive(Segment("SA", 0, 1))
        return [end.state, end.why]

    assert clock.run(main) == ["ended", "refused"]
