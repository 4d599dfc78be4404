"""Faults of plan, subscription and signal, through the real drivers on simulated devices."""

import random
from collections.abc import Callable
from itertools import islice, pairwise
from typing import Any, TypeVar

import pytest

from harness.clock import CooperativeClock
from harness.drivers import link as link_driver
from harness.drivers import quectel, rcdat
from harness.errors import BenchError
from harness.faults.coverage_gaps import CoverageGaps
from harness.faults.data_exhausted import DataExhausted
from harness.faults.signal_lost import SignalLost
from harness.faults.signal_ramp import SignalRamp
from harness.faults.sim_expired import SimExpired
from harness.files import fixture, read_plain
from harness.links.link import Link
from harness.model.cast import Cast
from harness.model.roles import Observe
from harness.model.trace import Observation
from harness.model.units import Bytes, Dbm, Seconds, Volts
from harness.ports.memory import MemoryPort, pair
from harness.sim.attenuator import Attenuator
from harness.sim.internet import Internet
from harness.sim.modems.modem import Modem
from harness.sim.radio import Radio

T = TypeVar("T")


class Bench:
    """Attenuator, modem and link with their drivers, and everything they observed."""

    def __init__(self, clock: CooperativeClock, roles: tuple[str, ...]) -> None:
        self.clock = clock
        self.seen: list[Observation] = []
        self.radio = Radio(clock)
        self.link = Link(clock, rng=random.Random(1), data_left=50_000)
        internet = Internet(clock, self.link)
        self.modem = Modem(
            clock,
            read_plain(fixture("modem", "ec25", "personality.yaml")),
            rng=random.Random(1),
            radio=self.radio,
            link=self.link,
            internet=internet,
        )
        outlets = {
            "attenuator": (rcdat.Driver, Attenuator(clock, self.radio).outlets["telnet"]),
            "modem": (quectel.Driver, self.modem.outlets["at1"]),
            "network": (link_driver.Driver, self.link.outlets["control"]),
        }
        self.ports: dict[str, MemoryPort] = {}
        players: dict[str, Any] = {}
        for role in roles:
            make, outlet = outlets[role]
            self.ports[role], theirs = pair(clock, role)
            outlet(theirs)
            players[role] = make(self.ports[role])
            players[role].observe = self._observer(role)
        self.players = players
        self.cast = Cast(players, Volts(9), clock.sleep)

    def _observer(self, role: str) -> Observe:
        def observe(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
            when = self.clock.now() if t is None else t
            self.seen.append(Observation(len(self.seen) + 1, when, role, kind, fields))

        return observe

    def watch(self, seconds: float) -> None:
        """What owners do: attend all the time, poll the modem every five seconds."""
        until = self.clock.now() + seconds
        while self.clock.now() < until:
            if "modem" in self.players:
                self.players["modem"].poll()
            self.clock.sleep(min(5.0, max(0.0, until - self.clock.now())))
            for role in ("modem", "network"):
                if role in self.players and self.ports[role].readable:
                    self.players[role].attend()

    def evidence(self, fault: Any, since: int = 0) -> Observation | None:
        """The first observation the fault takes for its effect."""
        return next((row for row in self.seen[since:] if fault.took_effect(row)), None)


ALL = ("attenuator", "modem", "network")


def on_bench(story: Callable[[Bench], T], roles: tuple[str, ...] = ALL) -> T:
    """Run a story on a new bench whose modem is registered."""
    clock = CooperativeClock()

    def main() -> T:
        bench = Bench(clock, roles)
        bench.watch(25)
        bench.seen.clear()
        return story(bench)

    return clock.run(main)


@pytest.mark.parametrize("mode", ["drop", "reset", "deactivate"])
def test_an_exhausted_plan_bites_and_is_topped_up_to_what_it_was(mode: Any) -> None:
    """Packets are dropped; with deactivate the bearer goes. That the carrier says so is nothing."""
    fault = DataExhausted(mode=mode)

    def story(bench: Bench) -> tuple[bool, int | None]:
        with fault.inject(bench.cast):
            bench.players["network"].attend()
            assert [row["state"] for row in bench.seen if row.kind == "plan"][-1] == "exhausted"
            bench.link.carry(50, up=True, deliver=lambda: None)
            bench.watch(5)
            up = bench.modem.bearer_up
        return up, bench.link.carrier.left

    def with_evidence(bench: Bench) -> tuple[tuple[bool, int | None], Observation | None]:
        assert bench.evidence(fault) is None
        return story(bench), bench.evidence(fault)

    (up, left), evidence = on_bench(with_evidence)

    assert up == (mode != "deactivate")
    assert left == 50_000
    assert evidence is not None
    assert evidence.kind in ("dropped", "bearer")


def test_a_top_up_may_be_given() -> None:
    """And happens even when the step inside fails."""

    def story(bench: Bench) -> int | None:
        with (
            pytest.raises(BenchError),
            DataExhausted(top_up=Bytes(7)).inject(bench.cast),
        ):
            raise BenchError("something else broke")
        return bench.link.carrier.left

    assert on_bench(story) == 7


@pytest.mark.parametrize(("state", "cause"), [("expired", 15), ("not_activated", 8)])
def test_an_expired_sim_bites_when_the_network_denies_it(state: Any, cause: int) -> None:
    """The carrier's record alone is no evidence; the modem's registration is."""
    fault = SimExpired(state=state)

    def story(bench: Bench) -> tuple[Observation | None, str]:
        with fault.inject(bench.cast):
            bench.players["network"].attend()
            assert [row.kind for row in bench.seen] == ["subscription"]
            assert bench.evidence(fault) is None
            bench.watch(10)
        return bench.evidence(fault), bench.link.carrier.subscription

    evidence, after = on_bench(story)

    assert evidence is not None
    assert (evidence.source, evidence["stat"], evidence["cause"]) == ("modem", 3, cause)
    assert after == "active"


@pytest.mark.parametrize("roles", [ALL, ("modem", "network"), ("network",)])
def test_a_lost_signal_is_made_by_the_best_means_there_is(roles: tuple[str, ...]) -> None:
    """Attenuator, else flight mode, else an outage; each leaves evidence and is taken back."""
    fault = SignalLost()

    def story(bench: Bench) -> tuple[Observation | None, tuple[float, int, bool], Bench]:
        with fault.inject(bench.cast):
            state = (bench.radio.rsrp, bench.modem.functionality, bench.link.outage)
            bench.link.carry(50, up=True, deliver=lambda: None)
            bench.watch(20)
            evidence = bench.evidence(fault)
        bench.watch(20)
        return evidence, state, bench

    evidence, state, bench = on_bench(story, roles)

    assert state == {3: (-195, 1, False), 2: (-85, 4, False), 1: (-85, 1, True)}[len(roles)]
    assert evidence is not None
    assert evidence.source == ("network" if roles == ("network",) else "modem")
    assert (bench.radio.rsrp, bench.modem.functionality, bench.link.outage) == (-85, 1, False)
    assert bench.modem.registration.registered


def test_without_any_means_the_rig_is_told() -> None:
    """The engine makes a bench error of it."""

    def story(bench: Bench) -> None:
        with pytest.raises(LookupError, match="Attenuator"), SignalLost().inject(bench.cast):
            pass

    on_bench(story, ())


def play(bench: Bench, fault: Any, seconds: float) -> list[tuple[float, float]]:
    """Play a fault beside the watching of the bench; returns (time, RSRP) at each change."""
    levels: list[tuple[float, float]] = []
    begin = bench.clock.now()
    bench.radio.changed.append(
        lambda: levels.append((round(bench.clock.now() - begin, 1), bench.radio.rsrp))
    )
    with fault.inject(bench.cast):
        task = bench.clock.spawn("play", lambda: fault.play(bench.cast))
        bench.clock.sleep(seconds)
        task.kill()
        task.join(bench.clock.now() + 10)
    return levels


def test_a_ramp_goes_down_holds_and_comes_back() -> None:
    """-85 to -115 dBm in steps; after it all is as before, and the bottom was measured."""
    fault = SignalRamp(to=Dbm(-115), over=Seconds(10), hold=Seconds(20))

    def story(bench: Bench) -> tuple[list[tuple[float, float]], Observation | None, float]:
        levels = play(bench, fault, 15)
        return levels, bench.evidence(fault), bench.radio.rsrp

    levels, evidence, _ = on_bench(story)

    down = [level for _, level in levels if level < -85]
    assert down[0] == pytest.approx(-86.5)
    assert down == sorted(down, reverse=True)
    assert min(down) == -115
    assert levels[-1][1] == -85
    assert evidence is not None
    assert evidence["rsrp"] == -115


def test_a_whole_ramp_ends_where_it_began() -> None:
    """Down and up in equal steps."""

    def story(bench: Bench) -> list[tuple[float, float]]:
        return play(bench, SignalRamp(to=Dbm(-125), over=Seconds(5), hold=Seconds(5)), 20)

    levels = on_bench(story)

    assert min(level for _, level in levels) == -125
    assert levels[-1][1] == -85
    assert len(levels) >= 20


def test_a_ramp_without_a_signal_is_a_bench_error() -> None:
    """There is nothing to ramp."""

    def story(bench: Bench) -> None:
        fault = SignalRamp(to=Dbm(-110), over=Seconds(1))
        bench.radio.attenuate(30)
        with pytest.raises(BenchError, match="a signal of -115 dBm"):
            fault.play(bench.cast)
        bench.radio.attenuate(100)
        bench.clock.sleep(3)
        with pytest.raises(BenchError, match="no signal"):
            fault.play(bench.cast)

    on_bench(story)


def test_gaps_come_as_written_and_even_a_short_one_leaves_evidence() -> None:
    """2 s, 5 s, 2 s .., ten seconds apart; the modem is asked in the middle of each."""
    fault = CoverageGaps(gaps=[Seconds(2), Seconds(5)], every=Seconds(10))

    def story(bench: Bench) -> tuple[list[tuple[float, float]], Observation | None]:
        return play(bench, fault, 25), bench.evidence(fault)

    levels, evidence = on_bench(story)

    changes = [levels[0]]
    changes += [now for was, now in pairwise(levels) if was[1] != now[1]]
    assert [level < -120 for _, level in changes] == [True, False] * 3
    assert [when for when, _ in changes] == pytest.approx([0, 2, 10, 15, 20, 22], abs=0.3)
    assert evidence is not None
    assert (evidence.source, evidence.kind) == ("modem", "signal")


def test_a_gap_under_way_is_closed_when_the_fault_is_cleared() -> None:
    """However the playing ended."""

    def story(bench: Bench) -> float:
        play(bench, CoverageGaps(gaps=[Seconds(60)]), 10)
        return bench.radio.rsrp

    assert on_bench(story) == -85


def test_drawn_gaps_depend_on_the_seed_alone() -> None:
    """1 to 80 s, the same for the same seed."""
    one, same, other = (list(islice(CoverageGaps(seed=seed).lengths(), 50)) for seed in (1, 1, 2))

    assert one == same != other
    assert 1 <= min(one) < 2
    assert 5 < max(one) <= 80
