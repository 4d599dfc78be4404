"""Invariants over money: each holds, breaks and stays open on a story of its own."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.tests.judge.story import PAN, Fits, Row, Story, always, fails, passes, unsure

MONEY = (
    "exactly_once", "no_orphan_charge", "declined_costs_nothing", "reversal_before_next_sale",
    "reversal_survives_power_loss", "reversal_carries_original", "persist_before_send",
    "stan_never_reused", "journal_intact", "receipt_needs_journal", "outcomes_agree",
    "comm_fault_is_no_decline", "answers_must_match", "no_clear_card_number", "boots_old_or_new",
)  # fmt: skip


def is_kind(*kinds: str) -> Callable[[Row], bool]:
    """Rows of these kinds."""
    return lambda row: row.kind in kinds


def good_day() -> Story:
    """Two sales, a decline, an unanswered sale reversed in time, a cut sale reversed after boot."""
    story = always(*MONEY)
    story.sale("first", 1).declined("second", 2).unanswered("third", 3).reverse(3)
    story.sale("fourth", 4, 500)
    story.start("fifth")
    story.request("fifth", 5)
    story.answer(5, arrives=False)
    story.boot()
    story.ended("fifth", "unknown")
    story.reverse(5)
    story.sale("sixth", 6)
    return story


def test_a_good_day_holds_under_every_invariant() -> None:
    """Sales, declines, reversals and a power cut that went right break nothing."""
    verdict = good_day().end().verdict()

    assert [row for row in verdict.clauses if not passes(row)] == []


@pytest.mark.parametrize("word", [word for word in MONEY if word not in (
    "reversal_before_next_sale", "reversal_carries_original", "stan_never_reused",
    "comm_fault_is_no_decline", "answers_must_match", "no_clear_card_number", "boots_old_or_new",
)])  # fmt: skip
def test_records_are_judged_only_at_rest(word: str) -> None:
    """Without rest nobody can say of money and records, and the reason says why."""
    story = always(word).sale("first", 1).end(rest=False)

    assert unsure(story.clause(word))
    assert "busy" in story.clause(word).reason


@pytest.mark.parametrize(
    ("word", "missing"),
    [
        ("exactly_once", "ledger"), ("no_orphan_charge", "ledger"),
        ("no_orphan_charge", "journal"), ("declined_costs_nothing", "ledger"),
        ("journal_intact", "journal"), ("receipt_needs_journal", "journal"),
        ("outcomes_agree", "journal"),
    ],
)  # fmt: skip
def test_an_absent_oracle_is_named(word: str, missing: str) -> None:
    """A ledger or journal that was never told leaves the invariant open and says which."""
    story = always(word).sale("first", 1).end()
    story.drop(lambda row: row.kind.startswith(missing))

    clause = story.clause(word)
    assert unsure(clause)
    assert f"the {missing} was never told" in clause.reason


def test_a_ledger_told_with_lines_missing_is_no_oracle() -> None:
    """The count at the end of a telling must fit what was told."""
    story = always("exactly_once").sale("first", 1).end()
    story.drop(is_kind("ledger_entry"))

    assert "only 0 of 1 entries" in story.clause().reason


def test_a_ledger_told_too_early_is_no_oracle() -> None:
    """A ledger from before the last sale says nothing of it."""
    story = always("exactly_once")
    story.tell_records()
    story.sale("first", 1)
    story.engine("at_rest", confirmed="console")
    story.engine("run_ended", reason="rest")

    assert unsure(story.clause())
    assert "told before the last sale" in story.clause().reason


# --- exactly_once -------------------------------------------------------------------------------


def test_a_sale_sent_twice_under_two_numbers_is_caught() -> None:
    """One sale, two standing charges: the duplicate fails however the terminal records it."""
    story = always("exactly_once")
    story.start("first")
    for stan in (1, 2):
        story.request("first", stan)
        story.answer(stan)
        story.book(stan)
    story.ended("first", "approved", stan=2)

    clause = story.end().clause()
    assert fails(clause)
    assert "12.34 CNY was sold 1 time and is charged 2 times" in clause.reason


def test_an_approval_without_a_charge_is_caught() -> None:
    """A receipt for a sale that the host reversed is an approval nobody pays."""
    story = always("exactly_once").sale("first", 1).reverse(1).end()

    clause = story.clause()
    assert fails(clause)
    assert "no charge stands" in clause.reason


def test_a_charge_of_another_amount_is_no_charge_for_it() -> None:
    """Amounts must agree between the receipt and the ledger."""
    story = always("exactly_once").sale("first", 1)
    story.ledger[1]["amount"] = 9999

    assert fails(story.end().clause())


def test_a_charge_that_nobody_was_told_of_is_caught() -> None:
    """A lost reversal leaves a charge without a sale, and the evidence is the ledger's line."""
    story = always("exactly_once").unanswered("first", 1).end()

    clause = story.clause()
    charge = next(row.n for row in story.trace() if row.kind == "ledger_entry")
    assert fails(clause)
    assert charge in clause.evidence


def test_an_unknown_sale_that_the_journal_holds_is_no_fault() -> None:
    """After a cut while printing (P8) the sale stands, though the register never heard."""
    story = always("exactly_once", "declined_costs_nothing", "outcomes_agree")
    story.start("first")
    story.request("first", 1)
    story.answer(1)
    story.book(1)
    story.boot()
    story.ended("first", "unknown")

    assert all(passes(row) for row in story.end().verdict().clauses)


def test_an_unknown_sale_without_a_journal_stays_open() -> None:
    """Charged, never told, no journal to ask: nobody knows, so it is no PASS and no FAIL."""
    story = always("exactly_once", "declined_costs_nothing")
    story.start("first")
    story.request("first", 1)
    story.answer(1, arrives=False)
    story.boot()
    story.ended("first", "unknown")
    story.end().drop(lambda row: row.kind.startswith("journal"))

    assert all(unsure(story.clause(word)) for word in ("exactly_once", "declined_costs_nothing"))


def test_charges_of_an_earlier_day_are_not_held_against_the_run() -> None:
    """What stood in the ledger before the run was ready is not of its making."""
    story = Story({"always": ["exactly_once"]})
    story.ledger[900] = {"batch": 9, "status": "approved", "amount": 77, "pan": "999999******0022"}
    story.engine("run_started", spec=dict(story.spec), observes=list(story.observes))
    story.tell_records()
    story.engine("given_ready")
    story.sale("first", 1).end()

    assert passes(story.clause())


@pytest.mark.parametrize(("late", "right"), [(0.05, True), (5.0, False)])
def test_two_lines_may_be_stamped_a_little_apart(late: float, right: bool) -> None:
    """The host's word of its answer comes by another line than the terminal's of its approval."""
    story = always("answers_must_match")
    story.start("first")
    story.request("first", 1)
    story.book(1)
    story.at(story.rows[-1].t + late)
    story.answer(1)
    story.ended("first", "approved")

    assert (passes if right else fails)(story.end().clause())


def story_after_a_sale_of(stan: int) -> Story:
    """A terminal that was kept on has a sale on record, and its host has new books."""
    story = Story({"always": ["exactly_once"]})
    story.journal[stan] = {"batch": 1, "outcome": "approved", "amount": 1234, "pan": PAN}
    story.engine("run_started", spec=dict(story.spec), observes=list(story.observes))
    story.tell_records()
    story.engine("given_ready")
    return story


def test_records_of_an_earlier_day_are_not_held_against_the_run() -> None:
    """What stood in the journal before the run was ready need not be in this host's books."""
    story = story_after_a_sale_of(900).sale("first", 1).end()

    assert passes(story.clause())


def test_a_record_that_came_in_the_run_is_no_earlier_days() -> None:
    """A new record without a charge, and an old one that is called approved anew, are breaches."""
    new = story_after_a_sale_of(900).sale("first", 1)
    new.journal[2] = dict(new.journal[1])
    again = story_after_a_sale_of(900)
    again.terminal("approved", stan=900, amount=1234, pan=PAN)

    assert fails(new.end().clause())
    assert fails(again.end().clause())


# --- no_orphan_charge, declined_costs_nothing ---------------------------------------------------


@pytest.mark.parametrize("spoil", ["lost", "damaged", "altered"])
def test_a_charge_whose_record_is_gone_is_an_orphan(spoil: str) -> None:
    """A record that is lost, damaged or altered does not answer for the charge."""
    story = always("no_orphan_charge").sale("first", 1)
    if spoil == "lost":
        del story.journal[1]
    else:
        story.journal[1] |= {"damaged": True} if spoil == "damaged" else {"amount": 1}

    assert fails(story.end().clause())


def test_a_settled_batch_may_leave_the_journal() -> None:
    """Charges of a batch that was closed are no orphans."""
    story = always("no_orphan_charge", "journal_intact", "receipt_needs_journal", "outcomes_agree")
    story.sale("first", 1)
    story.host("settled", batch=1, tid="HIL00001")
    del story.journal[1]

    assert all(passes(row) for row in story.end().verdict().clauses)


@pytest.mark.parametrize("outcome", ["failed", "declined"])
def test_a_failed_sale_that_is_charged_is_caught(outcome: str) -> None:
    """What the register was told did not happen must come to net 0."""
    story = always("declined_costs_nothing").unanswered("first", 1)
    story.rows[-1].fields["outcome"] = outcome

    clause = story.end().clause()
    assert fails(clause)
    assert f"first ended {outcome}, but 12.34 CNY is charged" in clause.reason


def test_a_failed_sale_without_a_trace_number_is_found_by_its_amount() -> None:
    """A register that never learns the number still sees the charge."""
    story = always("declined_costs_nothing")
    story.start("first", 4321)
    story.ended("first", "failed")
    story.ledger[7] = {"batch": 1, "status": "approved", "amount": 4321}

    assert fails(story.end().clause())


def test_a_sale_that_became_known_afterwards_counts_as_that() -> None:
    """A resync that says approved turns an unknown sale into a sale."""
    story = always("declined_costs_nothing", "exactly_once")
    story.start("first")
    story.request("first", 1)
    story.answer(1)
    story.book(1)
    story.ended("first", "unknown")
    story.engine("sale_resolved", sale="first", outcome="approved", by="resync")

    assert all(passes(row) for row in story.end().verdict().clauses)


# --- reversals ----------------------------------------------------------------------------------


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


# --- trace numbers ------------------------------------------------------------------------------


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


def test_echoes_with_a_counter_of_their_own_are_nobodys_numbers() -> None:
    """Only messages that were seen to share a counter must not share a number."""
    story = always("stan_never_reused")
    for stan in (1, 2, 3):
        story.host("request_received", mti="0820", stan=stan, batch=1, tid="HIL00001")
        story.sale(f"sale {stan}", stan)

    assert passes(story.end().clause())


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


# --- journal, receipts, outcomes ----------------------------------------------------------------


def test_a_damaged_record_is_caught_by_line_or_by_count() -> None:
    """Damage shows in the record itself or in the count at the end of the telling."""
    by_line = always("journal_intact").sale("first", 1)
    by_line.journal[1]["damaged"] = True
    assert fails(by_line.end().clause())

    by_count = always("journal_intact").sale("first", 1).end()
    next(row for row in by_count.rows if row.kind == "journal_end").fields["damaged"] = 1
    assert fails(by_count.clause())


def test_an_approved_sale_that_left_the_journal_is_caught() -> None:
    """What the terminal called approved must be there after the cut (defect: no fsync)."""
    story = always("journal_intact").sale("first", 1).boot()
    del story.journal[1]

    clause = story.end().clause()
    assert fails(clause)
    assert "not in the journal any more" in clause.reason


def test_a_record_told_before_may_not_vanish() -> None:
    """Two tellings of one batch: what stood in the first stands in the second."""
    story = always("journal_intact").sale("first", 1)
    story.tell_records()
    story.drop(is_kind("approved"))
    del story.journal[1]

    assert fails(story.end().clause())


def test_a_receipt_without_a_record_is_caught() -> None:
    """No receipt before the journal is durable."""
    story = always("receipt_needs_journal").sale("first", 1)
    del story.journal[1]

    assert fails(story.end().clause())


@pytest.mark.parametrize(("copy", "fits"), [(True, passes), (False, fails)])
def test_a_second_receipt_says_that_it_is_a_copy(copy: bool, fits: Fits) -> None:
    """A reprint is marked; an unmarked second receipt fails."""
    story = always("receipt_needs_journal").sale("first", 1)
    story.engine("step_started", word="reprint")
    story.receipt(1, copy=copy)

    assert fits(story.end().clause())


@pytest.mark.parametrize(
    ("after", "between", "more", "fits"),
    [
        (0.5, None, 0, passes), (9.5, None, 0, passes), (11.0, None, 0, fails),
        (0.5, None, 1, fails), (0.5, "boot", 0, fails), (0.5, "pressed", 0, fails),
    ],
)  # fmt: skip
def test_the_cardholders_receipt_after_the_merchants_is_no_reprint(
    after: float, between: str | None, more: int, fits: Fits
) -> None:
    """Two, one right after the other; not three, not later, and not where somebody asked for it."""
    story = always("receipt_needs_journal").sale("first", 1)
    if between is not None:
        story.say("terminal" if between == "boot" else "hands", between)
    story.at(story.now + after)
    for _ in range(1 + more):
        story.receipt(1)

    assert fits(story.end().clause())


def test_the_cardholders_receipt_is_none_where_the_merchants_never_came_out() -> None:
    """What was begun and not finished is printed again, and that is a copy."""
    story = always("receipt_needs_journal").sale("first", 1)
    begun = {"stan": 1, "outcome": "approved", "copy": False, **story.facts(1234)}
    for _ in range(3):
        story.terminal("printing", **begun)
    story.receipt(1)

    assert fails(story.end().clause())


@pytest.mark.parametrize(
    ("text", "held"),
    [("TRACE 000001\nAMOUNT 1234.50", True), ("Trace-Nr. 1\nBETRAG EUR 1.234,50", True),
     ("TRACE 000002\nAMOUNT 1234.50", False), ("TRACE 000001\nAMOUNT 234.50", False),
     ("TRACE 000001\nAMOUNT 1234.5", True), ("TOTAL 1000.00\nTIP 234.50\nTOTAL 1234.50", True),
     ("THANK YOU\n12.00 POINTS", True), ("", True)],
)  # fmt: skip
def test_what_a_register_prints_is_of_its_transaction(text: str, held: bool) -> None:
    """Trace number and amount where they stand with their names; other layouts say nothing."""
    story = always("receipt_needs_journal")
    story.request("first", 1, 123_450)
    story.answer(1)
    story.book(1, 123_450)
    story.receipt(1, 123_450, text=text)

    assert passes(story.end().clause()) is held


def test_without_sight_of_receipts_their_absence_shows_nothing() -> None:
    """A rig that does not see receipts cannot say that none was printed."""
    story = Story({"always": ["receipt_needs_journal"]}, observes=("host", "journal")).begin()
    story.drop(lambda row: row.source == "terminal").end()

    assert unsure(story.clause())


def test_channels_that_disagree_are_caught() -> None:
    """The register was told failed, the receipt says approved."""
    story = always("outcomes_agree").sale("first", 1)
    story.rows[-1].fields["outcome"] = "failed"

    clause = story.end().clause()
    assert fails(clause)
    assert "approved by the" in clause.reason
    assert "failed by the register" in clause.reason


def test_unknown_is_no_disagreement() -> None:
    """An unknown sale agrees with everything until somebody knows."""
    story = always("outcomes_agree").sale("first", 1)
    story.rows[-1].fields["outcome"] = "unknown"

    assert passes(story.end().clause())


@pytest.mark.parametrize(
    ("host", "told", "held"),
    [(12_345, 12_345, True), (12_345, 12_300, False), (-500, 500, True), (12_345, 0, True),
     (12_345, None, True), (None, 700, True)],
)  # fmt: skip
def test_a_balance_is_told_as_the_host_said_it(
    host: int | None, told: int | None, held: bool
) -> None:
    """No cent less; where one of the two says nothing, and of a sign, nothing is said."""
    story = always("outcomes_agree")
    story.start("asked", what="balance")
    story.terminal("request_sent", mti="0200", stan=1, of="asked")
    story.host("answered", mti="0210", stan=1, response="00", balance=host)
    story.ended("asked", "approved", stan=1, told=told)

    assert passes(story.end().clause()) is held


def test_a_journal_that_is_written_to_its_end_counts_its_last_word() -> None:
    """Approved, and on a later line undone: that is no money; the other way round it is."""
    story = always("totals_agree").sale("first", 1).unanswered("second", 2).reverse(2).end()
    told = [row for row in story.rows if row.kind == "journal_entry"]
    entry = next(row for row in told if row.fields["stan"] == 2)
    before = Row(entry.t, entry.source, entry.kind, {**entry.fields, "outcome": "approved"})
    story.rows.insert(story.rows.index(entry), before)
    next(row for row in story.rows if row.kind == "journal_end").fields["entries"] += 1

    assert passes(story.clause())
    before.fields["outcome"], entry.fields["outcome"] = "reversed", "approved"
    assert fails(story.clause())


# --- declines and answers -----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["report", "sale_ended", "declined"])
def test_blaming_the_issuer_for_a_dead_line_is_caught(how: str) -> None:
    """A decline on any channel without a declining answer puts the fault on the issuer."""
    story = always("comm_fault_is_no_decline").unanswered("first", 1)
    if how == "report":
        story.terminal("report", on="display", cause="card_declined")
    elif how == "declined":
        story.terminal("declined", stan=1)
    else:
        story.rows[-1].fields |= {"outcome": "declined", "cause": "card_declined"}

    clause = story.end().clause()
    assert fails(clause)
    assert "the issuer was blamed" in clause.reason


def test_a_decline_of_another_sale_excuses_nothing() -> None:
    """The last sale's decline does not answer for this one."""
    story = always("comm_fault_is_no_decline").declined("first", 1).unanswered("second", 2)
    story.terminal("report", on="display", cause="card_declined")

    assert fails(story.end().clause())


def test_a_switch_fault_is_no_decline() -> None:
    """Code 96 is no word of the issuer; calling it a decline is wrong."""
    assert fails(always("comm_fault_is_no_decline").declined("first", 1, "96").end().clause())


def test_without_a_host_a_decline_cannot_be_weighed() -> None:
    """Who would know is not there."""
    story = Story({"always": ["comm_fault_is_no_decline"]}, observes=("ecr", "display")).begin()
    story.declined("first", 1).end().drop(lambda row: row.source == "host")

    assert unsure(story.clause())


@pytest.mark.parametrize("act", ["corrupt", "wrong_stan", "truncate"])
def test_an_approval_on_a_spoilt_answer_is_caught(act: str) -> None:
    """An answer that does not match, or has a bad MAC, is none."""
    story = always("answers_must_match")
    story.host("misbehaved", act=act, mti="0200", stan=1)
    story.sale("first", 1)

    clause = story.end().clause()
    assert fails(clause)
    assert act in clause.reason


def test_an_approval_without_any_answer_is_caught() -> None:
    """Nobody approved it."""
    story = always("answers_must_match").sale("first", 1).end()
    story.drop(is_kind("answered"))

    assert fails(story.clause())


def test_a_duplicate_or_late_answer_is_still_an_answer() -> None:
    """Acts that leave the answer whole spoil nothing."""
    story = always("answers_must_match")
    story.host("misbehaved", act="duplicate", mti="0200", stan=1)

    assert passes(story.sale("first", 1).end().clause())


# --- card numbers, versions ---------------------------------------------------------------------


def test_one_clear_card_number_fails_for_good() -> None:
    """One sight is enough, and it is final before the run ends."""
    story = always("no_clear_card_number")
    story.terminal("card_number_in_clear", channel="console", masked="999999******0014")

    clause = story.live()
    assert fails(clause)
    assert clause.final


def test_without_eyes_no_card_number_shows_nothing() -> None:
    """A rig that observes no channel of the terminal cannot say that none was shown."""
    story = Story({"always": ["no_clear_card_number"]}, observes=("host",)).begin()
    story.drop(lambda row: row.source == "terminal").end()

    assert unsure(story.clause())


@pytest.mark.parametrize(
    ("image", "version", "booted", "fits"),
    [
        ("newer", "2.1.0", "2.1.0", passes), ("newer", "2.1.0", "2.0.0", passes),
        ("newer", "2.10.0", "2.10.0", passes), ("older", "1.9.0", "1.9.0", fails),
        ("corrupt", "2.1.0", "2.1.0", fails), ("wrong_key", "2.1.0", "2.1.0", fails),
        ("newer", "1.9.9", "1.9.9", fails), ("newer", "2.1.0", "3.0.0", fails),
        ("newer", "2.1.0", "", unsure),
    ],
)  # fmt: skip
def test_only_the_old_or_a_sound_newer_version_may_start(
    image: str, version: str, booted: str, fits: Fits
) -> None:
    """Older, damaged, foreign or unheard-of versions never run."""
    story = always("boots_old_or_new")
    story.say("updates", "offered", image=image, version=version)
    story.boot(booted, reason="update").end()

    assert fits(story.clause())


def test_a_version_is_not_judged_when_the_old_one_is_unknown() -> None:
    """Without a start before the offer nobody knows what was old."""
    story = always("boots_old_or_new").drop(is_kind("boot"))
    story.say("updates", "offered", image="newer", version="2.1.0")
    story.boot("2.1.0").end()

    assert unsure(story.clause())


@pytest.mark.parametrize(("ready_between", "fits"), [(True, passes), (False, fails)])
def test_a_terminal_that_starts_in_circles_is_caught(ready_between: bool, fits: Fits) -> None:
    """Four starts in a row without being ready are a loop; ready in between, they are not."""
    story = always("no_boot_loop")
    for _ in range(4):
        story.boot()
    if not ready_between:
        story.drop(lambda row: row.kind == "state")

    assert fits(story.end().clause())


@pytest.mark.parametrize(("each", "fits"), [(1, passes), (2, fails)])
def test_each_fall_of_the_supply_may_start_it_once(each: int, fits: Fits) -> None:
    """Three rounds without time to get ready: a start in each is none in circles, two are.

    It may be told of a start only when the next round has begun, or all are over.
    """
    story = always({"no_boot_loop": {"most": 1}})
    for number in range(3):
        story.say("engine", "power_uploaded", fault="power_ramp", round=number + 1)
        for _ in range(each if number else 0):
            story.boot()
        story.say("engine", "power_achieved", fault="power_ramp", round=number + 1)
    for _ in range(each):
        story.boot()
    story.drop(lambda row: row.kind == "state")

    assert fits(story.end().clause())


def test_an_image_that_may_not_run_is_named_once() -> None:
    """The reason says what it was, in one word, however often it was offered."""
    story = always("boots_old_or_new")
    for _ in range(2):
        story.say("updates", "offered", image="corrupt", version="2.1.0")
    story.boot("2.1.0")
    older = always("boots_old_or_new").boot("1.9.0")

    assert "the image corrupt; before, 2.0.0 ran" in story.end().clause().reason
    assert "an older version" in older.end().clause().reason


def test_rows_are_what_they_say() -> None:
    """The builder's lines come out as observations in order."""
    story = Story().begin()

    assert story.rows[0] == Row(0.0, "engine", "run_started", story.rows[0].fields)
    assert [row.n for row in story.trace()] == [1, 2, 3, 4]


@pytest.mark.parametrize(("kept", "fits"), [(True, passes), (False, fails)])
def test_a_receipt_a_cut_broke_off_needs_its_record_too(kept: bool, fits: Fits) -> None:
    """Half a receipt says approved as well as a whole one."""
    story = always("receipt_needs_journal").sale("first", 1)
    for row in story.rows:
        row.kind = "printing" if row.kind == "printed" else row.kind
    if not kept:
        del story.journal[1]

    assert fits(story.end().clause())
