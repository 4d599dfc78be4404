"""What the terminal does with an image that has arrived: check it, put it in its place, commit.

An image of code goes into the other slot and is started on trial. One of another kind (settings,
keys) is put in force by ``settings.py``, at once and whole.
"""

from collections.abc import Callable
from dataclasses import replace

from harness.clock import Clock
from harness.ports.base import Port
from harness.sim.terminal.boot import OTHER, SLOT_FILES, BootRecord, load_record, save_record
from harness.sim.terminal.download import Downloader, Offer, Source
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.http import HttpClient
from harness.sim.terminal.settings import Settings
from harness.sim.terminal.update_told import Tell, Telling
from harness.wire import image as images
from harness.wire.image import Fault


class Installer(Telling):
    """Checks images and puts them where they belong. All methods wait.

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

    def _fail(self, offer: Offer, cause: str = "update_failed") -> None:
        self._part.drop()
        self._say("failed", offer, cause=cause)
