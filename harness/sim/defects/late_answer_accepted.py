"""An approval that comes after the sale was reversed is booked and printed all the same.

Breaks N-1 (invariants 1 and 12): what was given up and reversed stays undone, whatever comes late.
"""

import dataclasses

from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """A host line that hands late approvals to the till."""

    class HostLine(base.HostLine):  # type: ignore[name-defined, misc]
        def take_late(self, answer: Message) -> None:
            if answer.get(39) == "00" and answer.mti == "0210":
                self.till(answer)

    class Credulous(base.with_parts(HostLine=HostLine)):  # type: ignore[misc]
        def _make_parts(self) -> None:
            super()._make_parts()
            self.comms._host.till = self.believe  # noqa: SLF001 - a planted bug

        def believe(self, answer: Message) -> None:
            for entry in list(self.storage.journal):
                if entry.stan == answer.stan and entry.outcome == "reversed":
                    auth = answer.get(38)
                    late = dataclasses.replace(entry, outcome="approved", auth=auth)
                    self.storage.record(late)
                    self.log.say(
                        "pay",
                        f"approved stan={late.stan:06d} amount={late.amount} pan={late.pan}",
                    )
                    self.receipts.print(late)

    return Credulous
