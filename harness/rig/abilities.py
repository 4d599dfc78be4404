"""What a rig can do to the terminal's supply lines and its network, told by its file alone.

Drivers' constructors do not talk, so each is made on a port that leads nowhere: an option of the
rig file (a switch's ``feeds``, a faster model) counts as it will on the bench.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from harness.clock import CooperativeClock
from harness.errors import HarnessError, UsageError
from harness.model.cellular import Attenuator, Modem, SimCard
from harness.model.hands import (
    Climate,
    Debugger,
    Hands,
    Presses,
    Programmer,
    ServiceTool,
    ShowsCodes,
)
from harness.model.means import Means, means_of
from harness.model.network import AccessPoints, Congestible, DataPlan, Network, Subscription
from harness.model.power import Supply, Switch
from harness.model.rig import Device, RigFile
from harness.model.roles import (
    Console,
    Contactless,
    FlashTap,
    Host,
    Reader,
    Swiper,
    Terminal,
    plays,
)
from harness.model.updates import Pushable, Updates
from harness.model.words import find, words_in
from harness.ports.memory import pair
from harness.rig.casting import DRIVERS, driver_class
from harness.sim.bench_plan import check_plan

#: The roles of whom it depends what can be done, not only whether somebody plays them.
ROLES = (
    "supply", "switch", "carrier", "network", "reader", "stripe", "field", "hands", "terminal",
)  # fmt: skip


#: Role -> what its driver must be able to do; one of them where there are several.
PLAYED: dict[str, tuple[type, ...]] = {
    "supply": (Supply,), "switch": (Switch,), "attenuator": (Attenuator,), "modem": (Modem,),
    "carrier": (DataPlan, Subscription, AccessPoints, Congestible), "network": (Network,),
    "sim_card": (SimCard,), "reader": (Reader,),
    "stripe": (Swiper,), "field": (Contactless,), "host": (Host,), "updates": (Updates,),
    "loader": (Pushable,),
    "flash": (FlashTap,),
    "hands": (Hands, Presses, ShowsCodes, Climate, Debugger, Programmer, ServiceTool),
    "console": (Console,),
    "terminal": (Terminal,),
}  # fmt: skip


def means_of_rig(rig: RigFile) -> Means:
    """The means of a rig's drivers, and its limits; raises RigError."""
    devices = [rig.devices[role] for role in ROLES if role in rig.devices]
    supply = rig.devices.get("supply")
    players = {device.role: _made(device) for device in devices}
    means = means_of(players, rig.nominal, supply.limits if supply else None)
    return replace(means, facts=rig.facts)


def mistakes(rig: RigFile, defects: Sequence[str] = ()) -> Iterator[str]:
    """What is wrong with a rig that only its simulated bench and its drivers know."""
    yield from check_plan(rig.bench, defects, virtual=rig.clock == "virtual")
    for device in rig.devices.values():
        try:
            driver = _make(device)
        except (UsageError, ValueError) as error:
            yield f"{device.role}: {error}"
            continue
        if not plays(driver, PLAYED[device.role]):
            yield f"{device.role}: {device.driver} cannot play this role. {_who(device.role)}"


def _who(role: str) -> str:
    words = words_in(DRIVERS, DRIVERS)
    kinds = {word: find(DRIVERS, word, group=DRIVERS, name="Driver") for word in words}
    can = [word for word, kind in kinds.items() if plays(kind, PLAYED[role])]
    return f"Its drivers: {', '.join(can)}"


def _made(device: Device) -> Any:
    """The driver without its device; its class where it will not be made so."""
    try:
        return _make(device)
    except (HarnessError, TypeError, ValueError, AttributeError):
        return driver_class(device)


def _make(device: Device) -> Any:
    nowhere, _ = pair(CooperativeClock(), device.address)
    return driver_class(device)(nowhere, **device.options)
