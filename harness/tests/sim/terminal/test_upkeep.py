"""Updates on the whole terminal: good ones run, bad ones do not, a cut leaves old or new."""

from dataclasses import replace

import pytest

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.sockets import KEEPALIVE
from harness.sim.terminal.upkeep import Upkeep
from harness.tests.sim.terminal.stage import STORE, Stage


def begin(stage: Stage) -> None:
    """Powered, ready, registered."""
    stage.power()
    assert stage.ready()
    stage.register.sign_on()


def test_a_newer_image_is_installed_and_kept() -> None:
    """Offered, downloaded, checked, installed, first boot, done; then it sells; money is intact."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.sell(1000)
        stage.offer("newer")
        stage.register.start_update()
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 120.0)
        assert stage.of("boot")[-1]["version"] == "1.10.0"
        assert stage.of("boot")[-1]["reason"] == "update"
        assert stage.ready()
        assert stage.sell(700).outcome == "approved"
        assert stage.of("printed")[-1]["stan"] > stage.of("printed")[0]["stan"]

    stage.play(story)


@pytest.mark.parametrize("image", ["older", "corrupt", "truncated", "wrong_key", "wrong_model"])
def test_a_bad_image_is_refused_with_its_reason(image: str) -> None:
    """U-3: said on display and console, and the old version sells."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.offer(image)
        stage.register.start_update()
        assert stage.until(lambda: bool(stage.of("update", phase="refused")), 120.0)
        assert stage.of("report", on="display", cause="update_rejected")
        assert stage.ready()
        assert len(stage.of("boot")) == 1
        assert stage.sell(700).outcome == "approved"

    stage.play(story)


@pytest.mark.parametrize("phase", ["downloading", "verifying", "installing", "committing"])
@pytest.mark.parametrize("percent", [0, 50, 90])
def test_a_cut_in_an_update_leaves_old_or_new(phase: str, percent: int) -> None:
    """U-1: it boots one of the two, says what became of the update, and sells."""
    stage = Stage(seed=percent + 1)

    def there() -> bool:
        rows = stage.of("update", phase=phase)
        return any(row.get("percent", 100) >= percent for row in rows)

    def story() -> None:
        begin(stage)
        stage.offer("newer")
        stage.register.start_update()
        assert stage.until(there, 60.0)
        stage.power(0.0)
        stage.clock.sleep(3.0)
        stage.power()
        assert stage.ready(120.0)
        assert stage.of("boot")[-1]["version"] in ("1.4.2", "1.10.0")
        ends = [row["phase"] for row in stage.of("update")]
        assert {"paused", "first_boot", "done"} & set(ends)
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 120.0)
        assert stage.ready(60.0)
        stage.clock.sleep(KEEPALIVE)  # the register learns that its old connection is dead
        assert stage.sell(700).outcome == "approved"

    stage.play(story)


def test_a_cut_download_goes_on_where_it_was() -> None:
    """By itself, told as resumed, with no more than a block lost; the plan is not burnt."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.offer("newer")
        stage.register.start_update()
        for percent in (40, 70):
            there = lambda percent=percent: bool(  # noqa: E731
                [
                    row
                    for row in stage.of("update", phase="downloading")
                    if row["percent"] >= percent
                ]
            )
            assert stage.until(there, 60.0)
            stage.power(0.0)
            stage.clock.sleep(3.0)
            stage.power()
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 120.0)

        paused = stage.of("update", phase="paused")
        assert [row["cause"] for row in paused] == ["update_interrupted"] * 2
        resumed = [row["percent"] for row in stage.of("update", phase="resumed")]
        assert len(resumed) == 2
        assert resumed[0] >= 32
        assert resumed[1] >= 62

    stage.play(story)


def test_what_a_cut_left_is_given_up_when_nobody_has_it_any_more() -> None:
    """Withdrawn meanwhile: it is told that it failed, and nothing of it stays."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.offer("newer")
        stage.register.start_update()
        assert stage.until(lambda: bool(stage.of("update", phase="downloading")), 60.0)
        stage.power(0.0)
        stage.control(stage.store, do="withdraw")
        stage.power()
        assert stage.until(lambda: bool(stage.of("update", phase="failed")), 120.0)
        assert stage.of("update", phase="failed")[-1]["cause"] == "update_failed"
        assert stage.ready()
        assert not {"update.mark", "download.part"} & set(stage.terminal.flash.names())

    stage.play(story)


def test_a_broken_link_pauses_and_resumes() -> None:
    """U-2: paused with its cause, sales stay possible when the line is back, then done."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.offer("newer")
        stage.register.start_update()
        assert stage.until(lambda: bool(stage.of("update", phase="downloading")), 60.0)
        stage.link.set_outage(on=True)
        assert stage.until(lambda: bool(stage.of("update", phase="paused")), 60.0)
        assert stage.of("report", on="display", cause="update_link_lost")
        stage.link.set_outage(on=False)
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 180.0)

    stage.play(story)


def test_a_sale_comes_before_an_update() -> None:
    """U-6: an update asked for in a sale begins when the sale is over."""
    stage = Stage()

    def ask() -> None:
        assert stage.until(lambda: bool(stage.of("card_read")), 60.0)
        assert stage.terminal.running is not None
        stage.terminal.running.upkeep.look_now()  # type: ignore[attr-defined]

    def story() -> None:
        begin(stage)
        stage.offer("newer")
        stage.clock.spawn("ask", ask)
        assert stage.sell(1000).outcome == "approved"
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 120.0)
        assert stage.when("printed") < stage.when("update", phase="offered")

    stage.play(story)


def test_the_store_out_of_reach_is_no_update_and_no_harm() -> None:
    """Nothing listens at the store: said, and business goes on."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.internet.withdraw("updates.hil.test", 80)
        stage.register.start_update()
        assert stage.until(lambda: bool(stage.of("detected", cause="update_link_lost")), 60.0)
        assert stage.sell(700).outcome == "approved"

    stage.play(story)


def test_an_update_waits_for_a_supply_that_carries_it() -> None:
    """Put off with its cause while the supply is low; taken up by itself when it is not."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.power(4.3)
        stage.clock.sleep(1.0)
        stage.offer("newer")
        stage.register.start_update()
        stage.clock.sleep(60.0)
        assert [row["cause"] for row in stage.of("update", phase="deferred")] == ["supply_low"]
        assert not stage.of("update", phase="downloading")
        stage.power()
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 60.0)

    stage.play(story)


def test_a_supply_that_falls_in_a_download_puts_the_installation_off() -> None:
    """What was fetched is kept, nobody sells meanwhile, and no page is written over."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.offer("newer")
        stage.register.start_update()
        assert stage.until(lambda: bool(stage.of("update", phase="downloading")), 60.0)
        stage.power(4.3)
        stage.clock.sleep(60.0)
        assert [row["cause"] for row in stage.of("update", phase="deferred")] == ["supply_low"]
        assert not stage.of("update", phase="installing")
        stage.power()
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 60.0)

    stage.play(story)


def test_an_update_waits_for_room() -> None:
    """Put off with its cause while the flash is nearly full; taken up when there is room."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.terminal.flash.fill("foreign", 0.97)
        stage.offer("newer")
        stage.register.start_update()
        stage.clock.sleep(60.0)
        assert [row["cause"] for row in stage.of("update", phase="deferred")] == ["storage_full"]
        assert stage.sell(700).outcome == "approved"
        stage.terminal.flash.fill("foreign", 0)
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 60.0)

    stage.play(story)


def test_an_update_waits_for_the_sale_and_says_so() -> None:
    """Busy is no trouble: it has no code, and nobody is warned."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.misbehave("delay", "0200", times=1, by=20.0)
        stage.offer("newer")
        stage.register.start_update()
        assert stage.until(lambda: bool(stage.of("update", phase="downloading")), 60.0)
        assert stage.sell(700).outcome == "approved"
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 60.0)
        assert [row["cause"] for row in stage.of("update", phase="deferred")] == ["busy"]
        assert not stage.of("detected")

    stage.play(story)


def test_what_no_terminal_of_this_kind_has_room_for_is_refused_unfetched() -> None:
    """Refused by name, and no byte of it is paid for."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.offer("too_large")
        stage.register.start_update()
        assert stage.until(lambda: bool(stage.of("update", phase="refused")), 60.0)
        assert stage.of("detected", cause="update_rejected")[0]["text"] == "too_large"
        assert not stage.of("update", phase="downloading")

    stage.play(story)


@pytest.mark.parametrize("image", ["configuration", "keys"])
def test_settings_and_keys_come_as_images_without_a_restart(image: str) -> None:
    """In force at once and after a cut; the same again is no news."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.offer(image)
        stage.register.start_update()
        assert stage.until(lambda: bool(stage.of("update", phase="done", of=image)), 60.0)
        assert len(stage.of("boot")) == 1
        stage.clock.sleep(1.0)
        stage.power(0.0)
        stage.clock.sleep(3.0)
        stage.power()
        assert stage.ready()
        said = [row["text"] for row in stage.of("line") if f"cfg: {image}" in row["text"]]
        assert len(said) == 2
        assert said[0].partition("cfg:")[2] == said[1].partition("cfg:")[2]
        stage.register.start_update()
        stage.clock.sleep(20.0)
        assert len(stage.of("update", phase="offered")) == 1

    stage.play(story)


def test_a_terminal_that_nobody_can_ask_looks_by_itself() -> None:
    """Every so often, when its line is up; a store out of reach is no trouble of anybody's."""

    class Curious(Upkeep):
        def __init__(self, firmware: Firmware) -> None:
            super().__init__(firmware)
            self._own = replace(self._own, every=300.0)

    stage = Stage(firmware=Firmware.with_parts(Upkeep=Curious))

    def story() -> None:
        begin(stage)
        stage.clock.sleep(400.0)
        stage.offer("newer")
        stage.internet.serve(*STORE, lambda port: port.close())
        stage.clock.sleep(400.0)
        assert not stage.of("detected")
        assert not stage.of("update")
        stage.internet.serve(*STORE, stage.store.outlets["http"])
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 400.0)

    stage.play(story)
