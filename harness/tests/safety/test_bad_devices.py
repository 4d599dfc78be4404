"""Devices that answer late, twice, never, in part or with garbage, through the real command."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness import runner
from harness.cli import main
from harness.files import carried
from harness.tests.safety.tapped import BENDS, Tapped

STORY = carried("scenarios", "power", "cut_while_host_answers.yaml")
TALKING = ("supply", "attenuator", "network", "modem", "host", "updates")


def _run(
    out: Path, monkeypatch: pytest.MonkeyPatch, device: str, bend: str, since: float
) -> tuple[int, str, str, Tapped]:
    """(exit status, verdict, reason, the bench as it was left)."""
    made: list[Tapped] = []

    def make(*args: Any, **keys: Any) -> Tapped:
        made.append(Tapped(*args, device=device, bend=BENDS[bend], since=since, **keys))
        return made[-1]

    monkeypatch.setattr(runner, "Bench", make)
    code = main(["run", str(STORY), "--out", str(out)])
    [run] = json.loads((out / "verdicts.json").read_text("utf-8"))["runs"]
    assert not list(out.glob("*/traceback.txt"))
    return code, run["verdict"], run["reason"], made[-1]


@pytest.mark.parametrize("bend", ["garbage", "text garbage", "never", "late", "torn"])
@pytest.mark.parametrize("device", TALKING)
def test_a_device_that_is_wrong_from_the_start(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    device: str,
    bend: str,
) -> None:
    """The device is named, what to look at is said, and nothing was ever energised."""
    code, verdict, reason, bench = _run(tmp_path, monkeypatch, device, bend, 0.0)

    assert (code, verdict) == (3, "ERROR")
    assert device in reason
    assert "Nothing was energised" in reason
    assert bench.rail.volts() == 0
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    trace = next(tmp_path.glob("*/trace.jsonl")).read_text("utf-8")
    assert '"kind":"output","on":true' not in trace


@pytest.mark.parametrize("bend", sorted(BENDS))
@pytest.mark.parametrize("device", [*TALKING, "reader", "terminal/console", "terminal/ecr"])
def test_a_device_that_turns_wrong_in_mid_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    device: str,
    bend: str,
) -> None:
    """The supply is off afterwards whoever went wrong; a broken bench is ERROR, nothing else."""
    code, verdict, _, bench = _run(tmp_path, monkeypatch, device, bend, 17.0)

    assert bench.rail.volts() < 0.5
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    if bend == "twice" or device in ("modem", "updates") or device.startswith("terminal"):
        return  # nothing may have been asked of it any more; a silent terminal is the terminal's
    assert (code, verdict) == (3, "ERROR")
    assert "by hand" in said.out or device in ("reader", "host")
