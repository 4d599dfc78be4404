"""A sale that nobody signs for is given up, after it was approved and booked.

Breaks H-4: a missing signature never costs a sale.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """Signatures that decide about money."""

    class Signatures(base.Signatures):  # type: ignore[name-defined, misc]
        def take(self, entry: Entry) -> None:
            super().take(entry)
            missing = [row["stan"] for row in self.waiting() if not row["signed"]]
            if entry.stan in missing:
                self._firmware.log.say(
                    "pay", f"not done stan={entry.stan:06d} amount={entry.amount} pan={entry.pan}"
                    " why=unsigned owed=no",
                )  # fmt: skip
                self._firmware.screen.show_text("DECLINED")

    return base.with_parts(Signatures=Signatures)
