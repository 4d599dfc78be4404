"""What updates came to: a strip of the ends along a sweep, and a table of the times they took.

The strip has a lane for each end, so that it is read without colour: ``new`` or ``old`` runs,
``neither`` (it does not come back, or runs what it may not), or the point was ``not reached``.
A terminal that says its version to nobody has ends that are ``not known``.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from harness.judge._course import TIMED, Course, Timed
from harness.model.played import Played
from harness.model.verdict import ClauseVerdict, Outcome
from harness.report._svg import RIGHT, ROW, WIDE, Canvas, width_of
from harness.report.clean import clean, seconds
from harness.report.text import outcome_of

#: The lanes of a strip, from the top: end -> tone.
ENDS = {
    "new": "good", "old": "busy", "neither": "bad", "not reached": "calm", "not known": "warn",
}  # fmt: skip
#: The lane of terminals that tell nobody which version starts is there for them alone.
UNSEEN = "not known"
NAMES: dict[Timed, str] = {
    "download": "download", "install": "install", "out_of_service": "out of service",
    "first_sale": "first sale after",
}  # fmt: skip
#: So many different numbers make a sweep.
SWEEP = 5
LEFT, LANE, GAP = 96.0, 17.0, 3.0  # px
NUMBER = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(\S*)\s*")
#: Steps of an axis: units of it between two ticks.
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)


@dataclass(frozen=True, slots=True)
class Point:
    """One item, and what its update came to.

    Attributes:
        one: The item.
        course: Its update's.
        end: A word of ``ENDS``.
        phase: What the terminal had said last when the first fault bit; ``""`` for nothing.
        x: Its place in a sweep.
    """

    one: Played
    course: Course
    end: str
    phase: str
    x: float = 0.0

    @property
    def outcome(self) -> str:
        return str(outcome_of(self.one))


@dataclass(frozen=True, slots=True)
class Sweep:
    """Points along one varied number; ``of`` says what else was varied."""

    name: str
    unit: str
    of: str
    points: list[Point]


@dataclass(slots=True)
class Row:
    """A scenario's line of the table.

    Attributes:
        key: Family and name.
        points: All its items that were played.
        sweeps: Its sweeps, where it has any.
    """

    key: str
    points: list[Point]
    sweeps: list[Sweep] = field(default_factory=list)

    @property
    def ends(self) -> str:
        """``52 new, 60 old``."""
        ends = [point.end for point in self.points]
        return ", ".join(f"{ends.count(end)} {end}" for end in ENDS if end in ends)

    def time(self, what: Timed) -> tuple[str, str, bool]:
        """(middle and worst, the budget or ``""``, whether a budget was broken)."""
        took = [value for point in self.points if (value := point.course.took(what)) is not None]
        if not took:
            return "", "", False
        said = seconds(median(took))
        if seconds(max(took)) != said:
            said += f", worst {seconds(max(took))}"
        clauses = [row for point in self.points if (row := _clause(point.one, what)) is not None]
        budgets = [row.budget for row in clauses if row.budget is not None]
        broken = any(row.outcome is Outcome.FAIL for row in clauses)
        return said, f"of {seconds(max(budgets))}" if budgets else "", broken

    @property
    def downloaded(self) -> str:
        """The most of the image that was downloaded in one item, in percent."""
        shares = [known[0] for point in self.points if (known := point.course.downloaded())]
        return f"{max(shares) * 100:.0f} %" if shares else ""


#: How ``judge/updated.py`` calls the clause of a time.
CLAUSES: dict[Timed, str] = {
    "download": "updated: download", "install": "updated: install",
    "out_of_service": "updated: out of service", "first_sale": "updated: back to the first sale",
}  # fmt: skip


def _clause(one: Played, what: Timed) -> ClauseVerdict | None:
    return next((row for row in one.verdict.clauses if row.clause == CLAUSES[what]), None)


def rows(groups: Sequence[tuple[str, Sequence[Played]]]) -> list[Row]:
    """A row for each scenario in which an update was offered, as the groups are."""
    found = []
    for key, items in groups:
        played = [one for one in items if one.trace.of("update") or one.trace.of("offered")]
        if played:
            points = [_point(one) for one in played]
            found.append(Row(key, points, list(_sweeps(points))))
    return found


# --- one item ---------------------------------------------------------------------------------


def _point(one: Played) -> Point:
    course = Course.of(one.trace)
    return Point(one, course, end_of(one, course), _phase(one))


def end_of(one: Played, course: Course) -> str:
    """A word of ``ENDS``."""
    asked, bit = one.trace.of("fault_injected"), one.trace.of("fault_took_effect")
    if one.trace.of("trigger_missed") or len(bit) < len(asked) or course.began is None:
        return "not reached"
    if not course.running:
        return UNSEEN
    if course.down_since is not None:
        return "neither"
    if course.running == course.old:
        return "old"
    offered = {str(row.get("version")) for row in course.offers}
    return "new" if course.running in offered else "neither"


def _phase(one: Played) -> str:
    first = one.trace.first("fault_took_effect")
    effect = int(first.get("evidence") or first.n) if first is not None else 0
    said = [row for row in one.trace.of("update") if row.n < effect]
    return str(said[-1].get("phase") or "") if said else ""


# --- sweeps -----------------------------------------------------------------------------------


def _sweeps(points: Sequence[Point]) -> list[Sweep]:
    """Along the number that takes most values; one for each combination of the rest."""
    numbers: dict[str, set[float]] = {}
    for point in points:
        for name, value in point.one.scenario.varied.items():
            if NUMBER.fullmatch(str(value)):
                numbers.setdefault(name, set()).add(_number(value)[0])
    name = max(numbers, key=lambda name: len(numbers[name]), default="")
    if len(numbers.get(name, ())) < SWEEP:
        return []
    found: dict[str, list[Point]] = {}
    for point in points:
        varied = dict(point.one.scenario.varied)
        x, _ = _number(varied.pop(name))
        rest = ", ".join(f"{key} {value}" for key, value in varied.items())
        placed = Point(point.one, point.course, point.end, point.phase, x)
        found.setdefault(rest, []).append(placed)
    unit = _number(points[0].one.scenario.varied[name])[1]
    return [
        Sweep(name, unit, clean(rest, 60), sorted(own, key=lambda point: point.x))
        for rest, own in found.items()
    ]


def _number(value: object) -> tuple[float, str]:
    found = NUMBER.fullmatch(str(value))
    return (float(found[1]), found[2]) if found else (0.0, "")


def draw(sweep: Sweep, anchors: Sequence[str]) -> str:
    """The strip as SVG text; each mark leads to its anchor."""
    canvas = Canvas()
    xs = [point.x for point in sweep.points]
    apart = min((b - a for a, b in itertools.pairwise(xs) if b > a), default=1.0)
    low, high = xs[0] - apart / 2, xs[-1] + apart / 2
    scale = (RIGHT - LEFT) / (high - low)
    ends = [end for end in ENDS if end != UNSEEN or any(one.end == end for one in sweep.points)]
    tops = {end: 8 + lane * (LANE + GAP) for lane, end in enumerate(ends)}
    foot = 8 + len(ends) * (LANE + GAP)
    canvas.rect(0, 0, WIDE, foot + 46, "paper")
    for end, top in tops.items():
        canvas.rect(LEFT, top, RIGHT - LEFT, LANE, "lane")
        canvas.text(LEFT - 8, top + 12.5, end, "name", "end")
    wide = max(1.5, apart * scale - (1 if apart * scale > 4 else 0))
    for point, anchor in zip(sweep.points, anchors, strict=True):
        _mark(canvas, point, LEFT + (point.x - low) * scale, wide, tops[point.end], anchor)
    for x, said in _ticks(xs[0], xs[-1]):
        at = LEFT + (x - low) * scale
        canvas.line(at, foot, at, foot + 4, "tickmark")
        canvas.text(at, foot + 14, said, "tick", "middle")
    unit = f" ({sweep.unit})" if sweep.unit else ""
    canvas.text(LEFT - 8, foot + 14, clean(sweep.name + unit, 16), "tick", "end")
    _phases(canvas, sweep.points, low, scale, apart, foot + 20)
    head = (
        f'<svg class="tl strip" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:.0f} '
        f'{foot + 46:.0f}" width="{WIDE:.0f}" role="img" aria-label="ends of an update by '
        f'where it was disturbed">'
    )
    return "\n".join([head, *canvas.shapes, "</svg>"])


def _mark(
    canvas: Canvas, point: Point, middle: float, wide: float, top: float, anchor: str
) -> None:
    """A block in the lane of its end; what did not pass has a cross below its lane's block."""
    said = f"{point.one.scenario.name}: {point.end}, {point.outcome}"
    with_phase = f"{said}; while {point.phase}" if point.phase else said
    canvas.shapes.append(f'<a href="#{anchor}">')
    canvas.rect(middle - wide / 2, top, wide, LANE, f"{ENDS[point.end]} block", with_phase)
    if point.outcome not in ("PASS", "SKIPPED"):
        arm = min(4.0, max(2.0, wide / 2))
        for slope in (-1, 1):
            canvas.line(middle - arm, top + LANE / 2 - slope * arm, middle + arm,
                        top + LANE / 2 + slope * arm, "cross")  # fmt: skip
    canvas.shapes.append("</a>")


def _phases(
    canvas: Canvas, points: Sequence[Point], low: float, scale: float, apart: float, top: float
) -> None:
    """Below the axis: what the terminal had said last of its update at each point."""
    canvas.text(LEFT - 8, top + 12.5, "cut while", "name", "end")
    begin = 0
    for place in range(1, len(points) + 1):
        if place < len(points) and points[place].phase == points[begin].phase:
            continue
        left = LEFT + (points[begin].x - apart / 2 - low) * scale
        right = LEFT + (points[place - 1].x + apart / 2 - low) * scale
        canvas.rect(left + 0.5, top, right - left - 1, ROW, "phase")
        said = (points[begin].phase or "not begun").replace("_", " ")
        if width_of(said) < right - left:
            canvas.text((left + right) / 2, top + 12, said, "", "middle")
        begin = place


def _ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Round numbers, at most a dozen."""
    step = next((step for step in STEPS if (high - low) / step <= 12), STEPS[-1])
    first = int(-(-low // step))
    return [(n * step, f"{n * step:g}") for n in range(first, int(high // step) + 1)]


__all__ = ["ENDS", "NAMES", "TIMED", "Point", "Row", "Sweep", "draw", "rows"]
