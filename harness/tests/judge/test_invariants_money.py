"""Invariants over money: each holds, breaks and stays open on a story of its own."""

import pytest

from harness.tests.judge.good_day import MONEY, good_day
from harness.tests.judge.story import PAN, Story, always, fails, is_kind, passes, unsure


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


def told_alike(*, charged: bool = True, amount: int = 1234) -> Story:
    """Two sales of one amount that the register is told are approved, under one number or two."""
    story = always("exactly_once").sale("first", 1)
    story.start("again")
    if charged:
        story.request("again", 2, amount)
        story.answer(2)
        story.book(2, amount)
        story.receipt(2, amount)
    story.ended("again", "approved", stan=2 if charged else 1)
    return story.end()


def test_each_sale_that_the_register_is_told_is_approved_is_charged() -> None:
    """A sale that is taken for the one before, and told with its number, is paid by nobody."""
    clause = told_alike(charged=False).clause()

    assert passes(told_alike().clause())
    assert fails(clause)
    assert "told 2 times that 12.34 CNY is approved, and it is charged 1 time" in clause.reason


def test_a_charge_with_a_tip_may_be_any_sale() -> None:
    """What is booked of an amount that nobody asked for is counted for who lacks a charge."""
    assert "told 2 times" not in told_alike(amount=1300).clause().reason


def inquired(**kept: object) -> Story:
    """A balance inquiry, and what the journal keeps of it."""
    story = always("exactly_once").sale("first", 1)
    story.start("asked", None, what="balance")
    story.host("request_received", mti="0200", stan=2, batch=1, processing="310000", of="asked")
    story.host("answered", mti="0210", stan=2, response="00", balance=5000)
    story.ended("asked", "approved", stan=2, told=5000)
    story.journal[2] = {"batch": 1, "outcome": "approved", "pan": PAN, **kept}
    return story.end()


def test_a_balance_in_the_journal_is_no_sale() -> None:
    """As what it is, or with nothing moved, it may be on record; as money it may not."""
    clause = inquired(amount=5000).clause()

    assert passes(inquired(amount=5000, what="balance").clause())
    assert passes(inquired(amount=0).clause())
    assert fails(clause)
    assert "the journal has it as a sale of 50.00 CNY" in clause.reason
