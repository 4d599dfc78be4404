"""An outlet of a power strip with an HTTP interface: the terminal's mains adapter.

Source, by ``kind``: ``netio`` NETIO products' JSON M2M API (``/netio.json``); ``shelly`` Shelly
Gen2 RPC (``Switch.Set``, ``Switch.GetStatus``); ``shelly1`` Shelly Gen1 API (``/relay/0``);
``tasmota`` Tasmota's web requests (``/cm?cmnd=Power1``). HTTP, a connection for each request; where
a user is named Basic authentication (RFC 7617), or Digest (RFC 7616) where that is asked for, as by
Shelly's second generation; the password comes from the environment.
"""

import base64
import json
import os
import secrets
from typing import ClassVar, Literal

from harness.drivers import _http_digest
from harness.drivers._http import Answer, fetch
from harness.drivers._outlets import DIALECTS
from harness.drivers._switched import Feeds, Switched
from harness.errors import DeviceRefused, Garbled, RigError
from harness.model.power import Switching
from harness.ports.base import Port

IDENTITY = None
OK, UNAUTHORIZED = 200, 401


class Driver(Switched):
    """Plays Switch and SafeState."""

    NAME: ClassVar[str] = "the outlet"
    switching = Switching(min_open=1.0, bounce=0.01, feeds="mains")

    def __init__(
        self,
        port: Port,
        *,
        kind: Literal["netio", "shelly", "shelly1", "tasmota"],
        outlet: int = 1,
        user: str = "",
        password_env: str = "",
        feeds: Feeds = "mains",
    ) -> None:
        """Nothing is asked yet.

        Args:
            port: ``host:80``.
            kind: netio, shelly, shelly1 or tasmota.
            outlet: Which, counted from 1.
            user: Who it is that asks, ``admin`` on a Shelly; none when left out.
            password_env: Environment variable that holds the password.
            feeds: What it opens: dc, mains, vbus, poe or battery.
        """
        super().__init__(port, feeds=feeds)
        self._dialect = DIALECTS[kind]
        self._number = outlet - 1 + self._dialect.first
        if user and password_env not in os.environ:
            raise RigError(f"pdu_http: password_env: {password_env!r} is not set")
        self._user, self._password = user, os.environ[password_env] if user else ""
        told = base64.b64encode(f"{user}:{self._password}".encode()).decode()
        self._basic = f"Basic {told}" if user and self._dialect.basic else None

    def _move(self, *, closed: bool) -> float:
        own = self._dialect
        words = {"n": self._number, "on": own.on[closed]}
        self._fetch(own.turn.format(**words), own.body.format(**words))
        return self._port.clock.now()

    def _is_closed(self) -> bool:
        answer = self._fetch(self._dialect.ask.format(n=self._number))
        try:
            return self._dialect.is_on(json.loads(answer), self._number)
        except (KeyError, TypeError, ValueError, StopIteration, RecursionError) as error:
            raise Garbled(
                f"{self._port.address}: outlet {self._number} is not in {answer[:120]!r}"
            ) from error

    def _fetch(self, target: str, body: str = "") -> bytes:
        """The body of a good answer, after one request on a connection of its own, or two."""
        answer = self._once(target, body, self._basic)
        challenge = answer.headers.get("www-authenticate", "")
        if answer.status == UNAUTHORIZED and self._user and _http_digest.is_wanted(challenge):
            proof = _http_digest.answer_to(
                challenge, user=self._user, password=self._password,
                method=_method(body), target=target, nonce=secrets.token_hex(8),
            )  # fmt: skip
            answer = self._once(target, body, proof) if proof else answer
        if answer.status != OK:
            raise DeviceRefused(
                f"{self._port.address}: {target}: status {answer.status} {answer.body[:80]!r}"
            )
        return answer.body

    def _once(self, target: str, body: str, proof: str | None) -> Answer:
        headers = [("Authorization", proof)] if proof else []
        if body:
            headers.append(("Content-Type", "application/json"))
        return fetch(
            self._port, target, method=_method(body), headers=headers, body=body.encode(),
            name=target,
        )  # fmt: skip


def _method(body: str) -> str:
    return "POST" if body else "GET"
