"""Stories in which a battery, and its charger, bring out a planted bug."""

from harness.sim.feed import Feed
from harness.sim.terminal.cell import Cell
from harness.tests.sim.defects.acts import Story, begin
from harness.tests.sim.terminal.stage import Stage


def battery_twice(stage: Stage) -> bool:
    """P-5: a low battery loses its charger, and once more."""
    feed = on_its_cell(stage, "weak")
    for _ in range(2):
        feed.source.go_to(0.0)
        stage.clock.sleep(10.0)
        feed.source.go_to(5.0)
        stage.clock.sleep(10.0)
    return len(stage.of("detected", cause="battery_low")) < 2


def charger_pulled(stage: Stage) -> bool:
    """P-7: the charger is pulled while a full battery is in."""
    on_its_cell(stage, "full").source.go_to(0.0)
    stage.clock.sleep(20.0)
    return len(stage.of("boot")) > 1


def on_its_cell(stage: Stage, pack: str) -> Feed:
    """Powered and ready, by a supply that a pack stands beside; the feed."""
    body, clock = stage.terminal.body, stage.clock
    body._states["battery"] = "dummy"
    feed = Feed(clock, lambda: 0.2, lambda: None)
    stage.terminal.cell = cell = Cell(clock, body, feed, lambda: 0.2)
    clock.spawn("cell", cell.run)
    feed.source.go_to(5.0)
    begin(stage)
    body.put("battery", pack)
    clock.sleep(5.0)
    return feed


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


def weak_without_charger(stage: Stage) -> bool:
    """P-5: what its gauge shows of a battery that is nearly empty."""
    on_its_cell(stage, "weak").source.go_to(0.0)
    stage.clock.sleep(20.0)
    return bool(stage.of("battery")[-1]["percent"] >= 20)


BATTERY: dict[str, Story] = {
    "battery_told_once": battery_twice,
    "restarts_without_charger": charger_pulled,
    "battery_unwatched_in_sale": charger_gone_in_sale,
    "charging_told_without_charger": charger_gone,
    "battery_shown_fuller": weak_without_charger,
}
