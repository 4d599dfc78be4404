"""``expect never sometimes exactly_once``: small monitors, matched per transaction."""

from typing import Any

import pytest

from harness.judge.case import Case
from harness.model.words import WordError
from harness.tests.judge.story import Fits, Story, fails, passes, unsure


def story(word: str, **plain: Any) -> Story:
    """One rule of the vocabulary."""
    return Story({word: [plain]}).begin()


def line(tale: Story, text: str, t: float | None = None) -> None:
    """A console line."""
    if t is not None:
        tale.at(t)
    tale.terminal("line", text=text)


# --- expect -------------------------------------------------------------------------------------

ALARM = {"after": "fault", "within": "13 s", "see": "terminal: ALARM"}


@pytest.mark.parametrize(("took", "fits"), [(2.0, passes), (13.0, passes), (13.01, fails)])
def test_what_is_expected_within_a_time_may_come_at_its_end(took: float, fits: Fits) -> None:
    """Inclusive; a pass says how much of the budget it took."""
    tale = story("expect", **ALARM)
    fault = tale.at(10).inject()
    line(tale, "ALARM LINK", fault.t + took)

    assert fits(tale.clause("expect"))


def test_a_failure_is_known_without_another_line_of_that_kind() -> None:
    """Time alone, told by any observation, expires it."""
    tale = story("expect", **ALARM)
    tale.at(10).inject()
    tale.at(30).say("supply", "measured", volts=9.0)

    clause = tale.clause("expect")
    assert fails(clause)
    assert "\"terminal 'ALARM'\" was not seen within 13 s of 10 s" in clause.reason


def test_too_early_is_wrong() -> None:
    """``not_before`` bars the alarm that cannot know yet."""
    tale = story("expect", **ALARM, not_before="2 s")
    tale.at(10).inject()
    line(tale, "ALARM LINK", 11)

    clause = tale.clause("expect")
    assert fails(clause)
    assert "not before 2 s" in clause.reason


@pytest.mark.parametrize(
    ("bad_at", "fits"), [(12.0, fails), (16.0, fails), (18.01, passes), (None, passes)]
)
def test_what_may_not_come_is_barred_before_and_while_stable(
    bad_at: float | None, fits: Fits
) -> None:
    """Seen at 15 s, stable for 3 s: READY is wrong until 18 s and free afterwards."""
    tale = story("expect", **ALARM, but_not="terminal: READY", stable_for="3 s")
    tale.at(10).inject()
    lines = [(15.0, "ALARM"), *([(bad_at, "READY")] if bad_at else [])]
    for t, text in sorted(lines):
        line(tale, text, t)
    line(tale, "-", 20)

    assert fits(tale.clause("expect"))


def test_all_of_several_in_any_order() -> None:
    """A list means all of them."""
    tale = story("expect", after="cleared", within="9 s", see=["modem: +CREG: 1", "terminal: UP"])
    tale.at(10).clear()
    line(tale, "LINK UP")
    assert unsure(tale.clause("expect"))

    tale.say("modem", "urc", text="+CREG: 1")
    assert passes(tale.clause("expect"))


def test_a_trigger_never_satisfies_its_own_obligation() -> None:
    """PAY after PAY needs a second one."""
    tale = story("expect", after="terminal: PAY", within="5 s", see="terminal: PAY")
    line(tale, "PAY", 10)
    line(tale, "-", 20)

    assert fails(tale.clause("expect"))


EACH = {
    "after": {"match": r"^PAY (?P<key>\d+)"},
    "within": "20 s",
    "see": {"match": r"^(APPROVED|DECLINED) (?P<key>\d+)"},
    "each": True,
}


def test_each_trigger_has_its_own_transaction() -> None:
    """The answer to payment 1 does not serve payment 2."""
    tale = story("expect", **EACH)
    for t, text in ((10, "PAY 1"), (12, "PAY 2"), (14, "APPROVED 2"), (18, "DECLINED 1")):
        line(tale, text, t)

    clause = tale.end().clause("expect")
    assert passes(clause)
    assert clause.measured == pytest.approx(8)
    assert "slowest of 2" in clause.reason


def test_one_transaction_without_an_end_fails_and_is_named() -> None:
    """The failure names the key."""
    tale = story("expect", **EACH)
    for t, text in ((10, "PAY 1"), (12, "PAY 2"), (14, "APPROVED 2"), (15, "APPROVED 2")):
        line(tale, text, t)
    line(tale, "-", 40)

    clause = tale.clause("expect")
    assert fails(clause)
    assert "(key 1)" in clause.reason


def test_an_excuse_closes_what_is_open() -> None:
    """A reboot excuses; a run with nothing but excuses shows nothing."""
    tale = story("expect", **EACH, unless="boot")
    line(tale, "PAY 1", 10)
    tale.boot()
    line(tale, "-", 40)

    clause = tale.end().clause("expect")
    assert unsure(clause)
    assert "excused (1)" in clause.reason


def test_without_its_trigger_nothing_is_shown() -> None:
    """The reason names the trigger."""
    clause = story("expect", **ALARM).end().clause("expect")

    assert unsure(clause)
    assert "its trigger 'engine: fault_injected' never came" in clause.reason


@pytest.mark.parametrize(
    ("tells", "fits"), [(None, fails), (["light"], fails), (["state"], unsure)]
)
def test_a_log_that_has_no_word_for_it_shows_nothing(tells: list[str] | None, fits: Fits) -> None:
    """A terminal's lamps may be on, and its log not say so."""
    row = {"after": "fault", "within": "13 s", "see": {"terminal": "light", "name": "fault"}}
    tale = story("expect", **row)
    tale.tells = tells
    tale.rows[0].fields["tells"] = tells
    tale.at(10).inject()
    tale.at(30).terminal("line", text="-")

    assert fits(tale.end().clause())


@pytest.mark.parametrize(
    ("state", "then_sold", "fits"),
    [
        ({"state": "recovering", "pending": 1, "online": True}, False, unsure),
        ({"state": "ready", "pending": 1, "online": True}, False, unsure),
        ({"state": "ready", "pending": 1, "online": True}, True, fails),
        ({"state": "ready", "pending": 0, "online": True}, False, fails),
        ({"state": "connecting", "pending": 1, "online": False}, False, fails),
    ],
)
def test_a_reversal_may_wait_for_the_next_sale(
    state: dict[str, Any], then_sold: bool, fits: Fits
) -> None:
    """Where a terminal says that it owes and nobody sells, its reversal is not late."""
    row = {"after": "fault", "within": "60 s", "see": {"host": "answered", "mti": "0410"}}
    tale = story("expect", **row)
    tale.start("first")
    tale.at(10).inject()
    tale.host("handshake", shown="good", why="")
    tale.at(12).terminal("state", **state)
    if then_sold:
        tale.at(20).start("second")
    tale.at(90).terminal("line", text="-")

    assert fits(tale.end().clause())


@pytest.mark.parametrize(
    ("tells", "fits"), [(None, fails), (["state", "prompt"], fails), (["state"], unsure)]
)
def test_a_story_that_waits_for_an_untold_prompt_shows_nothing(
    tells: list[str] | None, fits: Fits
) -> None:
    """What was to follow the prompt never came: not the terminal's doing."""
    plain = {"within": "60 s", "see": {"host": "request_received"}}
    steps = [{"hold": "1 s"}, {"await": {"terminal": "prompt", "within": "10 s"}}]
    tale = Story({"expect": [plain], "when": steps}, tells=tells).begin()
    tale.engine("step_started", index=0, word="hold")
    tale.engine("step_started", index=1, word="await")
    tale.at(90).host("handshake", shown="good", why="")

    assert fits(tale.end().clause("expect"))


@pytest.mark.parametrize(("on", "fits"), [("display", unsure), ("console", unsure), ("ecr", fails)])
def test_a_report_where_nothing_can_be_read_shows_nothing(on: str, fits: Fits) -> None:
    """The log says what it detects, and not what is shown."""
    see = {"terminal": "report", "on": on, "cause": "cancelled"}
    plain = {"after": "fault", "within": "5 s", "see": see}
    tale = Story({"expect": [plain]}, tells=["detected", "state"], names=["cancelled"]).begin()
    tale.at(10).inject()
    tale.at(30).terminal("line", text="-")

    assert fits(tale.end().clause("expect"))


def test_a_register_that_is_told_results_only_hears_no_cause() -> None:
    """Concert says 0 or 7: what it was is nowhere to be heard."""
    see = {"terminal": "report", "on": "ecr", "cause": "cancelled"}
    plain = {"after": "fault", "within": "5 s", "see": see}
    tale = Story({"expect": [plain]}, observes=("display", "console", "ecr_results")).begin()
    tale.at(10).inject()
    tale.at(30).terminal("line", text="-")

    found = tale.end().clause("expect")
    assert unsure(found)
    assert "no word for cancelled" in found.reason


@pytest.mark.parametrize(
    ("observes", "printed", "fits"),
    [
        (("ecr", "host"), False, unsure),
        (("ecr", "host"), True, fails),  # a register that prints
        (("ecr", "host", "console"), False, fails),
    ],
)
def test_what_only_a_log_tells_is_not_missed_without_one(
    observes: tuple[str, ...], *, printed: bool, fits: Fits
) -> None:
    """What was heard once can be heard, whoever told it."""
    plain = {"after": "fault", "within": "5 s", "see": {"terminal": "printed", "copy": True}}
    tale = Story({"expect": [plain]}, observes=observes).begin()
    if printed:
        tale.terminal("printed", copy=False, stan=1)
    tale.at(10).inject()
    tale.at(30).terminal("terminal_status", code="00")

    assert fits(tale.end().clause("expect"))


def test_a_run_that_ends_early_leaves_it_open() -> None:
    """Neither seen nor over."""
    tale = story("expect", **ALARM)
    tale.at(10).inject()

    assert unsure(tale.end().clause("expect"))


# --- never, sometimes ---------------------------------------------------------------------------

OFFLINE = {"see": "terminal: APPROVED", "between": ["modem: +CREG: 2", "modem: +CREG: 1"]}


@pytest.mark.parametrize(
    ("texts", "fits"),
    [
        (("+CREG: 2", "APPROVED", "+CREG: 1"), fails),
        (("APPROVED", "+CREG: 2", "+CREG: 1", "APPROVED"), passes),
        (("+CREG: 2", "+CREG: 1", "+CREG: 2", "APPROVED"), fails),
        (("APPROVED",), unsure),
    ],
)
def test_never_holds_while_its_window_is_open(texts: tuple[str, ...], fits: Fits) -> None:
    """Outside the window anything goes; a window that never opened shows nothing."""
    tale = story("never", **OFFLINE)
    for text in texts:
        tale.say("modem" if text.startswith("+") else "terminal", "line", text=text)

    assert fits(tale.end().clause("never"))


def test_windows_are_kept_per_transaction() -> None:
    """Closing the window of 2 does not close that of 1."""
    plain = {
        "see": {"match": r"SOLD (?P<key>\d)"},
        "between": [{"match": r"LOST (?P<key>\d)"}, {"match": r"DONE (?P<key>\d)"}],
    }
    good, bad = story("never", **plain), story("never", **plain)
    for text in ("LOST 1", "LOST 2", "DONE 2", "SOLD 2"):
        line(good, text)
        line(bad, text)
    line(bad, "SOLD 1")

    assert passes(good.end().clause("never"))
    assert fails(bad.end().clause("never"))


def test_never_without_a_window_is_always_and_needs_a_voice() -> None:
    """A source that was never heard shows nothing by its silence."""
    tale = story("never", see="modem: ERROR")
    assert unsure(tale.end().clause("never"))

    tale = story("never", see="modem: ERROR")
    tale.say("modem", "urc", text="RDY")
    assert passes(tale.end().clause("never"))


def test_sometimes_is_reached_or_open() -> None:
    """Reaching it is final; not reaching it is for the campaign to judge."""
    tale = story("sometimes", name="tried", see="terminal: DECLINED")
    assert unsure(tale.end().clause("sometimes"))

    tale = story("sometimes", name="tried", see="terminal: DECLINED")
    line(tale, "DECLINED comm")
    assert passes(tale.clause("sometimes tried"))


# --- exactly_once -------------------------------------------------------------------------------

BOOKS = {
    "name": "money",
    "begin": {"match": r"PAY (?P<key>\d+)"},
    "settle": {"match": r"^req (?P<key>\d+)"},
    "void": {"match": r"^rev (?P<key>\d+)"},
    "ack": {"match": r"TXN (?P<key>\d+) APPROVED"},
}


@pytest.mark.parametrize(
    ("texts", "fits"),
    [
        (("PAY 1", "req 1", "TXN 1 APPROVED", "PAY 2", "req 2", "rev 2"), passes),
        (("PAY 1", "req 1", "req 1"), fails),
        (("req 1",), fails),
        (("PAY 1", "TXN 1 APPROVED"), fails),
        (("PAY 1", "req 1", "rev 1", "TXN 1 APPROVED"), fails),
        (("PAY 1", "req 1"), fails),
        (("PAY 1", "req 1", "rev 1", "req 1", "TXN 1 APPROVED"), passes),
        ((), unsure),
    ],
)
def test_each_key_settles_once_or_not_at_all(texts: tuple[str, ...], fits: Fits) -> None:
    """Settled minus voided: one where it was acknowledged, none where it was not."""
    tale = story("exactly_once", **BOOKS)
    for text in texts:
        line(tale, text)

    assert fits(tale.end().clause("exactly_once"))


def test_an_open_payment_is_no_fault_before_rest() -> None:
    """Only twice settled, or settled unbegun, fails at once."""
    tale = story("exactly_once", **BOOKS)
    line(tale, "PAY 1")
    line(tale, "req 1")
    assert unsure(tale.clause("exactly_once"))
    assert unsure(tale.end(rest=False).clause("exactly_once"))


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("expect", {"see": "boot"}), ("expect", {**ALARM, "see": []}),
        ("expect", {**ALARM, "not_before": "14 s"}), ("never", {"see": "x", "between": ["boot"]}),
        ("never", {"see": []}), ("sometimes", {"see": []}), ("sometimes", {"sea": "boot"}),
        ("exactly_once", {**BOOKS, "ack": "boot"}), ("expect", {**ALARM, "see": {"match": "("}}),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_path(word: str, plain: dict[str, Any]) -> None:
    """The error's path begins with the word."""
    with pytest.raises(WordError) as seen:
        Case.of({word: [plain]})

    assert seen.value.path[0] == word
