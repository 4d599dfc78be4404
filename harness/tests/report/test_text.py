"""What a person reads in a console."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from harness.model.played import Played
from harness.model.verdict import Outcome
from harness.report import text

Play = Callable[..., Played]


def test_a_failure_is_one_paragraph_with_clause_budget_evidence_and_place(play: Play) -> None:
    """Everything a vendor asks for stands in it, and no traceback does."""
    failed = play(Outcome.FAIL)

    said = text.paragraph(failed, failed.folder.parent)

    assert said.startswith("FAIL  P-2  dip_mid_sale\n")
    assert "reports supply_low: reported on ecr only after 10.8 s" in said
    assert "[budget 5 s, measured 10.8 s]" in said
    assert "terminal: report on=ecr cause=supply_low" in said
    assert "evidence: power-dip_mid_sale/trace.jsonl" in said
    assert "Traceback" not in said
    assert "exactly_once" not in said, "clauses that held are no part of the failure"


def test_the_quoted_lines_are_lines_of_the_trace(play: Play) -> None:
    """A line number in the paragraph leads to that observation in trace.jsonl."""
    failed = play(Outcome.FAIL)

    numbers = [
        int(line.split()[0][1:])
        for line in text.paragraph(failed).splitlines()
        if line.strip().startswith("#")
    ]

    assert [failed.trace[n - 1].kind for n in numbers] == ["detected", "report", "report"]


def test_hostile_text_stays_one_line_in_the_paragraph(play: Play) -> None:
    """What a terminal wrote cannot add lines, colours or a card number."""
    hostile = play(Outcome.FAIL, hostile="x\n\x1b[31mPASS\u202e 9999990000000014")

    said = text.paragraph(hostile)

    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "9999990000000014" not in said
    assert not any(line.startswith("PASS") for line in said.splitlines())


def test_evidence_that_is_not_in_the_trace_is_left_out(play: Play) -> None:
    """A truncated trace with a verdict over more lines does not break the report."""
    failed = play(Outcome.FAIL)
    clause = failed.verdict.clauses[1]

    assert text.evidence_of(replace(clause, evidence=(0, -1, 99_999)), failed) == []


def test_a_pass_is_two_lines_of_figures(play: Play) -> None:
    """Budgets with what was measured; the clauses without a budget are counted."""
    lines = text.summary(play()).splitlines()

    assert len(lines) == 2
    assert "detects supply_low" in lines[0]
    assert "770 ms of   2 s" in lines[0]
    assert "2 more clauses held" in lines[1]


def test_the_table_has_the_worst_first_and_one_line_for_a_sweep_that_passed(play: Play) -> None:
    """Forty passing points of a sweep do not hide the failing one."""
    sweep = [
        play(Outcome.FAIL if n == 2 else Outcome.PASS, name=f"cut_sweep[cut_after={n}ms]")
        for n in range(40)
    ]

    rows = text.table([*sweep, play(Outcome.ERROR, name="broken"), play(Outcome.SKIPPED, name="s")])

    assert [row.split()[0] for row in rows] == ["ERROR", "FAIL", "SKIPPED", "PASS"]
    assert "cut_sweep[cut_after=2ms]" in rows[1]
    assert "cut_sweep x39" in rows[3]


def test_the_closing_lines_count_pace_and_name_the_file(play: Play, tmp_path: Path) -> None:
    """The last line names the dossier to open."""
    lines = text.closing([play(), play(Outcome.FAIL)], tmp_path / "dossier.html", tmp_path)

    assert lines[0] == "1 PASS, 1 FAIL"
    assert "2000 per wall second" in lines[1]
    assert lines[-1] == "open dossier.html"


def test_of_a_run_in_real_time_no_pace_is_told(play: Play) -> None:
    """One second per second is nothing to tell."""
    lines = text.closing([replace(play(), simulated=23.0, wall=23.8)], None)

    assert lines[1] == "23 s on the run's clock in 23.8 s"


def test_what_was_interrupted_is_told_once(play: Play) -> None:
    """Two dozen clauses that say the same hide the one that says who ended it."""
    item = play(Outcome.INCONCLUSIVE)
    first, *_ = item.verdict.clauses
    cut = replace(first, outcome=Outcome.INCONCLUSIVE, reason="the run was cut off: judged at rest")
    why = replace(cut, clause="staged", reason="the run was ended early: interrupted")
    verdict = replace(item.verdict, clauses=(cut, cut, cut, why))

    said = text.paragraph(replace(item, verdict=verdict), item.folder.parent)

    assert said.count("the run was cut off") == 1
    assert "3 clauses could not be judged: the run was cut off" in said
    assert "staged: the run was ended early: interrupted" in said


def test_nothing_played_says_so() -> None:
    """An empty run does not look like a good one."""
    assert text.closing([], None) == ["nothing was played"]
