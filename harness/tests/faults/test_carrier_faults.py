"""Faults of plan, settings, names, certificates: a plain client meets them, by the drivers."""

import random
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from harness.clock import CooperativeClock
from harness.drivers import acquirer as acquirer_driver
from harness.drivers import link as link_driver
from harness.drivers import quectel
from harness.errors import NotSupported, PortLost, PortTimeout
from harness.faults.access_refused import AccessRefused
from harness.faults.certificate_bad import CertificateBad
from harness.faults.data_exhausted import DataExhausted
from harness.faults.host_moved import HostMoved
from harness.faults.names_fail import NamesFail
from harness.faults.network_congested import NetworkCongested
from harness.faults.network_shape import NetworkShape
from harness.faults.plan_low import PlanLow
from harness.faults.sim_expired import SimExpired
from harness.files import fixture, read_plain
from harness.links import certificates
from harness.links.link import Link
from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.trace import Observation
from harness.model.units import BitRate, Bytes, Fraction, Seconds, Volts
from harness.model.words import WordError, fill
from harness.ports.memory import MemoryPort, pair
from harness.ports.tls import CertificateRefused, TlsPort, client_context
from harness.sim.acquirer import Acquirer
from harness.sim.host_places import SECURE_HOST
from harness.sim.internet import Internet, NetError
from harness.sim.modems.modem import Modem
from harness.sim.radio import Radio

T = TypeVar("T")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
HOST, PORT = SECURE_HOST
PLAN = 1_000_000


def name(fault: Any) -> str | None:
    """A fault by what is not usual of it."""
    if not is_dataclass(fault) or isinstance(fault, type):
        return None
    own = [str(getattr(fault, row.name)) for row in fields(fault)
           if getattr(fault, row.name) != row.default]  # fmt: skip
    return "-".join([type(fault).__name__, *own])


class Bench:
    """Link, modem and host with their drivers, all that they observed, and a plain client."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock = clock
        self.seen: list[Observation] = []
        self.link = Link(clock, rng=random.Random(1), data_left=PLAN)
        self.host = Acquirer(
            clock, read_plain(fixture("host", "test_acquirer.yaml")), rng=random.Random(1)
        )
        internet = Internet(clock, self.link)
        internet.serve(HOST, PORT, self.host.outlets["tls"])
        internet.guard(HOST, PORT, self.host.knock)
        self.modem = Modem(
            clock,
            read_plain(fixture("modem", "ec25", "personality.yaml")),
            rng=random.Random(1),
            radio=Radio(clock),
            link=self.link,
            internet=internet,
        )
        self.ports: dict[str, MemoryPort] = {}
        self.players: dict[str, Any] = {}
        for role, make, outlet in (
            ("modem", quectel.Driver, self.modem.outlets["at1"]),
            ("network", link_driver.Driver, self.link.outlets["control"]),
            ("host", acquirer_driver.Driver, self.host.outlets["control"]),
        ):
            self.ports[role], theirs = pair(clock, role)
            outlet(theirs)
            self.players[role] = make(self.ports[role])
            self.players[role].observe = self._observer(role)
        self.cast = Cast(self.players, Volts(9), clock.sleep)

    def _observer(self, role: str) -> Callable[..., None]:
        def observe(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
            when = self.clock.now() if t is None else t
            self.seen.append(Observation(len(self.seen) + 1, when, role, kind, fields))

        return observe

    def watch(self, seconds: float) -> None:
        """What owners do: attend to what devices say."""
        self.clock.sleep(seconds)
        for role, player in self.players.items():
            if self.ports[role].readable:
                player.attend()

    def dial(self) -> TlsPort:
        """A connection to the host that looked at the certificate."""
        until = self.clock.now() + 12
        port = TlsPort(self.modem.connect(HOST, PORT, until=until), client_context(), host=HOST)
        port.handshake(
            until, lambda leaf: certificates.refusal(leaf, HOST, NOW, certificates.trusted())
        )
        return port

    def pay(self) -> str:
        """What a new connection comes to, in a word."""
        try:
            self.dial().close()
        except CertificateRefused as refused:
            return refused.reason
        except (NetError, PortTimeout, PortLost) as error:
            return type(error).__name__
        return "connected"

    def bearer(self) -> bool:
        """Ask for one where there is none, as a terminal would."""
        if not self.modem.bearer_up and self.modem.registration.registered:
            self.modem.bearer.ask()
        return self.modem.bearer_up

    def evidence(self, fault: Any) -> Observation | None:
        """The first observation the fault takes for its effect."""
        return next((row for row in self.seen if fault.took_effect(row)), None)


def on_bench(story: Callable[[Bench], T]) -> T:
    """Run a story on a new bench whose modem is registered."""
    clock = CooperativeClock()

    def main() -> T:
        bench = Bench(clock)
        bench.watch(20)
        bench.players["modem"].poll()
        assert bench.pay() == "connected"
        bench.watch(1)
        bench.seen.clear()
        return story(bench)

    return clock.run(main)


def held(fault: Any) -> tuple[str, str, Observation | None, bool]:
    """What a client meets during a fault and after it, the evidence, whether it came by itself."""

    def story(bench: Bench) -> tuple[str, str, Observation | None, bool]:
        with fault.inject(bench.cast):
            bench.watch(1)
            alone = bench.evidence(fault) is not None
            bench.watch(5)
            bench.bearer()
            bench.players["network"].poll()
            during = bench.pay()
            bench.players["network"].poll()
            bench.watch(1)
            evidence = bench.evidence(fault)
        bench.clock.sleep(40)
        bench.bearer()
        return during, bench.pay(), evidence, alone

    return on_bench(story)


@pytest.mark.parametrize(
    ("fault", "during", "kind"),
    [
        (DataExhausted(), "NameSilent", "dropped"),
        (DataExhausted(mode="reset"), "NameSilent", "dropped"),
        (DataExhausted(mode="throttle", down=BitRate(64_000)), "connected", "counted"),
        (DataExhausted(mode="redirect"), "unknown_ca", "diverted"),
        (DataExhausted(mode="restrict"), "TimedOut", "dropped"),
        (DataExhausted(mode="deactivate"), "NoBearer", "bearer"),
        (DataExhausted(mode="deactivate", again="dead"), "NameSilent", "bearer"),
        (DataExhausted(mode="detach"), "NoBearer", "bearer"),
        (SimExpired(), "NoBearer", "registration"),
        (SimExpired("suspended"), "NameSilent", "dropped"),
        (SimExpired("barred"), "NoBearer", "bearer"),
        (AccessRefused(), "NoBearer", "bearer"),
        (AccessRefused(user="somebody"), "NoBearer", "bearer"),
        (NetworkCongested(), "NoBearer", "registration"),
        (NetworkCongested("bearer"), "NoBearer", "bearer"),
        (NamesFail(), "NameSilent", "name_asked"),
        (NamesFail("refused"), "NameSilent", "name_asked"),
        (NamesFail("unknown"), "NameUnknown", "name_asked"),
        (NamesFail("hijack"), "unknown_ca", "name_asked"),
        (CertificateBad(), "expired", "handshake"),
        (CertificateBad("not_yet_valid"), "not_yet_valid", "handshake"),
        (CertificateBad("unknown_ca"), "unknown_ca", "handshake"),
        (CertificateBad("wrong_name"), "wrong_name", "handshake"),
        (HostMoved(), "Refused", "turned_away"),
        (HostMoved("silent"), "TimedOut", "turned_away"),
    ],
    ids=name,
)
def test_each_fault_is_met_by_a_client_leaves_evidence_and_is_taken_back(
    fault: Any, during: str, kind: str
) -> None:
    """What the client meets is the fault's own; afterwards everything works again."""
    met, after, evidence, _ = held(fault)

    assert (met, after) == (during, "connected")
    assert evidence is not None
    assert evidence.kind == kind


@pytest.mark.parametrize(
    "fault",
    [
        NamesFail(), CertificateBad(), HostMoved("silent"), SimExpired("suspended"),
        DataExhausted(), DataExhausted(mode="throttle"), NetworkShape(delay=Seconds(2)),
    ],
    ids=name,
)  # fmt: skip
def test_what_nobody_meets_has_no_effect(fault: Any) -> None:
    """The bench's own record is no evidence."""
    *_, alone = held(fault)

    assert not alone


def test_who_may_still_reach_his_host_has_met_no_end_of_a_plan() -> None:
    """The carrier says that the plan is exhausted; the terminal's host is on its list."""
    met, _, evidence, _ = held(DataExhausted(mode="restrict", allow=("*.hil.test",)))

    assert (met, evidence) == ("connected", None)


def test_the_causes_are_those_of_the_standard() -> None:
    """27 for the access point, 29 for the user, 8 for a barred SIM, 33 for a plan."""

    def cause(fault: Any) -> int:
        def story(bench: Bench) -> int:
            with fault.inject(bench.cast):
                bench.watch(3)
                bench.bearer()
                return bench.modem.bearer.cause

        return on_bench(story)

    assert cause(AccessRefused()) == 27
    assert cause(AccessRefused(user="somebody")) == 29
    assert cause(SimExpired("barred")) == 8
    assert cause(DataExhausted(mode="deactivate")) == 33
    assert cause(DataExhausted(mode="deactivate", cause=26)) == 26


def test_a_connection_ends_where_the_host_moves_and_where_names_are_to_be_asked_anew() -> None:
    """Or a terminal would go on with the one it has."""

    def story(bench: Bench, fault: Any) -> str:
        port = bench.dial()
        with fault.inject(bench.cast):
            try:
                return "silent" if port.read(bench.clock.now() + 5) is None else "more"
            except PortLost:
                return "ended"

    ends = {
        str(fault): on_bench(lambda bench, fault=fault: story(bench, fault))  # type: ignore[misc]
        for fault in (HostMoved(), HostMoved("silent"), NamesFail(), NamesFail(anew=False))
    }

    assert list(ends.values()) == ["ended", "silent", "ended", "silent"]


def test_a_top_up_is_known_after_its_delay_and_may_be_given() -> None:
    """The plan stays at its end meanwhile."""
    fault = DataExhausted(delay=Seconds(60), top_up=Bytes(5000))

    def story(bench: Bench) -> list[int | None]:
        with fault.inject(bench.cast):
            bench.clock.sleep(1)
        left = [bench.link.carrier.left]
        for _ in range(2):
            bench.clock.sleep(40)
            left.append(bench.link.carrier.left)
        return left

    assert on_bench(story) == [0, 0, 5000]


@pytest.mark.parametrize(
    ("needs", "remedy"),
    [("bearer", "bearer"), ("radio", "radio"), ("power", "power")],
)
def test_a_topped_up_plan_waits_for_what_the_device_does(needs: Any, remedy: str) -> None:
    """A new bearer, flight mode, or a power cycle."""
    fault = DataExhausted(needs=needs)

    def story(bench: Bench) -> tuple[str, str]:
        with fault.inject(bench.cast):
            bench.watch(1)
        before = bench.pay()
        if remedy == "bearer":
            bench.modem.bearer.end("me_ended")
        elif remedy == "radio":
            bench.modem.set_functionality(4)
            bench.clock.sleep(2)
            bench.modem.set_functionality(1)
        else:
            bench.modem.power(on=False)
            bench.clock.sleep(5)
            bench.modem.power(on=True)
        bench.clock.sleep(30)
        bench.bearer()
        return before, bench.pay()

    assert on_bench(story) == ("NameSilent", "connected")


def test_with_an_overrun_the_end_comes_later() -> None:
    """Its evidence too: setting a record to zero is no effect."""
    fault = DataExhausted(overrun=Bytes(9000))

    def story(bench: Bench) -> tuple[str, bool, str, bool]:
        with fault.inject(bench.cast):
            bench.watch(1)
            first, soon = bench.pay(), bench.evidence(fault) is not None
            last = [bench.pay() for _ in range(5)][-1]
            bench.watch(1)
            return first, soon, last, bench.evidence(fault) is not None

    assert on_bench(story) == ("connected", False, "NameSilent", True)


@pytest.mark.parametrize(("used", "said"), [(0.8, "80 %"), (0.95, "95 %"), (0.5, "")])
def test_a_low_plan_is_warned_of_and_goes_on(used: float, said: str) -> None:
    """Cleared, as much is left as before."""
    fault = PlanLow(Fraction(used))

    def story(bench: Bench) -> tuple[str, str, bool]:
        before = bench.link.carrier.left
        with fault.inject(bench.cast):
            bench.watch(2)
            paid = bench.pay()
            texts = [row["text"] for row in bench.seen if row.kind == "notice"]
        left = bench.link.carrier.left
        assert left == before
        return paid, "".join(texts), bench.evidence(fault) is not None

    paid, text, shown = on_bench(story)

    assert paid == "connected"
    assert said in text
    assert bool(text) == bool(said) == shown


def test_what_was_bought_meanwhile_stays() -> None:
    """A clearing gives back what was used up, and takes away nothing."""

    def story(bench: Bench) -> tuple[int | None, int | None]:
        with PlanLow(Fraction(0.95)).inject(bench.cast):
            bench.link.carrier.top_up(900_000_000)
            bought = bench.link.carrier.left
        return bought, bench.link.carrier.left

    bought, left = on_bench(story)

    assert bought == left


def test_of_an_endless_plan_a_share_of_a_usual_one_is_used() -> None:
    """And afterwards it is endless again."""

    def story(bench: Bench) -> tuple[int | None, int | None]:
        bench.link.carrier.set_left(None)
        with PlanLow(Fraction(0.95)).inject(bench.cast):
            low = bench.link.carrier.left
        return low, bench.link.carrier.left

    assert on_bench(story) == (500_000, None)


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        (DataExhausted, {"mode": "deactivate", "again": "back_off"}),
        (DataExhausted, {"mode": "explode"}),
        (DataExhausted, {"http": 303}),
        (DataExhausted, {"colour": "red"}),
        (PlanLow, "100 %"),
        (PlanLow, "0 %"),
        (NamesFail, "answer"),
        (CertificateBad, "good"),
        (SimExpired, "active"),
        (HostMoved, "open"),
    ],
)
def test_what_makes_no_sense_is_refused_at_the_door(kind: Any, plain: Any) -> None:
    """Before anything runs."""
    with pytest.raises(WordError):
        fill(kind, plain)


def test_every_key_of_an_ending_may_stand_in_a_scenario() -> None:
    """A number where a word of digits is meant is understood."""
    any_mode = {"needs": "radio", "overrun": "100 kB", "delay": "10 min", "top_up": "1 MB"}
    portal = {"http": 451, "names": "pass", "tls": "drop", "allow": ["a.test"]}
    refused = {"cause": 26, "event": "vendor", "again": "back_off", "back_off": "12 min"}
    slow = {"down": "8 kbit/s", "up": "8 kbit/s", "queue": "9 kB"}
    rows: dict[str, dict[str, Any]]
    rows = {"drop": {"icmp": True}, "redirect": portal, "deactivate": refused, "throttle": slow}

    read = {
        mode: fill(DataExhausted, {"mode": mode, **own, **any_mode}) for mode, own in rows.items()
    }

    assert read["redirect"].how.http == "451"
    assert float(read["deactivate"].how.back_off) == 720
    assert read["throttle"].how.queue == 9000
    assert all(one.top_up == 1_000_000 for one in read.values())


@pytest.mark.parametrize(
    ("fault", "lacks"),
    [
        (DataExhausted(mode="detach"), "mode:detach"),
        (DataExhausted(needs="radio"), "needs"),
        (SimExpired(), "subscription"),
        (AccessRefused(), "access"),
        (NamesFail(), "names"),
    ],
    ids=name,
)
def test_what_a_link_cannot_do_is_refused_by_name(fault: Any, lacks: str) -> None:
    """Before the run, and again where it is injected all the same."""
    means = Means(Volts(9), lacks={lacks: "it is only a wire"})
    assert "only a wire" in fault.refusal(means)
    assert fault.refusal(Means(Volts(9))) == ""

    def story(bench: Bench) -> None:
        bench.players["network"].lacks = lambda: means.lacks
        with pytest.raises(NotSupported, match="only a wire"), fault.inject(bench.cast):
            pass

    on_bench(story)
