"""What has arrived of an image: after any cut, what counts as kept is what was sent."""

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import CooperativeClock
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.part import BLOCK, DOWNLOAD, MARK, Offer, Part

PAGE = 16  # B
IMAGE = random.Random(3).randbytes(40 * PAGE + 5)
OFFER = Offer("2.0", "/images/new", len(IMAGE), '"abc"')


def run(story: Callable[[Flash], None], seed: int = 1) -> None:
    """A story on a flash of its own."""
    clock = CooperativeClock()
    flash = Flash(
        clock, rng=random.Random(seed), write_time=0.01, sync_time=0.01, page=PAGE, endurance=None
    )
    clock.run(lambda: story(flash))


@given(st.lists(st.integers(1, 3 * PAGE), max_size=40), st.floats(0, 1.2), st.integers(0, 999))
@settings(max_examples=60, deadline=None)
def test_what_is_kept_is_what_was_sent(pieces: Sequence[int], after: float, seed: int) -> None:
    """Whatever pieces it came in, and whenever the power went; the rest is asked for."""

    def story(flash: Flash) -> None:
        def fetch() -> None:
            part = Part(flash)
            have = part.begin(OFFER)
            for size in pieces:
                part.add(IMAGE[have : have + size])
                have += size

        task = flash.clock.spawn("terminal", fetch)
        task.join(flash.clock.now() + after)
        task.kill()
        flash.power_lost()
        part = Part(flash)
        kept = part.begin(OFFER)
        assert kept % (BLOCK * PAGE) == 0
        assert part.whole() == IMAGE[:kept]
        part.add(IMAGE[kept:])
        assert part.whole() == IMAGE

    run(story, seed)


def test_no_more_than_a_block_is_lost() -> None:
    """A download of many blocks, cut at its end, has all but its last one."""

    def story(flash: Flash) -> None:
        part = Part(flash)
        part.begin(OFFER)
        part.add(IMAGE)
        flash.power_lost()
        assert Part(flash).begin(OFFER) >= len(IMAGE) - BLOCK * PAGE - 5

    run(story)


@pytest.mark.parametrize(
    "other",
    [
        Offer("2.0", "/images/new", len(IMAGE), '"other"'),
        Offer("2.1", "/images/new", len(IMAGE), '"abc"'),
        Offer("2.0", "/images/new", len(IMAGE), '"abc"', "keys"),
        Offer("2.0", "/images/old", len(IMAGE), '"abc"'),
    ],
)
def test_of_another_image_nothing_is_kept(other: Offer) -> None:
    """Another tag, version, kind or place: another image."""

    def story(flash: Flash) -> None:
        part = Part(flash)
        part.begin(OFFER)
        part.add(IMAGE)
        part.rest()
        assert part.begin(other) == 0
        assert part.whole() == b""
        assert (part.mark() or pytest.fail("no mark")).offer == other

    run(story)


def test_what_was_given_up_is_taken_up_another_time() -> None:
    """It is no update under way; and it is of use for the same image."""

    def story(flash: Flash) -> None:
        part = Part(flash)
        part.begin(OFFER)
        part.add(IMAGE[: 20 * PAGE])
        part.rest()
        mark = part.mark()
        assert mark is not None
        assert not mark.running
        assert part.begin(OFFER) == 16 * PAGE
        mark = part.mark()
        assert mark is not None
        assert mark.running

    run(story)


def test_a_torn_mark_is_none_and_leaves_nothing_behind() -> None:
    """Whose pages they are is not known, so they are no use."""

    def story(flash: Flash) -> None:
        part = Part(flash)
        part.begin(OFFER)
        part.add(IMAGE)
        flash.write(MARK, b"12345678 {}\n")
        assert part.mark() is None
        assert part.begin(OFFER) == 0
        assert not flash.peek(DOWNLOAD)
        part.drop()
        assert flash.names() == []

    run(story)
