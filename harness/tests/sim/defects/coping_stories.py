"""Stories of what is told while a fault stands, and of what is let pass because of it."""

from harness.tests.sim.defects.acts import Story, begin, outage
from harness.tests.sim.defects.again_stories import AGAIN
from harness.tests.sim.defects.body_stories import on_its_cell, with_pad
from harness.tests.sim.defects.update_stories import offer, told, version
from harness.tests.sim.terminal.counter import begin as at_counter
from harness.tests.sim.terminal.stage import Stage


def silent_host(stage: Stage) -> bool:
    """N-1: what the register is told of a host that does not answer."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.sell(1000)
    return bool(stage.of("report", on="ecr", cause="card_declined"))


def no_paper(stage: Stage) -> bool:
    """H-1: the paper is out, and stays out."""
    begin(stage)
    stage.terminal.body.put("paper", "out")
    stage.clock.sleep(30.0)
    return bool(stage.of("cleared", cause="paper_out"))


def no_scanner(stage: Stage) -> bool:
    """H-2: the scanner is unplugged, and stays so."""
    begin(stage)
    stage.terminal.body.put("scanner_cable", "unplugged")
    stage.clock.sleep(40.0)
    return bool(stage.of("cleared", cause="scanner_fault"))


def no_line(stage: Stage) -> bool:
    """N3: the power light while the line is down."""
    begin(stage)
    stage.link.set_outage(on=True)
    stage.clock.sleep(60.0)
    return stage.terminal.body.lights["power"] != "on"


def swiped_twice(stage: Stage) -> bool:
    """K-3: the stripe of a card with a chip, again and again."""
    begin(stage)

    def swipe() -> None:
        for _ in range(3):
            stage.clock.sleep(2.0)
            stage.slot.swipe(stage.deck["chip"])

    stage.clock.spawn("cardholder", swipe)
    return stage.sell(1000, None).outcome == "approved"


def charger_gone_in_sale(stage: Stage) -> bool:
    """P-5: the charger goes while the host thinks; is that told before the sale is over?"""
    feed = on_its_cell(stage, "weak")
    stage.misbehave("delay", "0200", by=15.0, times=1)
    stage.clock.spawn("sale", lambda: stage.sell(1000))
    assert stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 30.0)
    feed.source.go_to(0.0)
    stage.clock.sleep(10.0)
    return not stage.of("detected", cause="battery_low")


def charger_gone(stage: Stage) -> bool:
    """P-5: what is said of the battery without its charger."""
    on_its_cell(stage, "weak").source.go_to(0.0)
    stage.clock.sleep(10.0)
    return bool(stage.of("battery")[-1]["charging"])


def voided_behind_a_new_journal(stage: Stage) -> bool:
    """U-4: what the old version has sold is taken back by the new one."""
    counter = at_counter(stage)
    sold = counter.make("sale", 1000)
    offer(stage, "new_journal")
    assert told(stage, "done")
    assert stage.ready(60.0)
    return counter.make("void", of=sold).outcome != "approved"


def cut_while_fetching(stage: Stage) -> bool:
    """U-1: which version starts after a cut, by its own word."""
    begin(stage)
    installed = version(stage)
    offer(stage, "newer")
    assert told(stage, "downloading", percent=40)
    outage(stage)
    assert stage.until(lambda: len(stage.of("boot")) > 1, 60.0)
    return version(stage) != installed


def receipts_owed_through_an_update(stage: Stage) -> bool:
    """U-4: no paper, two sales, a new version, and then paper."""
    begin(stage)
    stage.terminal.body.put("paper", "out")
    stage.sell(1000)
    stage.sell(2000)
    offer(stage, "newer")
    assert told(stage, "done")
    stage.terminal.body.put("paper", "in")
    stage.clock.sleep(30.0)
    return {row["amount"] for row in stage.of("printed", copy=True)} != {1000, 2000}


def signature_through_an_update(stage: Stage) -> bool:
    """U-4: a signature, a new version, and the end of the batch."""
    with_pad(stage)
    stage.sell(1000)
    offer(stage, "newer")
    assert told(stage, "done")
    assert stage.ready(60.0)
    stage.register.settle()
    return not stage.of("signature", state="uploaded")


def way_tried(stage: Stage) -> bool:
    """S-4: the register has the way tried while there is no signal."""
    begin(stage)
    stage.radio.attenuate(80.0)
    assert stage.until(lambda: bool(stage.of("detected", cause="no_signal")), 90.0)
    return stage.register.diagnose().cause != "no_signal"


def tested(stage: Stage) -> bool:
    """H-3: the register has the terminal tested while its lights are dead."""
    begin(stage)
    stage.terminal.body.put("lights", "dead")
    return stage.register.self_test().cause != "light_fault"


def two_sales_shown(stage: Stage) -> bool:
    """N-3: what is shown in the second of two sales."""
    begin(stage)
    stage.sell(1000)
    before = len(stage.of("display"))
    stage.sell(2000)
    return len(stage.of("display")) == before


COPING: dict[str, Story] = {
    "display_freezes": two_sales_shown,
    **AGAIN,
    "abort_says_declined": silent_host,
    "paper_out_forgotten": no_paper,
    "part_fault_forgotten": no_scanner,
    "power_light_tells_of_the_line": no_line,
    "second_swipe_will_do": swiped_twice,
    "battery_unwatched_in_sale": charger_gone_in_sale,
    "charging_told_without_charger": charger_gone,
    "update_journal_without_numbers": voided_behind_a_new_journal,
    "update_forgets_owed_receipts": receipts_owed_through_an_update,
    "update_drops_signatures": signature_through_an_update,
    "update_starts_as_wanted": cut_while_fetching,
    "diagnosis_always_well": way_tried,
    "diagnosis_knows_one_cause": way_tried,
    "self_test_finds_nothing": tested,
}
