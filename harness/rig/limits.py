"""Limits of the rig file, enforced in the driver itself: beyond them nothing reaches the wire.

``limited(Driver, limits)`` is a subclass of the driver whose setting methods look first. Because it
is the driver's own class, nobody can hold a driver that is not limited: not a fault, not a test,
not another method of the same driver.
"""

from collections.abc import Callable, Sequence
from typing import Any

from harness.errors import LimitExceeded
from harness.model.rigfile import Limits
from harness.model.units import Amps, Volts

Check = Callable[[Limits, Any], None]


def _voltage(limits: Limits, volts: float) -> None:
    if not 0 <= volts <= limits.voltage:  # also refuses NaN
        raise LimitExceeded(
            f"{Volts(volts)} was asked of a supply that this rig limits to {limits.voltage}; "
            "nothing was sent. Lower the scenario's value, or the rig file's limit is wrong"
        )
    if 0 < volts < limits.min_voltage:
        raise LimitExceeded(
            f"{Volts(volts)} was asked of a supply that this rig keeps at {limits.min_voltage} "
            "or off; nothing was sent"
        )


def _over_voltage(limits: Limits, volts: float) -> None:
    if not 0 < volts <= limits.voltage:
        raise LimitExceeded(
            f"an over-voltage level of {Volts(volts)} was asked of a supply that this rig limits "
            f"to {limits.voltage}; nothing was sent"
        )


def _current(limits: Limits, amps: float) -> None:
    if not 0 <= amps <= limits.current:
        raise LimitExceeded(
            f"a current limit of {Amps(amps)} was asked of a supply that this rig limits to "
            f"{limits.current}; nothing was sent"
        )


def _points(limits: Limits, points: Sequence[tuple[float, float]]) -> None:
    for volts, _ in points:
        _voltage(limits, volts)


#: Method of a Supply, Protected or ListMode -> what its first argument must pass.
CHECKS: dict[str, Check] = {
    "set_voltage": _voltage,
    "set_current_limit": _current,
    "set_over_voltage": _over_voltage,
    "play": _points,
}


def limited(driver: type[Any], limits: Limits) -> type[Any]:
    """The driver's class with these limits in front of every method in ``CHECKS``."""
    checked = {
        name: _checked(getattr(driver, name), check, limits)
        for name, check in CHECKS.items()
        if hasattr(driver, name)
    }
    return type(driver.__name__, (driver,), {**checked, "__module__": driver.__module__})


def _checked(method: Callable[..., Any], check: Check, limits: Limits) -> Callable[..., Any]:
    def call(self: Any, *args: Any, **keys: Any) -> Any:
        check(limits, (*args, *keys.values())[0])
        return method(self, *args, **keys)

    call.__name__ = method.__name__
    call.__doc__ = method.__doc__
    return call
