"""A bench that does something by itself: the terminal is never blamed, and nothing passes."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import runner
from harness.files import carried
from harness.model.played import Played
from harness.model.verdict import Outcome
from harness.runner import Session
from harness.sim.bench import Bench

POWER = carried("scenarios", "power")
RIG = """\
rig: at fault
clock: virtual
nominal: 5 V
bench: {{terminal: countertop, supply: {model}, channel: {channel}}}
supply: {{driver: {driver}, address: "sim://supply", channel: {channel}, limits: {limits}}}
switch: {{driver: pulse_switch, address: "sim://switch"}}
reader: {{driver: serial_relay, address: "sim://reader"}}
host: {{driver: acquirer, address: "sim://host"}}
network: {{driver: link, address: "sim://network"}}
console: {{driver: console, address: "sim://terminal/console", personality: countertop}}
terminal:
  driver: zvt
  address: "sim://terminal/ecr"
  currency: CNY
  personality: countertop
"""
LIMITS = "{voltage: 6.6 V, current: 2 A}"

Act = Callable[[Any], object]  # done to the supply's channel


def _off(channel: Any) -> None:
    channel.switch(on=False)


def _on_again_late(channel: Any) -> None:
    channel.switch(on=False)
    channel._clock.call_at(channel._clock.now() + 6, lambda: channel.switch(on=True))


def _turned_down(channel: Any) -> None:
    channel.set_level(volts=4.0)


def _turned_up(channel: Any) -> None:
    channel.set_level(volts=5.5)


def _drifts(channel: Any) -> None:
    channel.volts = 4.2  # what is in force; what is set stays
    channel.drive()


def _limit_turned(channel: Any) -> None:
    channel.set_level(amps=0.15)


def _trips(channel: Any) -> None:
    channel.protect("ocp")


def _mains_blip(channel: Any) -> None:
    channel.reset()


ACTS: dict[str, tuple[Act, str]] = {
    "off at the front panel": (_off, "went off, and not by the run"),
    "off and on again": (_on_again_late, "went off, and not by the run"),
    "turned down": (_turned_down, r"set-point is 4 V, but it was told 5 V"),
    "turned up": (_turned_up, r"set-point is 5\.5 V, but it was told 5 V"),
    "drifts": (_drifts, r"output is 4\.2\d* V, but it was told 5 V"),
    "limit turned": (_limit_turned, "in current limit.*starved by the bench"),
    "trips": (_trips, r"went off, by its protection \(ocp\)"),
    "mains blip": (_mains_blip, "did it lose its mains"),
}


def _play(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    at: float = 0.0,
    act: Callable[[Bench], object] | None = None,
    story: str = "dip_mid_sale.yaml",
    **rig: Any,
) -> Played:
    """The first item of a story, with something done to the bench in mid run."""

    def make(clock: Any, *args: Any, **keys: Any) -> Bench:
        bench = Bench(clock, *args, **keys)
        if act is not None:
            clock.call_at(at, lambda: act(bench))
        return bench

    monkeypatch.setattr(runner, "Bench", make)
    told = {"model": "e36313a", "channel": 2, "driver": "keysight_e36300", "limits": LIMITS, **rig}
    path = folder / "rig.yaml"
    path.write_text(RIG.format(**told), encoding="utf-8")
    with Session(rig=path, out=folder / "out") as session:
        return session.play(session.items([POWER / story])[0])


def test_left_alone_the_terminal_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bench of these tests does not trouble anybody by itself."""
    assert _play(tmp_path, monkeypatch).verdict.outcome is Outcome.PASS


@pytest.mark.parametrize("at", [9.5, 14.9, 22.0])
@pytest.mark.parametrize("what", sorted(ACTS))
def test_what_the_supply_does_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, at: float
) -> None:
    """It is an ERROR with the reason, whatever the terminal made of it."""
    act, why = ACTS[what]

    played = _play(tmp_path, monkeypatch, at=at, act=lambda bench: act(bench.supply.channels[2]))

    assert played.verdict.outcome is Outcome.ERROR, played.verdict.reason
    told = [row["message"] for row in played.trace.of("bench_error")]
    assert any(re.search(why, line) for line in told), told


def test_a_switch_that_opens_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay drops out: the terminal is dark, and it is not the terminal's doing."""
    played = _play(tmp_path, monkeypatch, at=14.9, act=lambda bench: bench.pulse_switch._go("OPEN"))

    assert played.verdict.outcome is Outcome.ERROR, played.verdict.reason
    assert "pulse switch is open, told was closed" in played.verdict.reason


@pytest.mark.parametrize(
    "weak",
    [
        {
            "model": "2230-30-1",
            "channel": 1,
            "driver": "keithley_2230",
        },  # keeps that it was limited
        {"model": "generic", "channel": 1, "driver": "scpi"},  # has no word for it
    ],
    ids=lambda weak: weak["model"],
)
@pytest.mark.parametrize("story", ["weak_while_printing.yaml", "cut_while_printing.yaml"])
def test_a_channel_too_weak_for_the_printer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weak: dict[str, Any], story: str
) -> None:
    """It droops by itself while a receipt is printed: the bench starved the terminal."""
    limits = "{voltage: 6.6 V, current: 1.5 A}"

    played = _play(tmp_path, monkeypatch, story=story, limits=limits, **weak)

    assert played.verdict.outcome is Outcome.ERROR, played.verdict.reason
    assert (
        "in current limit (1.5 A): the terminal was starved by the bench" in played.verdict.reason
    )


def test_a_list_that_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that was uploaded and does nothing is no fault: there was nothing to judge."""

    def deaf(bench: Bench) -> None:
        monkeypatch.setattr(bench.supply.channels[2], "initiate", lambda: None)

    played = _play(tmp_path, monkeypatch, at=5.0, act=deaf)

    assert played.verdict.outcome is Outcome.INCONCLUSIVE, played.verdict.reason
    assert "power_dip was not seen to take effect" in played.verdict.reason


def test_a_terminal_that_had_failed_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a knob did after the terminal had failed for good does not excuse it."""
    monkeypatch.setattr(Session, "__init__", _with_defect(Session.__init__))

    played = _play(
        tmp_path, monkeypatch, at=22.0, act=lambda bench: _turned_up(bench.supply.channels[2]),
        story="cut_while_printing.yaml",
    )  # fmt: skip

    assert played.verdict.outcome is Outcome.FAIL, played.verdict.reason


def _with_defect(begin: Callable[..., None]) -> Callable[..., None]:
    def with_defect(self: Any, **keys: Any) -> None:
        begin(self, defects=["second_restart"], **keys)

    return with_defect


def test_an_output_that_takes_less_than_the_rigs_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 6 V output refuses 6.6 V as its own limit: it is armed with the most that it takes."""
    six: dict[str, Any] = {"model": "2230-30-1", "channel": 3, "driver": "keithley_2230"}

    played = _play(tmp_path, monkeypatch, story="cut_points.yaml", **six)

    assert played.verdict.outcome is Outcome.PASS, played.verdict.reason
