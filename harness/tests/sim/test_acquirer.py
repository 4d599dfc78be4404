"""The acquirer on the wire: what a terminal sees, and what the control connection tells."""

import json
from typing import Any

import pytest

from harness.errors import Garbled, PortLost
from harness.tests.sim.host_bench import MASTER, PAN, Bench, Teller
from harness.wire import mac
from harness.wire.iso8583 import Message
from harness.wire.subfields import Kind, Original, Totals, WorkKeys


@pytest.fixture
def bench() -> Bench:
    """A fresh host."""
    return Bench()


@pytest.mark.parametrize(("form", "size"), [("001", 24), ("003", 40), ("004", 60)])
def test_sign_on_brings_keys_under_the_master_key(bench: Bench, form: str, size: int) -> None:
    """Each key form has its size, and the check values hold."""

    def story(bench: Bench) -> Message:
        return Teller(bench.clock, bench.host).sign_on(form)

    reply = bench.run(story)

    assert (reply.mti, reply.get(39)) == ("0810", "00")
    assert len(reply.get(62)) == size
    assert Kind.parse(reply.get(60)).batch == 1
    assert WorkKeys.unwrap(reply.get(62), MASTER).mac


def test_a_sale_is_answered_booked_and_told_without_the_card_number(bench: Bench) -> None:
    """0210 with MAC, codes and numbers; events in order; the ledger has one entry."""

    def story(bench: Bench) -> tuple[Teller, Message]:
        teller = bench.teller()
        return teller, teller.ask(teller.sale(2, f55="9F260811223344556677889F2701"))

    teller, reply = bench.run(story)

    assert teller.keys is not None
    assert (reply.mti, reply.get(39), reply.stan, reply.amount) == ("0210", "00", 2, 1234)
    assert len(reply.get(37)) == 12
    assert len(reply.get(38)) == 6
    assert reply.get(55).startswith("910A")
    assert mac.mac_ok(reply, teller.keys.mac)
    words = [line["event"] for line in bench.lines() if "event" in line]
    assert words[-3:] == ["request_received", "reply_due", "answered"]
    received = bench.events("request_received")[-1]
    assert (received["pan"], received["mac_ok"]) == ("621234***1265", True)
    assert PAN not in json.dumps(bench.lines())
    (entry,) = bench.host.ledger
    assert (entry.status, entry.amount, entry.pan) == ("approved", 1234, "621234***1265")


@pytest.mark.parametrize(
    ("amount", "card", "code"),
    [(900051, PAN, "51"), (900091, PAN, "91"), (900200, PAN, "A0"), (1000000, PAN, "61"),
     (100, "6222040000030012", "14"), (100, "9999990000000022", "51"), (100, PAN[:-1] + "6", "14")],
)  # fmt: skip
def test_declines_follow_the_rules_of_the_fixture(
    bench: Bench, amount: int, card: str, code: str
) -> None:
    """Amount and card decide; a card number that fails Luhn is 14."""

    def story(bench: Bench) -> Message:
        teller = bench.teller()
        return teller.ask(teller.sale(2, amount, f2=card))

    assert bench.run(story).get(39) == code
    (entry,) = bench.host.ledger
    assert entry.status == "declined"


def test_who_is_not_heard(bench: Bench) -> None:
    """Unknown terminal 97, unknown merchant 03, not signed on 99, bad or no MAC A0."""

    def story(bench: Bench) -> list[str]:
        teller = Teller(bench.clock, bench.host)
        unknown = teller.sign_on(tid="HIL99999").get(39)
        early = teller.ask(teller.sale(2)).get(39)
        teller.sign_on()
        strange = teller.ask(teller.sale(2, f42="1" * 15)).get(39)
        bare = teller.ask(teller.sale(2), seal=False).get(39)
        teller.keys = WorkKeys(bytes(16), bytes(8))
        forged = teller.ask(teller.sale(2)).get(39)
        return [unknown, early, strange, bare, forged]

    assert bench.run(story) == ["97", "99", "03", "A0", "A0"]
    assert list(bench.host.ledger) == []
    assert bench.rules() == ["not_signed_on"]
    assert [event["mac_ok"] for event in bench.events("request_received")][-1] is False


def test_a_repeat_gets_the_stored_answer(bench: Bench) -> None:
    """The same sale twice is one entry, with the same authorisation code."""

    def story(bench: Bench) -> tuple[Message, Message]:
        teller = bench.teller()
        return teller.ask(teller.sale(2)), teller.ask(teller.sale(2))

    first, second = bench.run(story)

    assert first.get(38) == second.get(38)
    assert len(list(bench.host.ledger)) == 1


def test_a_trace_number_used_twice_is_refused_and_told(bench: Bench) -> None:
    """94 and a violation for another sale under the same number."""

    def story(bench: Bench) -> str:
        teller = bench.teller()
        teller.ask(teller.sale(2))
        return teller.ask(teller.sale(2, 999)).get(39)

    assert bench.run(story) == "94"
    assert bench.rules() == ["stan_reused"]


def test_reversals(bench: Bench) -> None:
    """00 and again 00; 25 for what never came; the late request after it is refused."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        teller.ask(teller.sale(2))
        asked = [teller.reversal(2), teller.reversal(2), teller.reversal(3), teller.sale(3)]
        return [teller.ask(message).get(39) for message in asked]

    assert bench.run(story) == ["00", "00", "25", "22"]
    assert [entry.status for entry in bench.host.ledger] == ["reversed"]
    assert bench.rules() == []


def test_void_and_refund(bench: Bench) -> None:
    """A void names its sale in field 61; a refund is an advice; both are credit."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        teller.ask(teller.sale(2))
        of = Original(1, 2).text
        void = teller.sale(3, f3="200000", f60=Kind("23", 1).text, f61=of)
        again = teller.sale(4, f3="200000", f60=Kind("23", 1).text, f61=of)
        bare = teller.sale(5, f3="200000", f60=Kind("23", 1).text)
        refund = teller.sale(6, 50, mti="0220", f3="200000", f60=Kind("25", 1).text)
        asked = [void, again, bare, refund, refund]
        return [teller.ask(message).get(39) for message in asked]

    assert bench.run(story) == ["00", "22", "30", "00", "00"]
    assert bench.host.ledger.totals("9" * 15, "HIL00001", 1) == Totals(1234, 1, 1284, 2)


def test_a_balanced_batch_is_closed_once_and_the_next_sign_on_opens_the_next(bench: Bench) -> None:
    """Flag 1, told once though asked twice; a sale for the closed batch is 77."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        teller.ask(teller.sale(2))
        totals = teller.settlement(Totals(1234, 1, 0, 0))
        flags = [teller.ask(totals, seal=False).get(48)[30] for _ in range(2)]
        late = teller.ask(teller.sale(3)).get(39)
        teller.sign_on()
        return [*flags, late, str(teller.batch), teller.ask(teller.sale(4)).get(39)]

    assert bench.run(story) == ["1", "1", "77", "2", "00"]
    (settled,) = bench.events("settled")
    assert (settled["batch"], settled["balanced"]) == (1, True)
    assert bench.rules() == ["batch_settled"]


@pytest.mark.parametrize(("end", "rules"), [("202", []), ("207", ["upload_end"])])
def test_an_unbalanced_batch_is_uploaded_item_by_item(
    bench: Bench, end: str, rules: list[str]
) -> None:
    """Flag 2, then items in 0320 and an end message that must say unbalanced."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        teller.ask(teller.sale(2))
        teller.ask(teller.sale(3))
        flag = teller.ask(teller.settlement(Totals(1, 1, 0, 0)), seal=False).get(48)[30]
        items = "".join(f"00{stan:06d}{PAN:0>20}{1234:012d}" for stan in (2, 3))
        upload = {11: "000004", 41: "HIL00001", 42: "9" * 15}
        teller.ask(
            Message("0320", {**upload, 48: "02" + items, 60: Kind("00", 1, "201").text}), seal=False
        )
        done = teller.ask(
            Message("0320", {**upload, 48: "0002", 60: Kind("00", 1, end).text}), seal=False
        )
        return [flag, done.get(39)]

    assert bench.run(story) == ["2", "00"]
    (settled,) = bench.events("settled")
    assert (settled["balanced"], settled["uploaded"]) == (False, 2)
    assert bench.rules() == rules


def test_echo_balance_sign_off_and_what_is_not_supported(bench: Bench) -> None:
    """Echo 00; balance in 54; after the sign-off 99; a pre-authorisation is 40."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        echo = Message("0820", {11: "000002", 41: "HIL00001", 42: "9" * 15,
                                60: Kind("00", 1, "301").text})  # fmt: skip
        off = echo.with_fields({60: Kind("00", 1, "002").text})
        inquiry = teller.ask(teller.sale(3, f3="310000", f60=Kind("01", 1).text))
        return [
            teller.ask(echo, seal=False).get(39),
            inquiry.get(54),
            teller.ask(teller.sale(4, mti="0100")).get(39),
            teller.ask(off, seal=False).mti,
            teller.ask(teller.sale(5)).get(39),
        ]

    assert bench.run(story) == ["00", "1002156C000000123456", "40", "0830", "99"]
    assert list(bench.host.ledger) == []


def test_a_dropped_answer_is_booked_and_a_limited_misbehaviour_ends(bench: Bench) -> None:
    """The sale stands in the books, no answer comes; the next one is answered."""

    def story(bench: Bench) -> list[Message | None]:
        teller = bench.teller()
        assert bench.do(do="misbehave", act="drop", on="0200", times=1)["ok"]
        teller.send(teller.sale(2))
        lost = teller.receive(70.0)
        return [lost, teller.ask(teller.sale(3))]

    lost, answered = bench.run(story)

    assert lost is None
    assert answered is not None
    assert [event["act"] for event in bench.events("misbehaved")] == ["drop"]
    assert [event["stan"] for event in bench.events("reply_due")] == [1, 3]
    assert len(list(bench.host.ledger)) == 2


def test_each_act_does_what_it_says(bench: Bench) -> None:
    """Delay, duplicate, wrong number, bad MAC, forced code, unread request, truncation, reset."""

    def story(bench: Bench) -> None:
        teller = bench.teller()
        assert teller.keys is not None
        key = teller.keys.mac

        def misbehaving(act: str, stan: int, **how: Any) -> Message | None:
            assert bench.do(do="misbehave", act=act, times=1, **how)["ok"]
            teller.send(teller.sale(stan))
            return teller.receive(0.5)

        assert misbehaving("delay", 2, by=59.0) is None
        late = teller.receive(59.0)
        assert late is not None
        assert late.stan == 2
        assert misbehaving("duplicate", 3) == teller.receive()
        wrong = misbehaving("wrong_stan", 4)
        assert wrong is not None
        assert (wrong.stan, mac.mac_ok(wrong, key)) == (5, True)
        bent = misbehaving("corrupt", 6)
        assert bent is not None
        assert not mac.mac_ok(bent, key)
        forced = misbehaving("answer", 7, code="91")
        assert forced is not None
        assert (forced.get(39), mac.mac_ok(forced, key)) == ("91", True)
        vip = misbehaving("answer", 11, code="11")  # an approval, and booked as one
        assert vip is not None
        assert (vip.get(39), mac.mac_ok(vip, key)) == ("11", True)
        assert misbehaving("ignore", 18) is None
        with pytest.raises(Garbled):
            misbehaving("truncate", 19)
        with pytest.raises(PortLost):
            misbehaving("reset", 20)
        assert teller.deframer.held > 0

    bench.run(story)

    assert sorted(entry.key.stan for entry in bench.host.ledger) == [2, 3, 4, 6, 11, 19, 20]


def test_refused_connections_and_behaving_again(bench: Bench) -> None:
    """A host that refuses raises PortLost at its outlet until it is told to behave."""

    def story(bench: Bench) -> None:
        bench.do(do="misbehave", act="refuse")
        with pytest.raises(PortLost):
            Teller(bench.clock, bench.host)
        assert bench.do(do="state")["misbehaving"] == [
            {"act": "refuse", "on": "connect", "times": None}
        ]
        bench.do(do="behave")
        assert bench.teller().batch == 1

    bench.run(story)


@pytest.mark.parametrize(
    "request_",
    [{"act": "explode"}, {"act": "drop", "on": "2"}, {"act": "delay", "by": "long"},
     {"act": "answer"}, {"act": "drop", "times": 0}, {"act": "drop", "card": 1}, {}],
)  # fmt: skip
def test_a_misbehaviour_nobody_knows_is_refused(bench: Bench, request_: dict[str, Any]) -> None:
    """Wrong acts, types and values come back as an error, and nothing is in force."""

    def story(bench: Bench) -> tuple[dict[str, Any], dict[str, Any]]:
        return bench.do(do="misbehave", **request_), bench.do(do="state")

    refused, state = bench.run(story)

    assert "error" in refused
    assert state["misbehaving"] == []


def test_garbage_is_told_and_a_stream_out_of_step_is_hung_up(bench: Bench) -> None:
    """An unreadable frame is skipped; a frame length beyond reason ends the connection."""

    def story(bench: Bench) -> Message:
        teller = bench.teller()
        teller.port.write(b"\x00\x14" + bytes(20))
        reply = teller.ask(teller.sale(2))
        teller.port.write(b"\xff\xff")
        with pytest.raises(PortLost):
            teller.receive()
        return reply

    assert bench.run(story).get(39) == "00"
    assert bench.rules() == ["garbled", "garbled"]


def test_the_ledger_is_told_on_request(bench: Bench) -> None:
    """Entries, then their number."""

    def story(bench: Bench) -> None:
        teller = bench.teller()
        teller.ask(teller.sale(2))
        assert bench.do(do="ledger")["entries"] == 1

    bench.run(story)

    entry, end = bench.events("ledger_entry", "ledger_end")
    assert (entry["stan"], entry["status"], entry["pan"]) == (2, "approved", "621234***1265")
    assert end["entries"] == 1


def test_a_silent_connection_is_closed(bench: Bench) -> None:
    """After half an hour without a word the host hangs up."""

    def story(bench: Bench) -> float:
        teller = bench.teller()
        with pytest.raises(PortLost):
            teller.receive(7200.0)
        return bench.clock.now()

    assert bench.run(story) == pytest.approx(1800, abs=5)


def test_a_sale_without_field_60_means_the_open_batch(bench: Bench) -> None:
    """Foreign terminals may leave private fields out; a short one is another batch."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        plain = teller.sale(2)
        bare = Message("0200", {n: text for n, text in plain.fields.items() if n != 60})
        return [teller.ask(bare).get(39), teller.ask(teller.sale(3, f60="22")).get(39)]

    assert bench.run(story) == ["00", "77"]
    assert next(iter(bench.host.ledger)).key.batch == 1
