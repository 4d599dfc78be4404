"""From a waveform to how this rig makes it: by a list, by pulses, by a switch, by the host.

``plan`` is a pure function of the waveform and the rig's means. What cannot be made is refused with
the reason before anything is energised; what can be made only nearly says so (``shortfall``).

What must be exact to some ten milliseconds belongs into an instrument: a host's timing is good at
the median and has tails of 10 to 30 ms. Longer waveforms are timed by the host, which begins at
once, where a list must be uploaded first.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from harness.errors import NotSupported
from harness.model.means import Breaker, Means
from harness.model.power import Capability
from harness.model.units import Seconds, Volts
from harness.model.waveform import STEP, State, Step, Waveform, staircase

BY_LIST = 0.3  # s: a shorter stay is an instrument's where it can be
BY_HOST = 0.05  # s: between two commands of a host, and its shortest stay
BY_OUTPUT = 0.2  # s: a supply's output, switched off, is no cut below this
ROOM = 1.01  # of the limit over the highest level: over-voltage protection has its tolerance
LEAST_REACH = 0.25  # of the way down, for a supply that cannot pull its output down

Stays = tuple[tuple[Volts, Seconds], ...]
Pattern = tuple[tuple[bool, Seconds], ...]


class Cannot(Exception):
    """One way does not do; the text says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a waveform is made.

    Attributes:
        how: ``list``, ``pulse``, ``switch`` or ``host``.
        via: The driver that makes it.
        steps: One round.
        rounds: How many rounds there are to start.
        gap: Between two of them, s.
        waveform: What was asked.
        points: The list of one round; it ends at nominal.
        pattern: The pulses of one round.
        tolerance: How late a step timed by the host may be, s; None where none is.
        shortfall: What will not be quite as asked; ``""`` where all will be.
        output: Whether the supply's output stands in for a switch of the line.
    """

    how: str
    via: str
    steps: tuple[Step, ...]
    rounds: int
    gap: Seconds
    waveform: Waveform
    points: Stays = ()
    pattern: Pattern = ()
    tolerance: Seconds | None = None
    shortfall: str = ""
    output: bool = False

    def __str__(self) -> str:
        count = {"list": len(self.points), "pulse": len(self.pattern)}.get(self.how)
        of = f" of {count} points" if count else ""
        times = f", {self.rounds} times" if self.rounds > 1 else ""
        short = f"; {self.shortfall}" if self.shortfall else ""
        return f"{self.how}{of} by {self.via}{times}{short}"


Way = Callable[[Waveform, Means], Plan]


def plan(waveform: Waveform, means: Means, *, what: str = "it", cut: bool = False) -> Plan:
    """How this rig makes the waveform.

    Args:
        waveform: What is asked.
        means: The rig.
        what: How a refusal calls it, e.g. ``dip_40 of 10 ms``.
        cut: Whether the supply's output, switched off, will do for an open line.

    Raises:
        NotSupported: This rig cannot; the text says why and what would help.
    """
    try:
        _check_limits(waveform, means)
    except Cannot as why:
        raise NotSupported(f"{what} {why}") from why
    reasons: list[str] = []
    for way in _ways(waveform, means, cut=cut):
        try:
            return way(waveform, means)
        except Cannot as why:
            reasons.append(str(why))
    raise NotSupported(f"{what} {reasons[0]}")


def _ways(waveform: Waveform, means: Means, *, cut: bool) -> Iterator[Way]:
    """The ways to try, the best first; the first one's reason is what a refusal says."""
    states = {one.level for one in waveform.segments if isinstance(one.level, State)}
    if not states:
        exact = _shortest(waveform) < BY_LIST or _fast_ramp(waveform, means.nominal)
        yield from (by_list, by_host) if exact and means.lists else (by_host, by_list)
        if exact and not means.lists:
            return
    elif any(not _switches(one, means.nominal) for one in waveform.steps(means.nominal)):
        yield by_host
    else:
        if State.SHORT not in states:
            yield by_pulse if _timed(waveform, means) else by_switch
        yield by_switch
        if cut:
            yield by_output
        if State.SHORT in states:
            yield by_sink


# --- the ways ---------------------------------------------------------------------------------


def by_list(waveform: Waveform, means: Means) -> Plan:
    """The supply's own list, one upload a round, or one for all rounds without gaps."""
    able = means.supply
    shortest = _shortest(waveform)
    if able is None or not means.lists:
        has = f"this {means.name} has no list" if able else "this rig has no supply"
        raise Cannot(f"needs a dwell of {spoken(shortest)} or less; {has}; {SWITCH}")
    if shortest < able.min_dwell - 1e-9:
        raise Cannot(
            f"needs a dwell of {spoken(shortest)} or less; this {means.name} has "
            f"{spoken(able.min_dwell)}; {SWITCH}"
        )
    one = _joined(waveform, able.points)
    steps = one.steps(means.nominal)
    points = _listed(steps, means, able)
    short = [_slow(steps, means, able), _coarse(points, steps, means.nominal)]
    if one.repeat > 1 and not one.gap:
        short.append("between two rounds the list is uploaded again")
    return Plan(
        "list", means.name, steps, one.repeat, one.gap, waveform, points=points,
        shortfall="; ".join(filter(None, short)),
    )  # fmt: skip


def by_host(waveform: Waveform, means: Means) -> Plan:
    """Set-points and switches timed by the host."""
    able, shortest = means.supply, _shortest(waveform)
    if able is None:
        raise Cannot("needs a supply; this rig has none")
    least = max(BY_HOST, able.latency)
    if shortest < least - 1e-9:
        has = "" if means.lists else f"; this {means.name} has none"
        raise Cannot(
            f"needs a dwell of {spoken(shortest)} or less, which takes a list{has}: a host makes "
            f"{spoken(least)} or longer; {SWITCH}"
        )
    steps = waveform.steps(means.nominal)
    for one in steps:
        if isinstance(one.to, State):
            _breaker(one, means)
    coarse = [
        staircase(one.start, one.volts, one.ramp, shortest=least) for one in steps if one.ramp
    ]
    rough = max((_height(one.start, rows) for one, rows in zip(
        [one for one in steps if one.ramp], coarse, strict=True)), default=0.0)  # fmt: skip
    short = [_slow(steps, means, able)]
    if rough > STEP + 1e-6:
        short.append(f"its ramps are made in steps of {rough:.2g} V")
    return Plan(
        "host", means.name, steps, waveform.repeat, waveform.gap, waveform,
        tolerance=_tolerance(shortest), shortfall="; ".join(filter(None, short)),
    )  # fmt: skip


def by_pulse(waveform: Waveform, means: Means) -> Plan:
    """Openings timed by the switch's own firmware."""
    found = means.breaker(waveform.lines[0])
    if found is None or not found.timed or found.able.min_pulse is None:
        raise Cannot(f"needs a switch that times its pulses itself {_place(waveform.lines[0])}")
    one = _joined(waveform, 2 * found.able.pulses)
    steps = one.steps(means.nominal)
    shortest = _shortest(one)
    openings = sum(step.to is State.OPEN for step in steps)
    if shortest < found.able.min_pulse - 1e-9:
        raise Cannot(
            f"needs pulses of {spoken(shortest)} or less; this {found.name} makes "
            f"{spoken(found.able.min_pulse)}"
        )
    if openings > found.able.pulses:
        raise Cannot(f"needs {openings} pulses; this {found.name} times {found.able.pulses}")
    if one.repeat > 1 and not one.gap:
        raise Cannot(f"needs {openings * one.repeat} pulses at a stretch")
    pattern = tuple((step.to is not State.OPEN, step.lasting) for step in steps if step.lasting)
    return Plan("pulse", found.name, steps, one.repeat, one.gap, waveform, pattern=pattern)


def by_switch(waveform: Waveform, means: Means) -> Plan:
    """Openings and shorts of the lines' switches, timed by the host."""
    steps, shortest = waveform.steps(means.nominal), _shortest(waveform)
    found = [_breaker(one, means) for one in steps]
    for breaker in found:
        least = max(breaker.able.min_open, breaker.able.bounce)
        if shortest < least - 1e-9:
            raise Cannot(
                f"needs a switch that opens for {spoken(shortest)}; this {breaker.name} needs "
                f"{spoken(least)} or more"
            )
    return Plan(
        "switch", found[0].name, steps, waveform.repeat, waveform.gap, waveform,
        tolerance=_tolerance(shortest),
    )  # fmt: skip


def by_output(waveform: Waveform, means: Means) -> Plan:
    """The supply's output off and on again, where that will do for an open line."""
    able = means.supply
    openings = [one.lasting for one in waveform.segments if one.level is State.OPEN]
    if able is None:
        raise Cannot("needs a supply or a switch in the supply line; this rig has neither")
    if min(openings) < BY_OUTPUT:
        raise Cannot(
            f"needs an opening of {spoken(min(openings))}; a supply's output is too slow below "
            f"{spoken(BY_OUTPUT)}; {SWITCH}"
        )
    steps = waveform.steps(means.nominal)
    others = [one for one in steps if one.line != "dc"]
    for one in others:
        _breaker(one, means)
    short = _slow([replace(one, to=Volts(one.volts)) for one in steps if one.line == "dc"],
                  means, replace(able, sinks=True))  # fmt: skip
    return Plan(
        "host", means.name, steps, waveform.repeat, waveform.gap, waveform,
        tolerance=_tolerance(_shortest(waveform)), shortfall=short, output=True,
    )  # fmt: skip


def by_sink(waveform: Waveform, means: Means) -> Plan:
    """A short made by a supply that sinks current: 0 V at low impedance."""
    if means.supply is None or not means.supply.sinks:
        raise Cannot("needs a switch that shorts, or a supply that sinks")
    volts = tuple(
        replace(one, level=Volts(0) if one.level is State.SHORT else means.nominal)
        for one in waveform.segments
    )
    made = by_list(replace(waveform, segments=volts), means)
    return replace(made, waveform=waveform)


# --- what they rest on ------------------------------------------------------------------------

SWITCH = "use a switch in the supply line"


def spoken(seconds: float) -> str:
    """``10 ms``, ``1.5 s``."""
    return f"{seconds * 1e3:g} ms" if seconds < 1 else f"{seconds:g} s"


def _shortest(waveform: Waveform) -> Seconds:
    stays = [one.lasting for one in waveform.segments if one.lasting > 0]
    return Seconds(min(stays, default=BY_LIST))


def _fast_ramp(waveform: Waveform, nominal: Volts) -> bool:
    """Whether a host would make a ramp's steps higher than they should be."""
    return any(
        0 < one.ramp < BY_HOST * abs(one.volts - one.start) / STEP - 1e-6
        for one in waveform.steps(nominal)
    )


def _switches(step: Step, nominal: Volts) -> bool:
    """Whether a switch alone can make this step."""
    return isinstance(step.to, State) or (abs(step.to - nominal) < 1e-6 and not step.ramp)


def _timed(waveform: Waveform, means: Means) -> bool:
    """Whether a switch of the line times by itself, and is needed for it."""
    found = means.breaker(waveform.lines[0])
    if len(waveform.lines) > 1 or found is None or not found.timed:
        return False
    return _shortest(waveform) < max(found.able.min_open, BY_LIST) or not found.hosted


def _breaker(step: Step, means: Means) -> Breaker:
    found = means.breaker(step.line)
    if found is None:
        others = ", ".join(f"{one.name} feeds {one.able.feeds}" for one in means.breakers)
        seen = f"this rig's {others}" if others else "this rig has none"
        raise Cannot(f"needs a switch {_place(step.line)}; {seen}")
    if not found.hosted:
        raise Cannot(f"needs a switch that the host can hold open; this {found.name} only pulses")
    if step.to is State.SHORT and not found.shorts:
        raise Cannot(
            f"needs a switch that shorts the terminal's side; this {found.name} only opens"
        )
    return found


_PLACES = {
    "dc": "in the supply line", "mains": "in the adapter's mains (feeds: mains)",
    "vbus": "in VBUS (feeds: vbus)", "poe": "of the port's power (feeds: poe)",
    "battery": "in the battery's line (feeds: battery)",
}  # fmt: skip


def _place(line: str) -> str:
    return _PLACES[line]


def _tolerance(shortest: float) -> Seconds:
    """A fifth of the shortest stay, at most a quarter of a second, at least 5 ms."""
    return Seconds(min(0.25, max(0.005, 0.2 * shortest)))


def _joined(waveform: Waveform, most: int) -> Waveform:
    """Rounds without a gap as one, where that is no longer than ``most`` segments."""
    if waveform.gap or waveform.repeat * len(waveform.segments) >= max(most, 1):
        return waveform
    return replace(waveform, segments=waveform.segments * waveform.repeat, repeat=1)


def _listed(steps: Sequence[Step], means: Means, able: Capability) -> Stays:
    """The points of one round, and nominal at its end; raises Cannot."""
    ramps = [one for one in steps if one.ramp]
    fixed = sum(_pieces(one.lasting, able) for one in steps if one.lasting) + 1
    room = able.points - fixed
    if room < len(ramps):
        raise Cannot(
            f"needs {fixed + len(ramps)} points; this {means.name}'s list has {able.points}"
        )
    fine = [len(_edge(one, able, room)) for one in ramps]
    share = min(1.0, room / sum(fine)) if ramps else 1.0
    rows: list[tuple[Volts, Seconds]] = []
    for one in steps:
        if one.ramp:
            wanted = len(_edge(one, able, room))
            rows += _edge(one, able, max(1, int(wanted * share)))
        rows += _stay(one, able)
    if abs(rows[-1][0] - means.nominal) > 1e-6:
        rows.append((means.nominal, Seconds(max(able.min_dwell, able.dwell_step))))
    _check_grid(rows, means, able)
    return tuple(rows)


def _edge(step: Step, able: Capability, most: float) -> list[tuple[Volts, Seconds]]:
    least = max(able.min_dwell, able.dwell_step)
    return staircase(
        step.start, step.volts, step.ramp, shortest=least, most=max(1, most), grid=able.dwell_step
    )


def _pieces(lasting: float, able: Capability) -> int:
    return max(1, -int(-lasting // able.max_dwell)) if able.max_dwell else 1


def _stay(step: Step, able: Capability) -> Iterator[tuple[Volts, Seconds]]:
    if step.lasting:
        pieces = _pieces(step.lasting, able)
        yield from [(Volts(step.volts), Seconds(step.lasting / pieces))] * pieces


def _check_grid(rows: Sequence[tuple[Volts, Seconds]], means: Means, able: Capability) -> None:
    grid = able.dwell_step
    for _, dwell in rows:
        if grid and abs(dwell / grid - round(dwell / grid)) > 1e-6:
            raise Cannot(
                f"needs a dwell of {spoken(dwell)}; this {means.name} has whole {spoken(grid)} only"
            )


def _height(start: float, rows: Sequence[tuple[Volts, Seconds]]) -> float:
    levels = [start, *(volts for volts, _ in rows)]
    return max(abs(a - b) for a, b in itertools.pairwise(levels))


def _coarse(points: Stays, steps: Sequence[Step], nominal: Volts) -> str:
    """Whether a list's ramps have higher steps than they should."""
    wanted = sum(bool(one.ramp) for one in steps)
    if not wanted:
        return ""
    jumps = {abs(one.volts - one.start) for one in steps if not one.ramp}
    heights = [abs(a[0] - b[0]) for a, b in itertools.pairwise([(nominal, 0), *points])]
    rough = max((one for one in heights if all(abs(one - jump) > 1e-6 for jump in jumps)),
                default=0.0)  # fmt: skip
    return f"its ramps are made in steps of {rough:.2g} V" if rough > STEP + 1e-6 else ""


def _slow(steps: Sequence[Step], means: Means, able: Capability) -> str:
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
                f"needs an output that falls by {way:.3g} V in {spoken(there)}; this {means.name} "
                f"does not sink and takes {spoken(round(needed, 3))} at light load; {SWITCH}"
            )
        return f"at light load it may come to {near:.2f} V only instead of {one.to:.2f} V"
    return ""


def _check_limits(waveform: Waveform, means: Means) -> None:
    limits = means.limits
    highest = waveform.highest(means.nominal)
    if limits is None:
        return
    if highest > means.nominal + 1e-6 and limits.voltage < ROOM * highest - 1e-9:
        raise Cannot(
            f"goes up to {highest:.3g} V and needs a limit above that for its over-voltage "
            f"protection; this rig limits its supply to {limits.voltage}"
        )
    if limits.min_voltage:
        _check_floor(waveform, means, float(limits.min_voltage))


def _check_floor(waveform: Waveform, means: Means, floor: float) -> None:
    for one in waveform.steps(means.nominal):
        if isinstance(one.to, State):
            continue
        through = one.ramp > 0 and min(one.start, one.to) < floor
        if through or 0 < one.to < floor:
            raise Cannot(
                f"goes down to {one.volts:.3g} V; this rig keeps its supply at {floor:g} V or off"
            )
