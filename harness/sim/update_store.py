"""An update store: HTTP and HTTPS with ranges, images by name, campaigns. Test only.

Outlets ``http`` and ``https`` (``update_http.py``): ``GET`` and ``HEAD`` of
``/manifest?model=&version=&id=`` (404 when there is nothing for that terminal) and of
``/images/<name>`` of what is offered; ``Range`` with 206, 416, ``If-Range``; ``ETag``, ``If-Match``
and ``If-None-Match``; keep-alive. Outlet ``control``: JSON lines (``sim/control``):

==============  ====================================================================
``identify``    -> ``identity``
``authority``   -> ``pem`` of who signed its certificate
``offer``       ``image``: by name, and ``spoil`` (``wire/spoil.py``); to everybody, in
                the place of all that was offered
``campaign``    ``image``, and any of ``model``, ``since``, ``before``, ``share``: offer
                it to some, beside what is offered already; the first that fits counts
``shelve``      ``image``, ``file``, and any of ``spoil``, ``version``: a file by a name
``measure``     ``image`` -> ``size``: one that is offered, and will be read here
``read``        ``image``, ``at``, ``most`` -> ``content``, base64; told as ``served``
``withdraw``    nothing is offered any more; a download under way runs on
``rate``        ``bits`` a second of each connection, or null for no limit
``misbehave``   ``act`` (``update_acts.py``), and any of ``on``, ``by``, ``times``,
                ``after``, ``code``
``behave``      no more of it
``state``       -> ``offered`` (null for nothing), ``images``, ``campaigns``, ``misbehaving``
==============  ====================================================================

Events: ``offered`` (``image version``, of a part ``share``), ``withdrawn``, ``requested`` (``path
from to status``), ``served`` (``path image bytes of percent done``) for images, at most about every
5 %, ``misbehaved`` (``act path``) and ``handshake`` (``shown why``).
"""

import base64
import random
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from harness.clock import Clock
from harness.errors import PortError
from harness.links.certificates import server_context, trusted
from harness.model.units import BitRate, Seconds
from harness.ports.base import Port
from harness.ports.tls import TlsPort
from harness.sim.control import Control
from harness.sim.update_acts import ON_HANDSHAKE, Lapse, Reply, Request, spoilt
from harness.sim.update_http import Progress, Talk
from harness.sim.update_shelf import Campaign, Shelf, Thing

HANDSHAKE = 30.0  # s that a client may take for it
LONGEST_READ = 1 << 16  # B of one answer


class UpdateStore:
    """The store. See the module text.

    Args:
        clock: The bench's clock.
        personality: The plain contents of a fixture (``fixtures/updates/test_store.yaml``).
        rng: The device's own chance; nothing here needs any.

    Attributes:
        outlets: ``http``, ``https`` and ``control``.
    """

    def __init__(self, clock: Clock, personality: Mapping[str, Any], *, rng: random.Random) -> None:
        self._clock = clock
        self._own = personality
        self.rate: float | None = BitRate.parse(personality["rate"])
        self.idle: float = Seconds.parse(personality["idle"])
        self._shelf = Shelf(clock, personality)
        self._campaigns: list[tuple[Campaign, str]] = []  # with what is wrong with the image
        self._lapse: Lapse | None = None
        self._handed: dict[str, tuple[Thing, Progress]] = {}
        self._control = Control(clock, "updates", {
            "identify": self._identify, "authority": lambda: {"pem": trusted()},
            "offer": self._offer, "campaign": self._campaign,
            "shelve": self._shelve, "measure": self._measure, "read": self._read,
            "withdraw": self._withdraw, "rate": self._set_rate,
            "misbehave": self._misbehave, "behave": self._behave, "state": self._state,
        })  # fmt: skip
        self.outlets: dict[str, Callable[[Port], None]] = {
            "http": self._accept,
            "https": partial(self._accept, secure=True),
            "control": self._control.accept,
        }

    # --- what answers are made of -----------------------------------------------------------

    def find(self, target: str) -> Thing | None:
        try:
            parts = urlsplit(target)
        except ValueError:  # brackets that are no address
            return None
        if parts.path == "/manifest":
            return self._announce(parse_qs(parts.query))
        name = parts.path.removeprefix("/images/")
        for campaign, spoil in self._campaigns:
            if campaign.image == name and name != parts.path:
                return self._shelf.image(name, spoil)
        return None

    def _announce(self, asked: Mapping[str, list[str]]) -> Thing | None:
        model, version, who = (
            asked.get(word, [usual])[0]
            for word, usual in (("model", self._own["model"]), ("version", ""), ("id", ""))
        )
        for campaign, spoil in self._campaigns:
            if campaign.fits(model, version, who):
                return self._shelf.manifest(self._shelf.image(campaign.image, spoil), model)
        return None

    def spoil(self, reply: Reply, request: Request) -> Reply:
        """As it leaves; told where something was done to it."""
        leaves, done = spoilt(reply, request, self._lapse)
        if done and self._lapse is not None:
            self.tell("misbehaved", act=self._lapse.act, path=request.path)
        return leaves

    def tell(self, event: str, **fields: object) -> None:
        self._control.tell(event, **fields)

    # --- who comes in -----------------------------------------------------------------------

    def _accept(self, port: Port, *, secure: bool = False) -> None:
        talk = self._talk_securely if secure else self._talk
        self._clock.spawn("updates connection", lambda: talk(port))

    def _talk(self, port: Port) -> None:
        Talk(self._clock, port, self).run()

    def _talk_securely(self, port: Port) -> None:
        lapse, why = self._lapse, ""
        bad = lapse is not None and lapse.act in ON_HANDSHAKE and lapse.strikes()
        shown = ON_HANDSHAKE[lapse.act] if lapse is not None and bad else "good"
        line = TlsPort(port, server_context(shown, *self._own["names"]))
        try:
            line.handshake(self._clock.now() + HANDSHAKE)
        except PortError as error:
            why = str(error)
        self.tell("handshake", shown=shown, why=why)
        if lapse is not None and bad:
            self.tell("misbehaved", act=lapse.act, path="")
        if not why:
            self._talk(line)

    # --- control ----------------------------------------------------------------------------

    def _identify(self) -> dict[str, str]:
        return {"identity": f"terminal-harness update store {self._own['version']} (test only)"}

    def _offer(self, image: str, spoil: str = "") -> None:
        thing = self._found(image, spoil)
        self._campaigns = [(Campaign(image, self._own["model"]), spoil)]
        self.tell("offered", image=image, version=thing.version)

    def _campaign(
        self, image: str, model: str = "", since: str = "0", before: str = "", share: float = 100
    ) -> None:
        thing = self._found(image, "")
        made = Campaign(image, model or self._own["model"], since, before, share)
        self._campaigns.append((made, ""))
        self.tell("offered", image=image, version=thing.version, share=share)

    def _found(self, image: str, spoil: str) -> Thing:
        if not all(isinstance(word, str) for word in (image, spoil)):
            raise ValueError(f"an image is named by text, not {image!r}")
        try:
            return self._shelf.image(image, spoil)
        except LookupError as unknown:
            raise ValueError(str(unknown)) from None

    def _shelve(self, image: str, file: str, spoil: str = "", version: str = "") -> None:
        if not all(isinstance(word, str) for word in (image, file, spoil, version)):
            raise ValueError("image, file, spoil and version are texts")
        self._shelf.put(image, file, spoil, version)

    def _measure(self, image: str) -> dict[str, int]:
        thing = self.find(f"/images/{image}")
        if thing is None:
            raise ValueError(f"{image!r} is not offered")
        self._handed[image] = thing, Progress(thing, 0, "", self.tell)
        return {"size": thing.size}

    def _read(self, image: str, at: int, most: int) -> dict[str, str]:
        thing, progress = self._handed.get(image, (None, None))
        if thing is None or progress is None:
            raise ValueError(f"{image!r} was not measured before")
        if not all(type(number) is int and number >= 0 for number in (at, most)):
            raise ValueError("at and most are bytes")
        content = thing.extent.read(at, min(most, LONGEST_READ))
        if content:
            progress.sent(at + len(content))
        return {"content": base64.b64encode(content).decode()}

    def _withdraw(self) -> None:
        if self._campaigns:
            self._campaigns = []
            self.tell("withdrawn")

    def _set_rate(self, bits: float | None) -> None:
        good = isinstance(bits, (int, float)) and not isinstance(bits, bool) and bits > 0
        if bits is not None and not good:
            raise ValueError(f"bits is a number above zero or null, not {bits!r}")
        self.rate = bits

    def _misbehave(
        self, act: str, on: str = "any", by: float | None = None, times: int | None = None,
        after: int = 0, code: int = 503,
    ) -> None:  # fmt: skip
        self._lapse = Lapse(act, on, by, times, after, code)

    def _behave(self) -> None:
        self._lapse = None

    def _state(self) -> dict[str, Any]:
        now = [campaign for campaign, _ in self._campaigns]
        return {
            "offered": now[0].image if now else None, "images": self._shelf.names,
            "campaigns": [asdict(one) for one in now],
            "misbehaving": self._lapse.act if self._lapse else None,
        }  # fmt: skip
