"""Hands on the simulated terminal, through their driver: parts, keys, codes, heat, a debugger."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from harness.drivers.bench_hands import Driver
from harness.errors import BenchError, DeviceRefused
from harness.ports.memory import pair
from harness.sim.hands import Hands
from harness.sim.terminal.firmware import Firmware
from harness.tests.sim.terminal.stage import Stage


def at_hand(story: Callable[[Stage, Driver], None]) -> list[tuple[str, dict[str, Any]]]:
    """Play a story with hands on a terminal that is not powered; what the driver observed."""
    stage = Stage()
    seen: list[tuple[str, dict[str, Any]]] = []

    def observe(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        seen.append((kind, fields))

    def play() -> None:
        ours, theirs = pair(stage.clock, "hands")
        Hands(stage.clock, stage.terminal).outlets["control"](theirs)
        driver = Driver(ours)
        driver.observe = observe
        story(stage, driver)
        driver.attend()

    stage.play(play)
    return seen


def test_parts_are_put_and_told() -> None:
    """The body has the part in its new state, and an event says so."""

    def story(stage: Stage, driver: Driver) -> None:
        driver.put("paper", "out")
        assert stage.terminal.body.state("paper") == "out"

    assert at_hand(story) == [("part", {"part": "paper", "state": "out"})]


@pytest.mark.parametrize(
    ("part", "state", "why"),
    [("paper", "wet", "in or out"), ("wings", "folded", "no part"), ("signer", "walks_off", "has")],
)
def test_what_cannot_be_put_is_refused(part: str, state: str, why: str) -> None:
    """A state or part that is none, and a part that this model does not have."""

    def story(stage: Stage, driver: Driver) -> None:
        with pytest.raises(DeviceRefused, match=why):
            driver.put(part, state)

    at_hand(story)


def test_keys_are_pressed_one_by_one_and_lost_where_they_are_dead() -> None:
    """Digits are a key each; a word that is no key is refused before any key is pressed."""

    def story(stage: Stage, driver: Driver) -> None:
        driver.press("12 ok")
        keys = stage.terminal.body.keys
        assert [keys.get() for _ in range(len(keys))] == ["1", "2", "ok"]
        with pytest.raises(DeviceRefused, match="no key"):
            driver.press("1 enter")
        driver.put("keys", "dead")
        driver.press("3")
        assert len(keys) == 0

    at_hand(story)


def test_the_power_button_switches_off_and_on() -> None:
    """Off at once, whatever runs; on again by the next press, while the supply is good."""

    def story(stage: Stage, driver: Driver) -> None:
        stage.power()
        assert stage.ready()
        driver.press("power")
        assert stage.terminal.running is None
        driver.press("power")
        assert stage.until(lambda: len(stage.of("boot")) == 2, 10.0)
        assert stage.of("boot")[-1]["reason"] == "power"

    at_hand(story)


def test_a_code_is_shown_or_refused() -> None:
    """What may be held before a scanner is said in the model; anything else is refused."""

    def story(stage: Stage, driver: Driver) -> None:
        driver.show_code("glare")
        assert (stage.terminal.body.code, stage.terminal.body.shown) == ("glare", 1)
        with pytest.raises(DeviceRefused, match="a code is"):
            driver.show_code("blank")  # type: ignore[arg-type]

    at_hand(story)


def test_warmth_follows_slowly() -> None:
    """The housing takes its time; what no plate reaches is refused."""

    def story(stage: Stage, driver: Driver) -> None:
        driver.set_temperature(43.0)
        stage.clock.sleep(600.0)
        assert 34.0 < stage.terminal.body.celsius < 38.0
        with pytest.raises(DeviceRefused, match="reaches"):
            driver.set_temperature(200.0)

    at_hand(story)


def test_a_debugger_needs_something_that_runs() -> None:
    """An application cannot be hung, killed or restarted on a terminal that is off."""

    def story(stage: Stage, driver: Driver) -> None:
        for act in (driver.hang_app, driver.kill_app, driver.force_restart):
            with pytest.raises(DeviceRefused, match="off"):
                act()

    assert at_hand(story) == []


@pytest.mark.parametrize(
    ("act", "reason"),
    [("hang_app", "watchdog"), ("kill_app", "watchdog"), ("force_restart", "daily")],
)
def test_what_a_debugger_does_ends_in_a_start(act: str, reason: str) -> None:
    """A hang by the watchdog, a kill at once, a restart as security rules have it."""

    def story(stage: Stage, driver: Driver) -> None:
        stage.power()
        assert stage.ready()
        getattr(driver, act)()
        assert stage.until(lambda: len(stage.of("boot")) == 2, 60.0)
        assert stage.of("boot")[-1]["reason"] == reason

    at_hand(story)


def test_the_clock_is_set_or_moved() -> None:
    """To a date, or by seconds; what is no date is refused."""

    def story(stage: Stage, driver: Driver) -> None:
        driver.set_clock(to="2000-01-01 00:00")
        assert stage.terminal.rtc.now() == datetime.fromisoformat("2000-01-01 00:00")
        driver.set_clock(by=60.0)
        assert stage.terminal.rtc.now() == datetime.fromisoformat("2000-01-01 00:01")
        with pytest.raises(DeviceRefused, match="no date"):
            driver.set_clock(to="yesterday")

    at_hand(story)


def test_the_flash_is_filled_and_freed() -> None:
    """So many percent of it are in use afterwards; the file goes without a trace."""

    def story(stage: Stage, driver: Driver) -> None:
        flash = stage.terminal.flash
        before = flash.free
        driver.fill_storage(98.0)
        assert flash.free == round(0.02 * before)
        driver.free_storage()
        assert flash.free == before

    at_hand(story)


def test_records_are_spoilt_and_mended() -> None:
    """The oldest record is damaged after the next start, and whole after the one after that."""

    def damaged(stage: Stage) -> int:
        stage.power(0.0)
        stage.clock.sleep(2.0)
        stage.power()
        assert stage.until(lambda: stage.terminal.running is not None, 10.0)
        running = stage.terminal.running
        assert isinstance(running, Firmware)
        assert stage.until(lambda: running.state.up, 60.0)
        assert ("journal_fault" in running.alarms.active) == (running.storage.damaged > 0)
        return running.storage.damaged

    def story(stage: Stage, driver: Driver) -> None:
        with pytest.raises(DeviceRefused, match="no records"):
            driver.spoil_records()
        stage.power()
        assert stage.ready()
        assert {stage.sell(1000).outcome, stage.sell(2000).outcome} == {"approved"}
        driver.spoil_records()
        assert damaged(stage) == 1
        driver.make_safe()
        assert damaged(stage) == 0

    at_hand(story)


def test_memory_is_taken_until_it_is_given_or_the_terminal_restarts() -> None:
    """A warning and an announced restart, which ends whatever took it; off, nothing takes any."""

    def story(stage: Stage, driver: Driver) -> None:
        with pytest.raises(DeviceRefused, match="off"):
            driver.fill_memory(97.0)
        stage.power()
        assert stage.ready()
        with pytest.raises(DeviceRefused, match="above 0"):
            driver.fill_memory(0.0)
        driver.fill_memory(97.0)
        assert stage.until(lambda: len(stage.of("boot")) == 2, 120.0)
        assert [row["cause"] for row in stage.of("detected")] == ["memory_low"]
        assert stage.terminal.taken == 0.0
        driver.fill_memory(50.0)
        driver.make_safe()
        assert stage.terminal.taken == 0.0

    at_hand(story)


def test_what_it_may_not_make_is_refused_by_its_name() -> None:
    """Forbidden over restarts, nothing is asked of the host; allowed again, it is made."""

    def story(stage: Stage, driver: Driver) -> None:
        stage.power()
        assert stage.ready()
        with pytest.raises(DeviceRefused, match="a transaction is"):
            driver.allow("tip", on=False)  # type: ignore[arg-type]
        driver.allow("sale", on=False)
        refused = stage.sell(1000)
        assert (refused.outcome, refused.cause) == ("failed", "not_supported")
        driver.make_safe()
        assert stage.sell(1000).outcome == "approved"

    at_hand(story)


def test_a_batch_is_limited_over_restarts_until_it_is_made_safe() -> None:
    """The terminal keeps it in its flash; it is taken back, and nonsense is refused."""

    def story(stage: Stage, driver: Driver) -> None:
        stage.power()
        assert stage.ready()
        driver.limit_batch(3)
        stage.power(0.0)
        stage.clock.sleep(2.0)
        stage.power()
        assert stage.ready()
        running = stage.terminal.running
        assert isinstance(running, Firmware)
        assert running.payment.most_records() == 3
        with pytest.raises(DeviceRefused, match="1 record or more"):
            driver.limit_batch(0)
        driver.make_safe()
        assert running.payment.most_records() == running.personality.limits.batch_size

    at_hand(story)


def test_everything_is_as_usual_when_it_is_made_safe() -> None:
    """Parts, code, warmth and the debugger's file are put right, and read back."""

    def story(stage: Stage, driver: Driver) -> None:
        driver.put("cover", "open")
        driver.show_code("good")
        driver.set_temperature(45.0)
        driver.fill_storage(90.0)
        driver.make_safe()
        body = stage.terminal.body
        assert all(body.usual(part) for part in body.parts)
        assert body.code == "none"
        assert "debug.fill" not in stage.terminal.flash.names()

    at_hand(story)


def test_a_part_that_stays_odd_is_a_bench_error() -> None:
    """What cannot be verified is not safe."""

    def story(stage: Stage, driver: Driver) -> None:
        body = stage.terminal.body
        driver.put("paper", "out")
        body.put = lambda *_: None  # type: ignore[method-assign]
        with pytest.raises(BenchError, match="left with"):
            driver.make_safe()

    at_hand(story)


def test_a_programmer_erases_what_could_be_started_and_nothing_else() -> None:
    """The flash's slots are blank; the journal and all the rest are as they were."""

    def story(stage: Stage, driver: Driver) -> None:
        stage.power()
        assert stage.ready()
        flash = stage.terminal.flash
        before = {name: flash.peek(name) for name in flash.names()}
        driver.erase_images()
        changed = [name for name in flash.names() if flash.peek(name) != before[name]]
        assert changed == ["slot.a"]
        assert set(flash.peek("slot.a") or b"") == {0xFF}

    assert ("debugged", {"what": "erase"}) in at_hand(story)
