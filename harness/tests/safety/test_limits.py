"""A limit of the rig file cannot be broken: by a driver call, a list, a fault, a preset, --force.

The rig is limited to 6 V and 2 A at 5 V nominal. Whatever is tried, the instrument is watched: no
message to it may hold a voltage above the limit, and its output never measures one.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness import runner
from harness.cli import main
from harness.clock import CooperativeClock
from harness.errors import BenchError, LimitExceeded
from harness.files import load_rig
from harness.model.units import Amps, Seconds, Volts
from harness.ports.base import Port
from harness.rig.live import LiveRig
from harness.sim.bench import Bench
from harness.testing.meddled import MeddledPort

HEAD = "rig: tight\nclock: virtual\nnominal: 5 V\nbench: {terminal: null, channel: 2}\n"
SUPPLY = (
    'supply: {driver: keysight_e36300, address: "sim://supply", channel: 2, limits: {%s}}\n'
)  # fmt: skip
LIMITS = "voltage: 6 V, current: 2 A"
SET = re.compile(r"(?:VOLT(?::PROT)?|LIST:VOLT|APPL) ([-+.\dE,]+),\(@2\)")


class Wired(Bench):
    """A bench whose supply's line is listened to."""

    lines: list[MeddledPort]

    def connect(self, name: str) -> Port:
        port = super().connect(name)
        if name != "supply":
            return port
        wire = MeddledPort(port)
        self.__dict__.setdefault("lines", []).append(wire)
        return wire

    def highest(self) -> float:
        """The highest voltage that was ever said to it."""
        said = b"\n".join(one for line in self.lines for one in line.said).decode()
        return max(float(one) for found in SET.findall(said) for one in found.split(",") if one)


@contextmanager
def rig_of(tmp_path: Path, limits: str, head: str = "") -> Iterator[tuple[LiveRig, Wired]]:
    """A live rig with these limits; the caller is its main task."""
    file = tmp_path / "tight.yaml"
    file.write_text(HEAD + head + SUPPLY % limits, encoding="utf-8")
    clock = CooperativeClock()
    bench = Wired(clock, {"terminal": None, "channel": 2}, seed=1)
    yield LiveRig(load_rig(file), clock=clock, seed=1, connect=bench.connect), bench


def on_rig(tmp_path: Path, limits: str, story: Callable[[Any], None], head: str = "") -> Wired:
    """Play a story with the supply's owner, its output on; the bench afterwards."""
    with rig_of(tmp_path, limits, head) as (rig, bench):

        def live() -> None:
            with rig:
                supply = rig.players["supply"]
                supply.set_output(on=True)
                rig.clock.sleep(1)
                story(supply)

        rig.clock.run(live)
    assert bench.rail.volts() < 0.5
    return bench


BEYOND: dict[str, Callable[[Any], object]] = {
    "set_voltage": lambda one: one.set_voltage(Volts(6.01)),
    "set_voltage, by keyword": lambda one: one.set_voltage(volts=Volts(60)),
    "set_voltage, NaN": lambda one: one.set_voltage(Volts(float("nan"))),
    "set_over_voltage": lambda one: one.set_over_voltage(Volts(6.5)),
    "set_current_limit": lambda one: one.set_current_limit(Amps(2.1)),
    "the driver itself": lambda one: one.driver.set_voltage(Volts(7)),
    "a list": lambda one: one.play([(Volts(5), Seconds(1)), (Volts(6.2), Seconds(1))]),
    "a list, by keyword": lambda one: one.play(points=[(Volts(9), Seconds(1))]),
}


@pytest.mark.parametrize("way", BEYOND)
def test_no_call_goes_beyond(tmp_path: Path, way: str) -> None:
    """By owner or driver, by position or keyword, as a set-point or in a list: nothing is sent."""

    def story(supply: Any) -> None:
        before = len(supply.port._line.said)
        with pytest.raises(LimitExceeded, match="nothing was sent"):
            BEYOND[way](supply)
        told = supply.port._line.said[before:]
        assert not [one for one in told if b"?" not in one]  # it may be polled meanwhile

    bench = on_rig(tmp_path, LIMITS, story)

    assert bench.highest() <= 6.0


FAULTS = {
    "waveform": "power_waveform: {points: [[0 ms, 5 V], [10 ms, 9 V], [500 ms, 5 V]]}",
    "waveform, fast": "power_waveform: {points: [[0 ms, 5 V], [10 ms, 9 V], [30 ms, 5 V]]}",
    "preset": "power_preset: {preset: variation_80_120, lasting: 1 s}",
    "dip upwards": "power_dip: {to: 7 V, lasting: 1 s}",
    "short dip upwards": "power_dip: {to: 7 V, lasting: 100 ms}",
    "ramp": "power_ramp: {to: 200 %, down: 1 s, up: 1 s}",
}
STORY = """\
id: T-3
story: Beyond the limit.
given: {{terminal: off}}
when:
  - inject: {{{fault}}}
  - hold: 2 s
then: {{detects: {{cause: supply_low, within: 2 s}}}}
"""


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("name", FAULTS)
def test_no_scenario_goes_beyond(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, *, force: bool
) -> None:
    """A fault of any kind ends as no PASS, says why, and the supply never hears of it."""
    made: list[Wired] = []

    def make(*args: Any, **keys: Any) -> Wired:
        made.append(Wired(*args, **keys))
        return made[-1]

    monkeypatch.setattr(runner, "Bench", make)
    rig, story = tmp_path / "tight.yaml", tmp_path / "scenarios" / "power" / "beyond.yaml"
    rig.write_text(HEAD + SUPPLY % "voltage: 5.4 V, current: 2 A", encoding="utf-8")
    story.parent.mkdir(parents=True)
    story.write_text(STORY.format(fault=FAULTS[name]), encoding="utf-8")

    out = str(tmp_path / "out")
    code = main(["run", str(story), "--rig", str(rig), "--out", out, *["--force"][: int(force)]])

    [told] = json.loads((tmp_path / "out" / "verdicts.json").read_text("utf-8"))["runs"]
    assert told["verdict"] in ("ERROR", "SKIPPED"), told
    assert "limit" in told["reason"]
    assert code in (0, 3)
    for bench in made:
        assert bench.highest() <= 5.4
        assert bench.rail.volts() < 0.5


def test_above_nominal_can_be_forbidden_altogether(tmp_path: Path) -> None:
    """``over_voltage: forbidden`` refuses what the voltage limit alone would allow."""

    def story(supply: Any) -> None:
        with pytest.raises(LimitExceeded, match="above the nominal 5 V"):
            supply.set_voltage(Volts(5.1))
        with pytest.raises(LimitExceeded, match="above the nominal 5 V"):
            supply.play([(Volts(5.5), Seconds(1))])
        supply.set_voltage(Volts(5))
        supply.set_voltage(Volts(4))

    bench = on_rig(tmp_path, LIMITS + ", over_voltage: forbidden", story)

    assert bench.highest() <= 5.5  # the protection alone


def test_a_set_point_may_not_change_faster_than_the_limit(tmp_path: Path) -> None:
    """One great step, many small ones at once and a steep list are refused; a slow ramp is not."""

    def story(supply: Any) -> None:
        with pytest.raises(LimitExceeded, match="faster than the 2 V/s"):
            supply.set_voltage(Volts(4))
        with pytest.raises(LimitExceeded, match="faster"):
            [supply.set_voltage(Volts(5 - 0.02 * n)) for n in range(100)]
        supply.port.clock.sleep(5)
        with pytest.raises(LimitExceeded, match="faster"):
            supply.play([(Volts(4.9), Seconds(1)), (Volts(4), Seconds(1))])
        volts = 5.0
        while volts > 3:
            supply.set_voltage(Volts(volts))
            supply.port.clock.sleep(0.05)
            volts -= 0.09
        assert supply.measure_voltage() < 3.2
        supply.set_output(on=False)  # off is always allowed
        supply.set_voltage(Volts(5))  # and what is off may be set

    on_rig(tmp_path, LIMITS + ", slew: 2 V/s", story)


def test_a_preset_that_is_not_allowed_is_refused_where_it_is_injected(tmp_path: Path) -> None:
    """A fault started by hand, past all checks before the run, finds the rig's word as well."""
    from harness.faults.power_preset import PowerPreset
    from harness.model.words import fill

    with rig_of(tmp_path, LIMITS + ", presets: [dip_70]") as (rig, bench):

        def live() -> None:
            with rig:
                fault = fill(PowerPreset, {"preset": "dip_40", "lasting": "1 s"})
                with pytest.raises(BenchError, match="dip_40 is not among the presets"):
                    fault.inject(rig.cast).__enter__()

        rig.clock.run(live)
    assert bench.highest() <= 5.5


def test_an_output_stays_off_for_the_least_time(tmp_path: Path) -> None:
    """``min_off`` stretches an off time that would be shorter, whoever asks."""
    seen: list[float] = []

    def story(supply: Any) -> None:
        clock = supply.port.clock
        supply.set_output(on=False)
        off = clock.now()
        clock.sleep(0.2)
        supply.set_output(on=True)
        seen.append(clock.now() - off)
        supply.set_output(on=True)  # it is on: nothing to wait for
        seen.append(clock.now() - off)

    on_rig(tmp_path, LIMITS, story, "power: {min_off: 2 s}\n")

    assert 1.9 < seen[0] < 2.2
    assert seen[1] - seen[0] < 0.5
