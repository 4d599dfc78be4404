"""Arming a supply: what can hurt is bounded and read back before the output may go on."""

from typing import Any

from harness.errors import BenchError
from harness.model.power import Protected
from harness.model.rigfile import Limits
from harness.model.roles import SafeState
from harness.model.units import Amps, Volts

HEADROOM = 1.1  # over-voltage level over the highest voltage a scenario asks for
FALLBACK = Amps(3)  # a simulated supply needs no limits in its rig file


def arm(supply: Any, limits: Limits | None, nominal: Volts, highest: Volts) -> None:
    """Leave the output off, its limits set and verified, its voltage nominal.

    Args:
        supply: Plays Supply, perhaps Protected and SafeState.
        limits: The rig file's.
        nominal: Volts of normal use.
        highest: Volts a scenario may ask for.

    Raises:
        BenchError: Something was not confirmed by the supply.
    """
    _switch_off(supply)
    supply.set_voltage(Volts(0))  # so that no level of a former user conflicts with the new ones
    supply.set_current_limit(limits.current if limits else FALLBACK)
    if isinstance(supply, Protected):
        _protect(supply, limits, highest)
    supply.set_voltage(nominal)
    if supply.output():
        raise BenchError("supply: its output went on while it was being armed; it is switched off")


def _switch_off(supply: Any) -> None:
    if isinstance(supply, SafeState):
        supply.make_safe()  # off, verified by measurement
    else:
        supply.set_output(on=False)
    if supply.output():
        raise BenchError("supply: its output stays on when told to go off. Switch it off by hand")


def _protect(supply: Protected, limits: Limits | None, highest: Volts) -> None:
    if supply.tripped():
        supply.clear_trip()
    wanted = Volts(HEADROOM * highest)
    level = min(limits.voltage, wanted) if limits else wanted
    supply.set_over_voltage(level)
    seen = supply.over_voltage()
    if abs(seen - level) > max(0.05, 0.02 * level):
        raise BenchError(
            f"supply: over-voltage protection was set to {level} and reads back {seen}; "
            "the output stays off"
        )
    if supply.tripped():
        raise BenchError(
            f"supply: protection {supply.tripped()!r} is tripped and cannot be cleared; "
            "look for a short or a voltage from elsewhere. The output stays off"
        )
