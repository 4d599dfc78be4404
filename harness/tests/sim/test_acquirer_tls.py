"""The acquirer's secure outlet: the same host behind certificates good and bad."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.files import fixture, read_plain
from harness.links import certificates
from harness.ports.memory import MemoryPort, pair
from harness.ports.tls import CertificateRefused, TlsPort, client_context
from harness.sim.acquirer import Acquirer
from harness.wire.iso8583 import Deframer, Message, frame, unframe
from harness.wire.subfields import Kind

T = TypeVar("T")
HOST = "host.hil.test"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
SIGN_ON = Message("0800", {11: "000001", 41: "HIL00001", 42: "9" * 15,
                           60: Kind("00", 0, "003").text, 63: "01 "})  # fmt: skip


class Bench:
    """A host, and what its control connection has told."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock = clock
        plain = read_plain(fixture("host", "test_acquirer.yaml"))
        self.host = Acquirer(clock, plain, rng=random.Random(1))
        self.control, theirs = pair(clock, "control")
        self.host.outlets["control"](theirs)
        self.said = ""

    def line(self) -> MemoryPort:
        """A connection to the secure outlet, without a handshake."""
        ours, theirs = pair(self.clock, "host", latency=0.05)
        self.host.outlets["tls"](theirs)
        return ours

    def client(self) -> TlsPort:
        """A connection that looked at the certificate."""
        port = TlsPort(self.line(), client_context(), host=HOST)
        port.handshake(
            self.clock.now() + 10,
            lambda leaf: certificates.refusal(leaf, HOST, NOW, certificates.trusted()),
        )
        return port

    def do(self, **request: Any) -> dict[str, Any]:
        """Ask the control connection."""
        self.control.write(json.dumps(request).encode() + b"\n")
        self.clock.sleep(0.001)
        return [line for line in self.lines() if "event" not in line][-1]

    def lines(self) -> list[dict[str, Any]]:
        """All that the control connection said."""
        while self.control.readable:
            chunk = self.control.read(self.clock.now())
            assert chunk is not None
            self.said += chunk.data.decode()
        return [json.loads(line) for line in self.said.splitlines()]

    def events(self) -> list[tuple[str, Any]]:
        """Words of the events, with the certificate that was shown."""
        return [(line["event"], line.get("shown")) for line in self.lines() if "event" in line]


def on_bench(story: Callable[[Bench], T]) -> T:
    """Run a story on a new bench in virtual time."""
    clock = CooperativeClock()
    return clock.run(lambda: story(Bench(clock)))


def sign_on(bench: Bench, port: TlsPort) -> str:
    """The answer code of a sign-on."""
    port.write(frame(SIGN_ON))
    deframer = Deframer()
    while (chunk := port.read(bench.clock.now() + 5)) is not None:
        for inside in deframer.feed(chunk.data):
            return unframe(inside).get(39)
    return ""


def test_the_host_answers_over_tls_as_it_does_in_plain() -> None:
    """Handshake, sign-on, answer; all told."""

    def story(bench: Bench) -> tuple[str, list[tuple[str, Any]]]:
        code = sign_on(bench, bench.client())
        return code, bench.events()

    code, events = on_bench(story)

    assert code == "00"
    assert events[:2] == [("handshake", "good"), ("connected", None)]
    assert ("answered", None) in events


@pytest.mark.parametrize("kind", ["expired", "not_yet_valid", "unknown_ca", "wrong_name"])
def test_each_certificate_is_met_by_new_connections(kind: str) -> None:
    """It is told when it is set and when a client meets it; the good one comes back."""

    def story(bench: Bench) -> list[tuple[str, Any]]:
        assert bench.do(do="certificate", kind=kind) == {"ok": True}
        assert bench.do(do="state")["certificate"] == kind
        with pytest.raises(CertificateRefused) as caught:
            bench.client()
        assert caught.value.reason == kind
        bench.clock.sleep(1)
        bench.do(do="certificate", kind="good")
        assert sign_on(bench, bench.client()) == "00"
        return bench.events()

    events = on_bench(story)

    assert events[:2] == [("certificate", kind), ("handshake", kind)]
    assert ("certificate", "good") in events
    assert "violation" not in dict(events)


def test_a_new_certificate_ends_the_connections_there_are() -> None:
    """As a server that starts anew; the same one again ends nothing."""

    def story(bench: Bench) -> None:
        port = bench.client()
        bench.do(do="certificate", kind="good")
        assert sign_on(bench, port) == "00"
        bench.do(do="certificate", kind="expired")
        with pytest.raises(PortLost, match="closed by the other end"):
            port.read(bench.clock.now() + 5)
        assert bench.do(do="state")["connections"] == 0

    on_bench(story)


@pytest.mark.parametrize("after", [0.0, 0.06, 0.12, 0.16])
@pytest.mark.parametrize("noise", [b"", b"\x16\x03\x01\xff\xff", b"0800 in clear"])
def test_a_client_that_leaves_in_the_handshake_breaks_nothing(noise: bytes, after: float) -> None:
    """Wherever it leaves and whatever it said; the next one is served."""

    def story(bench: Bench) -> str:
        line = bench.line()
        if noise:
            line.write(noise)
        else:
            port = TlsPort(line, client_context(), host=HOST)
            bench.clock.spawn("client", lambda: _try(port))
        bench.clock.call_at(bench.clock.now() + after, line.close)
        bench.clock.sleep(5)
        return sign_on(bench, bench.client())

    def _try(port: TlsPort) -> None:
        with suppress(PortLost):
            port.handshake(10)

    assert on_bench(story) == "00"


def test_a_client_that_says_nothing_is_given_up() -> None:
    """After half a minute, and the reason is told."""

    def story(bench: Bench) -> tuple[float, str]:
        line = bench.line()
        with pytest.raises(PortLost):
            line.read(100)
        told = [row for row in bench.lines() if row.get("event") == "handshake"]
        return bench.clock.now(), told[0]["why"]

    when, why = on_bench(story)

    assert when == pytest.approx(30, abs=0.2)
    assert "handshake" in why


@pytest.mark.parametrize("kind", ["", "best", None, 3, ["good"]])
def test_a_certificate_that_is_none_is_refused(kind: Any) -> None:
    """And the good one stays."""

    def story(bench: Bench) -> dict[str, Any]:
        assert "error" in bench.do(do="certificate", kind=kind)
        return bench.do(do="state")

    assert on_bench(story)["certificate"] == "good"


@pytest.mark.parametrize("state", ["closed", "silent"])
def test_a_host_that_moves_leaves_its_connections(state: str) -> None:
    """With a word or without where the wire can; here, each new one is refused and told."""

    def story(bench: Bench) -> tuple[int, str, list[str]]:
        port = bench.client()
        assert bench.do(do="door", state=state) == {"ok": True}
        with pytest.raises(PortLost, match="closed by the other end"):
            port.read(bench.clock.now() + 5)
        with pytest.raises(PortLost):
            bench.line()
        left = bench.do(do="state")["connections"]
        bench.do(do="door", state="open")
        return left, sign_on(bench, bench.client()), [event for event, _ in bench.events()]

    left, code, events = on_bench(story)

    assert (left, code) == (0, "00")
    assert [word for word in events if word in ("door", "turned_away")] == [
        "door", "turned_away", "door",
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["", "ajar", None, ["open"]])
def test_a_door_that_is_none_is_refused(state: Any) -> None:
    """And it stays open."""

    def story(bench: Bench) -> dict[str, Any]:
        assert "error" in bench.do(do="door", state=state)
        return bench.do(do="state")

    assert on_bench(story)["door"] == "open"
