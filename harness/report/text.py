"""What a person reads in a console: a paragraph per failure, two lines per pass, one table."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.model.played import Played
from harness.model.trace import Observation
from harness.model.verdict import ClauseVerdict, Outcome
from harness.report.clean import clean, quote, seconds

#: Most observations quoted per clause; the rest is in the trace.
QUOTED = 6
#: What clauses say of a run that was interrupted; one line is enough for all of them.
UNFINISHED = "the run was cut off"
#: The worst first.
SEVERITY = (Outcome.ERROR, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.SKIPPED, Outcome.PASS)


def outcome_of(played: Played) -> Outcome:
    """The item's verdict; SKIPPED when it was not played."""
    return Outcome.SKIPPED if played.skipped else played.verdict.outcome


def reason_of(played: Played) -> str:
    """Why, in one sentence."""
    return clean(played.skipped or played.verdict.reason)


def by_severity(played: Iterable[Played]) -> list[Played]:
    """The worst first, otherwise as they were played."""
    return sorted(played, key=lambda one: SEVERITY.index(outcome_of(one)))


def blamed(played: Played) -> list[ClauseVerdict]:
    """The clauses that gave the item its verdict."""
    outcome = outcome_of(played)
    return [row for row in played.verdict.clauses if row.outcome is outcome]


def evidence_of(clause: ClauseVerdict, played: Played, most: int = QUOTED) -> list[Observation]:
    """The observations a clause rests on, found by line number; the last ones when many."""
    lines = [n for n in clause.evidence if 0 < n <= len(played.trace)]
    return [played.trace[n - 1] for n in lines[-most:]]


def paragraph(played: Played, base: Path | None = None) -> str:
    """Clause, budget against measured, the observations it rests on, where the evidence lies."""
    scenario = played.scenario
    lines = [f"{outcome_of(played)}  {scenario.id}  {scenario.name}"]
    if scenario.story:
        lines.append(f"  {clean(scenario.story)}")
    clauses = blamed(played)
    if not clauses:
        lines.append(f"  {reason_of(played)}")
    unfinished = [clause for clause in clauses if clause.reason.startswith(UNFINISHED)]
    if len(unfinished) > 1:
        clauses = [clause for clause in clauses if clause not in unfinished]
    for clause in clauses:
        lines.append(f"  {clean(clause.clause)}: {clean(clause.reason)}{_times(clause)}")
        lines += [f"    {_line(seen)}" for seen in evidence_of(clause, played)]
    if len(unfinished) > 1:
        lines.append(f"  {len(unfinished)} clauses could not be judged: {UNFINISHED}")
    graded = played.verdict.performance
    if graded is not None:
        lines.append(f"  performance class {graded.letter}: {clean(graded.reason)}")
    where = [scenario.path, str(_near(played.folder / "trace.jsonl", base))]
    lines.append(f"  evidence: {where[1]}" + (f"   story: {where[0]}" if where[0] else ""))
    return "\n".join(lines)


def _times(clause: ClauseVerdict) -> str:
    if clause.budget is None:
        return ""
    measured = "not seen" if clause.measured is None else f"measured {seconds(clause.measured)}"
    return f" [budget {seconds(clause.budget)}, {measured}]"


def _line(seen: Observation) -> str:
    return f"#{seen.n:<5} {seen.t:>9.3f} s  {seen.source}: {seen.kind} {quote(seen)}".rstrip()


def _near(path: Path, base: Path | None) -> Path:
    try:
        return path.relative_to(base or Path.cwd())
    except ValueError:
        return path


def summary(played: Played) -> str:
    """Two lines: budgets with what was measured, then what held; cells stand under each other."""
    budgeted = [row for row in played.verdict.clauses if row.budget is not None]
    others = [row for row in played.verdict.clauses if row.budget is None]
    cells = [
        f"{clean(row.clause, 40):<28} {seconds(row.measured):>7} of {seconds(row.budget):>5}"
        for row in budgeted
    ]
    if len(others) == 1:
        cells.append(f"{clean(others[0].clause, 40)} held")
    elif others:
        cells.append(f"{len(others)} more clauses held")
    graded = played.verdict.performance
    if graded is not None:
        cells.append(f"performance class {graded.letter}")
    half = max(1, (len(cells) + 1) // 2)
    rows = [cells[:half], cells[half:]]
    return "\n".join("  " + "  |  ".join(row) for row in rows if row)


def table(played: Sequence[Played]) -> list[str]:
    """One line per scenario, the worst first; points of one ``vary`` that agree share a line."""
    rows: dict[tuple[str, str, str], list[Played]] = {}
    for one in by_severity(played):
        outcome = outcome_of(one)
        quiet = outcome is Outcome.PASS or bool(one.skipped)
        name = one.scenario.name.split("[")[0] if quiet else one.scenario.name
        rows.setdefault((str(outcome), name, "" if quiet else reason_of(one)), []).append(one)
    wide = max((len(f"{key[1]} x{len(group)}") for key, group in rows.items()), default=0)
    return [_table_row(key, group, wide) for key, group in rows.items()]


def _table_row(key: tuple[str, str, str], group: list[Played], wide: int) -> str:
    outcome, name, reason = key
    one = group[0].scenario
    many = f" x{len(group)}" if len(group) > 1 else ""
    why = reason or (reason_of(group[0]) if group[0].skipped else "")
    return f"{outcome:<12} {one.id:<5} {one.family + '/' + name + many:<{wide + 9}} {why}".rstrip()


def closing(played: Sequence[Played], dossier: Path | None, base: Path | None = None) -> list[str]:
    """Counts, simulated seconds per second of wall time, and the file to open."""
    counts = [
        f"{sum(outcome_of(one) is kind for one in played)} {kind}"
        for kind in reversed(SEVERITY)
        if any(outcome_of(one) is kind for one in played)
    ]
    simulated = sum(one.simulated for one in played)
    wall = sum(one.wall for one in played)
    lines = [f"{', '.join(counts) or 'nothing was played'}"]
    if wall > 0:
        pace = f", {simulated / wall:.0f} per wall second" if simulated > 2 * wall else ""
        lines.append(f"{simulated:.0f} s on the run's clock in {wall:.1f} s{pace}")
    if dossier is not None:
        lines.append(f"open {_near(dossier, base)}")
    return lines
