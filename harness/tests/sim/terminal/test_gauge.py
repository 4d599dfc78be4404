"""The firmware's eye on its cell: what it tells of it, when it warns, and what it then refuses."""

from harness.sim.feed import Feed
from harness.sim.terminal.cell import CAPACITY, HELD, Cell
from harness.tests.sim.terminal.stage import Stage


def test_a_low_cell_is_told_and_sells_nothing_until_it_is_charged() -> None:
    """Percent, charging and voltage as they change; the cause at ten percent without a charger."""
    stage = Stage()
    body, clock = stage.terminal.body, stage.clock

    def story() -> None:
        body._states["battery"] = "dummy"  # a countertop with a bay
        feed = Feed(clock, lambda: 0.2, lambda: None)
        cell = stage.terminal.cell = Cell(clock, body, feed, lambda: 0.2)
        clock.spawn("cell", cell.run)
        feed.source.go_to(5.0)
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        body.put("battery", "weak")
        clock.sleep(5.0)
        assert stage.of("battery")[-1] == {"percent": 5, "charging": True, "millivolts": 3450}
        assert not stage.of("detected")

        feed.source.go_to(0.0)
        clock.sleep(5.0)
        assert not stage.of("battery")[-1]["charging"]
        assert [row["cause"] for row in stage.of("detected")] == ["battery_low"]
        refused = stage.sell(1000)
        assert (refused.outcome, refused.cause) == ("failed", "battery_low")

        feed.source.go_to(HELD)
        clock.sleep(5.0)
        assert stage.of("cleared", cause="battery_low")
        assert stage.sell(1000).outcome == "approved"

    stage.play(story)


def test_a_full_cell_without_a_charger_is_nothing_to_warn_of() -> None:
    """Nor is one that was taken out; and what is put in next is told again."""
    stage = Stage()
    body, clock = stage.terminal.body, stage.clock

    def story() -> None:
        body._states["battery"] = "dummy"
        feed = Feed(clock, lambda: 0.2, lambda: None)
        cell = stage.terminal.cell = Cell(clock, body, feed, lambda: 0.2)
        clock.spawn("cell", cell.run)
        stage.power()
        assert stage.ready()
        body.put("battery", "full")
        clock.sleep(5.0)
        assert stage.of("battery")[-1]["percent"] == 100
        cell.left = 0.08 * CAPACITY
        clock.sleep(5.0)
        assert [row["cause"] for row in stage.of("detected")] == ["battery_low"]
        body.put("battery", "dummy")
        clock.sleep(5.0)
        assert stage.of("cleared", cause="battery_low")
        body.put("battery", "full")
        clock.sleep(5.0)
        assert stage.of("battery")[-1]["percent"] == 100
        assert len(stage.of("detected")) == 1

    stage.play(story)
