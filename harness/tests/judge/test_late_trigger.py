"""A story that goes by a console which is behind has staged something else."""

import pytest

from harness.model.verdict import Outcome
from harness.tests.judge.story import TID, Story, then

FACTS = {"stan": 7, "batch": 1, "tid": TID, "processing": "000000"}


def pulled(*, sent: float, trigger: str = "request_sent", goes_by: bool = True) -> Story:
    """The card is pulled when the log tells of the request, or of its answer; it is approved.

    Args:
        sent: Seconds after the request's arrival at the host that the log tells of it; it is
            answered after 50 ms.
        trigger: What the story waits for.
        goes_by: Whether the story waits for anything.
    """
    tale = then(survives={"sale": "first", "outcome": "failed"})
    tale.at(10).start("first")
    tale.at(10).host("request_received", mti="0200", of="first", **FACTS, **tale.facts(1234))
    tale.at(10.05).host("answered", mti="0210", stan=7, response="00")
    tale.at(10 + sent).terminal("request_sent", mti="0200", stan=7, of="first")
    tale.at(10.1 + sent).terminal("answer_received", mti="0210", stan=7, response="00")
    tale.rows.sort(key=lambda row: row.t)
    told = next(n for n, row in enumerate(tale.rows, 1) if row.kind == trigger)
    tale.at(12)
    if goes_by:
        tale.engine("step_done", index=1, word="await", trigger=told, late=0.0, tolerance=0.25)
    tale.inject()
    tale.ended("first", "approved", stan=7)
    tale.clear()
    tale.ledger[7] = {"batch": 1, "status": "approved", **tale.facts(1234)}
    tale.journal[7] = {"batch": 1, "outcome": "approved", **tale.facts(1234)}
    return tale.end()


@pytest.mark.parametrize("trigger", ["request_sent", "answer_received"])
def test_a_step_that_went_by_a_line_of_what_was_over(trigger: str) -> None:
    """The host had answered when the log told of the request: the bench is to be looked at."""
    verdict = pulled(sent=0.4, trigger=trigger).verdict()

    assert verdict.outcome is Outcome.ERROR
    assert "the host had answered it" in verdict.reason


@pytest.mark.parametrize(("sent", "goes_by"), [(-0.01, True), (0.04, True), (0.4, False)])
def test_a_step_in_time_stands(sent: float, goes_by: bool) -> None:
    """And so does what did not go by it."""
    assert pulled(sent=sent, goes_by=goes_by).verdict().outcome is Outcome.FAIL
