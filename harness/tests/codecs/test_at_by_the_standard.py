"""AT by its clauses: result codes, numbers of errors, scales, coding schemes, lines of commands."""

import pytest

from harness.sim.modems.messages import READ, UNREAD, UNSENT, Message
from harness.tests.sim.modems.stage import Stage, on_stage
from harness.wire import at_finals, ussd
from harness.wire import at_reports as reports
from harness.wire.at_commands import Command, Form, parse
from harness.wire.at_registration import registration

# --- results --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("OK", 0), ("CONNECT", 1), ("RING", 2), ("NO CARRIER", 3), ("ERROR", 4),
        ("NO DIALTONE", 6), ("BUSY", 7), ("NO ANSWER", 8),
    ],
)  # fmt: skip
def test_results_have_their_numbers(word: str, number: int) -> None:
    """V.250, table 1; all but RING end a command, two of them well."""
    final = at_finals.final_of(word)

    assert at_finals.RESULT_NUMBERS[word] == number
    assert (final is None) == (word == "RING")
    assert final is None or final.ok == (word in ("OK", "CONNECT"))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "phone failure"), (2, "phone-adaptor link reserved"), (6, "PH-FSIM PIN required"),
        (13, "SIM failure"), (17, "SIM PIN2 required"), (25, "invalid characters in text string"),
        (30, "no network service"), (32, "network not allowed - emergency calls only"),
        (40, "network personalisation PIN required"),
        (43, "network subset personalization PUK required"),
        (47, "corporate personalization PUK required"), (48, "hidden key required"),
        (50, "Incorrect parameters"), (51, "command implemented but currently disabled"),
        (53, "not attached to network due to MT functionality restrictions"),
        (54, "modem not allowed - MT restricted to emergency calls only"),
        (58, "language/alphabet not supported"), (62, "call barred"), (100, "unknown"),
        (114, "GPRS services not allowed in this PLMN"), (128, "unknown PDP address or PDP type"),
        (133, "requested service option not subscribed"), (149, "PDP authentication failure"),
    ],
)  # fmt: skip
def test_an_error_in_words_is_its_number(code: int, words: str) -> None:
    """TS 27.007, 9.2: in whatever spelling, signs between words or not, both are one."""
    said, number = (
        at_finals.final_of(f"+CME ERROR: {words}"),
        at_finals.final_of(f"+CME ERROR: {code}"),
    )

    assert said is not None
    assert number is not None
    assert (said.code, number.code) == (code, code)
    assert said.cause == number.cause


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (300, "ME failure"), (312, "PH-SIM PIN required"), (315, "SIM wrong"),
        (316, "SIM PUK required"), (318, "SIM PUK2 required"), (322, "memory full"),
        (332, "network timeout"), (340, "no +CNMA acknowledgement expected"),
        (500, "unknown error"),
    ],
)  # fmt: skip
def test_an_error_of_short_messages_is_its_number(code: int, words: str) -> None:
    """TS 27.005, 3.2.5: numbers of their own, though words are the same."""
    said = at_finals.final_of(f"+CMS ERROR: {words}")

    assert said is not None
    assert (said.family, said.code, said.nas_cause) == ("CMS", code, None)


def test_only_codes_of_the_network_have_a_cause_of_it() -> None:
    """TS 27.007, 9.2.2: 102 to 146 are causes of TS 24.008 and 24.301 plus 100, 148 on are not."""
    assert [at_finals.nas_cause(code) for code in (100, 102, 103, 146, 147, 148, None)] == [
        None, 2, 3, 46, None, None, None,
    ]  # fmt: skip


# --- what is reported -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "dbm"), [(0, -113), (1, -111), (2, -109), (30, -53), (31, -51), (99, None)]
)
def test_every_step_of_csq_is_two_db(level: int, dbm: float | None) -> None:
    """TS 27.007, 8.5."""
    read = reports.csq(f"+CSQ: {level},99")

    assert read is not None
    assert read.rssi == dbm


@pytest.mark.parametrize("level", [32, 98, 192, 199, 255])
def test_levels_that_no_clause_has_are_not_known(level: int) -> None:
    """Between the ladder and 99, and behind the makers' own."""
    read = reports.csq(f"+CSQ: {level},99")

    assert read is not None
    assert not read.known


@pytest.mark.parametrize(
    ("line", "rsrp", "rsrq", "rssi"),
    [
        ("+CESQ: 99,99,255,255,0,0", -141, -20, None),  # below -140 dBm, below -19.5 dB
        ("+CESQ: 99,99,255,255,1,1", -140, -19.5, None),
        ("+CESQ: 99,99,255,255,34,97", -44, -3, None),  # and above
        ("+CESQ: 99,99,255,255,35,98", None, None, None),
        ("+CESQ: 63,7,255,255,255,255", None, None, -48),
        ("+CESQ: 0,0,255,255,255,255", None, None, -111),
        ("+CESQ: 99,99,60,30,255,255", None, None, None),  # UTRAN: no scale that we ask for
    ],
)
def test_the_ends_of_cesq(
    line: str, rsrp: float | None, rsrq: float | None, rssi: float | None
) -> None:
    """TS 27.007, 8.69; 255 and 99 are not known."""
    read = reports.cesq(line)

    assert read is not None
    assert (read.rsrp, read.rsrq, read.rssi) == (rsrp, rsrq, rssi)


@pytest.mark.parametrize("stat", range(12))
def test_every_state_of_registration(stat: int) -> None:
    """TS 27.007, 7.2: 0 to 11, asked for and unasked."""
    for line, n in ((f"+CREG: 0,{stat}", 0), (f"+CREG: {stat}", None)):
        read = registration(line)
        assert read is not None
        assert (read.stat, read.n) == (stat, n)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('+COPS: 0,0,"Blue Mobile",7', (0, "Blue Mobile", 7)),
        ('+COPS: 1,1,"BLUE"', (1, "BLUE", None)),
        ('+COPS: 0,2,"46001",13', (0, "46001", 13)),
        ("+COPS: 0", (0, "", None)),
        ('+COPS: 4,2,"00101",0', (4, "00101", 0)),
        ('+COPS: 0,0,"A, B & C",7', (0, "A, B & C", 7)),
    ],
)
def test_operators_in_their_three_formats(line: str, wanted: object) -> None:
    """TS 27.007, 7.3: long, short, numeric; without a network the mode alone."""
    assert reports.cops(line) == wanted


# --- coding schemes of USSD -----------------------------------------------------------------

WIDE = "04110430043B0430043D0441"  # six letters of UCS2


@pytest.mark.parametrize(
    ("coding", "wide"),
    [
        (0x00, False), (0x0F, False), (0x40, False), (0x44, False), (0x48, True), (0x4B, True),
        (0x50, False), (0x58, True), (0x5B, True), (0x5C, False), (0x68, False), (0x90, False),
        (0x98, True), (0x9B, True), (0xF0, False), (None, False),
    ],
)  # fmt: skip
def test_which_schemes_are_ucs2(coding: int | None, wide: bool) -> None:
    """TS 23.038, 5: 01xx and 1001 with 10 in bits 3 and 2; compressed is what nobody reads."""
    assert ussd.text_of(WIDE, coding) == ("Баланс" if wide else WIDE)


def test_ucs2_behind_its_language() -> None:
    """0x11: two packed letters, then UCS2 (TS 23.038, 5); some leave the letters out."""
    english = "6537"  # e, n

    assert ussd.text_of(english + "00420061006C", 0x11) == "Bal"
    assert ussd.text_of("00420061006C", 0x11) == "Bal"


# --- lines of commands ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("E0Q0V1X4&C1&D2S0=0", "E Q V X &C &D S0"),
        ("S7=60S10?", "S7 S10"),
        ("+CMEE=2;S0=0;&K0", "+CMEE S0 &K"),
        ("DT123;+X", "D"),  # all that follows is dialled
        ('+CPBW=1,"+49;151",145,"A;B";+CSQ', "+CPBW +CSQ"),
        ("+CREG=2 ; +CREG?", "+CREG +CREG"),
        (" E 0 V 1 ", "E V"),
    ],
)
def test_commands_of_a_line(line: str, wanted: str) -> None:
    """V.250, 5.2.2 and 5.4: basic ones need nothing between them, extended ones a semicolon."""
    assert " ".join(command.name for command in parse(line)) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("E", Command("E", Form.RUN, (None,))),  # as if it were 0
        ("S0=", Command("S0", Form.SET, ("",))),
        ("S0=?", Command("S0", Form.TEST)),
        ('+CGDCONT=1,,"a"', Command("+CGDCONT", Form.SET, ("1", None, "a"))),
        ('+CGDCONT=1,""', Command("+CGDCONT", Form.SET, ("1", ""))),
        ("+CFUN=1,", Command("+CFUN", Form.SET, ("1", None))),
    ],
)  # fmt: skip
def test_values_may_be_left_out(line: str, wanted: Command) -> None:
    """V.250, 5.3.1 and 5.4.2.1: an empty place is no empty text."""
    assert parse(line) == [wanted]


# --- messages that are deleted --------------------------------------------------------------


@pytest.mark.parametrize(
    ("flag", "left"),
    [
        ("1", [UNREAD, READ, UNSENT]),  # the index alone
        ("1,0", [UNREAD, READ, UNSENT]),
        ("1,1", [UNREAD, UNREAD, UNSENT]), ("1,2", [UNREAD, UNREAD, UNSENT]),
        ("1,3", [UNREAD, UNREAD]), ("99,4", []),
    ],
)  # fmt: skip
def test_a_flag_says_which_messages_go(flag: str, left: list[str]) -> None:
    """TS 27.005, 3.5.4: with a flag the index is ignored."""

    def story(bench: Stage) -> list[str]:
        bench.ready()
        store = bench.modem.messages
        for status in (UNREAD, UNREAD, READ, UNSENT):
            store.keep(Message("Harness", "x", bench.modem.now(), status))
        bench.say(f"AT+CMGD={flag}")
        return [message.status for message in store.kept.values()]

    assert on_stage(story) == left


def test_a_flag_that_no_clause_has_is_refused() -> None:
    """0 to 4."""

    def story(bench: Stage) -> list[str]:
        bench.ready()
        return bench.say("AT+CMGD=1,5")

    assert on_stage(story)[-1].startswith(("+CM", "ERROR"))
