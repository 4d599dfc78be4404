"""A download that is taken up again asks for the last page once more, and keeps it twice.

Breaks U-2: a download that broke off is brought to its end, with no byte too many.
"""

from collections.abc import Iterator

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.download import Downloader, Offer
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.update import Updater


def plant(base: type[Firmware]) -> type[Firmware]:
    """A downloader that is sure of nothing."""
    return with_update_parts(base, Updater=_Unsure)


class _Again(Downloader):
    def _fetch_from(self, offer: Offer, have: int, *, broken: bool) -> Iterator[int]:
        return super()._fetch_from(offer, max(0, have - self._flash.page), broken=broken)


class _Unsure(Updater):
    Downloader = _Again
