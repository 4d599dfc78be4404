"""Mini-Circuits RCDAT, RC4DAT and RC8DAT step attenuators, by HTTP.

Source: Mini-Circuits Programming Manual, Programmable Attenuators (commands by HTTP ``GET``:
``/SETATT=40.25``, ``/ATT?``, ``/CHAN:1:SETATT:40.25``, the answer is the body); the words are in
``_rcdat.py``. A password goes before the command, ``/PWD=secret;ATT?`` (unconfirmed).
Quirk: the question mark is part of the word: a client that takes an empty query away is answered
``-99 Unrecognized Command``.
"""

import os
from collections.abc import Sequence
from urllib.parse import quote

from harness.drivers._http import fetch
from harness.drivers._rcdat import IDENTITY, Rcdat
from harness.errors import DeviceRefused, RigError
from harness.ports.base import Port

__all__ = ["IDENTITY", "Driver"]


class Driver(Rcdat):
    """Plays Attenuator, Identified and SafeState."""

    def __init__(
        self,
        port: Port,
        *,
        channel: Sequence[int] = (),
        step: float = 0.25,
        password_env: str = "",
    ) -> None:
        """Nothing is said yet.

        Args:
            port: ``host:80``.
            channel: The channels in the antenna leads, from 1; none on a model that has but one.
            step: What its levels are multiples of, dB.
            password_env: Environment variable that holds the password, where it has one.
        """
        super().__init__(channel, step)
        self._port, self._before = port, ""
        if password_env:
            if password_env not in os.environ:
                raise RigError(f"rcdat_http: password_env: {password_env!r} is not set")
            self._before = f"PWD={quote(os.environ[password_env], safe='')};"

    def _ask(self, command: str) -> str:
        answer = fetch(self._port, f"/{self._before}{command}", name=command)
        if answer.status != 200:
            raise DeviceRefused(
                f"{self._port.address}: {command}: status {answer.status} {answer.told!r}"
            )
        return answer.told
