"""Stories of what a terminal does once something is over, and of what it says of itself."""

from harness.tests.sim.defects.acts import Story, begin, outage
from harness.tests.sim.defects.line_stories import warned_and_topped_up, warnings
from harness.tests.sim.defects.reader_stories import contact_wears_out
from harness.tests.sim.defects.update_stories import offer, told
from harness.tests.sim.terminal.stage import Stage


def signal_back(stage: Stage) -> bool:
    """S-4: whether it restarts once the signal is back."""
    begin(stage)
    stage.radio.attenuate(80.0)
    stage.clock.sleep(60.0)
    stage.radio.attenuate(0.0)
    stage.clock.sleep(120.0)
    return len(stage.of("boot")) > 1


def restart_told(stage: Stage) -> bool:
    """P-8: whether the daily restart comes much sooner than was said."""
    begin(stage)
    assert stage.until(lambda: bool(stage.of("restart_due")), 3600.0)
    said = stage.of("restart_due")[-1]["within"]
    assert stage.until(lambda: len(stage.of("boot")) > 1, 400.0)
    return bool(said > 300)


def configured_then_cut(stage: Stage) -> bool:
    """U-1: whether the pace of its configuration is kept behind a cut."""
    begin(stage)
    offer(stage, "configuration")
    assert told(stage, "done")
    outage(stage)
    assert stage.ready(120.0)
    before = len(stage.of("request_sent", mti="0820"))
    stage.clock.sleep(100.0)
    return len(stage.of("request_sent", mti="0820")) > before


def worn_for_good(stage: Stage) -> bool:
    """K-9: whether wear is over by itself."""
    contact_wears_out(stage)
    assert stage.of("detected", cause="maintenance_due")
    stage.clock.sleep(60.0)
    return bool(stage.of("cleared", cause="maintenance_due"))


def full_twice(stage: Stage) -> bool:
    """X-4: the flash is nearly full, has room, and is nearly full again."""
    begin(stage)
    for share in (0.98, 0.0, 0.98):
        stage.terminal.flash.fill("debug.fill", share)
        stage.clock.sleep(60.0)
    return len(stage.of("detected", cause="storage_low")) < 2


def low_bought_low(stage: Stage) -> bool:
    """Q-8: the plan runs low, is topped up, and runs low again."""
    warned_and_topped_up(stage)
    stage.link.carrier.set_left(200_000)
    stage.clock.sleep(180.0)
    return len(stage.of("detected", cause="data_low")) < 2


def sold_on_a_low_plan(stage: Stage) -> bool:
    """Q-8: a warning is no reason not to sell."""
    warnings(stage)
    return stage.sell(1000).outcome != "approved"


def tested_well(stage: Stage) -> bool:
    """H-3: nothing is wrong; do its voices agree?"""
    begin(stage)
    assert not stage.register.self_test().cause
    stage.clock.sleep(1.0)
    return bool(stage.of("self_test", ok=False))


def tested_without_paper(stage: Stage) -> bool:
    """H-3: the register has the terminal tested while its printer is unplugged."""
    begin(stage)
    stage.terminal.body.put("printer_cable", "unplugged")
    stage.clock.sleep(5.0)
    return stage.register.self_test().cause != "printer_fault"


def lost_twice(stage: Stage) -> bool:
    """F10: the signal is lost, and lost again; does its light say so?"""
    begin(stage)
    for damping in (80.0, 0.0, 80.0):
        stage.radio.attenuate(damping)
        stage.clock.sleep(90.0)
    return bool(stage.of("light", name="signal")[-1]["state"] == "on")


def without_a_cell(stage: Stage) -> bool:
    """S-4: the bars that are shown where there is no cell."""
    begin(stage)
    stage.radio.attenuate(80.0)
    stage.clock.sleep(60.0)
    return bool(stage.of("bars")[-1]["bars"])


def paper_then_signal(stage: Stage) -> bool:
    """H-3: no paper, and then no signal: is the paper called in?"""
    begin(stage)
    stage.terminal.body.put("paper", "out")
    stage.clock.sleep(10.0)
    stage.radio.attenuate(80.0)
    stage.clock.sleep(60.0)
    return bool(stage.of("cleared", cause="paper_out"))


def echoes_behind_outage(stage: Stage) -> int:
    """Q-9: how many network messages leave in the minute behind an outage."""
    begin(stage)
    for damping in (80.0, 0.0):
        stage.radio.attenuate(damping)
        stage.clock.sleep(60.0)
    assert stage.ready(60.0)
    before = len(stage.of("request_sent", mti="0820"))
    stage.clock.sleep(60.0)
    return len(stage.of("request_sent", mti="0820")) - before


def silent_twice(stage: Stage) -> bool:
    """N-1: what the last minutes of the second silence cost, beside those of the first."""
    begin(stage)
    tries: list[int] = []
    for _ in range(2):
        stage.misbehave("ignore", "any")
        stage.clock.sleep(300.0)
        before = len(stage.of("request_sent"))
        stage.clock.sleep(600.0)
        tries.append(len(stage.of("request_sent")) - before)
        stage.control(stage.host, do="behave")
        assert stage.ready(120.0)
    return tries[1] > 2 * tries[0]


AFTERWARDS: dict[str, Story] = {
    "restarts_after_outage": signal_back,
    "daily_restart_told_for_later": restart_told,
    "settings_shown_not_in_force": configured_then_cut,
    "wear_called_over": worn_for_good,
    "storage_low_told_once": full_twice,
    "plan_warned_of_once": low_bought_low,
    "warning_refuses_as_ok": sold_on_a_low_plan,
    "self_test_fails_the_well": tested_well,
    "bar_without_cell": without_a_cell,
    "lost_line_ends_parts": paper_then_signal,
    "signal_light_told_once": lost_twice,
    "line_unwatched_after_outage": lambda stage: echoes_behind_outage(stage) == 0,
    "line_hurried_after_outage": lambda stage: echoes_behind_outage(stage) > 10,
    "pauses_grow_once": silent_twice,
    "self_test_of_some": tested_without_paper,
}
