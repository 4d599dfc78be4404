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


HOST: dict[str, Story] = {
    "wrong_amount_accepted": answered_as("wrong_amount"),
    "stan_of_another_accepted": answered_as("wrong_stan"),
    "late_answer_accepted": late_after_reversal,
    "secondary_never_tried": primary_away,
    "primary_forgotten": primary_back,
}
