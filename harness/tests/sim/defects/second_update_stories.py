"""Stories of a second update, and of one that meets what an earlier one or a fault has left."""

from harness.tests.sim.defects.acts import Story, begin, outage
from harness.tests.sim.defects.update_stories import offer, told, version
from harness.tests.sim.terminal.stage import Stage


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


def strangers_image_for_recovery(stage: Stage) -> bool:
    """U-3: nothing is left to start, and the store has a stranger's image."""
    begin(stage)
    stage.offer("wrong_key")
    for slot in ("slot.a", "slot.b"):
        stage.terminal.flash.erase(slot)
    outage(stage)
    stage.clock.sleep(120.0)
    return bool(stage.of("update", phase="installing"))


def supply_falls_while_fetching(stage: Stage) -> bool:
    """U-6: the supply is low when an image has arrived."""
    begin(stage)
    offer(stage, "newer")
    assert told(stage, "downloading", percent=50)
    stage.power(4.3)
    stage.clock.sleep(60.0)
    return bool(stage.of("update", phase="installing"))


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


def cut_in_a_second_update(stage: Stage) -> bool:
    """U-1: two updates, and a cut while the second one is installed."""
    begin(stage)
    offer(stage, "newer")
    assert told(stage, "done")
    before = len(stage.of("update", phase="installing"))
    offer(stage, "newest")
    assert stage.until(lambda: len(stage.of("update", phase="installing")) > before + 8, 120.0)
    outage(stage)
    stage.clock.sleep(30.0)
    return bool(stage.of("update", phase="recovering"))


UPDATED_AGAIN: dict[str, Story] = {
    "update_writes_one_slot": cut_in_a_second_update,
    "update_loses_settings": settings_then_code,
    "recovery_takes_anything": strangers_image_for_recovery,
    "update_supply_asked_once": supply_falls_while_fetching,
    "update_forgets_settlement": settlement_through_an_update,
}
