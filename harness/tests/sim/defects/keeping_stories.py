"""Stories of what an update must keep: keys, debts, records, settings."""

from harness.tests.sim.defects.acts import Story, begin, unbalanced
from harness.tests.sim.defects.body_stories import with_pad
from harness.tests.sim.defects.update_stories import offer, told, version
from harness.tests.sim.terminal.counter import begin as at_counter
from harness.tests.sim.terminal.stage import Stage


def voided_behind_a_new_journal(stage: Stage) -> bool:
    """U-4: what the old version has sold is taken back by the new one."""
    counter = at_counter(stage)
    sold = counter.make("sale", 1000)
    offer(stage, "new_journal")
    assert told(stage, "done")
    assert stage.ready(60.0)
    return counter.make("void", of=sold).outcome != "approved"


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


def settings_then_code(stage: Stage) -> bool:
    """U-4: a configuration, then a new version of the code."""
    begin(stage)
    offer(stage, "configuration")
    assert told(stage, "done")
    offer(stage, "newer")
    assert stage.until(lambda: bool(stage.of("boot", reason="update")), 120.0)
    assert stage.ready(60.0)
    running = stage.terminal.running
    return bool(running.upkeep.settings.version("configuration") == "0")  # type: ignore[union-attr]


def settlement_through_an_update(stage: Stage) -> bool:
    """U-4: a settlement without an answer, then a new version."""
    begin(stage)
    stage.sell(1000)
    installed = version(stage)
    stage.misbehave("drop", "0500", times=1)
    stage.register.settle()
    assert stage.terminal.flash.peek("closing") is not None
    offer(stage, "newer")
    assert stage.until(lambda: version(stage) != installed, 300.0)
    return stage.terminal.flash.peek("closing") is None


def journal_in_another_format(stage: Stage) -> bool:
    """U-4: what the old version has written counts when the new one runs."""
    begin(stage)
    stage.sell(1000)
    offer(stage, "new_journal")
    assert told(stage, "done")
    return unbalanced(stage)


def signed_on_after_update(stage: Stage) -> bool:
    """U-4: the host knows the terminal afterwards."""
    begin(stage)
    offer(stage, "newer")
    assert told(stage, "done")
    return not stage.ready(30.0)


def update_while_owing(stage: Stage) -> bool:
    """U-4: a reversal is open when the new version starts."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("ignore", "0400")
    stage.sell(1000)
    offer(stage, "newer")
    assert told(stage, "first_boot")
    stage.control(stage.host, do="behave")
    return unbalanced(stage)


KEEPING: dict[str, Story] = {
    "update_journal_without_numbers": voided_behind_a_new_journal,
    "update_forgets_owed_receipts": receipts_owed_through_an_update,
    "update_drops_signatures": signature_through_an_update,
    "update_loses_settings": settings_then_code,
    "update_forgets_settlement": settlement_through_an_update,
    "update_journal_not_migrated": journal_in_another_format,
    "update_loses_keys": signed_on_after_update,
    "update_drops_reversal": update_while_owing,
}
