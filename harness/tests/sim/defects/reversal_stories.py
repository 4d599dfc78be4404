"""Stories in which a sale that is owed a reversal brings out a planted bug."""

from harness.tests.sim.defects.acts import Story, begin, cut_at, cut_while_host_works, unbalanced
from harness.tests.sim.terminal.stage import Stage


def cut_as_a_try_is_noted(stage: Stage) -> bool:
    """P-6: the tries of a reversal are noted; a cut at one of the pages that this takes."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("ignore", "0400", times=2)
    stage.sell(1000)
    assert stage.until(lambda: bool(stage.of("reversal_sent")), 60.0)
    pages: list[float] = []

    def programmed() -> None:
        pages.append(stage.clock.now())
        if len(pages) == 7 + stage.seed % 2:  # deleted, or written
            gone = stage.clock.now() + 0.002 * stage.seed
            stage.clock.call_at(gone, lambda: stage.power(0.0))
            stage.clock.call_at(gone + 2.0, stage.power)

    stage.terminal.flash.programs = programmed
    stage.clock.sleep(60.0)
    return unbalanced(stage)


def host_deaf_to_reversals(stage: Stage) -> bool:
    """N-5: more reversals unanswered than an episode has."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("ignore", "0400", times=4)
    stage.sell(1000)
    stage.clock.sleep(300.0)
    return unbalanced(stage)


def sale_after_lost_answer(stage: Stage) -> bool:
    """Two sales, the first without an answer: what goes out in which order."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    lost = stage.sell(1000)
    stage.ready(40.0)
    stage.sell(2000)
    order = [row["mti"] for row in stage.of("request_sent") if row["mti"] in ("0200", "0400")]
    return lost.outcome != "failed" or order[:3] != ["0200", "0400", "0200"]


def cut_in_mid_sale_then_sell(stage: Stage) -> bool:
    """P6: a cut, then another sale; a trace number must not come twice."""
    begin(stage)
    cut_at(stage, "answer_received", 0.0, mti="0210")
    stage.sell(1000)
    stage.ready(300.0)
    stage.sell(2000)
    used = [row["stan"] for row in stage.of("request_sent") if row["mti"] != "0400"]
    return len(used) != len(set(used))


def lost_answer_then_look(stage: Stage) -> bool:
    """A lost answer, and what the cardholder is charged in the end."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.sell(1000)
    stage.ready(120.0)
    charged = [entry for entry in stage.host.ledger if entry.status == "approved"]
    return bool(charged)


def refused_reversal(stage: Stage) -> bool:
    """The host answers a reversal with a fault of its own."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("answer", "0400", times=1, code="96")
    stage.sell(1000)
    return unbalanced(stage)


def state_while_owing(stage: Stage) -> bool:
    """What it says of itself while its reversal is not answered."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("ignore", "0400", times=2)
    before = len(stage.of("state"))
    stage.sell(1000)
    stage.clock.sleep(20.0)
    rested = [row for row in stage.of("state")[before:] if row["state"] == "ready"]
    return bool(rested) and not stage.of("reversal_done")


def reversals_refused(stage: Stage) -> bool:
    """How often a reversal that is refused is sent in ten seconds."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("answer", "0400", code="96")
    stage.sell(1000)
    stage.until(lambda: bool(stage.of("reversal_sent")), 60.0)
    stage.clock.sleep(10.0)
    return len(stage.of("reversal_sent")) > 5


REVERSAL: dict[str, Story] = {
    "reversal_noted_anew": cut_as_a_try_is_noted,
    "ready_while_owing": state_while_owing,
    "reversal_without_pause": reversals_refused,
    "reversal_saved_after_send": cut_while_host_works,
    "reversal_dropped_after_tries": host_deaf_to_reversals,
    "reversal_after_next_sale": sale_after_lost_answer,
    "stan_reused_after_cut": cut_in_mid_sale_then_sell,
    "torn_reversal_deleted": cut_while_host_works,
    "duplicate_on_retry": lost_answer_then_look,
    "any_code_ends_reversal": refused_reversal,
}
