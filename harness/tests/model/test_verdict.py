"""Verdicts: the worst clause wins, and nothing judged is no PASS."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.verdict import ClauseVerdict, Outcome, worst

CLAUSES = st.lists(st.builds(
    ClauseVerdict, st.text(), st.sampled_from(list(Outcome)), st.text(), final=st.booleans(),
))  # fmt: skip


def test_outcomes_are_ordered_by_gravity() -> None:
    """SKIPPED < PASS < INCONCLUSIVE < FAIL < ERROR, and they print as their names."""
    order = [
        Outcome.SKIPPED, Outcome.PASS, Outcome.INCONCLUSIVE, Outcome.FAIL, Outcome.ERROR,
    ]  # fmt: skip

    assert all(less < more for less, more in pairwise(order))
    assert str(Outcome.FAIL) == "FAIL"


@given(CLAUSES)
def test_the_worst_clause_is_the_verdict(clauses: list[ClauseVerdict]) -> None:
    """Its outcome is the largest; the reason is that of the first such clause."""
    verdict = worst(clauses)

    if not clauses:
        assert verdict.outcome is Outcome.INCONCLUSIVE
    else:
        assert verdict.outcome is max(clause.outcome for clause in clauses)
        assert verdict.clauses == tuple(clauses)
        assert verdict.final == all(clause.final for clause in clauses)


@pytest.mark.parametrize("outcome", [Outcome.INCONCLUSIVE, Outcome.FAIL, Outcome.ERROR])
def test_the_reason_names_the_clause(outcome: Outcome) -> None:
    """A person reads first which line of the scenario it was."""
    good = ClauseVerdict("detects x", Outcome.PASS, "fine")
    bad = ClauseVerdict("recovers to ready", outcome, "not back")

    assert worst([good, bad]).reason == "recovers to ready: not back"
    assert worst([good]).reason == "every clause held"
