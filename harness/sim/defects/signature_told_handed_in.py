"""That a signature is missing is taken back by the next one that is given.

Breaks H-4: peripherals/signature_not_given catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """One flag for all signatures."""

    class Signatures(base.Signatures):  # type: ignore[name-defined, misc]
        def take(self, entry: Entry) -> None:
            super().take(entry)
            if self.waiting() and self.waiting()[-1]["signed"]:
                self._firmware.alarms.end("signature_pending")

    return base.with_parts(Signatures=Signatures)
