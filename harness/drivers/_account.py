"""One SIM's account with a carrier: looked at, changed, and waited for.

What a carrier tells of an account may be some seconds old, and a change it has taken may take it
minutes: so what was asked for last is remembered, and a change counts as made when the carrier says
so of the change itself.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from harness.drivers._carrier import Carrier
from harness.drivers._slots import ICCID
from harness.errors import DeviceRefused, Garbled, LimitExceeded, RigError
from harness.model.network import Mode, Subscribed
from harness.model.roles import Observe

ASK_AGAIN = (1.0, 2.0, 5.0)  # s between two looks at a change; the last one goes on


class Account:
    """What one SIM is to its carrier.

    Attributes:
        found: As it was before the first change, and which changes were asked for.
        pending: What -> the name of a change that is not made yet.
    """

    def __init__(
        self, carrier: Carrier, iccid: str, sims: Sequence[str], *, wait: float, mode: Mode | None
    ) -> None:
        """Nothing is asked yet; raises RigError for a SIM that may not be touched."""
        for one in (iccid, *sims):
            if not re.fullmatch(ICCID, one):
                raise RigError(f"carrier_api: {one!r} is no ICCID: 18 to 20 digits, 89 first")
        if iccid not in sims:
            raise RigError(f"carrier_api: iccid {iccid} is not among the sims that may be touched")
        self._carrier, self._iccid, self._sims = carrier, iccid, frozenset(sims)
        self._wait, self._mode = wait, mode
        self.found: dict[str, Any] | None = None
        self.pending: dict[str, str] = {}
        self._wanted: dict[str, Any] = {}
        self._said: dict[str, Mapping[str, Any]] = {}

    def look(self, observe: Observe, *, patient: bool = True) -> dict[str, Any]:
        """State and what is left, observed when it changed; raises Garbled where it is neither."""
        said = self._carrier.call("GET", self._path(), patient=patient)
        left, state = said.get("left", ""), said.get("state")
        if said.get("iccid") != self._iccid or state not in get_args(Subscribed):
            raise Garbled(f"carrier: {str(said)[:120]} is not the account of SIM {self._iccid}")
        if left is not None and (isinstance(left, bool) or not isinstance(left, int) or left < 0):
            raise Garbled(f"carrier: left: {str(left)[:40]!r} is no number of bytes")
        told = said.get("mode")
        mode = told if told in get_args(Mode) else self._mode or "drop"
        ended = "exhausted" if left == 0 else "open"
        rows: dict[str, dict[str, Any]] = {
            "subscription": {"state": state}, "plan": {"left": left, "state": ended, "mode": mode},
        }  # fmt: skip
        for kind, own in rows.items():
            if self._said.get(kind) != own:
                self._said[kind] = own
                observe(kind, **own)
        return {"left": left, "state": state}

    def bring(self, what: str, value: Any, way: tuple[str, str, str], observe: Observe) -> None:
        """Have it so; nothing is asked for that is so, and was wanted so, already.

        Args:
            what: ``state`` or ``left``.
            value: What it shall be.
            way: Method, place, and the key of the request.
            observe: Told what is seen.
        """
        if self.look(observe)[what] == value and self._wanted.get(what, value) == value:
            return
        self._wanted[what] = value
        self.change(what, *way[:2], {way[2]: value}, observe)

    def change(
        self, what: str, method: str, tail: str, body: dict[str, Any], observe: Observe
    ) -> None:
        """Ask for a change and wait until it is made, or tell that it is pending."""
        if self.found is None:
            self.found = {**self.look(observe), "touched": set()}
        self.found["touched"].add(what)
        if what == "top_up":
            self._wanted["left"] = "more"  # whatever is wanted next is asked for
        name = self._carrier.call(method, self._path(tail), body).get("change")
        if name is not None and not self._await(what, str(name)):
            observe("pending", what=what)
        self.look(observe)

    def settle(self, *, patient: bool = True) -> None:
        """See whether what is pending has been made."""
        for what, name in list(self.pending.items()):
            if self._made(what, name, patient=patient):
                del self.pending[what]

    def _path(self, tail: str = "") -> str:
        """The only way to a SIM. It is the safety rule: no other than those named is touched."""
        if self._iccid not in self._sims:
            raise LimitExceeded(f"carrier_api: SIM {self._iccid} may not be touched")
        return f"/sims/{self._iccid}{tail}"

    def _await(self, what: str, name: str) -> bool:
        clock = self._carrier.clock
        until, pauses, pause = clock.now() + self._wait, iter(ASK_AGAIN), 0.0
        self.pending[what] = name
        while not self._made(what, name):
            pause = next(pauses, pause)
            if clock.now() + pause > until:
                return False
            clock.sleep(pause)
        del self.pending[what]
        return True

    def _made(self, what: str, name: str, *, patient: bool = True) -> bool:
        """Raises DeviceRefused where the carrier gave the change up."""
        if not re.fullmatch(r"[\w-]{1,64}", name):
            raise Garbled(f"carrier: {name[:80]!r} is no name of a change")
        said = self._carrier.call("GET", self._path(f"/changes/{name}"), patient=patient)
        if said.get("status") == "failed":
            self.pending.pop(what, None)
            raise DeviceRefused(f"carrier: {what} was given up: {str(said.get('error'))[:200]}")
        if said.get("status") not in ("pending", "done"):
            raise Garbled(f"carrier: {str(said)[:120]} tells nothing of the change")
        return bool(said["status"] == "done")
