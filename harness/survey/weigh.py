"""A supply looked at before a run: its limits, its output, its protection, with the output off."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from harness.errors import BenchError
from harness.model.power import DeadMan, HardLimited, Protected, capability_of
from harness.model.rig import Device
from harness.model.roles import plays
from harness.model.units import Amps, Volts
from harness.rig.arm import arm, disarm
from harness.survey.findings import BAD, OK, WARN, Row

FAR = 1.5  # a limit this many times nominal is none
MUCH = Amps(10)  # no terminal takes that
OFF = Volts(0.5)  # an output below this is off


def weigh(device: Device, supply: Any, nominal: Volts) -> Iterator[Row]:
    """Every finding about a supply that answers. Its output is off afterwards if it was before."""
    yield from limits(device, nominal)
    if supply.output():
        mend = "switch it off by hand if nobody needs it; it was left as it is, and not armed"
        yield "output", BAD, f"it is ON, with {supply.measure_voltage()}, and no run holds it", mend
        return
    volts = supply.measure_voltage()
    if not volts < OFF:
        mend = "the terminal is fed from elsewhere (USB, battery, debug line): list and cut that"
        yield "output", BAD, f"off, and yet {volts} are measured", mend
        return
    yield "output", OK, f"off, {volts} measured", ""
    if plays(supply, Protected) and (which := supply.tripped()):
        yield "tripped", WARN, f"{which} has tripped", "look for why: a short, an inrush, a list"
    try:
        arm(supply, device.limits, nominal, nominal)
        yield "protection", *protection(supply)
        yield from reach(device, supply, nominal)
    except BenchError as error:
        yield (
            "protection",
            BAD,
            f"it cannot be armed: {error}",
            "no run will switch it on like this",
        )
    finally:
        with suppress(BenchError):
            disarm(supply)
            supply.make_safe()
    if supply.output():
        yield "output", BAD, "it is ON after it was armed", "switch it off by hand"


def limits(device: Device, nominal: Volts) -> Iterator[Row]:
    """What the rig file says it may never exceed."""
    bounds = device.limits
    if bounds is None:
        mend = "limits: {voltage: .. V, current: .. A}; a real supply would be refused without"
        yield "limits", WARN, "none; it is simulated", mend
        return
    seen = f"{bounds.voltage} and {bounds.current} at most, {nominal} nominal"
    if bounds.voltage > FAR * nominal:
        mend = f"lower it to what the terminal survives; {Volts(1.2 * nominal)} is enough for dips"
        yield "limits", WARN, seen, mend
    elif bounds.current > MUCH:
        yield "limits", WARN, seen, "lower the current to what the terminal may draw"
    else:
        yield "limits", OK, seen, ""


def protection(supply: Any) -> tuple[str, str, str]:
    """What an armed supply reads back: (level, seen, mend)."""
    parts = []
    if plays(supply, HardLimited):
        parts.append(f"refuses set-points above {supply.voltage_limit()}")
    if plays(supply, Protected):
        parts.append(f"over-voltage trips at {supply.over_voltage()}")
    if plays(supply, DeadMan) and capability_of(supply).watchdog:
        parts.append(f"goes off {supply.watchdog()} after its host fell silent")
    if not parts:
        mend = "a fuse and a crowbar in the line; only the rig file's limits stand between"
        return WARN, "it has none of its own", mend
    return OK, f"armed and read back with the output off: {', '.join(parts)}", ""


def reach(device: Device, supply: Any, nominal: Volts) -> Iterator[Row]:
    """What the instrument itself says it can do, where it says so."""
    most = getattr(supply, "most", None)
    if most is None or device.limits is None:
        return
    for verb, unit, limit in (
        ("volts", Volts, device.limits.voltage), ("amps", Amps, device.limits.current),
    ):  # fmt: skip
        seen = most(verb)
        if seen is None:
            continue
        if verb == "volts" and seen < nominal:
            mend = "another channel or another range? it cannot feed this terminal"
            yield "reach", BAD, f"{unit(seen)} at most, {nominal} is nominal", mend
        elif seen < limit:
            mend = f"lower the rig's limit of {limit}: a scenario that goes there would be refused"
            yield "reach", WARN, f"the instrument goes up to {unit(seen)}", mend
        else:
            yield "reach", OK, f"the instrument goes up to {unit(seen)}, the rig to {limit}", ""
