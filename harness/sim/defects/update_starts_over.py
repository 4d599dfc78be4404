"""A download that broke off, or was cut, begins at its first byte again.

Breaks U-1 (U-2): the data plan is not burnt by restarts from zero.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.download import Downloader, Offer
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.part import Part
from harness.sim.terminal.update import Updater


def plant(base: type[Firmware]) -> type[Firmware]:
    """A downloader without a memory."""
    return with_update_parts(base, Updater=_Anew)


class _Forgotten(Part):
    def begin(self, offer: Offer) -> int:
        self.drop()
        return super().begin(offer)


class _FromTheStart(Downloader):
    Part = _Forgotten

    def pause(self, offer: Offer, failures: int) -> None:
        super().pause(offer, failures)
        self.part.start_over()


class _Anew(Updater):
    Downloader = _FromTheStart
