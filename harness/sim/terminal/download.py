"""Fetching an image from the update store, over a link that may break at any byte."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from harness.clock import Clock
from harness.errors import Garbled, PortError
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.http import HttpClient, Response
from harness.wire import image as images

DOWNLOAD = "download.part"
LONGEST_PAUSE = 60.0  # s


@dataclass(frozen=True, slots=True)
class Offer:
    """What the store says it has. Nothing of it is signed.

    Attributes:
        version: As announced.
        path: Where the image is.
        size: Bytes of the image.
        etag: Names the image's contents.
    """

    version: str
    path: str
    size: int
    etag: str


class Gone(Exception):
    """The store does not have the image any more, or has something else in its place."""


class Progress(Protocol):
    """How a download says how far it is; ``broken`` when it waits to take up again."""

    def __call__(self, offer: Offer, have: int, *, broken: bool) -> None: ...


class Source(Protocol):
    """Where an image comes from."""

    def fetch(self, offer: Offer) -> None:
        """Bring it into the flash, as ``DOWNLOAD``; raises PortError, Garbled or Gone."""


class Downloader:
    """Downloads into the flash.

    Args:
        clock: The terminal's clock.
        flash: Where the download goes.
        http: The connection to the store.
        tell: Hears how far it is.
        retries: How often it takes up again without having had a byte in between.
        back_off: Seconds before the first such retry; doubles up to a minute.
        largest: Bytes an image may have.
    """

    def __init__(
        self,
        clock: Clock,
        flash: Flash,
        http: HttpClient,
        tell: Progress,
        *,
        retries: int,
        back_off: float,
        largest: int,
    ) -> None:
        self._clock = clock
        self._flash = flash
        self._http = http
        self._tell = tell
        self._retries = retries
        self._back_off = back_off
        self._largest = largest

    def ask_offer(self, model: str, installed: str) -> Offer | None:
        """What the store has for this model; raises PortError and Garbled."""
        query = urlencode({"model": model, "version": installed})
        answer = self._http.get(f"/manifest?{query}")
        body = answer.whole()
        if answer.status != 200:
            return None
        try:
            said: Any = json.loads(body)
            offer = Offer(
                str(said["version"]), str(said["path"]), int(said["size"]), str(said["etag"])
            )
            images.version_key(offer.version)
        except (ValueError, TypeError, KeyError):
            raise Garbled("the store's manifest cannot be read") from None
        return offer if 0 < offer.size <= self._largest else None

    def fetch(self, offer: Offer) -> None:
        """Bring the image into the flash, however often the link breaks.

        Raises PortError or Garbled when the retries are used up, Gone when the image is.
        """
        self._flash.delete(DOWNLOAD)
        have, failures = 0, 0
        while have < offer.size:
            before = have
            try:
                for have in self._fetch_from(offer, have):  # noqa: B020 - where it stands now
                    self._tell(offer, have, broken=False)
                break
            except (PortError, Garbled):
                failures = 0 if have > before else failures + 1
                if failures > self._retries:
                    raise
                self._http.close()
                self._tell(offer, have, broken=True)
                pause = self._back_off * 2 ** max(0, failures - 1)
                self._clock.sleep(min(LONGEST_PAUSE, pause))
        self._flash.sync()

    def _fetch_from(self, offer: Offer, have: int) -> Iterator[int]:
        """One try; yields how many bytes are in the flash."""
        response = self._ask_rest(offer, have)
        if response.status == 200 and have:  # the image has changed: from the start
            self._flash.delete(DOWNLOAD)
            have = 0
        for page in self._pages(response):
            self._flash.append(DOWNLOAD, page)
            have += len(page)
            if have > self._largest:
                raise Gone("more than an image may have")
            yield have

    def _ask_rest(self, offer: Offer, have: int) -> Response:
        headers = {"Range": f"bytes={have}-", "If_Range": offer.etag} if have else {}
        response = self._http.get(offer.path, **headers)
        if response.status == 206 and have:
            if not response.headers.get("content-range", "").startswith(f"bytes {have}-"):
                raise Garbled("the store sent another range than was asked")
        elif response.status != 200:
            raise Gone(f"status {response.status}")
        return response

    def _pages(self, response: Response) -> Iterator[bytes]:
        """The body in pieces of a flash page; what a broken link leaves over is kept, too."""
        held = b""
        try:
            for piece in response.body:
                held += piece
                while len(held) >= self._flash.page:
                    yield held[: self._flash.page]
                    held = held[self._flash.page :]
        except (PortError, Garbled):
            if held:
                yield held
            raise
        if held:
            yield held
