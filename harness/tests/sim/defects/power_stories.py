"""Stories in which the supply brings out a planted bug."""

from harness.sim.terminal.board import Board
from harness.tests.sim.defects.acts import (
    Story,
    begin,
    cut_at,
    cut_while_host_works,
    outage,
    plain_sale,
    unbalanced,
)
from harness.tests.sim.terminal.stage import Stage


def dip_to_40(stage: Stage) -> bool:
    """P-2: a brown-out while nobody sells; a clean start by itself?"""
    begin(stage)
    stage.sell(1000)
    outage(stage, 2.0, 0.3)
    assert stage.until(lambda: len(stage.of("boot")) > 1, 30.0)
    return stage.of("boot")[-1]["reason"] == "watchdog" or stage.terminal.flash.spoilt > 0


def dip_to_70_in_sale(stage: Stage) -> bool:
    """P-2: the flash's own limit is passed while the host answers."""
    begin(stage)

    def dip() -> None:
        assert stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 60.0)
        outage(stage, 3.5, 1.0)

    stage.clock.spawn("dip", dip)
    stage.sell(1000)
    stage.clock.sleep(5.0)
    return stage.terminal.flash.spoilt > 0


def dip_while_recording(stage: Stage) -> bool:
    """P-6: brown-outs around the moment at which a second sale is recorded."""
    begin(stage)
    stage.sell(1000)

    def cut() -> None:
        while len(stage.of("ecr_result")) < 2:
            stage.clock.sleep(0.002)
        stage.clock.sleep(stage.seed * 0.008)
        outage(stage)

    stage.clock.spawn("cut", cut)
    stage.sell(2000)
    stage.ready(300.0)
    stage.console.ask_journal()
    stage.clock.sleep(3.0)
    return 1000 not in [row["amount"] for row in stage.of("journal_entry")]


def clock_after(lasting: float) -> Story:
    """G-4: the clock after a cut, told by the terminal's own journal of time."""

    def story(stage: Stage) -> bool:
        begin(stage)
        before = stage.terminal.wall_time()
        outage(stage, lasting=lasting)
        stage.ready(120.0)
        return stage.terminal.wall_time() < before

    return story


def not_back_after(low: float, within: float = 0.0) -> Story:
    """Whether it can sell again when the supply is back."""

    def story(stage: Stage) -> bool:
        begin(stage)
        stage.power(low, within)
        stage.clock.sleep(within + 2.0)
        stage.power(5.0, within)
        stage.clock.sleep(within)
        if not stage.ready(60.0):
            return True
        stage.clock.sleep(10.0)  # the register's connection of before is gone by then
        return stage.sell(1000).outcome != "approved"

    return story


def blamed_for_cut(stage: Stage) -> bool:
    """What the terminal says of an outage."""
    begin(stage)
    outage(stage)
    stage.ready(60.0)
    return not stage.of("detected", cause="power_lost")


def sale_on_low_supply(stage: Stage) -> bool:
    """P-5: a sale is asked for while the supply is low."""
    begin(stage)
    stage.power(4.2)
    stage.clock.sleep(2.0)
    return stage.sell(1000).outcome == "approved"


def low_and_back(stage: Stage) -> bool:
    """A sag, its end, and what is said a while later."""
    begin(stage)
    outage(stage, 4.2, 2.0)
    stage.clock.sleep(10.0)
    return not stage.of("cleared", cause="supply_low")


def numbers_over_cuts(stage: Stage) -> bool:
    """P-7: a sale after each of several cuts; do the numbers rise?"""
    begin(stage)
    for _ in range(5):
        assert stage.sell(1000).outcome == "approved"
        outage(stage)
        stage.ready(60.0)
        stage.clock.sleep(10.0)
    used = [row["stan"] for row in stage.of("request_sent")]
    return used != sorted(set(used))


def receipts_after_cut(stage: Stage) -> list[bool]:
    """A cut while printing: whether each receipt begun since says that it is a copy."""
    begin(stage)
    cut_at(stage, "printing", 0.3)
    stage.sell(1000)
    stage.ready(60.0)
    stage.clock.sleep(5.0)
    return [row["copy"] for row in stage.of("printing")]


def dip_after_update(stage: Stage) -> bool:
    """An update is done; then a brown-out."""
    begin(stage)
    stage.offer("newer")
    stage.register.start_update()
    assert stage.until(lambda: bool(stage.of("update", phase="done")), 300.0)
    installed = stage.of("boot")[-1]["version"]
    outage(stage, 2.0)
    stage.clock.sleep(30.0)
    return bool(stage.of("boot")[-1]["version"] != installed)


def supply_rises(stage: Stage) -> bool:
    """A variation to 120 %."""
    begin(stage)
    outage(stage, 6.0)
    return not stage.of("detected", cause="supply_high")


def alarms_of_a_good_day(stage: Stage) -> bool:
    """Two sales on a good supply."""
    begin(stage)
    stage.sell(1000)
    stage.sell(1000)
    return bool(stage.of("detected", cause="supply_low"))


def update_meets_sale(stage: Stage) -> bool:
    """U-6: a download ends while a customer pays; what comes first?"""
    begin(stage)
    stage.misbehave("delay", "0200", times=1, by=18.0)
    stage.offer("newer")
    stage.register.start_update()
    assert stage.until(lambda: bool(stage.of("update", phase="downloading")), 60.0)
    return stage.sell(1000).outcome != "approved"


def high_twice(stage: Stage) -> bool:
    """P-2: the supply is too high, and once more."""
    begin(stage)
    for _ in range(2):
        outage(stage, 6.0)
        stage.clock.sleep(5.0)
    return len(stage.of("detected", cause="supply_high")) < 2


def settled_at_the_hour(stage: Stage) -> bool:
    """P-8: the hour of the daily restart strikes while the host works on the end of day."""
    begin(stage)
    stage.sell(1000)
    assert stage.until(lambda: bool(stage.of("restart_due")), 3600.0)
    stage.clock.sleep(175.0)
    stage.misbehave("delay", "0500", by=15.0, times=1)
    stage.register.settle()
    assert stage.until(lambda: len(stage.of("boot")) > 1, 120.0)
    stage.ready(120.0)
    stage.sell(2000)  # the register's line has gone with the restart
    return stage.sell(2000).outcome != "approved"


def sale_at_the_hour(stage: Stage) -> bool:
    """P-8: the hour of the daily restart strikes while the host thinks."""
    begin(stage)
    assert stage.until(lambda: bool(stage.of("restart_due")), 3600.0)
    stage.clock.sleep(172.0)
    stage.misbehave("delay", "0200", by=15.0, times=1)
    stage.sell(1000)
    stage.clock.sleep(90.0)
    return len(stage.of("boot")) < 2


def restarted_in_sale(stage: Stage) -> bool:
    """P-8, X-6: a restart between request and answer."""
    begin(stage)
    board: Board = stage.terminal

    def restart() -> None:
        assert stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 100.0)
        stage.clock.sleep(0.07)
        board.reset("daily")

    stage.clock.spawn("restart", restart)
    stage.sell(1000)
    return unbalanced(stage)


def slow_ramp(stage: Stage) -> bool:
    """P-3: the supply goes down and up slowly."""
    begin(stage)
    stage.power(2.5, within=25.0)
    stage.clock.sleep(26.0)
    before = len(stage.of("boot"))
    stage.power(5.0, within=25.0)
    assert stage.ready(120.0)
    return len(stage.of("boot")) - before > 1


def supply_sags(stage: Stage) -> bool:
    """A dip that the terminal lives through."""
    begin(stage)
    stage.power(4.0)
    stage.clock.sleep(0.3)
    stage.power()
    stage.clock.sleep(5.0)
    return not stage.of("detected", cause="supply_low")


def one_clean_cut(stage: Stage) -> bool:
    """A cut while nobody sells: one start."""
    begin(stage)
    before = len(stage.of("boot"))
    stage.power(0.0)
    stage.clock.sleep(3.0)
    stage.power()
    stage.clock.sleep(60.0)
    return len(stage.of("boot")) - before > 1


POWER: dict[str, Story] = {
    "high_supply_told_once": high_twice,
    "restart_forgets_settlement": settled_at_the_hour,
    "daily_restart_left_out": sale_at_the_hour,
    "restart_in_sale_loses_it": restarted_in_sale,
    "no_brownout_detection": dip_to_40,
    "flash_written_on_low_supply": dip_to_70_in_sale,
    "journal_rewritten_in_place": dip_while_recording,
    "clock_reset_by_cut": clock_after(2.0),
    "stopped_clock_unnoticed": clock_after(1500.0),
    "hangs_below_minimum": not_back_after(2.0, within=20.0),
    "reversal_left_to_last_gasp": cut_while_host_works,
    "blames_host_for_outage": blamed_for_cut,
    "sells_on_low_supply": sale_on_low_supply,
    "low_supply_never_cleared": low_and_back,
    "keys_lost_by_cut": not_back_after(0.0),
    "stays_off_after_dip": not_back_after(2.0),
    "counters_fall_back_after_two_cuts": numbers_over_cuts,
    "torn_receipt_unmarked": lambda stage: receipts_after_cut(stage).count(False) > 1,
    "torn_receipt_forgotten": lambda stage: receipts_after_cut(stage) == [False],
    "receipt_left_out": lambda stage: plain_sale(stage) or not stage.of("printed"),
    "slot_switched_by_brownout": dip_after_update,
    "high_supply_unreported": supply_rises,
    "cries_low_supply": alarms_of_a_good_day,
    "update_during_sale": update_meets_sale,
    "second_restart": one_clean_cut,
    "reboot_loop_on_brownout": slow_ramp,
    "supply_low_unreported": supply_sags,
}
