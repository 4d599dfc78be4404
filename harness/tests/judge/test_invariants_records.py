"""Invariants over journal, receipts and outcomes: what is kept, printed and told."""

import pytest

from harness.tests.judge.story import (
    TID,
    Fits,
    Row,
    Story,
    always,
    fails,
    is_kind,
    passes,
    unsure,
)


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
     ("BATCH NO: 000001\nTRACE 000001", True), ("批次号：000001", True), ("BATCH 1", True),
     ("BATCH 000002 TRACE 000001", False), ("批次号 000009", False),
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


@pytest.mark.parametrize(("kept", "fits"), [(True, passes), (False, fails)])
def test_a_receipt_a_cut_broke_off_needs_its_record_too(kept: bool, fits: Fits) -> None:
    """Half a receipt says approved as well as a whole one."""
    story = always("receipt_needs_journal").sale("first", 1)
    for row in story.rows:
        row.kind = "printing" if row.kind == "printed" else row.kind
    if not kept:
        del story.journal[1]

    assert fits(story.end().clause())


@pytest.mark.parametrize(
    ("net", "balanced", "fits"),
    [(1734, True, passes), (0, True, fails), (1234, True, fails), (0, False, passes)],
)
def test_what_a_closed_day_is_said_to_come_to_is_the_hosts(
    net: int, balanced: bool, fits: Fits
) -> None:
    """A day that did not balance is another matter; so is one that the host knows nothing of."""
    story = always("totals_agree").sale("first", 1).sale("second", 2, 500)
    story.host("settled", tid=TID, batch=1, balanced=balanced, uploaded=2)
    story.terminal("totals", net=net, count=2, closed=True)
    story.terminal("totals", net=0, count=0, closed=True)  # nothing since: its host was not asked

    assert fits(story.end().clause())
