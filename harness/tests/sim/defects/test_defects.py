"""Each planted bug does its harm, and the firmware without it does not."""

import importlib
import pkgutil

import pytest

import harness.sim.defects as defects
from harness.sim.terminal.firmware import Firmware
from harness.tests.sim.defects.acts import (
    Story,
    begin,
    cut_at,
    cut_while_host_works,
    plain_sale,
    unbalanced,
)
from harness.tests.sim.defects.body_stories import BODY
from harness.tests.sim.defects.book_stories import BOOKS
from harness.tests.sim.defects.coping_stories import COPING
from harness.tests.sim.defects.copy_stories import COPIES
from harness.tests.sim.defects.day_stories import DAYS
from harness.tests.sim.defects.deal_stories import DEALS
from harness.tests.sim.defects.debt_stories import DEBTS
from harness.tests.sim.defects.host_stories import HOST
from harness.tests.sim.defects.line_stories import DUAL, LINE
from harness.tests.sim.defects.money_stories import MONEY
from harness.tests.sim.defects.power_stories import POWER
from harness.tests.sim.defects.reader_stories import READER
from harness.tests.sim.defects.register_stories import REGISTER
from harness.tests.sim.defects.secret_stories import SECRETS
from harness.tests.sim.defects.telling_stories import TELLING
from harness.tests.sim.defects.till_stories import TILL
from harness.tests.sim.defects.update_stories import UPDATE
from harness.tests.sim.terminal.stage import Stage

NAMES = sorted(
    module.name
    for module in pkgutil.iter_modules(defects.__path__)
    if not module.name.startswith("_")
)


def planted(name: str) -> type[Firmware]:
    """The firmware with one bug."""
    made: type[Firmware] = importlib.import_module(f"harness.sim.defects.{name}").plant(Firmware)
    return made


def cut_while_printing(stage: Stage) -> bool:
    """P8: a cut while the receipt comes out."""
    begin(stage)
    cut_at(stage, "printing", 0.3)
    stage.sell(1000)
    printed = {row["stan"] for row in stage.of("printing")}
    charged = {entry.key.stan for entry in stage.host.ledger if entry.status == "approved"}
    return unbalanced(stage) or bool(printed - charged - {0}) or _reversed_after_print(stage)


def _reversed_after_print(stage: Stage) -> bool:
    gone = {entry.key.stan for entry in stage.host.ledger if entry.status == "reversed"}
    return any(row["stan"] in gone for row in stage.of("printing"))


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


def sale_without_a_way(stage: Stage) -> bool:
    """A sale while no packet passes."""
    begin(stage)
    stage.link.set_outage(on=True)
    result = stage.sell(1000)
    return result.outcome == "declined" or result.cause == "card_declined"


def long_outage(stage: Stage) -> bool:
    """No packet passes for minutes, then all do."""
    begin(stage)
    stage.link.set_outage(on=True)
    stage.clock.sleep(400.0)
    stage.link.set_outage(on=False)
    return not stage.ready(120.0)


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


def offered(image: str) -> Story:
    """An image that must not run is offered."""

    def story(stage: Stage) -> bool:
        begin(stage)
        installed = stage.of("boot")[-1]["version"]
        stage.offer(image)
        stage.register.start_update()
        stage.clock.sleep(60.0)
        return any(row["version"] != installed for row in stage.of("boot"))

    return story


def lost_answer_then_look(stage: Stage) -> bool:
    """A lost answer, and what the cardholder is charged in the end."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.sell(1000)
    stage.ready(120.0)
    charged = [entry for entry in stage.host.ledger if entry.status == "approved"]
    return bool(charged)


def card_pulled_late(stage: Stage) -> bool:
    """K-2: the card goes while the host approves."""
    begin(stage)

    def pull() -> None:
        assert stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 100.0)
        stage.slot.remove()

    stage.clock.spawn("pull", pull)
    result = stage.sell(1000)
    return result.outcome == "approved"


def refused_reversal(stage: Stage) -> bool:
    """The host answers a reversal with a fault of its own."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("answer", "0400", times=1, code="96")
    stage.sell(1000)
    return unbalanced(stage)


def register_goes_deaf(stage: Stage) -> bool:
    """P12: the acknowledgement of the result is lost."""
    begin(stage)
    stage.register_port.deaf_to = bytes.fromhex("040F")
    stage.sell(1000)
    stage.clock.sleep(60.0)
    return any(entry.status == "approved" for entry in stage.host.ledger)


def wrong_check_byte(stage: Stage) -> bool:
    """K-4: an ATR with a wrong TCK."""
    begin(stage)
    stage.sell(1000, "bad_atr")
    return not stage.of("detected", cause="card_bad_atr")


def spoilt_mac(stage: Stage) -> bool:
    """P5: the answer's MAC is wrong."""
    begin(stage)
    stage.misbehave("corrupt", "0200", times=1)
    return stage.sell(1000).outcome == "approved"


def empty_plan(stage: Stage) -> bool:
    """The plan is used up while nobody sells."""
    begin(stage)
    stage.link.carrier.set_left(0)
    stage.clock.sleep(90.0)
    causes = {row["cause"] for row in stage.of("detected")}
    return "data_exhausted" not in causes


def deaf_host_for_a_minute(stage: Stage) -> bool:
    """The host answers nothing for a minute; a minute later nobody should speak of it."""
    begin(stage)
    stage.misbehave("ignore", "any", times=4)
    stage.clock.sleep(120.0)
    said = [row.get("cause") for row in stage.of("report", on="display")]
    return bool(said) and stage.of("display")[-1]["text"] != "READY"


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


def one_clean_cut(stage: Stage) -> bool:
    """A cut while nobody sells: one start."""
    begin(stage)
    before = len(stage.of("boot"))
    stage.power(0.0)
    stage.clock.sleep(3.0)
    stage.power()
    stage.clock.sleep(60.0)
    return len(stage.of("boot")) - before > 1


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


def results_of_a_sale(stage: Stage) -> bool:
    """What the register is told of one sale."""
    begin(stage)
    stage.sell(1000)
    return len(stage.of("ecr_result", code="00")) != 1


def reversals_refused(stage: Stage) -> bool:
    """How often a reversal that is refused is sent in ten seconds."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("answer", "0400", code="96")
    stage.sell(1000)
    stage.until(lambda: bool(stage.of("reversal_sent")), 60.0)
    stage.clock.sleep(10.0)
    return len(stage.of("reversal_sent")) > 5


def connections_refused(stage: Stage) -> bool:
    """How often a host is tried in a minute that ends every connection."""
    begin(stage)
    stage.misbehave("ignore", "0820", times=1)
    stage.misbehave("refuse", "any")
    stage.clock.sleep(90.0)
    ends = ("net: connected", "net: not secure", "net: no connection")
    tries = [row for row in stage.of("line") if any(end in row["text"] for end in ends)]
    return len(tries) > 30


def two_cards(stage: Stage) -> bool:
    """One card, then another; the second is the one to be charged."""
    begin(stage)
    stage.sell(1000, "stripe")
    return stage.sell(2000, "chip").outcome != "approved"


def display_after_failure(stage: Stage) -> bool:
    """What the cardholder reads when the way is gone."""
    begin(stage)
    stage.link.set_outage(on=True)
    stage.sell(1000)
    return bool(stage.of("shown", outcome="approved"))


def cut_after_update(stage: Stage) -> bool:
    """An update is done; then a cut."""
    begin(stage)
    stage.offer("newer")
    stage.register.start_update()
    assert stage.until(lambda: bool(stage.of("update", phase="done")), 300.0)
    installed = stage.of("boot")[-1]["version"]
    stage.power(0.0)
    stage.clock.sleep(3.0)
    stage.power()
    stage.clock.sleep(30.0)
    return bool(stage.of("boot")[-1]["version"] != installed)


def receipt_asked_again(stage: Stage) -> bool:
    """06 20 after a good sale."""
    begin(stage)
    stage.sell(1000)
    stage.register.reprint()
    return [row["copy"] for row in stage.of("printed")] != [False, True]


def settlement_unheard(stage: Stage) -> bool:
    """P10: the end of day without an answer, and a sale after it."""
    begin(stage)
    stage.sell(1000)
    stage.misbehave("ignore", "0500", times=1)
    stage.register.settle()
    stage.ready(120.0)
    return stage.sell(2000).outcome != "approved"


STORIES: dict[str, Story] = {
    **POWER,
    **MONEY,
    **BOOKS,
    **DEBTS,
    **DAYS,
    **DEALS,
    **COPIES,
    **COPING,
    **HOST,
    **LINE,
    **REGISTER,
    **BODY,
    **READER,
    **SECRETS,
    **TELLING,
    **TILL,
    **UPDATE,
    "report_outlives_fault": deaf_host_for_a_minute,
    "ready_while_owing": state_while_owing,
    "second_restart": one_clean_cut,
    "refused_keys_kept": keys_refused,
    "answer_wait_cut_short": slow_answer,
    "result_told_twice": results_of_a_sale,
    "reversal_without_pause": reversals_refused,
    "back_off_forgotten": connections_refused,
    "last_card_charged": two_cards,
    "failure_shown_as_approved": display_after_failure,
    "old_image_after_cut": cut_after_update,
    "reprint_unmarked": receipt_asked_again,
    "batch_closed_unheard": settlement_unheard,
    "fsync_missing": cut_while_printing,
    "reversal_saved_after_send": cut_while_host_works,
    "reversal_dropped_after_tries": host_deaf_to_reversals,
    "reversal_after_next_sale": sale_after_lost_answer,
    "stan_reused_after_cut": cut_in_mid_sale_then_sell,
    "comm_fault_as_decline": sale_without_a_way,
    "stuck_after_outage": long_outage,
    "reboot_loop_on_brownout": slow_ramp,
    "update_accepts_older": offered("older"),
    "update_commit_before_verify": offered("corrupt"),
    "pan_in_log": plain_sale,
    "torn_reversal_deleted": cut_while_host_works,
    "duplicate_on_retry": lost_answer_then_look,
    "supply_low_unreported": supply_sags,
    "removed_card_still_charged": card_pulled_late,
    "any_code_ends_reversal": refused_reversal,
    "register_ack_ignored": register_goes_deaf,
    "wrong_tck_accepted": wrong_check_byte,
    "bad_mac_accepted": spoilt_mac,
    "receipt_before_journal": cut_while_printing,
    "plan_as_host_fault": empty_plan,
}


def told(name: str, firmware: type[Firmware], seed: int) -> bool:
    """Whether the bug's story did harm."""
    model = "countertop_dual" if name in DUAL else "countertop"
    stage = Stage(seed, firmware, model, response=20.0, reversal_response=10.0)
    return stage.play(lambda: STORIES[name](stage))


def test_every_defect_has_its_story() -> None:
    """No planted bug is without a test, and no test without a planted bug."""
    assert sorted(STORIES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_defect_does_its_harm(name: str) -> None:
    """With the bug planted, at least one of a few seeds shows the harm."""
    assert any(told(name, planted(name), seed) for seed in range(1, 7))


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_firmware_comes_through(name: str) -> None:
    """Without the bug the same story does no harm, whatever the seed."""
    assert not any(told(name, Firmware, seed) for seed in range(1, 4))


@pytest.mark.parametrize("name", NAMES)
def test_a_defect_says_what_it_breaks(name: str) -> None:
    """The module's text names the clause or the invariant, for the proof's matrix."""
    text = importlib.import_module(f"harness.sim.defects.{name}").__doc__ or ""
    assert "Breaks " in text
    assert text.splitlines()[0].endswith(".")


def test_defects_can_be_planted_together() -> None:
    """One bug on top of another keeps both."""
    both = importlib.import_module("harness.sim.defects.pan_in_log").plant(planted("fsync_missing"))
    assert both.Storage is not Firmware.Storage
    assert both.Log is not Firmware.Log
