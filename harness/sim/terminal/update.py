"""The terminal's updater: look, download, verify, install, commit, confirm.

A cut anywhere leaves the boot record as it was or as it is to be, so the terminal boots the old or
the new version; what had arrived of an image stays, and is taken up again. What it does is told by
``tell(phase, fields)``; phases: offered, downloading, paused, resumed, verifying, installing,
committing, first_boot, done, refused, failed, rolled_back, recovering.

An image of code goes into the other slot and is started on trial. One of another kind (settings,
keys) is put in force by ``settings.py``, at once and whole.
"""

from collections.abc import Callable
from dataclasses import replace

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
from harness.sim.terminal.download import Downloader, Gone, Offer, Source
from harness.sim.terminal.flash import Flash, FlashFull
from harness.sim.terminal.handed import Ask, Handed
from harness.sim.terminal.http import HttpClient
from harness.sim.terminal.settings import Settings
from harness.sim.terminal.update_told import Tell, Telling
from harness.wire import image as images
from harness.wire.image import Fault

__all__ = ["BootSlot", "Bootloader", "Offer", "Updater", "install_factory"]

TOO_LARGE = "too_large"  # why an image is refused that no terminal of this kind has room for


class Updater(Telling):
    """Brings a newer image into force. All methods wait; run them in one task.

    Args:
        clock: The terminal's clock.
        flash: Where slots, boot record and the download are.
        http_connect: Makes a connection to the store; raises PortError.
        tell: Says a phase with its fields (``version``, ``percent``, ``cause``, ``why``, ``of``).
        model: The terminal's model.
        trusted_key: Raw Ed25519 public key.
        host: The store's name.
        retries: How often a broken download is taken up again without progress in between.
        back_off: Seconds before the first such retry; doubles up to 60 s.
        wait: Seconds of silence after which the store counts as gone.
        largest: Bytes an image may have.
        who: The terminal's id.
    """

    Downloader: type[Downloader] = Downloader
    Settings: type[Settings] = Settings

    def __init__(
        self, clock: Clock, flash: Flash, http_connect: Callable[[], Port], tell: Tell, *,
        model: str, trusted_key: bytes, host: str = "updates", retries: int = 5,
        back_off: float = 2.0, wait: float = 15.0, largest: int = 8 << 20, who: str = "",
    ) -> None:  # fmt: skip
        super().__init__(tell)
        self._clock = clock
        self._flash = flash
        self._http = HttpClient(http_connect, wait=wait, host=host)
        self._store = self.Downloader(
            clock, flash, self._http, self._tell_download,
            retries=retries, back_off=back_off, largest=largest, who=who,
        )  # fmt: skip
        self._part = self._store.part
        self.settings = self.Settings(flash)
        self._model = model
        self._trusted = trusted_key
        self._largest = largest
        self._refused: set[str] = set()  # what was refused is not downloaded twice

    # --- what the firmware calls ------------------------------------------------------------

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
        except (Gone, FlashFull):
            self._fail(offer)
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

    def version_of(self, kind: str, installed: str) -> str:
        """What it has of a kind: the version that runs, or that of its settings."""
        return installed if kind == "code" else self.settings.version(kind)

    # --- decisions, one small method each ---------------------------------------------------

    def is_newer(self, offered: str, installed: str) -> bool:
        """Whether a version is worth fetching."""
        return images.version_key(offered) > images.version_key(installed)

    def may_install(self, image: bytes, installed: str) -> Fault | None:
        """Why an image may not be installed, or None: by what is signed, not by what was said."""
        try:
            manifest = images.inspect(image)
        except images.Unreadable as unreadable:
            return unreadable.fault
        has = self.version_of(manifest.kind, installed)
        fault = self.is_fit(image, has)
        return fault or (None if self.is_newer(manifest.version, has) else Fault.OLDER)

    def is_fit(self, image: bytes, oldest: str) -> Fault | None:
        """Why an image may not run here, or None; ``oldest`` is the first that may."""
        return images.verify(image, trusted=self._trusted, model=self._model, installed=oldest)

    def commit(self, record: BootRecord, slot: str) -> None:
        """Make the other slot the one to boot, on trial; atomic."""
        save_record(self._flash, replace(record, active=slot, confirmed=False, tries=0))

    # --- the way there ----------------------------------------------------------------------

    def _install(
        self, offer: Offer, installed: str, source: Source,
        check: Callable[[bytes, str], Fault | None] | None = None,
    ) -> bool:  # fmt: skip
        self._begin_anew()
        if source is not self._store:
            self._part.begin(offer)
        source.fetch(offer)
        self._say("verifying", offer)
        image = self._part.whole()
        fault = (check or self.may_install)(image, installed)
        if fault is not None:
            self._refuse(offer, fault)
            return False
        manifest = images.inspect(image)
        signed = replace(offer, version=manifest.version, kind=manifest.kind)
        if manifest.kind != "code":
            return self._put_in_force(signed, images.payload_of(image))
        return self.put_in_slot(signed, image)

    def put_in_slot(self, offer: Offer, image: bytes) -> bool:
        """Write the other slot, read it back, and make it the one to boot."""
        record = load_record(self._flash)
        slot = OTHER[record.active]
        self.write_slot(slot, image, offer.version)
        if self._flash.read(SLOT_FILES[slot]) != image:
            self._fail(offer)
            return False
        self._say("committing", offer)
        self.commit(record, slot)
        return True

    def _put_in_force(self, offer: Offer, payload: bytes) -> bool:
        """Settings, keys: no restart."""
        self._say("installing", offer, percent=0)
        if not self.settings.take(offer.kind, offer.version, payload):
            self._refuse(offer, Fault.CORRUPT)
            return False
        self._say("committing", offer)
        self._say("done", offer)
        self._part.drop()
        return False

    def write_slot(self, slot: str, image: bytes, version: str) -> None:
        """Put an image into a slot, page by page, and make it durable."""
        name, page = SLOT_FILES[slot], self._flash.page
        self._flash.delete(name)
        self._begin_anew()
        for at in range(0, len(image), page):
            self._tell_percent("installing", version, at, len(image))
            self._flash.append(name, image[at : at + page])
        self._flash.sync()
        self._tell_percent("installing", version, len(image), len(image))

    # --- ends -------------------------------------------------------------------------------

    def _refuse(self, offer: Offer, why: str) -> None:
        self._refused.add(offer.etag)
        self._part.drop()
        self._say("refused", offer, cause="update_rejected", why=str(why))

    def _fail(self, offer: Offer) -> None:
        self._part.drop()
        self._say("failed", offer, cause="update_failed")
