"""The test update store, over its control connection: offers images, tells what is fetched.

Source: ``harness/sim/update_store.py``, "Outlet control" (JSON lines; the project's own store).
"""

from collections.abc import Mapping
from typing import Any

from harness.drivers._json_lines import JsonLines
from harness.errors import BenchError
from harness.model.roles import Observe, ignore
from harness.model.units import BitRate
from harness.ports.base import Port

IDENTITY = r"terminal-harness update store"

#: Events that are observations of the source ``updates`` (DESIGN.md, 5).
OBSERVED = frozenset(
    {"offered", "withdrawn", "requested", "served", "misbehaved", "handshake"}
)  # fmt: skip
#: What its state must say once it is safe.
SAFE: dict[str, Any] = {"offered": None, "misbehaving": None}
#: Seconds that an answer may take; where images are files of any size, they are hashed first.
ANSWER, HASHING = 5.0, 60.0


class Offering:
    """Plays Updates, SpoilingStore, Watched, SafeState and Identified.

    Args:
        port: Its control connection.
        images: Name -> a file that the store finds there, or ``file`` with ``spoil`` (as
            ``harness image build --spoil``) and ``version``: images of your own by the names that
            scenarios use.
    """

    def __init__(
        self, port: Port, *, images: Mapping[str, str | Mapping[str, str]] | None = None
    ) -> None:
        self.observe: Observe = ignore
        self._images = dict(images or {})
        self._shelved: set[str] = set()
        self._spoils: dict[str, str] = {}
        self._lines = JsonLines(port, self._heard, wait=HASHING if images else ANSWER)

    def identify(self) -> str:
        return str(self._lines.ask("identify").get("identity", ""))

    def attend(self) -> None:
        self._lines.attend()

    def look(self) -> None:
        """Whether it still answers; raises Unheard, with its last word's time."""
        self.identify()

    def offer(self, image: str) -> None:
        """Offer an image: as it was spoilt, where it was since something was withdrawn."""
        self.offer_spoilt(image, self._spoils.get(image, ""))

    def offer_spoilt(self, image: str, spoil: str) -> None:
        self._shelve(image)
        self._spoils[image] = spoil
        self._lines.ask("offer", image=image, **({"spoil": spoil} if spoil else {}))

    def campaign(self, image: str, **to: Any) -> None:
        """Offer an image to some, beside what is offered already.

        Args:
            image: By name.
            **to: ``model``, ``since`` and ``before`` (versions), ``share`` (percent).
        """
        self._shelve(image)
        self._lines.ask("campaign", image=image, **to)

    def _shelve(self, image: str) -> None:
        own = self._images.get(image)
        if own is not None and image not in self._shelved:
            given = {"file": own} if isinstance(own, str) else dict(own)
            self._lines.ask("shelve", image=image, **given)
            self._shelved.add(image)

    def withdraw(self) -> None:
        self._spoils.clear()
        self._lines.ask("withdraw")

    def make_safe(self) -> None:
        """Offer nothing, misbehave no more, and read that back; raises BenchError."""
        self._lines.ask("behave")
        self.withdraw()
        state = self._lines.ask("state")
        left = {name: state.get(name) for name, good in SAFE.items() if state.get(name) != good}
        if left:
            raise BenchError(f"the store is not at rest: {left}")

    def _heard(self, event: str, t: float, fields: dict[str, Any]) -> None:
        if event in OBSERVED:
            self.observe(event, t=t, **fields)


class Driver(Offering):
    """Plays Fetched and MisbehavingStore, and what ``Offering`` plays."""

    def limit_rate(self, rate: BitRate | None) -> None:
        """What each connection is served at most."""
        self._lines.ask("rate", bits=None if rate is None else float(rate))

    def misbehave(self, act: str, *, on: str = "any", **how: Any) -> None:
        """Have the store misbehave.

        Args:
            act: A word of the store's own: see ``harness/sim/update_acts.py``.
            on: ``manifest``, ``image`` or ``any``.
            **how: ``by`` in seconds, ``times``, ``after`` (so many are let pass), ``code``.
        """
        asked = {name: value for name, value in how.items() if value is not None}
        self._lines.ask("misbehave", act=act, on=on, **asked)

    def behave(self) -> None:
        self._lines.ask("behave")
