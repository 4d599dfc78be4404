"""The simulated carrier's interface, in HTTP's own words."""

import json
import random
from contextlib import suppress
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.files import fixture, read_plain
from harness.links.carrier import Carrier
from harness.ports.memory import pair
from harness.sim.carrier_api import CarrierApi

SIM = "8986000000000000019"


def ask(*requests: tuple[str, str, Any], **own: Any) -> tuple[list[tuple[int, Any]], Carrier]:
    """Statuses and bodies of the answers, half a minute apart, and the account behind them."""
    clock = CooperativeClock()
    account = Carrier(1000, clock=clock)
    personality = {**read_plain(fixture("carrier", "harness_mobile.yaml")), **own}
    api = CarrierApi(clock, personality, {SIM: account}, rng=random.Random(1))

    def one(method: str, target: str, body: Any) -> tuple[int, Any]:
        near, far = pair(clock, "carrier")
        api.outlets["http"](far)
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = b"" if body is None else sent
        head = f"{method} {target} HTTP/1.1\r\nHost: c\r\nContent-Length: {len(sent)}\r\n"
        near.write(f"{head}Connection: close\r\n\r\n".encode() + sent)
        heard = b""
        with suppress(PortLost):
            while chunk := near.read(clock.now() + 5):
                heard += chunk.data
        clock.sleep(30)
        return int(heard.split()[1]), json.loads(heard.partition(b"\r\n\r\n")[2])

    return clock.run(lambda: [one(*request) for request in requests]), account


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "code"),
    [
        ("GET", "/", None, 404, "E104"),
        ("GET", "/sims", None, 404, "E104"),
        ("GET", "/sims/8986000000000000027", None, 404, "E104"),
        ("GET", f"/other/{SIM}", None, 404, "E104"),
        ("GET", f"/sims/{SIM}/limit", None, 405, "E103"),
        ("DELETE", f"/sims/{SIM}", None, 405, "E103"),
        ("PUT", f"/sims/{SIM}/tariff", {}, 404, "E103"),
        ("PATCH", f"/sims/{SIM}", b"state", 400, "E105"),
        ("PATCH", f"/sims/{SIM}", b"[" * 5000, 400, "E105"),
        ("PATCH", f"/sims/{SIM}", ["state"], 400, "E105"),
        ("PATCH", f"/sims/{SIM}", {"state": "dead"}, 400, "E105"),
        ("PUT", f"/sims/{SIM}/limit", {"left": -1}, 400, "E105"),
        ("PUT", f"/sims/{SIM}/limit", {"left": "1"}, 400, "E105"),
        ("PUT", f"/sims/{SIM}/limit", {"left": True}, 400, "E105"),
        ("PUT", f"/sims/{SIM}/limit", {}, 400, "E105"),
        ("POST", f"/sims/{SIM}/top-ups", {"bytes": None}, 400, "E105"),
        ("POST", f"/sims/{SIM}/top-ups", {"bytes": 10**10}, 422, "E211"),
        ("PUT", f"/sims/{SIM}/exhaustion", {"mode": "explode"}, 400, "E105"),
        ("PUT", f"/sims/{SIM}/exhaustion", {"mood": "drop"}, 400, "E105"),
        ("GET", f"/sims/{SIM}/changes/c9", None, 404, "E106"),
    ],
)
def test_what_is_wrong_is_refused_by_a_code_and_changes_nothing(
    method: str, target: str, body: Any, status: int, code: str
) -> None:
    """The carrier's own, as its support asks for it."""
    [(seen, said)], account = ask((method, target, body))

    assert (seen, said["error"]["code"]) == (status, code)
    assert (account.left, account.subscription, account.mode) == (1000, "active", "drop")


def test_changes_are_taken_first_and_made_in_order() -> None:
    """202 and a name; what is told follows."""
    answers, account = ask(
        ("PUT", f"/sims/{SIM}/limit", {"left": None}),
        ("GET", f"/sims/{SIM}/changes/c1", None),
        ("PUT", f"/sims/{SIM}/limit", {"left": 0}),
        ("POST", f"/sims/{SIM}/top-ups", {"bytes": 7}),
        ("GET", f"/sims/{SIM}", None),
    )

    assert answers[0] == (202, {"change": "c1"})
    assert answers[1] == (200, {"status": "done"})
    assert answers[-1] == (200, {"iccid": SIM, "state": "active", "left": 7, "mode": "drop"})
    assert account.left == 7


def test_a_carrier_that_cannot_be_told_how_a_plan_ends_has_no_such_place() -> None:
    """404, as for any other word."""
    [(status, _)], _ = ask(("PUT", f"/sims/{SIM}/exhaustion", {"mode": "drop"}), exhaustion=False)

    assert status == 404
