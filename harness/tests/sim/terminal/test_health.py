"""Heat, memory, storage, the self-test and the lights: said when it is so, and no longer."""

from collections.abc import Callable
from typing import Any

from harness.sim.terminal import housekeeping
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.health import Health
from harness.tests.sim.terminal.stage import Stage


def ready(story: Callable[[Stage], None], firmware: type[Firmware] = Firmware) -> None:
    """A terminal that is ready."""
    stage = Stage(1, firmware)

    def main() -> None:
        stage.power()
        assert stage.ready()
        story(stage)

    stage.play(main)


def test_it_says_how_it_is() -> None:
    """Memory, processor, warmth and storage, once a minute."""

    def story(stage: Stage) -> None:
        stage.clock.sleep(125.0)
        rows = stage.of("health")
        assert 2 <= len(rows) <= 4
        assert all(20.0 < row["celsius"] < 40.0 and row["storage"] > 3000 for row in rows)

    ready(story)


def test_heat_is_warned_of_and_over_when_it_is_over() -> None:
    """X-3: throttled while it is hot, which itself lets it cool a little; sales go on."""

    def story(stage: Stage) -> None:
        stage.terminal.body.set_room(120.0)
        assert stage.until(lambda: bool(stage.of("detected", cause="too_hot")), 400.0)
        stage.register.sign_on()
        assert stage.sell(1000).outcome == "approved"
        stage.terminal.body.set_room(-60.0)
        assert stage.until(lambda: bool(stage.of("cleared", cause="too_hot")), 200.0)

    ready(story)


def test_memory_that_runs_low_ends_in_an_announced_restart() -> None:
    """Not in a crash: warned, announced, and nothing is said of it afterwards."""

    class Leaky(Health):
        leak = 0.0

        def memory(self) -> float:
            return super().memory() + self.leak

    def story(stage: Stage) -> None:
        running: Any = stage.terminal.running
        running.health.leak = 20_000.0
        assert stage.until(lambda: bool(stage.of("restart_due")), 30.0)
        assert stage.of("detected", cause="memory_low")
        assert stage.until(lambda: len(stage.of("boot")) == 2, 120.0)
        assert stage.of("boot")[-1]["reason"] == "daily"
        stage.clock.sleep(30.0)
        assert not stage.of("detected", cause="system_fault")

    ready(story, Firmware.with_parts(Health=Leaky))


def test_a_flash_that_is_nearly_full_refuses_sales_only_at_the_very_end() -> None:
    """X-4 and invariant 20: low at 98 %, full before there is no room for a sale's records."""

    def story(stage: Stage) -> None:
        stage.register.sign_on()
        flash = stage.terminal.flash
        flash.fill("x", 0.98)
        stage.clock.sleep(20.0)
        assert stage.of("detected", cause="storage_low")
        assert stage.sell(1000).outcome == "approved"
        flash.fill("x", 0.999)
        stage.clock.sleep(20.0)
        refused = stage.sell(2000)
        assert (refused.outcome, refused.cause) == ("failed", "storage_full")
        flash.fill("x", 0.0)
        stage.clock.sleep(20.0)
        assert stage.of("cleared", cause="storage_full")
        assert stage.sell(3000).outcome == "approved"

    ready(story)


def test_the_log_on_the_flash_takes_turns() -> None:
    """Two files of a limited size, the older one given up first; no card number in them."""

    def story(stage: Stage) -> None:
        running: Any = stage.terminal.running
        flash = stage.terminal.flash
        for _ in range(3):
            running.housekeeping.keep(b"x" * (housekeeping.MOST - 100))
        assert set(flash.names()) >= {"log.0", "log.1"}
        sizes = [len(flash.peek(name) or b"") for name in ("log.0", "log.1")]
        assert all(size <= housekeeping.MOST for size in sizes)
        running.log.say_warning("card", "9999990000000014")
        running.housekeeping.look()
        assert b"9999990000000014" not in (flash.peek("log.0") or b"")

    ready(story)


def test_the_self_test_names_what_does_not_answer() -> None:
    """On request part by part; the causes are what a register is told."""

    def story(stage: Stage) -> None:
        running: Any = stage.terminal.running
        assert running.self_test() == []
        stage.terminal.body.put("display", "dead")
        stage.terminal.body.put("paper", "out")
        stage.clock.sleep(0.1)
        assert set(running.self_test()) == {"display_fault", "paper_out"}
        stage.clock.sleep(0.1)
        bad = {row["part"] for row in stage.of("self_test", ok=False)}
        assert bad == {"display", "printer"}

    ready(story)


def test_lights_say_what_is_so() -> None:
    """F10: busy in a sale, blinking without a line, fault while an alarm holds."""

    def story(stage: Stage) -> None:
        lights = stage.terminal.body.lights
        assert lights == {"power": "on", "signal": "on", "busy": "off", "fault": "off"}
        stage.terminal.body.put("cover", "open")
        stage.clock.sleep(0.1)
        assert lights["fault"] == "blinking"
        stage.terminal.body.put("cover", "closed")
        stage.register.sign_on()
        stage.sell(1000)
        assert [row["state"] for row in stage.of("light", name="busy")][-2:] == ["on", "off"]
        stage.link.set_outage(on=True)
        assert stage.until(lambda: lights["signal"] == "blinking", 60.0)

    ready(story)


def test_dead_lights_stay_dark_whatever_is_driven() -> None:
    """The log has what is driven; the body what can be seen."""

    def story(stage: Stage) -> None:
        body = stage.terminal.body
        body.put("lights", "dead")
        before = dict(body.lights)
        body.put("cover", "open")
        stage.clock.sleep(15.0)
        assert body.lights == before
        assert stage.of("light", name="fault", state="blinking")
        assert stage.of("detected", cause="light_fault")

    ready(story)
