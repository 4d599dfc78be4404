"""``harness run --jobs``: shared out among processes, and nothing else is different."""

from pathlib import Path

import pytest

from harness.cli import main

STORY = """\
id: P-1
story: The power is cut.
vary: {lasting: [1 s, 2 s]}
given: {terminal: off}
when:
  - inject: {power_cut: {lasting: $lasting}}
then:
  recovers: {to: ready, within: 90 s}
"""


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """Two items."""
    path = tmp_path / "cut.yaml"
    path.write_text(STORY, encoding="utf-8")
    return path


def test_two_processes_leave_the_same_evidence(
    story: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Byte for byte, told in the order of the items, and counted together."""
    outs = [tmp_path / "one", tmp_path / "two"]
    for jobs, out in enumerate(outs, 1):
        main(["run", str(story), "--out", str(out), "--jobs", str(jobs)])

    traces = [
        {path.parent.name: path.read_bytes() for path in out.glob("*/trace.jsonl")} for out in outs
    ]
    assert len(traces[0]) == 2
    assert traces[0] == traces[1]
    told = capsys.readouterr().out
    assert told.count("[1/2]") == told.count("[2/2]") == 2
    assert told.rindex("[1/2]") < told.rindex("[2/2]")
    assert (outs[1] / "verdicts.json").exists()


def test_one_bench_is_not_shared(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Real instruments play one item at a time: refused before anything is done."""
    assert main(["run", str(story), "--rig", "rigs/loopback.yaml", "--jobs", "2"]) == 2
    assert "plays one item at a time" in capsys.readouterr().err


def test_an_item_is_not_asked_for_twice(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two of one name would write into one folder."""
    assert main(["run", str(story), str(story), "--jobs", "2"]) == 2
    assert "asked for 2 times" in capsys.readouterr().err
