"""The few SVG shapes a timeline needs; every text is escaped here and nowhere else."""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

WIDE = 1000.0  # px of the drawing
LEFT, RIGHT = 78.0, 988.0  # px where the plot begins and ends
ROW = 16.0  # px of a line of text
#: Width of one sign of the 11 px type, px: an upper guess, so that labels never touch.
SIGN = 6.3


@dataclass(slots=True)
class Canvas:
    """Shapes in the order they are painted."""

    shapes: list[str] = field(default_factory=list)

    def rect(self, x: float, y: float, w: float, h: float, kind: str, title: str = "") -> None:
        body = f"<title>{escape(title)}</title>" if title else ""
        self.shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(w, 1):.1f}" height="{h:.1f}" '
            f"class={quoteattr(kind)}>{body}</rect>"
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        self.shapes.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f"class={quoteattr(kind)}/>"
        )

    def path(self, points: list[tuple[float, float]], kind: str) -> None:
        """A line through points, each held until the next one's x (a step line)."""
        if not points:
            return
        said = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
        said += [f"H{x:.1f}V{y:.1f}" for x, y in points[1:]]
        self.shapes.append(f'<path d="{"".join(said)}" class={quoteattr(kind)}/>')

    def line_through(self, points: list[tuple[float, float]], kind: str) -> None:
        """A straight line from point to point."""
        if points:
            said = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            self.shapes.append(f'<polyline points="{said}" class={quoteattr(kind)}/>')

    def text(self, x: float, y: float, said: str, kind: str = "", anchor: str = "start") -> None:
        self.shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f"class={quoteattr(kind)}>{escape(said)}</text>"
        )


def width_of(said: str) -> float:
    """How wide a text gets at most, px; wide scripts count double."""
    return sum(SIGN * (2 if ord(sign) > 0x2E7F else 1) for sign in said)


class Rows:
    """Puts labels into the first row where they touch nothing."""

    def __init__(self, most: int, gap: float = 8.0) -> None:
        self._ends: list[float] = []
        self._most = most
        self._gap = gap

    def place(self, left: float, right: float) -> int | None:
        """The row for something from ``left`` to ``right`` px; None when all rows are full."""
        for row, end in enumerate(self._ends):
            if left >= end + self._gap:
                self._ends[row] = right
                return row
        if len(self._ends) >= self._most:
            return None
        self._ends.append(right)
        return len(self._ends) - 1

    def __len__(self) -> int:
        return len(self._ends)


@dataclass(slots=True)
class Sheet:
    """The canvas, its time scale, and how far down it is filled."""

    canvas: Canvas
    start: float
    end: float
    y: float = 8.0

    def x(self, t: float) -> float:
        share = (t - self.start) / (self.end - self.start)
        return LEFT + min(1.0, max(0.0, share)) * (RIGHT - LEFT)

    def name(self, said: str, tall: float) -> None:
        """Name the lane that begins here."""
        self.canvas.text(LEFT - 8, self.y + min(tall, ROW) - 4, said, "name", "end")

    def leave(self, tall: float) -> None:
        """The lane ends ``tall`` px below its beginning."""
        self.y += tall
        self.canvas.line(LEFT, self.y + 2, RIGHT, self.y + 2, "sep")
        self.y += 5
