"""Diagnosis: the fault that was injected against the cause that the terminal gave for it.

One sample for every fault that a scenario demands a cause for (``detects``, ``reports``,
``keeps_reporting``, or ``expect: {after: {engine: fault_injected, fault: ..}, see: {cause: ..}}``).
What counts is the terminal's settled word: a cause that it named, and had not taken back, when the
fault ended. One without power cannot speak before it is back: then its words after the start count.
A fault that took no effect was nothing to diagnose, and is no sample.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.model.causes import CAUSES
from harness.model.played import Played
from harness.model.trace import Observation
from harness.model.verdict import Outcome
from harness.report.clean import clean
from harness.report.text import outcome_of

#: Clauses that say which cause is the true one.
DEMANDS = ("detects", "reports", "keeps_reporting")
#: What waits or was asked, not what is wrong: never a diagnosis.
BESIDE = frozenset({"reversal_pending", "cancelled", "timed_out", "data_low"})
#: After the clearing a report is still about the fault for so long, s.
GRACE = 150.0
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Cell:
    """How often a fault was given that cause, and whether it is a true one.

    Attributes:
        count: Items.
        true: Whether all of them demand this cause.
    """

    count: int
    true: bool


@dataclass(frozen=True, slots=True)
class Confusion:
    """The matrix.

    Attributes:
        causes: Columns; ``nothing`` last.
        rows: Fault -> cells, in the order of ``causes``; None where there is none.
        wrong: Samples whose cause was not the true one.
        samples: All of them.
    """

    causes: list[str]
    rows: list[tuple[str, list[Cell | None]]]
    wrong: int
    samples: int


def confusion(played: Sequence[Played]) -> Confusion:
    """The matrix of a run; items that the bench broke (ERROR) or that were skipped say nothing."""
    counted: Counter[tuple[str, str, bool]] = Counter()
    for one in played:
        if outcome_of(one) not in (Outcome.ERROR, Outcome.SKIPPED):
            counted.update(_samples(one))
    said = {cause for _, cause, _ in counted}
    causes = [cause for cause in (*CAUSES, *sorted(said - {*CAUSES, NOTHING})) if cause in said]
    causes += [NOTHING] if NOTHING in said else []
    rows = [
        (fault, [_cell(counted, fault, cause) for cause in causes])
        for fault in sorted({fault for fault, _, _ in counted})
    ]
    wrong = sum(count for (_, _, true), count in counted.items() if not true)
    return Confusion(causes, rows, wrong, counted.total())


def _cell(counted: Mapping[tuple[str, str, bool], int], fault: str, cause: str) -> Cell | None:
    true, false = (counted.get((fault, cause, word), 0) for word in (True, False))
    return Cell(true + false, true=not false) if true + false else None


def _samples(played: Played) -> Iterator[tuple[str, str, bool]]:
    """(fault, the cause that was given, whether it was true) of one item."""
    injected = [seen for seen in played.trace if seen.kind == "fault_injected"]
    demanded = _demanded(played.scenario.plain, injected)
    bitten = [seen for seen in played.trace if seen.kind == "fault_took_effect"]
    for fault in injected:
        if not any(one.n > fault.n and _same(one, fault) for one in bitten):
            continue
        wanted = demanded.get(str(fault.get("label") or fault.get("fault")))
        if wanted:
            given = _given(played, fault, wanted)
            yield _name(fault), given, given in wanted


def _same(one: Observation, fault: Observation) -> bool:
    return all(bool(one.get(key) == fault.get(key)) for key in ("fault", "label"))


def _demanded(plain: Mapping[str, Any], injected: Sequence[Observation]) -> dict[str, set[str]]:
    """Label -> the causes that are true."""
    found: dict[str, set[str]] = {}
    if not injected:
        return found
    labels = {str(seen.get("fault")): str(seen.get("label")) for seen in reversed(injected)}
    first = str(injected[0].get("label") or injected[0].get("fault"))
    then = plain.get("then") or {}
    parts = then if isinstance(then, list) else [then]
    for row in (row for part in parts for word in DEMANDS for row in _rows(part.get(word))):
        fault = str(row.get("fault") or first)
        found.setdefault(labels.get(fault, fault), set()).update(_causes(row.get("cause")))
    for row in plain.get("expect") or ():
        after, see = row.get("after"), row.get("see") or {}
        fault = str(after.get("fault") or "") if isinstance(after, Mapping) else ""
        for one in see if isinstance(see, list) else [see]:
            if fault and isinstance(one, Mapping):
                found.setdefault(labels.get(fault, fault), set()).update(_causes(one.get("cause")))
    return found


def _rows(said: Any) -> list[Mapping[str, Any]]:
    """A clause as it may be written: keys, a bare cause, or a list of either."""
    rows = said if isinstance(said, list) else [said] if said else []
    return [row if isinstance(row, Mapping) else {"cause": row} for row in rows]


def _causes(said: Any) -> list[str]:
    return [said] if isinstance(said, str) else [str(one) for one in said or ()]


def _given(played: Played, fault: Observation, wanted: set[str]) -> str:
    """A true cause that still stands when the fault ends, else its last word, else its first after.

    Words after the fault count where nothing was said before, or the terminal had to start again.
    """
    stood, after = _ends(played, fault)
    standing: list[str] = []
    started = False
    for seen in played.trace:
        if seen.n <= fault.n or seen.source != "terminal" or seen.t > after:
            continue
        cause = str(seen.get("cause") or "")
        started |= seen.kind == "boot"
        counts = seen.t <= stood or started or not standing
        if seen.kind == "cleared" and seen.t <= stood and cause in standing:
            standing.remove(cause)
        elif seen.kind in ("detected", "report") and cause and counts and (
            cause in wanted or cause not in BESIDE
        ):  # fmt: skip
            standing.append(cause)
    true = [cause for cause in standing if cause in wanted]
    return (true or standing or [NOTHING])[-1]


def _ends(played: Played, fault: Observation) -> tuple[float, float]:
    """Until when the fault stood alone, and until when a late word is still about it."""
    label = fault.get("label")
    stood = played.trace.end
    for seen in played.trace:
        if seen.n <= fault.n:
            continue
        another = seen.kind == "fault_injected" and seen.get("fault") != fault.get("fault")
        if another or seen.kind == "at_rest":
            return min(stood, seen.t), seen.t
        if seen.kind == "fault_cleared" and seen.get("label") == label:
            stood = min(stood, seen.t)
        if seen.t > stood + GRACE:
            break
    return stood, stood + GRACE


def _name(fault: Observation) -> str:
    """The fault's word, and those of its arguments that are words: ``data_exhausted reset``."""
    arguments = fault.get("arguments") or {}
    words = [
        str(value) for value in arguments.values()
        if isinstance(value, str) and value.replace("_", "").isalpha()
    ]  # fmt: skip
    return clean(" ".join([str(fault.get("fault")), *words]))
