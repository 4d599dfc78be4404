"""The carrier's driver on the simulated carrier: changes that take time, refusals, HTTPS."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.clock import CooperativeClock, ThreadClock
from harness.drivers.carrier_api import Driver
from harness.errors import BenchError, DeviceRefused, PortLost, RigError
from harness.files import fixture, read_plain
from harness.links import certificates
from harness.links.carrier import Carrier
from harness.model.network import Exhaustion
from harness.model.units import BitRate, Bytes, Seconds
from harness.ports.base import Port
from harness.ports.memory import pair
from harness.ports.tcp import TcpPort
from harness.ports.tls import TlsPort
from harness.rig.address import BenchPort, port_to
from harness.sim.carrier_api import CarrierApi
from harness.tests.drivers.test_carrier_api import FOREIGN, SIM, TOKEN, driver


class Stage:
    """The simulated carrier and a driver on it."""

    def __init__(self, clock: CooperativeClock, own: dict[str, Any], address: str) -> None:
        self.clock, self.account = clock, Carrier(50_000, clock=clock)
        personality = {**read_plain(fixture("carrier", "harness_mobile.yaml")), **own}
        accounts = {SIM: self.account, FOREIGN: Carrier(9, clock=clock)}
        self.api = CarrierApi(clock, personality, accounts, rng=random.Random(4))
        self.seen: list[tuple[float, str, dict[str, Any]]] = []
        self.kind: Any = "good"
        self._address = address

    def connect(self, _: str) -> Port:
        """A new connection, over TLS where the address says so."""
        near, far = pair(self.clock, self._address, latency=0.02)
        if not self._address.startswith("https://"):
            self.api.outlets["http"](far)
            return near
        server = TlsPort(far, certificates.server_context(self.kind, "api.carrier.test"))

        def serve() -> None:
            try:
                server.handshake(self.clock.now() + 10)
            except PortLost:
                return
            self.api.outlets["http"](server)

        self.clock.spawn("carrier's TLS", serve)
        return near

    def driver(self, **more: Any) -> Driver:
        """What it observes is kept."""
        carrier = driver(BenchPort(self.clock, self._address, self.connect), **more)
        carrier.observe = lambda kind, /, **own: self.seen.append((self.clock.now(), kind, own))
        return carrier


def on_stage(story: Callable[[Stage], None], address: str = "sim://carrier", **own: Any) -> None:
    """Run a story with the simulated carrier."""
    clock = CooperativeClock()
    clock.run(lambda: story(Stage(clock, own, address)))


def test_changes_reach_the_account_and_what_was_found_is_put_back() -> None:
    """State, what is left, a top-up, the ending; the safe state is as it was."""

    def story(stage: Stage) -> None:
        carrier, account = stage.driver(), stage.account
        carrier.set_data_left(Bytes(0))
        assert account.exhausted
        carrier.top_up(Bytes(777))
        assert account.left == 777
        carrier.set_exhaustion(
            Exhaustion("throttle", down=BitRate(1_280_000), up=BitRate(64_000), delay=Seconds(0.5))
        )
        assert (account.how.mode, account.how.down, account.how.delay) == ("throttle", 1.28e6, 0.5)
        carrier.set_subscription("expired")
        carrier.set_subscription("active")  # though the carrier may still tell it so
        assert account.subscription == "active"
        carrier.set_subscription("barred")
        carrier.make_safe()
        assert (account.subscription, account.left) == ("active", 50_000)
        carrier.make_safe()
        assert all(SIM in one for one in stage.api.asked)

    on_stage(story)


def test_what_is_told_is_old_and_the_poll_tells_when_it_is_new() -> None:
    """Eventually consistent, as carriers are."""

    def story(stage: Stage) -> None:
        carrier = stage.driver()
        carrier.poll()
        stage.account.set_subscription("suspended")
        carrier.poll()
        stage.clock.sleep(5)
        carrier.poll()
        carrier.poll()
        kinds = [(kind, own["state"]) for _, kind, own in stage.seen]
        assert kinds == [
            ("subscription", "active"),
            ("plan", "open"),
            ("subscription", "suspended"),
        ]

    on_stage(story)


def test_a_change_that_takes_minutes_is_pending_and_told_when_it_is_made() -> None:
    """The bench does not wait for ever; on the way out it insists."""
    slow = {"answer": "10 ms", "change": ["100 s", "100 s"], "stale": "1 s"}

    def story(stage: Stage) -> None:
        carrier = stage.driver(wait=Seconds(10))
        carrier.set_subscription("suspended")
        assert stage.clock.now() < 15
        assert ("pending", {"what": "state"}) in [(kind, own) for _, kind, own in stage.seen]
        with pytest.raises(BenchError, match="not made yet: state"):
            carrier.make_safe()
        stage.clock.sleep(230)
        carrier.poll()
        carrier.make_safe()
        assert stage.account.subscription == "active"

    on_stage(story, times=slow)


def test_what_the_tariff_does_not_allow_is_told_in_the_carriers_words() -> None:
    """E211 for too large a top-up, E212 for a SIM in the wrong state."""

    def story(stage: Stage) -> None:
        carrier = stage.driver()
        with pytest.raises(DeviceRefused, match="status 422: E211 a top-up is 5000000000"):
            carrier.top_up(Bytes(6_000_000_000))
        carrier.set_subscription("expired")
        with pytest.raises(DeviceRefused, match="E212 the SIM is expired"):
            carrier.top_up(Bytes(1))

    on_stage(story)


def test_too_many_requests_are_waited_out() -> None:
    """429 and Retry-After: late, but done."""

    def story(stage: Stage) -> None:
        carrier = stage.driver()
        for _ in range(5):
            carrier.data_left()
        assert stage.clock.now() > 20
        assert stage.account.subscription == "active"

    on_stage(story, rate={"requests": 2, "window": "10 s"})


@pytest.mark.parametrize("kind", ["good", "expired", "unknown_ca", "wrong_name"])
def test_over_https_only_who_is_trusted_hears_the_token(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad certificate ends it before a request leaves."""
    monkeypatch.setenv("CARRIER_TOKEN", TOKEN)
    (tmp_path / "authority.pem").write_text(certificates.trusted())

    def story(stage: Stage) -> None:
        stage.kind = kind
        carrier = stage.driver(
            token_env="CARRIER_TOKEN",
            authority=str(tmp_path / "authority.pem"),
        )
        if kind == "good":
            carrier.set_data_left(Bytes(0))
            assert stage.account.left == 0
            return
        with pytest.raises(PortLost, match="certificate refused"):
            carrier.identify()
        assert stage.api.asked == []

    on_stage(story, "https://api.carrier.test", token=TOKEN)
    with pytest.raises(RigError, match="authority"):
        driver(
            BenchPort(
                CooperativeClock(), "https://a.test", lambda _: pair(CooperativeClock(), "")[0]
            ),
            authority=str(tmp_path / "none.pem"),
        )


def test_without_its_token_the_carrier_tells_nothing() -> None:
    """401, in its words."""

    def story(stage: Stage) -> None:
        with pytest.raises(DeviceRefused, match="status 401: E101"):
            stage.driver().identify()

    on_stage(story, token=TOKEN)


def test_an_https_address_is_a_connection_to_its_port() -> None:
    """443 where the address names none."""
    port = port_to("https://api.carrier.test", ThreadClock())

    assert isinstance(port, TcpPort)
    assert port.address == "https://api.carrier.test"
