"""What every modem driver does by 3GPP's commands alone, seen at the one that has no others."""

# ruff: noqa: E501 - lines as modems print them

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.drivers import at, fibocom, quectel, sierra, simcom, telit, ublox
from harness.drivers._modem import Modem
from harness.drivers.at import Driver
from harness.errors import BenchError, DeviceRefused, Garbled, NotSupported, PortTimeout
from harness.model import cellular
from harness.model.cellular import Context, Registration, Signal, Text
from harness.model.roles import Identified, Polled, Watched, plays
from harness.ports.base import BufferedPort
from harness.testing import Pair, replay
from harness.testing.replay import SteppingClock
from harness.tests.drivers.modem_talk import Heard, start
from harness.wire.gsm7 import encode, pack

FAMILIES = (at, fibocom, quectel, sierra, simcom, telit, ublox)
ROLES = (
    cellular.Modem, cellular.Subscriber, cellular.Camped, cellular.Bearers, cellular.Restartable,
    cellular.Texting, cellular.Timed, Watched, Polled, Identified,
)  # fmt: skip
START = start(Driver)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_plays_every_role(family: Any) -> None:
    """And names its source and its quirks; an identity is its own alone."""
    with replay(family.Driver, []) as modem:
        assert all(plays(modem, role) for role in ROLES)
    assert "Source:" in family.__doc__
    assert family.IDENTITY is None or isinstance(family.IDENTITY, str)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_dialect_adds_to_the_standard_and_repeats_nothing(family: Any) -> None:
    """Each command once, the maker's own first."""
    with replay(family.Driver, []) as modem:
        for function in {*modem.WAYS, *modem.STANDARD}:
            commands = [way.command for way in modem.ways(function)]
            assert len(commands) == len(set(commands))
            own = [way.command for way in modem.WAYS.get(function, ())]
            assert commands[: len(own)] == own


def _ask(call: Callable[[Driver], Any], *talk: Pair) -> Any:
    with replay(Driver, [*START, *talk]) as modem:
        return call(modem)


@pytest.mark.parametrize(
    ("talk", "wanted"),
    [
        (
            [("AT+CGMI", "Maker"), ("AT+CGMM", '+CGMM: "X1"'), ("AT+CGMR", "1.0"), ("AT+CGSN", '"867698040000010"')],
            "Maker X1 1.0 867698040000010",
        ),
        (
            [("AT+CGMI", "ERROR"), ("AT+CGMM", "X1"), ("AT+CGMR", "ERROR"), ("AT+CGSN", "+CME ERROR: 4")],
            "X1",
        ),
        (
            [*((f"AT+CG{which}", "ERROR") for which in ("MI", "MM", "MR", "SN")), ("ATI", "Maker\nX1")],
            "Maker X1",
        ),
    ],
)  # fmt: skip
def test_who_it_is_is_asked_in_every_way(talk: list[tuple[str, str]], wanted: str) -> None:
    """Bare, quoted, with a name; what it refuses is left out, ATI when it refuses all."""
    said = [(command, answer if "ERROR" in answer else f"{answer}\nOK") for command, answer in talk]
    assert _ask(Driver.identify, *said) == wanted


def test_a_sim_that_is_busy_is_waited_for() -> None:
    """CME 14 is "not yet"; after twenty seconds it is the answer."""
    busy: Pair = ("AT+CPIN?", "+CME ERROR: 14")
    assert _ask(Driver.sim_state, busy, busy, ("AT+CPIN?", "+CPIN: READY\nOK")) == "READY"
    assert _ask(Driver.sim_state, *[busy] * 21) == "SIM BUSY"
    assert _ask(Driver.sim_state, ("AT+CPIN?", "READY\nOK")) == "READY"
    assert _ask(Driver.sim_state, ("AT+CPIN?", "+CPIN: NOT INSERTED\nOK")) == "SIM NOT INSERTED"


def test_a_modem_that_knows_nothing_by_one_report_is_asked_for_another() -> None:
    """+CESQ of some firmware is all unknown, and +CSQ is not."""
    poor: Pair = ("AT+CESQ", "+CESQ: 99,99,255,255,255,255\nOK")
    level: Pair = ("AT+CSQ", "+CSQ: 20,99\nOK")

    assert _ask(Driver.signal, poor, level) == Signal(rssi=-73, raw="+CSQ: 20,99")
    assert _ask(Driver.signal, poor, ("AT+CSQ", "ERROR")).rsrp is None
    full: Pair = ("AT+CESQ", "+CESQ: 99,99,255,255,14,44\nOK")
    assert _ask(Driver.signal, full).rsrp == -97


def test_the_way_that_was_found_is_remembered_and_left_when_it_fails() -> None:
    """What a modem refuses while it boots it may have later, and the other way round."""
    level: Pair = ("AT+CSQ", "+CSQ: 20,99\nOK")
    talk: list[Pair] = [
        ("AT+CESQ", "ERROR"), level,
        level,
        ("AT+CSQ", "ERROR"), ("AT+CESQ", "+CESQ: 99,99,255,255,14,44\nOK"),
        ("AT+CESQ", "+CESQ: 99,99,255,255,14,44\nOK"),
    ]  # fmt: skip

    with replay(Driver, [*START, *talk]) as modem:
        for _ in range(4):
            modem.signal()


def test_what_no_way_gives_is_told_with_all_that_was_tried() -> None:
    """DeviceRefused, in the modem's words; no counter at all is NotSupported."""
    with pytest.raises(
        DeviceRefused, match=r"none of: AT\+CESQ \(ERROR\), AT\+CSQ \(\+CME ERROR: 4"
    ):
        _ask(Driver.signal, ("AT+CESQ", "ERROR"), ("AT+CSQ", "+CME ERROR: 4"))
    with pytest.raises(NotSupported, match="bytes_used"):
        _ask(Driver.bytes_used, ("AT^DSFLOWQRY", "ERROR"))
    with pytest.raises(DeviceRefused, match="SIM not inserted"):
        _ask(Driver.imsi, ("AT+CIMI", "+CME ERROR: 10"))


def test_the_registration_is_that_of_the_domain_that_has_one() -> None:
    """LTE says "unknown" when the modem is on 3G; a denial in LTE is news of its own."""
    lte = ("AT+CEREG?", "+CEREG: 3,4\nOK")
    assert _ask(Driver.registration, lte, ("AT+CGREG?", '+CGREG: 3,1,"1","2",2\nOK')).stat == 1
    assert _ask(Driver.registration, ("AT+CEREG?", "+CEREG: 3,3,,,,0,15\nOK")) == Registration(
        3, 15, "+CEREG: 3,3,,,,0,15"
    )
    nowhere = [
        lte, ("AT+CGREG?", "+CGREG: 3,0\nOK"), ("AT+C5GREG?", "ERROR"),
        lte, ("AT+CGREG?", "+CGREG: 3,5\nOK"),
    ]  # fmt: skip
    with replay(Driver, [*START, *nowhere]) as modem:
        assert modem.registration().stat == 4
        assert modem.registration().stat == 5  # +C5GREG is not asked for again


def test_an_answer_in_the_form_of_a_report_is_one() -> None:
    """An FM350 answers +C5GREG: 0 to the question; some answer nothing but OK."""
    talk: list[Pair] = [
        ("AT+CEREG?", "OK"), ("AT+CGREG?", "+CGREG: 0\nOK"), ("AT+C5GREG?", '+C5GREG: 1,"A1","B2",11\nOK'),
    ]  # fmt: skip

    with replay(Driver, [*START, *talk]) as modem:
        assert modem.registration() == Registration(1, None, '+C5GREG: 1,"A1","B2",11')


def test_an_old_modem_has_creg_alone() -> None:
    """And one without any is told to be none."""
    lacking: list[Pair] = [(f"AT+{name}?", "ERROR") for name in ("CEREG", "CGREG", "C5GREG")]
    assert _ask(Driver.registration, *lacking, ("AT+CREG?", "+CREG: 2,1\nOK")).stat == 1
    with pytest.raises(DeviceRefused, match="registration"):
        _ask(Driver.registration, *lacking, ("AT+CREG?", "ERROR"))


def test_a_cell_is_put_together_from_registration_and_operator() -> None:
    """Where the maker has no command for it; without service there is none."""
    home: Pair = ("AT+CEREG?", '+CEREG: 3,1,"DE10","5F1EA15",7\nOK')
    cell = _ask(Driver.serving_cell, home, ("AT+COPS?", '+COPS: 0,2,"00101",7\nOK'))

    assert (cell.technology, cell.plmn, cell.area, cell.cell) == ("LTE", "00101", 0xDE10, 0x5F1EA15)
    assert _ask(Driver.serving_cell, ("AT+CEREG?", "+CEREG: 3,2\nOK")) is None


@pytest.mark.parametrize(
    ("talk", "number"),
    [
        ([("AT+CCID", "+CCID: 8949000000000000016\nOK")], "8949000000000000016"),
        (
            [
                *((f"AT{one}", "ERROR") for one in ("+CCID", "+ICCID", "+CICCID", "^ICCID?", "#CCID")),
                ("AT+CRSM=176,12258,0,0,10", '+CRSM: 144,0,"989400000000000010F6"\nOK'),
            ],
            "8949000000000000016",
        ),
        ([("AT+CCID", "ERROR"), ("AT+ICCID", "+ICCID: 89490000000000000165\nOK")], "89490000000000000165"),
    ],
)  # fmt: skip
def test_the_cards_number_is_found_somehow(talk: list[Pair], number: str) -> None:
    """By the makers' commands in turn, at last from the card's own file."""
    assert _ask(Driver.iccid, *talk) == number


def test_flight_mode_is_read_back() -> None:
    """What was taken and not done is an error; u-blox calls it 19; some cannot be asked."""
    for said in ("4", "19", "0"):
        _ask(lambda modem: modem.flight_mode(on=True), ("AT+CFUN=4", "OK"), ("AT+CFUN?", f"+CFUN: {said}\nOK"))  # fmt: skip
    _ask(lambda modem: modem.flight_mode(on=False), ("AT+CFUN=1", "OK"), ("AT+CFUN?", "ERROR"))
    with pytest.raises(DeviceRefused, match="yet it is 1"):
        _ask(lambda modem: modem.flight_mode(on=True), ("AT+CFUN=4", "OK"), ("AT+CFUN?", "+CFUN: 1\nOK"))  # fmt: skip


# --- the data context -----------------------------------------------------------------------


def test_a_context_is_told_as_in_force_or_as_defined() -> None:
    """Active: what the network gave; else what was asked for."""
    defined: Pair = ("AT+CGDCONT?", '+CGDCONT: 2,"IP","other"\n+CGDCONT: 1,"IPV4V6","plan"\nOK')
    active: Pair = ("AT+CGACT?", "+CGACT: 1,1\n+CGACT: 2,0\nOK")
    given: Pair = ("AT+CGCONTRDP=1", '+CGCONTRDP: 1,5,"plan.gprs","10.0.0.5.255.255.255.0"\nOK')

    seen = _ask(Driver.context, active, given)
    assert (seen.active, seen.apn, seen.address) == (True, "plan.gprs", "10.0.0.5")
    assert "+CGCONTRDP" in seen.raw
    old = _ask(
        Driver.context, active, ("AT+CGCONTRDP=1", "ERROR"),
        ("AT+CGPADDR=1", '+CGPADDR: 1,"10.0.0.5"\nOK'), defined,
    )  # fmt: skip
    assert (old.apn, old.address) == ("plan", "10.0.0.5")
    idle = _ask(Driver.context, ("AT+CGACT?", "+CGACT: 1,0\nOK"), defined)
    assert isinstance(idle, Context)
    assert (idle.active, idle.apn, idle.address) == (False, "plan", None)


def test_an_apn_is_set_in_the_contexts_own_type() -> None:
    """And nothing but an APN gets into the command."""
    _ask(
        lambda modem: modem.set_apn("iot.example"),
        ("AT+CGDCONT?", '+CGDCONT: 1,"IPV4V6","plan"\nOK'),
        ('AT+CGDCONT=1,"IPV4V6","iot.example"', "OK"),
    )
    _ask(
        lambda modem: modem.set_apn(""),
        ("AT+CGDCONT?", "OK"),
        ('AT+CGDCONT=1,"IP",""', "OK"),
    )
    for wrong in ('x","y', "a b", "x\r", "-x", "x" * 101):
        with replay(Driver, []) as modem, pytest.raises(DeviceRefused, match="access point"):
            modem.set_apn(wrong)


def test_attaching_and_activating_carry_the_networks_reason() -> None:
    """The last context of LTE cannot be deactivated; a refused subscription has its cause."""
    _ask(lambda modem: modem.attach(on=True), ("AT+CGATT=1", "OK"))
    _ask(lambda modem: modem.activate(on=True), ("AT+CGACT=1,1", "OK"))
    for code, why in ((151, "last PDN"), (171, "last PDN"), (133, "not subscribed")):
        with pytest.raises(DeviceRefused, match=why):
            _ask(lambda modem: modem.activate(on=False), ("AT+CGACT=0,1", f"+CME ERROR: {code}"))
    with pytest.raises(PortTimeout, match="140 s"):
        _ask(lambda modem: modem.attach(on=False), ("AT+CGATT=0", None))


# --- what the carrier writes ----------------------------------------------------------------


def _pdu(text: str, hour: int) -> str:
    septets = encode(text)
    assert septets is not None
    stamp = f"625021{hour % 10}{hour // 10}000000"
    return f"0004038121F30000{stamp}{len(septets):02X}{pack(septets).hex().upper()}"


def _listed(*rows: str) -> list[Pair]:
    lines = [line for n, row in enumerate(rows, 1) for line in (f'+CMGL: {n},1,"",24', row)]
    return [("AT+CMGF=0", "OK"), ("AT+CMGL=4", "\n".join([*lines, "OK"]))]


def test_messages_are_read_in_pdu_mode_oldest_first() -> None:
    """Drafts are left out; one that cannot be read shows; the URC between belongs to nobody."""
    draft = "0001000B911346610089F6000004D4E2940A"
    rows = [_pdu("second", 9), draft, _pdu("first", 8), "zz"]
    found = _ask(Driver.messages, *_listed(*rows))

    assert [text.text for text in found] == ["first", "[unreadable: zz]", "second"]
    assert found[0] == Text("123", "first", datetime(2026, 5, 12, 8, tzinfo=UTC))
    assert _ask(Driver.messages, *_listed()) == []
    with pytest.raises(DeviceRefused, match="memory full"):
        _ask(Driver.messages, ("AT+CMGF=0", "OK"), ("AT+CMGL=4", "+CMS ERROR: 322"))


def test_messages_are_forgotten_all_at_once_or_one_by_one() -> None:
    """And what the one command left is seen and deleted."""
    _ask(Driver.forget_messages, ("AT+CMGD=1,4", "OK"), *_listed())
    _ask(
        Driver.forget_messages, ("AT+CMGD=1,4", "+CMS ERROR: 321"), *_listed(_pdu("x", 8), _pdu("y", 9)),
        ("AT+CMGD=1", "OK"), ("AT+CMGD=2", "OK"),
    )  # fmt: skip


#: Before a code the characters are set.
ASCII: Pair = ('AT+CSCS="IRA"', "OK")


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b'\r\nOK\r\n\r\n+CUSD: 0,"Left: 12.34",15\r\n', "Left: 12.34"),
        (b'\r\n+CUSD: 0,"Left: 12.34",15\r\n\r\nOK\r\n', "Left: 12.34"),
        (b'\r\nOK\r\n\r\n+CUSD: 0,"041E0441",72\r\n', "Ос"),
        (b'\r\nOK\r\n\r\n+CUSD: 2,"bye",15\r\n', "bye"),
        # several lines, also around the OK, with another report among them, and without an end
        (b'\r\nOK\r\n\r\n+CUSD: 0,"Left: 5\nTill 1.4.\r\nBye",15\r\n', "Left: 5\nTill 1.4.\nBye"),
        (b'\r\n+CUSD: 0,"Left: 5\nBye",15\r\n\r\nOK\r\n', "Left: 5\nBye"),
        (b'\r\nOK\r\n\r\n+CUSD: 0,"Left: 5\n\r\n+CREG: 1\r\nBye"\r\n', "Left: 5\nBye"),
        (b'\r\nOK\r\n\r\n+CUSD: 0,"Left: 5\nBye\r\n', "Left: 5\nBye"),
        (b'\r\nOK\r\n\r\n+CUSD: 0,"",15\r\n', ""),
    ],
)
def test_a_code_is_answered_by_the_network(answer: bytes, text: str) -> None:
    """Before or after the OK, plain or UCS2."""
    asked = ('AT+CUSD=1,"*101#",15', answer)
    assert _ask(lambda modem: modem.ussd("*101#"), ASCII, asked) == text
    other = [('AT+CSCS="IRA"', "ERROR"), ('AT+CSCS="GSM"', "ERROR")]  # it does without
    assert _ask(lambda modem: modem.ussd("*101#"), *other, asked) == text


def test_a_session_that_asks_on_is_closed() -> None:
    """Nobody will answer; an open one would block the next."""
    asks = b'\r\nOK\r\n\r\n+CUSD: 1,"1: balance",15\r\n'
    said = _ask(
        lambda modem: modem.ussd("*100#"),
        ASCII, ('AT+CUSD=1,"*100#",15', asks), ("AT+CUSD=2", "OK"),
    )  # fmt: skip
    assert said == "1: balance"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"\r\nOK\r\n\r\n+CUSD: 4\r\n", "not supported"),
        (b"\r\nOK\r\n\r\n+CUSD: 5\r\n", "in time"),
        (b"\r\n+CME ERROR: 30\r\n", "no network service"),
    ],
)
def test_a_code_that_is_not_answered_says_why(answer: bytes, error: str) -> None:
    """By the network, or by a modem that has no USSD."""
    with pytest.raises(DeviceRefused, match=error):
        _ask(lambda modem: modem.ussd("*101#"), ASCII, ('AT+CUSD=1,"*101#",15', answer))


def test_a_modem_that_does_not_pack_gets_the_code_packed() -> None:
    """As Huawei's sticks want it; one that refuses it either way has no USSD."""
    plain: Pair = ('AT+CUSD=1,"*100#",15', "ERROR")
    packed = 'AT+CUSD=1,"AA180C3602",15'
    answer = b'\r\nOK\r\n\r\n+CUSD: 0,"CF2135487D2E4131DCCD25A381E02E",0\r\n'

    said = _ask(lambda modem: modem.ussd("*100#"), ASCII, plain, (packed, answer))
    assert said == "OCTATOK 187.24 p."
    with pytest.raises(DeviceRefused, match="ERROR"):
        _ask(lambda modem: modem.ussd("*100#"), ASCII, plain, (packed, "+CME ERROR: 4"))


def test_only_a_code_is_sent_as_one() -> None:
    """Nothing gets into the command that is none; silence is told after two minutes."""
    for wrong in ("", "*", '*101#"', "AT", "1\r2"):
        with replay(Driver, []) as modem, pytest.raises(DeviceRefused, match="no USSD code"):
            modem.ussd(wrong)
    with pytest.raises(PortTimeout, match="120 s"):
        _ask(lambda modem: modem.ussd("*101#"), ASCII, ('AT+CUSD=1,"*101#",15', "OK"))


def test_the_networks_time_is_told_once_there_is_one() -> None:
    """A clock that was never set tells none; nonsense is garbled."""
    read: Callable[[str], Pair] = lambda said: ("AT+CCLK?", f"{said}\nOK")  # noqa: E731
    assert _ask(Driver.network_time, read('+CCLK: "26/05/06,12:34:56+00"')) == datetime(
        2026, 5, 6, 12, 34, 56, tzinfo=UTC
    )
    assert _ask(Driver.network_time, read('+CCLK: "80/01/06,00:00:12"')) is None
    with pytest.raises(Garbled):
        _ask(Driver.network_time, read("+CCLK: soon"))


# --- what is observed -----------------------------------------------------------------------


def _looks(*, sim: str = "+CPIN: READY\nOK") -> list[Pair]:
    return [
        ("AT+CESQ", "+CESQ: 99,99,255,255,14,44\nOK"),
        ("AT+CEREG?", '+CEREG: 3,1,"DE10","5F1EA15",7\nOK'),
        ("AT+CPIN?", sim),
        ("AT+CEREG?", '+CEREG: 3,1,"DE10","5F1EA15",7\nOK'),
        ("AT+COPS?", '+COPS: 0,2,"00101",7\nOK'),
    ]


def test_silence_is_observed_and_everything_again_afterwards() -> None:
    """A poll that meets a silent modem says so once and is no error; then all is news."""
    heard = Heard()
    deaf: list[Pair] = [("AT", None)] * 3
    talk: list[Pair] = [
        *START, *_looks(), ("AT+CESQ", None), *deaf, *deaf, ("AT", "OK"), *START, *_looks(),
    ]  # fmt: skip

    with replay(Driver, talk) as modem:
        modem.observe = heard
        for _ in range(4):
            modem.poll()

    kinds = [kind for kind, _ in heard.rows]
    everything = ["signal", "registration", "sim", "cell"]
    assert kinds == [*everything, "silent", "answering", *everything]


def test_a_bearer_that_comes_back_after_a_silence_is_news() -> None:
    """It went with the modem, though nobody said so."""
    heard = Heard()
    up: Pair = ("AT", "+CGEV: ME PDN ACT 1\nOK")
    deaf: list[Pair] = [("AT", None)] * 3

    with replay(Driver, [*START, up, up, *deaf, *START, up]) as modem:
        modem.observe = heard
        modem._at.ask("AT")
        modem._at.ask("AT")
        assert not modem._at.answers()
        modem._at.ask("AT")

    assert heard.of("bearer") == [{"up": True, "cause": "ME PDN ACT 1"}] * 2


def test_a_spoilt_line_is_no_broken_bench_and_a_strange_modem_is() -> None:
    """Twice it is passed over by polls, the third time told; a strange cell never matters."""
    spoilt = _looks()
    spoilt[1] = ("AT+CEREG?", "+CEREG: x\nOK")
    strange: list[Pair] = [*START, *spoilt, *spoilt, *_looks(), *spoilt, *spoilt, *spoilt[:2]]

    with replay(Driver, strange) as modem:
        for _ in range(5):
            modem.poll()
        with pytest.raises(Garbled, match="CEREG"):
            modem.poll()


def test_a_cell_that_nobody_understands_is_left_out() -> None:
    """For the dossier alone."""
    quectels = start(quectel.Driver)
    looks: list[Pair] = [
        ("AT+QCSQ", '+QCSQ: "LTE",-52,-81,195,-10\nOK'), ("AT+CEREG?", "+CEREG: 3,1\nOK"),
        ("AT+CPIN?", "+CPIN: READY\nOK"), ('AT+QENG="servingcell"', "new and strange\nOK"),
    ]  # fmt: skip

    with replay(quectel.Driver, [*quectels, *looks * 5]) as modem:
        for _ in range(5):
            modem.poll()


def test_a_modem_without_a_sim_knows_less_and_that_is_no_error() -> None:
    """CME 10 to everything: the signal is unknown, the SIM is told to be away."""
    heard = Heard()
    away = "+CME ERROR: 10"
    talk: list[Pair] = [
        *START, ("AT+CESQ", away), ("AT+CEREG?", away), ("AT+CPIN?", away), ("AT+CEREG?", away),
    ]  # fmt: skip

    with replay(Driver, talk) as modem:
        modem.observe = heard
        modem.poll()

    assert heard.of("sim") == [{"state": "SIM NOT INSERTED"}]
    assert heard.of("signal") == [{"rsrp": None, "rsrq": None, "rssi": None}]


@pytest.mark.parametrize(
    ("line", "kind", "fields"),
    [
        ("+CEREG: 3,,,,0,15", "registration", {"stat": 3, "cause": 15}),
        ("+CGREG: 0", "registration", None),  # not the domain that is looked at
        ("+CPIN: NOT INSERTED", "sim", {"state": "SIM NOT INSERTED"}),
        ("+QSIMSTAT : 1,0", "sim", {"state": "SIM NOT INSERTED"}),
        ("+UUSIMSTAT: 0", "sim", {"state": "SIM NOT INSERTED"}),
        ("#QSS: 0", "sim", {"state": "SIM NOT INSERTED"}),
        ("+SIM: Removed", "sim", {"state": "SIM NOT INSERTED"}),
        ("+CGEV: NW PDN DEACT 1", "bearer", {"up": False, "cause": "NW PDN DEACT 1"}),
        ("+CGEV: NW PDN DEACT 3", "bearer", None),  # another context's
        ("+UUPSDD: 0", "bearer", {"up": False, "cause": "+UUPSDD: 0"}),
        ("+MIPCALL: 0", "bearer", {"up": False, "cause": "+MIPCALL: 0"}),
    ],
)
def test_what_comes_unasked_is_observed(
    line: str, kind: str, fields: dict[str, Any] | None
) -> None:
    """Whoever made the modem; and the line itself, always."""
    heard = Heard()
    with replay(Driver, [*START, ("AT", f"{line}\nOK")]) as modem:
        modem.observe = heard
        modem._at.ask("AT")

    assert heard.of("urc") == [{"text": line}]
    assert heard.of(kind) == ([fields] if fields else [])


# --- and whatever else may come -------------------------------------------------------------

SCRAPS = [
    "OK", "ERROR", "+CME ERROR: 10", "+CME ERROR: 4", "RDY", '+CCID: "8949000000000000016"', "+CPIN: x",
    "+CEREG: 3,1", "+CESQ: 99,99,255,255,14,44", "+CGACT: 1,1", '+CMGL: 1,1,"",24', "07911326040000F0040B91",
    '+CUSD: 0,"x",15', '+CCLK: "26/05/06,12:34:56"', "+QENG: \"servingcell\",\"NOCONN\",\"LTE\"", "+CFUN: 4",
]  # fmt: skip


class Wild(BufferedPort):
    """A modem that answers every command with some lines, sensible or not."""

    def __init__(self, answers: list[list[str]]) -> None:
        super().__init__(SteppingClock(), "wild")
        self._answers = answers
        self._asked = 0

    def open(self) -> None:
        self._lost = None

    def write(self, data: bytes) -> None:
        self._asked += 1
        lines = (
            ["OK"]
            if data in (b"AT\r", b"ATE0\r")
            else self._answers[self._asked % len(self._answers)]
        )
        self.put_arrived("".join(f"\r\n{line}\r\n" for line in lines).encode("utf-8", "replace"))

    def close(self) -> None:
        pass


CALLS: tuple[Callable[[Modem], object], ...] = (
    Modem.identify, Modem.sim_state, Modem.signal, Modem.registration, Modem.iccid, Modem.imsi,
    Modem.serving_cell, Modem.bytes_used, Modem.context, Modem.messages, Modem.forget_messages,
    Modem.network_time, Modem.poll, Modem.attend, Modem.reset, Modem.power_off,
    lambda modem: modem.ussd("*1#"), lambda modem: modem.set_apn("x"),
    lambda modem: modem.attach(on=True), lambda modem: modem.activate(on=True),
    lambda modem: modem.flight_mode(on=True),
)  # fmt: skip


@settings(deadline=None, max_examples=50)
@given(
    st.sampled_from(FAMILIES),
    st.lists(
        st.lists(st.one_of(st.sampled_from(SCRAPS), st.text(max_size=20)), max_size=4),
        min_size=1, max_size=8,
    ),
    st.sampled_from(CALLS),
)  # fmt: skip
def test_no_answer_makes_a_driver_raise_anything_but_its_own(
    family: Any, answers: list[list[str]], call: Callable[[Modem], object]
) -> None:
    """Whatever comes, to whatever call: a result or a BenchError, within ten minutes of its time."""
    modem = family.Driver(Wild(answers))
    try:
        call(modem)
    except BenchError:
        return
    assert modem._at.port.clock.now() < 600
