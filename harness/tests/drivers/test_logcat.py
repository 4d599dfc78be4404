"""An Android log picked up again: with a clock that is set, and with lines that are alike."""

from datetime import timedelta
from typing import Any, cast

import pytest

from harness.drivers._logcat import Logcat
from harness.tests.drivers.test_android import Heard, watched
from harness.tests.sim.android.smart import Smart, play


def set_back(smart: Smart, **by: float) -> None:
    """The terminal's clock shows what is over."""
    rtc = smart.firmware.board.rtc
    rtc.set(rtc.now() - timedelta(**by))


def told_of(heard: Heard) -> list[str]:
    """What the test had logged, as far as it was told."""
    return [line.rpartition(": ")[2] for line in heard.lines if " test: " in line]


@pytest.mark.parametrize("by", [{"seconds": 3}, {"hours": 1}, {"days": 9000}])
def test_a_log_whose_clock_is_set_back_goes_on(by: dict[str, float]) -> None:
    """Before, while and after it is followed: every line once, in the order of writing."""

    def act(smart: Smart) -> None:
        driver, heard = watched(smart)
        driver.poll()
        written = []
        for number in range(12):
            smart.firmware.log.say("test", f"line {number}")
            written.append(f"line {number}")
            smart.clock.sleep(0.4)
            if number in (3, 7):
                set_back(smart, **by)
            if number % 2:
                driver.texts()  # interrupts the log
            driver.attend()
        driver.poll()
        smart.clock.sleep(0.1)
        driver.attend()
        assert told_of(heard) == written

    play(act)


@pytest.mark.parametrize("clears", [False, True])
def test_a_log_that_was_lost_meanwhile_goes_on_behind_a_clock_set_back(clears: bool) -> None:
    """All that is there is asked for: no line of the new log is as late as the last one told."""

    def act(smart: Smart) -> None:
        driver, heard = watched(smart)
        driver.poll()
        smart.firmware.log.say("test", "before")
        smart.clock.sleep(0.1)
        driver.attend()
        driver._log.interrupt()
        if clears:
            driver._adb.run("logcat -c")
        set_back(smart, hours=2)
        smart.firmware.log.say("test", "meanwhile")
        smart.clock.sleep(1)
        driver.poll()
        smart.firmware.log.say("test", "after")
        smart.clock.sleep(0.1)
        driver.attend()
        assert told_of(heard) == ["before", "meanwhile", "after"]

    play(act)


def test_two_equal_lines_are_two() -> None:
    """Of one millisecond and with the same words, on both sides of an interruption."""

    def act(smart: Smart) -> None:
        driver, heard = watched(smart)
        driver.poll()
        for _ in range(2):
            smart.firmware.log.say("test", "same")
        smart.clock.sleep(0)
        driver.attend()
        smart.firmware.log.say("test", "same")
        driver.texts()
        smart.clock.sleep(0.1)
        driver.attend()
        assert told_of(heard) == ["same"] * 3

    play(act)


def test_a_clock_that_was_never_set_has_lines_too() -> None:
    """A start in 1970: seconds of few digits; text that only looks like a stamp is no line."""
    log = Logcat(cast(Any, None), cast(Any, None), (), lambda *_: None)

    assert log.is_news("        12.345  1402  1419 I HilPay  : boot: version=1")
    assert log.is_news("1772438400.123   911   928 W system  : x")
    assert not log.is_news("12.345 I HilPay: boot")
    assert not log.is_news("--------- beginning of main")
    assert not log.is_news("1772438400.12    911   928 W system  : x")
