"""What a host keeps and tells of messages that are full of card numbers, and packets of them."""

import random
from pathlib import Path
from typing import Any

import pytest

from harness.links import names
from harness.links.pcapng import PcapNg
from harness.links.scrub import scrub, scrub_seam
from harness.tests.safety.spellings import PANS, SPELT, held, in_files, parts_held
from harness.tests.sim.host_bench import Bench
from harness.wire import tlv
from harness.wire.iso8583 import Message, frame

PAN = PANS[1]  # hidden digits of BCD become 0: a number with zeros would look untouched
CHIP = tlv.build([(0x5A, bytes.fromhex(PAN)), (0x57, bytes.fromhex(f"{PAN}D49122010000")),
                  (0x9F26, bytes(8))]).hex().upper()  # fmt: skip
#: What of a sale holds the card's number a second time.
MORE = {
    "track 2": {"f35": f"{PAN}D49122010000"},
    "track 3": {"f36": f"99{PAN}D49122010000"},
    "chip": {"f55": CHIP},
    "additional": {"f48": f"{PAN}0000"},
    "private": {"f62": f"91{PAN}"},
    "keyed": {"f14": "4912", "f37": PAN[:12], "f44": PAN},
}


def _told(more: dict[str, Any], books: Path) -> str:
    """A sale, its repeat, its reversal, its upload, and one with a bad MAC; what control says."""

    def story(bench: Bench) -> str:
        teller = bench.teller()
        sale = teller.sale(7, f2=PAN, **more)
        for message in (sale, sale, teller.reversal(7), teller.sale(8, f2=PAN, **more)):
            teller.send(message)
            teller.receive()
        torn = frame(teller.sale(9, f2=PAN, **more))
        teller.send(teller.sale(9, f2=PAN, f64="0" * 16, **more), seal=False)
        teller.receive()
        teller.send(teller.item(8))
        teller.receive()
        teller.port.write(torn[:40] + torn[-9:])
        bench.do(do="ledger")
        bench.clock.sleep(5.0)
        return repr(bench.lines())

    return Bench(ledger=str(books)).run(story)


@pytest.mark.parametrize("where", MORE)
def test_books_and_events_of_a_host_hold_none(tmp_path: Path, where: str) -> None:
    """The file with all that belongs to it, and every event; the sale itself is in both."""
    said = _told(MORE[where], tmp_path / "books.sqlite")

    assert in_files(tmp_path) == {}
    assert held(said.encode()) == parts_held(said.encode()) == []
    assert any(PAN[:6].encode() in path.read_bytes() for path in tmp_path.iterdir())
    assert "'stan': 7" in said
    assert PAN[-4:] in said


def test_books_that_keep_a_number_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that forgets to truncate: the search finds it."""
    monkeypatch.setattr(Message, "masked_pan", property(lambda message: message.get(2)))
    said = _told({}, tmp_path / "books.sqlite")

    assert in_files(tmp_path) != {} or held(said.encode()) != []


def _packets() -> dict[str, bytes]:
    message = Message("0200", {
        2: PAN, 3: "000000", 4: "000000001234", 11: "000007", 35: f"{PAN}D49122010000", 55: CHIP,
    })  # fmt: skip
    return {
        **{f"field {number}": frame(_of(number, text)) for number, text in _fields().items()},
        "a whole message": frame(message),
        "a name": names.question(f"{PAN}.example", 7),
        "a path": f"GET /fw?pan={PAN} HTTP/1.1\r\nHost: a\r\nX-Card: {PAN}\r\n\r\n".encode(),
        "a body": SPELT["JSON"](PAN).encode(),
    }


def _fields() -> dict[int, str]:
    return {2: PAN, 35: f"{PAN}D49122010000", 36: f"99{PAN}D4912", 45: f"B{PAN}^A/B^4912201",
            55: CHIP, 62: f"91{PAN}"}  # fmt: skip


def _of(number: int, text: str) -> Message:
    return Message("0200", {11: "000007", number: text})


@pytest.mark.parametrize("what", _packets())
def test_packets_of_a_capture_hold_none(tmp_path: Path, what: str) -> None:
    """Whole and cut in two anywhere; they keep their length."""
    octets, rng = _packets()[what], random.Random(what)
    assert held(octets), "there is something to hide"

    for cut in (0, *rng.sample(range(len(octets)), 6)):
        before, after = bytearray(octets[:cut]), bytearray(octets[cut:])
        for one in (before, after):
            scrub(one)
        scrub_seam(before, after)
        path = tmp_path / f"{cut}.pcapng"
        with path.open("wb") as out:
            file = PcapNg(out, ("a",), application="us", comment="leaks")
            file.write(0, 1.0, bytes(before))
            file.write(0, 2.0, bytes(after))

        assert len(before) + len(after) == len(octets)
        assert held(bytes(before + after)) == []
        assert held(path.read_bytes()) == []
