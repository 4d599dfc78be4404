"""A tapped card is charged in US dollars: the contactless kernel's settings are as delivered.

Breaks invariant 1 (K-6): reader/tap_and_go catches it (field 49).
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """Requests with the kernel's own currency."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def _card_fields(self, sale: Pending) -> dict[int, str]:
            fields: dict[int, str] = super()._card_fields(sale)
            return {**fields, 49: "840"} if sale.entry == "contactless" else fields

    return base.with_parts(Acquiring=Acquiring)
