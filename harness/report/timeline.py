"""One scenario as a drawing: a static, self-contained SVG that needs no script and no font.

Lanes from the top: faults (shaded bands through all lanes), steps, voltage, signal, path, terminal,
sales, what was seen, and per clause its budget with a tick where it was measured.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.model.played import Played
from harness.model.trace import Trace
from harness.report import history
from harness.report._budgets import budgets
from harness.report._svg import LEFT, RIGHT, ROW, WIDE, Canvas, Rows, Sheet, width_of
from harness.report.clean import seconds
from harness.report.history import Moment, Span

STYLE = (Path(__file__).parent / "timeline.css").read_text(encoding="utf-8")


def draw(played: Played, *, alone: bool = True) -> str:
    """The drawing as SVG text; ``alone`` puts the style sheet in (a page has it once)."""
    trace = played.trace
    start, end = window(trace)
    sheet = Sheet(Canvas(), start, end)
    faults = [span for span in history.faults_of(trace) if span.end >= start]
    top = _fault_caps(sheet, faults)
    _steps(sheet, played)
    _curve(sheet, "voltage", "V", history.numbers_of(trace, "measured", "volts"), nominal_of(trace))
    _curve(sheet, "signal", "dBm", history.numbers_of(trace, "signal", "rsrp"), None)
    _bands(sheet, "path", history.path_of(trace))
    _bands(sheet, "terminal", history.states_of(trace))
    _bands(sheet, "sales", history.sales_of(trace), outside=True)
    _moments(sheet, history.moments_of(trace))
    budgets(sheet, played)
    under = Canvas()
    _backdrop(under, sheet, faults, top)
    head = (
        f'<svg class="tl" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:.0f} '
        f'{sheet.y + 20:.0f}" width="{WIDE:.0f}" role="img" aria-label="timeline">'
    )
    style = f"<style>{STYLE}</style>" if alone else ""
    return "\n".join([head + style, *under.shapes, *sheet.canvas.shapes, "</svg>"])


def window(trace: Trace) -> tuple[float, float]:
    """The time that is drawn: from shortly before the starting state to the run's end."""
    ready, ended = trace.first("given_ready"), trace.first("run_ended")
    end = max(ended.t if ended else trace.end, 0.001)
    begin = ready.t if ready else 0.0
    return max(0.0, begin - 0.03 * (end - begin)) if end > begin else 0.0, end


def nominal_of(trace: Trace) -> float | None:
    """The voltage the supply was first set to, or measured most often before any fault."""
    first = trace.first("set") or trace.first("measured")
    return float(first["volts"]) if first and "volts" in first.fields else None


def _backdrop(canvas: Canvas, sheet: Sheet, faults: Sequence[Span], top: float) -> None:
    canvas.rect(0, 0, WIDE, sheet.y + 20, "paper")
    for t, said in ticks(sheet.start, sheet.end):
        canvas.line(sheet.x(t), 4, sheet.x(t), sheet.y, "grid")
        canvas.text(sheet.x(t), sheet.y + 13, said, "tick", "middle")
    for span in faults:
        left, right = sheet.x(span.start), sheet.x(span.end)
        canvas.rect(left, top, right - left, sheet.y - top, "fault")
        for edge in (left, right):
            canvas.line(edge, top, edge, sheet.y, "edge")


def ticks(start: float, end: float) -> list[tuple[float, str]]:
    """Round times, at most ten, never the last px where the text would be cut."""
    span = end - start
    step = next(
        (step for step in _STEPS if span / step <= 10), _STEPS[-1] * max(1, span // _STEPS[-1])
    )
    first = int(start / step) + 1
    times = [n * step for n in range(first, int(end / step) + 1)]
    return [(t, _spoken(t, step)) for t in times if t < end - 0.02 * span]


_STEPS = (
    0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15,
    30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21600, 43200, 86400,
)  # fmt: skip


def _spoken(t: float, step: float) -> str:
    if step >= 60:
        return f"{t / 60:g} min" if step < 3600 else f"{t / 3600:g} h"
    return f"{t:.0f} s" if step >= 1 else f"{t:.4f}".rstrip("0").rstrip(".") + " s"


def _fault_caps(sheet: Sheet, faults: Sequence[Span]) -> float:
    """The names of the faults over their bands; returns where the bands begin."""
    if not faults:
        return sheet.y
    top, rows = sheet.y, Rows(4)
    sheet.name("faults", ROW)
    for span in faults:
        left, right = sheet.x(span.start), sheet.x(span.end)
        said = f"{span.label} {seconds(span.end - span.start)}"
        wide = width_of(said)
        begin = min(left, RIGHT - wide)
        row = rows.place(begin, max(begin + wide, right))
        if row is not None:
            y = top + row * ROW
            sheet.canvas.rect(left, y + ROW - 3, right - left, 2, "cap", said)
            sheet.canvas.text(begin, y + 11, said, "bad strong")
    sheet.leave(len(rows) * ROW)
    return top


def _steps(sheet: Sheet, played: Played) -> None:
    steps = history.steps_of(played.scenario, played.trace)
    reached = [(place, row) for place, row in enumerate(steps, 1) if row.started is not None]
    labels = [Moment(row.started or 0, f"{place} {row.word}", "calm", 0) for place, row in reached]
    _labels(sheet, "steps", labels, most=5)


def _curve(
    sheet: Sheet, name: str, unit: str, values: list[tuple[float, float]], nominal: float | None
) -> None:
    """A step line with its lowest and highest value at the side."""
    shown = _within(values, sheet)
    if not shown:
        return
    tall = 46.0
    low, high = _range([value for _, value in shown] + ([nominal] if nominal else []), unit)

    def y(value: float) -> float:
        return sheet.y + tall - 4 - (value - low) / (high - low) * (tall - 10)

    sheet.name(name, tall)
    least, most = min(value for _, value in shown), max(value for _, value in shown)
    sheet.canvas.text(LEFT - 8, sheet.y + 26, f"{_short(most)} {unit}", "tick", "end")
    if _short(least) != _short(most):
        sheet.canvas.text(LEFT - 8, sheet.y + tall - 4, f"{_short(least)} {unit}", "tick", "end")
    if nominal is not None:
        sheet.canvas.line(LEFT, y(nominal), RIGHT, y(nominal), "nominal")
    points = [(sheet.x(t), y(value)) for t, value in _thinned(shown, sheet)]
    sheet.canvas.path([*points, (RIGHT, points[-1][1])], "curve")
    sheet.leave(tall)


def _short(value: float) -> str:
    return f"{round(value, 2) + 0.0:g}"  # no "-0"


def _within(values: list[tuple[float, float]], sheet: Sheet) -> list[tuple[float, float]]:
    """What lies in the window, and the last value before it."""
    before = [row for row in values if row[0] < sheet.start][-1:]
    inside = [row for row in values if sheet.start <= row[0] <= sheet.end]
    return [(sheet.start, value) for _, value in before] + inside


def _range(values: list[float], unit: str) -> tuple[float, float]:
    low, high = min(values), max(values)
    if unit == "V":
        low = min(low, 0.0)
    return (low, high) if high > low else (low - 1, high + 1)


def _thinned(values: list[tuple[float, float]], sheet: Sheet) -> list[tuple[float, float]]:
    """Of all values within one px, the first, the lowest, the highest and the last."""
    columns: dict[int, list[tuple[float, float]]] = {}
    for row in values:
        columns.setdefault(int(sheet.x(row[0])), []).append(row)
    by_value: Callable[[tuple[float, float]], float] = lambda row: row[1]  # noqa: E731
    kept = {
        row
        for column in columns.values()
        for row in (column[0], min(column, key=by_value), max(column, key=by_value), column[-1])
    }
    return sorted(kept, key=lambda row: row[0])


def _bands(sheet: Sheet, name: str, spans: Sequence[Span], *, outside: bool = False) -> None:
    """Spans as bars; those that overlap get rows of their own; labels inside, or beside them."""
    shown = [span for span in spans if span.end >= sheet.start and span.start <= sheet.end]
    if not shown:
        return
    rows = Rows(4, gap=-0.5)
    sheet.name(name, ROW)
    for span in shown:
        left, right = sheet.x(span.start), sheet.x(span.end)
        wide = width_of(span.label)
        beside = outside and wide > right - left - 4 and right + wide + 6 <= RIGHT
        row = rows.place(left, right + wide + 6 if beside else right)
        if row is None:
            continue
        y = sheet.y + row * ROW
        title = f"{span.label}, {seconds(span.start)} to {seconds(span.end)} (line {span.n})"
        sheet.canvas.rect(left, y + 1, right - left, ROW - 3, span.tone, title)
        if beside or wide <= right - left - 4:
            sheet.canvas.text(right + 4 if beside else left + 4, y + 11.5, span.label)
    sheet.leave(max(1, len(rows)) * ROW)


def _moments(sheet: Sheet, moments: Sequence[Moment]) -> None:
    timed = [
        Moment(row.t, f"{seconds(row.t)} {row.label}", row.tone, row.n)
        for row in moments
        if sheet.start <= row.t <= sheet.end
    ]
    _labels(sheet, "seen", timed, most=12)


def _labels(sheet: Sheet, name: str, moments: Sequence[Moment], most: int) -> None:
    """Ticks with labels beside them, each in the first row where it touches no other."""
    if not moments:
        return
    rows, left_out = Rows(most), 0
    sheet.name(name, ROW)
    for moment in moments:
        x, wide = sheet.x(moment.t), width_of(moment.label) + 5
        flipped = x + wide > RIGHT
        left = x - wide if flipped else x
        row = rows.place(left, left + wide)
        if row is None:
            left_out += 1
            continue
        y = sheet.y + row * ROW
        sheet.canvas.rect(x - 1.5, y + 2, 3, 10, f"{moment.tone} used")
        at = x - 5 if flipped else x + 5
        sheet.canvas.text(at, y + 11, moment.label, moment.tone, "end" if flipped else "start")
    if left_out:
        sheet.canvas.text(LEFT - 8, sheet.y + 28, f"+{left_out} more", "tick", "end")
    sheet.leave(max(len(rows), 2 if left_out else 1) * ROW)
