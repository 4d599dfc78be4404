"""A carrier's interface over HTTP: JSON, a token, refusals, limits on the rate of requests.

Requests and answers are JSON objects (RFC 8259). A refusal is ``{"error": {"code": "E211",
"message": "..."}}`` with a status of 400 or more; 429 with ``Retry-After`` (RFC 6585, 4) is waited
for. What was not answered is asked again only where twice is the same as once (RFC 9110, 9.2.2):
``GET``, ``PUT``, and a ``PATCH`` that names a state; never a ``POST``, which would buy twice.
Redirections are not followed: the token is for one host alone.
"""

import json
import os
import re
import ssl
from typing import Any

from harness.drivers._http import Answer, fetch
from harness.errors import DeviceRefused, Garbled, PortLost, PortTimeout, RigError
from harness.ports.base import Port

ONCE_OR_TWICE = frozenset({"GET", "PUT", "PATCH"})
TRIES = 3
PAUSE = 2.0  # s before a second try
USUAL_WAIT = 5.0  # s after a 429 that says none
PATIENCE = 90.0  # s that 429 is waited for in all: a fault waits for its injection, not for ever
HOME = re.compile(r"sim://.*|(?:http://)?(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?")


class Busy(DeviceRefused):
    """Not now: too many requests, or a fault of the carrier's own."""


class Carrier:
    """One carrier's interface. Its token is in no text of an error.

    Attributes:
        clock: Of its port.
    """

    def __init__(self, port: Port, *, token_env: str, authority: str, within: float) -> None:
        """Nothing is asked yet.

        Args:
            port: ``https://host``; plain HTTP where no token is sent, or to this machine.
            token_env: Environment variable that holds the token; none is sent where it is empty.
            authority: PEM file of whom to trust; the system's authorities where it is empty.
            within: Seconds an answer may take.

        Raises:
            RigError: The token is not there, or would go in clear; the authority is none.
        """
        self._port, self._within, self.clock = port, within, port.clock
        self._token = _token(token_env, port.address)
        self._secure: ssl.SSLContext | None = None
        if port.address.startswith("https://"):
            try:
                self._secure = ssl.create_default_context(cafile=authority or None)
            except (OSError, ssl.SSLError) as error:
                raise RigError(f"carrier_api: authority: {authority!r}: {error}") from error

    def call(
        self,
        method: str,
        target: str,
        body: dict[str, Any] | None = None,
        *,
        patient: bool = True,
    ) -> dict[str, Any]:
        """Ask; again where that is safe, unless it is not ``patient``.

        Raises:
            Busy: Not now.
            DeviceRefused: The carrier says no, in its words.
            PortLost: No connection, or it broke off; also that a ``POST`` may have been done.
            PortTimeout: No answer.
            Garbled: No JSON object.
        """
        tries = TRIES if patient and method in ONCE_OR_TWICE else 1
        until = self.clock.now() + (PATIENCE if patient else 0.0)
        while True:
            try:
                answer = self._ask(method, target, body)
            except (PortLost, PortTimeout):
                tries -= 1
                if not tries:
                    raise
                self.clock.sleep(PAUSE)
                continue
            wait = _wait(answer)
            if answer.status == 429 and self.clock.now() + wait <= until:
                self.clock.sleep(wait)
                continue
            tries -= 1
            if answer.status < 500 or not tries:
                return self._read(f"{method} {target}", answer)
            self.clock.sleep(PAUSE)

    def _ask(self, method: str, target: str, body: dict[str, Any] | None) -> Answer:
        headers = [("Accept", "application/json")]
        if self._token:
            headers.append(("Authorization", f"Bearer {self._token}"))
        if body is not None:
            headers.append(("Content-Type", "application/json"))
        sent = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        return fetch(
            self._port, target, method=method, headers=headers, body=sent, within=self._within,
            secure=self._secure,
        )  # fmt: skip

    def _read(self, name: str, answer: Answer) -> dict[str, Any]:
        try:
            said = json.loads(answer.body) if answer.body else {}
        except (ValueError, RecursionError):
            said = None
        if not 200 <= answer.status < 300:
            kind = Busy if answer.status == 429 or answer.status >= 500 else DeviceRefused
            raise kind(f"{name}: status {answer.status}: {self._refusal(said, answer)}")
        if not isinstance(said, dict):
            raise Garbled(f"{name}: {self._hidden(answer.told)!r} is no JSON object")
        return said

    def _refusal(self, said: Any, answer: Answer) -> str:
        error = said.get("error") if isinstance(said, dict) else None
        if isinstance(error, dict):
            return self._hidden(f"{error.get('code')} {error.get('message')}"[:300])
        return self._hidden(answer.told)

    def _hidden(self, text: str) -> str:
        return text.replace(self._token, "***") if self._token else text


def _token(name: str, address: str) -> str:
    if not name:
        return ""
    token = os.environ.get(name, "")
    if not token:
        raise RigError(f"carrier_api: token_env: {name!r} is not set")
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise RigError(f"carrier_api: token_env: {name!r} holds what no token is")
    if not address.startswith("https://") and not HOME.fullmatch(address):
        raise RigError(f"carrier_api: a token goes over https alone, not to {address!r}")
    return token


def _wait(answer: Answer) -> float:
    """Seconds; a date, which is allowed too, is not reckoned with."""
    told = answer.headers.get("retry-after", "")
    return float(told) if re.fullmatch(r"\d{1,6}", told) else USUAL_WAIT
