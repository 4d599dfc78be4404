"""Fetching an image from the update store, over a link that may break at any byte.

What has arrived stays (``part.py``), over a broken link and over a cut, and the rest is asked for
(RFC 9110, 14.2 and 13.1.5: Range and If-Range). A store that sends another image than was begun is
believed in nothing: what is here is thrown away, and the new one fetched from its start.
"""

import json
from collections.abc import Iterator
from typing import Any, Protocol
from urllib.parse import urlencode

from harness.clock import Clock
from harness.errors import Garbled, PortError, PortTimeout
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.http import HttpClient, Response
from harness.sim.terminal.part import DOWNLOAD, Offer, Part
from harness.wire import image as images

__all__ = ["DOWNLOAD", "Downloader", "Gone", "Offer", "Progress", "Source"]

LONGEST_PAUSE = 60.0  # s
SLOWEST = 120.0  # s that a page may take: longer, and the rest would take for ever


class Gone(Exception):
    """The store does not have the image any more, or has something else in its place."""


class Changed(Garbled):
    """The store has another image in its place: what has arrived is of no use."""


class Slow(PortTimeout):
    """So slow that it counts as silent."""


class Progress(Protocol):
    """How a download says how far it is.

    ``broken`` when it waits to take up again, ``resumed`` when it has, or has begun anew from 0.
    """

    def __call__(
        self, offer: Offer, have: int, *, broken: bool = False, resumed: bool = False
    ) -> None: ...


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
        retries: How often it takes up again without having had a page in between.
        back_off: Seconds before the first such retry; doubles up to a minute.
        largest: Bytes an image may have.
        who: The terminal's id: a store may offer to some first.
    """

    Part: type[Part] = Part

    def __init__(
        self, clock: Clock, flash: Flash, http: HttpClient, tell: Progress, *, retries: int,
        back_off: float, largest: int, who: str = "",
    ) -> None:  # fmt: skip
        self._clock = clock
        self._flash = flash
        self._http = http
        self._tell = tell
        self._retries = retries
        self._back_off = back_off
        self._largest = largest
        self._who = who
        self.part = self.Part(flash)

    def ask_offer(self, model: str, installed: str) -> Offer | None:
        """What the store has for this model; raises PortError and Garbled."""
        query = {"model": model, "version": installed, **({"id": self._who} if self._who else {})}
        answer = self._http.get(f"/manifest?{urlencode(query)}")
        body = answer.whole()
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise Garbled(f"the store answers {answer.status}")
        try:
            said: Any = json.loads(body)
            offer = Offer(
                str(said["version"]), str(said["path"]), int(said["size"]), str(said["etag"]),
                str(said.get("kind", "code")),
            )  # fmt: skip
            images.version_key(offer.version)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Garbled("the store's manifest cannot be read") from None
        if offer.size <= 0:
            raise Garbled("the store's manifest has an image without a byte")
        return offer

    def fetch(self, offer: Offer) -> None:
        """Bring the image into the flash, however often the link breaks.

        Raises PortError or Garbled when the retries are used up, Gone when the image is.
        """
        broken = self.part.begin(offer) > 0  # off by a cut, or given up before
        failures = 0
        while (have := self.part.size) < offer.size:
            try:
                for now in self._fetch_from(offer, have, broken=broken):
                    self._tell(offer, now)
            except (PortError, Garbled) as trouble:
                if isinstance(trouble, Changed):
                    self.part.start_over()
                moved = self.part.size > have and not isinstance(trouble, Slow)
                failures = 0 if moved else failures + 1
                if failures > self._retries:
                    raise
                broken = True
                self.pause(offer, failures)
        self._flash.sync()

    def pause(self, offer: Offer, failures: int) -> None:
        """Wait before the next try."""
        self._http.close()
        self._tell(offer, self.part.size, broken=True)
        pause = self._back_off * 2 ** max(0, failures - 1)
        self._clock.sleep(min(LONGEST_PAUSE, pause))

    def _fetch_from(self, offer: Offer, have: int, *, broken: bool) -> Iterator[int]:
        """One try; yields how many bytes are in the flash."""
        response = self._ask_rest(offer, have)
        if response.status == 200 and have:  # the image has changed: from the start
            self.part.start_over()
            have = 0
        if broken:
            self._tell(offer, have, resumed=True)
        for page in self._pages(response):
            self.part.add(page)
            have += len(page)
            if have > self._largest:
                raise Gone("more than an image may have")
            yield have
        if have < offer.size:
            raise Garbled("the body was shorter than the image")

    def _ask_rest(self, offer: Offer, have: int) -> Response:
        headers = {"Range": f"bytes={have}-", "If_Range": offer.etag} if have else {}
        response = self._http.get(offer.path, **headers)
        if response.status == 206 and have:
            self.check_range(offer, have, response)
        elif response.status == 416 and have:
            raise Changed("the store's image ends before what is here")
        elif response.status >= 500:
            raise Garbled(f"the store answers {response.status}")
        elif response.status != 200:
            raise Gone(f"status {response.status}")
        return response

    def check_range(self, offer: Offer, have: int, response: Response) -> None:
        """Whether a part is of the image that was begun, and the part that was asked for."""
        if response.headers.get("etag", offer.etag) != offer.etag:
            raise Changed("the store sent a part of another image")
        if not response.headers.get("content-range", "").startswith(f"bytes {have}-"):
            raise Garbled("the store sent another range than was asked")

    def _pages(self, response: Response) -> Iterator[bytes]:
        """The body in pieces of a flash page; what a broken link leaves over is kept, too."""
        held, since = b"", self._clock.now()
        try:
            for piece in response.body:
                held += piece
                while len(held) >= self._flash.page:
                    yield held[: self._flash.page]
                    held, since = held[self._flash.page :], self._clock.now()
                if self._clock.now() - since > SLOWEST:
                    raise Slow(f"not a page in {SLOWEST:g} s")
        except (PortError, Garbled):
            if held:
                yield held
            raise
        if held:
            yield held
