"""Invariants over reversals and trace numbers: what is owed, and under which number."""

from typing import Any

import pytest

from harness.tests.judge.good_day import MONEY
from harness.tests.judge.story import TID, Fits, Story, always, fails, is_kind, passes, unsure


def test_a_sale_before_an_owed_reversal_fails_at_once() -> None:
    """The next request at the host, with a reversal owed, decides the invariant for good."""
    story = always("reversal_before_next_sale").unanswered("first", 1)
    story.start("second")
    story.request("second", 2)

    clause = story.live()
    assert fails(clause)
    assert clause.final
    assert "2 was sent to the host" in clause.reason


def test_a_reversal_that_was_sent_but_never_accepted_is_still_owed() -> None:
    """A 0400 without a 0410 does not clear the way (defect: dropped after its tries)."""
    story = always("reversal_before_next_sale").unanswered("first", 1).reverse(1)
    story.sale("second", 2).end()
    assert passes(story.clause())

    story.drop(lambda row: row.fields.get("mti") == "0410" or row.kind == "reversal_done")
    assert fails(story.clause())


def test_without_a_console_an_answered_request_is_taken_as_answered() -> None:
    """The host cannot know that its answer was lost; only silence is owed for sure."""
    story = Story({"always": ["reversal_before_next_sale"]}, observes=("ecr", "host")).begin()
    story.sale("first", 1).sale("second", 2).end()
    story.drop(lambda row: row.source == "terminal")
    assert passes(story.clause())

    story.drop(lambda row: row.kind == "answered")
    assert fails(story.clause())


@pytest.mark.parametrize(
    ("record", "fits"), [("approved", passes), ("reversed", fails), ("", unsure)]
)
def test_a_console_line_torn_by_a_cut_is_made_up_for_by_the_journal(
    record: str, fits: Fits
) -> None:
    """Booked, then cut before the console could say so: the journal decides at the end."""
    story = always("reversal_before_next_sale")
    story.start("first")
    story.request("first", 1)
    story.answer(1, arrives=False)
    story.boot()
    story.sale("second", 2)
    story.journal[1] = {"batch": 1, "outcome": record, "amount": 1234}
    story.end()
    if not record:
        story.drop(lambda row: row.kind.startswith("journal"))

    assert fits(story.clause())


def test_a_refusal_for_technical_reasons_needs_no_reversal() -> None:
    """A 96 that arrived has moved no money: the next sale may come."""
    story = always(*MONEY)
    story.start("first")
    story.request("first", 1, status="declined")
    story.answer(1, "96")
    story.terminal("not_done", stan=1, owed=False)
    story.ended("first", "failed", cause="host_error", stan=1)
    story.sale("second", 2).end()

    assert [row for row in story.verdict().clauses if not passes(row)] == []


def cut_sale(word: str, *, saved: bool = True) -> Story:
    """A sale whose end the terminal did not know when it restarted."""
    story = always(word)
    story.start("first")
    story.request("first", 1)
    story.answer(1, arrives=False)
    story.boot()
    story.ended("first", "unknown")
    if not saved:
        story.drop(is_kind("reversal_saved"))
    return story


@pytest.mark.parametrize("word", ["reversal_survives_power_loss", "persist_before_send"])
def test_a_request_cut_by_a_restart_must_be_reversed_or_recorded(word: str) -> None:
    """After the restart a 0400 or a finished record must follow; forgetting it fails."""
    assert passes(cut_sale(word).reverse(1).end().clause())

    booked = cut_sale(word)
    booked.journal[1] = {"batch": 1, "outcome": "approved", "amount": 1234}
    assert passes(booked.end().clause())

    assert fails(cut_sale(word).end().clause())
    assert fails(cut_sale(word, saved=False).end().clause())


@pytest.mark.parametrize("word", ["reversal_survives_power_loss", "persist_before_send"])
def test_a_cut_request_is_open_while_the_journal_is_untold(word: str) -> None:
    """No reversal seen, but perhaps a record: without the journal nobody knows."""
    story = cut_sale(word, saved=False).end().drop(lambda row: row.kind.startswith("journal"))

    assert unsure(story.clause())


def test_a_saved_reversal_whose_request_never_arrived_survives_too() -> None:
    """Cut between saving and sending (P2): the reversal is due, and 25 ends it."""
    story = always("reversal_survives_power_loss")
    story.start("first")
    story.terminal("reversal_saved", stan=1)
    story.boot()
    story.ended("first", "unknown")
    lost = [*story.rows]

    assert passes(story.reverse(1).end().clause())

    story.rows, story.journal = lost, {}
    assert fails(story.end().clause())


def test_a_request_that_never_left_needs_no_reversal_after_a_restart() -> None:
    """Saved, not sent, and said to be not done: nothing is pending any more."""
    story = always("reversal_survives_power_loss", "persist_before_send")
    story.start("first")
    story.terminal("reversal_saved", stan=1)
    story.terminal("request_sent", stan=1, mti="0200")
    story.terminal("not_done", stan=1, owed=False)
    story.ended("first", "failed", cause="no_data_service")
    story.boot().end()

    assert all(passes(row) for row in story.verdict().clauses)


@pytest.mark.parametrize(
    ("auth", "fits"), [("7", passes), ("6", fails), ("8", fails), (None, passes)]
)
def test_a_reversal_has_no_code_but_that_of_its_own_answer(auth: str | None, fits: Fits) -> None:
    """Field 38 of a 0400 is a copy; a record of before the answer has none."""
    story = always("reversal_carries_original").sale("before", 1)
    story.host("answered", mti="0210", stan=1, response="00", auth="6")
    story.start("first")
    story.request("first", 2)
    story.host("answered", mti="0210", stan=2, response="00", auth="7")
    story.terminal("answer_received", mti="0210", stan=2, response="00")
    story.terminal("not_done", stan=2, owed=True, **story.facts(1234))
    story.ended("first", "failed", cause="cancelled", stan=2)

    assert fits(story.reverse(2, auth=auth).end().clause())


@pytest.mark.parametrize("wrong", [{"amount": 1}, {"batch": 2}, {"tid": "X"}, {"pan": "4*1111"}])
def test_a_reversal_unlike_its_original_is_caught(wrong: dict[str, Any]) -> None:
    """Amount, batch, terminal and card must be the original's."""
    story = always("reversal_carries_original").unanswered("first", 1)
    story.reverse(1, **wrong)

    assert fails(story.end().clause())


def test_a_reversal_with_a_number_of_its_own_is_caught() -> None:
    """A new trace number reverses nothing; without such an original it may be a P2 reversal."""
    story = always("reversal_carries_original").unanswered("first", 1).reverse(9).end()
    assert fails(story.clause())

    story = always("reversal_carries_original").sale("first", 1).reverse(9).end()
    assert passes(story.clause())


def test_a_number_used_for_a_second_sale_is_caught() -> None:
    """Even with the same amount and card, a number that was reversed is not free again."""
    story = always("stan_never_reused").unanswered("first", 1).reverse(1)
    story.sale("second", 1).end()

    assert fails(story.clause())


def test_a_number_reused_after_a_cut_is_caught() -> None:
    """A restart between two equal requests makes them two (defect f)."""
    story = always("stan_never_reused")
    story.start("first")
    story.request("first", 1)
    story.boot()
    story.request("first", 1)

    assert fails(story.clause())


def test_a_plain_resend_is_no_reuse() -> None:
    """The same request again, with nothing in between, is a repeat."""
    story = always("stan_never_reused")
    story.start("first")
    story.request("first", 1)
    story.request("first", 1)

    assert passes(story.end().clause())


def test_numbers_that_fall_are_caught_except_where_they_wrap() -> None:
    """3 after 5 is wrong; 1 after 999999 is the counter's end."""
    assert fails(always("stan_never_reused").sale("a", 5).sale("b", 3).end().clause())
    assert passes(always("stan_never_reused").sale("a", 999_999).sale("b", 1).end().clause())


def test_trace_number_zero_is_none_and_said_to_be() -> None:
    """000000 after 999999 fails for what it is; nobody says that the sale was never told of."""
    clause = always("stan_never_reused").sale("a", 999_999).sale("b", 0).end().clause()
    assert fails(clause)
    assert "carries no trace number" in clause.reason

    for other in ("exactly_once", "no_orphan_charge"):
        clause = always(other).sale("a", 999_999).sale("b", 0).end().clause()
        assert unsure(clause)
        assert "without a trace number" in clause.reason


def test_echoes_with_a_counter_of_their_own_are_nobodys_numbers() -> None:
    """Only messages that were seen to share a counter must not share a number."""
    story = always("stan_never_reused")
    for stan in (1, 2, 3):
        story.host("request_received", mti="0820", stan=stan, batch=1, tid="HIL00001")
        story.sale(f"sale {stan}", stan)

    assert passes(story.end().clause())


@pytest.mark.parametrize(("again", "fits"), [(2, fails), (None, passes)])
def test_a_counter_of_its_own_may_keep_in_step(again: int | None, fits: Fits) -> None:
    """One behind the sales', all the way, is no counter of theirs; a number between them is one."""
    story = always("stan_never_reused")
    for number in range(1, 6):
        echo = number if again is None else 2 * number - 1
        story.host("request_received", mti="0820", stan=echo, batch=1, tid="HIL00001")
        story.sale(f"sale {number}", echo + 1)
    if again is not None:
        story.host("request_received", mti="0820", stan=again, batch=1, tid="HIL00001")

    assert fits(story.end().clause())


@pytest.mark.parametrize(("mti", "fits"), [("0820", passes), ("0500", fails)])
def test_settlements_may_share_the_sales_counter_and_sign_ons_have_their_own(
    mti: str, fits: Fits
) -> None:
    """What was seen of one kind of message says nothing of another."""
    story = always("stan_never_reused")
    for stan in (1, 3):
        story.sale(f"sale {stan}", stan)
        story.host("request_received", mti="0500", stan=stan + 1, batch=1, tid="HIL00001")
    story.host("request_received", mti=mti, stan=3, batch=1, tid="HIL00001")

    assert fits(story.end().clause())


def test_a_request_that_its_own_reversal_overtook_is_late_not_reused() -> None:
    """The path may deliver an old request after a newer one; its reversal was there before."""
    story = always("stan_never_reused")
    story.reverse(1).sale("second", 2)
    story.host("request_received", mti="0200", stan=1, batch=1, tid="HIL00001", amount=1234)

    assert passes(story.end().clause())


def test_the_hosts_own_books_are_believed() -> None:
    """A violation the ledger saw fails the invariant it belongs to, and no other."""
    story = always("stan_never_reused", "reversal_carries_original").sale("first", 1)
    story.host("violation", rule="stan_not_rising", stan=1, text="trace number 1 after 2")
    story.end()

    assert fails(story.clause("stan_never_reused"))
    assert passes(story.clause("reversal_carries_original"))


@pytest.mark.parametrize(("amount", "fits"), [(1234, passes), (1200, fails)])
def test_a_repeat_by_its_own_type_is_a_reversal_as_well(amount: int, fits: Fits) -> None:
    """ISO 8583:1987: the last digit of the type says that it is a repeat."""
    story = always("reversal_carries_original").unanswered("first", 1)
    story.host("request_received", mti="0401", stan=1, batch=1, tid=TID, amount=amount)
    assert fits(story.reverse(1).end().clause())
