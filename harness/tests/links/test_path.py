"""One way through the network: order, rate, queue, loss, outage."""

import random
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import CooperativeClock
from harness.links.path import Burst, Path, Shape


def arrivals(shape: Shape, sizes: list[int], seed: int = 1) -> tuple[list[tuple[float, int]], Path]:
    """Send packets at once; returns (time, number) of what arrives."""
    clock = CooperativeClock()
    seen: list[tuple[float, int]] = []
    path = Path(clock, random.Random(seed), shape)

    def arrive(number: int) -> None:
        seen.append((clock.now(), number))

    def main() -> None:
        for number, size in enumerate(sizes):
            path.carry(size, partial(arrive, number))
        clock.sleep(1000)

    clock.run(main)
    return seen, path


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 2), st.floats(0, 3))
def test_order_is_kept_whatever_the_jitter(seed: int, delay: float, jitter: float) -> None:
    """No packet overtakes another."""
    seen, _ = arrivals(Shape(delay=delay, jitter=jitter, rate=None), [100] * 30, seed)

    assert [number for _, number in seen] == list(range(30))
    assert [when for when, _ in seen] == sorted(when for when, _ in seen)


def test_the_rate_spaces_packets_and_the_queue_is_finite() -> None:
    """1000 bytes at 8 kbit/s take a second each; what the queue does not hold is dropped."""
    seen, path = arrivals(Shape(delay=0, jitter=0, rate=8000, queue=3000), [1000] * 5)

    assert [round(when, 6) for when, _ in seen] == [1.0, 2.0, 3.0]
    assert path.count == {"bytes": 3000, "packets": 3, "dropped": 2}


def test_random_loss_has_its_share() -> None:
    """10 % of 4000 within four standard deviations."""
    _, path = arrivals(Shape(loss=0.1, rate=None), [100] * 4000)

    assert path.count["dropped"] == pytest.approx(400, abs=76)


def test_bursts_lose_packets_in_a_row() -> None:
    """Gilbert-Elliott: the share is begin / (begin + end), and losses stick together."""
    burst = Burst(begin=0.02, end=0.2)
    seen, _ = arrivals(Shape(rate=None, burst=burst), [100] * 6000)

    arrived = {number for _, number in seen}
    lost = [number for number in range(6000) if number not in arrived]
    runs = sum(1 for number in lost if number - 1 in arrived)
    assert len(lost) / 6000 == pytest.approx(0.02 / 0.22, abs=0.03)
    assert len(lost) / runs > 3


def test_an_outage_swallows_what_is_under_way_too() -> None:
    """A closed way delivers nothing, not even what was sent before."""
    clock = CooperativeClock()
    seen: list[int] = []

    def main() -> None:
        path = Path(clock, random.Random(1), Shape(delay=1.0, jitter=0))
        assert path.carry(100, lambda: seen.append(1)) == ""
        path.outage = True
        assert path.carry(100, lambda: seen.append(2)) == "outage"
        clock.sleep(2.0)
        path.outage = False
        assert path.carry(100, lambda: seen.append(3)) == ""
        clock.sleep(2.0)

    clock.run(main)

    assert seen == [3]


def test_duplicates_follow_their_packet() -> None:
    """Every packet of a path that copies all arrives twice, in order, and is counted once."""
    seen, path = arrivals(Shape(rate=None, duplicate=1.0), [100] * 5)

    assert [number for _, number in seen] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert path.count["packets"] == 5


def test_a_packet_with_a_wrong_bit_is_not_delivered_as_it_was() -> None:
    """Whoever wants it spoilt gets it; for others it ends at the receiver's checksum."""
    clock = CooperativeClock()
    seen: list[str] = []

    def main() -> None:
        path = Path(clock, random.Random(1), Shape(corrupt=1.0))
        assert path.carry(100, lambda: seen.append("whole"), lambda: seen.append("spoilt")) == ""
        assert path.carry(100, lambda: seen.append("whole")) == ""
        clock.sleep(1.0)

    clock.run(main)

    assert seen == ["spoilt"]


def test_some_overtake_where_that_is_asked() -> None:
    """Those that do without the delay; the others keep their order."""
    clock = CooperativeClock()
    seen: list[int] = []

    def main() -> None:
        path = Path(clock, random.Random(1), Shape(delay=0.1, jitter=0.0, reorder=0.2))
        for number in range(50):
            path.carry(100, partial(seen.append, number))
            clock.sleep(0.01)
        clock.sleep(1.0)

    clock.run(main)

    behind = [number for at, number in enumerate(seen) if any(n > number for n in seen[:at])]
    early = [number for number in seen if number not in behind]
    assert sorted(seen) == list(range(50))
    assert behind == sorted(behind)
    assert early
    assert len(behind) > len(early)


def test_what_is_longer_than_the_mtu_is_dropped() -> None:
    """And told why."""
    path = Path(CooperativeClock(), random.Random(1), Shape(mtu=1000))

    assert path.carry(1001, lambda: None) == "mtu"
    assert path.carry(1000, lambda: None) == ""


def test_a_change_of_rate_keeps_what_waits() -> None:
    """8 kB at 64 kbit/s are a second; at half the rate what is left of them takes twice as long."""
    clock = CooperativeClock()
    seen: list[float] = []

    def main() -> None:
        slow = Shape(delay=0, jitter=0, rate=64_000, queue=100_000)
        path = Path(clock, random.Random(1), slow)
        path.carry(8000, lambda: None)
        clock.sleep(0.5)
        path.shape = replace(slow, rate=32_000)
        assert path.waiting == pytest.approx(4000)
        path.carry(4000, lambda: seen.append(clock.now()))
        clock.sleep(10)

    clock.run(main)

    assert seen == pytest.approx([2.5])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_every_packet_has_one_fate(
    seed: int, loss: float, duplicate: float, corrupt: float, reorder: float
) -> None:
    """It is dropped, spoilt, or arrives; the same seed decides the same."""
    shape = Shape(loss=loss, duplicate=duplicate, corrupt=corrupt, reorder=reorder)

    seen, path = arrivals(shape, [100] * 40, seed)

    assert arrivals(shape, [100] * 40, seed)[0] == seen
    assert path.count["packets"] + path.count["dropped"] == 40
    assert len({number for _, number in seen}) <= path.count["packets"]
