"""The carrier's side of a SIM: what becomes of a packet, an attach and a bearer, and who is told.

The endings of a plan are those of the online charging standard (RFC 8506, 8.34 to 8.38,
Final-Unit-Action): ``deactivate`` and ``detach`` are TERMINATE, ``redirect`` is REDIRECT,
``restrict`` and ``drop`` are RESTRICT_ACCESS with and without a list; ``throttle`` is a policy of
the PCRF, ``reset`` a gateway that ends TCP connections instead of leaving them to time out.

A link asks ``rule`` for every packet and ``cap`` for a rate besides its own; a modem asks
``attach_refusal`` and ``bearer_refusal``, is told of what happens by the lists ``on_...`` and says
by ``device_did`` what it did. All of it answers at once and never waits.
"""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from harness.clock import Clock
from harness.links import endings, names
from harness.links.endings import (
    CROWDED,
    NO_RESOURCES,
    PASS,
    PORTAL,
    STANDINGS,
    UNKNOWN_APN,
    USUAL,
    WRONG_USER,
    Ending,
    Ruling,
)
from harness.links.flow import Flow
from harness.links.plan import Plan
from harness.model.network import Congested, Exhaustion, NamesMode, Needs, Subscribed
from harness.wire.pan import mask

STRENGTH = get_args(Needs)  # each does what those before it do


class Carrier(Ending):
    """The account of one SIM.

    Args:
        left: Bytes left; None for a plan without end.
        clock: Of the network; without one a top-up is known at once, whatever its delay.
        how: What happens at zero.
        subscription: The SIM's.

    Attributes:
        plan: The meter.
        how: What happens at zero.
        subscription: The SIM's.
        access: (APN, user) that are accepted; empty for any.
        congested: What its network refuses to everybody.
        names: What its name service does.
        roaming: Whether the SIM is a guest; set by whoever serves it.
        needs: What the device still must do before a plan that was topped up works again.
        on_plan: Called when the plan was set, topped up, ended, or works again.
        on_subscription: Called when the subscription changed.
        on_congestion: Called when the network began or ceased to turn everybody away.
        on_release: Called when the network takes the bearer away; with mode ``detach`` the
            registration too.
        on_notice: Called with the text of an SMS to the subscriber.
        on_event: Called with what else is to be seen: an event's word and its fields.
    """

    def __init__(
        self,
        left: int | None = None,
        *,
        clock: Clock | None = None,
        how: Exhaustion = Exhaustion(),  # noqa: B008 - frozen
        subscription: Subscribed = "active",
    ) -> None:
        self.plan = Plan(left, clock=clock)
        self.how, self.subscription = how, subscription
        self.access, self.roaming = ("", ""), False
        self.congested: Congested = "nothing"
        self.names: NamesMode = "answer"
        self.needs: Needs = "nothing"
        self.on_plan: list[Callable[[], None]] = []
        self.on_subscription: list[Callable[[], None]] = []
        self.on_congestion: list[Callable[[], None]] = []
        self.on_release: list[Callable[[], None]] = []
        self.on_notice: list[Callable[[str], None]] = []
        self.on_event: list[Callable[[str, Mapping[str, Any]], None]] = []
        self._ended = self.plan.ended
        self.plan.overrun = how.overrun
        self.plan.on_change, self.plan.on_warning = self._plan_changed, self._warn

    # --- the plan ---------------------------------------------------------------------------

    @property
    def left(self) -> int | None:
        """Bytes left; None for a plan without end."""
        return self.plan.left

    @property
    def exhausted(self) -> bool:
        """Whether the plan has ended; with ``overrun`` that is later than nothing is left."""
        return self.plan.ended

    def set_left(self, amount: int | None) -> None:
        """What is left becomes ``amount`` bytes; a smaller amount counts as used up."""
        self.plan.set_left(amount)

    def top_up(self, amount: int) -> None:
        """Buy ``amount`` bytes more; the network knows after ``how.delay``."""
        self.plan.top_up(amount, delay=self.how.delay)

    def set_exhaustion(self, how: Exhaustion) -> None:
        """What happens at zero from now on, and now, where nothing is left."""
        self.how, self.plan.overrun = how, how.overrun
        if self.exhausted:
            self._release()
        _tell(self.on_plan)

    def balance(self) -> str:
        """The answer to a balance query by USSD."""
        if self.subscription != "active":
            return f"Your SIM is {self.subscription.replace('_', ' ')}."
        return str(self.plan)

    # --- packets ----------------------------------------------------------------------------

    def rule(self, size: int, flow: Flow | None = None) -> Ruling:
        """Charge a packet of ``size`` bytes, headers included, and say what becomes of it."""
        if not self._bites and self.subscription == "active" and self.plan.charge(size):
            return PASS
        return self.fate(flow)

    def refusal(self, size: int, flow: Flow | None = None) -> str:
        """Charge a packet; returns why it may not pass, ``""`` where it may."""
        return self.rule(size, flow).why

    def fate(self, flow: Flow | None = None) -> Ruling:
        """What would become of such a packet now, at no charge."""
        if self.subscription != "active":
            return Ruling("drop", self.subscription)
        if not self._bites:
            return PASS
        found = endings.fate(self.how, flow, roaming=self.roaming)
        return PASS if found == "pass" else Ruling(found, "plan")

    def cap(self, *, up: bool) -> tuple[float, int] | None:
        """The rate (bit/s) that the carrier throttles to now, and the bytes that wait for it."""
        if self.how.mode != "throttle" or not self._bites:
            return None
        return float(self.how.up if up else self.how.down), self.how.queue

    def allows(self, host: str) -> bool:
        """Whether a host is reached in spite of an empty plan, by its name or its address."""
        return endings.allows(self.how, host)

    @property
    def _bites(self) -> bool:
        """Whether the ending is in force: also afterwards, until the device did what it needs."""
        return self.exhausted or self.needs != "nothing"

    # --- names ------------------------------------------------------------------------------

    def set_names(self, mode: NamesMode) -> None:
        """What its name service does from now on."""
        if mode != self.names:
            self.names = mode
            self.tell("names", mode=mode)

    def resolve(self, query: bytes, zone: Mapping[str, str]) -> bytes | None:
        """Its name service's answer to a query, None for none.

        Args:
            query: A DNS message.
            zone: Name -> address of all hosts there are.
        """
        mode = endings.names_mode(self.how, self.names) if self._bites else self.names
        answered = names.answer(query, zone, mode, portal=PORTAL[1], spared=self.allows)
        if answered.host:
            self.tell("name_asked", host=mask(answered.host), answer=answered.said)
        return answered.wire

    # --- the subscription and the device ----------------------------------------------------

    def set_subscription(self, state: Subscribed) -> None:
        """What the SIM is to the carrier from now on."""
        self.subscription = state
        _tell(self.on_subscription)
        if STANDINGS[state].esm:
            _tell(self.on_release)

    def set_access(self, *, apn: str = "", user: str = "") -> None:
        """The only access point and user accepted from now on; empty for any.

        A bearer there is gets released, so that it must be asked for anew.
        """
        was, self.access = self.access, (apn, user)
        if was != self.access:
            self.tell("access", apn=apn, user=user)
        if apn or user:
            _tell(self.on_release)

    def set_congestion(self, what: Congested) -> None:
        """What the network has no room for from now on, whoever asks."""
        was, self.congested = self.congested, what
        if was != what:
            self.tell("congestion", what=what)
            _tell(self.on_congestion)
        if what == "bearer":
            _tell(self.on_release)

    def attach_refusal(self) -> int | None:
        """The EMM cause with which an attach is rejected now; None where it is accepted."""
        if self.congested == "attach":
            return CROWDED
        standing = STANDINGS[self.subscription]
        return standing.emm if standing.emm is not None else self._ending("detach")

    def bearer_refusal(self, apn: str = "", user: str = "") -> int:
        """The ESM cause with which a bearer is rejected now; 0 where it is accepted.

        Args:
            apn: The access point asked for; empty for the subscription's own.
            user: The user it is asked for by.
        """
        wanted_apn, wanted_user = self.access
        if wanted_apn and apn and apn.lower() != wanted_apn.lower():
            return UNKNOWN_APN
        if wanted_user and user != wanted_user:
            return WRONG_USER
        crowded = NO_RESOURCES if self.congested == "bearer" else 0
        return STANDINGS[self.subscription].esm or self._ending("deactivate") or crowded

    @property
    def back_off(self) -> float:
        """Seconds for which a refusal of the plan forbids another try (T3396, T3346); 0: none."""
        return float(self.how.back_off) if self.how.again == "back_off" else 0.0

    @property
    def event(self) -> str:
        """How a release is told by the modem: ``cgev``, ``vendor``, ``both`` or ``none``."""
        return self.how.event if self._ending("deactivate", dead=True) else "both"

    def device_did(self, what: Needs) -> None:
        """The device began a new ``bearer``, switched its ``radio`` off and on, or had no power."""
        if self.exhausted or STRENGTH.index(what) < STRENGTH.index(self.needs):
            return
        if self.needs != "nothing":
            self.needs = "nothing"
            _tell(self.on_plan)

    def _ending(self, mode: str, *, dead: bool = False) -> int | None:
        """The mode's cause while it is in force; ``dead``: also where a new try is accepted."""
        if self.how.mode != mode or not self._bites or (self.how.again == "dead" and not dead):
            return None
        return USUAL[mode] if self.how.cause is None else self.how.cause

    # --- who is told ------------------------------------------------------------------------

    def tell(self, event: str, **fields: Any) -> None:
        """Say an event to all who listen."""
        for hear in list(self.on_event):
            hear(event, fields)

    def start_over(self, left: int | None, how: Exhaustion, subscription: Subscribed) -> None:
        """As new: nothing is owed, everything is answered and accepted."""
        self.needs = "nothing"
        self.how, self.plan.overrun = how, how.overrun
        self.set_left(left)
        self.needs = "nothing"  # a bench that is put back asks nothing of the device
        self.set_subscription(subscription)
        self.set_access()
        self.set_congestion("nothing")
        self.set_names("answer")

    def _plan_changed(self) -> None:
        was, self._ended = self._ended, self.exhausted
        if was and not self._ended:
            self.needs = self.how.needs
        if self._ended and not was:
            self._release()
        _tell(self.on_plan)

    def _release(self) -> None:
        if self.how.mode in USUAL:
            _tell(self.on_release)

    def _warn(self, used: int) -> None:
        text = f"You have used {used} % of your data plan. {self.balance()}"
        self.tell("notice", text=text)
        for hear in list(self.on_notice):
            hear(text)


def _tell(listeners: list[Callable[[], None]]) -> None:
    for tell in list(listeners):
        tell()
