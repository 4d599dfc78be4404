"""The simulated EC25: what a driver or a terminal meets at its AT ports and on its bearer."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.files import fixture, read_plain
from harness.sim.internet import NetError, NoBearer
from harness.tests.sim.modems.stage import Stage

T = TypeVar("T")
PERSONALITY = read_plain(fixture("modem", "ec25", "personality.yaml"))


class Bench(Stage):
    """An EC25 as these tests begin with it."""

    def ready(self) -> None:
        """Registered, with a bearer, echo off, reports on."""
        self.clock.sleep(8)
        self.say("ATE0;+CEREG=3;+CGEREP=2,1")
        self.clock.sleep(12)
        assert self.modem.bearer_up
        self.hear(0.1)


def on_bench(story: Callable[[Bench], T], *, seed: int = 1, powered: bool = True, **link: Any) -> T:
    """Run a story on a new bench."""
    clock = CooperativeClock()
    return clock.run(lambda: story(Bench(clock, "ec25", seed=seed, powered=powered, **link)))


def test_it_boots_deaf_and_says_rdy() -> None:
    """What is sent while it boots is lost, not kept."""

    def story(bench: Bench) -> tuple[list[str], str]:
        return bench.say("AT", 5), bench.hear(3)

    deaf, boot = on_bench(story)

    assert deaf == []
    assert boot == "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\n+QUSIM: 1\r\n"


def test_echo_results_and_errors_follow_the_ports_own_settings() -> None:
    """E, V, Q and CMEE belong to one port; the other keeps its own."""

    def story(bench: Bench) -> list[str]:
        bench.hear(12)
        other = bench.open("at1")
        talk = []
        for line in ("AT", "ATE0", "AT+CMEE=2", "AT+FOO", "AT+CMEE=0", "AT+FOO", "ATV0", "ATQ1"):
            bench.port.write(f"{line}\r".encode())
            talk.append(bench.hear(1))
        other.write(b"AT+FOO\r")
        talk.append(bench.hear(1, other))
        return talk

    assert on_bench(story) == [
        "AT\r\r\nOK\r\n",
        "ATE0\r\r\nOK\r\n",
        "\r\nOK\r\n",
        "\r\n+CME ERROR: operation not supported\r\n",
        "\r\nOK\r\n",
        "\r\nERROR\r\n",
        "0\r",
        "",
        "AT+FOO\r\r\n+CME ERROR: 4\r\n",
    ]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("ATI", ["Quectel", "EC25", "Revision: EC25EFAR06A06M4G", "OK"]),
        ("AT+CGSN", ["867698040000010", "OK"]),
        ("AT+CPIN?", ["+CPIN: READY", "OK"]),
        ("AT+CIMI", ["001010123456789", "OK"]),
        ("AT+CNUM", ["OK"]),
        ("AT+QCCID", ["+QCCID: 89860000000000000019", "OK"]),
        ("AT+CSQ", ["+CSQ: 26,99", "OK"]),
        ("AT+CESQ", ["+CESQ: 99,99,255,255,24,56", "OK"]),
        ("AT+QCSQ", ['+QCSQ: "LTE",-60,-85,250,-8', "OK"]),
        ("AT+QNWINFO", ['+QNWINFO: "FDD LTE","00101","LTE BAND 3",1300', "OK"]),
        ("AT+CREG?", ["+CREG: 0,1", "OK"]),
        ("AT+CEREG?", ['+CEREG: 3,1,"DE10","5F1EA15",7', "OK"]),
        ("AT+CEREG=?", ["+CEREG: (0-3)", "OK"]),
        ("AT+CPMS=?", ['+CPMS: ("ME"),("ME"),("ME")', "OK"]),
        ("AT+CMGL=?", ["+CMGL: (0-4)", "OK"]),
        ("AT+CMGF=1;+CMGL=?", [
            '+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")', "OK",
        ]),
        ("AT+CMGD=?", ["+CMGD: (),(0-4)", "OK"]),
        ("AT+CSCS=?", ['+CSCS: ("GSM","IRA","UCS2")', "OK"]),
        ("AT+CCLK=?", ["OK"]),
        ("AT+CEREG=4", ["+CME ERROR: 50"]),
        ("AT+COPS?", ['+COPS: 0,0,"Harness Mobile",7', "OK"]),
        ("AT+COPS=3,2;+COPS?", ['+COPS: 0,2,"00101",7', "OK"]),
        ("AT+CGATT?;+CGACT?", ["+CGATT: 1", "+CGACT: 1,1", "OK"]),
        ("AT+CGPADDR=1", ['+CGPADDR: 1,"10.86.12.3"', "OK"]),
        ("AT+CGACT=0,1", ["+CME ERROR: 151"]),
        ("AT+CGEREP?", ["+CGEREP: 2,0", "OK"]),
        ("AT+CFUN?", ["+CFUN: 1", "OK"]),
        ("AT+CFUN=7", ["+CME ERROR: 50"]),
        ("AT+QGDCNT?", ["+QGDCNT: 0,0", "OK"]),
        ('AT+CGDCONT=1,"IP","shop";+CGDCONT?', ['+CGDCONT: 1,"IP","shop","0.0.0.0",0,0,0,0', "OK"]),
        ("ATS3?", ["013", "OK"]),
        ("ATS200=1", ["OK"]),
        ("AT+CSCS=\"UCS2\";+CSCS?", ['+CSCS: "UCS2"', "OK"]),
        ("AT+CMGR=1", ["+CMS ERROR: 321"]),
        ("AT+CSQ;+FOO;+CSQ", ["+CSQ: 26,99", "+CME ERROR: 4"]),
        ("AT+CREG=x", ["+CME ERROR: 50"]),
        ("AT@", ["+CME ERROR: 50"]),
    ],
)  # fmt: skip
def test_commands_are_answered_as_by_an_ec25(command: str, answer: list[str]) -> None:
    """One command, one answer; the first refusal ends a line."""

    def story(bench: Bench) -> list[str]:
        bench.ready()
        return bench.say(command)

    assert on_bench(story) == answer


def test_settings_last_until_reset_unless_kept() -> None:
    """AT&W keeps them, AT&F takes the factory's, a reset forgets the rest."""

    def story(bench: Bench) -> tuple[list[str], list[str], list[str]]:
        bench.ready()
        bench.modem.reset()
        bench.clock.sleep(12)
        bench.hear(0.1)
        forgotten = bench.say("AT")
        bench.say("ATE0;&W")
        bench.modem.reset()
        bench.clock.sleep(12)
        bench.hear(0.1)
        kept = bench.say("AT")
        bench.say("AT&F")
        return forgotten, kept, bench.say("AT")

    assert on_bench(story) == (["AT", "OK"], ["OK"], ["AT", "OK"])


def test_unasked_lines_fall_inside_an_answer() -> None:
    """While an operator scan runs, an event is written when it happens."""

    def story(bench: Bench) -> list[str]:
        bench.ready()
        bench.clock.call_at(
            bench.clock.now() + 5, lambda: bench.link.carrier.set_subscription("expired")
        )
        return bench.say("AT+COPS=?", 60)

    lines = on_bench(story)

    assert lines[:3] == ["+CGEV: NW DETACH", '+QIURC: "pdpdeact",1', "+CEREG: 3,,,,0,15"]
    assert lines[3].startswith("+COPS: (2,")
    assert lines[4] == "OK"


def test_an_ended_plan_takes_the_bearer_until_there_is_data_again() -> None:
    """NW PDN DEACT, then +CME ERROR: 133 (ESM #33); the registration stays."""

    def story(bench: Bench) -> list[list[str]]:
        bench.ready()
        bench.link.carrier.set_left(0)
        gone = bench.say("AT", 2)
        refused = bench.say("AT+CGACT=1,1", 2)
        why = bench.say("AT+CEER;+CEREG?")
        bench.link.carrier.top_up(100_000)
        quiet = bench.say("AT+CGACT?", 5)
        return [gone, refused, why, quiet, bench.say("AT+CGACT=1,1", 2)]

    gone, refused, why, quiet, back = on_bench(story, data_left=1_000_000, exhaustion="deactivate")

    assert sorted(gone[:2]) == ['+CMTI: "ME",1', "OK"]
    assert gone[2:] == ["+CGEV: NW PDN DEACT 1", '+QIURC: "pdpdeact",1']
    assert refused == ["+CME ERROR: 133"]
    assert why == ["+CEER: ESM cause 33", '+CEREG: 3,1,"DE10","5F1EA15",7', "OK"]
    assert quiet == ["+CGACT: 1,0", "OK"]
    assert back == ["+CGEV: ME PDN ACT 1", "OK"]


def test_an_expired_sim_is_detached_with_a_cause_and_tried_again() -> None:
    """#15 is not for good: a renewal takes effect at the next attempt to attach."""

    def story(bench: Bench) -> list[list[str]]:
        bench.ready()
        bench.link.carrier.set_subscription("expired")
        denied = bench.say("AT", 8)
        asked = bench.say("AT+CEREG?;+CGATT?")
        bench.link.carrier.set_subscription("active")
        return [denied, asked, bench.say("AT", 3), bench.say("AT", 40)]

    denied, asked, at_once, later = on_bench(story)

    assert denied[1:4] == ["+CGEV: NW DETACH", '+QIURC: "pdpdeact",1', "+CEREG: 3,,,,0,15"]
    assert asked == ["+CEREG: 3,3,,,,0,15", "+CGATT: 0", "OK"]
    assert at_once == ["OK"]
    assert later == ["OK", '+CEREG: 1,"DE10","5F1EA15",7', "+CGEV: ME PDN ACT 1"]


def test_a_sim_refused_for_good_is_tried_again_only_after_the_radio_restarts() -> None:
    """#8: the SIM counts as invalid (TS 24.301, 5.5.1.2.5)."""

    def story(bench: Bench) -> tuple[list[str], list[str]]:
        bench.ready()
        bench.link.carrier.set_subscription("not_activated")
        bench.hear(8)
        bench.link.carrier.set_subscription("active")
        stuck = bench.say("AT+CEREG?", 120)
        bench.say("AT+CFUN=4")
        return stuck, bench.say("AT+CFUN=1", 8)

    stuck, restarted = on_bench(story)

    assert stuck == ["+CEREG: 3,3,,,,0,8", "OK"]
    assert restarted[-2:] == ['+CEREG: 1,"DE10","5F1EA15",7', "+CGEV: ME PDN ACT 1"]


def test_a_short_gap_keeps_the_registration_and_a_long_one_does_not() -> None:
    """Signal 99 at once; +CEREG: 2 after some seconds; the bearer goes last; all comes back."""

    def story(bench: Bench) -> list[list[str]]:
        bench.ready()
        bench.radio.attenuate(60)
        bench.clock.sleep(1.5)
        short = bench.say("AT+CSQ;+CESQ;+QCSQ;+CEREG?")
        bench.radio.attenuate(0)
        after = bench.say("AT", 10)
        bench.radio.attenuate(60)
        long, bearer = bench.say("AT", 30), bench.say("AT+CGACT?")
        bench.radio.attenuate(0)
        return [short, after, long, bearer, bench.say("AT", 10)]

    short, after, long, bearer, again = on_bench(story)

    assert short[:3] == ["+CSQ: 99,99", "+CESQ: 99,99,255,255,255,255", '+QCSQ: "NOSERVICE"']
    assert short[3].startswith("+CEREG: 3,1,")
    assert after == ["OK"]
    assert long == ["OK", "+CEREG: 2", "+CGEV: ME PDN DEACT 1"]
    assert bearer == ["+CGACT: 1,0", "OK"]
    assert again == ["OK", '+CEREG: 1,"DE10","5F1EA15",7', "+CGEV: ME PDN ACT 1"]


def test_flight_mode_and_no_operator_end_everything_in_order() -> None:
    """+CFUN=4 and +COPS=2 leave stat 0; +COPS=0 answers when registered."""

    def story(bench: Bench) -> list[list[str]]:
        bench.ready()
        return [
            bench.say("AT+CFUN=4"),
            bench.say("AT+CSQ"),
            bench.say("AT+CFUN=1", 8),
            bench.say("AT+COPS=2"),
            bench.say("AT+COPS=0", 10),
        ]

    flight, signal, back, off, on = on_bench(story)

    assert flight == ["+CEREG: 0", "+CGEV: ME PDN DEACT 1", "OK"]
    assert signal == ["+CSQ: 99,99", "OK"]
    assert back[-1] == "+CGEV: ME PDN ACT 1"
    assert off == ["+CEREG: 0", "+CGEV: ME PDN DEACT 1", "OK"]
    assert on[:3] == ["+CEREG: 2", '+CEREG: 1,"DE10","5F1EA15",7', "OK"]


def test_a_sim_taken_out_is_missed() -> None:
    """+CME ERROR: 10, no registration; back in, all comes back."""

    def story(bench: Bench) -> list[list[str]]:
        bench.ready()
        bench.modem.set_sim(present=False)
        out = bench.say("AT+CPIN?")
        still = bench.say("AT+CEREG?;+CIMI")
        bench.modem.set_sim(present=True)
        return [out, still, bench.say("AT", 10)]

    out, still, back = on_bench(story)

    assert out[:2] == ["+CPIN: NOT READY", "+CEREG: 0"]
    assert "+CME ERROR: 10" in out
    assert still == ["+CEREG: 3,0", "+CME ERROR: 10"]
    assert back[-1] == "+CGEV: ME PDN ACT 1"


def test_reset_power_off_and_hang() -> None:
    """CFUN=1,1 answers OK and is deaf until RDY; QPOWD says POWERED DOWN; a hung one is silent."""

    def story(bench: Bench) -> list[list[str]]:
        bench.ready()
        reset = bench.say("AT+CFUN=1,1", 5)
        deaf = bench.say("AT", 0.5)
        up = bench.say("", 3)
        bench.modem.hung = True
        hung = bench.say("AT", 5)
        bench.modem.reset()
        bench.say("", 12)
        off = bench.say("ATE0;+QPOWD=1", 6)
        return [reset, deaf, up, hung, off, bench.say("AT", 20)]

    reset, deaf, up, hung, off, dark = on_bench(story)

    assert reset == ["OK"]
    assert deaf == []
    assert up == ["RDY", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1"]
    assert hung == []
    assert off[-2:] == ["OK", "POWERED DOWN"]
    assert dark == []


def test_a_command_that_runs_when_the_modem_restarts_is_never_answered() -> None:
    """No OK of a former life comes after RDY."""

    def story(bench: Bench) -> list[str]:
        bench.ready()
        bench.clock.call_at(bench.clock.now() + 2, bench.modem.reset)
        return bench.say("AT+COPS=?", 90)

    assert on_bench(story) == [
        "RDY", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE", "+QIND: PB DONE"
    ]  # fmt: skip


def test_the_carriers_warning_and_the_balance_can_be_read() -> None:
    """+CMTI and +CMGR in both modes, +CMGD, and the balance by USSD after OK."""

    def story(bench: Bench) -> list[list[str]]:
        bench.ready()
        bench.link.carrier.set_left(100_000)
        return [
            bench.say("AT"),
            bench.say("AT+CMGL=0"),
            bench.say('AT+CMGF=1;+CMGL="ALL";+CMGR=1'),
            bench.say("AT+CMGD=1;+CMGR=1"),
            bench.say('AT+CUSD=1,"*101#",15', 5),
            bench.say('AT+CUSD=1,"*999#",15', 5),
        ]

    told, pdu, text, deleted, balance, unknown = on_bench(story, data_left=1_000_000)

    assert told == ['+CMTI: "ME",1', "OK"] or told == ["OK", '+CMTI: "ME",1']
    assert re.fullmatch(r"\+CMGL: 1,0,,\d+", pdu[0])
    assert pdu[1].startswith("0004")
    assert text[0].startswith('+CMGL: 1,"REC READ","Harness",,"26/03/02,08:00:')
    assert text[1].startswith("You have used 80 % of your data plan.")
    assert deleted == ["+CMS ERROR: 321"]
    assert balance == ["OK", '+CUSD: 0,"100.00 kB of 1.00 MB left.",15']
    assert unknown == ["OK", "+CUSD: 4"]


def test_a_text_is_sent_after_the_prompt() -> None:
    """ESC abandons it."""

    def story(bench: Bench) -> list[str]:
        bench.ready()
        bench.port.write(b'AT+CMGS="123"\r')
        prompt = bench.hear(1)
        bench.port.write(b"hello\x1a")
        sent = bench.hear(3)
        bench.port.write(b'AT+CMGS="123"\r')
        bench.hear(1)
        bench.port.write(b"no\x1b")
        return [prompt, sent, bench.hear(3)]

    assert on_bench(story) == ["\r\n> ", "\r\n+CMGS: 1\r\n\r\nOK\r\n", "\r\nOK\r\n"]


def test_the_bearer_carries_and_counts() -> None:
    """Bytes of both ways, headers included, are in +QGDCNT; the plan is charged the same."""

    def story(bench: Bench) -> tuple[int, int, list[str], int]:
        bench.ready()
        bench.internet.serve("10.0.0.9", 443, lambda port: port.write(b"hello"))
        end = bench.modem.connect("10.0.0.9", 443, until=bench.clock.now() + 20)
        end.write(b"x" * 100)
        bench.clock.sleep(2)
        left = bench.link.carrier.left or 0
        return bench.modem.sent, bench.modem.received, bench.say("AT+QGDCNT?"), 1_000_000 - left

    sent, received, counted, charged = on_bench(story, data_left=1_000_000)

    assert sent == 40 + 40 + 140 + 40  # SYN, ACK, request, ACK of the greeting
    assert received == 40 + 45 + 40  # SYN-ACK, greeting, ACK
    assert counted == [f"+QGDCNT: {sent},{received}", "OK"]
    assert charged == sent + received


def test_without_a_bearer_there_is_no_way_out() -> None:
    """At once, with an error of its own."""

    def story(bench: Bench) -> None:
        with pytest.raises(NoBearer):
            bench.modem.connect("10.0.0.9", 443, until=100)
        with pytest.raises(NetError):
            bench.modem.connect("10.0.0.9", 443, until=100)

    on_bench(story, powered=False)


def test_a_connection_does_not_outlive_its_bearer() -> None:
    """After a new bearer the old address is dead: silence, then the sender gives up."""

    def story(bench: Bench) -> tuple[list[bytes], bool]:
        bench.ready()
        heard: list[bytes] = []

        def accept(port: Any) -> None:
            def listen() -> None:
                try:
                    while (chunk := port.read()) is not None:
                        heard.append(chunk.data)
                except PortLost:
                    pass

            bench.clock.spawn("host", listen)

        bench.internet.serve("10.0.0.9", 443, accept)
        end = bench.modem.connect("10.0.0.9", 443, until=bench.clock.now() + 20)
        bench.say("AT+CFUN=4")
        bench.say("AT+CFUN=1", 10)
        assert bench.modem.bearer_up
        end.write(b"request")
        with pytest.raises(PortLost):
            end.read(bench.clock.now() + 200)
        return heard, bench.modem.bearer_up

    assert on_bench(story) == ([], True)


def test_power_comes_and_goes() -> None:
    """Without power it is dark; with power it boots anew."""

    def story(bench: Bench) -> list[list[str]]:
        dark = bench.say("AT", 20)
        bench.modem.power(on=True)
        up = bench.say("", 8)
        bench.modem.power(on=False)
        return [dark, up, bench.say("AT", 20)]

    assert on_bench(story, powered=False) == [
        [],
        ["RDY", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1"],
        [],
    ]


NOISE = st.one_of(
    st.binary(max_size=60),
    st.lists(
        st.sampled_from(
            [
                *(b"AT", b"+CGACT=", b"+CFUN=4", b"1,1", b";", b"\r", b'"', b"?", b"=", b"V0"),
                *(b"E1", b"S3=", b"+CMGS=1\r", b"\x1a", b"\x1b", b"A/", b"+COPS=0", b",,", b"Q1"),
                *(b"&F", b"Z", b"99999999999", b"+QPOWD", b"+CUSD=1,", b"&W", b"\x08"),
            ]
        ),
        max_size=20,
    ).map(b"".join),
)  # fmt: skip


def test_a_reset_ends_an_open_prompt() -> None:
    """What is typed after it is a command again, from its first letter."""

    def story(bench: Bench) -> list[str]:
        bench.ready()
        bench.port.write(b'AT+CMGS="123"\r')
        bench.hear(1)
        bench.modem.reset()
        bench.hear(20)
        return bench.say("AT")

    assert on_bench(story) == ["AT", "OK"]


@settings(max_examples=60, deadline=None)
@given(st.lists(NOISE, max_size=6), st.integers(0, 99))
def test_no_input_breaks_or_hangs_it(noise: list[bytes], seed: int) -> None:
    """Whatever was sent, after its reset line was pulled it answers AT on the same port."""

    def story(bench: Bench) -> list[str]:
        bench.ready()
        for piece in noise:
            bench.port.write(piece)
            bench.hear(1)
        bench.modem.stored.clear()  # noise may have kept a strange profile
        bench.modem.reset()
        bench.hear(20)
        return bench.say("ATE0")

    assert on_bench(story, seed=seed)[-1] == "OK"


def test_attaching_with_a_denied_sim_answers_with_the_cause() -> None:
    """+CGATT=1 and +COPS=0 do not wait when the network has said no."""

    def story(bench: Bench) -> list[list[str]]:
        bench.ready()
        bench.say("AT+CEREG=0;+CGATT=0")
        bench.link.carrier.set_subscription("not_activated")
        return [bench.say("AT+CGATT=1", 10), bench.say("AT+COPS=0", 10)]

    assert on_bench(story) == [["+CME ERROR: 108"], ["+CME ERROR: 108"]]


def test_it_tells_all_its_commands_and_knows_each() -> None:
    """+CLAC (27.007, 8.37); programs go by it."""

    def story(bench: Bench) -> tuple[list[str], list[str]]:
        bench.ready()
        told = bench.say("AT+CLAC", 10)
        asked = {name: bench.say(f"{name}=?", 90) for name in told[:-1] if "+" in name}
        return told, [name for name, said in asked.items() if said[-1:] != ["OK"]]

    told, unknown = on_bench(story)

    assert {"AT+CLAC", "AT+CSQ", "AT+QCCID", "ATE", "AT&F", "AT+CSCS"} <= set(told)
    assert told[-1] == "OK"
    assert unknown == []
