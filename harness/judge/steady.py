"""``steady``: what a terminal uses, and how long it takes, does not drift over a long run (X-1)."""

from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from harness.judge._monitor import TERMINAL, Monitor, after
from harness.judge._run import Run
from harness.model.trace import Observation
from harness.model.units import Fraction

#: Samples at the beginning and at the end that are compared, as a part of all; and at least.
PART, LEAST = 5, 3


@dataclass(frozen=True, slots=True)
class Steady:
    """At the end of the run it is no more than ``most`` off what it was at its beginning.

    The first and the last fifth of the samples are compared: by their mean, or for ``latency``
    (from a sale's start to the register's answer) by their 99th percentile.

    Attributes:
        of: A field of ``health`` (KiB, %, degrees Celsius, KiB free), or ``latency``, s.
        most: Of the beginning's value, up or down.
    """

    of: Literal["memory", "processor", "celsius", "storage", "latency"]
    most: Fraction = Fraction(0.2)

    def watch(self, run: Run) -> Monitor:
        return _Steady(self, run)


class _Steady(Monitor):
    kinds = frozenset({"health", "sale_started", "sale_ended"})

    def __init__(self, word: Steady, run: Run) -> None:
        super().__init__(f"steady {word.of}", run)
        self._word = word
        self._samples: list[tuple[float, int]] = []
        self._begun: dict[str, Observation] = {}

    def on(self, seen: Observation) -> None:
        if self._word.of == "latency":
            self._time(seen)
        elif seen.kind == "health" and seen.source == TERMINAL:
            value = seen.get(self._word.of)
            if isinstance(value, int | float) and not isinstance(value, bool):
                self._samples.append((float(value), seen.n))

    def _time(self, seen: Observation) -> None:
        name = str(seen.get("sale"))
        if seen.kind == "sale_started":
            self._begun[name] = seen
        elif name in self._begun and seen.get("outcome") == "approved":
            self._samples.append((seen.t - self._begun.pop(name).t, seen.n))

    def conclude(self) -> None:
        size = len(self._samples) // PART
        if size < LEAST:
            return
        first, last = self._samples[:size], self._samples[-size:]
        began, ended = self._value(first), self._value(last)
        drift = abs(ended - began) / abs(began) if began else float(ended != 0)
        said = (
            f"{self._word.of} went from {began:.4g} to {ended:.4g}, {drift * 100:.1f} % of it"
            f" ({self._word.most} allowed, {len(self._samples)} samples)"
        )
        lines = (first[0][1], last[-1][1])
        if after(drift, float(self._word.most)):
            self.fail(said, lines)
        else:
            self.hold(said, lines)

    def _value(self, rows: list[tuple[float, int]]) -> float:
        values = sorted(value for value, _ in rows)
        if self._word.of == "latency":
            return values[min(len(values) - 1, int(0.99 * len(values)))]
        return fmean(values)

    def waiting(self) -> str:
        wanted = PART * LEAST
        return f"{len(self._samples)} samples of {self._word.of}, wanted {wanted} at least"
