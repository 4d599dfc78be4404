"""The acquirer's transactions: each kind, what refers to another, and the reversal of each."""

import json

import pytest

from harness.errors import UsageError
from harness.tests.sim.host_bench import PAN, Bench, Teller
from harness.wire import mac
from harness.wire.iso8583 import Message
from harness.wire.subfields import Kind, Totals

#: MTI, fields 3, 25 and 60.1 (Q/CUP 009.1).
SALE = ("0200", "000000", "00", "22")
VOID = ("0200", "200000", "00", "23")
REFUND = ("0220", "200000", "00", "25")
OFFLINE = ("0220", "000000", "00", "30")
PREAUTH = ("0100", "030000", "06", "10")
PREAUTH_VOID = ("0100", "200000", "06", "11")
COMPLETION = ("0200", "000000", "06", "20")
COMPLETION_VOID = ("0200", "200000", "06", "21")
WHO = ("9" * 15, "HIL00001", 1)


@pytest.fixture
def bench() -> Bench:
    """A fresh host."""
    return Bench()


def undo(request: Message) -> Message:
    """The 0400 of a request: its own fields, and why."""
    return Message("0400", {**request.fields, 39: "98"})


def entries(bench: Bench) -> dict[int, tuple[str, str, bool]]:
    """By trace number: kind, status, whether it is voided."""
    told = map(bench.host.ledger.told, bench.host.ledger)
    return {row["stan"]: (row["entry"], row["status"], row["voided"]) for row in told}


@pytest.mark.parametrize(
    ("row", "kind", "totals"),
    [(SALE, "sale", Totals(1234, 1)), (REFUND, "refund", Totals(credit=1234, credits=1)),
     (OFFLINE, "offline", Totals(1234, 1)), (PREAUTH, "preauth", Totals())],
)  # fmt: skip
def test_each_is_booked_under_its_name(
    bench: Bench, row: tuple[str, str, str, str], kind: str, totals: Totals
) -> None:
    """A sale and an offline sale are debit, a refund credit; a reservation is no charge."""

    def story(bench: Bench) -> tuple[str, str]:
        teller = bench.teller()
        reply = teller.ask(teller.related(2, 0, row))
        return reply.mti, reply.get(39)

    assert bench.run(story) == (f"{row[0][:2]}{int(row[0][2]) + 1}0", "00")
    assert entries(bench) == {2: (kind, "approved", False)}
    assert bench.host.ledger.totals(*WHO) == totals


def test_the_family_of_a_reservation(bench: Bench) -> None:
    """Booked once at most, and 15 per cent above it at most; voided, it is open again."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        return [teller.code(teller.related(*asked)) for asked in (
            (2, 0, PREAUTH, 10000), (3, 2, COMPLETION, 11501), (4, 2, COMPLETION, 11500),
            (5, 2, COMPLETION, 100), (6, 2, PREAUTH_VOID, 10000), (7, 4, COMPLETION_VOID, 11500),
            (8, 4, COMPLETION_VOID, 11500), (9, 2, PREAUTH_VOID, 9999),
            (10, 2, PREAUTH_VOID, 10000), (11, 2, COMPLETION, 100),
        )]  # fmt: skip

    codes = ["00", "64", "00", "22", "22", "00", "22", "64", "00", "22"]
    assert bench.run(story) == codes
    assert bench.host.ledger.totals(*WHO) == Totals(11500, 1, 11500, 1)
    assert entries(bench)[2] == ("preauth", "approved", True)
    assert entries(bench)[4] == ("completion", "approved", True)


@pytest.mark.parametrize(
    ("wrong", "code"), [({}, "00"), ({37: "000000000001"}, "25"), ({38: "000001"}, "25")]
)
def test_a_void_names_its_sale_in_each_field(
    bench: Bench, wrong: dict[int, str], code: str
) -> None:
    """Reference number and authorisation code are the sale's (Q/CUP 009.1), or not told."""

    def story(bench: Bench) -> str:
        teller = bench.teller()
        sold = teller.ask(teller.related(2, 0, SALE))
        named = {number: sold.get(number) for number in (37, 38)} | wrong
        return teller.code(teller.related(3, 2, VOID).with_fields(named))

    assert bench.run(story) == code


def test_a_reservation_is_found_by_its_authorisation_code(bench: Bench) -> None:
    """Without field 61, from a later batch; another card or code finds nothing."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        auth = teller.ask(teller.related(2, 0, PREAUTH)).get(38)
        teller.ask(teller.settlement(Totals()), seal=False)
        teller.sign_on()
        asked = teller.related(3, 0, COMPLETION)
        other = asked.with_fields({2: "9999990000000014"})
        return [
            str(teller.batch),
            *(teller.code(message.with_fields({11: f"{stan:06d}", 38: code}))
              for stan, (message, code) in enumerate(
                  [(other, auth), (asked, "XXXXXX"), (asked, auth), (asked, auth)], 3)),
        ]  # fmt: skip

    assert bench.run(story) == ["2", "25", "25", "00", "22"]


def test_what_does_not_fit_its_original(bench: Bench) -> None:
    """A void of a reservation, a completion of a sale, a void of a completion by the wrong row."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        teller.ask(teller.related(2, 0, PREAUTH))
        teller.ask(teller.related(3, 0, SALE))
        teller.ask(teller.related(4, 2, COMPLETION))
        return [
            teller.code(teller.related(stan, of, row))
            for stan, of, row in (
                (5, 2, VOID), (6, 3, COMPLETION), (7, 4, VOID), (8, 3, COMPLETION_VOID),
                (9, 99, VOID), (10, 0, VOID),
            )
        ]  # fmt: skip

    assert bench.run(story) == ["25", "25", "25", "25", "25", "30"]


@pytest.mark.parametrize(
    ("first", "second"), [(SALE, VOID), (PREAUTH, PREAUTH_VOID), (PREAUTH, COMPLETION)]
)
def test_undoing_what_refers_to_another_gives_that_back(
    bench: Bench, first: tuple[str, str, str, str], second: tuple[str, str, str, str]
) -> None:
    """The reversal of a void, a release, a completion; twice; then it can be made again."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        made = teller.related(3, 2, second)
        asked = [teller.related(2, 0, first), made, undo(made), undo(made),
                 teller.related(4, 2, second)]  # fmt: skip
        return [teller.code(message) for message in asked]

    assert bench.run(story) == ["00"] * 5
    assert [row[1] for row in entries(bench).values()] == ["approved", "reversed", "approved"]
    assert bench.rules() == []


def test_undoing_a_completion_of_which_the_void_stands(bench: Bench) -> None:
    """Neither a completion that is voided nor a reservation that is completed can be reversed."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        first, done = teller.related(2, 0, PREAUTH), teller.related(3, 2, COMPLETION)
        asked = [first, done, undo(first), teller.related(4, 3, COMPLETION_VOID), undo(done)]
        return [teller.code(message) for message in asked]

    assert bench.run(story) == ["00", "00", "22", "00", "22"]
    assert bench.rules() == ["reversal_of_completed", "reversal_of_voided"]


@pytest.mark.parametrize("row", [REFUND, OFFLINE])
def test_an_advice_is_repeated_and_never_reversed(
    bench: Bench, row: tuple[str, str, str, str]
) -> None:
    """0230 to each repeat, one entry; its 0400 is a violation and undoes nothing."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        teller.ask(teller.related(9, 0, SALE))
        advice = teller.related(2, 0, row)  # it was made offline, and came late
        return [teller.code(message) for message in (advice, advice, undo(advice))]

    assert bench.run(story) == ["00", "00", "12"]
    assert entries(bench)[2][1] == "approved"
    assert bench.rules() == ["advice_reversed"]


def test_an_inquiry_moves_nothing_and_is_not_reversed(bench: Bench) -> None:
    """Its 0400, with or without its processing code, is a violation."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        asked = teller.related(2, 0, ("0200", "310000", "00", "01"))
        bare = undo(asked).with_fields({3: "000000"})
        return [teller.code(message) for message in (asked, undo(asked), bare)]

    assert bench.run(story) == ["00", "25", "25"]
    assert entries(bench) == {}
    assert bench.rules() == ["inquiry_reversed"] * 2


def test_amounts_of_nothing_and_adjustments_are_refused(bench: Bench) -> None:
    """13 for nothing; 40 for the adjustment of an entry, which this host does not do."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        return [
            teller.code(teller.related(2, 0, SALE, 0)),
            teller.code(teller.related(3, 2, ("0220", "000000", "00", "32"))),
        ]

    assert bench.run(story) == ["13", "40"]


@pytest.mark.parametrize("cents", [0, 10, 11])
def test_a_code_that_approves_is_booked_as_approved(bench: Bench, cents: int) -> None:
    """Code 11 charges as code 00 does: a terminal approves on both."""

    def story(bench: Bench) -> Message:
        teller = bench.teller()
        return teller.ask(teller.sale(2, 900000 + cents))

    assert bench.run(story).get(39) == f"{cents:02d}"
    assert entries(bench)[2][1] == "approved"


def test_a_repeat_has_the_number_it_had(bench: Bench) -> None:
    """Retrieval number and authorisation code are the entry's, not the answer's."""

    def story(bench: Bench) -> list[Message]:
        teller = bench.teller()
        return [teller.ask(teller.sale(stan)) for stan in (2, 3, 2)]

    first, other, again = bench.run(story)
    assert (first.get(37), first.get(38)) == (again.get(37), again.get(38))
    assert first.get(37) != other.get(37)


def test_a_void_without_a_card_is_told_with_that_of_its_sale(bench: Bench) -> None:
    """Truncated, and no event has the whole."""

    def story(bench: Bench) -> None:
        teller = bench.teller()
        teller.ask(teller.sale(2))
        bare = teller.related(3, 2, VOID).with_fields({2: ""})
        teller.ask(Message("0200", {n: text for n, text in bare.fields.items() if text}))
        bench.do(do="ledger")

    bench.run(story)
    assert [row["pan"] for row in bench.events("ledger_entry")] == ["621234***1265"] * 2
    assert [row["voided"] for row in bench.events("ledger_entry")] == [True, False]
    assert PAN not in json.dumps(bench.lines())


def test_a_mac_that_nobody_knows_is_refused_before_anything_else() -> None:
    """The host's own file says how it makes its MACs; a word that is none is named."""
    with pytest.raises(UsageError, match="'x9' is none of folded, chained, retail"):
        Bench(keys={"mac_size": 16, "mac": "x9"})


@pytest.mark.parametrize("form", ["001", "003", "004", "005"])
@pytest.mark.parametrize("blocks", ["folded", "chained", "retail"])
def test_a_sale_under_each_kind_of_keys(form: str, blocks: str) -> None:
    """Single and double length, with track key, SM4; folded, chained and retail MACs."""
    bench = Bench(keys={"mac_size": 16, "mac": blocks})

    def story(bench: Bench) -> str:
        teller = Teller(bench.clock, bench.host)
        teller.sign_on(form)
        assert teller.keys is not None
        way = mac.BLOCKS[blocks]["sm4" if teller.keys.method == "sm4" else "des"]
        teller.keys = type(teller.keys)(teller.keys.pin, teller.keys.mac, b"", way)
        return teller.code(teller.sale(2, f60=Kind("22", 1).text))

    assert bench.run(story) == "00"
