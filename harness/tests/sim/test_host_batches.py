"""The end of a batch at the acquirer: what is uploaded, how often, and how it ends."""

import pytest

from harness.tests.sim.host_bench import PAN, Bench, Teller
from harness.wire.iso8583 import Message
from harness.wire.subfields import Kind, Totals


@pytest.fixture
def bench() -> Bench:
    """A fresh host."""
    return Bench()


def sold(bench: Bench, *stans: int) -> Teller:
    """A teller who has sold."""
    teller = bench.teller()
    for stan in stans:
        teller.ask(teller.sale(stan))
    return teller


def settled(teller: Teller, totals: Totals) -> str:
    """The flag of the answer: 1 balanced, 2 not."""
    return teller.ask(teller.settlement(totals), seal=False).get(48)[30]


def upload(teller: Teller, *messages: Message) -> list[str]:
    """The codes."""
    return [teller.ask(message, seal=False).get(39) for message in messages]


def test_items_come_singly_or_eight_at_a_time(bench: Bench) -> None:
    """Chip items under their own number, stripe items in field 48; all are told as uploaded."""

    def story(bench: Bench) -> list[str]:
        teller = sold(bench, 2, 3, 4)
        assert settled(teller, Totals(1, 1)) == "2"
        listed = "".join(f"00{stan:06d}{PAN:0>20}{1234:012d}" for stan in (3, 4))
        stripe = Message("0320", {
            11: "000005", 41: "HIL00001", 42: "9" * 15, 48: "02" + listed,
            60: Kind("00", 1, "201").text,
        })  # fmt: skip
        return upload(teller, teller.item(2), stripe, teller.upload_end("202", 3))

    assert bench.run(story) == ["00"] * 3
    assert [entry.uploaded for entry in bench.host.ledger] == [True] * 3
    assert [event["uploaded"] for event in bench.events("settled")] == [3]
    assert bench.rules() == []


def test_an_upload_that_was_cut_goes_on(bench: Bench) -> None:
    """An item that comes again as it was is one item."""

    def story(bench: Bench) -> list[str]:
        teller = sold(bench, 2, 3)
        settled(teller, Totals(1, 1))
        upload(teller, teller.item(2))
        anew = Teller(bench.clock, bench.host)
        anew.sign_on()
        return upload(anew, anew.item(2), anew.item(3), anew.upload_end("202", 2))

    assert bench.run(story) == ["00"] * 3
    assert bench.rules() == []


def test_what_no_terminal_may_upload(bench: Bench) -> None:
    """An item unlike its entry, one with two contents, a false count, an item nobody asked for."""

    def story(bench: Bench) -> None:
        teller = sold(bench, 2, 3)
        upload(teller, teller.item(2))
        settled(teller, Totals(1, 1))
        upload(teller, teller.item(3, 99), teller.item(3), teller.upload_end("202", 5))

    bench.run(story)
    assert bench.rules() == ["upload_unasked", "upload_differs", "upload_differs", "upload_count"]


def test_an_item_the_books_do_not_have_is_taken(bench: Bench) -> None:
    """That is what an upload is for: the batch closes unbalanced."""

    def story(bench: Bench) -> list[str]:
        teller = sold(bench, 2)
        settled(teller, Totals(2468, 2))
        return upload(teller, teller.item(2), teller.item(7), teller.upload_end("202", 2))

    assert bench.run(story) == ["00"] * 3
    assert bench.rules() == []
    assert [event["balanced"] for event in bench.events("settled")] == [False]


@pytest.mark.parametrize(
    ("totals", "end", "rules"),
    [(Totals(1234, 1), "207", []), (Totals(1234, 1), "202", ["upload_end"]),
     (Totals(1, 1), "207", ["upload_end"]), (Totals(1, 1), "202", [])],
)  # fmt: skip
def test_the_end_of_an_upload_says_how_the_batch_was_found(
    bench: Bench, totals: Totals, end: str, rules: list[str]
) -> None:
    """207 after a balanced one, 202 after an unbalanced one; else a violation."""

    def story(bench: Bench) -> None:
        teller = sold(bench, 2)
        settled(teller, totals)
        upload(teller, teller.item(2), teller.upload_end(end, 1))

    bench.run(story)
    assert bench.rules() == rules
    assert len(bench.events("settled")) == 1
