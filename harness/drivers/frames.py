"""A terminal behind a serial protocol of frames, by a profile: MIS-POS, CodePay, or your own.

Source: ISO 1745; ``fixtures/frames/<profile>.yaml``, which names its own and says what is assumed.
Nothing is ever sold twice: what was sent and not answered is ``unknown``, and ``last_result`` asks
what became of it, where the protocol has a question for that.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from harness.drivers._frames_talk import Talk
from harness.model.register import DEALS, Deal, Wish
from harness.model.roles import Observe, SaleResult
from harness.model.units import Money
from harness.ports.base import Port

IDENTITY = None


class Driver:
    """Plays Terminal, Desk, Settles, SignsOn, SignsOff and Reprints; Watched, perhaps Polled."""

    def __init__(
        self,
        port: Port,
        *,
        profile: str,
        currency: str = "CNY",
        answer_within: float = 10.0,
        values: Mapping[str, Any] | None = None,
        personality: str = "",
    ) -> None:
        """Nothing is sent yet.

        Args:
            port: A serial line, or ``host:port`` of a converter.
            profile: A file of ``fixtures/frames``, or a path.
            currency: ISO 4217, alphabetic.
            answer_within: Seconds until the answer of what is no transaction.
            values: More values of what is asked: a cashier's number, ``private``.
            personality: Folder of ``fixtures/terminal``; see ``_own_words``.
        """
        self._talk = Talk(
            port, profile, currency=currency, values=values, personality=personality
        )  # fmt: skip
        self._within, self._long = answer_within, float(self._talk.profile.complete)
        if self._talk.profile.handshake.heartbeat:
            self.poll_every = float(self._talk.profile.handshake.heartbeat) / 2

    @property
    def observe(self) -> Observe:
        """Who is told."""
        return self._talk.observe

    @observe.setter
    def observe(self, observe: Observe) -> None:
        self._talk.observe = observe

    def attend(self) -> None:
        """Say what came unasked; raises PortLost."""
        self._talk.attend()

    def poll(self) -> None:
        """Keep the line alive."""
        self._talk.beat()

    # --- Terminal ---

    def sign_on(self) -> None:
        """Open the line; raises PortLost."""
        self._talk.connect()

    def sell(self, amount: Money) -> SaleResult:
        """A sale, to its end; ``failed`` without a code: it was never sent."""
        return self._talk.deal(Wish("sale", amount))

    def abort(self) -> None:
        """Have the call that runs ask for it; raises NotSupported."""
        self._talk.abort()

    def last_result(self) -> SaleResult | None:
        """What became of the last transaction; ``unknown`` where the protocol cannot ask."""
        return self._talk.again(self._within)

    def status(self) -> str:
        """``00`` when it is ready; raises PortLost or PortTimeout."""
        return self._talk.status(self._within)

    def lose_responses(self, *, on: bool) -> None:
        """While on, answers to transactions are as if they had never arrived."""
        self._talk.losing = on

    # --- Desk and others ---

    def deals(self) -> Sequence[Deal]:
        """Those of the profile."""
        return [deal for deal in DEALS if deal in self._talk.profile.deals]

    def transact(self, wish: Wish) -> SaleResult:
        """One transaction to its end; raises NotSupported."""
        return self._talk.deal(wish)

    def settle(self) -> SaleResult:
        """The end of day; raises NotSupported."""
        return self._talk.other("settle", self._long)

    def sign_on_host(self) -> SaleResult:
        """Raises NotSupported."""
        return self._talk.other("sign_on", self._long)

    def sign_off(self) -> SaleResult:
        """Raises NotSupported."""
        return self._talk.other("sign_off", self._long)

    def reprint(self) -> SaleResult:
        """The last receipt once more; raises NotSupported."""
        return self._talk.other("reprint", self._within)
