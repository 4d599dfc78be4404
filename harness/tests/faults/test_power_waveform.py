"""Waveforms of one's own on real drivers, lateness, and the evidence of an effect."""

from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.faults.power_waveform import PowerWaveform
from harness.model.cast import Cast
from harness.model.trace import Observation
from harness.model.units import Seconds, Volts
from harness.model.words import WordError, fill
from harness.tests.faults.feed import NOMINAL, Feed, on_feed


def waveform(points: list[list[str]], **more: Any) -> PowerWaveform:
    """As a scenario file has it."""
    return fill(PowerWaveform, {"points": points, **more})


def test_points_become_what_the_rail_does() -> None:
    """A step, a ramp, a hold: at each time the level that was written."""

    def story(feed: Feed) -> None:
        fault = waveform(
            [["0 s", "4 V"], ["1 s", "4 V"], ["3 s", "2 V", "ramp"], ["4 s", "2 V"], ["4 s", "5 V"]]
        )
        assert feed.hold(fault)
        began = feed.of("power_achieved")[0]["began"]
        for at, volts in ((0.5, 4.0), (2.0, 3.0), (3.5, 2.0)):
            assert feed.at(began + at) == pytest.approx(volts, abs=0.1)

    on_feed(story)


def test_rounds_begin_every_so_often() -> None:
    """``every`` counts from start to start."""

    def story(feed: Feed) -> None:
        feed.hold(waveform([["0 s", "50 %"], ["1 s", "100 %"]], repeat=3, every="4 s"))
        starts = [row["began"] for row in feed.of("power_achieved")]
        assert [later - starts[0] for later in starts] == pytest.approx([0, 4, 8], abs=0.1)

    on_feed(story)


def test_open_points_use_the_switch() -> None:
    """An open line is the switch's; a level between is the supply's, in one waveform."""

    def story(feed: Feed) -> None:
        points = [["0 s", "70 %"], ["1 s", "open"], ["2 s", "70 %"], ["3 s", "100 %"]]
        assert feed.hold(waveform(points))
        began = feed.of("power_achieved")[0]["began"]
        assert feed.at(began + 0.5) == pytest.approx(3.5, abs=0.1)
        assert feed.at(began + 1.5) == pytest.approx(0, abs=0.1)
        assert feed.at(began + 2.5) == pytest.approx(3.5, abs=0.1)
        assert feed.switch.closed()

    on_feed(story)


def test_a_wrong_waveform_is_refused_when_the_file_is_read() -> None:
    """With what would do."""
    with pytest.raises(WordError, match="wanted"):
        waveform([["0 s", "4 V"], ["1 s"]])
    with pytest.raises(WordError, match="two points"):
        waveform([["0 s", "4 V"]])


class Sluggish:
    """A supply, and a host that comes back late from every wait."""

    def __init__(self, clock: CooperativeClock, late: float) -> None:
        self.clock, self.seen = clock, list[Observation]()
        self._late, self._volts = late, NOMINAL
        self.cast = Cast(
            {"supply": self}, NOMINAL, self._sleep, note=self._note, now=clock.now,
            since=lambda n: self.seen[n:],
        )  # fmt: skip

    def _sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds + self._late)

    def _note(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.seen.append(Observation(len(self.seen) + 1, 0.0, "engine", kind, fields))

    def set_output(self, *, on: bool) -> None: ...
    def output(self) -> bool:
        return True

    def set_voltage(self, volts: Volts) -> None:
        self._volts = volts

    def set_current_limit(self, amps: Any) -> None: ...
    def measure_voltage(self) -> Volts:
        return self._volts

    def measure_current(self) -> Any:
        return 0.1


@pytest.mark.parametrize(("late", "fine"), [(0.0, True), (0.01, True), (0.5, False)])
def test_how_late_a_host_was_is_told(late: float, fine: bool) -> None:
    """The worst point of a round, beside what would still do."""
    clock = CooperativeClock()

    def story() -> Sluggish:
        slow = Sluggish(clock, late)
        fault = waveform([["0 s", "50 %"], ["1 s", "80 %"], ["2 s", "100 %"]])
        with fault.inject(slow.cast):
            fault.play(slow.cast)
        return slow

    row = next(row for row in clock.run(story).seen if row.kind == "power_achieved")
    assert row["late"] >= late
    assert (row["late"] <= row["tolerance"]) == fine
    assert row["tolerance"] == Seconds(0.2)
