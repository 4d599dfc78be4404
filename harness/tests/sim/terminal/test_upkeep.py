"""Updates on the whole terminal: good ones run, bad ones do not, a cut leaves old or new."""

import pytest

from harness.sim.terminal.board import KEEPALIVE
from harness.tests.sim.terminal.stage import Stage


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
