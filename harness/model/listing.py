"""The points of a supply's own list for one round of a waveform."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from harness.model.bounds import Cannot
from harness.model.means import Means
from harness.model.power import Capability
from harness.model.units import Seconds, Volts
from harness.model.waveform import Step, staircase

Stays = tuple[tuple[Volts, Seconds], ...]


def listed(steps: Sequence[Step], means: Means, able: Capability) -> tuple[Stays, float]:
    """The points of one round, nominal at its end, and the highest step of its ramps, V.

    Raises:
        Cannot: There are too many points, or their stays do not fit.
    """
    steps = [_blunt(one, means, able) for one in steps]
    ramps = [one for one in steps if one.ramp]
    fixed = sum(_pieces(one.lasting, able) for one in steps if one.lasting) + 1
    room = able.points - fixed
    if room < len(ramps):
        raise Cannot(
            f"needs {fixed + len(ramps)} points; this {means.name}'s list has {able.points}"
        )
    over = sum(len(_edge(one, able, room)) - 1 for one in ramps)
    share = min(1.0, (room - len(ramps)) / over) if over else 1.0
    rows: list[tuple[Volts, Seconds]] = []
    rough = 0.0
    for one in steps:
        if one.ramp:
            edge = _edge(one, able, 1 + int((len(_edge(one, able, room)) - 1) * share + 1e-9))
            rough = max(rough, height(one.start, edge))
            rows += edge
        rows += _stay(one, able)
    if abs(rows[-1][0] - means.nominal) > 1e-6:
        rows.append((means.nominal, Seconds(_least(able))))
    _check_stays(rows, means, able)
    return tuple(rows), rough


def _blunt(step: Step, means: Means, able: Capability) -> Step:
    """A ramp shorter than the list's shortest point is a step: the output's own edge is no less."""
    least, whole = _least(able), step.lasting + step.ramp
    if not step.ramp or step.ramp >= least - 1e-9:
        return step
    if whole < least - 1e-9 and abs(step.volts - means.nominal) > 1e-6:
        raise Cannot(f"needs a point of {Seconds(whole)}; this {means.name} has {Seconds(least)}")
    return replace(step, ramp=Seconds(0), lasting=Seconds(max(whole, least)))


def _least(able: Capability) -> float:
    return max(able.min_dwell, able.dwell_step)


def _edge(step: Step, able: Capability, most: float) -> list[tuple[Volts, Seconds]]:
    return staircase(
        step.start, step.volts, step.ramp, shortest=_least(able), most=most,
        grid=able.dwell_step,
    )  # fmt: skip


def _pieces(lasting: float, able: Capability) -> int:
    return max(1, -int(-lasting // able.max_dwell)) if able.max_dwell else 1


def _stay(step: Step, able: Capability) -> Iterator[tuple[Volts, Seconds]]:
    if step.lasting:
        pieces = _pieces(step.lasting, able)
        yield from [(Volts(step.volts), Seconds(step.lasting / pieces))] * pieces


def _check_stays(rows: Sequence[tuple[Volts, Seconds]], means: Means, able: Capability) -> None:
    grid = able.dwell_step
    for _, dwell in rows:
        if able.max_dwell and dwell > able.max_dwell + 1e-9:
            raise Cannot(
                f"needs more points than this {means.name}'s {able.points}: none may last longer "
                f"than {Seconds(able.max_dwell)}"
            )
        if grid and abs(dwell / grid - round(dwell / grid)) > 1e-6:
            raise Cannot(
                f"needs a dwell of {Seconds(dwell)}; this {means.name} has whole {Seconds(grid)} "
                "only"
            )


def height(start: float, rows: Sequence[tuple[Volts, Seconds]]) -> float:
    """The highest step of a staircase, V."""
    levels = [start, *(volts for volts, _ in rows)]
    return max(abs(a - b) for a, b in itertools.pairwise(levels))
