"""What a register asked for by a number of its own, and what became of it: kept through cuts.

A register that heard no answer asks by its number. The number is durable before anything moves, so
that after a cut the journal and the open reversals tell what became of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, Literal

from harness.sim.terminal.outcome import Outcome
from harness.sim.terminal.settlement import outcome_of

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

KEPT = 20  # numbers whose trace numbers are remembered
RECORD = "asked"


class LastAsked:
    """One for all registers: one transaction at a time is made on a terminal."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._storage = firmware.storage
        self._running: tuple[str, Callable[[], None]] | None = None

    def begin(
        self, number: str, cancel: Callable[[], None], mark: Sequence[str] = ()
    ) -> None:  # fmt: skip
        """Durable when this returns; ``cancel`` has it aborted, whoever asks for that.

        ``mark`` is what else the register calls it by, where a number may be used again.
        """
        self._running = (number, cancel)
        held = self._held()
        self._storage.remember(RECORD, {
            "number": number, "before": self._storage.stan, "done": None,
            "stans": held.get("stans", {}), "mark": list(mark),
        })  # fmt: skip

    def end(self, number: str, outcome: Outcome) -> None:
        """What it came to."""
        self._running = None
        held = self._held()
        stans = {**held.get("stans", {}), number: outcome.stan}
        kept = dict(list(stans.items())[-KEPT:])
        self._storage.remember(RECORD, {
            **held, "number": number, "done": list(astuple(outcome)), "stans": kept,
        })  # fmt: skip

    def cancel(self, number: str) -> bool:
        """Have what runs aborted; False where that is something else, or nothing."""
        if self._running is None or self._running[0] != number:
            return False
        self._running[1]()
        return True

    @property
    def last(self) -> str:
        """The last number; ``""`` for none."""
        return str(self._held().get("number", ""))

    def is_about(self, number: str, mark: Sequence[str]) -> bool:
        """Whether the last number is this one, and of the same."""
        held = self._held()
        return bool(held) and (held["number"], held.get("mark")) == (number, list(mark))

    def of(self, number: str = "") -> Outcome | Literal["running"] | None:
        """What became of a number, of the last one where none is said; None: never done."""
        if not self._firmware.state.up:
            return "running"  # it does not know yet what the cut has left
        held = self._held()
        if not held:
            return None
        if number not in ("", held["number"]):
            return self._earlier(number, held)
        if held["done"] is not None:
            return Outcome(*held["done"])
        if self._firmware.payment.turn.held:
            return "running"
        return self.after_cut(held)

    def _earlier(self, number: str, held: dict[str, Any]) -> Outcome | None:
        """One before the last: what the journal says of it, if it is still there."""
        stans = held.get("stans", {})
        if number not in stans:
            return None
        found = [entry for entry in self._storage.journal if entry.stan == stans[number]]
        return outcome_of(found[-1]) if found else Outcome("failed", 0, "original_unknown")

    def after_cut(self, held: dict[str, Any]) -> Outcome | None:
        """It was never finished: a record newer than its beginning is its own."""
        last, age_of = self._firmware.settlement.last_outcome(), self._storage.age_of
        fresh = last is not None and last.stan > 0 and age_of(last.stan) < age_of(held["before"])
        return last if fresh else None

    def stan_of(self, number: str) -> int:
        """The trace number that a number got; 0 for none."""
        return int(self._held().get("stans", {}).get(number, 0))

    def _held(self) -> dict[str, Any]:
        held = self._storage.recall(RECORD)
        return held if isinstance(held, dict) else {}
