"""From a waveform to how this rig makes it: by a list, by pulses, by a switch, by the host.

``plan`` is a pure function of the waveform and the rig's means. What cannot be made is refused with
the reason before anything is energised; what can be made only nearly says so (``shortfall``).

What must be exact to some ten milliseconds belongs into an instrument: a host's timing is good at
the median and has tails of 10 to 30 ms. Longer waveforms are timed by the host, which begins at
once, where a list must be uploaded first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from harness.errors import NotSupported
from harness.model.bounds import SWITCH, Cannot, check_limits, slow
from harness.model.listing import Stays, height, listed
from harness.model.means import Breaker, Means
from harness.model.units import Seconds, Volts
from harness.model.waveform import PLACES, STEP, State, Step, Waveform, staircase

BY_LIST = 0.3  # s: a shorter stay is an instrument's where it can be
BY_HOST = 0.05  # s: between two commands of a host, and its shortest stay
BY_OUTPUT = 0.2  # s: a supply's output, switched off, is no cut below this

Pattern = tuple[tuple[bool, Seconds], ...]


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
        check_limits(waveform, means)
    except Cannot as why:
        raise NotSupported(f"{what} {why}") from why
    reasons: list[str] = []
    for way in _ways(waveform, means, cut=cut):
        try:
            return way(waveform, means)
        except Cannot as why:
            reasons.append(str(why))
    by_output_alone = cut and means.breaker("dc") is None
    raise NotSupported(f"{what} {reasons[-1 if by_output_alone else 0]}")


def _ways(waveform: Waveform, means: Means, *, cut: bool) -> Iterator[Way]:
    """The ways to try, the best first; the first one's reason is what a refusal says."""
    states = {one.level for one in waveform.segments if isinstance(one.level, State)}
    if not states:
        exact = _shortest(waveform) < BY_LIST or _fast_ramp(waveform, means.nominal)
        yield from (by_list, by_host) if exact and means.lists else (by_host, by_list)
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
        raise Cannot(f"needs a dwell of {Seconds(shortest)} or less; {has}; {SWITCH}")
    if shortest < able.min_dwell - 1e-9:
        raise Cannot(
            f"needs a dwell of {Seconds(shortest)} or less; this {means.name} has "
            f"{Seconds(able.min_dwell)}; {SWITCH}"
        )
    one = _joined(waveform, able.points)
    steps = one.steps(means.nominal)
    points, rough = listed(steps, means, able)
    short = [slow(steps, means, able), _coarse(rough)]
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
            f"needs a dwell of {Seconds(shortest)} or less, which takes a list{has}: a host makes "
            f"{Seconds(least)} or longer; {SWITCH}"
        )
    steps = waveform.steps(means.nominal)
    for one in steps:
        if isinstance(one.to, State):
            _breaker(one, means)
    ramps = [one for one in steps if one.ramp]
    rough = max(
        (height(one.start, staircase(one.start, one.volts, one.ramp, shortest=least))
         for one in ramps), default=0.0,
    )  # fmt: skip
    short = [slow(steps, means, able), _coarse(rough)]
    return Plan(
        "host", means.name, steps, waveform.repeat, waveform.gap, waveform,
        tolerance=_tolerance(shortest), shortfall="; ".join(filter(None, short)),
    )  # fmt: skip


def by_pulse(waveform: Waveform, means: Means) -> Plan:
    """Openings timed by the switch's own firmware."""
    found = means.breaker(waveform.lines[0])
    if found is None or not found.timed or found.able.min_pulse is None:
        raise Cannot(f"needs a switch that times its pulses itself {PLACES[waveform.lines[0]]}")
    one = _joined(waveform, 2 * found.able.pulses)
    steps = one.steps(means.nominal)
    shortest = _shortest(one)
    openings = sum(step.to is State.OPEN for step in steps)
    if shortest < found.able.min_pulse - 1e-9:
        raise Cannot(
            f"needs pulses of {Seconds(shortest)} or less; this {found.name} makes "
            f"{Seconds(found.able.min_pulse)}"
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
                f"needs a switch that opens for {Seconds(shortest)}; this {breaker.name} needs "
                f"{Seconds(least)} or more"
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
            f"needs an opening of {Seconds(min(openings))}; a supply's output is too slow below "
            f"{Seconds(BY_OUTPUT)}; {SWITCH}"
        )
    steps = waveform.steps(means.nominal)
    others = [one for one in steps if one.line != "dc"]
    for one in others:
        _breaker(one, means)
    short = slow([replace(one, to=Volts(one.volts)) for one in steps if one.line == "dc"],
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
        raise Cannot(f"needs a switch {PLACES[step.line]}; {seen}")
    if not found.hosted:
        raise Cannot(f"needs a switch that the host can hold open; this {found.name} only pulses")
    if step.to is State.SHORT and not found.shorts:
        raise Cannot(
            f"needs a switch that shorts the terminal's side; this {found.name} only opens"
        )
    return found


def _coarse(rough: float) -> str:
    return f"its ramps are made in steps of {rough:.2g} V" if rough > STEP + 1e-6 else ""


def _tolerance(shortest: float) -> Seconds:
    """A fifth of the shortest stay, at most a quarter of a second, at least 5 ms."""
    return Seconds(min(0.25, max(0.005, 0.2 * shortest)))


def _joined(waveform: Waveform, most: int) -> Waveform:
    """Rounds without a gap as one, where that is no longer than ``most`` segments."""
    if waveform.gap or waveform.repeat * len(waveform.segments) >= max(most, 1):
        return waveform
    return replace(waveform, segments=waveform.segments * waveform.repeat, repeat=1)
