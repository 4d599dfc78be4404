"""The carrier's side of a SIM: the data plan, its end, the subscription, the notices.

Charging is in the core network: both directions, whole packets with their headers, and again for
every packet sent again. A packet for which the rest does not suffice ends the plan and is dropped.
The endings are those of the online charging standard (RFC 8506, 8.35, Final-Unit-Action):
``deactivate`` is TERMINATE, ``drop`` is RESTRICT_ACCESS with nothing allowed, ``reset`` is a
gateway that ends TCP connections instead of leaving them to time out.
"""

from collections.abc import Callable

from harness.links.flow import Flow
from harness.model.network import Exhaustion, Subscribed

WARN_AT = (80, 100)  # per cent used
MEGABYTE = 1_000_000


class Carrier:
    """The account of one SIM.

    Attributes:
        left: Bytes left; None for a plan without end.
        whole: Bytes of the plan, what the per cents are of.
        how: What happens at zero.
        subscription: The SIM's.
        on_plan: Called when the plan was set, topped up, warned of or ended; must not wait.
        on_subscription: Called when the subscription changed.
        on_notice: Called with the text of an SMS to the subscriber.
    """

    def __init__(
        self,
        left: int | None = None,
        *,
        how: Exhaustion = Exhaustion(),  # noqa: B008 - frozen
        subscription: Subscribed = "active",
    ) -> None:
        self.left, self.whole = left, left or 0
        self.how, self.subscription = how, subscription
        self.on_plan: list[Callable[[], None]] = []
        self.on_subscription: list[Callable[[], None]] = []
        self.on_notice: list[Callable[[str], None]] = []
        self._warned: set[int] = set()

    @property
    def exhausted(self) -> bool:
        return self.left is not None and self.left <= 0

    @property
    def state(self) -> str:
        """``open`` or ``exhausted``."""
        return "exhausted" if self.exhausted else "open"

    def refusal(self, size: int, _flow: Flow | None = None) -> str:
        """Charge a packet; returns why it may not pass: ``plan``, ``expired`` or ``""``."""
        if self.subscription != "active":
            return "expired"
        if self.left is None:
            return ""
        if self.left < size:
            if not self.exhausted:
                self._become(0)
            return "plan"
        self.left -= size
        self._warn()
        return ""

    def set_left(self, amount: int | None) -> None:
        """What is left becomes ``amount`` bytes; a smaller amount counts as used up."""
        self.whole = max(self.whole, amount or 0)
        self._become(amount)

    def top_up(self, amount: int) -> None:
        """Buy ``amount`` bytes more; a new period begins with what is left then."""
        if self.left is not None:
            self.whole = self.left + amount
            self._become(self.whole)

    @property
    def mode(self) -> str:
        """What happens at zero, in one word."""
        return self.how.mode

    def set_exhaustion(self, how: Exhaustion) -> None:
        """What happens at zero from now on."""
        self.how = how
        _tell(self.on_plan)

    def set_subscription(self, state: Subscribed) -> None:
        """What the SIM is to the carrier from now on."""
        self.subscription = state
        _tell(self.on_subscription)

    def balance(self) -> str:
        """The answer to a balance query by USSD."""
        if self.subscription != "active":
            return f"Your SIM is {self.subscription.replace('_', ' ')}."
        if self.left is None:
            return "Your data plan is unlimited."
        return f"{_volume(self.left)} of {_volume(self.whole)} left."

    def _become(self, left: int | None) -> None:
        was, self.left = self.exhausted, left
        if was and not self.exhausted:
            self._warned.clear()
        self._warn()
        _tell(self.on_plan)

    def _warn(self) -> None:
        if self.left is None or not self.whole:
            return
        used = 100 * (self.whole - self.left) / self.whole
        self._warned = {mark for mark in self._warned if used >= mark}
        due = [mark for mark in WARN_AT if used >= mark and mark not in self._warned]
        self._warned.update(due)
        if due:
            text = f"You have used {due[-1]} % of your data plan. {self.balance()}"
            for tell in list(self.on_notice):
                tell(text)


def _volume(amount: int) -> str:
    """In MB, a small rest in kB, so that only nothing is told as 0.00 MB."""
    if 0 < amount < MEGABYTE:
        return f"{max(0.01, amount / 1000):.2f} kB"
    return f"{amount / MEGABYTE:.2f} MB"


def _tell(listeners: list[Callable[[], None]]) -> None:
    for tell in list(listeners):
        tell()
