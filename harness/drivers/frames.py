"""A terminal behind a serial protocol of frames, by a profile: MIS-POS, CodePay, or your own.

Source: ISO 1745; ``fixtures/frames/<profile>.yaml``, which names its own and says what is assumed.
Nothing is ever sold twice: what was sent and not answered is ``unknown``, and ``last_result`` asks
what became of it, where the protocol has a question for that.
"""

from collections.abc import Mapping
from typing import Any

from harness.drivers._by_talk import ByFrames
from harness.drivers._frames_talk import Talk
from harness.model.roles import SaleResult
from harness.ports.base import Port

IDENTITY = None


class Driver(ByFrames):
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
        self.answer_within, self._long = answer_within, float(self._talk.profile.complete)
        if self._talk.profile.handshake.heartbeat:
            self.poll_every = float(self._talk.profile.handshake.heartbeat) / 2

    @property
    def asks_by_number(self) -> bool:
        """Whether question and answer name the order."""
        return "order" in self._talk.profile.same

    def poll(self) -> None:
        """Keep the line alive."""
        self._talk.beat()

    def lose_responses(self, *, on: bool) -> None:
        """While on, answers to transactions are as if they had never arrived."""
        self._talk.losing = on

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
        return self._talk.other("reprint", self.answer_within)
