"""The update store on the wire: ranges, conditions, what is told."""

import hashlib
import json
from typing import Any

import pytest

from harness.errors import PortLost
from harness.sim.update_images import make_image, trusted_key
from harness.tests.sim.store_stage import NEWER, PLAIN, Bench
from harness.wire.image import Fault, inspect, verify


@pytest.fixture
def bench() -> Bench:
    """A fresh store."""
    return Bench()


def test_a_manifest_leads_to_the_image(bench: Bench) -> None:
    """The manifest names path, size, hash and tag; the image is what they say; one connection."""

    def story(bench: Bench) -> tuple[Any, Any]:
        bench.do(do="offer", image="newer")
        status, head, body = bench.ask("/manifest?model=HIL-CT100&version=1.4.2")
        assert status == 200
        assert head["content-type"] == "application/json"
        said = json.loads(body)
        return said, bench.ask(said["path"])

    said, (status, head, body) = bench.run(story)

    assert (said["version"], said["size"]) == ("1.10.0", len(NEWER))
    assert status == 200
    assert body == NEWER
    assert head["etag"] == said["etag"]
    assert hashlib.sha256(body).hexdigest() == said["sha256"]


def test_the_rate_makes_it_take_its_time_and_progress_is_told(bench: Bench) -> None:
    """Bytes over rate is the time it takes; served is told every five percent and at the end."""

    def story(bench: Bench) -> float:
        bench.do(do="offer", image="newer")
        bench.ask("/images/newer")
        return bench.clock.now()

    took = bench.run(story)

    assert took == pytest.approx(len(NEWER) * 8 / 512e3, rel=0.05)
    served = [line for line in bench.lines() if line.get("event") == "served"]
    assert 15 <= len(served) <= 21
    assert (served[-1]["bytes"], served[-1]["percent"]) == (len(NEWER), 100)
    assert [row["done"] for row in served] == [False] * (len(served) - 1) + [True]
    assert served[0]["image"] == "newer"


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [("bytes=0-0", 206, 0, 1), ("bytes=100-199", 206, 100, 200), ("bytes=-50", 206, -50, None),
     ("bytes=1000-", 206, 1000, None), ("bytes=0-99999999", 206, 0, None),
     ("bytes=5-2", 200, 0, None), ("bytes=0-1,4-5", 200, 0, None), ("lines=1-2", 200, 0, None),
     ("bytes=-", 200, 0, None)],
)  # fmt: skip
def test_ranges(bench: Bench, asked: str, status: int, start: int, end: int | None) -> None:
    """206 for a range that can be had, 200 and the whole for one that cannot be read."""

    def story(bench: Bench) -> tuple[int, dict[str, str], bytes]:
        bench.do(do="offer", image="newer")
        return bench.ask("/images/newer", Range=asked)

    got, head, body = bench.run(story)

    assert got == status
    assert body == NEWER[start:end]
    assert int(head["content-length"]) == len(body)
    if status == 206:
        first = start % len(NEWER)
        assert head["content-range"] == f"bytes {first}-{first + len(body) - 1}/{len(NEWER)}"


def test_a_range_behind_the_end_is_416(bench: Bench) -> None:
    """The size is told, and nothing else."""

    def story(bench: Bench) -> tuple[int, dict[str, str], bytes]:
        bench.do(do="offer", image="newer")
        return bench.ask("/images/newer", Range=f"bytes={len(NEWER)}-")

    status, head, body = bench.run(story)

    assert (status, body) == (416, b"")
    assert head["content-range"] == f"bytes */{len(NEWER)}"


def test_conditions(bench: Bench) -> None:
    """If-Range with another tag gives the whole; If-None-Match with this one gives 304."""

    def story(bench: Bench) -> list[tuple[int, int]]:
        bench.do(do="offer", image="newer")
        _, head, _ = bench.ask("/images/newer", "HEAD")
        tag = head["etag"]
        asked = [
            bench.ask("/images/newer", Range="bytes=10-19", If_Range=tag),
            bench.ask("/images/newer", Range="bytes=10-19", If_Range='"other"'),
            bench.ask("/images/newer", If_None_Match=tag),
            bench.ask("/images/newer", "HEAD", Range="bytes=0-9"),
        ]
        return [(status, len(body)) for status, _, body in asked]

    assert bench.run(story) == [(206, 10), (200, len(NEWER)), (304, 0), (200, 0)]


def test_what_is_not_there(bench: Bench) -> None:
    """404 with nothing offered, for another model, another path, after withdrawal; 405 for POST."""

    def story(bench: Bench) -> list[int]:
        seen = [bench.ask("/manifest?model=HIL-CT100")[0]]
        bench.do(do="offer", image="newer")
        seen.append(bench.ask("/manifest?model=OTHER")[0])
        seen.append(bench.ask("/images/corrupt")[0])
        seen.append(bench.ask("/manifest", "POST")[0])
        bench.do(do="withdraw")
        seen.append(bench.ask("/images/newer")[0])
        return seen

    assert bench.run(story) == [404, 404, 404, 405, 404]
    requested = [line for line in bench.lines() if line.get("event") == "requested"]
    assert [row["status"] for row in requested] == [404, 404, 404, 405, 404]


def test_what_is_no_http_gets_400_and_is_hung_up(bench: Bench) -> None:
    """A stream that is no HTTP is answered once and closed; so is one that is silent."""

    def story(bench: Bench) -> bytes:
        bench.port.write(b"\x00\x14 what\r\n\r\n")
        chunk = bench.port.read(1.0)
        assert chunk is not None
        heard = chunk.data
        while bench.port.readable and bench.port.clock.now() < 1.0 and not bench.port.closed:
            try:
                bench.port.read(1.0)
            except PortLost:
                return heard
        return b"still open"

    assert bench.run(story).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    "target", ["//[", "/manifest?version=%ff&id=%00", "/manifest?version=9.9&model=", "/images/",
               "/images/../manifest", "*", "http://x/manifest"],
)  # fmt: skip
def test_an_odd_target_is_answered_and_harms_nobody(bench: Bench, target: str) -> None:
    """Whatever is asked for, there is an answer, and the next one is as good as ever."""

    def story(bench: Bench) -> tuple[int, int]:
        bench.do(do="offer", image="newer")
        return bench.ask(target)[0], bench.ask("/manifest")[0]

    odd, good = bench.run(story)

    assert odd in (200, 404)
    assert good == 200


@pytest.mark.parametrize("request_", [{"image": "nope"}, {"image": 7}, {}])
def test_an_image_nobody_knows_is_refused(bench: Bench, request_: dict[str, Any]) -> None:
    """The error names what there is, and nothing is offered."""

    def story(bench: Bench) -> tuple[dict[str, Any], dict[str, Any]]:
        return bench.do(do="offer", **request_), bench.do(do="state")

    refused, state = bench.run(story)

    assert "error" in refused
    assert state["offered"] is None
    assert "newer" in state["images"]
    assert "error" in bench_rate(Bench())


def bench_rate(bench: Bench) -> dict[str, Any]:
    """What a rate of nothing is answered."""
    return bench.run(lambda bench: bench.do(do="rate", bits=0))


@pytest.mark.parametrize(
    ("name", "fault"),
    [("factory", None), ("newer", None), ("newest", None), ("older", Fault.OLDER),
     ("corrupt", Fault.CORRUPT), ("truncated", Fault.TRUNCATED), ("wrong_key", Fault.WRONG_KEY),
     ("wrong_model", Fault.WRONG_MODEL), ("bit_flipped", Fault.CORRUPT), ("same", None),
     ("unsigned", Fault.UNSIGNED), ("replayed", Fault.OLDER), ("too_large", None), ("nine", None),
     ("ten", None), ("crashing", None), ("new_journal", None), ("configuration", None),
     ("keys", None)],
)  # fmt: skip
def test_each_image_has_the_fault_of_its_name(name: str, fault: Fault | None) -> None:
    """Every image of the fixture is refused for its own reason, or for none."""
    made = make_image(PLAIN, name)

    assert verify(made, trusted=trusted_key(PLAIN), model="HIL-CT100", installed="1.4.2") is fault
    assert inspect(made).chunk == 4096
