"""The terminal's updater: look, download, verify, install into the other slot, commit, confirm.

A cut anywhere leaves the boot record as it was or as it is to be, so the terminal boots the old or
the new version. A link that breaks off is resumed where it broke (RFC 9110: Range and If-Range).
What it does is told by ``tell(phase, fields)``; phases: offered, downloading, paused, verifying,
installing, committing, first_boot, done, refused, failed, rolled_back.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.clock import Clock
from harness.errors import Garbled, PortError
from harness.ports.base import Port
from harness.sim.terminal.boot import (
    OTHER,
    SLOT_FILES,
    Bootloader,
    BootRecord,
    BootSlot,
    install_factory,
    load_record,
    save_record,
)
from harness.sim.terminal.download import DOWNLOAD, Downloader, Gone, Offer, Source
from harness.sim.terminal.flash import Flash, FlashFull
from harness.sim.terminal.handed import Ask, Handed
from harness.sim.terminal.http import HttpClient
from harness.wire import image as images
from harness.wire.image import Fault

__all__ = ["BootSlot", "Bootloader", "Offer", "Updater", "install_factory"]

MARK = "update.mark"  # there while an update is under way
STEP = 5  # percent between two tellings

Tell = Callable[[str, dict[str, Any]], None]


class Updater:
    """Brings a newer image into the inactive slot. All methods wait; run them in one task.

    Args:
        clock: The terminal's clock.
        flash: Where slots, boot record and the download are.
        http_connect: Makes a connection to the store; raises PortError.
        tell: Says a phase with its fields (``version``, ``percent``, ``cause``, ``why``).
        model: The terminal's model.
        trusted_key: Raw Ed25519 public key.
        host: The store's name.
        retries: How often a broken download is taken up again without progress in between.
        back_off: Seconds before the first such retry; doubles up to 60 s.
        wait: Seconds of silence after which the store counts as gone.
        largest: Bytes an image may have.
    """

    def __init__(
        self,
        clock: Clock,
        flash: Flash,
        http_connect: Callable[[], Port],
        tell: Tell,
        *,
        model: str,
        trusted_key: bytes,
        host: str = "updates",
        retries: int = 5,
        back_off: float = 2.0,
        wait: float = 15.0,
        largest: int = 8 << 20,
    ) -> None:
        self._clock = clock
        self._flash = flash
        self._http = HttpClient(http_connect, wait=wait, host=host)
        self._store = Downloader(
            clock, flash, self._http, self._tell_download,
            retries=retries, back_off=back_off, largest=largest,
        )  # fmt: skip
        self._tell = tell
        self._model = model
        self._trusted = trusted_key
        self._told = -STEP  # percent said last
        self._refused: set[str] = set()  # what was refused is not downloaded twice

    # --- what the firmware calls ------------------------------------------------------------

    def after_boot(self, slot: BootSlot) -> None:
        """At every boot: say what became of an update that was under way."""
        marked = self._flash.read(MARK)
        if slot.rolled_back:
            fields = {"version": slot.version, "from": slot.rolled_back, "cause": "update_failed"}
            self._tell("rolled_back", fields)
        elif slot.trial:
            self._tell("first_boot", {"version": slot.version})
            return
        elif marked is not None:
            self._tell("failed", {"version": slot.version, "cause": "update_interrupted"})
        self._clear()

    def confirm(self, slot: BootSlot) -> None:
        """The image on trial works: keep it, and let nothing older run from now on."""
        record = load_record(self._flash)
        if record.confirmed or record.active != slot.name:
            return
        save_record(
            self._flash, replace(record, confirmed=True, tries=0, floor=slot.version, bad="")
        )
        self._clear()
        self._tell("done", {"version": slot.version})

    def look(self, installed: str, *, asked: bool = False) -> Offer | None:
        """What the store has for this terminal, if it is to be fetched; None when nothing is.

        Args:
            installed: The version that runs.
            asked: A person asked: what was refused before is tried again.

        Raises:
            PortError: The store cannot be reached.
            Garbled: It does not speak its language.
        """
        offer = self._store.ask_offer(self._model, installed)
        self._http.close()
        if offer is None or (offer.etag in self._refused and not asked):
            return None
        if offer.version == load_record(self._flash).bad and not asked:
            return None
        if images.version_key(offer.version) == images.version_key(installed):
            return None
        self._tell("offered", {"version": offer.version})
        if not self.is_newer(offer.version, installed):
            self._refuse(offer, Fault.OLDER)
            return None
        return offer

    def install(self, offer: Offer, installed: str, source: Source | None = None) -> bool:
        """Fetch, check and install what was offered; True when a restart will run it.

        Args:
            offer: What it is.
            installed: The version that runs.
            source: Who hands it over; the store where nobody does.
        """
        if not load_record(self._flash).confirmed:
            return False  # the other slot is what an image on trial falls back to
        try:
            return self._install(offer, installed, source or self._store)
        except (PortError, Garbled):
            self._fail(offer, "update_link_lost")
        except (Gone, FlashFull):
            self._fail(offer, "update_failed")
        finally:
            self._http.close()
        return False

    def receive(self, size: int, ask: Ask, installed: str) -> bool:
        """Install what somebody hands over; True when a restart will run it.

        Args:
            size: Bytes of the image, by whoever hands it over.
            ask: For the block that begins at an offset.
            installed: The version that runs.
        """
        source = Handed(self._flash, size, ask, self._tell_download)
        try:
            offer = source.offer()
        except (PortError, Garbled, Gone):
            self._tell("failed", {"cause": "update_link_lost"})
            return False
        except images.Unreadable as unreadable:
            self._tell("refused", {"cause": "update_rejected", "why": unreadable.fault.value})
            return False
        self._tell("offered", {"version": offer.version})
        if not self.is_newer(offer.version, installed):
            self._refuse(offer, Fault.OLDER)
            return False
        return self.install(offer, installed, source)

    # --- decisions, one small method each ---------------------------------------------------

    def is_newer(self, offered: str, installed: str) -> bool:
        """Whether a version is worth fetching."""
        return images.version_key(offered) > images.version_key(installed)

    def may_install(self, image: bytes, installed: str) -> Fault | None:
        """Why an image may not be installed, or None."""
        return images.verify(image, trusted=self._trusted, model=self._model, installed=installed)

    def commit(self, record: BootRecord, slot: str) -> None:
        """Make the other slot the one to boot, on trial; atomic."""
        save_record(self._flash, replace(record, active=slot, confirmed=False, tries=0))

    # --- the way there ----------------------------------------------------------------------

    def _install(self, offer: Offer, installed: str, source: Source) -> bool:
        self._flash.write(MARK, offer.version.encode())
        self._flash.sync()
        self._told = -STEP
        source.fetch(offer)
        self._tell("verifying", {"version": offer.version})
        image = self._flash.read(DOWNLOAD) or b""
        fault = self.may_install(image, installed)
        if fault is not None:
            self._refuse(offer, fault)
            return False
        record = load_record(self._flash)
        slot = OTHER[record.active]
        self.write_slot(slot, image, offer.version)
        if self._flash.read(SLOT_FILES[slot]) != image:
            self._fail(offer, "update_failed")
            return False
        self._tell("committing", {"version": offer.version})
        self.commit(record, slot)
        return True

    def write_slot(self, slot: str, image: bytes, version: str) -> None:
        """Put an image into a slot, page by page, and make it durable."""
        name, page = SLOT_FILES[slot], self._flash.page
        self._flash.delete(name)
        self._told = -STEP
        for at in range(0, len(image), page):
            self._tell_percent("installing", version, at, len(image))
            self._flash.append(name, image[at : at + page])
        self._flash.sync()
        self._tell_percent("installing", version, len(image), len(image))

    # --- ends -------------------------------------------------------------------------------

    def _refuse(self, offer: Offer, fault: Fault) -> None:
        self._refused.add(offer.etag)
        self._clear()
        self._tell(
            "refused", {"version": offer.version, "cause": "update_rejected", "why": fault.value}
        )

    def _fail(self, offer: Offer, cause: str) -> None:
        self._clear()
        self._tell("failed", {"version": offer.version, "cause": cause})

    def _clear(self) -> None:
        for name in (DOWNLOAD, MARK):
            self._flash.delete(name)
        self._flash.sync()

    def _tell_download(self, offer: Offer, have: int, *, broken: bool) -> None:
        if not broken:
            self._tell_percent("downloading", offer.version, have, offer.size)
            return
        percent = min(100, have * 100 // offer.size)
        self._tell(
            "paused", {"version": offer.version, "percent": percent, "cause": "update_link_lost"}
        )

    def _tell_percent(self, phase: str, version: str, at: int, of: int) -> None:
        """Say how far it is, in steps."""
        percent = min(100, at * 100 // of)
        if percent >= self._told + STEP:
            self._told = percent - percent % STEP
            self._tell(phase, {"version": version, "percent": percent})
