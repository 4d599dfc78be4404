"""Host and update faults, through the real drivers on the simulated host and store."""

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any, get_args, get_type_hints

import pytest

from harness.clock import CooperativeClock
from harness.drivers import acquirer, update_store
from harness.errors import DeviceRefused
from harness.faults.host_misbehaves import HostMisbehaves
from harness.faults.host_moved import HostMoved
from harness.faults.store_misbehaves import StoreMisbehaves
from harness.faults.update_corrupt import UpdateCorrupt
from harness.faults.update_interrupted import UpdateInterrupted
from harness.faults.update_link_lost import UpdateLinkLost
from harness.files import fixture, read_plain
from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.trace import Observation
from harness.model.units import Seconds, Volts
from harness.ports.memory import MemoryPort, pair
from harness.sim.acquirer import Acquirer
from harness.sim.host_acts import WORDS
from harness.sim.update_store import UpdateStore
from harness.wire.iso8583 import Message, frame
from harness.wire.subfields import Kind


class Bench:
    """A cast of host and store, a network and a supply that only remember."""

    def __init__(self) -> None:
        self.clock = CooperativeClock()
        self.seen: list[Observation] = []
        self.calls: list[tuple[str, Any]] = []

    def run(self, story: Callable[["Bench"], None]) -> None:
        def main() -> None:
            self.host = Acquirer(
                self.clock, read_plain(fixture("host", "test_acquirer.yaml")), rng=random.Random(1)
            )
            self.store = UpdateStore(
                self.clock, read_plain(fixture("updates", "test_store.yaml")), rng=random.Random(1)
            )
            players: dict[str, Any] = {
                "host": acquirer.Driver(self.plug(self.host.outlets["control"])),
                "updates": update_store.Driver(self.plug(self.store.outlets["control"])),
                "network": self,
                "supply": self,
            }
            for source in ("host", "updates"):
                players[source].observe = self.watch(source)
            self.players = players
            self.cast = Cast(players, Volts(5), self.clock.sleep)
            story(self)

        self.clock.run(main)

    def plug(self, outlet: Callable[[Any], None]) -> MemoryPort:
        ours, theirs = pair(self.clock, "bench")
        outlet(theirs)
        return ours

    def watch(self, source: str) -> Callable[..., None]:
        def observe(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
            self.seen.append(Observation(len(self.seen) + 1, t or 0.0, source, kind, fields))

        return observe

    def settle(self) -> None:
        """Let everything happen, and have the drivers take it in."""
        self.clock.sleep(5.0)
        for role in ("host", "updates"):
            self.players[role].attend()

    # Network and Supply, as far as a fault uses them.
    def shape(self, **changes: Any) -> None: ...
    def stats(self) -> dict[str, int]:
        return {}

    def set_outage(self, *, on: bool) -> None:
        self.calls.append(("outage", on))

    def set_output(self, *, on: bool) -> None:
        self.calls.append(("output", on))

    def output(self) -> bool:
        return True

    def set_voltage(self, volts: Volts) -> None: ...
    def set_current_limit(self, amps: Any) -> None: ...
    def measure_voltage(self) -> Volts:
        return Volts(0)

    def measure_current(self) -> float:
        return 0.0


@pytest.fixture
def bench() -> Bench:
    """A fresh bench."""
    return Bench()


def ask_sign_on(bench: Bench) -> None:
    """A terminal asks to sign on."""
    port = bench.plug(bench.host.outlets["iso8583"])
    kind = Kind("00", 0, "003").text
    port.write(frame(Message("0800", {11: "000001", 41: "HIL00001", 42: "9" * 15, 60: kind})))


def fetch(bench: Bench, path: str) -> bytes:
    """A terminal fetches something; how the answer begins."""
    port = bench.plug(bench.store.outlets["http"])
    port.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    begin = port.read(bench.clock.now() + 10)
    return begin.data if begin else b""


def test_a_misbehaving_host_is_the_evidence_and_behaves_afterwards(bench: Bench) -> None:
    """The host's own word shows the effect; after the clearing it answers."""

    def story(bench: Bench) -> None:
        fault = HostMisbehaves("drop", on="0800", by=Seconds(1), times=5)
        with fault.inject(bench.cast):
            ask_sign_on(bench)
            bench.settle()
        assert [seen.kind for seen in bench.seen if fault.took_effect(seen)] == ["misbehaved"]
        assert not any(seen.kind == "answered" for seen in bench.seen)

        ask_sign_on(bench)
        bench.settle()
        assert any(seen.kind == "answered" for seen in bench.seen)

    bench.run(story)


def test_a_host_that_is_not_asked_has_not_misbehaved(bench: Bench) -> None:
    """Nothing of that type came, so there is no effect; another act is none either."""

    def story(bench: Bench) -> None:
        fault = HostMisbehaves("drop", on="0400")
        with fault.inject(bench.cast):
            ask_sign_on(bench)
            bench.settle()
        assert not any(fault.took_effect(seen) for seen in bench.seen)
        other = Observation(1, 0.0, "host", "misbehaved", {"act": "delay"})
        assert not fault.took_effect(other)

    bench.run(story)


def test_a_misbehaviour_that_makes_no_sense_is_refused_and_leaves_nothing(bench: Bench) -> None:
    """``answer`` needs a code."""

    def story(bench: Bench) -> None:
        with pytest.raises(DeviceRefused), HostMisbehaves("answer").inject(bench.cast):
            pytest.fail("it was injected")
        assert bench.players["host"].ask_ledger() is None

    bench.run(story)


def test_a_bad_image_is_offered_and_withdrawn_even_on_an_error(bench: Bench) -> None:
    """Served to the end is the evidence; afterwards the store has nothing."""

    def story(bench: Bench) -> None:
        fault = UpdateCorrupt("wrong_key")
        with suppress(ZeroDivisionError), fault.inject(bench.cast):
            fetch(bench, "/manifest?model=HIL-CT100")
            bench.settle()
            assert not any(fault.took_effect(seen) for seen in bench.seen)
            fetch(bench, "/images/wrong_key")
            bench.settle()
            raise ZeroDivisionError
        assert sum(fault.took_effect(seen) for seen in bench.seen) == 1
        bench.players["updates"].make_safe()
        assert bench.seen[-1].kind == "withdrawn"

    bench.run(story)


def test_a_good_image_may_follow_a_bad_one(bench: Bench) -> None:
    """For who looks by himself; without one nothing is offered."""

    def story(bench: Bench) -> None:
        with UpdateCorrupt("wrong_key", then="newer").inject(bench.cast):
            pass
        assert (bench.seen[-1].kind, bench.seen[-1]["image"]) == ("offered", "newer")

    bench.run(story)


@pytest.mark.parametrize(
    ("source", "kind", "fields", "there"),
    [
        ("updates", "served", {"path": "", "done": True}, False),  # read here, and not yet taken
        ("updates", "served", {"path": "/images/corrupt", "done": True}, True),
        ("engine", "handed_over", {"outcome": "failed"}, False),  # an Android without room
        ("engine", "handed_over", {"outcome": "failed", "code": "83"}, True),  # its own answer
        ("engine", "handed_over", {"outcome": "approved"}, True),
        ("terminal", "update", {"phase": "offered"}, False),
        ("terminal", "update", {"phase": "verifying"}, True),
    ],
)
def test_an_image_is_there_when_the_terminal_has_it(
    source: str, kind: str, fields: dict[str, Any], *, there: bool
) -> None:
    """Whoever hands it over has read it before."""
    seen = Observation(1, 1.0, source, kind, {"image": "corrupt", **fields})

    assert UpdateCorrupt("corrupt").took_effect(seen) is there


def test_one_bit_of_the_askers_choice_is_wrong(bench: Bench) -> None:
    """The named bit, also when it is offered again; only with the word that it belongs to."""

    def story(bench: Bench) -> None:
        fault = UpdateCorrupt("bit_flipped", bit=0)
        with fault.inject(bench.cast):
            bench.players["updates"].offer("bit_flipped")
            offered = bench.store.find("/images/bit_flipped")
            assert offered is not None
            assert offered.extent.read(0, 4) == b"\xc8FI1"
            fetch(bench, "/images/bit_flipped")
            bench.settle()
            assert any(fault.took_effect(one) for one in bench.seen)
            assert not any(UpdateCorrupt("corrupt").took_effect(one) for one in bench.seen)
        bench.players["updates"].make_safe()
        assert UpdateCorrupt("corrupt", bit=80).refusal(Means(Volts(5)))
        assert not fault.refusal(Means(Volts(5)))

    bench.run(story)


def test_what_is_refused_unfetched_has_its_effect_by_being_offered(bench: Bench) -> None:
    """The announcement alone says that it is too large; of a corrupt one it says nothing."""

    def story(bench: Bench) -> None:
        fault = UpdateCorrupt("too_large")
        with fault.inject(bench.cast):
            fetch(bench, "/manifest?model=HIL-CT100")
            bench.settle()
            assert any(fault.took_effect(one) for one in bench.seen)
            assert not any(UpdateCorrupt("corrupt").took_effect(one) for one in bench.seen)

    bench.run(story)


def test_a_store_misbehaves_until_it_is_cleared_and_says_so(bench: Bench) -> None:
    """Its own word is the effect; of another act it is none; afterwards it answers well."""

    def story(bench: Bench) -> None:
        bench.players["updates"].offer("newer")
        fault = StoreMisbehaves("server_error", on="manifest", times=5, code=500)
        with suppress(ZeroDivisionError), fault.inject(bench.cast):
            assert fetch(bench, "/manifest").startswith(b"HTTP/1.1 500")
            bench.settle()
            assert any(fault.took_effect(one) for one in bench.seen)
            assert not any(StoreMisbehaves("reset").took_effect(one) for one in bench.seen)
            _ = 1 / 0
        assert fetch(bench, "/manifest").startswith(b"HTTP/1.1 200")

    bench.run(story)


def test_a_lost_link_needs_a_lost_packet(bench: Bench) -> None:
    """The outage is on inside and off after; only a dropped packet proves it."""

    def story(bench: Bench) -> None:
        fault = UpdateLinkLost(Seconds(60))
        with fault.inject(bench.cast):
            assert bench.calls == [("outage", True)]
        assert bench.calls == [("outage", True), ("outage", False)]
        assert fault.took_effect(Observation(1, 0.0, "network", "dropped", {"why": "outage"}))
        assert not fault.took_effect(Observation(1, 0.0, "network", "outage", {"on": True}))

    bench.run(story)


def test_an_interrupted_update_is_a_power_cut_of_three_seconds(bench: Bench) -> None:
    """Off inside, on after; a measured zero proves it."""

    def story(bench: Bench) -> None:
        fault = UpdateInterrupted()
        with fault.inject(bench.cast):
            assert bench.calls == [("output", False)]
        assert bench.calls[-1] == ("output", True)
        assert fault.lasting == 3.0
        assert fault.took_effect(Observation(1, 0.0, "supply", "measured", {"volts": 0.01}))
        assert not fault.took_effect(Observation(1, 0.0, "supply", "measured", {"volts": 4.9}))

    bench.run(story)


@pytest.mark.parametrize(("which", "met"), [("all", True), ("first", True), ("second", False)])
def test_a_host_that_moved_is_missed_by_who_comes_to_it(
    bench: Bench, which: Any, *, met: bool
) -> None:
    """One turned away at the primary is no effect of the secondary's going; all are back then."""

    def story(bench: Bench) -> None:
        fault = HostMoved(which=which)
        with fault.inject(bench.cast):
            assert bench.host.fronts["first"].knock() == ("closed" if met else "open")
            bench.clock.sleep(0.1)
            bench.players["host"].attend()
            assert any(fault.took_effect(one) for one in bench.seen) == met
        assert {front.door for front in bench.host.fronts.values()} == {"open"}

    bench.run(story)


def test_acts_and_hooks_of_the_scenario_are_those_of_the_host() -> None:
    """A word that only one of the two knows could not be played, or not be asked for."""
    annotation = get_type_hints(HostMisbehaves)["act"]
    assert set(get_args(annotation)) == set(WORDS)
