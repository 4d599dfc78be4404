"""What a power disturbance did to the voltage, drawn: asked, uploaded, achieved, on one time axis.

One panel per disturbance: its first round, magnified, because a dip of 10 ms is a hair in the
timeline of a run. What was tried level by level becomes a table.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from harness.model.trace import Observation, Trace
from harness.report._svg import LEFT, RIGHT, ROW, WIDE, Canvas, Sheet
from harness.report.clean import clean, seconds
from harness.report.timeline import ticks

TALL = 120.0  # px of the plot
MARGIN = 0.15  # of a round's length, before and after it
Points = list[tuple[float, float]]
#: What stands for a curve that is not there.
ABSENT = {"asked": "nothing", "uploaded": "timed by the host", "achieved": "not measured"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One disturbance.

    Attributes:
        caption: What was asked, by which standard, and how it was made.
        drawing: The SVG.
        trials: Level, volts, stay, outcome of each level that was tried.
    """

    caption: str
    drawing: str
    trials: list[tuple[str, str, str, str]]


def panels(trace: Trace) -> list[Panel]:
    """Every disturbance in order; of a search only its first level is drawn."""
    labels = dict.fromkeys(str(row.get("label")) for row in trace.of("power_asked"))
    found = [_panel(trace, label) for label in labels]
    return [one for one in found if one is not None]


def _panel(trace: Trace, label: str) -> Panel | None:
    asked = _first(trace, "power_asked", label)
    if asked is None:
        return None
    told = asked.get("nominal")
    nominal = float(told) if _number(told) else 0.0
    uploaded = _first(trace, "power_uploaded", label)
    achieved = _first(trace, "power_achieved", label)
    curves = {
        "asked": _pairs(asked.get("points")),
        "uploaded": _uploaded(uploaded, nominal),
        "achieved": _pairs(achieved.get("points")) if achieved is not None else [],
    }
    return Panel(_caption(asked), draw(curves, nominal), list(_trials(trace, label)))


def _first(trace: Trace, kind: str, label: str) -> Observation | None:
    return next((row for row in trace.of(kind) if row.get("label") == label), None)


def _pairs(plain: Any) -> Points:
    """Points of a trace line, which may be anything."""
    rows = plain if isinstance(plain, list | tuple) else []
    good = [row for row in rows if isinstance(row, list | tuple) and len(row) == 2]
    return [(float(t), float(volts)) for t, volts in good if _number(t) and _number(volts)]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) < 1e9


def _uploaded(row: Observation | None, nominal: float) -> Points:
    """The corners of what an instrument had in it: a list, or a switch's pattern."""
    if row is None:
        return []
    pulses = _pairs(row.get("pattern"))
    levels = _pairs(row.get("points")) or [
        (nominal if closed else 0.0, stay) for closed, stay in pulses
    ]
    corners: Points = []
    t = 0.0
    for volts, stay in levels:
        corners += [(t, volts), (t + stay, volts)]
        t += stay
    return corners


def _caption(asked: Observation) -> str:
    rounds = asked.get("repeat")
    parts = [
        str(asked.get("what") or asked.get("fault")), str(asked.get("standard") or ""),
        f"by {asked.get('how')}" + (f" of {asked['via']}" if asked.get("via") else ""),
        f"the first of {rounds} rounds" if isinstance(rounds, int) and rounds > 1 else "",
        str(asked.get("shortfall") or ""),
    ]  # fmt: skip
    return clean("; ".join(part for part in parts if part), 400)


def _trials(trace: Trace, label: str) -> Iterator[tuple[str, str, str, str]]:
    for row in trace.of("power_trial"):
        if row.get("label") != label:
            continue
        back = row.get("back_after")
        after = f", back after {seconds(back)}" if _number(back) else ""
        stay, volts = row.get("lasting"), row.get("volts")
        yield (
            clean(str(row.get("what"))), f"{volts:.2f} V" if _number(volts) else "",
            seconds(stay) if _number(stay) else "", clean(f"{row.get('outcome')}{after}"),
        )  # fmt: skip


# --- the drawing ------------------------------------------------------------------------------


def draw(curves: dict[str, Points], nominal: float) -> str:
    """Curves of (s, V) by name over one axis, as SVG text."""
    times = [t for points in curves.values() for t, _ in points] or [0.0]
    long = max(max(times) - min(times), 1e-4)
    sheet = Sheet(Canvas(), min(times) - MARGIN * long, max(times) + MARGIN * long)
    volts = [value for points in curves.values() for _, value in points] + [nominal, 0.0]
    low, high = min(volts), max(*volts, 0.1) * 1.05

    def y(value: float) -> float:
        return sheet.y + TALL - (value - low) / (high - low) * TALL

    marked = {round(value, 2) for _, value in curves.get("asked", [])} | {0.0, nominal}
    _axes(sheet, [min(marked), *_apart(sorted(marked)[1:], y)], y)
    for place, (name, points) in enumerate(curves.items()):
        if points:
            framed = [(sheet.start, nominal), *points, (sheet.end, nominal)]
            steady = framed if name == "asked" else points
            sheet.canvas.line_through([(sheet.x(t), y(value)) for t, value in steady], name)
        said = name if points else f"{name}: {ABSENT[name]}"
        sheet.canvas.text(LEFT + 8 + 220 * place, sheet.y + TALL + 32, said, f"key {name}")
    tall = sheet.y + TALL + 40
    head = (
        f'<svg class="tl wave" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:.0f} '
        f'{tall:.0f}" width="{WIDE:.0f}" role="img" aria-label="voltage asked and achieved">'
    )
    return "\n".join([head, *sheet.canvas.shapes, "</svg>"])


def _apart(levels: Sequence[float], y: Callable[[float], float]) -> list[float]:
    """The levels whose labels do not touch, from the top down."""
    kept: list[float] = []
    for volts in reversed(levels):
        if not kept or y(volts) - y(kept[-1]) >= ROW:
            kept.append(volts)
    return kept


def _axes(sheet: Sheet, levels: Sequence[float], y: Callable[[float], float]) -> None:
    sheet.canvas.rect(0, 0, WIDE, sheet.y + TALL + 40, "paper")
    for volts in levels:
        sheet.canvas.line(LEFT, y(volts), RIGHT, y(volts), "grid")
        sheet.canvas.text(LEFT - 8, y(volts) + 4, f"{volts:g} V", "tick", "end")
    for t, said in ticks(sheet.start, sheet.end):
        sheet.canvas.line(sheet.x(t), sheet.y, sheet.x(t), sheet.y + TALL, "grid")
        sheet.canvas.text(sheet.x(t), sheet.y + TALL + 14, said, "tick", "middle")
