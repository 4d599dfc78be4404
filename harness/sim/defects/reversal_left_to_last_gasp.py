"""The reversal is kept in memory and written when the supply fails: the hold-up is too short.

Breaks invariant 7: after a hard cut nothing knows of the request that is at the host.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending, seal_record


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that trusts the power-fail interrupt."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def save_pending(self, pending: Pending) -> None:
            self.pending[pending.stan] = pending

        def last_gasp(self) -> None:
            for pending in list(self.pending.values()):
                self.write_pending(f"pending.{pending.stan:06d}", seal_record(pending))

    class PowerMonitor(base.PowerMonitor):  # type: ignore[name-defined, misc]
        gasp = staticmethod(lambda: None)

        def say(self, cause: str) -> None:
            super().say(cause)
            self.gasp()

    class Gasping(base):  # type: ignore[valid-type, misc]
        def _make_parts(self) -> None:
            super()._make_parts()
            self.power.gasp = self.storage.last_gasp

    gasping: type[Firmware] = Gasping
    return gasping.with_parts(Storage=Storage, PowerMonitor=PowerMonitor)
