"""The printer: what it is in want of, what it makes up for, and that no sale depends on it."""

import pytest

from harness.model.hands import PARTS
from harness.sim.terminal.printer import TROUBLES
from harness.tests.sim.terminal.stage import Stage


def ready() -> Stage:
    """A stage that is not played yet; ``begin`` powers it."""
    return Stage()


def begin(stage: Stage) -> None:
    """Powered, ready, registered."""
    stage.power()
    assert stage.ready()
    stage.register.sign_on()


@pytest.mark.parametrize("part", TROUBLES)
def test_each_want_is_said_and_taken_back(part: str) -> None:
    """H-1: on the display at once, as CC to a register that asks, and no more once it is over."""
    stage = ready()

    def story() -> None:
        begin(stage)
        body = stage.terminal.body
        usual, wrong = PARTS[part]
        body.put(part, wrong)
        stage.clock.sleep(0.1)
        assert stage.of("report", on="display", cause=TROUBLES[part])
        assert stage.register.status() == "CC"
        body.put(part, usual)
        stage.clock.sleep(0.1)
        assert stage.of("cleared", cause=TROUBLES[part])
        assert stage.register.status() == "00"

    stage.play(story)


def test_two_sales_without_paper_have_their_receipts_in_the_end() -> None:
    """Oldest first, each marked as a copy, once."""
    stage = ready()

    def story() -> None:
        begin(stage)
        stage.terminal.body.put("paper", "out")
        assert [stage.sell(amount).outcome for amount in (1000, 2000)] == ["approved"] * 2
        assert not stage.of("printed")
        stage.terminal.body.put("paper", "in")
        stage.clock.sleep(20.0)
        printed = [(row["amount"], row["copy"]) for row in stage.of("printed")]
        assert printed == [(1000, True), (2000, True)]
        stage.sell(3000)
        assert stage.of("printed")[-1] == {**stage.of("printed")[-1], "amount": 3000, "copy": False}

    stage.play(story)


def test_what_is_owed_outlives_a_cut() -> None:
    """Paper out, a cut, paper in: the receipt comes after the start."""
    stage = ready()

    def story() -> None:
        begin(stage)
        stage.terminal.body.put("paper", "out")
        stage.sell(1000)
        stage.power(0.0)
        stage.clock.sleep(2.0)
        stage.power()
        assert stage.ready()
        assert stage.of("detected", cause="paper_out")
        assert not stage.of("printed")
        stage.terminal.body.put("paper", "in")
        stage.clock.sleep(10.0)
        assert [row["copy"] for row in stage.of("printed")] == [True]

    stage.play(story)


def test_paper_that_ends_in_a_receipt_breaks_it_off() -> None:
    """What did not come out whole is not called printed."""
    stage = ready()

    def story() -> None:
        begin(stage)

        def take_paper() -> None:
            assert stage.until(lambda: bool(stage.of("printing")), 60.0)
            stage.terminal.body.put("paper", "out")

        stage.clock.spawn("paper", take_paper)
        assert stage.sell(1000).outcome == "approved"
        assert (len(stage.of("printing")), stage.of("printed")) == (1, [])

    stage.play(story)
