"""Faults of line, SIM and host written wrongly: one line with the place, before the run."""

from pathlib import Path

import pytest

from harness.cli import main
from harness.drivers import gateway, tun
from harness.engine.needs import refused
from harness.files import carried, load_scenarios
from harness.links.relay_limits import LACKS
from harness.model.means import Means
from harness.model.units import Volts

STORY = """\
id: T
story: x
given: {{terminal: ready}}
when:
  - inject: {{{fault}}}
  - hold: 5 s
then: {{recovers: {{to: ready, within: 9 s}}}}
"""
#: The fault -> what must be said of it.
WRONG = {
    "data_exhausted: {mode: deactivate, again: back_off}": "needs the timer's length",
    "data_exhausted: {mode: deactivate, back_off: 60 s}": "wanted again: back_off",
    "data_exhausted: {mode: drop, again: dead}": "wanted mode: deactivate or detach",
    "data_exhausted: {mode: drop, cause: 33}": "cause: says nothing with mode: drop",
    "data_exhausted: {mode: reset, allow: [x]}": "wanted mode: redirect or restrict",
    "data_exhausted: {mode: redirect, icmp: true}": "wanted mode: drop",
    "data_exhausted: {mode: drop, up: 8 kbit/s}": "wanted mode: throttle",
    "data_exhausted: {mode: throttle, up: 0 kbit/s}": "wanted above 0 bit/s",
    "data_exhausted: {mode: throttle, down: 8 kB}": "unit 'kB' is unknown here",
    "data_exhausted: {mode: detach, cause: 300}": "wanted 1 to 255",
    "data_exhausted: {mode: nonsense}": "'nonsense' seen, wanted one of: drop",
    "data_exhausted: {delay: -5 s}": "wanted no less than 0 s",
    "data_exhausted: {top_up: 0 kB}": "tops nothing up",
    "plan_low: {used: 120 %}": "wanted some in between",
    "plan_low: {used: 80 %, of: 0 B}": "is no plan",
    "sim_expired: gone": "wanted one of: expired",
    "sim_expired: {stat: expired}": "did you mean 'state'",
    "access_refused: {apn: 5}": "wanted a text",
    "names_fail: {mode: slow}": "wanted one of: silent",
    "network_profile: gprrs": "did you mean 'gprs'",
    "network_shape: {}": "nothing is shaped",
    "network_shape: {loss: 0 %}": "nothing is shaped",
    "network_shape: {rate: 0 kbit/s}": "wanted above 0 bit/s",
    "network_shape: {queue: 0 B}": "wanted above 0 B",
    "network_shape: {mtu: 20 B}": "wanted 68 B at least",
    "network_shape: {loss: 120 %}": "no more than 100 %",
    "network_shape: {delay: 1 kbit/s}": "unit 'kbit/s' is unknown here",
    "certificate_bad: good": "wanted one of: expired",
    "host_moved: open": "wanted one of: closed, silent",
    "signal_fade: elevetor": "did you mean 'elevator'",
    "signal_ramp: {to: 20 dBm, over: 3 s}": "what a modem can measure",
    "signal_ramp: {to: -125 dB, over: 3 s}": "unit 'dB' is unknown here",
    "coverage_gaps: {gaps: [0 s]}": "wanted above 0 s each",
    "sim_swapped: {}": "key 'to' is missing",
    "sim_swapped: {to: 2}": "wanted a text",
    "modem_silent: {lasting: 3 s}": "unknown key 'lasting'",
    "modem_reset: {at_most: 0 s}": "wanted above 0 s",
}
ENGINES = {
    "relay": LACKS,
    "gateway": gateway.NEVER,
    "tun": tun.LACKS,
}


def _written(folder: Path, fault: str) -> Path:
    path = folder / "scenarios" / "data" / "wrong.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(STORY.format(fault=fault), encoding="utf-8")
    return path


@pytest.mark.parametrize("fault", WRONG)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    """In one line: the file, the line and the column, what was seen, what was wanted."""
    path = _written(tmp_path, fault)

    code = main(["check", str(path)])

    said = capsys.readouterr()
    [line] = said.err.splitlines()
    assert code == 2
    assert "wrong.yaml:5:" in line
    assert WRONG[fault] in line
    assert "Traceback" not in said.out + said.err


@pytest.mark.parametrize(
    ("engine", "fault", "word"),
    [
        ("relay", "data_exhausted: {mode: drop}", "mode:drop"),
        ("relay", "data_exhausted: {mode: reset, needs: power}", "needs"),
        ("relay", "network_shape: {loss: 5 %}", "loss"),
        ("relay", "network_profile: very_bad", "burst"),
        ("gateway", "data_exhausted: {mode: deactivate}", "mode:deactivate"),
        ("gateway", "network_shape: {mtu: 500 B}", "mtu"),
        ("tun", "data_exhausted: {mode: detach}", "mode:detach"),
        ("tun", "sim_expired: barred", "subscription"),
        ("tun", "access_refused: {apn: x}", "access"),
    ],
)
def test_what_an_engine_lacks_is_refused_by_name(
    tmp_path: Path, engine: str, fault: str, word: str
) -> None:
    """Before the run, with the engine's own reason."""
    [scenario] = load_scenarios(_written(tmp_path, fault))
    lacks = ENGINES[engine]

    [reason] = refused(scenario, Means(Volts(5), lacks=lacks))

    assert f"{word}: {lacks[word]}" in reason
    assert not refused(scenario, Means(Volts(5)))


def test_all_that_is_carried_can_still_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    """Every scenario of these families."""
    paths = [str(carried("scenarios", family)) for family in ("data", "signal", "network")]

    assert main(["check", *paths]) == 0, capsys.readouterr().err
