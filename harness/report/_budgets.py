"""The lowest lanes of a timeline: each budget as a bar, with a tick where it was measured."""

from harness.model.played import Played
from harness.model.trace import Trace
from harness.model.verdict import ClauseVerdict, Outcome
from harness.report._svg import LEFT, RIGHT, ROW, Sheet, width_of
from harness.report.clean import clean, seconds

_TONES = {Outcome.PASS: "good", Outcome.INCONCLUSIVE: "warn", Outcome.FAIL: "bad"}


def budgets(sheet: Sheet, played: Played) -> None:
    """Per clause with a budget: the budget as a bar, the used part darker, a tick at the end."""
    rows = [row for row in played.verdict.clauses if row.budget is not None]
    if not rows:
        return
    sheet.name("budgets", ROW)
    for clause in rows:
        _budget(sheet, played.trace, clause)
        sheet.y += ROW
    sheet.leave(0)


def _budget(sheet: Sheet, trace: Trace, clause: ClauseVerdict) -> None:
    begin = reference(trace, clause)
    left, right = sheet.x(begin), sheet.x(begin + (clause.budget or 0))
    tone = _TONES.get(clause.outcome, "bad")
    sheet.canvas.rect(left, sheet.y + 2, right - left, ROW - 5, "budget")
    end = right
    if clause.measured is not None:
        end = sheet.x(begin + clause.measured)
        sheet.canvas.rect(left, sheet.y + 2, end - left, ROW - 5, f"{tone} used")
        sheet.canvas.line(end, sheet.y, end, sheet.y + ROW - 2, "mark")
    if right < RIGHT:
        sheet.canvas.line(right, sheet.y, right, sheet.y + ROW - 2, "limit")
    said = f"{clean(clause.clause, 44)} {seconds(clause.measured)} of {seconds(clause.budget)}"
    if max(end, right) + width_of(said) + 8 <= RIGHT:
        sheet.canvas.text(max(end, right) + 5, sheet.y + 11.5, said, tone)
    elif left - width_of(said) - 6 >= LEFT:
        sheet.canvas.text(left - 5, sheet.y + 11.5, said, tone, "end")
    else:
        sheet.canvas.text(left + 5, sheet.y + 11.5, said, "strong")


def reference(trace: Trace, clause: ClauseVerdict) -> float:
    """When a clause's budget began to run.

    Its evidence minus what was measured, where that meets a moment budgets run from; else the
    moment its word runs from by default (DESIGN.md, "Scenario language").
    """
    starts = [row.t for row in trace.of("fault_injected", "fault_cleared", "detected", "healing")]
    if clause.measured is not None:
        for n in clause.evidence:
            if 0 < n <= len(trace):
                found = [t for t in starts if abs(trace[n - 1].t - clause.measured - t) < 0.002]
                if found:
                    return found[0]
    word = clause.clause.split(" ")[0]
    kinds = {"reports": ("detected", "fault_injected"), "recovers": ("healing", "fault_cleared")}
    for kind in kinds.get(word, ("fault_injected",)):
        row = trace.last(kind) if word == "recovers" else trace.first(kind)
        if row is not None:
            return row.t
    ready = trace.first("given_ready")
    return ready.t if ready else 0.0
