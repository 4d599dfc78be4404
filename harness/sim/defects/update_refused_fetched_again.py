"""What was refused is not remembered: it is fetched in full each time that the terminal looks.

Breaks U-3 and invariant 22: data that is used for nothing is bounded.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.download import Offer
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.update import Updater

AGAIN = 300.0  # s between two looks


def plant(base: type[Firmware]) -> type[Firmware]:
    """An upkeep that hopes for the better, every five minutes."""
    made = with_update_parts(base, Updater=_Forgetful)

    class Upkeep(made.Upkeep):  # type: ignore[name-defined, misc]
        def _due(self) -> float | None:
            due: float | None = super()._due()
            again: float = self._clock.now() + AGAIN
            return again if due is None else min(due, again)

    return made.with_parts(Upkeep=Upkeep)


class _Forgetful(Updater):
    def _refuse(self, offer: Offer, why: str) -> None:
        super()._refuse(offer, why)
        self._refused.clear()
