"""Test cards leaked through every channel in every spelling: no artefact of the run holds one."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import runner
from harness.cli import main
from harness.files import carried
from harness.tests.safety.spellings import PANS, SPELT, held, in_files
from harness.tests.safety.tapped import Bend, Tapped
from harness.wire.pan import mask

STORY = carried("scenarios", "power", "low_supply.yaml")
AT_ONCE = 6  # leaks after each thing a device says
FOREIGN = "4929000000006"  # passes Luhn; on nobody's list
TERMINAL = ("terminal/console", "terminal/ecr")
DEVICES = (*TERMINAL, "modem", "host", "updates")

Clauses = dict[str, dict[str, Any]]


def _status(text: bytes) -> bytes:
    """An intermediate status of ZVT (04 FF) with a text in its TLV container."""
    lines = b"\x24" + bytes([len(text) + 2, 0x07, len(text)]) + text
    body = b"\xff\x03\x06" + bytes([len(lines)]) + lines
    return b"\x04\xff" + bytes([len(body)]) + body


def _bend(device: str, next_leak: Callable[[], str]) -> Bend:
    """What a device says, and card numbers after it, in its own framing."""

    def bend(chunk: bytes) -> list[tuple[float, bytes]]:
        leaks = [next_leak().encode() for _ in range(AT_ONCE)]
        if device == "terminal/ecr":
            return [(0.0, chunk), *((0.05, _status(leak[:100])) for leak in leaks)]
        if not chunk.endswith(b"\n"):
            return [(0.0, chunk)]
        return [(0.0, chunk), *((0.0, leak + b"\r\n") for leak in leaks)]

    return bend


def _run(
    monkeypatch: pytest.MonkeyPatch, out: Path, bends: dict[str, Bend], *options: str
) -> tuple[int, str, Clauses]:
    """A story on a bench that leaks: exit status, verdict, clauses."""
    monkeypatch.setattr(runner, "Bench", lambda *a, **k: Tapped(*a, bends=bends, since=9.0, **k))
    status = main(["run", str(STORY), "--out", str(out), *options])
    [run] = json.loads((out / "verdicts.json").read_text("utf-8"))["runs"]
    return status, run["verdict"], {row["clause"]: row for row in run["clauses"]}


def _every_spelling() -> tuple[Callable[[], str], set[str]]:
    """All cards in all spellings, one after the other, and which were used."""
    pairs = zip(itertools.cycle(SPELT), itertools.cycle(PANS))
    used: set[str] = set()

    def next_leak() -> str:
        name, pan = next(pairs)
        used.add(name)
        return SPELT[name](pan)

    return next_leak, used


@pytest.mark.parametrize("device", [*DEVICES, "all"])
def test_no_artefact_holds_a_card_number(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    device: str,
) -> None:
    """Trace, reports, drawings, screen: all are clean; where the terminal leaked, it FAILs."""
    next_leak, used = _every_spelling()

    leaking = DEVICES if device == "all" else (device,)
    bends = {one: _bend(one, next_leak) for one in leaking}
    _, verdict, clauses = _run(monkeypatch, tmp_path / "out", bends)

    shown = capsys.readouterr()
    assert in_files(tmp_path) == {}
    assert held((shown.out + shown.err).encode()) == []
    assert used, "nothing was leaked"
    if device in TERMINAL:
        assert used == set(SPELT)
        assert verdict == "FAIL"
        assert clauses["no_clear_card_number"]["verdict"] == "FAIL"
        assert f"on the {device.split('/')[1]} " in clauses["no_clear_card_number"]["reason"]


def _cut_in_two(chunk: bytes) -> list[tuple[float, bytes]]:
    """A log whose lines and pieces end in the middle of a number."""
    if not chunk.endswith(b"\n"):
        return [(0.0, chunk)]
    lines = [f"card {pan[:8]}\r\n2026-11-22 03:22:41.123 {pan[8:]} read\r\n" for pan in PANS]
    pieces = [piece for pan in PANS for piece in (f"card {pan[:7]}", f"{pan[7:]} read\r\n")]
    return [(0.0, chunk), *((0.0, one.encode()) for one in [*lines, *pieces])]


def test_a_number_over_two_lines_or_two_pieces_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of a number is hidden, behind a time stamp as well; no two lines give it away."""
    out = tmp_path / "out"
    _, verdict, clauses = _run(monkeypatch, out, {"terminal/console": _cut_in_two})

    assert verdict == clauses["no_clear_card_number"]["verdict"] == "FAIL"
    assert in_files(tmp_path) == {}
    [trace] = out.glob("*/trace.jsonl")
    said = trace.read_text("utf-8")
    assert '"masked":"999999***0014"' in said.replace('": "', '":"')
    rests = [pan[8:] for pan in PANS]
    assert [rest for rest in rests if f"{rest} read" in said] == []


def _foreign(chunk: bytes) -> list[tuple[float, bytes]]:
    line = f"08:00:09.000 I card: read entry=chip pan={FOREIGN}\r\n".encode()
    return [(0.0, chunk), (0.0, line if chunk[-1:] == b"\n" else b"")]


def _figures(chunk: bytes) -> list[tuple[float, bytes]]:
    line = f"08:00:09.000 I app: order {FOREIGN} taken\r\n".encode()
    return [(0.0, chunk), (0.0, line if chunk[-1:] == b"\n" else b"")]


def test_figures_that_look_like_some_card_are_cut_and_break_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order's number that passes Luhn is no card of this bench: no FAIL, and no end of a run."""
    out = tmp_path / "out"
    _, verdict, clauses = _run(monkeypatch, out, {"terminal/console": _figures})

    assert verdict == clauses["no_clear_card_number"]["verdict"] == "PASS"
    assert not [path for path in out.rglob("*.*") if FOREIGN.encode() in path.read_bytes()]


@pytest.mark.parametrize("known", [False, True])
def test_a_card_that_is_no_test_card_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], known: bool
) -> None:
    """The item breaks off and is clean, the next one is not played; unless its issuer is known."""
    options = [str(STORY), *(["--i-have-a-test-deck", FOREIGN[:6]] if known else [])]

    monkeypatch.setattr(
        runner, "Bench",
        lambda *a, **k: Tapped(*a, bends={"terminal/console": _foreign}, since=9.0, **k),
    )  # fmt: skip
    status = main(["run", str(STORY), "--out", str(tmp_path), *options])

    runs = json.loads((tmp_path / "verdicts.json").read_text("utf-8"))["runs"]
    assert [run["verdict"] for run in runs] == (["FAIL", "FAIL"] if known else ["ERROR"])
    said = capsys.readouterr().err
    assert ("492900***0006 is no known test card" in said) == (not known)
    assert status == (1 if known else 3)
    assert not [path for path in tmp_path.rglob("*.*") if FOREIGN.encode() in path.read_bytes()]
    trace = next(tmp_path.glob("*/trace.jsonl")).read_text("utf-8")
    assert ('"foreign":' in trace) == (not known)


@pytest.mark.parametrize("spelling", SPELT)
def test_each_spelling_on_the_console_is_found(spelling: str) -> None:
    """None passes for innocent behind a time stamp, and the search of these tests knows it."""
    for pan in PANS:
        line = f"2026-11-22 03:22:41.123 pay: {SPELT[spelling](pan)} stan=000123"

        shown = mask(line)

        assert held(line.encode())
        assert held(shown.encode()) == []
        assert f"{pan[:6]}***{pan[-4:]}" in shown
