"""The same run on a bench that lacks some of its lines: what a failure rests on is known by that.

What such a line alone brings is not there, from before a doubt as little as from after it; and its
channel is none that this bench observes, so that a clause that waits for a word there is unsure, as
it is on any bench without it. What fails all the same rests on others. A line loses, delays and
repeats what was said; an approval of what no host has approved by then, or only when it was being
undone already, is no such word, and stays.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from harness.judge._books import APPROVED, APPROVING, REVERSAL, moves_money
from harness.judge._doubt import CONSOLE, DISPLAY, HANDS, REGISTER
from harness.judge._monitor import TERMINAL
from harness.judge._telling import mti_of, stan_of
from harness.judge.recovers import ALL_WELL
from harness.model.observed import KINDS
from harness.model.trace import Observation

Table = Mapping[str, frozenset[str]]
NOTHING = frozenset[str]()
#: Only a register hears these; it or the log tells those.
HEARD = frozenset({"ecr_status", "ecr_result", "terminal_status", "acknowledgement_withheld"})
EITHER = frozenset({"totals", "printing"})
#: Line -> kinds of the terminal's that it brings; a log repeats what is shown.
BROUGHT: Table = {
    REGISTER: HEARD | EITHER,
    CONSOLE: frozenset(KINDS[TERMINAL]) - HEARD,
    DISPLAY: frozenset({"display", "prompt", "shown"}),
    HANDS: NOTHING,
}
#: Line -> kinds of the engine's that are made of what it brings. What a person was asked for may
#: have been done at any time, or never.
MADE: Table = {
    REGISTER: frozenset({"sale_resolved", "handed_over"}),
    CONSOLE: NOTHING,
    DISPLAY: NOTHING,
    HANDS: frozenset({
        "fault_injected", "fault_took_effect", "fault_cleared", "fault_lingers", "healing",
    }),
}  # fmt: skip
#: Line -> its channels, as ``run_started`` has them.
CHANNELS: Table = {
    REGISTER: frozenset({"ecr", "ecr_results", "receipt"}),
    CONSOLE: frozenset({"console", "display", "estate", "journal"}),
    DISPLAY: frozenset({"display"}),
    HANDS: NOTHING,
}
#: Ends that any bench knows of -> what it knows without the register, who hears how they were.
ENDS: Table = {
    "sale_ended": frozenset({"sale"}),
    "step_done": frozenset({"index", "word", "late", "tolerance"}),
}
#: By what it is known that the host has a number.
NUMBERED = frozenset({"request_received", "misbehaved"})
REPLIES = frozenset({"0110", "0210"})


def without(lines: frozenset[str], rows: Iterable[Observation]) -> Iterator[Observation]:
    """What a run comes to without these lines (``_doubt``)."""
    left = _Left(lines)
    return (row for seen in rows if (row := left.of(seen)) is not None)


class _Left:
    """What is left of each observation, None where nothing is."""

    def __init__(self, lines: frozenset[str]) -> None:
        self._lines = lines
        self._brought, self._made, self._channels = (
            frozenset[str]().union(*(table[line] for line in lines))
            for table in (BROUGHT, MADE, CHANNELS)
        )
        self._sale = ""  # the one that runs
        self._whose: dict[int, str] = {}  # number -> the sale that ran when the host had it first
        self._adrift = False  # whether a sale may go on of which the register heard an end
        self._well = False  # whether the register was told so since a sale began
        self._asked: set[int | None] = set()  # numbers that the host was asked about
        self._approved: set[int | None] = set()  # and those that it has called so
        self._undone: set[int | None] = set()  # since when no terminal calls it so any more

    def of(self, seen: Observation) -> Observation | None:
        if seen.source == "engine":
            return self._engine(seen)
        if seen.kind == "request_received" and moves_money(seen):
            self._asked.add(stan_of(seen))
        elif seen.kind == "request_received" and mti_of(seen) == REVERSAL:
            self._undone.add(stan_of(seen))
        elif seen.kind == "answered" and mti_of(seen) in REPLIES:
            self._answer(stan_of(seen), str(seen.get("response")))
        if seen.kind == "terminal_status":
            self._well = seen.get("code") == ALL_WELL
        gone = seen.source == HANDS and HANDS in self._lines
        if gone or (seen.source == TERMINAL and self._is_brought(seen)):
            return None
        return self._named(seen) if "of" in seen.fields else seen

    def _answer(self, stan: int | None, response: str) -> None:
        """What comes behind its reversal is nothing that a terminal may have passed on."""
        if response in APPROVING and stan not in self._undone:
            self._approved.add(stan)

    def _is_brought(self, seen: Observation) -> bool:
        if seen.kind == "printed":  # with its text by the register, else by the log's word
            return (REGISTER if "text" in seen.fields else CONSOLE) in self._lines
        channel = seen.get("on" if seen.kind == "report" else "channel")
        return channel in self._channels if channel else seen.kind in self._brought

    def _named(self, seen: Observation) -> Observation:
        """Whose it is, where that is known without the lines: by when the host had its number."""
        stan = stan_of(seen)
        if stan is not None and seen.kind in NUMBERED:
            self._whose.setdefault(stan, "" if self._adrift else self._sale)
        known = not self._adrift if stan is None else self._whose.get(stan) == seen["of"]
        if known or self._lines.isdisjoint((REGISTER, CONSOLE)):
            return seen
        return replace(seen, fields={k: v for k, v in seen.fields.items() if k != "of"})

    def _engine(self, seen: Observation) -> Observation | None:
        if seen.kind == "sale_started":
            self._sale, self._well = str(seen["sale"]), False
        elif seen.kind == "sale_ended":
            self._adrift |= REGISTER in self._lines and self._sale not in self._whose.values()
            self._sale = ""
        if self._is_invented(seen):
            return seen
        if seen.kind in self._made or seen.get("role") in self._lines:
            return None
        if seen.kind == "at_rest":
            return seen if self._rests(str(seen.get("confirmed"))) else None
        if seen.kind == "run_started":
            return replace(seen, fields={**seen.fields, **self._seen_here(seen)})
        if seen.kind in ENDS and REGISTER in self._lines:
            kept = {k: v for k, v in seen.fields.items() if k in ENDS[seen.kind]}
            return replace(seen, fields={"outcome": "unknown", **kept})
        return seen

    def _is_invented(self, seen: Observation) -> bool:
        """What the register was told of a sale when it asked, and nobody can have said of it."""
        stan = stan_of(seen)
        told = seen.kind == "sale_resolved" and seen.get("outcome") == APPROVED
        mine = stan in self._asked and self._whose.get(stan or 0) == seen.get("sale")
        return told and mine and stan not in self._approved

    def _rests(self, confirmed: str) -> bool:
        """A bench without a console asks the register whether all is well."""
        if confirmed == "console" and CONSOLE in self._lines:
            return self._well and REGISTER not in self._lines
        return confirmed not in self._channels

    def _seen_here(self, seen: Observation) -> dict[str, Any]:
        told, tells = seen.get("observes"), seen.get("tells")
        known = told if told is not None else sorted(frozenset().union(*CHANNELS.values()))
        words = [kind for kind in tells or () if kind not in self._brought]
        return {
            "observes": [channel for channel in known if channel not in self._channels],
            "tells": words if tells is not None or CONSOLE in self._lines else None,
        }
