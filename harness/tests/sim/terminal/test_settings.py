"""Settings and keys that came as images: all of the old ones or all of the new ones."""

import random
from collections.abc import Callable

import pytest

from harness.clock import CooperativeClock
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.settings import Settings, read_values

FIRST = b"CONFIGURATION\nheartbeat=30\nretries=4\n"
SECOND = b"CONFIGURATION\nheartbeat=120\nretries=9\n\x00\xffwhatever follows"
OLD = ("1.0", {"heartbeat": 30.0, "retries": 4.0})
NEW = ("2.0", {"heartbeat": 120.0, "retries": 9.0})


def run(story: Callable[[Flash], None], seed: int = 1) -> None:
    """A story on a flash of its own."""
    clock = CooperativeClock()
    flash = Flash(clock, rng=random.Random(seed), write_time=0.01, sync_time=0.01, page=64)
    clock.run(lambda: story(flash))


def in_force(flash: Flash) -> tuple[str, object]:
    """After a start: version and values."""
    settings = Settings(flash)
    settings.load()
    return settings.version("configuration"), settings.known["configuration"].get("values")


def test_what_was_taken_is_in_force_at_once_and_after_a_start() -> None:
    """One kind does not touch the other; what nothing was said of is as the model has it."""

    def story(flash: Flash) -> None:
        settings = Settings(flash)
        settings.load()
        assert settings.version("keys") == "0"
        assert settings.value("configuration", "heartbeat", 15.0) == 15.0
        assert settings.take("configuration", "2.0", SECOND)
        assert settings.take("keys", "3.0", b"KEYS\nindex=2\n")
        assert settings.value("configuration", "heartbeat", 15.0) == 120.0
        assert settings.said("configuration") == "version=2.0 heartbeat=120 retries=9"
        assert in_force(flash) == NEW

    run(story)


@pytest.mark.parametrize("step", range(12))
@pytest.mark.parametrize("seed", range(4))
def test_a_cut_leaves_the_old_or_the_new_ones(step: int, seed: int) -> None:
    """Never some of each, at any moment of the change."""

    def story(flash: Flash) -> None:
        settings = Settings(flash)
        settings.load()
        settings.take("configuration", "1.0", FIRST)
        task = flash.clock.spawn("change", lambda: settings.take("configuration", "2.0", SECOND))
        flash.clock.sleep(0.0015 + 0.004 * step)
        task.kill()
        flash.power_lost()
        assert in_force(flash) in (OLD, NEW)

    run(story, seed)


def test_what_cannot_be_read_changes_nothing() -> None:
    """Another kind's text, or none at all."""

    def story(flash: Flash) -> None:
        settings = Settings(flash)
        settings.load()
        settings.take("configuration", "1.0", FIRST)
        for payload in (b"", b"KEYS\nindex=2\n", b"APPLICATION crashes\n", b"\xff\xfe\n"):
            assert not settings.take("configuration", "2.0", payload)
        assert in_force(flash) == OLD

    run(story)


def test_values_end_where_the_text_does() -> None:
    """A payload is padded; a word is no number."""
    assert read_values("keys", b"KEYS\nindex=2\nowner=me\nlate=3\n") == {"index": 2.0}
    assert read_values("keys", b"KEYS") == {}
