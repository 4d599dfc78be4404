"""A void or a reservation is written down only when its answer has come.

Breaks P-6 and P-1 (invariant 7; defect a of the field): durable before the request goes out.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message

LATE = ("void", "preauth", "completion")


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that saves sales first, and other deals in the end."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def before_sending(self, pending: Pending) -> None:
            if pending.deal not in LATE:
                super().before_sending(pending)
                return
            self._storage.pending[pending.stan] = pending
            self._log.say("rev", f"saved stan={pending.stan:06d}")

        def weigh(self, pending: Pending, answer: Message) -> Pending:
            if pending.deal in LATE:
                self._storage.save_pending(pending)
            weighed: Pending = super().weigh(pending, answer)
            return weighed

    return base.with_parts(Payment=Payment)
