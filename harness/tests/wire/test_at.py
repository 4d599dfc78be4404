"""The client's half of AT: lines, final results, and whose line is whose."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire.at import PROMPT, STARTED, Exchange, LineSplitter, Part
from harness.wire.at_finals import CME_CAUSES, final_of


@pytest.mark.parametrize(
    "stream",
    [
        b"AT+CSQ\r\r\n+CSQ: 15,99\r\n\r\nOK\r\n",
        b"AT+CSQ\r\r\r\n+CSQ: 15,99\r\r\n\r\r\nOK\r\r\n",
        b"\0\0AT+CSQ\r\n+CSQ: 15,99\nOK\n",
        b"AT+CSQ\r+CSQ: 15,99\rOK\r",
    ],
)
def test_every_line_ending_of_a_modem_gives_the_same_lines(stream: bytes) -> None:
    """Two CRs, lone CRs, leading NULs and the echo's own CR all come to three lines."""
    lines = LineSplitter().feed(stream)

    assert lines == ["AT+CSQ", "+CSQ: 15,99", "OK"]


@settings(deadline=None)
@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
def test_how_a_stream_is_cut_does_not_matter(stream: bytes, cuts: list[int]) -> None:
    """Whatever the chunks, the same bytes give the same lines, and none raises."""
    whole = LineSplitter().feed(stream)

    splitter, pieces, at = LineSplitter(), [], 0
    for cut in [*sorted(cuts), len(stream)]:
        pieces += splitter.feed(stream[at : max(at, cut)])
        at = max(at, cut)

    assert pieces == whole


def test_the_prompt_is_a_line_only_while_it_is_waited_for() -> None:
    """A prompt has no line end; a stray > outside of +CMGS is nothing."""
    idle, waiting = LineSplitter(), LineSplitter()
    waiting.prompting = True

    assert idle.feed(b"\r\n> ") == []
    assert waiting.feed(b"\r\n> ") == [PROMPT]


def test_a_line_without_end_is_dropped_in_the_end() -> None:
    """Noise cannot fill the memory."""
    splitter = LineSplitter()
    splitter.feed(b"x" * 100_000)

    assert splitter.feed(b"\r\nOK\r\n") == ["OK"]


@pytest.mark.parametrize(
    ("line", "ok", "family", "code", "nas"),
    [
        ("OK", True, "", None, None),
        ("CONNECT 115200", True, "", None, None),
        ("ERROR", False, "", None, None),
        ("NO CARRIER", False, "", None, None),
        ("COMMAND NOT SUPPORT", False, "", None, None),
        ("MODEM ERROR: 4", False, "", None, None),
        ("+CME ERROR: 10", False, "CME", 10, None),
        ("+CME ERROR: SIM not inserted", False, "CME", 10, None),
        ("+CME ERROR: sim NOT-inserted", False, "CME", 10, None),
        ("+CME ERROR: ", False, "CME", None, None),
        ("+CME ERROR:133", False, "CME", 133, 33),
        ("+CME ERROR: 115", False, "CME", 115, 15),
        ("+CME ERROR: 148", False, "CME", 148, None),
        ("+CMS ERROR: 322", False, "CMS", 322, None),
        ("+CMS ERROR: memory full", False, "CMS", 322, None),
    ],
)
def test_a_final_result_tells_its_code(
    line: str, ok: bool, family: str, code: int | None, nas: int | None
) -> None:
    """Numbers, words and empty codes are all read; 102 to 146 carry a NAS cause."""
    final = final_of(line)

    assert final is not None
    assert (final.ok, final.family, final.code, final.nas_cause) == (ok, family, code, nas)
    assert bool(final.cause) != ok


@pytest.mark.parametrize(
    "line", ["+CREG: 0,1", "OKAY", "RING", "CONNECTION", "+CMTI: 1", "", "ERRORS"]
)
def test_other_lines_are_no_final_result(line: str) -> None:
    """A line that only begins like a result is none."""
    assert final_of(line) is None


@pytest.mark.parametrize("code", sorted(CME_CAUSES))
def test_words_and_number_of_a_cause_agree(code: int) -> None:
    """CMEE=2 and CMEE=1 mean the same; the words are in the table once, or mean the same."""
    said = final_of(f"+CME ERROR: {CME_CAUSES[code]}")

    assert said is not None
    assert said.code is not None
    assert CME_CAUSES[said.code] == CME_CAUSES[code]


def _sort(command: str, *lines: str) -> tuple[Exchange, list[Part]]:
    exchange = Exchange(command)
    return exchange, [exchange.take(line) for line in lines]


def test_unasked_lines_inside_an_answer_are_sorted_out() -> None:
    """URCs between the lines of an answer belong to somebody else."""
    exchange, parts = _sort(
        "AT+CSQ", "AT+CSQ", '+QIURC: "pdpdeact",1', "+CSQ: 15,99", "RDY", '+CMTI: "ME",3', "OK"
    )

    assert exchange.lines == ["+CSQ: 15,99"]
    assert parts == [
        Part.ECHO, Part.UNASKED, Part.ANSWER, Part.UNASKED, Part.UNASKED, Part.FINAL
    ]  # fmt: skip


def test_a_registration_report_is_told_from_the_answer_by_its_shape() -> None:
    """+CEREG is both answer and URC: only the read form has n."""
    exchange, parts = _sort(
        "AT+CEREG?", '+CEREG: 1,"DE10","5F1EA15",7', "+CEREG: 3,,,,0,15", "+CEREG: 3,2", "OK"
    )

    assert parts[:2] == [Part.UNASKED, Part.UNASKED]
    assert exchange.lines == ["+CEREG: 3,2"]


def test_setting_a_report_answers_nothing_so_its_name_is_unasked() -> None:
    """+CEREG: 1 after AT+CEREG=2 and +CUSD after AT+CUSD=1 come unasked."""
    assert _sort("AT+CEREG=2", "+CEREG: 1")[1] == [Part.UNASKED]
    assert _sort('AT+CUSD=1,"*101#",15', '+CUSD: 0,"x",15')[1] == [Part.UNASKED]


def test_bare_answers_belong_to_the_command_that_is_out() -> None:
    """Identity comes without a name; so does +CPIN on some modems."""
    assert _sort("AT+CGSN", "867698040000010", "OK")[0].lines == ["867698040000010"]
    assert _sort("AT+CPIN?", "READY", "OK")[0].lines == ["READY"]


@pytest.mark.parametrize("echo", ["AT+CPIN?", "\x7f~AT+CPIN?", "T+CPIN?", "PIN?", "at+cpin?"])
def test_an_echo_is_known_though_it_is_eaten_or_dirty(echo: str) -> None:
    """Autobauding eats its beginning, noise comes before it; it is no answer."""
    exchange, parts = _sort("AT+CPIN?", echo, "+CPIN: READY", "OK")

    assert parts == [Part.ECHO, Part.ANSWER, Part.FINAL]
    assert exchange.echoed


def test_only_the_first_line_may_be_the_rest_of_an_echo() -> None:
    """A later line that looks like it is an answer, or somebody else's."""
    exchange, _ = _sort("AT+CGMM", "CGM", "X", "CGMM", "OK")
    assert exchange.lines == ["CGM", "X", "CGMM"]
    assert not exchange.echoed


@pytest.mark.parametrize(
    "line",
    [
        "RDY",
        "+AT: READY",
        "^SYSSTART",
        "^SYSSTART AIRPLANE MODE",
        "+PACSP0",
        "*ATREADY: 1",
        "START",
    ],
)
def test_the_first_words_of_a_modem_are_nobodys_answer(line: str) -> None:
    """Though a command is out, and though they have no name: it starts anew."""
    assert _sort("AT+CGMM", line)[1] == [Part.UNASKED]
    assert STARTED.match(line)


@pytest.mark.parametrize("line", ["PB DONE", "+PBREADY", "+CPIN: READY", "SMS DONE", "READY"])
def test_what_comes_later_in_a_boot_is_no_restart(line: str) -> None:
    """Minutes may lie between; settings made meanwhile hold."""
    assert not STARTED.match(line)


@pytest.mark.parametrize("line", ["+PBREADY", "+SIM READY", "+SIM DROP", "PB DONE", "POWERED DOWN"])
def test_reports_without_a_colon_are_nobodys_answer(line: str) -> None:
    """Though a bare line may be one."""
    assert _sort("AT+CIMI", line)[1] == [Part.UNASKED]


def test_some_answers_come_under_another_name() -> None:
    """+CICCID is answered +ICCID; +UCGED=5 answers with its levels."""
    assert _sort("AT+CICCID", "+ICCID: 89", "OK")[0].lines == ["+ICCID: 89"]
    assert _sort("AT+UCGED?", "+UCGED: 5", "+RSRP: 1,2", "OK")[0].lines[1:] == ["+RSRP: 1,2"]
    assert _sort("AT+CSQ", "+ICCID: 89")[1] == [Part.UNASKED]


def test_results_in_digits_are_read_before_atv1_only() -> None:
    """V.250's V0: a modem left like that says 0 to AT; elsewhere 0 is an answer."""
    assert _sort("AT", "0")[0].final is not None
    assert _sort("ATE0", "4")[1] == [Part.FINAL]
    assert _sort("AT+CGMM", "0")[1] == [Part.ANSWER]


def test_a_long_line_is_looked_at_in_no_time() -> None:
    """Whatever it is made of: patterns are bounded."""
    for sign in ("+A ", '"', "(", ",", " ", "+CGEV:  "):
        _sort("AT+CSQ", sign * (8000 // len(sign)))


def test_a_line_of_several_commands_takes_the_answers_of_all() -> None:
    """AT+CSQ;+CEREG? has two answers."""
    exchange, _ = _sort("AT+CSQ;+CEREG?", "+CSQ: 1,99", "+CEREG: 0,1", "OK")

    assert exchange.lines == ["+CSQ: 1,99", "+CEREG: 0,1"]


@settings(deadline=None)
@given(st.text(max_size=40), st.lists(st.text(max_size=60), max_size=8))
def test_nothing_a_modem_says_breaks_an_exchange(command: str, lines: list[str]) -> None:
    """Every line is one of the five parts."""
    exchange = Exchange(f"AT{command}")

    assert all(isinstance(exchange.take(line), Part) for line in lines)
