"""Does the supply still do as it was told? What it does by itself is never the terminal's doing.

Somebody turns a knob or presses OFF, a watchdog bites, the mains blip, a channel is too weak for a
printer: the terminal then restarts or complains with good reason, and it would be judged for it. So
what is measured is compared with what was told, after each poll and at the end of a story; where
they differ the supply is asked more: its output, its set-point, its current limit.

A driver may have besides its roles: ``limiting`` (is it in current limit, or was it since it was
asked last) and ``set_point`` (V, as read back).
"""

from collections.abc import Mapping
from typing import Any

from harness.errors import Astray
from harness.model.power import Protected, capability_of
from harness.model.roles import plays
from harness.model.units import Amps, Volts
from harness.rig.gate import Gate

SHARE, LEAST = 0.03, 0.15  # of the set-point, and V: what meters and cables may differ by
AT_LIMIT = 0.95  # of its current limit: a supply that delivers so much is in it
ARRIVES = 1.0  # s besides its slopes, until the output is where it was told to be
#: What a terminal says when its supply may be the reason.
TROUBLE = frozenset({"boot", "detected"})
ALIVE = 1.0  # V: an output that is off may still have so much
#: Whose news may soon be news of another device of the bench ...
FURNITURE = frozenset({"supply", "switch", "attenuator", "sim_card", "modem", "network"})
#: ... but for what they tell all the time, whatever happens.
ROUTINE = frozenset({"measured", "urc", "counted", "name_asked", "dropped"})


def steady(driver: Any, gate: Gate) -> bool:
    """Whether the last move is so long ago that the output must be where it was told to be."""
    able = capability_of(driver)
    settling = ARRIVES + 2 * max(able.rise_time, able.fall_time)
    return not gate.closed and not gate.listing and gate.clock.now() - gate.moved > settling


def stirs(source: str, kind: str) -> bool:
    """Whether something has happened to the bench: its devices are then polled more often again."""
    return (source in FURNITURE and kind not in ROUTINE) or (
        source == "terminal" and kind in TROUBLE
    )


def stir(players: Mapping[str, Any]) -> None:
    """Have every device looked at often again."""
    for owner in tuple(players.values()):
        owner.rouse()


def hurry(supply: Any) -> None:
    """The terminal is in trouble: look at its supply while that lasts, if nobody moves it."""
    if supply is not None and steady(supply.driver, supply.driver.gate):
        supply.poll_soon()


def look(driver: Any, gate: Gate, *, whole: bool = False) -> None:
    """Compare the latest reading with what was told; ``whole`` asks also where they agree.

    Raises:
        Astray: the supply does something else than it was told.
    """
    at, volts, _ = gate.seen
    if gate.closed or at < gate.moved:
        return
    settled = steady(driver, gate)
    within = max(LEAST, SHARE * gate.volts)
    astray = settled and abs(volts - gate.volts) > within
    if gate.on and (whole or astray or volts < gate.volts / 2) and not driver.output():
        raise _gone_off(driver, gate)
    if settled and not gate.on and volts > ALIVE and driver.output():
        raise Astray("the supply's output was switched on, and not by the run", gate.looked)
    if settled and gate.on:
        _look_at_limit(driver, gate, low=volts < gate.volts - within)
        if whole or astray:
            _look_at_set_point(driver, gate)
        _look_at_drift(gate, volts, within)
        gate.looked = gate.clock.now()


def _gone_off(driver: Any, gate: Gate) -> Astray:
    which = driver.tripped() if plays(driver, Protected) else ""
    point = _set_point(driver)
    if which:
        why = f"by its protection ({which}); look for a short, or raise the level"
    elif point is not None and abs(point - gate.volts) > LEAST:
        was = f"not {Volts(gate.volts)}"
        why = f"and its set-point is {Volts(point)}, {was}: did it lose its mains?"
    else:
        why = "and not by the run: at its front panel, by its watchdog, or by another client"
    return Astray(f"the supply's output went off, {why}", gate.looked)


def _look_at_limit(driver: Any, gate: Gate, *, low: bool) -> None:
    """A flag that keeps what was may still tell of the inrush of the last move: that one is let go.

    How long it was limited before anybody asked is not known, so nothing since it was switched on
    can be trusted.
    """
    asked = getattr(driver, "limiting", None)
    limited = bool(asked()) if asked is not None else False
    if limited and gate.looked < gate.moved:
        limited = bool(asked())  # type: ignore[misc]
    if not limited and low:
        amps = gate.seen[2] if gate.seen[2] is not None else float(driver.measure_current())
        limited = gate.amps is not None and amps >= AT_LIMIT * gate.amps
    if limited:
        limit = f" ({Amps(gate.amps)})" if gate.amps is not None else ""
        raise Astray(
            f"the supply was in current limit{limit}: the terminal was starved by the bench. Raise "
            "limits.current in the rig file, or take a stronger channel",
            gate.on_at,
        )


def _look_at_set_point(driver: Any, gate: Gate) -> None:
    point = _set_point(driver)
    if point is not None and abs(point - gate.volts) > 2 * capability_of(driver).voltage_step:
        raise Astray(
            f"the supply's set-point is {Volts(point)}, but it was told {Volts(gate.volts)}: "
            "changed by hand, or by another client",
            gate.looked,
        )


def _look_at_drift(gate: Gate, volts: float, within: float) -> None:
    """Too low at any time; too high only after it had arrived: an empty line falls slowly."""
    off = volts - gate.volts
    if abs(off) <= within:
        gate.arrived = True
    elif off < 0 or gate.arrived:
        raise Astray(
            f"the supply's output is {Volts(round(volts, 3))}, but it was told {Volts(gate.volts)}",
            gate.looked,
        )


def _set_point(driver: Any) -> float | None:
    asked = getattr(driver, "set_point", None)
    return None if asked is None else float(asked())
