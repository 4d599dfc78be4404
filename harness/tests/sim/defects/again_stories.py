"""Stories of what lasts, and of what comes a second time."""

from harness.tests.sim.defects.acts import Story, begin
from harness.tests.sim.terminal.stage import Stage


def sim_out(stage: Stage, *, lasting: float) -> list[str]:
    """The SIM is out for so long; the causes told meanwhile."""
    before = len(stage.of("detected"))
    stage.modem.set_sim(present=False)
    stage.clock.sleep(lasting)
    stage.modem.set_sim(present=True)
    return [row["cause"] for row in stage.of("detected")[before:]]


def out_for_long(stage: Stage) -> bool:
    """S-1: whether anything else is blamed before the SIM is back."""
    begin(stage)
    return set(sim_out(stage, lasting=180.0)) != {"sim_missing"}


def out_twice(stage: Stage) -> bool:
    """S-1: whether the second time is told as the first was, and is over as well."""
    begin(stage)
    sim_out(stage, lasting=60.0)
    assert stage.ready(120.0)
    return set(sim_out(stage, lasting=60.0)) != {"sim_missing"} or not stage.ready(120.0)


def hung_twice(stage: Stage) -> bool:
    """S-7: whether a modem that hangs again is brought back again."""
    begin(stage)
    for _ in range(2):
        stage.modem.hung = True
        stage.clock.sleep(5.0)
        back = stage.until(lambda: not stage.modem.hung, 180.0) and stage.ready(120.0)
    return not back


def away_and_back(stage: Stage) -> bool:
    """S-4: the bars after a minute without a cell."""
    begin(stage)
    for damping in (80.0, 0.0):
        stage.radio.attenuate(damping)
        stage.clock.sleep(60.0)
    return stage.of("bars")[-1]["bars"] == 0


AGAIN: dict[str, Story] = {
    "right_cause_overwritten": out_for_long,
    "second_cause_is_general": out_twice,
    "second_sim_needs_restart": out_twice,
    "modem_cycled_once": hung_twice,
    "bars_gone_after_gap": away_and_back,
}
