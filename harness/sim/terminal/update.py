"""The terminal's updater: look, download, verify, install, commit, confirm.

A cut anywhere leaves the boot record as it was or as it is to be, so the terminal boots the old or
the new version; what had arrived of an image stays, and is taken up again. What it does is told by
``tell(phase, fields)``; phases: offered, downloading, paused, resumed, verifying, installing,
committing, first_boot, done, refused, failed, rolled_back, recovering.

What is checked, and where an image goes, is in ``installer.py``.
"""

from collections.abc import Callable
from dataclasses import replace

from harness.errors import Garbled, PortError
from harness.sim.terminal.boot import OTHER, SLOT_FILES, BootSlot, load_record, save_record
from harness.sim.terminal.download import Gone, Offer, Source
from harness.sim.terminal.flash import FlashFull
from harness.sim.terminal.handed import Ask, Handed
from harness.sim.terminal.installer import Installer
from harness.wire import image as images
from harness.wire.image import Fault

TOO_LARGE = "too_large"  # why an image is refused that no terminal of this kind has room for


class Updater(Installer):
    """Brings a newer image into force. All methods wait; run them in one task."""

    def after_boot(self, slot: BootSlot) -> bool:
        """At every boot: say what became of an update; True where it is to be taken up again."""
        mark = self._part.mark()
        self.settings.load()
        if slot.rolled_back:
            fields = {"version": slot.version, "from": slot.rolled_back, "cause": "update_failed"}
            self._tell("rolled_back", fields)
        elif slot.trial:
            self._tell("first_boot", {"version": slot.version})
            return False
        elif mark is None or not mark.running:
            return False
        elif self.version_of(mark.offer.kind, slot.version) == mark.offer.version:
            self._say("done", mark.offer)  # a cut came between the last write and the word
        elif mark.offer.path:
            percent = self._part.kept * 100 // mark.offer.size
            self._say("paused", mark.offer, percent=percent, cause="update_interrupted")
            return True
        else:
            self._tell("failed", {"version": slot.version, "cause": "update_interrupted"})
        self._part.drop()
        return False

    def confirm(self, slot: BootSlot) -> None:
        """The image on trial works: keep it, and let nothing older run from now on."""
        record = load_record(self._flash)
        if record.confirmed or record.active != slot.name:
            return
        save_record(
            self._flash, replace(record, confirmed=True, tries=0, floor=slot.version, bad="")
        )
        self._tell("done", {"version": slot.version})  # before its mark goes: never left unsaid
        self._part.drop()

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
        has = self.version_of(offer.kind, installed)
        if offer.version == load_record(self._flash).bad and not asked:
            return None
        if images.version_key(offer.version) == images.version_key(has):
            return None
        self._say("offered", offer)
        if not self.is_newer(offer.version, has):
            self._refuse(offer, Fault.OLDER)
            return None
        if offer.size > self._largest:
            self._refuse(offer, TOO_LARGE)
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
        taken = source or self._store
        return self._in_words(offer, lambda: self._install(offer, installed, taken))

    def _in_words(self, offer: Offer, install: Callable[[], bool]) -> bool:
        """Say what breaks an installation off."""
        try:
            return install()
        except (PortError, Garbled):
            self._part.rest()  # what has arrived need not be paid for twice
            self._say("failed", offer, cause="update_link_lost")
        except Gone:
            self._fail(offer)
        except FlashFull:
            self._fail(offer, "storage_full")
        finally:
            self._http.close()
        return False

    def restore(self) -> bool:
        """Fetch and install anything that may run, where nothing does; True when it will.

        Raises PortError and Garbled where the store cannot be reached.
        """
        floor = load_record(self._flash).floor
        offer = self._store.ask_offer(self._model, floor)
        if offer is None or offer.kind != "code" or offer.etag in self._refused:
            return False
        self._say("offered", offer)
        return self._in_words(offer, lambda: self._install(offer, floor, self._store, self.is_fit))

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
        self._say("offered", offer)
        return self.install(offer, installed, source)

    def give_up(self) -> None:
        """An update that was to be taken up again cannot be: the store has it no more."""
        mark = self._part.mark()
        if mark is not None and mark.running:
            self._fail(mark.offer)

    def room_for(self, offer: Offer) -> int:
        """Bytes of the flash that are still needed for it, besides what it takes the place of."""
        slot = SLOT_FILES[OTHER[load_record(self._flash).active]]
        slot_grows = offer.size - len(self._flash.peek(slot) or b"")
        return offer.size - self._part.size + max(0, slot_grows)
