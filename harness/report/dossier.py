"""``dossier.html``: the whole run in one self-contained file.

No script, no address outside, light and dark, printable. What failed comes first, then every
verdict, then which requirement was covered, then each scenario with its drawing and its evidence.
Autoescape is on: a terminal's text is hostile input.
"""

import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from harness.errors import HarnessError
from harness.model.played import Played
from harness.model.verdict import ClauseVerdict, Outcome
from harness.model.words import find, words_in
from harness.report import timeline, updates, waveform
from harness.report.clean import clean, quote, seconds
from harness.report.confusion import confusion
from harness.report.history import plain_text, steps_of
from harness.report.text import (
    SEVERITY,
    blamed,
    by_severity,
    evidence_of,
    outcome_of,
    reason_of,
)
from harness.report.verdicts import folder_of, write_whole
from harness.version import VERSION

HERE = Path(__file__).parent
#: Evidence lines shown per clause.
QUOTED = 8
#: Items of one scenario that are told in full above all others; of a sweep more may be wrong.
IN_FULL = 4


@dataclass(frozen=True, slots=True)
class Group:
    """All items of one scenario file.

    Attributes:
        shown: Items with a section of their own: what did not pass, and one that did.
        items: All items, the worst first.
    """

    key: str
    items: list[Played]
    shown: list[Played]

    @property
    def worst(self) -> Outcome:
        return outcome_of(self.items[0])


def write(played: Sequence[Played], *, rig: str, out: Path) -> Path:
    """Write ``dossier.html`` into ``out``."""
    return write_whole(out / "dossier.html", render(played, rig=rig, out=out))


def render(
    played: Sequence[Played],
    *,
    rig: str,
    out: Path,
    requirements: Mapping[str, str] | None = None,
) -> str:
    """The page as text; ``requirements`` (id to statement) are the catalogue's when left out."""
    pages = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    pages.filters |= {"seconds": seconds, "quote": quote, "clean": clean}
    known = _catalogue() if requirements is None else requirements
    groups = _groups(played)
    updated = updates.rows([(group.key, group.items) for group in groups])
    shown = {id(one) for group in groups for one in group.shown}
    return pages.get_template("dossier.html.j2").render(
        rig=rig, out=out, groups=groups, counts=_counts(played), headline=_headline(played),
        facts=_facts(played, rig), coverage=_coverage(groups, known), outcome_of=outcome_of,
        catalogue=_by_id(groups) if len(groups) > 1 else [], shown_by=_shown_by,
        diagnosis=confusion(played), reason_of=reason_of, blamed=blamed, steps_of=steps_of,
        plain_text=plain_text,
        bar=_bar, anchor=_anchor, invariants=_invariants,
        evidence=lambda clause, one: evidence_of(clause, one, QUOTED),
        folder=lambda one: folder_of(one, out),
        drawing=lambda one: Markup(timeline.draw(one, alone=False)),  # noqa: S704 - escaped there
        most=IN_FULL, updated=updated, times=updates.NAMES,
        has_section=lambda one: id(one) in shown,
        strip=lambda sweep: Markup(updates.draw(sweep, [  # noqa: S704 - escaped there
            ("" if id(point.one) in shown else "pt-") + _anchor(point.one)
            for point in sweep.points
        ])),
        power=lambda one: waveform.panels(one.trace), markup=Markup,  # escaped there
        style=Markup((HERE / "dossier.css").read_text(encoding="utf-8") + timeline.STYLE),  # noqa: S704
        simulated=sum(one.simulated for one in played), wall=sum(one.wall for one in played),
    )  # fmt: skip


def _groups(played: Sequence[Played]) -> list[Group]:
    """By scenario file, the group with the worst item first."""
    found: dict[str, list[Played]] = {}
    for one in by_severity(played):
        scenario = one.scenario
        found.setdefault(f"{scenario.family}/{scenario.name.split('[')[0]}", []).append(one)
    groups = []
    for key, items in found.items():
        loud = [one for one in items if outcome_of(one) not in (Outcome.PASS, Outcome.SKIPPED)]
        groups.append(Group(key, items, loud or items[:1]))
    return groups


def _anchor(played: Played) -> str:
    return re.sub(r"[^\w.=-]+", "_", f"{played.scenario.family}-{played.scenario.name}")


def _counts(played: Sequence[Played]) -> list[tuple[str, int]]:
    kinds = (Outcome.FAIL, Outcome.ERROR, Outcome.INCONCLUSIVE, Outcome.PASS, Outcome.SKIPPED)
    counted = [(str(kind), sum(outcome_of(one) is kind for one in played)) for kind in kinds]
    return [(name, count) for name, count in counted if count or name in ("FAIL", "PASS")]


def _headline(played: Sequence[Played]) -> str:
    """The whole run in one line."""
    outcomes = [outcome_of(one) for one in played if not one.skipped]
    failed = outcomes.count(Outcome.FAIL)
    open_ = len(outcomes) - failed - outcomes.count(Outcome.PASS)
    if not outcomes:
        return "Nothing was played"
    if failed:
        return f"The terminal failed {failed} of {len(outcomes)} items"
    if open_:
        return f"No failure, but {open_} of {len(outcomes)} items prove nothing"
    return f"The terminal coped with all {len(outcomes)} items"


def _facts(played: Sequence[Played], rig: str) -> list[tuple[str, str]]:
    """What a vendor asks first: which version, rig, seed, time, and what was simulated."""
    started = next((row for one in played if (row := one.trace.first("run_started"))), None)
    clock = str(started.get("clock", "")) if started else ""
    plays: Any = started.get("plays") if started else None
    rows = {
        "rig": rig,
        "devices": ", ".join(f"{role}: {name}" for role, name in plays.items())
        if isinstance(plays, Mapping)
        else "",
        "time": _TIMES.get(clock, clock),
        "seed": ", ".join(sorted({str(one.seed) for one in played})),
        "harness": f"{VERSION}, Python {platform.python_version()}",
        "written": f"{datetime.now(tz=UTC):%Y-%m-%d %H:%M UTC}",
    }
    return [(name, clean(value, 600)) for name, value in rows.items() if value]


_TIMES = {
    "virtual": "virtual: every device is simulated, the terminal too",
    "real": "real, the machine's monotonic clock",
}


def _catalogue() -> Mapping[str, str]:
    """Requirement ids and their statements, as far as they can be read."""
    try:
        from harness.files import load_requirements

        return {str(key): str(value) for key, value in load_requirements().items()}
    except (ImportError, HarnessError, OSError):
        return {}


def _coverage(
    groups: Sequence[Group], known: Mapping[str, str]
) -> list[tuple[str, str, list[tuple[Group, str]]]]:
    """(requirement, statement, the groups that cover it with their worst verdict)."""
    covering: dict[str, list[tuple[Group, str]]] = {name: [] for name in known}
    for group in groups:
        for name in group.items[0].scenario.covers:
            covering.setdefault(name, []).append((group, str(group.worst)))
    return [
        (name, known.get(name, ""), rows)
        for name, rows in sorted(covering.items(), key=lambda row: (row[0][:1], _number(row[0])))
    ]


@lru_cache
def _invariants(clause: str) -> str:
    """``invariants 5, 14``: which of the 24 a clause stands for, by its first word."""
    word = clause.split(" ")[0]
    for package in ("harness.judge.invariants", "harness.judge"):
        if word in words_in(package):
            numbers = getattr(find(package, word), "NUMBERS", ())
            said = ", ".join(map(str, numbers))
            return f"invariant{'s' if len(numbers) > 1 else ''} {said}" if numbers else ""
    return ""


def _ids() -> Mapping[str, Mapping[str, Any]]:
    """The catalogue, as far as it can be read."""
    try:
        from harness.files import load_catalogue

        return load_catalogue()
    except (ImportError, HarnessError, OSError):
        return {}


def _shown_by(requirement: str) -> list[str]:
    """Ids of the catalogue that would show a requirement."""
    return [name for name, row in _ids().items() if requirement in row["covers"]]


def _by_id(groups: Sequence[Group]) -> list[tuple[str, str, str]]:
    """(id, what it shows, its worst verdict or ``""``) for every id of the catalogue."""
    worst: dict[str, str] = {}
    for group in groups:  # the worst first
        worst.setdefault(group.items[0].scenario.id, str(group.worst))
    return [(name, str(row["shows"]), worst.get(name, "")) for name, row in _ids().items()]


def _number(name: str) -> int:
    return int(name[1:]) if name[1:].isdigit() else 0


def _bar(clause: ClauseVerdict) -> tuple[float, float]:
    """(percent of the bar that the budget takes, percent that was used)."""
    budget = clause.budget or 0.0
    measured = clause.measured or 0.0
    longest = max(budget, measured) or 1.0
    return 100 * budget / longest, 100 * measured / longest


__all__ = ["SEVERITY", "Group", "render", "write"]
