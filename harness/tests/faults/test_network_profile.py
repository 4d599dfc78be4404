"""Faults of the path: links by name and shapes of one's own, through the driver on the link."""

import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers import carrier_api
from harness.drivers import link as link_driver
from harness.engine.needs import refused
from harness.engine.steps import read_step
from harness.errors import NotSupported
from harness.faults._profiles import pattern_of, patterns, profile_of, profiles
from harness.faults.network_profile import NetworkProfile
from harness.faults.network_shape import NetworkShape
from harness.links.link import Link
from harness.links.path import Burst, Shape
from harness.model.cast import Cast
from harness.model.fade import Pattern
from harness.model.means import Means, means_of
from harness.model.profile import Profile
from harness.model.scenario import Scenario
from harness.model.trace import Observation
from harness.model.units import BitRate, Bytes, Fraction, Seconds, Volts
from harness.model.words import WordError
from harness.ports.memory import pair


class Poor(link_driver.Driver):
    """A link that loses nothing."""

    def lacks(self) -> Mapping[str, str]:
        """No loss."""
        return {"burst": "it is a relay of streams", "loss": "it is a relay of streams"}


def on_link(
    story: Callable[[Cast, Link, list[Observation]], None], driver: Any = link_driver.Driver
) -> None:
    """Run a story on a link, its driver, and what that observes."""
    clock = CooperativeClock()

    def main() -> None:
        link = Link(clock, rng=random.Random(1))
        ours, theirs = pair(clock, "network")
        link.outlets["control"](theirs)
        network, seen = driver(ours), list[Observation]()
        network.observe = lambda kind, /, *, t=0.0, **own: seen.append(
            Observation(len(seen) + 1, t, "network", kind, own)
        )
        story(Cast({"network": network}, Volts(9), clock.sleep), link, seen)

    clock.run(main)


@pytest.mark.parametrize("name", profiles())
def test_every_link_is_put_on_seen_in_force_and_taken_off(name: str) -> None:
    """Each file of fixtures/link, both ways, by the link's own word."""
    fault = NetworkProfile(name)
    row = profile_of(name)

    def story(cast: Cast, link: Link, seen: list[Observation]) -> None:
        before = {way: path.shape for way, path in link.paths.items()}
        cross = _crossing(cast, link)
        with fault.inject(cast):
            cross()
            up = link.paths["up"].shape
            assert (up.rate, up.delay, up.loss) == (row.up.rate, row.up.delay, row.up.loss or 0)
            assert link.paths["down"].shape.rate == row.down.rate
        assert {way: path.shape for way, path in link.paths.items()} == before
        cross()
        shown = [fault.took_effect(one) for one in seen]
        assert [(one.kind, bite) for one, bite in zip(seen, shown, strict=True)] == [
            ("path", False), ("counted", False), ("counted", True), ("counted", True),
            ("path", False), ("counted", False), ("counted", False),
        ]  # fmt: skip

    on_link(story)


def test_what_crosses_between_two_looks_is_counted_at_the_clearing() -> None:
    """A short sale is over within the second between two counts: that it met the path is seen."""
    fault = NetworkProfile("gprs")

    def story(cast: Cast, link: Link, seen: list[Observation]) -> None:
        with fault.inject(cast):
            cast.players["network"].poll()
            link.carry(50, up=True, deliver=lambda: None)
            cast.sleep(0.5)
        assert [fault.took_effect(one) for one in seen] == [False, False, True, False]

    on_link(story)


def _crossing(cast: Cast, link: Link) -> Callable[[], None]:
    """What counts before and after a packet has crossed."""

    def cross() -> None:
        cast.players["network"].poll()
        link.carry(50, up=True, deliver=lambda: None)
        cast.players["network"].poll()

    return cross


def test_every_file_has_its_source_and_a_story() -> None:
    """A number without one is not to be argued with."""
    found: list[Profile | Pattern] = [*map(profile_of, profiles()), *map(pattern_of, patterns())]
    for one in found:
        assert len(one.source) > 10
        assert len(one.story) > 10
        assert "\n" not in one.story
    assert {"gprs", "edge", "umts", "hspa", "lte_cat1", "lte_cat4", "lte_m", "nb_iot"} <= {
        *profiles()
    }
    assert {"elevator", "basement", "tunnel", "truck", "handover", "rat_change"} <= {*patterns()}


def test_a_shape_of_ones_own_goes_one_way_or_both() -> None:
    """What is not named is as at the start."""
    fault = NetworkShape(
        way="up", rate=BitRate(9600), delay=Seconds(2), queue=Bytes(5000),
        burst=(Fraction(0.1), Fraction(0.5)),
    )  # fmt: skip

    def story(cast: Cast, link: Link, seen: list[Observation]) -> None:
        down = link.paths["down"].shape
        with fault.inject(cast):
            assert link.paths["up"].shape == Shape(
                delay=2.0, rate=9600.0, queue=5000, burst=Burst(0.1, 0.5, 1.0, 0.0)
            )
            assert link.paths["down"].shape == down
            _crossing(cast, link)()
        other = NetworkShape(way="up", delay=Seconds(3))
        with other.inject(cast):
            pass
        assert not any(map(other.took_effect, seen[:3]))
        assert [fault.took_effect(one) for one in seen[:3]] == [False, False, True]

    on_link(story)


def test_what_a_link_lacks_is_refused_by_name_and_nothing_is_changed() -> None:
    """Also before a run, by what the rig file says of its network."""
    lossy = NetworkShape(loss=Fraction(0.05))

    def story(cast: Cast, link: Link, seen: list[Observation]) -> None:
        before = link.in_force()
        for fault in (lossy, NetworkProfile("very_bad")):
            with (
                pytest.raises(NotSupported, match=r"(loss|burst): it is a relay of streams"),
                fault.inject(cast),
            ):
                pass
        assert link.in_force() == before
        means = means_of(cast.players, Volts(9))
        assert "it is a relay" in lossy.refusal(means)
        assert not NetworkShape(delay=Seconds(1)).refusal(means)

    on_link(story, Poor)
    assert not lossy.refusal(Means(Volts(9)))


def test_a_scenario_that_needs_what_the_rig_lacks_is_not_begun() -> None:
    """The reason is told where the power faults tell theirs."""
    when = [{"inject": {"network_profile": "gprs"}}]
    plain = {"id": "X", "story": "s", "when": when}
    scenario = Scenario(id="X", name="x", family="f", story="s", path="x.yaml", plain=plain)

    assert refused(scenario, Means(Volts(9), lacks={"loss": "no packets"})) == [
        "fault network_profile: this rig's network cannot do loss: no packets"
    ]
    assert refused(scenario, Means(Volts(9))) == []


class Bare(Poor):
    """Nor has it anything of a carrier's."""

    def lacks(self) -> Mapping[str, str]:
        """No loss, no ending of a plan."""
        return {**super().lacks(), "mode:drop": "no carrier here", "subscription": "none here"}


def test_what_the_carrier_can_do_is_not_lacking_because_the_path_cannot() -> None:
    """A fault turns to the first who plays a role; that is the one whose word counts."""
    port = pair(CooperativeClock(), "x")[0]
    sim = "8986000000000000019"
    carrier = carrier_api.Driver(port, iccid=sim, sims=[sim], exhaustion="throttle")

    alone = means_of({"network": Bare(port)}, Volts(9)).lacks
    both = means_of({"carrier": carrier, "network": Bare(port)}, Volts(9)).lacks

    assert sorted(alone) == ["burst", "loss", "mode:drop", "subscription"]
    assert {"burst", "loss", "mode:drop", "mode:reset"} <= {*both}
    assert "throttle" in both["mode:drop"]
    assert not {"subscription", "mode:throttle"} & {*both}


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ({"network_profile": {"profile": "gprss"}}, "did you mean 'gprs'"),
        ({"network_shape": {"way": "up"}}, "nothing is shaped"),
        ({"network_shape": {"loss": "120 %"}}, "no more than 100 %"),
        ({"network_shape": {"way": "in", "loss": "1 %"}}, "up, down, both"),
        ({"signal_fade": {"pattern": "elevatr"}}, "did you mean 'elevator'"),
        ({"signal_fade": {"pattern": "elevator", "rounds": 0}}, "one at least"),
        ({"signal_fade": {"pattern": "truck", "lasting": "1 s"}}, "is over before truck begins"),
    ],
)
def test_a_scenario_file_is_told_what_is_wrong(plain: Any, said: str) -> None:
    """With the nearest name."""
    with pytest.raises(WordError, match=said):
        read_step({"inject": plain})
