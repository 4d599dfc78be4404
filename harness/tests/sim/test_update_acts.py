"""How the update store misbehaves, byte by byte, and that it stops."""

import re
from typing import Any, get_args, get_type_hints

import pytest

from harness.faults.store_misbehaves import StoreMisbehaves
from harness.links.certificates import trusted
from harness.ports.memory import pair
from harness.ports.tls import CertificateRefused, TlsPort, client_context
from harness.sim.update_acts import ACTS, LIE, ON_HANDSHAKE
from harness.tests.sim.store_stage import NEWER, Bench

IMAGE = "/images/newer"
RANGE = "Range: bytes=1000-100999"


def said(head: bytes, name: str) -> str:
    """A header's value."""
    found = re.search(rf"(?im)^{name}: (.*?)\r?$".encode(), head)
    return found[1].decode() if found else ""


def misbehaving(bench: Bench, act: str, *lines: str, path: str = IMAGE, **how: Any) -> Any:
    """What a raw client hears while the store does that, and what the store says it did."""
    bench.do(do="offer", image="newer")
    bench.do(do="rate", bits=None)
    assert bench.do(do="misbehave", act=act, **how) == {"ok": True}
    heard = bench.raw(path, *lines)
    bench.clock.sleep(0.001)
    acts = [row for row in bench.lines() if row.get("event") == "misbehaved"]
    return *heard, [(row["act"], row["path"]) for row in acts]


@pytest.fixture
def bench() -> Bench:
    """A fresh store."""
    return Bench()


def test_the_fault_and_the_store_know_the_same_acts() -> None:
    """A word that only one of the two knows could not be played, or not be asked for."""
    asked = set(get_args(get_type_hints(StoreMisbehaves)["act"]))

    assert asked == {*ACTS, *ON_HANDSHAKE}


def test_a_server_error_is_an_answer_without_a_body(bench: Bench) -> None:
    """The status that was asked for, 503 by itself; the connection lives on."""
    head, body, closed, acts = bench.run(lambda one: misbehaving(one, "server_error", code=500))
    plain, _, _, _ = Bench().run(lambda one: misbehaving(one, "server_error"))

    assert (head[:12], body, closed) == (b"HTTP/1.1 500", b"", False)
    assert plain.startswith(b"HTTP/1.1 503")
    assert acts == [("server_error", IMAGE)]


def test_a_drip_is_one_byte_after_another(bench: Bench) -> None:
    """Thirty seconds bring sixty bytes where there are two a second."""
    _, body, closed, _ = bench.run(lambda one: misbehaving(one, "slow_drip", by=0.5))

    assert 59 <= len(body) <= 61
    assert body == NEWER[: len(body)]
    assert not closed


@pytest.mark.parametrize(("act", "lie"), [("length_lies_long", LIE), ("length_lies_short", -LIE)])
def test_a_length_may_lie_either_way(bench: Bench, act: str, lie: int) -> None:
    """All bytes come, the length says other, and the connection ends with them."""
    head, body, closed, _ = bench.run(lambda one: misbehaving(one, act))

    assert body == NEWER
    assert int(said(head, "content-length")) == len(NEWER) + lie
    assert closed


@pytest.mark.parametrize(
    ("act", "where"),
    [("redirect_nowhere", "http://nowhere.hil.test/images/newer"), ("redirect_loop", IMAGE)],
)
def test_redirects_lead_nowhere(bench: Bench, act: str, where: str) -> None:
    """302, and a place where there is nothing else."""
    head, body, _, _ = bench.run(lambda one: misbehaving(one, act))

    assert head.startswith(b"HTTP/1.1 302")
    assert said(head, "location") == where
    assert body == b""


def test_a_reset_comes_in_the_middle_and_silence_stays(bench: Bench) -> None:
    """Both send half of what was asked for; only one of them hangs up."""
    _, half, closed, _ = bench.run(lambda one: misbehaving(one, "reset", RANGE))
    _, as_much, silent, _ = Bench().run(lambda one: misbehaving(one, "silent", RANGE))

    assert half == as_much == NEWER[1000:51000]
    assert closed
    assert not silent


def test_ranges_are_forgotten_or_taken_for_others(bench: Bench) -> None:
    """The whole with 200, or a 206 that says truly that it is another part."""
    whole, body, _, acts = bench.run(lambda one: misbehaving(one, "no_ranges", RANGE))
    head, other, _, _ = Bench().run(lambda one: misbehaving(one, "wrong_range", RANGE))

    assert whole.startswith(b"HTTP/1.1 200")
    assert body == NEWER
    assert acts == [("no_ranges", IMAGE)]
    first, last = map(int, re.findall(r"[0-9]+", said(head, "content-range"))[:2])
    assert head.startswith(b"HTTP/1.1 206")
    assert first != 1000
    assert other == NEWER[first : last + 1]


def test_what_a_request_has_no_use_for_does_not_strike(bench: Bench) -> None:
    """Without a range there is none to be wrong, and it is not said that it was."""
    head, body, _, acts = bench.run(lambda one: misbehaving(one, "wrong_range", times=1))

    assert head.startswith(b"HTTP/1.1 200")
    assert (body, acts) == (NEWER, [])


def test_a_tag_that_changes_makes_every_resumption_a_beginning(bench: Bench) -> None:
    """The tag that was told is not the one there is, so If-Range gets the whole."""

    def story(bench: Bench) -> Any:
        first = misbehaving(bench, "etag_changes")
        tag = said(first[0], "etag")
        return first[0], bench.raw(IMAGE, RANGE, f"If-Range: {tag}")

    first, (second, body, _) = bench.run(story)

    assert said(first, "etag") != said(second, "etag")
    assert second.startswith(b"HTTP/1.1 200")
    assert body == NEWER


def test_it_is_let_happen_so_often_and_there(bench: Bench) -> None:
    """After so many good answers, so many times, of that path only, and not once it is ended."""

    def story(bench: Bench) -> list[bytes]:
        paths = ["/manifest", IMAGE, IMAGE, IMAGE, IMAGE]
        misbehaving(bench, "server_error", path="/manifest", on="image", after=1, times=2)
        heads = [bench.raw(path, wait=5)[0] for path in paths]
        bench.do(do="misbehave", act="server_error")
        bench.do(do="behave")
        return [head[9:12] for head in [*heads, bench.raw(IMAGE, wait=5)[0]]]

    assert bench.run(story) == [b"200", b"200", b"503", b"503", b"200", b"200"]


@pytest.mark.parametrize(
    "asked",
    [{"act": "dance"}, {"act": "reset", "on": "moon"}, {"act": "server_error", "code": 200},
     {"act": "reset", "times": -1}, {"act": "reset", "after": "x"}, {"act": "slow_drip", "by": "x"},
     {"act": "slow_drip", "by": -1}, {"act": "server_error", "code": "500"}, {}],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(bench: Bench, asked: dict[str, Any]) -> None:
    """A wrong request changes nothing and stops nothing."""

    def story(bench: Bench) -> Any:
        return bench.do(do="misbehave", **asked), bench.do(do="state")["misbehaving"]

    answer, left = bench.run(story)

    assert "error" in answer
    assert left is None


@pytest.mark.parametrize(
    ("act", "reason"),
    [("", ""), ("certificate_expired", "expired"), ("certificate_unknown", "unknown_ca")],
)
def test_over_tls_the_certificate_is_as_asked(bench: Bench, act: str, reason: str) -> None:
    """A client that verifies gets in, or refuses for the reason that the act is named after."""

    def story(bench: Bench) -> tuple[str, list[Any]]:
        bench.do(do="offer", image="newer")
        if act:
            bench.do(do="misbehave", act=act)
        port, theirs = pair(bench.clock, "tls")
        bench.store.outlets["https"](theirs)
        line = TlsPort(port, client_context(trusted()), host="updates.hil.test")
        why = ""
        try:
            line.handshake(bench.clock.now() + 10)
            line.write(b"GET /manifest HTTP/1.1\r\nHost: x\r\n\r\n")
            heard = line.read(bench.clock.now() + 10)
            assert heard is not None
            assert heard.data.startswith(b"HTTP/1.1 200")
        except CertificateRefused as refused:
            why = refused.reason
        bench.clock.sleep(0.01)
        return why, [row for row in bench.lines() if row.get("event") == "misbehaved"]

    why, acts = bench.run(story)

    assert why == reason
    assert [row["act"] for row in acts] == ([act] if act else [])
