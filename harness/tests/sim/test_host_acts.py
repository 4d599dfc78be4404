"""How the acquirer misbehaves: what a terminal gets instead of an answer, and when."""

import pytest

from harness.errors import Garbled, PortLost
from harness.sim.host_acts import WORDS, Lapses
from harness.tests.sim.host_bench import Bench, Teller
from harness.wire import mac
from harness.wire.iso8583 import Message

#: Act -> the field in which its answer differs.
FIELDS = {"wrong_stan": 11, "wrong_amount": 4, "wrong_tid": 41, "wrong_mid": 42}


@pytest.fixture
def bench() -> Bench:
    """A fresh host."""
    return Bench()


def asked(bench: Bench, act: str, **how: object) -> Teller:
    """A teller whose sale 2 is on its way to a host that will do this."""
    teller = bench.teller()
    assert bench.do(do="misbehave", act=act, **how)["ok"]
    teller.send(teller.sale(2))
    return teller


def key_of(teller: Teller) -> bytes:
    """The MAC key."""
    assert teller.keys is not None
    return teller.keys.mac


@pytest.mark.parametrize("act", FIELDS)
def test_an_answer_to_something_else_has_a_good_mac(bench: Bench, act: str) -> None:
    """One field differs, and nothing else is wrong with it."""

    def story(bench: Bench) -> None:
        teller = asked(bench, act)
        reply = teller.receive()
        assert reply is not None
        assert mac.mac_ok(reply, key_of(teller))
        sale = teller.sale(2)
        differ = [n for n in (4, 11, 41, 42) if reply.get(n) != sale.get(n)]
        assert differ == [FIELDS[act]]

    bench.run(story)
    assert [entry.status for entry in bench.host.ledger] == ["approved"]


@pytest.mark.parametrize(("asks", "answers"), [("0200", "0230"), ("0220", "0210")])
def test_an_answer_of_another_type(bench: Bench, asks: str, answers: str) -> None:
    """0230 instead of 0210, 0210 instead of 0230, with a good MAC."""

    def story(bench: Bench) -> None:
        teller = bench.teller()
        assert bench.do(do="misbehave", act="wrong_mti", on=asks)["ok"]
        teller.send(teller.sale(2, mti=asks))
        reply = teller.receive()
        assert reply is not None
        assert (reply.mti, mac.mac_ok(reply, key_of(teller))) == (answers, True)

    bench.run(story)


def test_an_answer_without_a_mac_and_one_of_noise(bench: Bench) -> None:
    """Field 64 is not there; a good frame has nothing in it that can be read."""

    def story(bench: Bench) -> None:
        bare = asked(bench, "no_mac", times=1).receive()
        assert bare is not None
        assert 64 not in bare.fields
        with pytest.raises(Garbled):
            asked(bench, "garbage").receive()

    bench.run(story)


def test_two_answers_contradict_each_other(bench: Bench) -> None:
    """The true one, then a decline that is as whole; one `answered` is told."""

    def story(bench: Bench) -> list[Message | None]:
        teller = asked(bench, "two_answers")
        answers = [teller.receive(), teller.receive()]
        assert all(one is not None and mac.mac_ok(one, key_of(teller)) for one in answers)
        return answers

    first, second = bench.run(story)
    assert first is not None
    assert second is not None
    assert (first.get(39), second.get(39), first.stan) == ("00", "05", second.stan)
    assert [event["response"] for event in bench.events("answered")][1:] == ["00"]


def test_a_dripping_answer_takes_its_time_and_is_whole_at_the_end(bench: Bench) -> None:
    """Byte by byte; it counts as answered with the last one."""

    def story(bench: Bench) -> None:
        teller = asked(bench, "drip", by=10.0)
        chunk = teller.port.read(bench.clock.now() + 1)
        assert chunk is not None
        assert len(chunk.data) == 1
        assert list(teller.deframer.feed(chunk.data)) == []
        assert len(bench.events("answered")) == 1  # to the sign-on
        reply = teller.receive(12.0)
        assert reply is not None
        assert reply.get(39) == "00"
        assert bench.clock.now() == pytest.approx(10.0, abs=0.5)

    bench.run(story)
    assert len(bench.events("answered")) == 2


def test_an_answer_that_comes_when_its_reversal_was_answered(bench: Bench) -> None:
    """Nothing for a minute; then 0410 first, 0210 behind it, on the reversal's connection."""

    def story(bench: Bench) -> list[Message | None]:
        teller = asked(bench, "late_after_reversal", times=1)
        assert teller.receive(60.0) is None
        anew = Teller(bench.clock, bench.host)
        anew.keys, anew.batch = teller.keys, teller.batch
        other = anew.ask(anew.reversal(3))
        anew.send(anew.reversal(2))
        return [other, anew.receive(), anew.receive()]

    other, reversal, late = bench.run(story)
    assert [(m.mti, m.stan, m.get(39)) for m in (other, reversal, late) if m is not None] == [
        ("0410", 3, "25"), ("0410", 2, "00"), ("0210", 2, "00"),
    ]  # fmt: skip
    assert [entry.status for entry in bench.host.ledger] == ["reversed"]


def test_a_reset_in_the_middle_of_a_frame(bench: Bench) -> None:
    """Half of it arrives, then the connection is gone; others stand."""

    def story(bench: Bench) -> None:
        other = bench.teller()
        teller = asked(bench, "reset", times=1)
        with pytest.raises(PortLost, match="does not answer"):
            teller.receive()
        assert teller.deframer.held > 40
        other.keys = teller.keys
        assert other.code(other.sale(3)) == "00"

    bench.run(story)


def test_so_many_are_let_pass_and_so_many_are_met(bench: Bench) -> None:
    """After two good ones, two bad ones; acts wait for each other in order of asking."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        bench.do(do="misbehave", act="answer", code="91", after=2, times=2)
        bench.do(do="misbehave", act="answer", code="96", times=1)
        return [teller.code(teller.sale(stan)) for stan in range(2, 8)]

    assert bench.run(story) == ["96", "00", "91", "91", "00", "00"]


@pytest.mark.parametrize("mti", ["0800", "0820", "0100", "0200", "0220", "0400", "0500", "0320"])
@pytest.mark.parametrize("act", [act for act in WORDS if act not in ("answer", "refuse")])
def test_every_act_can_be_played_on_every_message(bench: Bench, act: str, mti: str) -> None:
    """It is told, nothing breaks, and the next message is answered as it should be."""

    def story(bench: Bench) -> str:
        teller = bench.teller()
        bench.do(do="misbehave", act=act, on=mti, times=1, by=1.0)
        teller.send(teller.sale(2, mti=mti))
        bench.clock.sleep(3.0)
        return bench.teller().code(teller.sale(3).with_fields({41: "HIL00001"}))

    assert bench.run(story) in ("00", "A0")
    assert [event["act"] for event in bench.events("misbehaved")] == [act]


@pytest.mark.parametrize("how", [{"after": -1}, {"after": "x"}, {"by": -1}, {"on": "20"}])
def test_hooks_that_mean_nothing_are_refused(bench: Bench, how: dict[str, object]) -> None:
    """And nothing is in force."""

    def story(bench: Bench) -> list[object]:
        assert "error" in bench.do(do="misbehave", act="drop", **how)
        return list(bench.do(do="state")["misbehaving"])

    assert bench.run(story) == []


def test_a_repeat_by_a_type_of_its_own_is_met_as_what_it_repeats() -> None:
    """ISO 8583: the last digit of 0401 and 0221 says who repeats, and nothing else."""
    lapses = Lapses()
    lapses.ask("ignore", on="0400")

    met = [mti for mti in ("0221", "0400", "0401", "connect") if lapses.due(mti) is not None]

    assert met == ["0400", "0401"]
