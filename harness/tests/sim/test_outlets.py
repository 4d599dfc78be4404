"""The names by which a bench's devices are reached."""

from typing import Any

import pytest

from harness.sim.outlets import OUTLETS, outlet_of

BARE: dict[str, Any] = {"terminal": None}
APART: dict[str, Any] = {"terminal": "countertop", "process": True}


@pytest.mark.parametrize(
    ("name", "plan", "said"),
    [
        ("lamp", {"terminal": "countertop"}, "no device 'lamp'; known: supply, switch"),
        ("terminal/console", BARE, "this bench has no terminal"),
        ("hands", APART, "hands is out of reach: this bench's terminal is a process"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused(name: str, plan: dict[str, Any], said: str) -> None:
    """Whoever asks is told why: an unknown name, no terminal, one that cannot be got at."""
    with pytest.raises(LookupError, match=said):
        outlet_of(name, plan)


def test_every_name_leads_to_a_device_where_there_is_a_terminal() -> None:
    """And it is the one of the table."""
    assert all(outlet_of(name, {"terminal": "countertop"}) == OUTLETS[name] for name in OUTLETS)
    assert outlet_of("supply", BARE) == ("supply", "scpi")
