"""Stories of what lasts, and of what comes a second time."""

from datetime import timedelta

from harness.tests.sim.defects.acts import Story, begin
from harness.tests.sim.defects.reader_stories import present
from harness.tests.sim.defects.update_stories import offer, told
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
    return bool(stage.of("bars")[-1]["bars"] == 0)


def another_cause(stage: Stage) -> bool:
    """Q-1: a sale without signal, and later one without data: what is the register told?"""
    begin(stage)
    stage.radio.attenuate(80.0)
    stage.clock.sleep(60.0)
    stage.sell(1000)
    stage.radio.attenuate(0.0)
    assert stage.ready(120.0)
    stage.link.carrier.set_left(0)
    stage.clock.sleep(90.0)
    return stage.sell(1000).cause != "data_exhausted"


def clock_jumps_twice(stage: Stage) -> bool:
    """G-4: is it put right the second time as well?"""
    begin(stage)
    rtc = stage.terminal.rtc
    for _ in range(2):
        right = rtc.now()
        rtc.set(right + timedelta(minutes=30))
        stage.clock.sleep(60.0)
    return rtc.now() > right + timedelta(minutes=2)


def two_cards_then_one(stage: Stage) -> bool:
    """K-6: two cards in the field, and the next customer has one."""
    begin(stage)

    def both(_: object) -> None:
        for name in ("tap", "other_tap"):
            stage.slot.antenna.bring(stage.deck[name], 1.0)
        stage.clock.sleep(3.0)
        stage.slot.antenna.take("other_tap")

    present(stage, both, "tap")
    stage.clock.sleep(5.0)
    return present(stage, lambda card: stage.slot.antenna.bring(card, 1.0), "tap") != "approved"


def no_room(stage: Stage) -> bool:
    """U-6: why is an update put off?"""
    begin(stage)
    stage.terminal.flash.fill("debug.fill", 0.93)
    offer(stage, "newer")
    assert told(stage, "deferred")
    return stage.of("update", phase="deferred")[-1].get("cause") != "storage_full"


def low_for_long(stage: Stage) -> bool:
    """P-2: whether a supply is called good while it is low."""
    begin(stage)
    stage.power(4.1)
    stage.clock.sleep(90.0)
    return bool(stage.of("cleared", cause="supply_low"))


AGAIN: dict[str, Story] = {
    "right_cause_overwritten": out_for_long,
    "second_cause_is_general": out_twice,
    "second_sim_needs_restart": out_twice,
    "modem_cycled_once": hung_twice,
    "bars_gone_after_gap": away_and_back,
    "register_told_first_cause": another_cause,
    "host_time_taken_once": clock_jumps_twice,
    "field_off_after_two_cards": two_cards_then_one,
    "low_supply_called_over": low_for_long,
    "no_room_told_as_lost_link": no_room,
}
