"""Network roles: the packet path, the carrier's plan and subscription on it, names, certificates.

What a link can do to packets is data (``Shape``), so is how a data plan ends (``Exhaustion``): the
same records are asked for by faults, compiled by drivers and played by every link engine. What an
engine cannot model it lists (``Limited``); what needs it is refused before anything runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from harness.model.units import BitRate, Bytes, Fraction, Seconds

Mode = Literal[
    "drop", "reset", "throttle", "redirect", "restrict", "deactivate", "detach", "roam_block"
]
Needs = Literal["nothing", "bearer", "radio", "power"]
Subscribed = Literal["active", "expired", "not_activated", "suspended", "barred"]
NamesMode = Literal["answer", "silent", "refused", "unknown", "hijack"]
CertificateKind = Literal["good", "expired", "not_yet_valid", "unknown_ca", "wrong_name"]
Congested = Literal["nothing", "attach", "bearer"]
Door = Literal["open", "closed", "silent"]
Which = Literal["first", "second", "all"]


@dataclass(frozen=True, slots=True)
class Exhaustion:
    """How a carrier ends a data plan (RFC 8506, 8.34 to 8.38: terminate, redirect, restrict).

    Attributes:
        mode: ``drop``: every packet in silence. ``reset``: TCP connections are reset. ``throttle``:
            slow from then on. ``redirect``: HTTP is sent to a portal, the rest dropped.
            ``restrict``: only ``allow`` is reached. ``deactivate``: the bearer is taken away and
            refused. ``detach``: the subscriber is thrown out and refused. ``roam_block``: as
            ``drop``, while roaming only.
        icmp: ``drop``: tell the sender by ICMP administratively prohibited.
        down: ``throttle``: rate towards the terminal.
        up: ``throttle``: rate from the terminal.
        queue: ``throttle``: bytes that wait for the rate at most.
        http: ``redirect``: what port 80 answers: status 302 to the portal, a page, or 451.
        names: ``redirect``: what the carrier's name service does.
        tls: ``redirect``: port 443 meets the portal's certificate, a reset, or nothing.
        allow: ``redirect``, ``restrict``: hosts (names or addresses) that are still reached.
        cause: ``deactivate``: ESM cause (TS 24.301, 9.9.4.4); ``detach``: EMM cause (annex A).
            None for the mode's usual one: 33 and 15.
        event: ``deactivate``: how the modem tells it: ``cgev``, ``vendor``, both or not at all.
        again: ``deactivate``, ``detach``: a new try is refused, accepted but dead, or refused with
            a back-off timer (T3396, T3346) during which the modem does not try.
        back_off: Length of that timer.
        needs: What the terminal must do before a plan that was topped up works again.
        overrun: Bytes let through late, since charging is granted in chunks.
        delay: From the top-up until the network knows of it.
    """

    mode: Mode = "drop"
    icmp: bool = False
    down: BitRate = BitRate(128_000)  # noqa: RUF009 - a number
    up: BitRate = BitRate(64_000)  # noqa: RUF009 - a number
    queue: Bytes = Bytes(30_000)
    http: Literal["302", "page", "451"] = "302"
    names: Literal["hijack", "pass", "unknown"] = "hijack"
    tls: Literal["certificate", "reset", "drop"] = "certificate"
    allow: Sequence[str] = ()
    cause: int | None = None
    event: Literal["cgev", "vendor", "both", "none"] = "both"
    again: Literal["refuse", "dead", "back_off"] = "refuse"
    back_off: Seconds = Seconds(0)
    needs: Needs = "nothing"
    overrun: Bytes = Bytes(0)
    delay: Seconds = Seconds(0)


@runtime_checkable
class Network(Protocol):
    """The path between the terminal and the host, shaped at will."""

    def shape(
        self,
        *,
        delay: Seconds | None = None,
        jitter: Seconds | None = None,
        rate: BitRate | None = None,
        loss: Fraction | None = None,
    ) -> None:
        """Change what is named, leave the rest."""

    def set_outage(self, *, on: bool) -> None:
        """No packet passes while on, either way; nobody is told."""

    def stats(self) -> Mapping[str, int]:
        """Counters: ``bytes``, ``packets``, ``dropped``."""


@runtime_checkable
class Profiled(Protocol):
    """A path that takes all of a link's character at once."""

    def set_profile(self, up: Mapping[str, object], down: Mapping[str, object]) -> None:
        """The two ways, keys as in ``harness.links.path.Shape``; the rest as usual."""


@runtime_checkable
class Limited(Protocol):
    """A link engine that cannot model everything."""

    def lacks(self) -> Mapping[str, str]:
        """What it cannot do -> why: ``loss``, ``outage``, ``names``, ``mode:redirect`` ..."""


@runtime_checkable
class DataPlan(Protocol):
    """The carrier's side of a SIM's data plan."""

    def set_data_left(self, amount: Bytes | None) -> None:
        """What is left, known to the network at once; None for a plan without end."""

    def data_left(self) -> Bytes | None: ...
    def set_exhaustion(self, how: Exhaustion) -> None:
        """What happens at zero."""

    def top_up(self, amount: Bytes) -> None:
        """Buy more; the network knows after ``Exhaustion.delay``."""


@runtime_checkable
class Subscription(Protocol):
    """The carrier's side of a SIM's validity."""

    def set_subscription(self, state: Subscribed) -> None: ...


@runtime_checkable
class AccessPoints(Protocol):
    """The carrier's side of a SIM's settings."""

    def set_access(self, *, apn: str = "", user: str = "") -> None:
        """The one access point and user that are accepted; empty: any."""


@runtime_checkable
class Congestible(Protocol):
    """A network that turns good subscribers away, for reasons of its own."""

    def set_congestion(self, what: Congested) -> None:
        """``attach``: nobody is registered (EMM 22); ``bearer``: nobody gets one (ESM 26)."""


@runtime_checkable
class Names(Protocol):
    """The name service the terminal asks."""

    def set_names(self, mode: NamesMode) -> None:
        """``silent``: no answer; ``refused``: RCODE 5; ``unknown``: 3; ``hijack``: the portal."""


@runtime_checkable
class Certified(Protocol):
    """A host that shows a certificate."""

    def present(self, certificate: CertificateKind) -> None:
        """Which one new connections meet."""


@runtime_checkable
class Doored(Protocol):
    """A host that can be found no more where the terminal's settings say."""

    def set_door(self, state: Door, which: Which = "all") -> None:
        """``closed``: connections are refused and end; ``silent``: nobody is there.

        ``which`` of its addresses: the primary host's, the secondary's, or both.
        """


@runtime_checkable
class Captured(Protocol):
    """A path that can be listened to."""

    def capture(self, path: str | None) -> None:
        """Write what passes to a pcapng file from now on, card numbers scrubbed; None ends it."""
