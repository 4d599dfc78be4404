"""The performance class of a terminal under a power disturbance (IEC 61000-4-29, clause 9).

a  normal performance: it kept working; it may have said that the supply was low
b  function lost or degraded for a while, and back by itself
c  not back by itself, yet alive: somebody has to help
d  no sign of life, or records lost

Seen from detect, report and recover: a needs no recovery, b recovers by itself, c does not, d lost
what it had to keep. Computed from the trace alone; no class where the run was cut off, the
disturbance had no effect, or nobody listened to the terminal.
"""

from collections.abc import Iterable, Iterator

from harness.judge._monitor import TERMINAL, span
from harness.judge._run import Injected, Run
from harness.judge.invariants import exactly_once, journal_intact
from harness.judge.invariants._at_rest import Breach
from harness.model.trace import Observation
from harness.model.verdict import Performance

#: Causes with which a sale ends in the ordinary way.
ORDINARY = frozenset({
    "card_declined", "card_expired", "card_removed", "card_mute", "card_bad_atr",
    "card_unreadable", "cancelled", "timed_out",
})  # fmt: skip
#: States in which it does not do its work.
AWAY = frozenset({"booting", "recovering", "connecting", "out_of_service", "halted"})
#: Boots that a firmware update wants.
PLANNED = frozenset({"update"})


class Grade:
    """Takes in a run; ``answer`` is its class.

    Attributes:
        kinds: What it wants to be fed.
    """

    kinds = frozenset({"power_asked", "boot", "state", "terminal_status", "sale_ended"})

    def __init__(self, run: Run) -> None:
        self._run = run
        self._labels: set[str] = set()
        self._start: Observation | None = None
        self._losses: list[tuple[str, Observation]] = []
        self._planned = False
        self._alive: Observation | None = None

    def on(self, seen: Observation) -> None:
        """Take in one observation."""
        if seen.kind == "power_asked":
            self._labels.add(str(seen.get("label")))
            self._start = self._start or seen
        elif self._start is None:
            return
        elif seen.kind == "terminal_status":
            self._alive = seen  # it answers, whatever
        elif seen.source == TERMINAL:
            self._function(seen)
        elif seen.kind == "sale_ended":
            self._sale(seen)

    def _function(self, seen: Observation) -> None:
        self._alive = seen
        if seen.kind == "boot":
            self._planned = seen.get("reason") in PLANNED
            if not self._planned:
                self._losses.append((f"it restarted at {span(seen.t)}", seen))
            return
        state = str(seen.get("state"))
        if state in AWAY and not self._planned:
            self._losses.append((f"it was {state} at {span(seen.t)}", seen))
        self._planned = self._planned and state in AWAY

    def _sale(self, seen: Observation) -> None:
        outcome, cause = seen.get("outcome"), seen.get("cause")
        if outcome in ("failed", "unknown") and cause not in ORDINARY:
            why = f" ({cause})" if cause else ""
            self._losses.append((f"{seen.get('sale')} ended {outcome}{why}", seen))

    # --- the answer -----------------------------------------------------------------------------

    def why_not(self) -> str:
        """Why there is no class; ``""`` where there is one."""
        run, faults = self._run, self._faults()
        if self._start is None or not faults:
            return "no power disturbance was injected"
        if run.ended is None or run.ended.get("reason") not in ("rest", "decided"):
            return "the run did not come to its end"
        missing = [one.label for one in faults if one.effect is None]
        if missing:
            return f"{missing[0]} was not seen to take effect"
        if not run.hears_terminal():
            return "no channel of the terminal is observed on this rig"
        if run.rest is None and not run.unrest:
            return "nobody looked whether the terminal came to rest"
        return ""

    def answer(self) -> Performance | None:
        """The class; None where ``why_not`` says why there is none."""
        if self.why_not():
            return None
        lost = list(self._lost_records())
        if lost:
            return _made("d", f"records were lost: {lost[0].said}", lost[0].lines)
        if self._run.rest is None:
            return self._not_back()
        if self._losses:
            said = self._losses[0][0]
            return _made(
                "b", f"{said}, and it was back by itself", [seen for _, seen in self._losses[:3]]
            )
        effect = [one.effect for one in self._faults() if one.effect is not None]
        return _made("a", "it kept working", effect)

    def _faults(self) -> list[Injected]:
        return [one for one in self._run.faults if one.label in self._labels]

    def _lost_records(self) -> Iterator[Breach]:
        if self._run.rest is None:
            return  # before it rests its books may yet be put right
        for check in (journal_intact.check, exactly_once.check):
            yield from (one for one in check(self._run.books) if isinstance(one, Breach))

    def _not_back(self) -> Performance:
        cleared, alive = self._run.last_cleared(), self._alive
        why = f" ({self._run.unrest})" if self._run.unrest else ""
        if alive is not None and (cleared is None or alive.t >= cleared.t):
            return _made("c", f"it did not come back by itself{why}", [alive])
        said = f"no sign of life after the disturbance{why}"
        return _made("d", said, [cleared] if cleared else [])


def _made(letter: str, reason: str, lines: Iterable[Observation]) -> Performance:
    return Performance(letter, reason, tuple(seen.n for seen in lines))
