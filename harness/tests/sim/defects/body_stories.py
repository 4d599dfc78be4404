"""Stories in which the terminal's own parts and software bring out a planted bug."""

from typing import Any

from harness.tests.sim.defects.acts import Story, begin
from harness.tests.sim.terminal.counter import begin as at_counter
from harness.tests.sim.terminal.stage import Stage

BOTH_WRONG = (("paper", "out"), ("cover", "open"), ("paper", "in"))


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


def no_paper_twice(stage: Stage) -> bool:
    """H-1: the paper is out, is put in, and is out again."""
    put(stage, ("paper", "out"), ("paper", "in"), ("paper", "out"))
    return len(stage.of("detected", cause="paper_out")) < 2


def paper_and_cover(stage: Stage) -> bool:
    """H-1: the paper is out and the cover open; only the paper is put right."""
    put(stage, *BOTH_WRONG)
    return bool(stage.of("cleared", cause="cover_open"))


def cover_behind_paper(stage: Stage) -> bool:
    """H-1: the cover is opened while the paper is out."""
    put(stage, ("paper", "out"), ("cover", "open"))
    return bool(stage.of("cleared", cause="paper_out"))


def light_of_paper_and_cover(stage: Stage) -> bool:
    """H-3: what the fault light says when one of two things is put right."""
    put(stage, *BOTH_WRONG)
    return stage.terminal.body.lights["fault"] == "off"


def put(stage: Stage, *states: tuple[str, str]) -> None:
    """Parts are brought into these states, one after the other."""
    begin(stage)
    for part, state in states:
        stage.terminal.body.put(part, state)
        stage.clock.sleep(5.0)


def copy_jams(stage: Stage) -> bool:
    """H-1: the paper jams in a receipt, and in the copy that makes up for it."""
    begin(stage)
    body = stage.terminal.body

    def jam() -> None:
        for copy in (False, True):
            assert stage.until(lambda copy=copy: bool(stage.of("printing", copy=copy)), 100.0)  # type: ignore[misc]
            body.put("paper_path", "jammed")
            stage.clock.sleep(5.0)
            body.put("paper_path", "free")

    stage.clock.spawn("paper", jam)
    stage.sell(1000)
    stage.clock.sleep(60.0)
    return not stage.of("printed", amount=1000)


def void_without_paper(stage: Stage) -> bool:
    """H-1: the paper is out while a sale is taken back."""
    counter = at_counter(stage)
    sold = counter.make("sale", 1000)
    before = len(stage.of("printed"))
    stage.terminal.body.put("paper", "out")
    counter.make("void", of=sold)
    stage.terminal.body.put("paper", "in")
    stage.clock.sleep(30.0)
    return len(stage.of("printed")) == before


def phone_is_back(stage: Stage) -> bool:
    """H-4: the phone is carried away, and brought back."""
    stage.terminal.body._states["companion"] = "near"
    begin(stage)
    for state in ("away", "near"):
        stage.terminal.body.put("companion", state)
        stage.clock.sleep(30.0)
    return not stage.of("cleared", cause="companion_lost")


def signed_by_the_next(stage: Stage) -> bool:
    """H-4: one cardholder walks off, the next one signs."""
    with_pad(stage)
    stage.terminal.body.put("signer", "walks_off")
    stage.sell(1000)
    stage.terminal.body.put("signer", "signs")
    stage.sell(2000)
    stage.clock.sleep(30.0)
    return bool(stage.of("cleared", cause="signature_pending"))


def no_paper(stage: Stage) -> bool:
    """H-1: the paper is out, and stays out."""
    begin(stage)
    stage.terminal.body.put("paper", "out")
    stage.clock.sleep(30.0)
    return bool(stage.of("cleared", cause="paper_out"))


def no_scanner(stage: Stage) -> bool:
    """H-2: the scanner is unplugged, and stays so."""
    begin(stage)
    stage.terminal.body.put("scanner_cable", "unplugged")
    stage.clock.sleep(40.0)
    return bool(stage.of("cleared", cause="scanner_fault"))


def tested(stage: Stage) -> bool:
    """H-3: the register has the terminal tested while its lights are dead."""
    begin(stage)
    stage.terminal.body.put("lights", "dead")
    return stage.register.self_test().cause != "light_fault"


BODY: dict[str, Story] = {
    "part_fault_told_once": no_paper_twice,
    "new_fault_ends_old": cover_behind_paper,
    "printer_mended_by_halves": paper_and_cover,
    "fault_light_off_by_halves": light_of_paper_and_cover,
    "owed_forgotten_by_second_jam": copy_jams,
    "receipt_of_void_forgotten": void_without_paper,
    "phone_back_unnoticed": phone_is_back,
    "signature_told_handed_in": signed_by_the_next,
    "signature_lost": signed_and_settled,
    "sale_lost_without_signature": nobody_signs,
    "receipt_claimed_without_paper": paper_out,
    "paper_out_unreported": paper_out,
    "printer_fault_as_decline": paper_out,
    "led_green_while_failed": no_way,
    "prompt_ready_while_failed": no_way,
    "scanner_fault_silent": unplugged("scanner_cable", "scanner_fault", "unplugged"),
    "parts_never_tested": unplugged("keys", "key_fault", "stuck"),
    "hot_unreported": summer,
    "memory_leak": three_sales,
    "log_fills_flash": full_flash,
    "clock_wrong_sells": wrong_clock,
    "watchdog_left_off": hung,
    "stick_believed": stick,
    "paper_out_forgotten": no_paper,
    "part_fault_forgotten": no_scanner,
    "self_test_finds_nothing": tested,
}
