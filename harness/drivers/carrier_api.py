"""A carrier's account of one SIM, over a small interface of HTTP and JSON.

Source: rigs/README.md, "The carrier's interface" (ours; a carrier's own is joined to it by a few
lines of a proxy). Real SIMs of real carriers are changed by it, and that costs money: only the
SIMs named in the rig file are ever touched. A change takes a carrier minutes at times: it is waited
for, up to ``wait``, and then told to be ``pending``; a later look tells when it is made.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from typing import Any, get_args

from harness.drivers._account import Account
from harness.drivers._carrier import Busy, Carrier
from harness.errors import BenchError, NotSupported, PortError
from harness.model.network import Exhaustion, Mode, Subscribed
from harness.model.roles import Observe, ignore
from harness.model.units import Bytes, Quantity, Seconds
from harness.ports.base import Port

IDENTITY = None
STATE = ("PATCH", "", "state")
LIMIT = ("PUT", "/limit", "left")
BY_ITSELF = "this carrier ends its plans by {}, and cannot be told to do otherwise"


class Driver:
    """Plays DataPlan, Subscription, Limited, Polled, Identified and SafeState."""

    def __init__(
        self,
        port: Port,
        *,
        iccid: str,
        sims: Sequence[str],
        token_env: str = "",
        authority: str = "",
        exhaustion: Mode | None = None,
        wait: Seconds = Seconds(60),
        every: Seconds = Seconds(15),
        within: Seconds = Seconds(10),
    ) -> None:
        """Nothing is asked yet.

        Args:
            port: ``https://host``.
            iccid: The terminal's SIM.
            sims: Those that may be touched at all; the terminal's is one of them.
            token_env: Environment variable that holds the token.
            authority: PEM file of whom to trust, where the system's authorities will not do.
            exhaustion: What this carrier does at the end of a plan; where it is left out, it can be
                told (a lab's own core can).
            wait: How long a change is waited for.
            every: Between two looks at the account.
            within: How long an answer may take.
        """
        self.observe: Observe = ignore
        self.poll_every = float(every)
        self._carrier = Carrier(port, token_env=token_env, authority=authority, within=within)
        self._account = Account(self._carrier, iccid, sims, wait=wait, mode=exhaustion)
        self._iccid, self._mode = iccid, exhaustion

    def identify(self) -> str:
        """The SIM and what it is to the carrier."""
        return f"carrier of {self._iccid}, {self._account.look(self.observe)['state']}"

    def poll(self) -> None:
        """The account, told when it has changed; a carrier that is away is asked again later."""
        with suppress(PortError, Busy):
            self._account.settle(patient=False)
            self._account.look(self.observe, patient=False)

    def lacks(self) -> Mapping[str, str]:
        """The endings of a plan that it cannot be told to."""
        others = [one for one in get_args(Mode) if self._mode not in (None, one)]
        return {f"mode:{one}": BY_ITSELF.format(self._mode) for one in others}

    # --- DataPlan, Subscription ---

    def set_data_left(self, amount: Bytes | None) -> None:
        """Nothing is asked for that is so already."""
        left = None if amount is None else int(amount)
        self._account.bring("left", left, LIMIT, self.observe)

    def data_left(self) -> Bytes | None:
        """As the carrier tells it, which may be some seconds old."""
        left = self._account.look(self.observe)["left"]
        return None if left is None else Bytes(left)

    def set_exhaustion(self, how: Exhaustion) -> None:
        """Raises NotSupported where the carrier does it its own way."""
        if self._mode is None:
            told = {row.name: _spelt(getattr(how, row.name)) for row in fields(how)}
            self._account.change("exhaustion", "PUT", "/exhaustion", told, self.observe)
        elif how.mode != self._mode:
            raise NotSupported(BY_ITSELF.format(self._mode))

    def top_up(self, amount: Bytes) -> None:
        """Asked for once, whatever becomes of it: twice would be paid twice."""
        body = {"bytes": int(amount)}
        self._account.change("top_up", "POST", "/top-ups", body, self.observe)

    def set_subscription(self, state: Subscribed) -> None:
        """Nothing is asked for that is so already."""
        self._account.bring("state", state, STATE, self.observe)

    # --- SafeState ---

    def make_safe(self) -> None:
        """State and plan as they were found, and every change made; raises BenchError."""
        found = self._account.found
        if found is None:
            return
        self.set_subscription(found["state"])
        if {"left", "top_up"} & found["touched"]:
            self.set_data_left(found["left"])
        self._account.settle()
        if self._account.pending:
            raise BenchError(f"carrier: not made yet: {', '.join(self._account.pending)}")
        self._account.found = None


def _spelt(value: Any) -> Any:
    """A field of ``Exhaustion`` as a scenario would have it, with its unit."""
    if isinstance(value, Quantity):
        return f"{float(value):f} {value.BASE}"
    if isinstance(value, Bytes):
        return f"{int(value)} B"
    return list(value) if isinstance(value, tuple) else value
