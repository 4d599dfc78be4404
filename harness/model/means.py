"""What a rig can do: to the terminal's supply lines, and what its network cannot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.model.hands import Hands
from harness.model.network import (
    AccessPoints,
    Congestible,
    DataPlan,
    Limited,
    Names,
    Network,
    Subscription,
)
from harness.model.power import (
    Capability,
    ListMode,
    PulseSwitch,
    ShortingSwitch,
    Supply,
    Switch,
    Switching,
    capability_of,
)
from harness.model.register import ACTS, Desk
from harness.model.rig import Limits
from harness.model.roles import (
    Contactless,
    Intermittent,
    LossyRegister,
    Reader,
    Swiper,
    Terminal,
    Turning,
    plays,
)
from harness.model.units import Volts

#: The first part of what is lacking -> whose it is; all else is the path's.
OWNERS: dict[str, type] = {
    "mode": DataPlan, "subscription": Subscription, "access": AccessPoints,
    "congestion": Congestible, "names": Names, "unacknowledged": LossyRegister,
    **dict.fromkeys(("abort", *ACTS), Terminal),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Breaker:
    """A switch of the rig.

    Attributes:
        name: Its driver's word.
        able: What it can do.
        hosted: Whether it can be switched by the host.
        timed: Whether its own firmware times openings.
        shorts: Whether it can short the terminal's side.
    """

    name: str
    able: Switching
    hosted: bool
    timed: bool
    shorts: bool


@dataclass(frozen=True, slots=True)
class Means:
    """The rig as a fault sees it.

    Attributes:
        nominal: The terminal's supply voltage in normal use.
        name: The supply's driver; ``""`` without one.
        supply: What the supply can do; None without one.
        lists: Whether it plays lists by itself.
        breakers: The switches.
        limits: What the supply may never exceed; None where nobody says.
        lacks: What the network cannot do -> why (``model/network.py``, ``Limited``).
        facts: What its terminal has (``model/rig.py``, ``FACTS``).
        offers: What is within reach: ``deal void``, ``part paper``, ``card chip`` (``OFFERS``).
    """

    nominal: Volts
    name: str = ""
    supply: Capability | None = None
    lists: bool = False
    breakers: tuple[Breaker, ...] = ()
    limits: Limits | None = None
    lacks: Mapping[str, str] = field(default_factory=dict)
    facts: Sequence[str] = ()
    offers: frozenset[str] = frozenset()

    def falls_short(self, what: str) -> bool:
        """Whether somebody offers such things (``part paper``), but not this one."""
        kind = what.partition(" ")[0]
        rivals = (one for one in self.offers if one.partition(" ")[0] == kind)
        return what not in self.offers and any(rivals)

    def breaker(self, line: str) -> Breaker | None:
        """The first switch of this line."""
        return next((one for one in self.breakers if one.able.feeds == line), None)


def means_of(players: Mapping[str, Any], nominal: Volts, limits: Limits | None = None) -> Means:
    """The means of these drivers, or their owners or classes, by role; their limits, if any."""
    drivers = [getattr(one, "driver", one) for one in players.values()]
    supply = next((one for one in drivers if plays(one, Supply)), None)
    breakers = tuple(
        _breaker(one) for one in drivers if plays(one, Switch) or plays(one, PulseSwitch)
    )
    lacks, offers = _lacks(drivers), frozenset(_offers(drivers))
    if supply is None:
        return Means(nominal, breakers=breakers, limits=limits, lacks=lacks, offers=offers)
    limits = limits or getattr(getattr(supply, "gate", None), "limits", None)
    able = capability_of(supply)
    lists = plays(supply, ListMode) and able.points > 0
    return Means(
        nominal, _name(supply), able, lists, breakers, limits, lacks, offers=offers
    )  # fmt: skip


#: Role -> the method that lists what is within its player's reach, and what that is called.
OFFERS: dict[Any, tuple[str, str]] = {
    Desk: ("deals", "deal"), Hands: ("parts", "part"), Reader: ("cards", "card"),
    Contactless: ("cards", "tap"), Swiper: ("cards", "swipe"),
    Turning: ("ways", "way"), Intermittent: ("contacts", "contact"),
}  # fmt: skip


def _offers(drivers: Sequence[Any]) -> Iterator[str]:
    """Of drivers, not of their classes: ``deal void``, ``part paper``, ``card chip`` ..."""
    for role, (method, word) in OFFERS.items():
        able = next((one for one in drivers if plays(one, role)), None)
        if able is not None and not isinstance(able, type):
            listed = tuple(getattr(able, method)())
            yield from (f"{word} {one}" for one in listed or ("nothing",))


def _lacks(drivers: Sequence[Any]) -> dict[str, str]:
    """Of drivers, not of their classes: what they lack may hang on options.

    A fault turns to the first who plays a role, so what another one lacks is no matter.
    """
    found: dict[str, str] = {}
    for driver in drivers:
        if isinstance(driver, type) or not plays(driver, Limited):
            continue
        for what, why in driver.lacks().items():
            role = OWNERS.get(what.partition(":")[0], Network)
            if next((one for one in drivers if plays(one, role)), driver) is driver:
                found[what] = why
    return found


def _breaker(driver: Any) -> Breaker:
    found = getattr(driver, "switching", None)
    able = found if isinstance(found, Switching) else Switching()
    return Breaker(
        _name(driver), able, plays(driver, Switch),
        plays(driver, PulseSwitch) and able.min_pulse is not None,
        plays(driver, ShortingSwitch) and able.shorts,
    )  # fmt: skip


def _name(driver: Any) -> str:
    kind = driver if isinstance(driver, type) else type(driver)
    return kind.__module__.rsplit(".", 1)[-1]
