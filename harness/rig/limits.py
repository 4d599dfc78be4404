"""Limits of the rig file, enforced in the driver itself: beyond them nothing reaches the wire.

``limited(Driver, limits)`` is a subclass of the driver whose setting methods look first. Because it
is the driver's own class, nobody can hold a driver that is not limited: not a fault, not a test,
not another method of the same driver.

The same class keeps a ``Gate``. Once the line to the supply was lost, its output is unknown, and
whatever would energise it is refused until it has been armed anew. A protection that moved behind
our back (some supplies raise it with the set-point) switches the output off.
"""

import contextlib
import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from harness.errors import BenchError, LimitExceeded, PortLost
from harness.model.power import capability_of
from harness.model.rig import Limits
from harness.model.roles import Polled, plays
from harness.model.units import Amps, Slew, Volts
from harness.ports.base import Port
from harness.rig import vigil
from harness.rig.gate import Gate, Heard

BRIEF = 0.1  # s: shorter lists leave no time for questions
JITTER = 0.03  # s by which a host's step may come too early after a late one (see ``_slew``)


#: check(limits, driver, value): raises LimitExceeded.
Check = Callable[[Limits, Any, Any], None]


def _voltage(limits: Limits, driver: Any, volts: float) -> None:
    gate: Gate = driver.gate
    _level(limits, gate, volts)
    if limits.slew is not None and gate.on:
        since = gate.clock.now() - gate.changed
        gate.debt = _slew(limits.slew, driver, volts - gate.volts, since, gate.debt)


def _level(limits: Limits, gate: Gate, volts: float) -> None:
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
    nominal = gate.nominal
    if limits.over_voltage == "forbidden" and nominal is not None and volts > nominal + 1e-6:
        raise LimitExceeded(
            f"{Volts(volts)} is above the nominal {Volts(nominal)}, which this rig's limits "
            "forbid (over_voltage: forbidden); nothing was sent"
        )


def _slew(most: Slew, driver: Any, change: float, since: float, debt: float) -> float:
    """A step lasts as long as the instrument's edge, and steps that follow sooner add up.

    The output follows at no more than ``most``: what it has not followed yet is the debt, which
    must be paid within one edge. Returns the new debt, V.
    """
    able = capability_of(driver)
    edge = min(able.rise_time, able.fall_time) + JITTER
    debt = max(0.0, debt - most * max(since, 0.0)) + abs(change)
    if debt > most * edge + 1e-6:
        raise LimitExceeded(
            f"a change by {abs(change):.4g} V is faster than the {most} this rig allows; nothing "
            "was sent. Use smaller steps, or a ramp"
        )
    return debt


def _protection(limits: Limits, _: Any, volts: float) -> None:
    if not 0 < volts <= limits.voltage:
        raise LimitExceeded(
            f"a protection at {Volts(volts)} was asked of a supply that this rig limits "
            f"to {limits.voltage}; nothing was sent"
        )


def _current(limits: Limits, _: Any, amps: float) -> None:
    if not 0 <= amps <= limits.current:
        raise LimitExceeded(
            f"a current limit of {Amps(amps)} was asked of a supply that this rig limits to "
            f"{limits.current}; nothing was sent"
        )


def _points(limits: Limits, driver: Any, points: Sequence[tuple[float, float]]) -> None:
    gate: Gate = driver.gate
    before, since, debt = gate.volts, gate.clock.now() - gate.changed, gate.debt
    for volts, dwell in points:
        _level(limits, gate, volts)
        if limits.slew is not None and gate.on:
            debt = _slew(limits.slew, driver, volts - before, since, debt)
        before, since = volts, dwell
    gate.debt = debt


#: Method of a Supply, Protected, HardLimited or ListMode -> what its first argument must pass.
CHECKS: dict[str, Check] = {
    "set_voltage": _voltage,
    "set_current_limit": _current,
    "set_over_voltage": _protection,
    "set_voltage_limit": _protection,
    "play": _points,
}


# --- the gate -------------------------------------------------------------------------------


def _may_energise(gate: Gate, name: str, value: Any) -> None:
    energises = (name == "set_output" and value) or (name == "set_voltage" and value > 0)
    if gate.closed and (energises or name == "play"):
        raise BenchError(
            f"the supply may not be energised: {gate.closed}. It must be armed anew; nothing "
            "was sent"
        )


def _rest(gate: Gate, name: str, value: Any) -> None:
    if name == "set_output" and value and not gate.on and gate.min_off:
        gate.clock.sleep_until(gate.off_at + gate.min_off)


def _look_again(driver: Any, gate: Gate, name: str, value: Any) -> None:
    """After a list, and after a set-point beyond it: is the protection still where it was?

    A list that is over before an answer comes is looked at when it is ended: it must be measured.
    """
    brief = name == "play" and sum(stay for _, stay in value) < BRIEF
    beyond = name == "set_voltage" and gate.ovp is not None and value > gate.ovp
    moves = (name == "play" and not brief) or name == "stop" or beyond
    if not moves or gate.ovp is None or not hasattr(driver, "over_voltage"):
        return
    seen = driver.over_voltage()
    if abs(seen - gate.ovp) <= max(0.05, 0.02 * gate.ovp):
        return
    with contextlib.suppress(BenchError):
        driver.set_output(on=False)
    gate.closed = f"its over-voltage protection went from {Volts(gate.ovp)} to {seen} by itself"
    raise BenchError(f"{gate.closed} (after {name}); its output was switched off")


def limited(driver: type[Any], limits: Limits | None, nominal: Volts | None = None) -> type[Any]:
    """The driver's class behind a gate, with these limits in front of every method in ``CHECKS``.

    Args:
        driver: A supply's driver.
        limits: The rig file's; None for a simulated supply without any.
        nominal: The terminal's normal voltage.
    """

    @functools.wraps(driver.__init__)
    def begin(self: Any, port: Port, *args: Any, **options: Any) -> None:
        self.gate = Gate(port.clock, limits, nominal)
        driver.__init__(self, port, *args, **options)

    gated = {
        name: _gated(getattr(driver, name), name, limits)
        for name in dir(driver)
        if not name.startswith("_") and inspect.isfunction(inspect.getattr_static(driver, name))
    }
    own = {
        "__init__": begin, "__module__": driver.__module__, "observe": Heard(),
        "look": _look, "at_ease": property(_at_ease),
    }  # fmt: skip
    return type(driver.__name__, (driver,), {**gated, **own})


def _look(self: Any) -> None:
    """Plays Vigilant: the supply is still as it was told to be; raises Astray."""
    (self.poll if plays(self, Polled) else self.measure_voltage)()
    vigil.look(self, self.gate, whole=True)


def _at_ease(self: Any) -> bool:
    """Whether the output is where it was told to be and stays there; polls feed a watchdog."""
    return capability_of(self).watchdog is None and vigil.steady(self, self.gate)


def _gated(method: Callable[..., Any], name: str, limits: Limits | None) -> Callable[..., Any]:
    check = CHECKS.get(name)

    def call(self: Any, *args: Any, **keys: Any) -> Any:
        gate: Gate = self.gate
        value = next(iter((*args, *keys.values())), None)
        if check is not None and limits is not None:
            check(limits, self, value)
        _may_energise(gate, name, value)
        _rest(gate, name, value)
        try:
            told = method(self, *args, **keys)
            gate.remember(name, value)
            _look_again(self, gate, name, value)
            if name == "poll":
                vigil.look(self, gate)
        except PortLost as error:
            gate.closed = f"its line was lost ({error}), so what its output does is unknown"
            raise
        return told

    call.__name__ = method.__name__
    call.__doc__ = method.__doc__
    return call
