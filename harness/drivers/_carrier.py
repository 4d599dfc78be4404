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
USUAL_WAIT, LONGEST_WAIT, MOST_WAITS = 5.0, 60.0, 5  # s, s, and how often, of 429
HOME = re.compile(r"sim://.*|(?:http://)?(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?")


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

    def call(self, method: str, target: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask; again where that is safe.

        Raises:
            DeviceRefused: The carrier says no, in its words.
            PortLost: No connection, or it broke off; also that a ``POST`` may have been done.
            PortTimeout: No answer.
            Garbled: No JSON object.
        """
        tries, waits = TRIES if method in ONCE_OR_TWICE else 1, MOST_WAITS
        while True:
            tries -= 1
            try:
                answer = self._ask(method, target, body)
            except (PortLost, PortTimeout):
                if not tries:
                    raise
                self.clock.sleep(PAUSE)
                continue
            if answer.status == 429 and waits:
                waits, tries = waits - 1, tries + 1
                self.clock.sleep(_wait(answer))
            elif answer.status >= 500 and tries:
                self.clock.sleep(PAUSE)
            else:
                return self._read(f"{method} {target}", answer)

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
            raise DeviceRefused(f"{name}: status {answer.status}: {self._refusal(said, answer)}")
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
    return min(LONGEST_WAIT, float(told)) if re.fullmatch(r"\d{1,6}", told) else USUAL_WAIT
