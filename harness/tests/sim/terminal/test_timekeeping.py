"""A clock that is wrong: noticed at a start and while it runs, and put right by the host."""

from datetime import datetime, timedelta

import pytest

from harness.tests.sim.terminal.stage import Stage


@pytest.mark.parametrize("by", [timedelta(days=1), timedelta(hours=-3), timedelta(days=-9000)])
def test_a_clock_that_jumps_is_put_right(by: timedelta) -> None:
    """G-4: said within a look, then the host's time is taken."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        rtc = stage.terminal.rtc
        right = rtc.now()
        rtc.set(right + by)
        began = stage.clock.now()
        assert stage.until(lambda: bool(stage.of("cleared", cause="clock_invalid")), 60.0)
        wrong_by = rtc.now() - right - timedelta(seconds=stage.clock.now() - began)
        assert abs(wrong_by) < timedelta(seconds=5)

    stage.play(story)


@pytest.mark.parametrize(
    ("shown", "said"),
    [("2000-01-01 00:00", "shows what is over"), ("2026-03-04 08:00", "wrong by")],
)
def test_a_wrong_clock_is_noticed_at_a_start(shown: str, said: str) -> None:
    """By itself where it shows what is over; by the host's time where it is ahead."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.power(0.0)
        stage.clock.sleep(2.0)
        stage.terminal.rtc.set(datetime.fromisoformat(shown))
        stage.power()
        assert stage.ready()
        assert any(said in row["text"] for row in stage.of("detected", cause="clock_invalid"))
        assert stage.terminal.rtc.now().date().isoformat() == "2026-03-02"

    stage.play(story)
