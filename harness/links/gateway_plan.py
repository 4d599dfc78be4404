"""The data plan on a gateway: a quota of the kernel, which charges both ways, whole packets.

The kernel counts on when the plan is at its end (packets that it refuses are counted, too), so
what is bought is added to what was used by then; the quota itself is changed in place and no
connection notices but by its packets passing again.
"""

import contextlib
import ipaddress
import socket
from collections.abc import Callable

from harness.errors import BenchError, NotSupported
from harness.links.endings import Ending
from harness.model.network import Congested, Exhaustion, NamesMode, Subscribed

#: Per cent used at which the plan is told again.
MARKS = (80, 95, 100)
#: Ends of a plan that a box behind the radio cannot make -> why.
BEYOND = {
    "deactivate": "the bearer is the modem's and the carrier's; a gateway only sees packets",
    "detach": "the subscriber is thrown out by the carrier; a gateway only sees packets",
    "roam_block": "a gateway does not know where the terminal is",
}
BEARER = "what the modem must do is between it and the carrier; a gateway only sees packets"


class GatewayPlan(Ending):
    """What the control protocol calls the carrier.

    Args:
        used: Reads how many bytes the kernel has charged so far.
        apply: Has the rules follow what changed here.
        tell: Called when the plan was set, topped up, passed a mark or ended.
        later: Calls something after so many seconds.
        set_names: Has the name service do something else.

    Attributes:
        limit: Bytes charged at which the plan ends; None for one without end.
        how: What happens at its end.
        allow: Addresses that are reached even then.
        zone: Host that is allowed by name -> address.
    """

    def __init__(
        self,
        used: Callable[[], int],
        apply: Callable[[], None],
        tell: Callable[[], None],
        later: Callable[[float, Callable[[], None]], object],
        set_names: Callable[[NamesMode], None],
    ) -> None:
        self._used, self._apply, self._tell, self._later = used, apply, tell, later
        self.set_names = set_names
        self.limit: int | None = None
        self.how = Exhaustion()
        self.allow: tuple[str, ...] = ()
        self.zone: dict[str, str] = {}
        self._whole = 0
        self._mark = 0

    @property
    def left(self) -> int | None:
        """Bytes left, by what the kernel says just now."""
        return None if self.limit is None else max(0, self.limit - self._used())

    @property
    def exhausted(self) -> bool:
        return self.left == 0

    def set_left(self, amount: int | None) -> None:
        """So many bytes from now on; None for a plan without end."""
        self.limit = None if amount is None else self._used() + amount
        self._whole = max(self._whole, amount or 0)
        self._changed()

    def top_up(self, amount: int) -> None:
        """Buy more; the network knows after ``Exhaustion.delay``."""
        if self.how.delay:
            self._later(self.how.delay, lambda: self._book(amount))
        else:
            self._book(amount)

    def set_exhaustion(self, how: Exhaustion) -> None:
        """What happens at the end; raises NotSupported for what only a carrier can do."""
        if how.mode in BEYOND:
            raise NotSupported(f"mode {how.mode}: {BEYOND[how.mode]}")
        if how.needs != "nothing":
            raise NotSupported(f"needs {how.needs}: {BEARER}")
        found = {host: addresses(host) for host in how.allow}
        self.allow = tuple(one for several in found.values() for one in several)
        self.zone = {host.lower(): several[0] for host, several in found.items()}
        self.how = how
        self._changed()

    def set_subscription(self, state: Subscribed) -> None:
        """Only ``active``: what else a SIM can be is the carrier's to say."""
        if state != "active":
            raise NotSupported(f"subscription {state}: {BEARER}")

    def set_access(self, *, apn: str = "", user: str = "") -> None:
        """None of a gateway's business."""
        if apn or user:
            raise NotSupported(f"access: {BEARER}")

    def set_congestion(self, what: Congested) -> None:
        """None of a gateway's business."""
        if what != "nothing":
            raise NotSupported(f"congestion: {BEARER}")

    def forget(self) -> None:
        """No plan, the usual end; without applying it."""
        self.limit, self.how, self.allow, self.zone = None, Exhaustion(), (), {}
        self._whole = self._mark = 0

    def look(self) -> None:
        """Take in what the kernel has charged, and tell what is news."""
        mark = self._marked()
        if mark != self._mark:
            self._mark = mark
            self._tell()

    def _book(self, amount: int) -> None:
        if self.limit is None:
            return
        used = self._used()
        self.limit = max(self.limit, used) + amount
        self._whole = self.limit - used
        self._changed()

    def _changed(self) -> None:
        self._apply()
        self._mark = self._marked()
        self._tell()

    def _marked(self) -> int:
        """The mark that was passed last."""
        left = self.left
        if left is None or not self._whole:
            return 100 if left == 0 else 0
        used = 100 * (self._whole - left) / self._whole
        return max((mark for mark in MARKS if used >= mark), default=0)


def addresses(host: str) -> tuple[str, ...]:
    """A host (name, address or network) as IPv4 addresses or networks. Raises BenchError."""
    with contextlib.suppress(ValueError):
        return (str(ipaddress.IPv4Network(host, strict=False)),)
    try:
        rows = socket.getaddrinfo(host, None, socket.AF_INET)
    except OSError as error:
        raise BenchError(f"allow: {host} is not found by the gateway: {error}") from error
    return tuple(dict.fromkeys(str(row[4][0]) for row in rows))
