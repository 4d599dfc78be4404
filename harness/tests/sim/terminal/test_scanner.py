"""Payment by code: what is read, what is of no use, and that a code pays once."""

import pytest

from harness.tests.sim.terminal.stage import Stage


def play(story: object, stage: Stage) -> None:
    """Ready and registered, then the story."""

    def main() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        story()  # type: ignore[operator]

    stage.play(main)


def phone(stage: Stage, *codes: str) -> None:
    """Codes that are held before the scanner, one after another, once it is asked for."""
    before = len(stage.of("ecr_status", asks="insert"))

    def show() -> None:
        asked = lambda: len(stage.of("ecr_status", asks="insert")) > before  # noqa: E731
        assert stage.until(asked, 60.0)
        for code in codes:
            stage.terminal.body.show(code)
            stage.clock.sleep(6.0)

    stage.clock.spawn("phone", show)


def test_a_good_code_pays() -> None:
    """As entry ``code``, field 22 beginning with 030."""
    stage = Stage()

    def story() -> None:
        phone(stage, "good")
        assert stage.sell(1000, None).outcome == "approved"
        assert stage.of("card_read")[-1]["entry"] == "code"
        assert stage.of("code_read") == [{"fault": ""}]

    play(story, stage)


@pytest.mark.parametrize(
    ("code", "cause"),
    [("damaged", "code_unreadable"), ("glare", "code_unreadable"), ("expired", "code_expired")],
)
def test_what_is_of_no_use_is_said_and_asked_for_again(code: str, cause: str) -> None:
    """H-2: within 15 s; then a good one pays."""
    stage = Stage()

    def story() -> None:
        phone(stage, code, "good")
        assert stage.sell(1000, None).outcome == "approved"
        assert stage.of("report", on="display", cause=cause)
        assert [row["fault"] for row in stage.of("code_read")] == [cause, ""]

    play(story, stage)


def test_a_code_pays_once_however_long_it_is_held_there() -> None:
    """The next sale wants a code of its own, or a card."""
    stage = Stage(card_wait=5.0)

    def story() -> None:
        phone(stage, "good")
        stage.sell(1000, None)
        assert stage.sell(2000, None).cause == "timed_out"
        assert stage.sell(3000, "chip").outcome == "approved"

    play(story, stage)


def test_a_scanner_without_its_cable_sees_nothing() -> None:
    """And says so; with the cable it reads what is held there."""
    stage = Stage()

    def story() -> None:
        stage.terminal.body.put("scanner_cable", "unplugged")
        stage.clock.sleep(15.0)
        assert stage.of("detected", cause="scanner_fault")

        def plug() -> None:
            stage.clock.sleep(3.0)
            stage.terminal.body.show("good")
            stage.clock.sleep(3.0)
            assert not stage.of("code_read")
            stage.terminal.body.put("scanner_cable", "plugged")

        stage.clock.spawn("plug", plug)
        assert stage.sell(1000, None).outcome == "approved"
        assert stage.until(lambda: bool(stage.of("cleared", cause="scanner_fault")), 15.0)

    play(story, stage)
