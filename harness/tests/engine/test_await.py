"""``await``: what it looks at."""

from pathlib import Path

from harness.files import carried, load_scenarios
from harness.model.played import Played
from harness.model.verdict import Outcome
from harness.runner import Session

STORY = """
id: P-1
story: A sale, and what is waited for.
given: {terminal: ready}
when:
  - sale: {amount: 10.00 CNY, card: chip, as: first}
  - await: {engine: sale_ended, sale: first}
  - sale: {amount: 11.00 CNY, card: chip, as: second}
  - await: {host: answered, of: second}
"""
AGAIN = "  - await: {engine: sale_ended, sale: first}\n"
NEXT = "  - await: {engine: sale_ended, sale: second}\n"


def _play(folder: Path, steps: str) -> Played:
    path = folder / "power" / "waits.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(STORY + steps + "always: [no_tamper]\n", "utf-8")
    with Session(rig=carried("rigs", "virtual.yaml"), out=folder / "out") as session:
        return session.play(load_scenarios(path)[0])


def test_a_sale_that_has_ended_is_not_waited_for(tmp_path: Path) -> None:
    """Its end before the previous trigger counts; what comes next is still found."""
    played = _play(tmp_path, AGAIN + NEXT)

    assert played.verdict.outcome is Outcome.PASS, played.verdict.reason
    done = played.trace.of("step_done")
    ended = played.trace.first("sale_ended", sale="first")
    assert ended is not None
    assert [row["trigger"] for row in done if "trigger" in row.fields].count(ended.n) == 2


def test_a_sale_that_ended_meanwhile_is_not_late(tmp_path: Path) -> None:
    """Its end is a state by then, and no moment that has to be met."""
    played = _play(tmp_path, "  - hold: 30 s\n" + NEXT)

    assert played.verdict.outcome is Outcome.PASS, played.verdict.reason


def test_a_moment_that_has_passed_is_missed(tmp_path: Path) -> None:
    """What was to come before another thing, and came after it, shows nothing."""
    moment = (
        "  - await: {terminal: approved, of: second, %sbefore: {terminal: printed, of: second}}\n"
    )

    assert _play(tmp_path / "in", moment % "").verdict.outcome is Outcome.PASS
    played = _play(tmp_path / "late", moment % "after: 5 s, ")
    assert played.verdict.outcome is Outcome.INCONCLUSIVE
    assert "terminal: printed" in played.verdict.reason


def test_anything_else_has_to_come_yet(tmp_path: Path) -> None:
    """An answer of before the previous trigger is none."""
    played = _play(tmp_path, "  - await: {host: answered, of: first, within: 20 s}\n")

    assert played.verdict.outcome is Outcome.INCONCLUSIVE
    assert "never came within 20 s" in played.verdict.reason
