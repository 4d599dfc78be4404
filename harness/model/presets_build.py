"""The waveforms of the presets, from their parameters; ``nominal`` (V) is one of them.

Points and times as ``model/presets.py`` names their standards. The system's voltage decides where a
standard has two sets of values: from 18 V on it is a 24 V system.
"""

import math
import random
from collections.abc import Callable, Mapping
from typing import Any

from harness.model.units import Fraction, Seconds
from harness.model.waveform import Segment, State, Waveform

Values = Mapping[str, Any]
Build = Callable[[Values], Waveform]

NOMINAL = Fraction(1)
FROM_24V = 18.0  # V: from here on it is a 24 V system
SAMPLES = 20  # of one period of a ripple: 2 kHz for 100 Hz
RIPPLE = 100.0  # Hz


def _rounds(segments: list[Segment], values: Values) -> Waveform:
    return Waveform(
        tuple(segments), values.get("repeat", 1), values.get("gap", Seconds(0)), values.get("seed")
    )


def level_of(level: float, line: str = "dc") -> Build:
    """Step to a level, stay, step back; a level of nothing on another line than ``dc`` opens it."""
    to = State.OPEN if line != "dc" and level == 0 else Fraction(level)
    return lambda values: _rounds([Segment(to, values["lasting"], line=line)], values)


def opened(line: str = "dc") -> Build:
    """Open a line for a while."""
    return lambda values: _rounds([Segment(State.OPEN, values["lasting"], line=line)], values)


def shorted(values: Values) -> Waveform:
    """Open the line and short the terminal's side."""
    return _rounds([Segment(State.SHORT, values["lasting"])], values)


def variation(low: float) -> Build:
    """Down to ``low``, up to 120 %, back."""

    def waveform(values: Values) -> Waveform:
        edge, stay = values["edge"], values["lasting"]
        rows = [Segment(Fraction(to), stay, edge) for to in (low, 1.2)]
        return _rounds([*rows, Segment(NOMINAL, Seconds(0), edge)] if edge else rows, values)

    return waveform


def drop(values: Values) -> Waveform:
    """One drop of the staircase, to ``to``, with its slanted edges."""
    edge = values["edge"]
    down = Segment(values["to"], values["hold"], edge)
    return Waveform((down, Segment(NOMINAL, Seconds(0), edge)))


def crank(values: Values) -> Waveform:
    """Pulse 4: 12 V to 6 V and 8 V; 24 V to 10 V and 16 V, with t7 and t10 of either system."""
    ms = Seconds.parse
    deep, weak, stay, fall = 6 / 12, 8 / 12, ms("15 ms"), ms("5 ms")
    if values["nominal"] >= FROM_24V:
        deep, weak, stay, fall = 10 / 24, 16 / 24, ms("50 ms"), ms("10 ms")
    return Waveform((
        Segment(Fraction(deep), stay, fall),
        Segment(Fraction(weak), values["hold"], ms("50 ms")),
        Segment(NOMINAL, Seconds(0), ms("100 ms")),
    ))  # fmt: skip


def jump_start(values: Values) -> Waveform:
    """Twice the nominal voltage; raises ValueError for a 24 V system, which has no such test."""
    if values["nominal"] >= FROM_24V:
        raise ValueError("jump_start is for 12 V systems: nobody starts a 24 V one with 48 V")
    return Waveform((Segment(Fraction(2), values["lasting"]),))


def slow_brownout(values: Values) -> Waveform:
    """Creep to nothing, hold, creep back; ``per_minute`` (V) overrules both times."""
    down, up = values["down"], values["up"]
    if values["per_minute"] is not None:
        down = up = Seconds(60 * values["nominal"] / values["per_minute"])
    return Waveform((
        Segment(Fraction(0), values["hold"], down), Segment(NOMINAL, Seconds(0), up)
    ))  # fmt: skip


def slow_down_fast_up(values: Values) -> Waveform:
    """Creep to nothing, hold; the return is a step."""
    return Waveform((Segment(Fraction(0), values["hold"], values["down"]),))


def sag(values: Values) -> Waveform:
    """80 % for two seconds, 90 % for five."""
    rows = [Segment(Fraction(0.8), Seconds(2)), Segment(Fraction(0.9), Seconds(5))]
    return _rounds(rows, values)


def hover(values: Values) -> Waveform:
    """One per cent above and below ``to``, in turns."""
    to, period = values["to"], values["period"]
    turns = max(1, round(values["lasting"] / (2 * period)))
    return Waveform(
        (Segment(Fraction(to + 0.01), period), Segment(Fraction(max(0.0, to - 0.01)), period)),
        turns,
    )


def off(values: Values) -> Waveform:
    """Off for ``lasting``, or for the shortest of ``times``."""
    return Waveform((Segment(State.OPEN, values.get("lasting") or min(values["times"])),))


def cut(values: Values) -> Waveform:
    """A random while at nominal, then off."""
    before = Seconds(round(random.Random(values["seed"]).uniform(0, values["within"]), 6))
    rows = [Segment(State.OPEN, values["lasting"])]
    return _rounds([Segment(NOMINAL, before), *rows] if before else rows, values)


def plug_bounce(values: Values) -> Waveform:
    """So many closings of 0.3 to 8 ms each, spread over the time; closed at the end."""
    rng, count = random.Random(values["seed"]), values["closings"]
    total = round(values["lasting"] * 1e4)  # in tenths of a millisecond, so that they add up
    closed = [rng.randint(3, 80) for _ in range(count)]
    while sum(closed) > total - 3 * count:  # each opening takes 0.3 ms or more
        closed = [max(3, one * 3 // 4) for one in closed]
    cuts = sorted(rng.sample(range(1, total - sum(closed) - 2 * count), count - 1))
    edges = [0, *cuts, total - sum(closed) - 2 * count]
    rows: list[Segment] = []
    for place, stay in enumerate(closed):
        apart = edges[place + 1] - edges[place] + 2
        rows += [
            Segment(State.OPEN, Seconds(round(apart * 1e-4, 7))),
            Segment(State.CLOSED, Seconds(round(stay * 1e-4, 7))),
        ]
    return _rounds(rows, values)


def chatter(values: Values) -> Waveform:
    """Open for half of each period."""
    half = Seconds(values["period"] / 2)
    rounds = max(1, round(values["lasting"] / values["period"]))
    return Waveform((Segment(State.OPEN, half), Segment(State.CLOSED, half)), rounds)


def ripple(values: Values) -> Waveform:
    """A sine about nominal, in ``SAMPLES`` steps a period; one round is all of it."""
    stay = Seconds(1 / RIPPLE / SAMPLES)
    turn = [
        Segment(
            Fraction(round(1 + values["depth"] / 2 * math.sin(2 * math.pi * at / SAMPLES), 6)), stay
        )
        for at in range(SAMPLES)
    ]
    return Waveform(tuple(turn * max(1, round(values["lasting"] * RIPPLE))))


def battery_pull(values: Values) -> Waveform:
    """Adapter away, battery away and back, adapter back; then the battery first."""
    stay, second = values["lasting"], Seconds(1)
    order = (("dc", "battery"), ("battery", "dc"))
    rows = [
        row
        for first, then in order
        for row in (
            Segment(State.OPEN, second, line=first), Segment(State.OPEN, stay, line=then),
            Segment(State.CLOSED, second, line=then), Segment(State.CLOSED, second, line=first),
        )
    ]  # fmt: skip
    return Waveform(tuple(rows))
