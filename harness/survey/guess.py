"""Which driver, and so which role, a device is for: by what it says of itself."""

import importlib
import re
import sys
from collections.abc import Iterator
from typing import Any

from harness.model import cellular, network, roles, updates
from harness.model.power import Supply, Switch
from harness.model.words import find, words_in

DRIVERS = "harness.drivers"
#: Role -> what its driver must be able to do. The first that fits.
ROLES: tuple[tuple[str, type[Any]], ...] = (
    ("supply", Supply), ("switch", Switch), ("attenuator", cellular.Attenuator),
    ("modem", cellular.Modem), ("reader", roles.Reader),
    ("stripe", roles.Swiper), ("field", roles.Contactless), ("network", network.Network),
    ("host", roles.Host), ("updates", updates.Updates), ("flash", roles.FlashTap),
    ("terminal", roles.Terminal),
    ("console", roles.Console),
)  # fmt: skip
GENERIC = "scpi"  # takes what no other driver knows
MODEM = "at"  # takes any modem that no dialect knows


def identities() -> Iterator[tuple[str, str]]:
    """Every driver's word and the pattern of its devices' identity, the generic one last."""
    for word in sorted(words_in(DRIVERS, DRIVERS), key=lambda word: (word == GENERIC, word)):
        try:
            kind = driver_of(word)
        except (ImportError, LookupError, AttributeError):
            continue  # a third party's that cannot be loaded; a rig that names it will say so
        pattern = getattr(sys.modules.get(kind.__module__), "IDENTITY", None)
        if isinstance(pattern, str):
            yield word, pattern


def guess(identity: str) -> tuple[str, str] | None:
    """(role, driver's word) for a device that says this of itself; None when nobody knows it."""
    for word, pattern in identities():
        if identity and re.search(pattern, identity):
            return role_of(driver_of(word)), word
    return None


def role_of(kind: type[Any]) -> str:
    """The role a driver plays; ``""`` when it plays none."""
    return next((role for role, asked in ROLES if roles.plays(kind, asked)), "")


def driver_of(word: str) -> type[Any]:
    """A driver's class by its word; raises LookupError."""
    found = find(DRIVERS, word, group=DRIVERS, name="Driver")
    kind: type[Any] = getattr(found, "Driver", found)
    importlib.import_module(kind.__module__)
    return kind
