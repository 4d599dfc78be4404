"""The carrier's interface: requests as they are documented, the simulated carrier, and its limits.

No SIM but those the rig file names is ever in a request, and the token is in nothing that is told.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.carrier_api import Driver
from harness.errors import (
    BenchError,
    DeviceRefused,
    Garbled,
    LimitExceeded,
    NotSupported,
    PortTimeout,
    RigError,
)
from harness.model.network import DataPlan, Exhaustion, Limited, Subscription
from harness.model.roles import Identified, Polled, SafeState
from harness.model.units import Bytes
from harness.ports.base import Port
from harness.ports.memory import pair
from harness.rig.address import BenchPort
from harness.testing import replay

SIM, OTHER, FOREIGN = "8986000000000000019", "8986000000000000027", "8944000000000000035"
OWN: dict[str, Any] = {"iccid": SIM, "sims": [SIM, OTHER]}
TOKEN = "t0ps3cret-token"
ACCOUNT = {"iccid": SIM, "state": "active", "left": 1000, "mode": "drop"}


def asked(method: str, tail: str = "", body: Any = None, *, token: str = "") -> bytes:
    """A request as it is documented."""
    head = [f"{method} /sims/{SIM}{tail} HTTP/1.1", "Host: replay", "Connection: close"]
    head.append("Accept: application/json")
    if token:
        head.append(f"Authorization: Bearer {token}")
    sent = "" if body is None else json.dumps(body, separators=(",", ":"))
    if body is not None:
        head += ["Content-Type: application/json", f"Content-Length: {len(sent)}"]
    return ("\r\n".join(head) + "\r\n\r\n" + sent).encode()


def answered(body: Any, status: str = "200 OK", *headers: str) -> bytes:
    """An answer; a text as it is, anything else as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(text)}", *headers]
    return ("\r\n".join(head) + "\r\n\r\n" + text).encode()


LOOK = (asked("GET"), answered(ACCOUNT))


def driver(port: Port, **more: Any) -> Driver:
    """For the SIM of these tests."""
    return Driver(port, **{**OWN, **more})


def test_it_plays_its_roles_and_says_whose_account_it_is() -> None:
    """DataPlan, Subscription, Limited, Polled, Identified, SafeState."""
    with replay(driver, [LOOK]) as carrier:
        for role in (DataPlan, Subscription, Limited, Polled, Identified, SafeState):
            assert isinstance(carrier, role)
        assert carrier.identify() == f"carrier of {SIM}, active"


def test_a_change_is_asked_for_waited_for_and_seen() -> None:
    """PATCH, the change's own place until it is done, then the account."""
    seen: list[Any] = []
    done = {**ACCOUNT, "state": "suspended"}
    talk = [
        LOOK, LOOK,
        (asked("PATCH", "", {"state": "suspended"}), answered({"change": "c-7"}, "202 Accepted")),
        (asked("GET", "/changes/c-7"), answered({"status": "pending"})),
        (asked("GET", "/changes/c-7"), answered({"status": "done"})),
        (asked("GET"), answered(done)),
    ]  # fmt: skip
    with replay(driver, talk) as carrier:
        carrier.observe = lambda kind, /, **own: seen.append((kind, own))
        carrier.set_subscription("suspended")

    assert seen == [
        ("subscription", {"state": "active"}),
        ("plan", {"left": 1000, "state": "open", "mode": "drop"}),
        ("subscription", {"state": "suspended"}),
    ]


def test_what_is_so_already_is_not_asked_for() -> None:
    """Each request of a real carrier counts, and some cost."""
    with replay(driver, [LOOK, LOOK, LOOK]) as carrier:
        carrier.set_subscription("active")
        carrier.set_data_left(Bytes(1000))
        assert carrier.data_left() == 1000
        carrier.make_safe()


# --- safety ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"iccid": FOREIGN}, "not among the sims that may be touched"),
        ({"sims": []}, "not among the sims"),
        ({"iccid": "1234"}, "is no ICCID"),
        ({"sims": [SIM, "../8944"]}, "is no ICCID"),
        ({"token_env": "NOT_SET"}, "'NOT_SET' is not set"),
    ],
)
def test_a_sim_that_is_not_named_cannot_be_chosen(own: Any, said: str) -> None:
    """Nothing is asked."""
    with pytest.raises(RigError, match=said):
        driver(pair(CooperativeClock(), "127.0.0.1:80")[0], **own)


ACTS: dict[str, Callable[[Driver], object]] = {
    "identify": Driver.identify,
    "poll": Driver.poll,
    "left": Driver.data_left,
    "set left": lambda carrier: carrier.set_data_left(Bytes(0)),
    "top up": lambda carrier: carrier.top_up(Bytes(5)),
    "exhaustion": lambda carrier: carrier.set_exhaustion(Exhaustion("reset")),
    "state": lambda carrier: carrier.set_subscription("barred"),
    "safe": Driver.make_safe,
}


@pytest.mark.parametrize("act", ACTS)
def test_a_sim_that_is_not_named_is_never_touched(act: str) -> None:
    """Not even where the driver changes its mind: the only way to a SIM looks at the list."""

    def main() -> None:
        near, far = pair(clock, "127.0.0.1:80")
        carrier = driver(near)
        account = vars(carrier)["_account"]
        vars(account)["_iccid"] = FOREIGN
        account.found = {"state": "active", "left": 1, "touched": {"left"}}
        with pytest.raises(LimitExceeded, match="may not be touched"):
            ACTS[act](carrier)
        assert not far.readable

    clock = CooperativeClock()
    clock.run(main)


@pytest.mark.parametrize(
    "wrong",
    [
        {**ACCOUNT, "iccid": OTHER}, {**ACCOUNT, "state": "sleeping"}, {**ACCOUNT, "left": "1"},
        {**ACCOUNT, "left": -1}, {**ACCOUNT, "left": True}, {"iccid": SIM}, [], "", "null",
        "<html>", "[" * 9000, 7,
    ],
)  # fmt: skip
def test_what_is_not_the_account_changes_nothing(wrong: Any) -> None:
    """The account is looked at first; another SIM's, or none, is Garbled."""
    with replay(driver, [(asked("GET"), answered(wrong))]) as carrier, pytest.raises(Garbled):
        carrier.set_subscription("barred")


def test_the_token_is_told_to_the_carrier_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in an error, though the carrier quotes it; not over plain HTTP to another machine."""
    monkeypatch.setenv("CARRIER_TOKEN", TOKEN)
    near = pair(CooperativeClock(), "api.example:80")[0]
    with pytest.raises(RigError, match="over https alone") as told:
        driver(near, token_env="CARRIER_TOKEN")
    assert TOKEN not in str(told.value)

    refused = answered({"error": {"code": "E101", "message": f"{TOKEN} is wrong"}}, "401 No")
    plain = answered(f"who is {TOKEN}?", "403 No")
    monkeypatch.setattr("harness.drivers._carrier.HOME", re.compile("replay"))
    request = asked("GET", token=TOKEN)
    with replay(driver, [(request, refused), (request, plain)], token_env="CARRIER_TOKEN") as one:
        for said in ("E101 [*]{3} is wrong", "who is [*]{3}"):
            with pytest.raises(DeviceRefused, match=said) as refusal:
                one.identify()
            assert TOKEN not in str(refusal.value)

    monkeypatch.setenv("CARRIER_TOKEN", "two words\r\nX: y")
    with pytest.raises(RigError, match="what no token is"):
        driver(pair(CooperativeClock(), "sim://carrier")[0], token_env="CARRIER_TOKEN")


def test_a_redirection_is_not_followed() -> None:
    """The token is for one host."""
    away = answered("", "302 Found", "Location: https://elsewhere.example/")
    with replay(driver, [(asked("GET"), away)]) as carrier, pytest.raises(DeviceRefused):
        carrier.identify()


# --- what goes wrong ------------------------------------------------------------------------


def test_only_what_may_be_done_twice_is_asked_twice() -> None:
    """A GET and a PUT are; a top-up never."""
    broken = answered("", "502 Bad Gateway")
    limit = (asked("PUT", "/limit", {"left": 0}), answered({}))
    talk = [
        (asked("GET"), broken), (asked("GET"), None), LOOK, LOOK,
        (limit[0], None), (limit[0], broken), limit, LOOK,
        (asked("POST", "/top-ups", {"bytes": 5}), broken),
        (asked("POST", "/top-ups", {"bytes": 5}), None),
    ]  # fmt: skip
    with replay(driver, talk) as carrier:
        carrier.set_data_left(Bytes(0))
        with pytest.raises(DeviceRefused, match="status 502"):
            carrier.top_up(Bytes(5))
        with pytest.raises(PortTimeout):
            carrier.top_up(Bytes(5))


def test_a_carrier_that_wants_fewer_requests_is_waited_for() -> None:
    """As long as it says, a top-up too, for it was not done; not for ever."""
    busy = answered("", "429 Slow", "Retry-After: 7")
    top_up = asked("POST", "/top-ups", {"bytes": 5})
    talk = [LOOK, (top_up, busy), (top_up, answered({})), LOOK, *[(asked("GET"), busy)] * 13]
    with replay(driver, talk) as carrier:
        carrier.top_up(Bytes(5))
        with pytest.raises(DeviceRefused, match="status 429"):
            carrier.data_left()
        assert vars(carrier)["_carrier"].clock.now() == pytest.approx(7 + 12 * 7, abs=0.1)


@pytest.mark.parametrize("answer", [None, answered("", "429 Slow"), answered("", "503 Later")])
def test_a_poll_waits_for_nothing_and_spoils_nothing(answer: Any) -> None:
    """A carrier that is away for a moment is asked again when it is due; a fault need not wait."""
    with replay(driver, [(asked("GET"), answer), LOOK]) as carrier:
        carrier.poll()
        assert vars(carrier)["_carrier"].clock.now() <= 10
        assert carrier.data_left() == 1000


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"status": "failed", "error": {"code": "E300"}}, DeviceRefused),
        ({"status": "who knows"}, Garbled),
        ({}, Garbled),
    ],
)
def test_a_change_that_is_given_up_is_told(said: Any, error: type[BenchError]) -> None:
    """And one of which nothing sensible is told."""
    change = (asked("PATCH", "", {"state": "barred"}), answered({"change": "c1"}))
    talk = [LOOK, LOOK, change, (asked("GET", "/changes/c1"), answered(said))]
    with replay(driver, talk) as carrier, pytest.raises(error):
        carrier.set_subscription("barred")


def test_a_change_with_a_name_that_leads_elsewhere_is_not_followed() -> None:
    """The name becomes part of a path."""
    change = (asked("PATCH", "", {"state": "barred"}), answered({"change": "../../sims/1"}))
    with replay(driver, [LOOK, LOOK, change]) as carrier, pytest.raises(Garbled, match="no name"):
        carrier.set_subscription("barred")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", PortTimeout),
        (b"220 mail.example ESMTP\r\n\r\n", Garbled),
        (b"\x15\x03\x01\x00\x02\x02\x46", Garbled),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", BenchError),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000, Garbled),
        (answered("x" * 300_000), Garbled),
        (answered({"error": []}, "500 No"), DeviceRefused),
        (answered("\0" * 500, "404 No"), DeviceRefused),
        (None, PortTimeout),
    ],
)
def test_what_is_no_answer_is_told_and_comes_to_an_end(
    answer: Any, error: type[BenchError]
) -> None:
    """Silence, halves, other protocols, floods; each within a minute."""
    clock = CooperativeClock()

    def main() -> None:
        def connect(_: str) -> Port:
            near, far = pair(clock, "carrier")
            far.write(answer or b"")
            return near

        carrier = driver(BenchPort(clock, "sim://carrier", connect))
        with pytest.raises(error) as told:
            carrier.identify()
        assert len(str(told.value)) < 1000
        assert clock.now() < 60

    clock.run(main)


def test_a_carrier_that_cannot_be_told_how_a_plan_ends_says_so() -> None:
    """Before a run, by ``lacks``, and when it is asked all the same."""
    with replay(driver, [], exhaustion="throttle") as carrier:
        assert sorted(carrier.lacks())[:2] == ["mode:deactivate", "mode:detach"]
        assert "mode:throttle" not in carrier.lacks()
        carrier.set_exhaustion(Exhaustion("throttle"))
        with pytest.raises(NotSupported, match="ends its plans by throttle"):
            carrier.set_exhaustion(Exhaustion("drop"))
    with replay(driver, []) as carrier:
        assert not carrier.lacks()
