"""The signature pad: signed, not signed, pulled out, kept over a cut, handed in."""

from collections.abc import Callable
from contextlib import suppress

from harness.errors import PortLost
from harness.tests.sim.terminal.stage import Stage


def with_pad(story: Callable[[Stage], None]) -> None:
    """A terminal with a pad, ready and registered."""
    stage = Stage()
    stage.terminal.body._states |= {"pad_cable": "plugged", "signer": "signs"}

    def main() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        story(stage)

    stage.play(main)


def states(stage: Stage) -> list[str]:
    """What was said of signatures."""
    return [str(row["state"]) for row in stage.of("signature")]


def test_a_signature_is_taken_and_handed_in_with_the_batch() -> None:
    """Asked for after the approval, uploaded before the settlement."""

    def story(stage: Stage) -> None:
        assert stage.sell(1000).outcome == "approved"
        assert stage.register.settle().outcome == "approved"
        assert states(stage) == ["asked", "taken", "uploaded"]

    with_pad(story)


def test_nobody_signs() -> None:
    """H-4: after 60 s it is pending, said, and the sale stands; a cut does not lose it."""

    def story(stage: Stage) -> None:
        stage.terminal.body.put("signer", "walks_off")
        assert stage.sell(1000).outcome == "approved"
        assert stage.until(lambda: "pending" in states(stage), 70.0)
        assert stage.ready(10.0)
        stage.power(0.0)
        stage.clock.sleep(2.0)
        stage.power()
        assert stage.ready()
        assert len(stage.of("detected", cause="signature_pending")) == 2
        with suppress(PortLost):  # the connection of before the cut
            stage.register.sign_on()
        stage.register.sign_on()
        assert stage.register.settle().outcome == "approved"
        assert stage.of("cleared", cause="signature_pending")

    with_pad(story)


def test_the_pad_is_pulled_out_while_somebody_signs() -> None:
    """It waits for the pad to come back, and takes the signature then."""

    def story(stage: Stage) -> None:
        def pull() -> None:
            assert stage.until(lambda: "asked" in states(stage), 60.0)
            stage.clock.sleep(1.0)
            stage.terminal.body.put("signer", "walks_off")
            stage.clock.sleep(5.0)
            stage.terminal.body.put("signer", "signs")

        stage.clock.spawn("cardholder's hand", pull)
        stage.sell(1000)
        assert stage.until(lambda: "pending" in states(stage) or "taken" in states(stage), 70.0)

    with_pad(story)


def test_an_upload_that_fails_is_tried_with_the_next_settlement() -> None:
    """What the host did not answer is kept."""

    def story(stage: Stage) -> None:
        stage.sell(1000)
        stage.misbehave("ignore", "0820", times=1)
        stage.register.settle()
        assert "uploaded" not in states(stage)
        assert stage.ready(120.0)
        stage.sell(2000)
        stage.ready(60.0)
        stage.register.settle()
        assert states(stage).count("uploaded") == 2

    with_pad(story)
