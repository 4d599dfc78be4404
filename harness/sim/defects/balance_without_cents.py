"""A balance is told without its cents.

Breaks invariant 14 (C1, N-1): what is told is what the host said; host/balance_unanswered catches
it.
"""

from dataclasses import replace
from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that reads all but the last two digits."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _inquire(self, pending: Any, card: Any, register: Any) -> Outcome:
            outcome: Outcome = super()._inquire(pending, card, Rounding(register))
            return rounded(outcome)

    return base.with_parts(Payment=Payment)


def rounded(outcome: Outcome) -> Outcome:
    """What is left of it."""
    return replace(outcome, balance=(outcome.balance or 0) // 100 * 100)


class Rounding:
    """A register that is told so."""

    def __init__(self, register: Any) -> None:
        self._register = register

    def __getattr__(self, name: str) -> Any:
        return getattr(self._register, name)

    def confirm(self, outcome: Outcome) -> bool:
        """In whole yuan."""
        return bool(self._register.confirm(rounded(outcome)))
