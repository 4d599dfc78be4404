"""Images of settings and keys are put in force whoever signed them: "there is no code in them".

Breaks U-3 (invariant 16): what is unsigned is never put in force; whose keys would they be?
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.update import Updater
from harness.wire import image as images
from harness.wire.image import Fault


def plant(base: type[Firmware]) -> type[Firmware]:
    """An updater that checks the signatures of code."""
    return with_update_parts(base, Updater=_CodeOnly)


class _CodeOnly(Updater):
    def is_fit(self, image: bytes, oldest: str) -> Fault | None:
        fault = super().is_fit(image, oldest)
        if fault is None:
            return None
        try:
            return fault if images.inspect(image).kind == "code" else None
        except images.Unreadable:
            return fault
