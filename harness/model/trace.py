"""The trace: every observation of a run, in order, append-only.

One observation is one JSON line. ``t`` is seconds since the run began, on the run's monotonic
clock, taken *when the bytes were read*. ``source`` is the role that was heard (``terminal``,
``supply``, ``host`` ...) or ``engine``. ``kind`` is a word of the vocabulary in DESIGN.md, and
``fields`` are that kind's own. Evidence is referred to by line number, from 1.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, overload

Json = Any  # None | bool | int | float | str | list[Json] | dict[str, Json]

#: Keys of a JSON line that are not a kind's own fields.
RESERVED = ("n", "t", "source", "kind")
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Observation:
    """One timestamped thing seen.

    Attributes:
        n: Line number in the trace, from 1.
        t: Seconds since the run began.
        source: The role that was heard, or ``engine``.
        kind: The vocabulary word.
        fields: The kind's own values; JSON only.
    """

    n: int
    t: float
    source: str
    kind: str
    fields: Mapping[str, Json] = field(default_factory=dict)

    def get(self, name: str, default: Json = None) -> Json:
        """One field, or ``default``."""
        return self.fields.get(name, default)

    def __getitem__(self, name: str) -> Json:
        return self.fields[name]

    def to_line(self) -> str:
        """The JSON line, without its newline."""
        head = {"n": self.n, "t": round(self.t, 6), "source": self.source, "kind": self.kind}
        line = _JSON.encode({**head, **self.fields})
        if line.isascii():
            return line
        # Half a surrogate pair, which a device's own JSON may hold, is no UTF-8: escape it anew.
        return line.encode("utf-8", "backslashreplace").decode("utf-8")

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Read a JSON line; raises ValueError when it is none."""
        seen = json.loads(line)
        if not isinstance(seen, dict) or any(key not in seen for key in RESERVED):
            raise ValueError("a trace line needs n, t, source and kind")
        own = {key: value for key, value in seen.items() if key not in RESERVED}
        return cls(int(seen["n"]), float(seen["t"]), str(seen["source"]), str(seen["kind"]), own)

    def __str__(self) -> str:
        own = " ".join(f"{key}={value}" for key, value in self.fields.items())
        return f"#{self.n} {self.t:.3f} s {self.source}: {self.kind} {own}".rstrip()


class Trace:
    """Observations in order. Append is the only change there is.

    A trace that was cut off (a killed run, a truncated file) simply lacks its ``run_ended``
    line: ``complete`` says so, and judges must not take silence for evidence then.

    Attributes:
        damaged: The first line that could not be read, from 1; 0 when all could.
    """

    def __init__(self, observations: Iterable[Observation] = ()) -> None:
        self._rows: list[Observation] = list(observations)
        self._by_kind: dict[str, list[Observation]] = {}
        self.damaged = 0
        for row in self._rows:
            self._by_kind.setdefault(row.kind, []).append(row)

    @classmethod
    def from_lines(cls, lines: Iterable[str]) -> Self:
        """Read JSON lines up to the first that is torn, corrupted or out of its order."""
        rows: list[Observation] = []
        damaged = 0
        for place, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = Observation.from_line(line)
            except (ValueError, TypeError, OverflowError, RecursionError):
                damaged = place
                break
            if row.n != len(rows) + 1 or not math.isfinite(row.t):  # lines are lost, or made up
                damaged = place
                break
            rows.append(row)
        trace = cls(rows)
        trace.damaged = damaged
        return trace

    def append(self, observation: Observation) -> None:
        self._rows.append(observation)
        self._by_kind.setdefault(observation.kind, []).append(observation)

    def of(self, *kinds: str, source: str | None = None) -> list[Observation]:
        """All observations of these kinds, in order, of one source if named."""
        if len(kinds) == 1:
            rows = self._by_kind.get(kinds[0], [])
        else:
            rows = sorted(
                (row for kind in kinds for row in self._by_kind.get(kind, [])),
                key=lambda row: row.n,
            )
        return [row for row in rows if source is None or row.source == source]

    def first(self, kind: str, **wanted: Json) -> Observation | None:
        """The first observation of a kind whose fields have these values."""
        for row in self._by_kind.get(kind, []):
            if all(row.get(name) == value for name, value in wanted.items()):
                return row
        return None

    def last(self, kind: str, **wanted: Json) -> Observation | None:
        """The last observation of a kind whose fields have these values."""
        for row in reversed(self._by_kind.get(kind, [])):
            if all(row.get(name) == value for name, value in wanted.items()):
                return row
        return None

    @property
    def complete(self) -> bool:
        """Whether the run came to its own end."""
        return "run_ended" in self._by_kind

    @property
    def end(self) -> float:
        """The time of the last observation, 0 when there is none."""
        return self._rows[-1].t if self._rows else 0.0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Observation]:
        return iter(self._rows)

    @overload
    def __getitem__(self, index: int) -> Observation: ...
    @overload
    def __getitem__(self, index: slice) -> list[Observation]: ...
    def __getitem__(self, index: int | slice) -> Observation | list[Observation]:
        return self._rows[index]
