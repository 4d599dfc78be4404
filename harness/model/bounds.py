"""Whether a rig's supply can get where a waveform goes: its limits, and how fast its output is."""

from collections.abc import Sequence

from harness.model.means import Means
from harness.model.power import Capability
from harness.model.rig import Limits
from harness.model.units import Seconds
from harness.model.waveform import State, Step, Waveform

ROOM = 1.01  # of the limit over the highest level: over-voltage protection has its tolerance
LEAST_REACH = 0.25  # of the way down, for a supply that cannot pull its output down
SWITCH = "use a switch in the supply line"


class Cannot(Exception):
    """One way does not do; the text says why, and what would help."""


def check_limits(waveform: Waveform, means: Means) -> None:
    """Raises Cannot for a level, or an edge, that the rig file's limits forbid."""
    limits, nominal = means.limits, means.nominal
    if limits is None:
        return
    highest = waveform.highest(nominal)
    if highest > nominal + 1e-6:
        if limits.over_voltage == "forbidden":
            raise Cannot(
                f"goes up to {highest:.3g} V, above nominal, which this rig's limits forbid "
                "(over_voltage: forbidden)"
            )
        if limits.voltage < ROOM * highest - 1e-9:
            raise Cannot(
                f"goes up to {highest:.3g} V and needs a limit above that for its over-voltage "
                f"protection; this rig limits its supply to {limits.voltage}"
            )
    steps = [one for one in waveform.steps(nominal) if not isinstance(one.to, State)]
    for one in steps if limits.min_voltage else ():
        _check_floor(one, float(limits.min_voltage))
    for one in steps if limits.slew is not None and means.supply is not None else ():
        _check_slew(one, limits, means)


def _check_floor(step: Step, floor: float) -> None:
    through = step.ramp > 0 and min(step.start, step.volts) < floor
    if through or 0 < step.volts < floor:
        raise Cannot(
            f"goes down to {step.volts:.3g} V; this rig keeps its supply at {floor:g} V or off"
        )


def _check_slew(step: Step, limits: Limits, means: Means) -> None:
    able, change = means.supply, abs(step.volts - step.start)
    if able is None or limits.slew is None:
        return
    within = step.ramp or min(able.rise_time, able.fall_time)
    if change > limits.slew * within + 1e-6:
        raise Cannot(
            f"has an edge of {change:.3g} V within {Seconds(within)}; this rig allows {limits.slew}"
        )


def slow(steps: Sequence[Step], means: Means, able: Capability) -> str:
    """What the output will not reach at light load; raises Cannot where it is hardly anything."""
    for one in steps:
        if isinstance(one.to, State):
            continue
        way = one.start - one.to
        slope = able.fall_time if way > 0 else able.rise_time
        needed, there = slope * abs(way) / means.nominal, one.ramp + one.lasting
        if not there or needed <= there:
            continue
        near = one.start - way * there / needed
        if way > 0 and not able.sinks and there / needed < LEAST_REACH:
            raise Cannot(
                f"needs an output that falls by {way:.3g} V in {Seconds(there)}; this {means.name} "
                f"does not sink and takes {Seconds(round(needed, 3))} at light load; {SWITCH}"
            )
        return f"at light load it may come to {near:.2f} V only instead of {one.to:.2f} V"
    return ""
