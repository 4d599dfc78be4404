"""An update store: HTTP with ranges, images by name, and a record of what was fetched. Test only.

Outlet ``http`` (RFC 9110, 9112): ``GET`` and ``HEAD`` of ``/manifest?model=&version=`` (404 when
there is nothing for that model) and of ``/images/<name>``; ``Range`` with 206, 416, ``If-Range``;
``ETag`` and ``If-None-Match``; keep-alive. Outlet ``control``: JSON lines (``sim/control``):

=============  =====================================================================
``identify``   -> ``identity``
``offer``      ``image``: a name of the personality; takes the place of what was offered
``withdraw``   nothing is offered any more; a download under way runs on
``rate``       ``bits`` a second of each connection, or null for no limit
``state``      -> ``offered`` (null for nothing), ``images``
=============  =====================================================================

Events: ``offered`` (``image version``), ``withdrawn``, ``requested`` (``path from to status``), and
``served`` (``path image bytes of percent done``) for images, at most about every 5 %.
"""

import hashlib
import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import h11

from harness.clock import Clock
from harness.errors import PortLost
from harness.model.units import BitRate, Seconds
from harness.ports.base import Port
from harness.sim.control import Control
from harness.sim.update_images import announced, make_image

PIECE = 4096  # B written at a time
STEP = 5  # percent between two ``served`` events


@dataclass(frozen=True, slots=True)
class _Thing:
    """What a path leads to."""

    body: bytes
    kind: str
    image: str = ""

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:24]}"'


@dataclass(frozen=True, slots=True)
class _Part:
    """Which bytes of a thing are sent, and as what; ``end`` is behind the last."""

    status: int
    start: int
    end: int


class UpdateStore:
    """The store. See the module text.

    Args:
        clock: The bench's clock.
        personality: The plain contents of a fixture (``fixtures/updates/test_store.yaml``).
        rng: The device's own chance; nothing here needs any.

    Attributes:
        outlets: ``http`` and ``control``.
    """

    def __init__(self, clock: Clock, personality: Mapping[str, Any], *, rng: random.Random) -> None:
        self._clock = clock
        self._own = personality
        self._rate: float | None = BitRate.parse(personality["rate"])
        self._idle = Seconds.parse(personality["idle"])
        self._offered: str | None = None
        self._made: dict[str, bytes] = {}
        self._control = Control(clock, "updates", {
            "identify": self._identify, "offer": self._offer, "withdraw": self._withdraw,
            "rate": self._set_rate, "state": self._state,
        })  # fmt: skip
        self.outlets: dict[str, Callable[[Port], None]] = {
            "http": self._accept,
            "control": self._control.accept,
        }

    # --- what there is ----------------------------------------------------------------------

    def _find(self, target: str) -> _Thing | None:
        parts = urlsplit(target)
        name = self._offered
        if name is None:
            return None
        if parts.path == "/manifest":
            model = parse_qs(parts.query).get("model", [self._own["model"]])[0]
            return self._manifest(name) if model == self._own["model"] else None
        if parts.path == f"/images/{name}":
            return _Thing(self._image(name), "application/octet-stream", name)
        return None

    def _manifest(self, name: str) -> _Thing:
        image = _Thing(self._image(name), "")
        said = {
            "model": self._own["model"], "version": announced(self._own, name),
            "path": f"/images/{name}", "size": len(image.body), "etag": image.etag,
            "sha256": hashlib.sha256(image.body).hexdigest(), "chunk": self._own["chunk"],
        }  # fmt: skip
        return _Thing(json.dumps(said).encode(), "application/json")

    def _image(self, name: str) -> bytes:
        if name not in self._made:
            self._made[name] = make_image(self._own, name)
        return self._made[name]

    # --- HTTP -------------------------------------------------------------------------------

    def _accept(self, port: Port) -> None:
        self._clock.spawn("updates connection", lambda: self._talk(port))

    def _talk(self, port: Port) -> None:
        talk = h11.Connection(h11.SERVER)
        try:
            while self._exchange(port, talk):
                talk.start_next_cycle()
        except PortLost:
            pass
        except h11.RemoteProtocolError as error:
            if talk.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                self._answer(port, talk, error.error_status_hint, [("Connection", "close")])
        finally:
            port.close()

    def _exchange(self, port: Port, talk: h11.Connection) -> bool:
        """One request and its answer; whether another may follow."""
        request: h11.Request | None = None
        while not isinstance(event := talk.next_event(), (h11.EndOfMessage, h11.ConnectionClosed)):
            if isinstance(event, h11.Request):
                request = event
            elif event is h11.NEED_DATA:
                chunk = port.read(self._clock.now() + self._idle)
                if chunk is None:
                    return False
                talk.receive_data(chunk.data)
        if request is None:
            return False
        self._respond(port, talk, request)
        return talk.our_state is h11.DONE and talk.their_state is h11.DONE

    def _respond(self, port: Port, talk: h11.Connection, request: h11.Request) -> None:
        method, target = request.method.decode(), request.target.decode("latin-1")
        asked = {name.decode(): value.decode("latin-1") for name, value in request.headers}
        path = urlsplit(target).path
        thing = self._find(target)
        if method not in ("GET", "HEAD"):
            self._refuse(port, talk, path, 405, [("Allow", "GET, HEAD")])
            return
        if thing is None:
            self._refuse(port, talk, path, 404, [])
            return
        part = _choose(thing, asked, ranges=method == "GET")
        self._control.tell(
            "requested", path=path, **{"from": part.start, "to": part.end - 1}, status=part.status
        )
        self._answer(port, talk, part.status, _headers(thing, part), finish=False)
        if method == "GET" and part.status in (200, 206):
            self._serve(port, talk, thing, part, path)
        port.write(talk.send(h11.EndOfMessage()) or b"")

    def _refuse(
        self, port: Port, talk: h11.Connection, path: str, status: int,
        headers: list[tuple[str, str]],
    ) -> None:  # fmt: skip
        self._control.tell("requested", path=path, **{"from": 0, "to": 0}, status=status)
        self._answer(port, talk, status, headers)

    def _answer(
        self, port: Port, talk: h11.Connection, status: int, headers: list[tuple[str, str]],
        *, finish: bool = True,
    ) -> None:  # fmt: skip
        empty = [("Content-Length", "0")] if finish else []
        head = h11.Response(status_code=status, headers=[*headers, *empty])
        port.write(talk.send(head) or b"")
        if finish:
            port.write(talk.send(h11.EndOfMessage()) or b"")

    def _serve(
        self, port: Port, talk: h11.Connection, thing: _Thing, part: _Part, path: str
    ) -> None:
        told, size = part.start * 100 // max(1, len(thing.body)), len(thing.body)
        for at in range(part.start, part.end, PIECE):
            piece = thing.body[at : min(at + PIECE, part.end)]
            port.write(talk.send(h11.Data(data=piece)) or b"")
            sent = at + len(piece)
            percent, done = sent * 100 // size, sent == size
            if thing.image and (done or percent >= told + STEP):
                told = percent
                self._control.tell(
                    "served", path=path, image=thing.image, bytes=sent, of=size,
                    percent=percent, done=done,
                )  # fmt: skip
            if self._rate is not None:
                self._clock.sleep(len(piece) * 8 / self._rate)

    # --- control ----------------------------------------------------------------------------

    def _identify(self) -> dict[str, str]:
        return {"identity": f"terminal-harness update store {self._own['version']} (test only)"}

    def _offer(self, image: str) -> None:
        try:
            made = self._image(image) if isinstance(image, str) else b""
        except LookupError as unknown:
            raise ValueError(str(unknown)) from None
        if not made:
            raise ValueError(f"an image is named by text, not {image!r}")
        self._offered = image
        self._control.tell("offered", image=image, version=announced(self._own, image))

    def _withdraw(self) -> None:
        if self._offered is not None:
            self._offered = None
            self._control.tell("withdrawn")

    def _set_rate(self, bits: float | None) -> None:
        good = isinstance(bits, (int, float)) and not isinstance(bits, bool) and bits > 0
        if bits is not None and not good:
            raise ValueError(f"bits is a number above zero or null, not {bits!r}")
        self._rate = bits

    def _state(self) -> dict[str, Any]:
        return {"offered": self._offered, "images": list(self._own["images"])}


def _choose(thing: _Thing, asked: Mapping[str, str], *, ranges: bool) -> _Part:
    """Status and bytes, from the conditions of a request (RFC 9110, 13.2.2 and 14.2)."""
    size = len(thing.body)
    seen = [tag.strip() for tag in asked.get("if-none-match", "").split(",")]
    if thing.etag in seen or "*" in seen:
        return _Part(304, 0, size)
    range_ = re.fullmatch(r"bytes=\s*([0-9]*)-([0-9]*)\s*", asked.get("range", ""), re.IGNORECASE)
    unchanged = asked.get("if-range", thing.etag) == thing.etag
    if not ranges or not unchanged or range_ is None or range_.groups() == ("", ""):
        return _Part(200, 0, size)  # a range that cannot be read is as good as none
    first, last = range_.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if first and last and int(last) < int(first):
        return _Part(200, 0, size)
    return _Part(206, start, end) if start < end else _Part(416, 0, size)


def _headers(thing: _Thing, part: _Part) -> list[tuple[str, str]]:
    size = len(thing.body)
    if part.status == 416:
        return [("Content-Range", f"bytes */{size}"), ("Content-Length", "0")]
    headers = [("ETag", thing.etag), ("Accept-Ranges", "bytes"), ("Content-Type", thing.kind)]
    if part.status != 304:
        headers.append(("Content-Length", str(part.end - part.start)))
    if part.status == 206:
        headers.append(("Content-Range", f"bytes {part.start}-{part.end - 1}/{size}"))
    return headers
