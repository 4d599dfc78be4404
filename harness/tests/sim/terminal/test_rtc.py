"""The real-time clock on its capacitor, and where the terminal takes the right time from."""

from datetime import datetime, timedelta

import pytest

from harness.clock import CooperativeClock
from harness.sim.terminal.rtc import EPOCH, Rtc, host_time
from harness.tests.sim.terminal.stage import Stage

BORN = datetime.fromisoformat("2026-03-02T08:00:00")


@pytest.mark.parametrize(("away", "stopped"), [(59.0, False), (61.0, True)])
def test_the_capacitor_lasts_its_reserve(away: float, stopped: bool) -> None:
    """Within it the clock goes on; after it the counter begins anew and the mark is set."""
    clock = CooperativeClock()
    rtc = Rtc(clock, born=BORN, reserve=60.0)

    def story() -> None:
        clock.sleep(100.0)
        rtc.lose_supply()
        clock.sleep(away)
        rtc.gain_supply()
        assert rtc.stopped is stopped
        assert rtc.now() == (EPOCH if stopped else BORN + timedelta(seconds=100.0 + away))

    clock.run(story)


def test_setting_takes_the_mark_away() -> None:
    """Once set it is right again, and goes on from there."""
    clock = CooperativeClock()
    rtc = Rtc(clock, born=BORN, reserve=0.0)

    def story() -> None:
        rtc.lose_supply()
        clock.sleep(1.0)
        rtc.gain_supply()
        rtc.set(BORN)
        clock.sleep(2.0)
        assert not rtc.stopped
        assert rtc.now() == BORN + timedelta(seconds=2.0)

    clock.run(story)


@pytest.mark.parametrize(
    ("date", "time", "known", "told"),
    [
        ("0302", "080001", "2026-03-02T08:00:00", "2026-03-02T08:00:01"),
        ("0101", "000000", "2026-03-02T08:00:00", "2027-01-01T00:00:00"),
        ("1231", "235959", "2027-01-01T00:00:00", "2026-12-31T23:59:59"),
        ("0229", "120000", "2027-03-02T00:00:00", "2028-02-29T12:00:00"),
        ("1399", "000000", "2026-03-02T08:00:00", None),
        ("", "", "2026-03-02T08:00:00", None),
    ],
)  # fmt: skip
def test_the_hosts_time_gets_its_year_from_what_is_known(
    date: str, time: str, known: str, told: str | None
) -> None:
    """The youngest year that is not before a time known to be over; nonsense is no time."""
    found = host_time(date, time, datetime.fromisoformat(known))

    assert found == (None if told is None else datetime.fromisoformat(told))


def test_a_short_cut_leaves_the_clock_alone() -> None:
    """Minutes without a supply: same time, nothing said of it."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.power(0.0)
        stage.clock.sleep(600.0)
        stage.power()
        assert stage.ready()
        assert not stage.of("detected", cause="clock_invalid")
        assert stage.terminal.wall_time() == BORN + timedelta(seconds=stage.clock.now())

    stage.play(story)


def test_a_long_cut_is_noticed_and_the_host_asked() -> None:
    """Rule 21: the clock that stood still is said to be invalid, and right before anybody sells."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        stage.power(0.0)
        stage.clock.sleep(1500.0)
        stage.power()
        assert stage.ready()
        assert stage.of("detected", cause="clock_invalid")
        assert stage.of("cleared", cause="clock_invalid")
        right = BORN + timedelta(seconds=stage.clock.now())
        assert abs(stage.terminal.wall_time() - right) < timedelta(seconds=3)
        assert stage.sell(1000).outcome == "approved"

    stage.play(story)


def test_without_a_host_nothing_is_sold_on_a_dead_clock() -> None:
    """ZVT status 62: refused with the true reason."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        stage.link.set_outage(on=True)
        stage.power(0.0)
        stage.clock.sleep(1500.0)
        stage.power()
        assert stage.until(lambda: bool(stage.of("detected", cause="clock_invalid")), 60.0)
        stage.clock.sleep(10.0)
        result = stage.sell(1000, None)
        assert (result.outcome, result.cause) == ("failed", "clock_invalid")

    stage.play(story)
