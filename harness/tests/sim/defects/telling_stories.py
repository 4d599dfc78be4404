"""Stories of what a terminal tells: on its lights and paper, to its register, of its own state."""

import re
from dataclasses import replace
from typing import Any

from harness.drivers.zvt import Driver as Zvt
from harness.model.register import Wish
from harness.tests.sim.defects.acts import Story, begin, outage
from harness.tests.sim.defects.body_stories import hung
from harness.tests.sim.terminal.stage import Stage

FULL = 60  # records: a day of a small shop


PRINTS = 0x8A  # config of a register: intermediate status, receipts by lines, printed here


NUMBER = re.compile(r"TRACE (\d+)")


def silent_host(stage: Stage) -> bool:
    """N-1: a sale without an answer; what is the register told?"""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    return stage.sell(1000).cause != "host_silent"


def silent_host_in_poor_signal(stage: Stage) -> bool:
    """N-1: the same with two bars."""
    begin(stage)
    stage.radio.attenuate(12.0)
    stage.clock.sleep(10.0)
    stage.misbehave("drop", "0200", times=1)
    return stage.sell(1000).cause != "host_silent"


def reader_lost(stage: Stage) -> bool:
    """K-8: the reader goes while a card is asked for."""
    begin(stage)

    def pull() -> None:
        assert stage.until(lambda: bool(stage.of("ecr_status", asks="insert")), 100.0)
        stage.terminal.body.put("reader_cable", "unplugged")

    stage.clock.spawn("pull", pull)
    return stage.sell(1000, None).cause != "reader_fault"


def two_cuts(stage: Stage) -> bool:
    """P-7: a cut, and another one."""
    begin(stage)
    for _ in range(2):
        outage(stage)
        assert stage.ready()
    return len(stage.of("detected", cause="power_lost")) < 2


def stick_for_a_plan(stage: Stage) -> bool:
    """Q-10: what is shown while a stick is in and the plan is empty."""
    begin(stage)
    stage.link.carrier.set_left(0)
    stage.clock.sleep(90.0)
    before = len(stage.of("display"))
    stage.terminal.body.put("usb", "stick")
    stage.clock.sleep(20.0)
    return "READY" in [row["text"] for row in stage.of("display")[before:]]


def light_on_low_supply(stage: Stage) -> bool:
    """F10: the fault light while the supply is low."""
    begin(stage)
    stage.power(4.0)
    stage.clock.sleep(3.0)
    return stage.terminal.body.lights["fault"] == "off"


def light_after_decline(stage: Stage) -> bool:
    """F10: the busy light when a card was declined."""
    begin(stage)
    stage.misbehave("answer", "0200", times=1, code="51")
    stage.sell(1000)
    stage.clock.sleep(10.0)
    return stage.terminal.body.lights["busy"] != "off"


def two_without_paper(stage: Stage) -> bool:
    """H-1: two sales without paper, and then paper."""
    begin(stage)
    stage.terminal.body.put("paper", "out")
    for amount in (1000, 2000):
        stage.sell(amount)
    stage.terminal.body.put("paper", "in")
    stage.clock.sleep(30.0)
    return {row["amount"] for row in stage.of("printed", copy=True)} != {1000, 2000}


def copy_of_the_second(stage: Stage) -> bool:
    """06 20 after two sales."""
    begin(stage)
    for amount in (1000, 2000):
        stage.sell(amount)
    stage.register.reprint()
    return [row["amount"] for row in stage.of("printed", copy=True)] != [2000]


def numbers_across_a_cut(stage: Stage) -> bool:
    """P-7: the receipt numbers of two sales with a cut between."""
    begin(stage)
    first = stage.sell(1000)
    outage(stage)
    assert stage.ready()
    stage.sell(2000)  # by this one the register finds its connection gone
    return stage.sell(3000).receipt == first.receipt


def signal_falls(stage: Stage) -> bool:
    """S-4: bars, as the signal goes from -85 to -117 dBm."""
    begin(stage)
    stage.clock.sleep(10.0)
    stage.radio.attenuate(32.0)
    stage.clock.sleep(20.0)
    return len({row["bars"] for row in stage.of("bars")}) < 2


def low_supply(stage: Stage) -> bool:
    """P-2: a dip that the terminal lives through."""
    begin(stage)
    outage(stage, 4.0, 3.0)
    return bool(stage.of("tamper"))


def refused_sim(stage: Stage) -> bool:
    """S-2: how often the radio is restarted in a minute of refusals."""
    begin(stage)
    stage.link.carrier.set_subscription("not_activated")
    stage.clock.sleep(60.0)
    return len(stage.of("remedy")) > 6


def fill_day(stage: Stage) -> None:
    """A day's records, made from one sale's."""
    running: Any = stage.terminal.running
    storage = running.storage
    for one in range(FULL):
        storage.record(replace(storage.journal[0], stan=1000 + one))


def export_of_a_day(stage: Stage) -> bool:
    """B4: the journal as it is told."""
    begin(stage)
    stage.sell(1000)
    fill_day(stage)
    stage.console.ask_journal()
    stage.clock.sleep(5.0)
    return len(stage.of("journal_entry")) <= FULL


def sale_after_a_day(stage: Stage) -> bool:
    """X-1: the first sale and the last one, by the clock."""
    begin(stage)
    begun = stage.clock.now()
    stage.sell(1000)
    first = stage.clock.now() - begun
    fill_day(stage)
    begun = stage.clock.now()
    stage.sell(1000)
    return stage.clock.now() - begun > first + 1.0


def flapping(stage: Stage) -> bool:
    """S-6: working memory after six failures of the line."""
    begin(stage)
    running: Any = stage.terminal.running
    before = running.health.memory()
    stage.misbehave("refuse", "any")
    for _ in range(6):
        running.comms.broken()
        stage.clock.sleep(20.0)
    return bool(running.health.memory() - before > 1000)


def printed_by_the_register(stage: Stage) -> bool:
    """P12: the paper of a register that prints for the terminal, and its trace number."""
    stage.register = Zvt(stage.register_port, personality="countertop", config=PRINTS)
    stage.register.observe = stage._observe
    begin(stage)
    stage.register.sign_on()
    sold = stage.sell(1000)
    paper = [NUMBER.search(row["text"]) for row in stage.of("printed") if row.get("text")]
    return [int(found[1]) for found in paper if found] != [sold.stan]


def declined(stage: Stage) -> bool:
    """N-3: what the register is told of a decline."""
    begin(stage)
    stage.misbehave("answer", "0200", times=1, code="51")
    return stage.sell(1000).outcome == "approved"


def balance_asked(stage: Stage) -> bool:
    """C1: what the register is told of the host's 1234.56."""
    begin(stage)
    stage.clock.spawn("cardholder", lambda: stage._present("chip", 0))
    return stage.register.transact(Wish("balance")).amount != 123_456


def two_sales_shown(stage: Stage) -> bool:
    """N-3: what is shown in the second of two sales."""
    begin(stage)
    stage.sell(1000)
    before = len(stage.of("display"))
    stage.sell(2000)
    return len(stage.of("display")) == before


def display_after_failure(stage: Stage) -> bool:
    """What the cardholder reads when the way is gone."""
    begin(stage)
    stage.link.set_outage(on=True)
    stage.sell(1000)
    return bool(stage.of("shown", outcome="approved"))


TELLING: dict[str, Story] = {
    "display_freezes": two_sales_shown,
    "register_hears_one_code": silent_host,
    "weak_signal_blamed_for_silence": silent_host_in_poor_signal,
    "reader_fault_is_time_out": reader_lost,
    "power_fault_told_once": two_cuts,
    "stick_adds_plan": stick_for_a_plan,
    "fault_light_off_on_low_supply": light_on_low_supply,
    "busy_light_stuck_by_decline": light_after_decline,
    "owed_receipts_forgotten": two_without_paper,
    "reprint_of_the_one_before": copy_of_the_second,
    "receipt_numbers_repeat": numbers_across_a_cut,
    "bars_stuck": signal_falls,
    "tamper_at_low_supply": low_supply,
    "radio_storm": refused_sim,
    "export_cut_at_fifty": export_of_a_day,
    "slower_with_each_sale": sale_after_a_day,
    "memory_leak_by_reconnect": flapping,
    "hung_task_kicked_for": hung,
    "register_receipt_number": printed_by_the_register,
    "declined_told_as_ok": declined,
    "balance_without_cents": balance_asked,
    "failure_shown_as_approved": display_after_failure,
}
