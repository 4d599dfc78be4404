"""Stories in which keys that are pressed and codes that are shown bring out a planted bug."""

from harness.tests.sim.defects.acts import Story, begin, unbalanced
from harness.tests.sim.terminal.stage import Stage


def keyed_after_a_cancel(stage: Stage) -> bool:
    """O-1: an amount is given up, and another one keyed in."""
    begin(stage)
    press(stage, "90 cancel")
    press(stage, "10 ok")
    stage.clock.sleep(5.0)
    return " 0.10 " not in f" {stage.of('prompt', asks='insert')[-1]['text']} "


def cancelled_when_over(stage: Stage) -> bool:
    """O-1: cancel, while the first sale is at the host; then the next one."""
    begin(stage)
    stage.misbehave("delay", "0200", by=5.0, times=1)
    for round_, amount in enumerate(("1000 ok", "2000 ok")):
        press(stage, amount)
        stage.clock.sleep(2.0)
        stage.terminal.body.show("good")
        stage.clock.sleep(3.0)
        press(stage, "" if round_ else "cancel")
        stage.clock.sleep(20.0)
    return not any(entry.amount == 2000 for entry in stage.host.ledger)


def keys_in_a_sale(stage: Stage) -> bool:
    """O-1: keys are pressed while the first sale is under way."""
    begin(stage)
    press(stage, "1000 ok")
    stage.clock.sleep(2.0)
    press(stage, "2000 ok")
    stage.terminal.body.show("good")
    stage.clock.sleep(60.0)
    return len(stage.of("prompt", asks="insert")) > 1


def press(stage: Stage, keys: str) -> None:
    """Words are keys, digits a key each."""
    for word in keys.split():
        for key in word if word.isdigit() else [word]:
            stage.terminal.body.press(key)
    stage.clock.sleep(0.5)


def eager_finger(stage: Stage) -> bool:
    """O-1: OK twice, a code shown twice."""
    begin(stage)
    press(stage, "1000 ok ok")
    for _ in range(2):
        stage.terminal.body.show("good")
        stage.clock.sleep(10.0)
    return len([entry for entry in stage.host.ledger if entry.amount == 1000]) > 1


def changed_mind(stage: Stage) -> bool:
    """O-1: cancelled at the prompt for a card, and then a code is shown."""
    begin(stage)
    press(stage, "1000 ok")
    press(stage, "cancel")
    stage.terminal.body.show("good")
    stage.clock.sleep(10.0)
    return any(entry.amount == 1000 for entry in stage.host.ledger)


def wrong_password(stage: Stage) -> bool:
    """O-1: what a wrong password is good for."""
    begin(stage)
    press(stage, "menu 1 9999 ok")
    stage.clock.sleep(2.0)
    return not stage.of("detected", cause="password_wrong")


def paid_by_code(stage: Stage, code: str = "good") -> None:
    """A sale that is paid by code."""

    def show() -> None:
        assert stage.until(lambda: bool(stage.of("ecr_status", asks="insert")), 100.0)
        stage.clock.sleep(1.0)
        stage.terminal.body.show(code)

    stage.clock.spawn("phone", show)
    stage.sell(1000, None)


def code_unanswered(stage: Stage) -> bool:
    """H-2: a payment by code without an answer."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    paid_by_code(stage)
    return unbalanced(stage)


def bad_code(stage: Stage) -> bool:
    """H-2: a damaged code."""
    begin(stage)
    paid_by_code(stage, "damaged")
    return not stage.of("detected", cause="code_unreadable")


KEY: dict[str, Story] = {
    "amount_kept_after_cancel": keyed_after_a_cancel,
    "late_cancel_kept": cancelled_when_over,
    "keys_kept_for_next_sale": keys_in_a_sale,
    "double_ok_sells_twice": eager_finger,
    "cancel_ignored": changed_mind,
    "password_not_asked": wrong_password,
    "qr_paid_twice": code_unanswered,
    "bad_code_untold": bad_code,
}
