"""Who plays a role: the driver's class, and whether the device is the one the file means."""

import re
import sys
from typing import Any

from harness.errors import BenchError, RigError
from harness.model.power import Switch
from harness.model.rig import Device
from harness.model.roles import Identified, plays
from harness.model.units import Volts
from harness.model.words import find
from harness.rig.absent import mending
from harness.rig.limits import limited

DRIVERS = "harness.drivers"


def driver_class(device: Device, nominal: Volts | None = None) -> type[Any]:
    """The driver's class, a supply's limited as the rig file says; raises RigError."""
    try:
        found = find(DRIVERS, device.driver, group=DRIVERS, name="Driver")
    except LookupError as error:
        raise RigError(f"{device.role}: {error.args[0]}") from error
    kind = getattr(found, "Driver", found)
    if not isinstance(kind, type):
        raise RigError(f"{device.role}: driver {device.driver!r} is no class")
    return limited(kind, device.limits, nominal) if device.role == "supply" else kind


def _wanted(device: Device, driver: Any) -> list[tuple[str, str]]:
    own = getattr(sys.modules.get(type(driver).__module__), "IDENTITY", None)
    rows = [("its driver", own), ("the rig file", device.identity)]
    rows.append(("the rig file", re.escape(device.serial)))
    return [(who, pattern) for who, pattern in rows if pattern]


def has_identity(device: Device, driver: Any) -> bool:
    """Whether there is anything to check; raises BenchError if there is, but no way to."""
    if isinstance(driver, Identified):
        return bool(_wanted(device, driver))
    if device.identity or device.serial:
        raise BenchError(
            f"{device.role}: the rig file names an identity, but a {device.driver} cannot say "
            "who it is. Nothing was energised"
        )
    return False


def check_identity(device: Device, driver: Identified) -> None:
    """Ask who it is; raises BenchError when it is silent or somebody else."""
    try:
        seen = driver.identify()
    except BenchError as error:
        raise BenchError(
            f"{device.role}: what is at {device.address} does not say who it is ({error}). Is it a "
            f"{device.driver}, switched on, at this speed? Nothing was energised"
        ) from error
    for who, pattern in _wanted(device, driver):
        if not re.search(pattern, seen):
            raise BenchError(
                f"{device.role}: {device.address} says it is {seen!r}, but {who} wants "
                f"{pattern!r}. Another device is plugged in, or the file is wrong. "
                "Nothing was energised"
            )


def check_presence(device: Device, driver: Any) -> None:
    """Of a device that need not be a certain one: whether it answers at all; raises BenchError.

    A switch that cannot say who it is is asked how it stands, for an address of datagrams takes
    anything: what was never reached would be switched off by hand otherwise, and in quarantine.
    """
    ask = getattr(driver, "identify", getattr(driver, "closed", None))
    if ask is None or not (plays(driver, Switch) or isinstance(driver, Identified)):
        return
    try:
        ask()
    except BenchError as error:
        raise BenchError(
            f"{device.role}: nothing at {device.address} answers as a {device.driver} would "
            f"({error}). Nothing was energised; {mending(device, error)}"
        ) from error
