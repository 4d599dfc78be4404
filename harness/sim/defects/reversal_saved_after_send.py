"""The reversal is saved only when the answer has come, or has not.

Breaks invariant 7 (defect a of the list): a power cut while the host works leaves a charge that
nothing will reverse.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that saves too late."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def before_sending(self, pending: Pending) -> None:
            self._storage.pending[pending.stan] = pending  # in memory only

        def ask_host(self, pending: Pending, card: Any) -> Any:
            try:
                answer = super().ask_host(pending, card)
            except Stop:
                if pending.stan in self._storage.pending:
                    super().before_sending(self._storage.pending[pending.stan])
                raise
            super().before_sending(pending)
            return answer

    return base.with_parts(Payment=Payment)
