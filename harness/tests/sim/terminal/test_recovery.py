"""The recovery loader: no slot holds what may run, and an image is fetched anew."""

from collections.abc import Callable

import pytest

from harness.errors import PortLost
from harness.ports.memory import pair
from harness.sim.terminal.boot import SLOT_FILES
from harness.sim.terminal.firmware import Firmware
from harness.tests.sim.terminal.stage import Stage


def spoil_slots(stage: Stage) -> None:
    """Both slots hold nothing that may run; the rest of the flash is as it was."""
    stage.power(0.0)
    stage.clock.sleep(2.0)
    for name in SLOT_FILES.values():
        stage.terminal.flash.write(name, b"HFI1 spoilt")
    stage.terminal.flash.sync()


def told(stage: Stage, phase: str) -> Callable[[], bool]:
    """Whether a phase has been told."""
    return lambda: bool(stage.of("update", phase=phase))


def begin(stage: Stage) -> None:
    """Powered, ready, and with money in its journal."""
    stage.power()
    assert stage.ready()
    stage.register.sign_on()
    assert stage.sell(1000).outcome == "approved"


@pytest.mark.parametrize("image", ["newer", "same"])
def test_it_fetches_what_may_run_and_everything_is_as_it_was(image: str) -> None:
    """Said on the console, checked, started on trial, kept; the journal was never touched."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        spoil_slots(stage)
        stage.offer(image)
        stage.power()
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 300.0)

        phases = [row["phase"] for row in stage.of("update")]
        assert phases[0] == "recovering"
        assert phases[-2:] == ["first_boot", "done"]
        assert stage.ready()
        assert stage.sell(700).outcome == "approved"
        firmware = stage.terminal.running
        assert isinstance(firmware, Firmware)
        assert [one.amount for one in firmware.storage.every_entry()] == [1000, 700]

    stage.play(story)


@pytest.mark.parametrize("image", ["older", "wrong_key", "corrupt", "wrong_model", "configuration"])
def test_it_takes_nothing_that_may_not_run(image: str) -> None:
    """It stays where it is, refuses by name, and starts nothing; what may run is taken then."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        spoil_slots(stage)
        stage.offer(image)
        stage.power()
        stage.clock.sleep(200.0)
        assert len(stage.of("boot")) == 1
        assert stage.of("update", phase="recovering")
        assert not stage.of("update", phase="done")
        stage.offer("newer")
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 200.0)

    stage.play(story)


def test_nobody_sells_by_it_and_a_lost_line_is_tried_again() -> None:
    """No register is let in; a store that is out of reach is asked for as long as it takes."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        spoil_slots(stage)
        stage.offer("newer")
        stage.link.set_outage(on=True)
        stage.power()
        stage.clock.sleep(120.0)
        _, theirs = pair(stage.clock, "register")
        with pytest.raises(PortLost, match="refused"):
            stage.terminal.outlets["zvt"](theirs)
        stage.link.set_outage(on=False)
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 300.0)

    stage.play(story)


def test_a_cut_of_it_is_taken_up_again() -> None:
    """It is what runs at the next start, too; and what it installed is on trial first."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        spoil_slots(stage)
        stage.offer("newer")
        for phase in ("downloading", "installing"):
            stage.power()
            assert stage.until(told(stage, phase), 200.0)
            stage.power(0.0)
            stage.clock.sleep(3.0)
        stage.power()
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 300.0)
        assert stage.of("update", phase="resumed")

    stage.play(story)
