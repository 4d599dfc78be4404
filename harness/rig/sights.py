"""What a rig sees of its terminal: the channels, and the words for which silence counts."""

from collections.abc import Mapping
from typing import Any

#: What can be observed of a terminal by who plays the role; a driver's OBSERVES says otherwise.
CHANNELS: dict[str, tuple[str, ...]] = {
    "terminal": ("ecr",),
    "console": ("console", "display", "journal"),
    "host": ("host",),
}


def observed(drivers: Mapping[str, Any]) -> list[str]:
    """The channels that drivers (by role) see: display, ecr, console, host, journal."""
    seen: list[str] = []
    for role, driver in drivers.items():
        seen += getattr(driver, "OBSERVES", CHANNELS.get(role, ()))
    return sorted(set(seen))


def joined(drivers: Mapping[str, Any], asked: str) -> list[str] | None:
    """What all drivers that are asked say together; None where none of them can be asked.

    Args:
        drivers: By role.
        asked: The method that says it: ``tells`` (kinds for which a log's words are known) or
            ``nameable`` (causes for which a register's protocol has a code).
    """
    said = [getattr(one, asked)() for one in drivers.values() if hasattr(one, asked)]
    return sorted(frozenset().union(*said)) if said else None
