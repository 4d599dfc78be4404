"""A modem's data bearer: asked for, refused, held back, ended; and the way over it.

Session management is 3GPP TS 24.301, 6.4 and 6.5.1; one context (cid 1) is modelled. A network
that releases the last bearer would detach the modem as well; this one keeps it registered, as
networks with "attach without PDN" do (24.301, 5.5.1), so that both can be told apart.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from harness.links.flow import Flow

if TYPE_CHECKING:
    from harness.sim.modems.modem import Modem

#: How a modem tells that the network took it away (``Exhaustion.event``).
TOLD: dict[str, tuple[str, ...]] = {
    "cgev": ("nw_ended",), "vendor": ("nw_ended_own",), "both": ("nw_ended", "nw_ended_own"),
    "none": (),
}  # fmt: skip

#: What a request came to, besides an ESM cause.
UP, NO_NETWORK, HELD_BACK = 0, -1, -2


class Bearer:
    """The data bearer of one modem.

    Attributes:
        up: Whether there is one, as a network device with an address shows it.
        session: Its number; its address dies with it.
        cause: ESM cause of the last refusal or release, 0 for none.
        sent: Bytes taken from the terminal in this session, headers included.
        received: Bytes given to it.
        changed: Called after it came or went; must not wait.
    """

    def __init__(self, modem: "Modem") -> None:
        self._modem = modem
        self._held: dict[str, float] = {}  # APN -> until when T3396 runs
        self.up, self.session, self.cause = False, 0, 0
        self.sent = self.received = 0
        self.changed: list[Callable[[], None]] = []

    def ask(self) -> int:
        """Ask the network for it: UP, an ESM cause, or why it was not even asked."""
        modem, account = self._modem, self._modem.account
        if self.up:
            return UP
        if account is None or not modem.registration.registered:
            return NO_NETWORK
        if modem.clock.now() < self._held.get(modem.apn, 0.0):
            return HELD_BACK
        account.device_did("bearer")
        cause = self._refusal()
        if cause:
            self._refused(cause)
            return cause
        self.up = True
        self.session += 1
        self.sent = self.received = 0
        modem.say("bearer_up")
        self._tell()
        return UP

    def end(self, event: str) -> None:
        """``nw_ended``, ``me_ended`` or ``detached``."""
        if self.up:
            self.up = False
            self._modem.say(event)
            self._tell()

    def release(self) -> None:
        """The network takes it away."""
        if self.up:
            self._modem.later("deactivate", self._release)

    def _refusal(self) -> int:
        modem, account = self._modem, self._modem.account
        return account.bearer_refusal(modem.apn, modem.user) if account else 0

    def forget_holds(self) -> None:
        """A power cycle or another card ends T3396 (24.301, 6.5.1.4.3)."""
        self._held.clear()

    def _refused(self, cause: int) -> None:
        modem, account = self._modem, self._modem.account
        self.cause, modem.last_number = cause, cause
        modem.last_cause = f"ESM cause {cause}"
        if account is not None and account.mode == "deactivate" and account.back_off:
            self._held[modem.apn] = modem.clock.now() + account.back_off

    def _release(self) -> None:
        account, cause = self._modem.account, self._refusal()
        if account is None or not self.up:
            return
        if cause:
            self._refused(cause)
        self.up = False
        for event in TOLD[account.event]:
            self._modem.say(event)
        self._tell()

    def _tell(self) -> None:
        for tell in list(self.changed):
            tell()


class BearerWay:
    """Carries packets while the bearer it was made for lives.

    After that nothing passes and nobody is told, as when an address has been given back. What the
    air loses on the way up has been counted by the modem and is not charged by the carrier; on the
    way down it is the other way round.

    Attributes:
        account: Of the card whose bearer it is: who is charged, and whose names are asked.
    """

    def __init__(self, modem: "Modem") -> None:
        self._modem, self._session = modem, modem.bearer.session
        self.account = modem.account

    @property
    def _lives(self) -> bool:
        return self._modem.bearer.up and self._modem.bearer.session == self._session

    def carry(
        self,
        size: int,
        *,
        up: bool,
        deliver: Callable[[], None],
        reset: Callable[[], None] | None = None,
        flow: Flow | None = None,
        spoilt: Callable[[], None] | None = None,
        answer: Callable[[str], None] | None = None,
    ) -> None:
        """Take a packet in one direction; see ``Link.carry``."""
        modem = self._modem
        carry = partial(
            modem.link.carry, size, up=up, reset=reset, flow=flow, answer=answer,
            account=self.account,
        )  # fmt: skip
        if not up:
            spoil = spoilt and partial(self._arrive, size, spoilt)
            carry(deliver=partial(self._arrive, size, deliver), spoilt=spoil)
        elif self._lives:
            modem.count(sent=size)
            if modem.rng.random() >= modem.radio.loss:
                carry(deliver=deliver, spoilt=spoilt)

    def _arrive(self, size: int, deliver: Callable[[], None]) -> None:
        modem = self._modem
        if self._lives and modem.rng.random() >= modem.radio.loss:
            modem.count(received=size)
            deliver()
