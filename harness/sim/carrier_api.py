"""A carrier's interface to its SIMs over HTTP, as slow, forgetful and strict as carriers are.

The requests are those of rigs/README.md, "The carrier's interface". A change is taken (202) and
made later; what ``GET`` tells of an account is some seconds old; too many requests are answered by
429 and ``Retry-After``; more than the tariff's most is refused with E211. Behind it are the same
accounts that charge the packets (``harness.links.carrier``).
"""

import json
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, get_args

from harness.clock import Clock
from harness.links.carrier import Carrier
from harness.model.network import Exhaustion, Subscribed
from harness.model.units import Bytes, Seconds
from harness.model.words import WordError, fill
from harness.ports.base import Port
from harness.sim.web import Asked, Said, serve_web

MOST = 1 << 50  # bytes: nobody has such a plan


class _No(Exception):
    """A refusal: status, the carrier's own code, and its words."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.said = _json(
            status, {"error": {"code": code, "message": message}},
            [(name.replace("_", "-"), value) for name, value in headers.items()],
        )  # fmt: skip


class CarrierApi:
    """The interface. See the module text.

    Args:
        clock: The bench's clock.
        personality: As in ``fixtures/carrier/harness_mobile.yaml``.
        accounts: ICCID -> account.
        rng: How long changes take.

    Attributes:
        outlets: ``http``.
        asked: ``GET /sims/...``, every request it heard, newest last.
    """

    def __init__(
        self,
        clock: Clock,
        personality: Mapping[str, Any],
        accounts: Mapping[str, Carrier],
        *,
        rng: random.Random,
    ) -> None:
        self._clock, self._own, self._accounts, self._rng = clock, personality, accounts, rng
        times = personality["times"]
        self._delay = tuple(Seconds.parse(one) for one in times["change"])
        self._stale = Seconds.parse(times["stale"])
        self._window = Seconds.parse(personality["rate"]["window"])
        self._top_up_most = Bytes.parse(personality["top_up_most"])
        self._told = {iccid: self._fields(iccid) for iccid in accounts}
        self._changes: dict[str, str] = {}
        self._due: dict[str, float] = {}  # when the last change of a SIM will be made
        self._recent: deque[float] = deque()
        self.asked: list[str] = []
        for iccid, account in accounts.items():
            account.on_plan.append(partial(self._see, iccid))
            account.on_subscription.append(partial(self._see, iccid))
        self.outlets: dict[str, Callable[[Port], None]] = {"http": self._accept}

    def _accept(self, port: Port) -> None:
        serve_web(self._clock, "carrier", port, self._answer)

    def _answer(self, asked: Asked) -> Said:
        self._clock.sleep(Seconds.parse(self._own["times"]["answer"]))
        self.asked.append(f"{asked.method} {asked.target}")
        try:
            self._admit(asked)
            return self._route(asked)
        except _No as no:
            return no.said

    def _admit(self, asked: Asked) -> None:
        token = self._own["token"]
        if token and asked.headers.get("authorization") != f"Bearer {token}":
            raise _No(401, "E101", "who are you?", WWW_Authenticate="Bearer")
        now = self._clock.now()
        while self._recent and self._recent[0] <= now - self._window:
            self._recent.popleft()
        if len(self._recent) >= self._own["rate"]["requests"]:
            wait = int(self._recent[0] + self._window - now) + 1
            raise _No(429, "E129", "too many requests", Retry_After=str(wait))
        self._recent.append(now)

    def _route(self, asked: Asked) -> Said:
        first, iccid, *rest = [*asked.target.strip("/").split("/"), ""]
        account = self._accounts.get(iccid) if first == "sims" else None
        if account is None:
            raise _No(404, "E104", "no such SIM")
        tail = "/".join(rest).strip("/")
        if tail.startswith("changes/"):
            return self._tell_change(asked, tail.removeprefix("changes/"))
        acts: dict[tuple[str, str], Callable[[str, Carrier, dict[str, Any]], Said]] = {
            ("GET", ""): self._tell, ("PATCH", ""): self._set_state, ("PUT", "limit"): self._limit,
            ("POST", "top-ups"): self._top_up, ("PUT", "exhaustion"): self._exhaustion,
        }  # fmt: skip
        act = acts.get((asked.method, tail))
        if act is None:
            known = any(place == tail for _, place in acts)
            raise _No(405 if known else 404, "E103", "no such request")
        return act(iccid, account, {} if asked.method == "GET" else _body(asked))

    # --- what is told -----------------------------------------------------------------------

    def _see(self, iccid: str) -> None:
        """An account changed: who asks hears of it a little later."""
        when, seen = self._clock.now() + self._stale, self._fields(iccid)
        self._clock.call_at(when, lambda: self._told.update({iccid: seen}))

    def _fields(self, iccid: str) -> dict[str, Any]:
        account = self._accounts[iccid]
        return {
            "iccid": iccid, "state": account.subscription, "left": account.left,
            "mode": account.mode,
        }  # fmt: skip

    def _tell(self, iccid: str, account: Carrier, body: dict[str, Any]) -> Said:
        told = self._told[iccid]
        return _json(200, {**told, "left": _least(told["left"], account.left)})

    def _tell_change(self, asked: Asked, name: str) -> Said:
        if asked.method != "GET" or name not in self._changes:
            raise _No(404, "E106", "no such change")
        return _json(200, {"status": self._changes[name]})

    # --- what is changed --------------------------------------------------------------------

    def _set_state(self, iccid: str, account: Carrier, body: dict[str, Any]) -> Said:
        state: Any = body.get("state")
        if state not in get_args(Subscribed):
            raise _No(400, "E105", f"state: one of {', '.join(get_args(Subscribed))}")
        return self._later(iccid, lambda: account.set_subscription(state))

    def _limit(self, iccid: str, account: Carrier, body: dict[str, Any]) -> Said:
        left = _number(body, "left", none=True)
        return self._later(iccid, lambda: account.set_left(left))

    def _top_up(self, iccid: str, account: Carrier, body: dict[str, Any]) -> Said:
        amount = _number(body, "bytes")
        if amount is None or amount > self._top_up_most:
            raise _No(422, "E211", f"a top-up is {int(self._top_up_most)} bytes at most")
        if account.subscription != "active":
            raise _No(409, "E212", f"the SIM is {account.subscription}")
        return self._later(iccid, lambda: account.top_up(amount))

    def _exhaustion(self, iccid: str, account: Carrier, body: dict[str, Any]) -> Said:
        if not self._own["exhaustion"]:
            raise _No(404, "E103", "no such request")
        try:
            how = fill(Exhaustion, body)
        except WordError as error:
            raise _No(400, "E105", str(error)) from error
        return self._later(iccid, lambda: account.set_exhaustion(how))

    def _later(self, iccid: str, act: Callable[[], None]) -> Said:
        """One change of a SIM after the other, in the order in which they were asked for."""
        name = f"c{len(self._changes) + 1}"
        self._changes[name] = "pending"

        def make() -> None:
            self._changes[name] = "done"
            act()

        due = max(self._clock.now() + self._rng.uniform(*self._delay), self._due.get(iccid, 0.0))
        self._due[iccid] = due
        self._clock.call_at(due, make)
        return _json(202, {"change": name})


def _least(told: int | None, left: int | None) -> int | None:
    """Usage is counted at once, and only what was bought is known late."""
    return told if told is None or left is None else min(told, left)


def _body(asked: Asked) -> dict[str, Any]:
    try:
        said = json.loads(asked.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _No(400, "E105", "a JSON object is wanted")
    return said


def _number(body: dict[str, Any], name: str, *, none: bool = False) -> int | None:
    value = body.get(name, "")
    if value is None and none:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        raise _No(400, "E105", f"{name}: a number of bytes is wanted")
    return value


def _json(status: int, fields: Mapping[str, Any], headers: Sequence[tuple[str, str]] = ()) -> Said:
    return Said(status, json.dumps(fields, separators=(",", ":")).encode(), headers=headers)
