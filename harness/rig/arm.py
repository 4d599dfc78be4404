"""Arming a supply: what can hurt is bounded and read back before the output may go on.

Every time, in this order: off and measured to be off; old errors and latches cleared; outputs
uncoupled; the instrument's own set-point limit, protections and watchdog set; nominal voltage; and
then all of it read back once more, because one setting moves another on some instruments.
"""

from collections.abc import Callable
from typing import Any

from harness.errors import BenchError, DeviceRefused
from harness.model.power import DeadMan, HardLimited, Protected, capability_of
from harness.model.rig import Limits
from harness.model.roles import Polled, SafeState, plays
from harness.model.units import Amps, Seconds, Volts

HEADROOM = 1.1  # over-voltage level over the highest voltage a scenario asks for
FALLBACK = Amps(3)  # a simulated supply needs no limits in its rig file
BEATS, LEAST_BEAT = 3, 5.0  # watchdog delay: so many polls of the owner, and no less than this, s

#: What a driver may have besides its roles, called while the output is off: old errors dropped;
#: coupled, tracking and paralleled outputs apart; off after a return of the mains.
OPTIONAL = ("clear_errors", "reset_topology", "stay_off_at_power_on")


def arm(supply: Any, limits: Limits | None, nominal: Volts, highest: Volts) -> None:
    """Leave the output off, its limits set and verified, its voltage nominal.

    Args:
        supply: Plays Supply, perhaps Protected, HardLimited, DeadMan and SafeState.
        limits: The rig file's.
        nominal: Volts of normal use.
        highest: Volts a scenario may ask for.

    Raises:
        BenchError: Something was not confirmed by the supply.
    """
    _switch_off(supply)
    for optional in OPTIONAL:
        getattr(supply, optional, _nothing)()
    supply.set_voltage(Volts(0))  # so that no level of a former user conflicts with the new ones
    _bound(supply, limits, nominal, highest)
    if supply.output():
        supply.set_output(on=False)
        raise BenchError("supply: its output went on while it was being armed; it is switched off")


def resume(supply: Any, limits: Limits | None, nominal: Volts, highest: Volts) -> None:
    """The same for a supply that was left on on purpose: everything but OFF.

    Raises:
        BenchError: As ``arm``; the caller must switch it off.
    """
    if not supply.output():
        arm(supply, limits, nominal, highest)
        return
    gate = getattr(supply, "gate", None)
    if gate is not None:
        gate.on, gate.volts = True, nominal
        gate.move()
    _bound(supply, limits, nominal, highest)


def _bound(supply: Any, limits: Limits | None, nominal: Volts, highest: Volts) -> None:
    wanted = Volts(HEADROOM * highest)
    level = min(limits.voltage, wanted) if limits else wanted
    read_backs: list[Callable[[], None]] = []
    if plays(supply, HardLimited):
        bound = limits.voltage if limits else wanted
        read_backs.append(_limit(supply, bound))
    supply.set_current_limit(limits.current if limits else FALLBACK)
    if plays(supply, Protected):
        read_backs.append(_protect(supply, level))
    if plays(supply, DeadMan):
        read_backs += _watch(supply)
    supply.set_voltage(nominal)
    for look in read_backs:
        look()


def _bounded(supply: Any, put: Callable[[Volts], None], verb: str, level: Volts) -> Volts:
    """Set a level, or the most that this output takes: one of 6 V takes no 6.6 V. Returns it."""
    try:
        put(level)
    except DeviceRefused:
        asked = getattr(supply, "most", None)
        most = asked(verb) if asked is not None else None
        if most is None or not 0 < most < level:
            raise
        level = Volts(most)
        put(level)
    return level


def disarm(supply: Any) -> None:
    """After a verified OFF: nothing is left that would trip when nobody talks to it any more."""
    if plays(supply, DeadMan) and capability_of(supply).watchdog:
        supply.set_watchdog(None)


def _nothing() -> None:
    """What a driver does that has no such function."""


def _switch_off(supply: Any) -> None:
    if plays(supply, SafeState):
        supply.make_safe()  # off, verified by measurement
    else:
        supply.set_output(on=False)
    if supply.output():
        raise BenchError("supply: its output stays on when told to go off. Switch it off by hand")
    gate = getattr(supply, "gate", None)
    if gate is not None:
        gate.closed = ""  # what it does is known again


def _limit(supply: HardLimited, level: Volts) -> Callable[[], None]:
    level = _bounded(supply, supply.set_voltage_limit, "limit", level)

    def look() -> None:
        _same("its own voltage limit", level, supply.voltage_limit())

    look()
    return look


def _protect(supply: Protected, level: Volts) -> Callable[[], None]:
    if supply.tripped():
        supply.clear_trip()
    level = _bounded(supply, supply.set_over_voltage, "ovp", level)

    def look() -> None:
        _same("over-voltage protection", level, supply.over_voltage())
        if which := supply.tripped():
            raise BenchError(
                f"supply: protection {which!r} is tripped and cannot be cleared; look for a short "
                "or a voltage from elsewhere. The output stays off"
            )

    look()
    return look


def _watch(supply: Any) -> list[Callable[[], None]]:
    """The instrument itself switches off when its host dies; the owner's poll feeds it."""
    able = capability_of(supply).watchdog
    if able is None or not plays(supply, Polled):
        return []
    delay = Seconds(min(max(BEATS * supply.poll_every, LEAST_BEAT, able[0]), able[1]))
    supply.set_watchdog(delay)

    def look() -> None:
        seen = supply.watchdog()
        if seen is None or abs(seen - delay) > 1.0:
            raise BenchError(
                f"supply: its watchdog was set to {delay} and reads back {seen}; the output "
                "stays off"
            )

    look()
    return [look]


def _same(what: str, wanted: Volts, seen: Volts) -> None:
    if not abs(seen - wanted) <= max(0.05, 0.02 * wanted):  # also refuses NaN
        raise BenchError(
            f"supply: {what} was set to {wanted} and reads back {seen}; the output stays off"
        )
