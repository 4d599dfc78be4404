"""The terminal's own keys: a sale without a register, the menu, a finger that is too quick."""

from collections.abc import Callable

from harness.tests.sim.terminal.stage import Stage


def at_keys(story: Callable[[Stage, Callable[[str], None]], None]) -> None:
    """A terminal that is ready, and a finger."""
    stage = Stage()

    def press(keys: str) -> None:
        for word in keys.split():
            for key in word if word.isdigit() else [word]:
                stage.terminal.body.press(key)
        stage.clock.sleep(0.5)

    def play() -> None:
        stage.power()
        assert stage.ready()
        story(stage, press)

    stage.play(play)


def shown(stage: Stage) -> str:
    """What stands on the display."""
    return str(stage.of("display")[-1]["text"])


def test_a_sale_by_keys_and_a_chip() -> None:
    """Amount, ok, card: approved, booked and printed as any other."""

    def story(stage: Stage, press: Callable[[str], None]) -> None:
        press("1234 ok")
        assert shown(stage).startswith("AMOUNT 12.34 INSERT")
        stage.slot.insert(stage.deck["chip"])
        assert stage.until(lambda: bool(stage.of("printed", amount=1234)), 30.0)
        stage.slot.remove()

    at_keys(story)


def test_what_is_typed_can_be_taken_back() -> None:
    """Digit by digit; and nothing is asked for an amount of nothing."""

    def story(stage: Stage, press: Callable[[str], None]) -> None:
        press("125")
        press("clear clear")
        assert shown(stage) == "AMOUNT 0.01"
        press("clear ok")
        stage.clock.sleep(1.0)
        assert stage.of("detected", cause="amount_invalid")
        assert not stage.of("request_sent", mti="0200")

    at_keys(story)


def test_cancel_leaves_and_does_not_reach_a_sale_that_is_at_the_host() -> None:
    """While a card is asked for it ends the sale; once it was read, no more."""

    def story(stage: Stage, press: Callable[[str], None]) -> None:
        press("100 ok cancel")
        stage.clock.sleep(1.0)
        assert stage.of("not_done", amount=100)
        stage.misbehave("delay", "0200", by=3.0, times=1)
        press("200 ok")
        stage.slot.insert(stage.deck["chip"])
        assert stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 30.0)
        press("cancel")
        assert stage.until(lambda: bool(stage.of("approved", amount=200)), 30.0)

    at_keys(story)


def test_what_is_begun_and_left_is_given_up() -> None:
    """After half a minute the display is the terminal's again."""

    def story(stage: Stage, press: Callable[[str], None]) -> None:
        press("55")
        stage.clock.sleep(10.0)
        assert shown(stage) == "AMOUNT 0.55"
        stage.clock.sleep(40.0)
        assert shown(stage) == "READY"

    at_keys(story)


def test_dead_keys_do_nothing() -> None:
    """And a stuck one hides all others."""

    def story(stage: Stage, press: Callable[[str], None]) -> None:
        before = len(stage.of("display"))
        for state in ("dead", "stuck"):
            stage.terminal.body.put("keys", state)
            press("1 ok")
        assert not [row for row in stage.of("display")[before:] if "AMOUNT" in row["text"]]

    at_keys(story)


def test_the_menu_settles_and_tests() -> None:
    """Reprint, settle, self-test: what a register could ask for as well."""

    def story(stage: Stage, press: Callable[[str], None]) -> None:
        press("menu 6")
        assert shown(stage) == "SELF-TEST PASSED"
        assert {row["part"] for row in stage.of("self_test", ok=True)} >= {"printer", "scanner"}
        press("menu 4")
        assert stage.until(lambda: any("0500" in row["mti"] for row in stage.of("request_sent")), 9)

    at_keys(story)
