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
    (from a sale's start to the register's answer) by their 99th percentile. A restart gives all
    working memory back, and so would hide what leaks: memory is compared from one to the next.

    Attributes:
        of: A field of ``health`` (KiB, %, degrees Celsius, KiB free), or ``latency``, s.
        most: Of the beginning's value, up or down.
    """

    of: Literal["memory", "processor", "celsius", "storage", "latency"]
    most: Fraction = Fraction(0.2)

    def watch(self, run: Run) -> Monitor:
        return _Steady(self, run)


class _Steady(Monitor):
    kinds = frozenset({"health", "sale_started", "sale_ended", "boot"})

    def __init__(self, word: Steady, run: Run) -> None:
        super().__init__(f"steady {word.of}", run)
        self._word = word
        self._lives: list[list[tuple[float, int]]] = [[]]  # from one restart to the next
        self._begun: dict[str, Observation] = {}

    def on(self, seen: Observation) -> None:
        if seen.kind == "boot":
            self._lives += [[]] if self._word.of == "memory" else []
        elif self._word.of == "latency":
            self._time(seen)
        elif seen.kind == "health" and seen.source == TERMINAL:
            value = seen.get(self._word.of)
            if isinstance(value, int | float) and not isinstance(value, bool):
                self._lives[-1].append((float(value), seen.n))

    def _time(self, seen: Observation) -> None:
        name = str(seen.get("sale"))
        if seen.kind == "sale_started":
            self._begun[name] = seen
        elif name in self._begun and seen.get("outcome") == "approved":
            self._lives[-1].append((seen.t - self._begun.pop(name).t, seen.n))

    @property
    def _samples(self) -> list[tuple[float, int]]:
        return [one for life in self._lives for one in life]

    def conclude(self) -> None:
        long = [life for life in self._lives if len(life) >= PART * LEAST] or [self._samples]
        drifts = [self._drift(life) for life in long if len(life) >= PART * LEAST]
        if not drifts:
            return
        drift, said, lines = max(drifts)
        if after(drift, float(self._word.most)):
            self.fail(said, lines)
        else:
            self.hold(said, lines)

    def _drift(self, samples: list[tuple[float, int]]) -> tuple[float, str, tuple[int, int]]:
        """By how much of its beginning the end is off, in words, and the lines it rests on."""
        size = len(samples) // PART
        first, last = samples[:size], samples[-size:]
        began, ended = self._value(first), self._value(last)
        drift = abs(ended - began) / abs(began) if began else float(ended != 0)
        said = (
            f"{self._word.of} went from {began:.4g} to {ended:.4g}, {drift * 100:.1f} % of it"
            f" ({self._word.most} allowed, {len(samples)} samples)"
        )
        return drift, said, (first[0][1], last[-1][1])

    def _value(self, rows: list[tuple[float, int]]) -> float:
        values = sorted(value for value, _ in rows)
        if self._word.of == "latency":
            return values[min(len(values) - 1, int(0.99 * len(values)))]
        return fmean(values)

    def waiting(self) -> str:
        wanted = PART * LEAST
        return f"{len(self._samples)} samples of {self._word.of}, wanted {wanted} at least"
