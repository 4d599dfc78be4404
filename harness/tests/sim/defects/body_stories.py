"""Stories in which the terminal's own parts, keys and software bring out a planted bug."""

from typing import Any

from harness.sim.feed import Feed
from harness.sim.terminal.board import Board
from harness.sim.terminal.cell import Cell
from harness.tests.sim.defects.acts import Story, begin, unbalanced
from harness.tests.sim.terminal.stage import Stage


def press(stage: Stage, keys: str) -> None:
    """Words are keys, digits a key each."""
    for word in keys.split():
        for key in word if word.isdigit() else [word]:
            stage.terminal.body.press(key)
    stage.clock.sleep(0.5)


def paper_out(stage: Stage) -> bool:
    """H-1: a sale without paper; paper comes; what is told, and what is printed?"""
    begin(stage)
    stage.terminal.body.put("paper", "out")
    stage.clock.sleep(2.0)
    told = stage.of("report", on="display", cause="paper_out")
    result = stage.sell(1000)
    stage.clock.sleep(5.0)
    stage.terminal.body.put("paper", "in")
    stage.clock.sleep(30.0)
    made_up = stage.of("printed", copy=True, amount=1000)
    return not (told and result.outcome == "approved" and made_up)


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


def charger_pulled(stage: Stage) -> bool:
    """P-7: the charger is pulled while a full battery is in."""
    on_its_cell(stage, "full").source.go_to(0.0)
    stage.clock.sleep(20.0)
    return len(stage.of("boot")) > 1


def on_its_cell(stage: Stage, pack: str) -> Feed:
    """Powered and ready, by a supply that a pack stands beside; the feed."""
    body, clock = stage.terminal.body, stage.clock
    body._states["battery"] = "dummy"
    feed = Feed(clock, lambda: 0.2, lambda: None)
    stage.terminal.cell = cell = Cell(clock, body, feed, lambda: 0.2)
    clock.spawn("cell", cell.run)
    feed.source.go_to(5.0)
    begin(stage)
    body.put("battery", pack)
    clock.sleep(5.0)
    return feed


def no_way(stage: Stage) -> bool:
    """F10: what lights and display say a while after the line has gone."""
    begin(stage)
    stage.link.set_outage(on=True)
    stage.clock.sleep(60.0)
    dark = stage.terminal.body.lights["fault"] != "off"
    return not dark or stage.of("display")[-1]["text"] == "READY"


def unplugged(part: str, cause: str, state: str) -> Story:
    """H-2, H-3: what its self-test finds."""

    def story(stage: Stage) -> bool:
        begin(stage)
        stage.terminal.body.put(part, state)
        stage.clock.sleep(15.0)
        return not stage.of("detected", cause=cause)

    return story


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


def summer(stage: Stage) -> bool:
    """X-3: on a heating plate."""
    begin(stage)
    stage.terminal.body.set_room(85.0)
    stage.clock.sleep(540.0)
    return not stage.of("detected", cause="too_hot")


def three_sales(stage: Stage) -> bool:
    """X-1: working memory before and after three sales."""
    begin(stage)
    running: Any = stage.terminal.running
    before = running.health.memory()
    for _ in range(3):
        stage.sell(1000)
    return bool(running.health.memory() - before > 100)


def full_flash(stage: Stage) -> bool:
    """X-4: a flash that is full but for a few pages, and five sales."""
    begin(stage)
    stage.terminal.flash.fill("debug.fill", 0.985)
    stage.clock.sleep(60.0)
    told = stage.of("detected", cause="storage_low")
    sold = [stage.sell(1000).outcome for _ in range(5)]
    return not told or sold != ["approved"] * 5


def wrong_clock(stage: Stage) -> bool:
    """G-4: the clock jumps by a day while it runs."""
    begin(stage)
    rtc = stage.terminal.rtc
    before = rtc.now()
    rtc.set(before.replace(day=before.day + 1))
    stage.clock.sleep(60.0)
    return rtc.now().day != before.day


def restarted_in_sale(stage: Stage) -> bool:
    """P-8, X-6: a restart between request and answer."""
    begin(stage)
    board: Board = stage.terminal

    def restart() -> None:
        assert stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 100.0)
        stage.clock.sleep(0.07)
        board.reset("daily")

    stage.clock.spawn("restart", restart)
    stage.sell(1000)
    return unbalanced(stage)


def hung(stage: Stage) -> bool:
    """X-6: the application stops."""
    begin(stage)
    stage.terminal.freeze()
    stage.clock.sleep(60.0)
    return len(stage.of("boot")) < 2


def stick(stage: Stage) -> bool:
    """Q-10: a USB stick is plugged in while the plan is empty."""
    begin(stage)
    stage.link.carrier.set_left(0)
    stage.clock.sleep(90.0)
    stage.terminal.body.put("usb", "stick")
    stage.clock.sleep(1.0)
    return bool(stage.of("cleared", cause="data_exhausted"))


def with_pad(stage: Stage) -> None:
    """Powered and ready, with a signature pad screwed on."""
    stage.terminal.body._states |= {"pad_cable": "plugged", "signer": "signs"}
    begin(stage)


def signed_and_settled(stage: Stage) -> bool:
    """H-4: a signature, and the end of the batch."""
    with_pad(stage)
    stage.sell(1000)
    stage.ready(60.0)
    stage.register.settle()
    return not stage.of("signature", state="uploaded")


def nobody_signs(stage: Stage) -> bool:
    """H-4: a sale that is approved, and not signed for."""
    with_pad(stage)
    stage.terminal.body.put("signer", "walks_off")
    stage.sell(1000)
    stage.ready(90.0)
    return bool(stage.of("not_done") or stage.of("shown", outcome="declined"))


BODY: dict[str, Story] = {
    "signature_lost": signed_and_settled,
    "sale_lost_without_signature": nobody_signs,
    "receipt_claimed_without_paper": paper_out,
    "paper_out_unreported": paper_out,
    "printer_fault_as_decline": paper_out,
    "double_ok_sells_twice": eager_finger,
    "cancel_ignored": changed_mind,
    "password_not_asked": wrong_password,
    "led_green_while_failed": no_way,
    "prompt_ready_while_failed": no_way,
    "scanner_fault_silent": unplugged("scanner_cable", "scanner_fault", "unplugged"),
    "parts_never_tested": unplugged("keys", "key_fault", "stuck"),
    "qr_paid_twice": code_unanswered,
    "bad_code_untold": bad_code,
    "hot_unreported": summer,
    "restarts_without_charger": charger_pulled,
    "memory_leak": three_sales,
    "log_fills_flash": full_flash,
    "clock_wrong_sells": wrong_clock,
    "restart_in_sale_loses_it": restarted_in_sale,
    "watchdog_left_off": hung,
    "stick_believed": stick,
}
