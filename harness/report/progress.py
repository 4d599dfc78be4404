"""The live line: scenario, step n of m, elapsed, voltage, signal.

On a terminal one line is written over; elsewhere a plain line comes at most every few seconds, so
that a CI log of a virtual run stays short and a bench run of an hour does not look dead.
"""

from collections.abc import Callable

from harness.model.played import Played
from harness.model.scenario import Scenario

#: Between two redraws on a terminal, and between two plain lines elsewhere, s of wall time.
REDRAW, PLAIN = 0.1, 10.0


class LiveLine:
    """Told by the engine, shown by ``show``; fulfils the runner's progress.

    Args:
        show: Takes the line to show; ``""`` wipes it (never called with it when plain).
        now: Wall time, s.
        live: Whether ``show`` writes one line over.
    """

    def __init__(
        self, show: Callable[[str], None], now: Callable[[], float], *, live: bool
    ) -> None:
        self._show = show
        self._now = now
        self._live = live
        self._due = now() + (REDRAW if live else PLAIN)
        self._scenario = ""
        self._step = ""
        self._readings: dict[str, str] = {}

    def step(self, scenario: Scenario, index: int, total: int, word: str, t: float) -> None:
        """Step ``index`` of ``total`` (from 1) begins, ``t`` seconds into the run."""
        self._scenario = scenario.name
        self._step = f"step {index}/{total} {word} since {t:.1f} s"
        self._draw()

    def reading(self, name: str, text: str) -> None:
        """A live value: ``voltage`` or ``signal``, with its unit."""
        self._readings[name] = text.removeprefix("-") if text.startswith("-0.00 ") else text
        self._draw()

    def verdict(self, played: Played) -> None:
        """An item is over; the next one has no step yet."""
        self._step = ""
        self._readings.clear()
        if self._live:
            self._show("")

    def _draw(self) -> None:
        now = self._now()
        if now < self._due or not self._step:
            return
        self._due = now + (REDRAW if self._live else PLAIN)
        self._show(", ".join([f"{self._scenario}: {self._step}", *self._readings.values()]))
