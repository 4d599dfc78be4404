"""A card robot that halts, lies, is late or busy for ever, in whole stories."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from harness.model.verdict import Outcome
from harness.tests.safety.tapped import BENDS, Bend, Tapped
from harness.tests.safety.whole_story import VIRTUAL, played_on

BEGIN, END = VIRTUAL.index("reader:"), VIRTUAL.index("stripe:")
WORDS = 'words: {take: "PICK {place}", return: "PUT {place}", insert: INS, remove: OUT}'
ROBOT = (
    'reader: {{driver: card_robot, flavour: {0}, address: "sim://reader/{0}", '
    "cards: [chip, stripe, mute, bad_atr, tap], {1}}}\n"
)


def _first(line: bytes, then: float = 3.0) -> Bend:
    """That line, and what it would have said some seconds later."""
    return lambda chunk: [(0.0, line + b"\r\n"), (then, chunk)]


BUSY: Bend = lambda _: [(float(n), b"echo:busy: processing\r\n") for n in range(200)]  # noqa: E731
#: What it does: its firmware, how, and what is said of it.
ROBOTS: Mapping[str, tuple[str, Bend, str]] = {
    "limit switch": ("grbl", _first(b"ALARM:1"), "ALARM:1 (a limit switch was hit)"),
    "not homed": ("grbl", _first(b"error:9"), "error:9 (locked, not homed)"),
    "error, then ok": ("grbl", _first(b"error:8"), "error:8 (not idle)"),
    "halted": ("marlin", _first(b"Error:Printer halted"), "Printer halted"),
    "busy for ever": ("marlin", BUSY, "busy for ever with 'G28'"),
    "ok to everything": ("grbl", lambda _: [(0.0, b"ok\r\n")], "does not answer"),
    "late": ("grbl", BENDS["late"], "does not answer"),
    "jam, then done": ("words", _first(b"JAM"), "'JAM' to "),
}


@pytest.mark.parametrize("since", [0.0, 14.0])
@pytest.mark.parametrize("what", ROBOTS)
def test_a_robot_that_does_not_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, since: float
) -> None:
    """An ERROR with its place, its words and what to do; the supply is off all the same."""
    flavour, bend, said = ROBOTS[what]
    make = partial(Tapped, device=f"reader/{flavour}", bend=bend, since=since)
    line = ROBOT.format(flavour, WORDS if flavour == "words" else "")
    rig = VIRTUAL[:BEGIN] + line + VIRTUAL[END:]

    played, bench = played_on(make, tmp_path, monkeypatch, rig=rig)

    assert played.verdict.outcome is Outcome.ERROR, played.verdict.reason
    told = [row["message"] for row in played.trace.of("bench_error")]
    assert any(said in one and f"sim://reader/{flavour}" in one for one in told), told
    assert any("by hand" in one or "?" in one for one in told)
    assert bench.rail.volts() < 0.5
