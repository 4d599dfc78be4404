"""What is here of one image is taken for the beginning of another: nobody compares their names.

Breaks U-2 (U-6): what is put together of two images is neither, and no update comes to its end.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.download import Downloader, Offer
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.http import Response
from harness.sim.terminal.part import Mark, Part
from harness.sim.terminal.update import Updater


def plant(base: type[Firmware]) -> type[Firmware]:
    """A downloader that goes by the length alone."""
    return with_update_parts(base, Updater=_Mixing)


class _AnyPart(Part):
    def begin(self, offer: Offer) -> int:
        if self.mark() is not None:
            self._put(Mark(offer))
        return super().begin(offer)


class _AnyTag(Downloader):
    Part = _AnyPart

    def _ask_rest(self, offer: Offer, have: int) -> Response:
        headers = {"Range": f"bytes={have}-"} if have else {}
        return self._http.get(offer.path, **headers)


class _Mixing(Updater):
    Downloader = _AnyTag
