"""Recorded fades, through the real drivers on simulated devices."""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from harness.errors import BenchError
from harness.faults._profiles import patterns
from harness.faults.signal_fade import SignalFade
from harness.model.cast import Cast
from harness.model.cellular import Attenuator
from harness.model.network import Network
from harness.model.trace import Observation
from harness.model.units import Db, Seconds
from harness.rig.owner import Owner
from harness.tests.faults.test_signal_and_plan_faults import ALL, Bench, on_bench


def play(
    bench: Bench, fault: SignalFade, watch: float = 0.0
) -> tuple[list[tuple[float, float]], list[tuple[str, dict[str, Any]]]]:
    """Play it as the engine does; returns (time, RSRP) at each change, and what it noted."""
    begin, levels = bench.clock.now(), list[tuple[float, float]]()
    notes: list[tuple[str, dict[str, Any]]] = []

    def follow() -> None:
        if not levels or levels[-1][1] != bench.radio.rsrp:
            levels.append((round(bench.clock.now() - begin, 1), bench.radio.rsrp))

    bench.radio.changed.append(follow)

    def note(kind: str, /, *, t: float | None = None, **own: Any) -> None:
        notes.append((kind, own))

    cast = replace(owned(bench), now=bench.clock.now, note=note)
    with fault.inject(cast):
        task = bench.clock.spawn("play", lambda: fault.play(cast))
        bench.clock.sleep(watch or fault.at_most)
        task.kill()
        task.join(bench.clock.now() + 60)
    for owner in cast.players.values():
        owner.release()
    return levels, notes


def owned(bench: Bench) -> Cast:
    """Each device with its owner, as on a live rig."""

    def take(source: str, kind: str, t: float, fields: Mapping[str, Any]) -> None:
        bench.seen.append(Observation(len(bench.seen) + 1, t, source, kind, fields))

    return replace(bench.cast, players={
        role: Owner(bench.clock, role, role, driver, bench.ports[role], take)
        for role, driver in bench.players.items()
    })  # fmt: skip


def test_an_attenuator_plays_levels_lines_and_gaps() -> None:
    """The lift: -85 to -95 at once, down to -125 in three seconds, gone, and back."""
    fault = SignalFade("elevator")

    def story(bench: Bench) -> tuple[Any, Any, Any]:
        levels, notes = play(bench, fault)
        return levels, notes, bench

    levels, notes, bench = on_bench(story)

    assert levels[0] == (pytest.approx(0.0, abs=0.5), -95)
    heights = [level for _, level in levels]
    bottom = heights.index(-195)
    assert heights[: bottom + 1] == sorted(heights[: bottom + 1], reverse=True)
    assert heights[bottom - 1 : bottom + 2] == [-125, -195, -125]
    assert levels[bottom + 1][0] - levels[bottom][0] == pytest.approx(35, abs=0.5)
    assert levels[-1][1] == -85
    assert bench.evidence(fault) is not None
    assert notes[0] == (
        "fade_asked",
        {"pattern": "elevator", "seed": None, "gaps": [[3.0, 38.0]], "without": []},
    )
    assert notes[1][0] == "fade_played"
    assert notes[1][1]["late"] < 1


@pytest.mark.parametrize("roles", [("modem", "network"), ("network",)])
def test_without_an_attenuator_the_gaps_are_played_and_the_rest_is_told(
    roles: tuple[str, ...],
) -> None:
    """By flight mode, else by an outage of the path; all is given back."""
    fault = SignalFade("tunnel")

    def story(bench: Bench) -> tuple[Any, Any, Any]:
        states: list[tuple[float, int, bool]] = []
        begin = bench.clock.now()
        for when in (1, 30, 63.5):
            bench.clock.call_at(
                begin + when,
                lambda: states.append(
                    (bench.radio.rsrp, bench.modem.functionality, bench.link.outage)
                ),
            )
        bench.clock.call_at(begin + 30, lambda: bench.link.carry(50, up=True, deliver=lambda: None))
        _, notes = play(bench, fault)
        return states, notes, bench.evidence(fault)

    states, notes, evidence = on_bench(story, roles)

    gone = (-85, 4, False) if "modem" in roles else (-85, 1, True)
    assert states == [(-85, 1, False), gone, (-85, 1, False)]
    assert notes[0][1]["without"] == ["its levels: nobody here is an attenuator"]
    assert evidence is not None


def test_a_pattern_of_levels_alone_needs_an_attenuator() -> None:
    """Nothing that is only on and off can play a cellar."""
    assert Attenuator in SignalFade("basement").NEEDS
    assert any(Network in role for role in SignalFade("elevator").NEEDS)

    def story(bench: Bench) -> None:
        fault = SignalFade("basement", rounds=1)
        levels, _ = play(bench, fault)
        assert min(level for _, level in levels) == -124
        assert bench.evidence(fault) is not None
        bench.radio.set_base(-200)
        bench.clock.sleep(10)
        with pytest.raises(BenchError, match="no signal to begin with"):
            fault.play(bench.cast)

    on_bench(story)


def test_the_signal_is_never_made_stronger_than_it_was() -> None:
    """A pattern recorded in better coverage begins where the bench is."""

    def story(bench: Bench) -> list[tuple[float, float]]:
        bench.radio.set_base(-110)
        return play(bench, SignalFade("tunnel"))[0]

    levels = on_bench(story)

    assert max(level for _, level in levels) == -110


def test_between_generations_the_path_changes_its_speed() -> None:
    """After each gap the next link; at the end the path is as before."""
    fault = SignalFade("rat_change", lasting=Seconds(130), seed=4)

    def story(bench: Bench) -> list[float | None]:
        rates: list[float | None] = []
        begin = bench.clock.now()
        for when in (30, 70, 129):
            bench.clock.call_at(
                begin + when, lambda: rates.append(bench.link.paths["up"].shape.rate)
            )
        play(bench, fault)
        return [*rates, bench.link.paths["up"].shape.rate]

    assert on_bench(story) == [10e6, 100e3, 4e6, 10e6]


def test_a_brief_gap_is_believed_to_who_made_it() -> None:
    """A handover's 50 to 300 ms fall between all looks."""
    fault = SignalFade("handover", lasting=Seconds(45))

    def story(bench: Bench) -> Observation | None:
        play(bench, fault)
        return bench.evidence(fault)

    evidence = on_bench(story)

    assert evidence is not None
    assert (evidence.kind, evidence["db"]) == ("attenuation", 110)
    assert not SignalFade("tunnel").took_effect(evidence)


@pytest.mark.parametrize("roles", [ALL, ("modem", "network"), ("network",)])
def test_a_fade_that_is_cleared_in_a_gap_gives_the_signal_back(roles: tuple[str, ...]) -> None:
    """Whatever the means."""

    def story(bench: Bench) -> tuple[float, int, bool]:
        play(bench, SignalFade("tunnel"), watch=20)
        return bench.radio.rsrp, bench.modem.functionality, bench.link.outage

    assert on_bench(story, roles) == (-85, 1, False)


@pytest.mark.parametrize("name", patterns())
def test_every_pattern_can_be_played_by_an_attenuator(name: str) -> None:
    """Its steps are in order of time and within what the attenuator has."""
    fault = SignalFade(name, lasting=Seconds(random.Random(name).uniform(100, 300)))

    def story(bench: Bench) -> list[tuple[float, float]]:
        levels, _ = play(bench, fault)
        assert bench.cast.playing(Attenuator).attenuation() == Db(0)
        return levels

    levels = on_bench(story)

    assert all(-195 <= level <= -85 for _, level in levels)
    assert levels[-1][1] == -85
