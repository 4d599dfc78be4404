"""Lists that are told entry by entry: a ledger, a journal; and lines by trace number."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from harness.model.trace import Observation

#: Trace numbers further apart than that are of before and after their end.
HALF = 500_000


def mti_of(seen: Observation) -> str:
    """The message type; of a repeat by the acquirer (ISO 8583:1987, 0401, 0221) what it repeats."""
    mti = str(seen.get("mti", "")).zfill(4)
    return f"{mti[:3]}0" if mti[3:] == "1" else mti


def stan_of(seen: Observation) -> int | None:
    """The trace number, None where there is none."""
    stan = seen.get("stan")
    if isinstance(stan, int):
        return stan or None
    return int(stan) or None if isinstance(stan, str) and stan.isdecimal() else None


def newest(stans: Iterable[int]) -> int | None:
    """The last of some trace numbers of one time, which begin anew at 1 after 999999."""
    known = sorted(stans)
    begun_anew = [stan for stan in known if known[-1] - stan > HALF]
    return max(begun_anew or known, default=None)


class ByStan(dict[int, list[Observation]]):
    """Lines by trace number, in trace order. Asking for one that is not there leaves no trace."""

    def __missing__(self, stan: int) -> list[Observation]:
        return []

    def add(self, stan: int, seen: Observation) -> None:
        self.setdefault(stan, []).append(seen)


@dataclass(slots=True)
class Telling:
    """A list told entry by entry and closed with its length: a ledger, a journal.

    Attributes:
        name: What it is called.
        rows: The last complete telling; None before one.
        end: The line that closed it.
        earlier: The complete telling before that.
        before: Keys of what stood in it before the run was ready.
        short: Why the last telling cannot be used.
        by_stan: The last complete telling by trace number.
    """

    name: str
    rows: list[Observation] | None = None
    end: Observation | None = None
    earlier: list[Observation] = field(default_factory=list)
    before: frozenset[Any] = frozenset()
    short: str = ""
    by_stan: dict[int, list[Observation]] = field(default_factory=dict)
    _open: list[Observation] = field(default_factory=list)

    def add(self, seen: Observation) -> None:
        self._open.append(seen)

    def close(self, seen: Observation) -> None:
        told, rows = seen.get("entries"), self._open
        self._open = []
        if isinstance(told, int) and told > len(rows):
            self.short = f"only {len(rows)} of {told} entries of the {self.name} were seen"
            return
        self.earlier = self.rows or []
        # what stands before the last ``told`` rows is a telling that was cut off
        self.rows = rows[len(rows) - told :] if isinstance(told, int) else rows
        self.end, self.short = seen, ""
        self.by_stan = {}
        for row in self.rows:
            self.by_stan.setdefault(stan_of(row) or 0, []).append(row)

    def missing(self, last: Observation | None) -> str:
        """Why it is no oracle (it must be as new as ``last``), or ``""``."""
        if self.short:
            return self.short
        if self.rows is None or self.end is None:
            return f"the {self.name} was never told"
        if last is not None and self.end.n < last.n:
            return f"the {self.name} was told before the last sale was over (line {last.n})"
        return ""
