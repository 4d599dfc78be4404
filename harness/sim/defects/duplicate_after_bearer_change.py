"""A sale that lost its answer with its bearer is sent again, as a new one, over the next.

Breaks invariant 1 (scenario S-3): if the host had approved the first, the cardholder pays twice.
"""

from dataclasses import replace
from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that believes a new line to be a new beginning."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        again: Pending | None = None

        def ask_host(self, pending: Pending, card: Any) -> Any:
            self.again = None
            before = self._comms.bearer
            try:
                return super().ask_host(pending, card)
            except Stop:
                if self._comms.wanted() is not None or self._comms.bearer == before:
                    raise
            self._storage.drop_pending(pending.stan)
            self.again = replace(pending, stan=self.new_stan())
            self.before_sending(self.again)
            return super().ask_host(self.again, card)

        def weigh(self, pending: Pending, answer: Any) -> Any:
            return super().weigh(self.again or pending, answer)

    return base.with_parts(Payment=Payment)
