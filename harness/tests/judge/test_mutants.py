"""Bad terminals among good days: each is caught by its clause, and no good day fails."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.judge.invariants._at_rest import AtRest
from harness.model.verdict import Outcome
from harness.model.words import find
from harness.tests.judge.days import INVARIANTS, Day, day
from harness.tests.judge.mutants import MUTANTS, spoilt
from harness.tests.judge.story import TID

SEEDS = st.integers(0, 100_000)
#: Of the host's ledger, of the journal; both are told at rest only.
TOLD = {"ledger": ("ledger_entry", "ledger_end"), "journal": ("journal_entry", "journal_end")}


def failed(tale: Any) -> set[str]:
    """The clauses that fail."""
    return {row.clause for row in tale.verdict().clauses if row.outcome is Outcome.FAIL}


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_good_day_holds_whatever_business_it_has(seed: int) -> None:
    """Sales, voids, refunds, reservations, settlements, cuts and lost answers, in any order."""
    verdict = day(seed).verdict()

    assert verdict.outcome is Outcome.PASS, verdict.reason


@pytest.mark.parametrize("name", sorted(MUTANTS))
@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_each_mutant_is_caught_by_the_clause_it_breaks(name: str, seed: int) -> None:
    """On any day, whatever else happened in it."""
    mutant, clauses = MUTANTS[name]

    assert failed(spoilt(seed, mutant)) & clauses, mutant.__doc__


def test_every_invariant_has_a_mutant() -> None:
    """1 to 24, but for those of other clauses: 18 (``recovers``)."""
    caught = {clause for _, clauses in MUTANTS.values() for clause in clauses}
    numbers = {
        number
        for word in caught
        for number in getattr(find("harness.judge.invariants", word), "NUMBERS", ())
    }

    assert set(range(1, 25)) - numbers == {18}


def test_an_answer_that_a_cut_kept_from_being_saved_is_asked_for_again() -> None:
    """An advice goes out once more after a restart: the host takes it once."""
    tale = Day(random.Random(1)).lived()
    tale.refund()
    tale.boot()
    tale.host("request_received", **tale.find("request_received", mti="0220")[-1].fields)

    assert "advices_once" not in failed(tale.over())


def test_an_item_whose_answer_was_not_kept_is_uploaded_again() -> None:
    """Not heard, or heard right before a restart or another settlement: it is taken once."""
    tale = Day(random.Random(1)).lived()
    tale.upload(1, heard=False)
    tale.upload(1)
    tale.boot()
    tale.upload(1)
    tale.host("request_received", mti="0500", stan=99, batch=tale.batch, tid=TID)
    tale.upload(1)

    assert "advices_once" not in failed(tale.over())


def test_an_older_refund_may_go_out_before_a_reversal() -> None:
    """It was asked for before the sale that is to be reversed, and is told again."""
    tale = Day(random.Random(1))
    name, stan = tale.next("refund", 300, card="none")
    tale.finish(name, stan, 300, "refund")
    sale, number = tale.next("sale", 800, card="none")
    tale.ask(sale, number, 800, mti="0200", processing="000000", entry="sale")
    tale.answer(number, arrives=False)
    tale.terminal("not_done", stan=number, owed=True, **tale.facts(800))
    tale.ended(sale, "failed", cause="host_silent", stan=number)
    tale.tell(name, stan)
    tale.hear(stan)
    tale.owe(number, 800)

    assert "reversal_before_next_sale" not in failed(tale.over())


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from(sorted(TOLD)))
def test_missing_records_fail_nobody_who_is_good(seed: int, what: str) -> None:
    """Without ledger or journal a good day is never a FAIL, and what needs them is no PASS."""
    tale = day(seed)
    tale.drop(lambda row: row.kind in TOLD[what])

    verdict = tale.verdict()
    outcomes = {row.clause: row.outcome for row in verdict.clauses}
    assert Outcome.FAIL not in outcomes.values(), verdict.reason
    assert outcomes["no_orphan_charge"] is Outcome.INCONCLUSIVE
    assert outcomes["totals_agree"] is Outcome.INCONCLUSIVE
    if what == "ledger":
        assert outcomes["exactly_once"] is Outcome.INCONCLUSIVE
        assert "host ledger: missing (the ledger was never told)" in verdict.oracle


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from(["host", "reader", "terminal"]))
def test_a_source_that_is_not_heard_fails_nobody(seed: int, source: str) -> None:
    """Nothing of a whole role: INCONCLUSIVE, with who is missing, and never a FAIL."""
    tale = day(seed)
    gone = {"host": ("host",), "terminal": ("console", "display", "ecr", "journal")}
    tale.rows[0].fields["observes"] = [
        one for one in tale.observes if one not in gone.get(source, ())
    ]
    tale.drop(lambda row: row.source == source)

    verdict = tale.verdict()
    assert verdict.outcome is not Outcome.FAIL, verdict.reason
    assert source == "reader" or verdict.outcome is Outcome.INCONCLUSIVE


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.data())
def test_a_day_that_is_cut_off_is_neither(seed: int, data: st.DataObject) -> None:
    """Cut anywhere: no PASS, and no FAIL of a good terminal."""
    tale = day(seed)
    tale.rows = tale.rows[: data.draw(st.integers(1, len(tale.rows) - 1))]

    assert tale.verdict().outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("word", INVARIANTS)
def test_without_an_end_no_invariant_holds(word: str) -> None:
    """Each by itself: what has not ended has shown nothing."""
    tale = Day(random.Random(1), always=(word,)).lived()

    assert tale.clause(word).outcome is Outcome.INCONCLUSIVE


def test_words_say_which_invariant_they_are() -> None:
    """All 24 have a word, of ``always`` or of ``then``."""
    then = ("detects", "reports", "recovers", "backs_off", "data_used")
    kinds = [find("harness.judge.invariants", word) for word in INVARIANTS]
    kinds += [find("harness.judge", word) for word in then]

    assert {n for kind in kinds for n in getattr(kind, "NUMBERS", ())} == set(range(1, 25))
    assert AtRest.needs_rest


def test_two_cards_of_one_number_are_no_stale_reading() -> None:
    """A chip and a stripe of one account, in turn, each always as it is."""
    tale = Day(random.Random(1)).lived()
    for card in ("one", "other", "one", "other"):
        name, stan = tale.next("sale", 1234, card=card)
        tale.say("reader", "card_inserted", card=card)
        tale.terminal("card_read", entry="chip", pan=tale.pan)
        tale.ask(name, stan, 1234, mti="0200", processing="000000", entry="sale")
        tale.believe(name, stan, 1234, "sale")

    assert failed(tale.over()) == set()
