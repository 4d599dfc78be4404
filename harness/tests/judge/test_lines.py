"""Which lines of the bench are doubted, by what was seen besides, and which are not."""

from collections.abc import Sequence
from typing import Any

import pytest

from harness.judge._console_gaps import ConsoleGaps
from harness.judge._console_line import ConsoleLine
from harness.judge._console_shape import ConsoleShape
from harness.judge._display_line import DisplayLine
from harness.judge._person_line import PersonLine
from harness.judge._register_line import RegisterLine
from harness.judge._run import Injected
from harness.model.trace import Observation

Row = tuple[float, str, str, dict[str, Any]]
READY: Row = (1.0, "terminal", "state", {"state": "ready"})
BEGUN: Row = (10.0, "engine", "sale_started", {"sale": "first"})
SHOWN: Row = (10.1, "terminal", "prompt", {"asks": "insert"})
SENT: Row = (12.0, "host", "request_received", {"of": "first", "stan": 2})
APPROVED: Row = (13.0, "terminal", "approved", {"of": "first", "stan": 2})


def _asked(t: float) -> Row:
    return (t, "terminal", "ecr_status", {"code": "0A", "asks": "insert", "text": "insert card"})


def _told(t: float, code: str = "00") -> Row:
    return (t, "terminal", "ecr_result", {"code": code, "text": "no error"})


def _ended(t: float, outcome: str, **more: Any) -> Row:
    return (t, "engine", "sale_ended", {"sale": "first", "outcome": outcome, **more})


def _broken(t: float) -> Row:
    return (t, "terminal", "ecr_status", {"code": "", "text": "link lost"})


def _rows(*rows: Row) -> list[Observation]:
    return [Observation(n, *row) for n, row in enumerate(rows, 1)]


def _why(*rows: Row, faults: Sequence[Injected] = ()) -> str:
    line = RegisterLine()
    for seen in _rows(READY, *rows):
        if seen.kind in line.kinds:
            line.on(seen)
    found = line.doubt(faults)
    return found.why if found else ""


def _fault(word: str, t: float) -> Injected:
    return Injected(word, word, Observation(99, t, "engine", "fault_injected", {"fault": word}))


GOOD = (
    BEGUN,
    SHOWN,
    _asked(10.1),
    SENT,
    _told(12.9),
    APPROVED,
    _ended(14.0, "approved", code="00"),
)
UNHEARD = (BEGUN, SHOWN, SENT, APPROVED, _ended(15.0, "unknown"))
STARTED = (BEGUN, SHOWN, _asked(10.1), SENT, APPROVED)
GAVE_UP: Row = (40.0, "terminal", "ecr_status", {"code": "", "text": "no response"})


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (GOOD, ""),
        ((BEGUN, SHOWN, _asked(11.5), SENT), ""),
        ((BEGUN, SHOWN, _asked(11.7), SENT), "hears it 1.6 s later"),
        (UNHEARD, "goes to work on first at 10.1 s"),
        ((BEGUN, SHOWN, _asked(10.1), SENT, APPROVED, _ended(15.0, "unknown")), "ends first at 13"),
        ((BEGUN, SHOWN, _asked(10.1), SENT, _ended(12.5, "unknown"), APPROVED), ""),
        ((BEGUN, _ended(15.0, "unknown"), (17.0, *SHOWN[1:])), ""),
        ((BEGUN, (17.0, *SHOWN[1:]), _ended(18.0, "unknown")), ""),
        ((BEGUN, _ended(15.0, "failed")), ""),
        ((BEGUN, _ended(15.0, "failed"), (20.0, "terminal", "terminal_status", {"code": "00"})),
         "and then again"),
        ((BEGUN, _ended(15.0, "failed", code="A0"),
          (20.0, "terminal", "terminal_status", {"code": "00"})), ""),
        ((*STARTED, (22.9, "terminal", "state", {"state": "ready"})), ""),
        ((*STARTED, (23.1, "terminal", "state", {"state": "ready"})), "the end of it until 23.1 s"),
        ((*STARTED, GAVE_UP, _ended(40.1, "approved")), "the end of it until 40.1 s"),
        ((*STARTED, _told(40.0), _ended(40.1, "approved")), ""),
        ((BEGUN, SHOWN, _asked(10.1), SENT, _broken(11.0), APPROVED, _ended(40.1, "approved")), ""),
        ((BEGUN, SHOWN, _asked(10.1), _asked(10.1), _told(12.9), _told(12.9)), "came twice"),
        ((BEGUN, SHOWN, _asked(10.1), _told(12.9), _told(12.9)), ""),
        ((BEGUN, _told(12.9, "A1"), _told(12.9, "A1"), _told(14.9, "85"), _told(14.9, "85")), ""),
    ],
)  # fmt: skip
def test_a_registers_line_is_doubted_where_others_contradict_it(
    rows: Sequence[Row], said: str
) -> None:
    """A terminal that is late on its display as well, or was never asked, contradicts nobody."""
    why = _why(*rows)

    assert said in why
    assert bool(why) is bool(said)


def _second(t: float, *, heard: float | None, broken: float | None) -> list[Row]:
    """A sale whose card is read; ``heard`` after that the register hears of it."""
    of = {"of": "second"}
    rows: list[Row] = [
        (t, "engine", "sale_started", {"sale": "second"}),
        _asked(t + 0.1),
        (t + 1.0, "terminal", "card_read", of),
        (t + 7.0, "terminal", "request_sent", {**of, "stan": 3}),
    ]
    if heard is not None:
        rows.append((t + 1.0 + heard, "terminal", "ecr_status", {"code": "04", "text": "waiting"}))
    if broken is not None:
        rows.append(_broken(t + broken))
        rows.append((t + broken, "engine", "sale_ended", {"sale": "second", "outcome": "unknown"}))
    return sorted(rows, key=lambda row: row[0])


@pytest.mark.parametrize(
    ("before", "heard", "broken", "doubted"),
    [
        (True, None, 6.0, True),
        (True, 0.1, 6.0, False),  # the terminal's end: the line had just brought a word
        (True, None, 2.0, False),  # none was due yet
        (True, None, 7.5, False),  # the terminal does no more for it: it may have died
        (False, None, 6.0, False),  # nobody knows whether one was due
    ],
)
def test_a_line_that_breaks_after_a_word_too_few(
    *, before: bool, heard: float | None, broken: float, doubted: bool
) -> None:
    """As ZVT does where an acknowledgement stays away: the terminal ends the connection."""
    read: Row = (12.0, "terminal", "card_read", {"of": "first"})
    word: Row = (12.1, "terminal", "ecr_status", {"code": "04", "text": "waiting"})
    first = (BEGUN, SHOWN, _asked(10.1), read, *((word,) if before else ()), APPROVED,
             _told(13.9), _ended(14.0, "approved"))  # fmt: skip

    why = _why(*first, *_second(20.0, heard=heard, broken=broken))

    assert bool(why) is doubted
    assert "nothing until its connection breaks" in why or not doubted


@pytest.mark.parametrize("word", ["power_cut", "result_lost", "app_killed"])
def test_what_a_fault_explains_is_no_doubt(word: str) -> None:
    """A line that was cut on purpose, a terminal without power: nothing was to be heard."""
    assert not _why(*UNHEARD, faults=[_fault(word, 11.0)])
    assert _why(*UNHEARD, faults=[_fault("signal_lost", 11.0)])


def test_a_terminal_that_started_in_a_sale_has_told_nobody() -> None:
    """What it forgot is its own."""
    assert not _why(*UNHEARD, (17.0, "terminal", "boot", {"reason": "watchdog"}))


def test_a_connection_from_before_a_start_brings_nothing() -> None:
    """The register learns of it by its first sale; that is no line that loses words."""
    heard = (5.0, "terminal", "terminal_status", {"code": "00"})
    boot = (7.0, "terminal", "boot", {"reason": "watchdog"})
    sold = (BEGUN, _ended(15.0, "failed"), (20.0, *heard[1:]))

    assert _why(heard, *sold)
    assert not _why(heard, boot, READY, *sold)


def _said(t: float, text: str) -> Row:
    return (t, "terminal", "line", {"text": text})


def _console(*rows: Row) -> tuple[float, str]:
    line = ConsoleLine()
    for seen in _rows(*rows):
        line.on(seen)
    found = line.doubt(())
    return (found.since, found.why) if found else (0.0, "")


@pytest.mark.parametrize(("late", "doubted"), [(0.9, False), (1.1, True)])
def test_a_console_that_is_behind_the_host(late: float, *, doubted: bool) -> None:
    """From its last line in time on."""
    fields = {"mti": "0200", "stan": 2}
    since, why = _console(
        (4.0, "host", "request_received", {"mti": "0800", "stan": 1}),
        (4.1, "terminal", "request_sent", {"mti": "0800", "stan": 1}),
        (12.0, "host", "request_received", fields),
        (12.0 + late, "terminal", "request_sent", fields),
    )

    assert bool(why) is doubted
    assert since == (4.1 if doubted else 0.0)


def test_a_console_that_says_all_twice() -> None:
    """Not one that says one thing again: what comes alone ends the suspicion."""
    twice = [_said(5.0 + n, f"line {n}") for n in range(10) for _ in range(2)]

    assert "twice" in _console(_said(1.0, "alone"), *twice)[1]
    assert _console(_said(1.0, "alone"), *twice)[0] == 1.0
    assert not _console(*twice, _said(20.0, "alone"), _said(21.0, "the last"))[1]


def test_a_request_that_is_sent_again_has_its_line_again() -> None:
    """The second line is of the second request, whether the first had a line or not."""
    fields = {"mti": "0200", "stan": 2}
    first = (12.0, "host", "request_received", fields)
    again = (77.5, "terminal", "request_sent", fields)

    assert not _console(first, (11.9, *again[1:]), again)[1]
    assert not _console(first, again, (77.6, *first[1:]))[1]
    assert _console(first, again)[1]


def _request(source: str, kind: str, t: float, stan: int) -> Row:
    return (t, source, kind, {"mti": "0200", "stan": stan})


def _had(t: float, stan: int) -> Row:
    return _request("host", "request_received", t, stan)


def _of(t: float, stan: int) -> Row:
    fields = {"mti": "0200", "stan": stan, "of": "second"}
    return (t, "host", "request_received", fields)


def _sent(t: float, stan: int) -> Row:
    return _request("terminal", "request_sent", t, stan)


def _began(name: str, **more: Any) -> Row:
    return (1.0, "engine", "sale_started", {"sale": name, **more})


def _sold(t: float, name: str, stan: int) -> Row:
    return (t, "engine", "sale_ended", {"sale": name, "outcome": "approved", "stan": stan})


def _approved(t: float, stan: int) -> Row:
    return (t, "terminal", "approved", {"stan": stan, "of": "first" if stan == 2 else "second"})


def _answer(t: float, stan: int) -> Row:
    return (t, "host", "answered", {"mti": "0210", "stan": stan})


def _crypt(t: float, of: str, mark: str) -> Row:
    return (t, "host", "request_received", {"of": of, "cryptogram": mark})


CARD = ((11.0, "terminal", "card_read", {"of": "first"}), _crypt(12.0, "first", "a1"))
ANSWERED: Row = (12.5, "terminal", "answer_received", {"mti": "0210", "stan": 2})
LATER: Row = (90.0, "terminal", "boot", {})
TOLD = (_sent(12.0, 2), _had(12.0, 2))
SOLD = (_began("first"), _approved(13.0, 2), _sold(13.0, "first", 2))
HEARD = (_answer(12.4, 2), ANSWERED, *SOLD, _began("second"), _answer(22.5, 3))


@pytest.mark.parametrize(
    ("rows", "since"),
    [
        ((*TOLD, _had(22.0, 3), LATER), 12.0),
        ((*TOLD, _had(22.0, 3), _sent(24.0, 3), LATER), None),
        ((_had(22.0, 3), LATER), None),  # its log tells of no request
        ((*TOLD, _had(22.0, 3), (70.0, *LATER[1:])), None),  # it went with the line on its lips
        ((*TOLD, _had(22.0, 3)), None),  # the line may still come
        ((*TOLD, _of(22.0, 3), LATER), 12.0),
        ((*TOLD, _of(22.0, 3), _of(22.5, 4), LATER), None),  # it charges twice, and tells nobody
        ((*SOLD, _began("second"), _sold(23.0, "second", 3), LATER), 13.0),
        ((*SOLD, _began("second", what="void"), _sold(23.0, "second", 3), LATER), None),
        ((*SOLD, _began("second"), (22.0, "terminal", "declined", {"stan": 3}),
          _sold(23.0, "second", 3), LATER), None),
        ((*HEARD, _approved(23.0, 3), _sold(23.1, "second", 3), LATER), 12.5),
        ((*HEARD, _approved(23.0, 3), LATER), None),  # approved without one, who knows
        ((*HEARD[:-1], _approved(23.0, 3), _sold(23.1, "second", 3), LATER), None),
        ((*SOLD, _began("second"), _approved(23.0, 3), LATER), None),
        ((*CARD, _crypt(22.0, "second", "b2"), LATER), 11.0),
        ((*CARD, _crypt(22.0, "second", "a1"), LATER), None),  # the one before, sent again
    ],
)  # fmt: skip
def test_a_console_that_loses_lines(rows: Sequence[Row], since: float | None) -> None:
    """It tells of others, and not of one that host or register had."""
    line = ConsoleGaps()
    for seen in _rows(*rows):
        line.on(seen)
    found = line.doubt(())

    assert (found.since if found else None) == since


def test_what_a_cut_takes_with_it_is_no_lost_line() -> None:
    """The last line of a terminal that loses its power."""
    line = ConsoleGaps()
    for seen in _rows(*TOLD, _had(22.0, 3), LATER):
        line.on(seen)

    assert line.doubt([_fault("signal_lost", 22.0)])
    assert not line.doubt([_fault("power_cut", 22.0)])


@pytest.mark.parametrize(
    ("odd", "doubted"),
    [
        ("10:0:01.234 I pay: approved", True),  # a byte is lost
        ("10:00?01.234 I pay: approved", True),
        ("10:00:01.234 I pay: approvd", False),  # which nobody can know
        ("U-Boot 2019.04, DRAM 128 MiB", False),
    ],
)
def test_a_console_that_loses_characters(odd: str, *, doubted: bool) -> None:
    """Where one line among many begins as no other does."""
    line = ConsoleShape()
    texts = [f"10:00:{n:02d}.000 I net: connected" for n in range(40)]
    texts.insert(30, odd)
    for seen in _rows(*(_said(float(n), text) for n, text in enumerate(texts))):
        line.on(seen)
    found = line.doubt(())

    assert bool(found) is doubted
    assert not found or found.since == 29.0


def test_a_log_whose_lines_begin_otherwise_from_a_time_on() -> None:
    """Seconds since the start have a figure more after a while."""
    line = ConsoleShape()
    texts = [f"[{n:5d}.123] usb: {n}" for n in range(960, 1040)]
    for seen in _rows(*(_said(float(n), text) for n, text in enumerate(texts))):
        line.on(seen)

    assert not line.doubt(())


@pytest.mark.parametrize(
    "form",
    [
        "<6>[{n:04d}] {word} rev=0",  # the first word is a letter long, and once no more
        "[{n}.{n:03d}] usb: {word}",
        "10:00:01.{ms} I {word}",  # thousandths that are not filled up
        "{word} is all there is of it",
    ],
)
def test_a_good_log_of_another_form(form: str) -> None:
    """Words and figures of different lengths."""
    line = ConsoleShape()
    words = ["LCD", "ST=IDLE", "PAY", "J"]
    texts = [
        form.format(n=n, ms=n * 37 % 1000, word="J" if n == 50 else words[n % 3])
        for n in range(100)
    ]
    for seen in _rows(*(_said(float(n), text) for n, text in enumerate(texts))):
        line.on(seen)

    assert not line.doubt(())


def _shown(t: float) -> Row:
    return (t, "terminal", "display", {"text": "READY"})


REPEATED = (_said(5.0, 'disp: "READY"'), _shown(5.0))
READ: Row = (12.0, "terminal", "card_read", {"of": "first"})
STATUS: Row = (20.0, "terminal", "terminal_status", {"code": "00"})


@pytest.mark.parametrize(
    ("rows", "doubted"),
    [
        ((_shown(5.0), _asked(10.1), READ, STATUS), True),
        ((_shown(10.0), READ, STATUS), True),
        ((_shown(10.0), _asked(10.1), STATUS), False),  # that is what it shows
        ((_shown(5.0), _asked(10.1), READ, STATUS, _shown(25.0)), False),  # slow, and alive
        ((_shown(5.0), _asked(10.1), READ), False),  # all of it hangs
        ((_shown(5.0), STATUS), False),  # nobody asks for a card
        ((*REPEATED, _asked(10.1), STATUS), True),  # nor has the log gone on
        ((*REPEATED, _asked(10.1), _said(11.0, "card: read"), STATUS), False),  # it is its own
        ((_asked(10.1), READ, STATUS), False),  # this log never tells what is shown
        ((_shown(5.0), (9.0, "hands", "part", {"part": "display", "state": "broken"}),
          _asked(10.1), READ, STATUS), False),
    ],
)  # fmt: skip
def test_a_display_that_shows_nothing_of_a_card(rows: Sequence[Row], *, doubted: bool) -> None:
    """Dark, or read by nobody any more: from what was seen on it last."""
    line = DisplayLine()
    for seen in _rows(*rows):
        line.on(seen)
    found = line.doubt(())

    assert bool(found) is doubted
    assert not found or found.since == rows[0][0]


def _by_hand(driver: str, *rows: Row) -> str:
    line = PersonLine()
    opening: Row = (0.0, "engine", "run_started", {"plays": {"hands": driver}})
    for seen in _rows(opening, *rows):
        line.on(seen)
    found = line.doubt(())
    return found.why if found else ""


def _acted(done: float, noticed: float | None) -> list[Row]:
    rows: list[Row] = [
        (10.0, "engine", "step_started", {"word": "inject"}),
        (done, "hands", "part", {"part": "paper", "state": "out"}),
        (30.0, "engine", "step_started", {"word": "clear"}),
    ]
    if noticed is not None:
        rows.append((noticed, "terminal", "detected", {"cause": "paper_out"}))
    return sorted(rows, key=lambda row: row[0])


@pytest.mark.parametrize(
    ("noticed", "said"),
    [(12.0, ""), (12.9, ""), (11.6, ""), (11.0, "nobody knows"), (14.0, "nobody knows"),
     (None, "was it done?")],
)  # fmt: skip
def test_a_persons_word_is_no_clock(noticed: float | None, said: str) -> None:
    """Said two seconds late or early it is doubted; a machine's word is its own."""
    why = _by_hand("operator", *_acted(12.0, noticed))

    assert said in why
    assert bool(why) is bool(said)
    assert not _by_hand("bench_hands", *_acted(12.0, noticed))


@pytest.mark.parametrize(
    ("heard", "ended", "ill"),
    [(10.3, 10.3, False), (10.3, 60.0, True), (9.9, 60.0, True)],
)
def test_a_word_of_which_nothing_can_be_made_is_no_lost_word(
    *, heard: float, ended: float, ill: bool
) -> None:
    """What was refused is told as no error: the line has carried that, and at once."""
    rows: list[Row] = [
        BEGUN, (10.2, "terminal", "not_done", {"of": "first"}), _told(heard),
        _ended(ended, "unknown"),
    ]  # fmt: skip

    assert bool(_why(*rows)) is ill
