"""The defects there are: what each is meant to break, and what it may replace."""

import inspect
import re
import sys
from collections.abc import Sequence

from harness.errors import UsageError
from harness.model.words import find, instead, words_in

PACKAGE, GROUP = "harness.sim.defects", "harness.defects"
#: Asked for instead of a defect: the reference terminal alone.
NO_DEFECT = "none"
BREAKS = re.compile(r"Breaks (.+?)(?::| \(|\.?$)", re.MULTILINE)


def defects(wanted: Sequence[str] = ()) -> list[str]:
    """The defects to prove: all there are, or those named, or none.

    Raises:
        UsageError: There is none of that name.
    """
    if list(wanted) == [NO_DEFECT]:
        return []
    known = words_in(PACKAGE, GROUP)
    for name in wanted:
        if name not in known:
            raise UsageError(f"no defect {name!r}{instead(name, known)}")
    return list(wanted or known)


def breaks(defect: str) -> str:
    """What a defect is meant to break: the ``Breaks ...`` of its docstring, up to the colon."""
    found = BREAKS.search(told_of(defect))
    return found[1] if found else ""


def told_of(defect: str) -> str:
    """What a defect's file says of it, or its ``plant`` itself, in one line."""
    plant = find(PACKAGE, defect, group=GROUP, name="plant")
    told = getattr(plant, "__self__", sys.modules[plant.__module__])  # made, or a file
    own = inspect.getdoc(plant) or ""  # several plants in one file
    return " ".join((own if BREAKS.search(own) else inspect.getdoc(told) or "").split())


def parts() -> dict[str, str]:
    """What a defect may replace: each part of the simulated firmware, and what its file says."""
    firmware = find("harness.sim.terminal", "firmware", name="Firmware")
    return {
        name: (inspect.getdoc(kind) or "").partition("\n")[0]
        for base in reversed(firmware.__mro__)
        for name, kind in vars(base).items()
        if isinstance(kind, type) and name[0].isupper()
    }
