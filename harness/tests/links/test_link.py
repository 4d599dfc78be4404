"""The link: charging on the path, and its control protocol."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import CooperativeClock
from harness.links.flow import Flow
from harness.links.link import Decision, Link
from harness.links.path import Shape
from harness.links.timeline import Row
from harness.ports.memory import MemoryPort, pair


def stream(clock: CooperativeClock, port: MemoryPort) -> list[Any]:
    """Everything it has said, as JSON."""
    heard = b""
    while (chunk := port.read(clock.now() + 0.01)) is not None:
        heard += chunk.data
    return [json.loads(line) for line in heard.splitlines()]


def control(*requests: Any, **options: Any) -> tuple[list[Any], Link]:
    """Send requests to a link's control; returns all that came."""
    clock = CooperativeClock()
    link = Link(clock, rng=random.Random(1), **options)

    def main() -> list[Any]:
        ours, theirs = pair(clock, "control")
        link.outlets["control"](theirs)
        for request in requests:
            ours.write(request if isinstance(request, bytes) else json.dumps(request).encode())
            ours.write(b"\n")
        return stream(clock, ours)

    return clock.run(main), link


def test_requests_are_answered_and_events_pushed() -> None:
    """An event of a request may come before its answer; answers keep the order."""
    said, link = control(
        {"do": "identify"},
        {"do": "set_data_left", "bytes": 0},
        {"do": "data_left"},
        {"do": "outage", "on": True},
        {"do": "set_subscription", "state": "expired"},
        {"do": "stats"},
    )

    answers = [line for line in said if "event" not in line]
    assert answers[0]["identity"].startswith("terminal-harness link")
    assert answers[1:] == [
        {"ok": True},
        {"ok": True, "bytes": 0},
        {"ok": True},
        {"ok": True},
        {"ok": True, "bytes": 0, "packets": 0, "dropped": 0},
    ]
    assert [line for line in said if "event" in line] == [
        {"event": "plan", "left": 0, "state": "exhausted", "mode": "drop"},
        {"event": "outage", "on": True},
        {"event": "subscription", "state": "expired"},
    ]
    assert link.outage


def test_shaping_changes_what_is_named_and_leaves_the_rest() -> None:
    """One way or both."""
    _, link = control(
        {"do": "shape", "delay": 0.5, "way": "up"},
        {"do": "shape", "rate": None, "burst": [0.1, 0.2]},
    )

    up, down = link.paths["up"].shape, link.paths["down"].shape
    assert (up.delay, down.delay, up.rate, down.rate) == (0.5, 0.03, None, None)
    assert up.burst is not None
    assert up.jitter == 0.01


@pytest.mark.parametrize(
    "request_",
    [
        b"hello",
        b"[1]",
        b"{}",
        b"\xff\xfe",
        {"do": "explode"},
        {"do": "shape", "delay": "much"},
        {"do": "shape", "delay": -1},
        {"do": "shape", "loss": 1.5},
        {"do": "shape", "colour": 1},
        {"do": "outage"},
        {"do": "outage", "on": 1},
        {"do": "set_data_left", "bytes": -1},
        {"do": "set_data_left", "bytes": True},
        {"do": "set_exhaustion", "mode": "x"},
        {"do": "set_subscription"},
        {"do": "set_names"},
        {"do": "set_names", "mode": "confused"},
        {"do": "set_access", "apn": 7},
        {"do": "set_congestion"},
        {"do": "set_congestion", "what": "doors"},
        {"do": "set_access", "apn": "x" * 101},
        {"do": "set_exhaustion", "mode": "drop", "needs": "luck"},
        {"do": "set_exhaustion", "mode": "redirect", "allow": "host"},
        b'{"do":"shape","delay":NaN}',
        b'{"do":"shape","delay":1e999}',
        b'{"do":"shape","delay":1' + b"0" * 400 + b"}",
        b'{"do":"shape","way":["up"]}',
        b'{"do":["shape"]}',
    ],
)
def test_a_bad_request_is_refused_and_changes_nothing(request_: Any) -> None:
    """One error line; the next request works."""
    said, link = control(request_, {"do": "data_left"}, data_left=77)

    assert list(said[0]) == ["error"]
    assert said[1:] == [{"ok": True, "bytes": 77}]
    assert link.in_force()["up"]["delay"] == 0.03


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=120))
def test_no_bytes_break_the_control(noise: bytes) -> None:
    """It still answers afterwards."""
    said, _ = control(noise, {"do": "data_left"})

    assert said[-1] == {"ok": True, "bytes": None}


def test_restore_brings_back_the_start() -> None:
    """Shape, outage, plan and subscription."""
    said, link = control(
        {"do": "shape", "delay": 5, "loss": 0.5},
        {"do": "outage", "on": True},
        {"do": "set_exhaustion", "mode": "reset"},
        {"do": "set_data_left", "bytes": 0},
        {"do": "set_subscription", "state": "expired"},
        {"do": "restore"},
        {"do": "path"},
        data_left=500,
    )

    assert said[-1]["outage"] is False
    assert said[-1]["path"]["up"]["delay"] == 0.03
    carrier = link.carrier
    assert (carrier.left, carrier.mode, carrier.subscription) == (500, "drop", "active")


def test_the_carrier_is_told_and_tells() -> None:
    """Access point and names; what does not change is not told."""
    said, link = control(
        {"do": "set_access", "apn": "pos.test", "user": "pos"},
        {"do": "set_names", "mode": "refused"},
        {"do": "set_names", "mode": "refused"},
        {"do": "set_exhaustion", "mode": "deactivate", "cause": 26, "again": "dead"},
    )

    assert [line for line in said if "event" in line][:2] == [
        {"event": "access", "apn": "pos.test", "user": "pos"},
        {"event": "names", "mode": "refused"},
    ]
    assert [line for line in said if "event" not in line] == [{"ok": True}] * 4
    assert link.carrier.bearer_refusal("internet") == 27
    assert (link.carrier.how.cause, link.carrier.how.again) == (26, "dead")


def test_every_packet_is_charged_with_its_headers_and_drops_are_told() -> None:
    """Both ways; at the end of the plan each drop is an event with its reason."""
    clock = CooperativeClock()
    arrived: list[str] = []
    events: list[Any] = []

    def main() -> None:
        link = Link(clock, rng=random.Random(1), data_left=300, exhaustion="reset")
        link.watchers.append(events.append)
        link.carry(100, up=True, deliver=lambda: arrived.append("up"))
        link.carry(150, up=False, deliver=lambda: arrived.append("down"))
        link.carry(
            100,
            up=True,
            deliver=lambda: arrived.append("never"),
            reset=lambda: arrived.append("reset"),
        )
        clock.sleep(1.0)

    clock.run(main)

    assert sorted(arrived) == ["down", "reset", "up"]
    assert [event for event in events if event["event"] != "notice"] == [
        {"event": "plan", "left": 0, "state": "exhausted", "mode": "reset"},
        {"event": "dropped", "why": "plan", "size": 100},
    ]


def test_a_connection_that_has_gone_gets_no_events() -> None:
    """Closing the control does not disturb the link."""
    clock = CooperativeClock()

    def main() -> int:
        link = Link(clock, rng=random.Random(1))
        ours, theirs = pair(clock, "control")
        link.outlets["control"](theirs)
        ours.close()
        clock.sleep(0.1)
        link.set_outage(on=True)
        return len(link.watchers)

    assert clock.run(main) == 0


def test_a_profile_is_each_way_its_own_and_the_rest_as_at_the_start() -> None:
    """What was shaped before is gone."""
    _, link = control(
        {"do": "shape", "delay": 5, "loss": 0.5},
        {"do": "set_profile", "up": {"rate": 20_000, "delay": 0.3}, "down": {"corrupt": 0.1}},
    )

    up, down = link.paths["up"].shape, link.paths["down"].shape
    assert (up.rate, up.delay, up.loss) == (20_000, 0.3, 0.0)
    assert (down.rate, down.delay, down.corrupt) == (20e6, 0.03, 0.1)


def test_a_timeline_is_followed_again_and_again_until_it_is_ended() -> None:
    """Outages and shapes at their times; restore ends it too."""
    clock = CooperativeClock()
    link = Link(clock, rng=random.Random(1))
    seen: list[tuple[float, bool]] = []
    link.watchers.append(
        lambda event: (
            seen.append((clock.now(), event["on"])) if event["event"] == "outage" else None
        )
    )

    def main() -> None:
        rows: list[Row] = [(1.0, {"on": True}), (1.5, {"on": False, "delay": 0.5})]
        link.follow(timeline=rows, every=10.0)
        clock.sleep(15.0)
        link.follow(timeline=[])
        clock.sleep(50.0)

    clock.run(main)

    assert seen == [(1.0, True), (1.5, False), (11.0, True), (11.5, False)]
    assert link.in_force()["up"]["delay"] == 0.5


@pytest.mark.parametrize(
    "request_",
    [
        {"do": "set_profile", "up": {}},
        {"do": "set_profile", "up": {"way": "up"}, "down": {}},
        {"do": "set_profile", "up": [], "down": {}},
        {"do": "follow", "timeline": [[1]]},
        {"do": "follow", "timeline": [[-1, {}]]},
        {"do": "follow", "timeline": [[1, {"colour": 1}]]},
        {"do": "follow", "timeline": [], "every": 0},
        {"do": "capture", "path": 7},
        {"do": "capture", "path": "a.pcapng"},
    ],
)
def test_a_bad_profile_timeline_or_capture_is_refused(request_: Any) -> None:
    """A link of sizes has nothing to capture, and says so."""
    said, _ = control(request_, {"do": "data_left"})

    assert [next(iter(line)) for line in said] == ["error", "ok"]


def test_decisions_are_told_as_they_are_made() -> None:
    """Which way, how long, why, and when it will arrive."""
    clock = CooperativeClock()
    link = Link(clock, rng=random.Random(1), up=Shape(delay=0.1, jitter=0, rate=None))
    seen: list[Decision] = []
    link.decided.append(seen.append)

    link.carry(100, up=True, deliver=lambda: None, flow=Flow("tcp", "host", 1))
    link.set_outage(on=True)
    link.carry(60, up=False, deliver=lambda: None)

    assert seen == [
        Decision(0.0, "up", 100, "", 0.1, Flow("tcp", "host", 1)),
        Decision(0.0, "down", 60, "outage"),
    ]
