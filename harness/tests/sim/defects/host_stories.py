"""Stories in which one of the hosts, or what it answers, brings out a planted bug."""

from harness.tests.sim.defects.acts import Story, begin, unbalanced
from harness.tests.sim.terminal.stage import Stage


def answered_as(act: str) -> Story:
    """N-2: an approval that is not for this sale."""

    def story(stage: Stage) -> bool:
        begin(stage)
        stage.misbehave(act, "0200", times=1)
        return stage.sell(1000).outcome == "approved"

    return story


def late_after_reversal(stage: Stage) -> bool:
    """N-1: the approval comes when its reversal was answered."""
    begin(stage)
    stage.misbehave("late_after_reversal", "0200", times=1)
    stage.sell(1000)
    stage.ready(200.0)
    stage.clock.sleep(60.0)
    return unbalanced(stage)


def primary_away(stage: Stage) -> bool:
    """N-4: the primary host is gone for a minute: is it sold meanwhile?"""
    begin(stage)
    stage.host.fronts["first"].set_door("closed")
    stage.clock.sleep(40.0)
    return stage.sell(1000).outcome != "approved"


def primary_back(stage: Stage) -> bool:
    """N-4: the primary host is back: does the terminal go there again?"""
    primary_away(stage)
    stage.host.fronts["first"].set_door("open")
    return not stage.until(lambda: bool(stage.host.fronts["first"].ports), 200.0)


def in_trouble_twice(stage: Stage) -> bool:
    """N-3: the host answers 91 to two sales."""
    begin(stage)
    stage.misbehave("answer", "0200", times=2, code="91")
    stage.sell(1000)
    stage.sell(2000)
    return bool(stage.of("declined"))


def silent_host(stage: Stage) -> bool:
    """N-1: what the register is told of a host that does not answer."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.sell(1000)
    return bool(stage.of("report", on="ecr", cause="card_declined"))


def spoilt_mac(stage: Stage) -> bool:
    """P5: the answer's MAC is wrong."""
    begin(stage)
    stage.misbehave("corrupt", "0200", times=1)
    return stage.sell(1000).outcome == "approved"


def deaf_host_for_a_minute(stage: Stage) -> bool:
    """The host answers nothing for a minute; a minute later nobody should speak of it."""
    begin(stage)
    stage.misbehave("ignore", "any", times=4)
    stage.clock.sleep(120.0)
    said = [row.get("cause") for row in stage.of("report", on="display")]
    return bool(said) and stage.of("display")[-1]["text"] != "READY"


def keys_refused(stage: Stage) -> bool:
    """N-3: an answer of A0; what is sent before the next sale?"""
    begin(stage)
    stage.misbehave("answer", "0200", times=1, code="A0")
    stage.sell(1000)
    before = len(stage.of("request_sent"))
    stage.ready(60.0)
    stage.sell(2000)
    return "0800" not in [row["mti"] for row in stage.of("request_sent")[before:]]


def slow_answer(stage: Stage) -> bool:
    """N-1: an answer that takes its time, and comes in time."""
    begin(stage)
    stage.misbehave("delay", "0200", times=1, by=15.0)
    return stage.sell(1000).outcome != "approved"


def settlement_unheard(stage: Stage) -> bool:
    """P10: the end of day without an answer, and a sale after it."""
    begin(stage)
    stage.sell(1000)
    stage.misbehave("ignore", "0500", times=1)
    stage.register.settle()
    stage.ready(120.0)
    return stage.sell(2000).outcome != "approved"


HOST: dict[str, Story] = {
    "second_refusal_is_decline": in_trouble_twice,
    "abort_says_declined": silent_host,
    "wrong_amount_accepted": answered_as("wrong_amount"),
    "stan_of_another_accepted": answered_as("wrong_stan"),
    "late_answer_accepted": late_after_reversal,
    "secondary_never_tried": primary_away,
    "primary_forgotten": primary_back,
    "report_outlives_fault": deaf_host_for_a_minute,
    "refused_keys_kept": keys_refused,
    "answer_wait_cut_short": slow_answer,
    "batch_closed_unheard": settlement_unheard,
    "bad_mac_accepted": spoilt_mac,
}
