"""How a carrier ends a plan, and what it refuses a subscription: as data, and decided by it alone.

``fate`` is what becomes of a packet once a plan has ended; it knows no account and keeps nothing.
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from harness.links.flow import Flow
from harness.model.network import Exhaustion, NamesMode, Subscribed

Fate = Literal["pass", "drop", "reset", "prohibited", "divert"]

PORTAL = ("portal.carrier.test", "10.0.0.80")  # who a walled garden leads to, and where he is
HTTP = 80
SECURE = frozenset({443, 5001, 8443})  # where a walled garden expects TLS; 5001: the acquirer's
DNS = 53

UNKNOWN_APN, WRONG_USER = 27, 29  # ESM causes (TS 24.301, 9.9.4.4)
CROWDED, NO_RESOURCES = 22, 26  # EMM (annex A): congestion; ESM: insufficient resources
#: Mode that refuses -> its usual cause: ESM not subscribed, EMM no suitable cells.
USUAL = {"deactivate": 33, "detach": 15}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a subscription is refused.

    Attributes:
        emm: Cause with which an attach is rejected (TS 24.301, annex A); None where it is not.
        esm: Cause with which a bearer is rejected (TS 24.301, 9.9.4.4); 0 where it is not.
    """

    emm: int | None = None
    esm: int = 0


#: Whatever is not active has its packets dropped besides. 15: what most virtual operators answer
#: for a subscription that has ended (an unknown EPS subscription, TS 29.272 annex A); 8: one that
#: the home network does not know (yet); a suspended one stays attached and gets nothing through,
#: as IoT carriers pause a SIM; ESM 8: operator determined barring of all packet services.
STANDINGS: Mapping[Subscribed, Standing] = {
    "active": Standing(),
    "expired": Standing(emm=15),
    "not_activated": Standing(emm=8),
    "suspended": Standing(),
    "barred": Standing(esm=8),
}


class Ending:
    """What is said of a plan that may end."""

    how: Exhaustion

    @property
    def exhausted(self) -> bool:
        """Whether it has ended."""
        raise NotImplementedError

    @property
    def state(self) -> str:
        """``open`` or ``exhausted``."""
        return "exhausted" if self.exhausted else "open"

    @property
    def mode(self) -> str:
        """What happens at its end, in one word."""
        return self.how.mode


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of a packet.

    Attributes:
        fate: ``pass``; ``drop`` in silence; ``reset``: both ends are sent RST; ``prohibited``: the
            sender is told by ICMP; ``divert``: to the portal, if it begins a connection, else it
            is dropped.
        why: ``plan`` or the subscription's state; ``""`` where it passes.
    """

    fate: Fate = "pass"
    why: str = ""


PASS = Ruling()


def fate(how: Exhaustion, flow: Flow | None, *, roaming: bool = False) -> Fate:
    """What becomes of a packet of that conversation once the plan has ended."""
    return _FATES[how.mode](how, flow, roaming)


def allows(how: Exhaustion, host: str) -> bool:
    """Whether a host is reached in spite of an empty plan, by its name or its address."""
    return host in PORTAL or any(_fits(host, one) for one in how.allow)


def names_mode(how: Exhaustion, otherwise: NamesMode) -> NamesMode:
    """What the name service does once the plan has ended."""
    return _PORTAL_NAMES[how.names] if how.mode == "redirect" else otherwise


def _drop(how: Exhaustion, _flow: Flow | None, _roaming: bool) -> Fate:
    return "prohibited" if how.icmp else "drop"


def _restrict(how: Exhaustion, flow: Flow | None, _roaming: bool) -> Fate:
    if flow is None:
        return "drop"
    free = flow.port == DNS or allows(how, flow.host) or allows(how, flow.address)
    return "pass" if free else "drop"


def _redirect(how: Exhaustion, flow: Flow | None, roaming: bool) -> Fate:
    without = _restrict(how, flow, roaming)
    if without == "pass" or flow is None or flow.protocol != "tcp":
        return without
    if flow.port == HTTP:
        return "divert"
    return _PORTAL_TLS[how.tls] if flow.port in SECURE else "drop"


_FATES: dict[str, Callable[[Exhaustion, Flow | None, bool], Fate]] = {
    "drop": _drop,
    "reset": lambda _how, _flow, _roaming: "reset",
    "throttle": lambda _how, _flow, _roaming: "pass",
    "redirect": _redirect,
    "restrict": _restrict,
    "deactivate": lambda _how, _flow, _roaming: "drop",
    "detach": lambda _how, _flow, _roaming: "drop",
    "roam_block": lambda _how, _flow, roaming: "drop" if roaming else "pass",
}
_PORTAL_TLS: dict[str, Fate] = {"certificate": "divert", "reset": "reset", "drop": "drop"}
_PORTAL_NAMES: dict[str, NamesMode] = {"hijack": "hijack", "unknown": "unknown", "pass": "answer"}


def _fits(host: str, allowed: str) -> bool:
    """A name, an address, or an address in a network; a name also below ``*.``."""
    if host.lower() == allowed.lower():
        return True
    if allowed.startswith("*."):
        return host.lower().endswith(allowed[1:].lower())
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(allowed, strict=False)
    except ValueError:
        return False
