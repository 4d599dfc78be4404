"""``cut_at`` demands the end state of its point, unasked; ``ends_as`` judges it."""

from typing import Any

import pytest

from harness.judge.case import clauses_of
from harness.model.words import WordError
from harness.tests.judge.story import Fits, Story, fails, passes, unsure

SALE = {"sale": {"amount": "12.34 CNY", "as": "first"}}


def cut(point: str, *before: dict[str, Any], **more: Any) -> Story:
    """A story with one cut, begun."""
    steps = [*before, {"cut_at": point}]
    tells = more.pop("tells", None)
    return Story({"when": steps, "always": ["no_tamper"], **more}, tells=tells).begin()


def inject(story: Story, point: str) -> None:
    """The cut, with its effect."""
    story.engine("fault_injected", fault="power_cut", label=point)
    story.engine("fault_took_effect", fault="power_cut", label=point, evidence=len(story.rows))


def test_a_cut_demands_its_end_state_of_the_newest_transaction() -> None:
    """By the name in the file, or the one that the engine gives; ahead it is the next one."""
    unnamed: dict[str, Any] = {"void": "first"}
    spec = {"when": [SALE, {"cut_at": "P4"}, unnamed, {"cut_at": {"point": "P7"}},
                     {"cut_at": "P12"}, {"sale": {"amount": "1 CNY", "as": "third"}},
                     {"cut_at": "P10"}]}  # fmt: skip

    asked = [(one.point, one.sale) for _, one in clauses_of(spec)]  # type: ignore[attr-defined]
    assert asked == [("P4", "first"), ("P7", "void-2"), ("P12", "third"), ("P10", "")]


def test_a_point_that_is_none_is_refused() -> None:
    """By the word and the nearest one."""
    with pytest.raises(WordError, match="'P99' seen, wanted one of"):
        list(clauses_of({"when": [SALE, {"cut_at": "P99"}]}))


def test_before_any_answer_a_sale_ends_as_nothing() -> None:
    """P2: the reversal saved, nothing sent; reversed at recovery, no entry."""
    story = cut("P2", SALE)
    story.start("first")
    story.terminal("reversal_saved", stan=1, of="first")
    inject(story, "P2")
    story.boot().ended("first", "unknown", stan=1)
    story.reverse(1)

    clause = story.end().clause("ends_as")
    assert passes(clause)
    assert "'none'" in clause.reason


def test_an_answer_that_was_lost_is_undone() -> None:
    """P4: approved and reversed."""
    story = cut("P4", SALE)
    story.start("first")
    story.request("first", 1)
    story.answer(1, arrives=False)
    inject(story, "P4")
    story.boot().ended("first", "unknown", stan=1)
    story.reverse(1)

    clause = story.end().clause("ends_as")
    assert passes(clause)
    assert "'undone'" in clause.reason


def test_a_charge_that_stays_breaks_the_point() -> None:
    """P4: charged, never reversed, and the terminal knows of nothing."""
    story = cut("P4", SALE)
    story.start("first")
    story.request("first", 1)
    story.answer(1, arrives=False)
    inject(story, "P4")
    story.boot().ended("first", "unknown", stan=1)

    clause = story.end().clause("ends_as")
    assert fails(clause)
    assert "booked, and not in the journal" in clause.reason


@pytest.mark.parametrize(("asked", "fits"), [(False, unsure), (True, fails)])
def test_what_reaches_the_terminal_after_its_start_was_not_cut(asked: bool, fits: Fits) -> None:
    """A register that tries again sells to the terminal that has started; P0 was not that sale's.

    Who had heard of it before, and charges by itself afterwards, breaks the point.
    """
    story = cut("P0", SALE)
    story.start("first")
    if asked:
        story.terminal("prompt", asks="insert", text="INSERT CARD")
    inject(story, "P0")
    story.terminal("ecr_result", code="9C", of="first")
    story.boot()
    story.request("first", 1)
    story.answer(1)
    story.book(1)
    story.receipt(1)
    story.ended("first", "approved", stan=1)

    assert fits(story.end().clause("ends_as"))


def test_what_was_saved_stands() -> None:
    """P7: approved and in the journal before the cut: one charge; undone would be wrong."""
    good = cut("P7", SALE)
    good.start("first")
    good.request("first", 1)
    good.answer(1)
    good.book(1)
    inject(good, "P7")
    good.boot().ended("first", "unknown", stan=1)
    assert passes(good.end().clause("ends_as"))

    bad = cut("P7", SALE)
    bad.start("first")
    bad.request("first", 1)
    bad.answer(1)
    bad.book(1)
    inject(bad, "P7")
    bad.boot().ended("first", "unknown", stan=1)
    bad.reverse(1)
    assert fails(bad.end().clause("ends_as"))


def test_a_batch_that_is_settled_twice_breaks_the_point() -> None:
    """P10: one settlement of each batch."""
    story = cut("P10")
    inject(story, "P10")
    for _ in range(2):
        story.host("settled", tid="HIL00001", batch=1, balanced=True, uploaded=0)

    clause = story.boot().end().clause("ends_as")
    assert fails(clause)
    assert "batch 1 was settled 2 times" in clause.reason


def test_old_keys_that_do_not_fit_break_the_point() -> None:
    """P13: a sale with keys the host does not know, and no sign-on before it."""
    story = cut("P13")
    inject(story, "P13")
    story.boot().sale("next", 1)
    request = next(row for row in story.rows if row.kind == "request_received")
    request.fields["mac_ok"] = False
    assert fails(story.end().clause("ends_as"))

    request.fields["mac_ok"] = True
    assert passes(story.clause("ends_as"))


def test_a_cut_that_never_came_shows_nothing() -> None:
    """INCONCLUSIVE, and ``staged`` says that it was never injected."""
    story = cut("P4", SALE).sale("first", 1).end()

    assert unsure(story.clause("ends_as"))
    assert "fault P4 was never injected" in story.clause("staged").reason


def test_without_the_ledger_nobody_can_say() -> None:
    """The end state is the ledger's, too."""
    story = cut("P2", SALE)
    story.start("first")
    inject(story, "P2")
    story.boot().ended("first", "failed")
    story.end().drop(lambda row: row.kind.startswith("ledger"))

    assert unsure(story.clause("ends_as"))


@pytest.mark.parametrize(
    ("tells", "fits"),
    [(None, fails), (["approved", "answer_received"], fails), (["state"], passes)],
)
def test_how_far_it_had_come_must_be_seen(tells: list[str] | None, fits: Fits) -> None:
    """Cut before any answer and approved: unless the log tells of no answer at all."""
    story = cut("P2", SALE, tells=tells)
    story.start("first")
    inject(story, "P2")
    story.request("first", 1)
    story.answer(1)
    story.book(1)
    story.drop(lambda row: row.kind in ("approved", "answer_received"))
    story.ended("first", "approved", stan=1)

    assert fits(story.end().clause("ends_as"))
