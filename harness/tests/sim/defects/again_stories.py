"""Stories in which something comes a second time, or something else at the same time."""

from harness.tests.sim.defects.acts import Story, begin, outage, unbalanced
from harness.tests.sim.defects.body_stories import on_its_cell, press, with_pad
from harness.tests.sim.defects.reader_stories import present
from harness.tests.sim.defects.second_update_stories import UPDATED_AGAIN
from harness.tests.sim.terminal.counter import begin as at_counter
from harness.tests.sim.terminal.stage import Stage

BOTH_WRONG = (("paper", "out"), ("cover", "open"), ("paper", "in"))


def stripe_after_a_dead_chip(stage: Stage) -> bool:
    """K-3: a dead chip's stripe will do; the next customer swipes a good one."""
    begin(stage)
    stage.slot.cut("io", cut=True)

    def hold() -> None:
        stage.clock.sleep(1.0)
        stage.slot.insert(stage.deck["chip"])
        stage.clock.sleep(12.0)
        stage.slot.swipe(stage.deck["chip"])

    stage.clock.spawn("cardholder", hold)
    assert stage.sell(1000, None).outcome == "approved"
    stage.slot.cut("io", cut=False)
    return present(stage, stage.slot.swipe, "second") == "approved"


def pulled_by_all(stage: Stage) -> bool:
    """K-1: four customers pull their cards."""
    begin(stage)
    for round_ in range(4):
        before = len(stage.of("request_sent", mti="0200"))

        def pull(before: int = before) -> None:
            assert stage.until(lambda: len(stage.of("request_sent", mti="0200")) > before, 100.0)
            stage.slot.remove()

        stage.clock.spawn("pull", pull)
        stage.sell(1000 + round_)
        stage.ready(60.0)
    return bool(stage.of("detected", cause="maintenance_due"))


def left_in_twice(stage: Stage) -> bool:
    """K-5: a card is forgotten, and another one."""
    begin(stage)
    for card in ("chip", "second"):
        stage.slot.insert(stage.deck[card])
        stage.clock.sleep(10.0)
        stage.slot.remove()
        stage.clock.sleep(5.0)
    return len(stage.of("detected", cause="card_stays")) < 2


def good_chip(card: str) -> Story:
    """K-4: a good chip of another kind."""

    def story(stage: Stage) -> bool:
        begin(stage)
        return present(stage, stage.slot.insert, card) != "approved"

    return story


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


def high_twice(stage: Stage) -> bool:
    """P-2: the supply is too high, and once more."""
    begin(stage)
    for _ in range(2):
        outage(stage, 6.0)
        stage.clock.sleep(5.0)
    return len(stage.of("detected", cause="supply_high")) < 2


def weak_twice(stage: Stage) -> bool:
    """S-4: the signal is weak, and once more."""
    begin(stage)
    for _ in range(2):
        stage.radio.attenuate(35.0)
        stage.clock.sleep(20.0)
        stage.radio.attenuate(0.0)
        stage.clock.sleep(20.0)
    return len(stage.of("detected", cause="weak_signal")) < 2


def lost_twice(stage: Stage) -> bool:
    """S-4: the signal is lost, and once more."""
    begin(stage)
    for damping in (80.0, 0.0, 80.0):
        stage.radio.attenuate(damping)
        stage.clock.sleep(60.0)
    return len(stage.of("detected", cause="no_signal")) < 2


def cut_as_a_try_is_noted(stage: Stage) -> bool:
    """P-6: the tries of a reversal are noted; a cut at one of the pages that this takes."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("ignore", "0400", times=2)
    stage.sell(1000)
    assert stage.until(lambda: bool(stage.of("reversal_sent")), 60.0)
    pages: list[float] = []

    def programmed() -> None:
        pages.append(stage.clock.now())
        if len(pages) == 7 + stage.seed % 2:  # deleted, or written
            gone = stage.clock.now() + 0.002 * stage.seed
            stage.clock.call_at(gone, lambda: stage.power(0.0))
            stage.clock.call_at(gone + 2.0, stage.power)

    stage.terminal.flash.programs = programmed
    stage.clock.sleep(60.0)
    return unbalanced(stage)


def battery_twice(stage: Stage) -> bool:
    """P-5: a low battery loses its charger, and once more."""
    feed = on_its_cell(stage, "weak")
    for _ in range(2):
        feed.source.go_to(0.0)
        stage.clock.sleep(10.0)
        feed.source.go_to(5.0)
        stage.clock.sleep(10.0)
    return len(stage.of("detected", cause="battery_low")) < 2


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


def abort_at_rest(stage: Stage) -> bool:
    """O-1: an abort while nothing is under way, then a sale."""
    begin(stage)
    stage.register.abort()
    stage.clock.sleep(5.0)
    return stage.sell(1000).outcome != "approved"


def in_trouble_twice(stage: Stage) -> bool:
    """N-3: the host answers 91 to two sales."""
    begin(stage)
    stage.misbehave("answer", "0200", times=2, code="91")
    stage.sell(1000)
    stage.sell(2000)
    return bool(stage.of("declined"))


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


def sale_at_the_hour(stage: Stage) -> bool:
    """P-8: the hour of the daily restart strikes while the host thinks."""
    begin(stage)
    assert stage.until(lambda: bool(stage.of("restart_due")), 3600.0)
    stage.clock.sleep(172.0)
    stage.misbehave("delay", "0200", by=15.0, times=1)
    stage.sell(1000)
    stage.clock.sleep(90.0)
    return len(stage.of("boot")) < 2


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


AGAIN: dict[str, Story] = {
    **UPDATED_AGAIN,
    "second_outage_unseen": lost_twice,
    "reversal_noted_anew": cut_as_a_try_is_noted,
    "given_up_chip_remembered": stripe_after_a_dead_chip,
    "wear_counts_pulled_cards": pulled_by_all,
    "card_left_told_once": left_in_twice,
    "inverse_convention_refused": good_chip("inverse"),
    "block_protocol_refused": good_chip("block"),
    "part_fault_told_once": no_paper_twice,
    "new_fault_ends_old": cover_behind_paper,
    "printer_mended_by_halves": paper_and_cover,
    "fault_light_off_by_halves": light_of_paper_and_cover,
    "high_supply_told_once": high_twice,
    "weak_signal_told_once": weak_twice,
    "battery_told_once": battery_twice,
    "amount_kept_after_cancel": keyed_after_a_cancel,
    "late_cancel_kept": cancelled_when_over,
    "keys_kept_for_next_sale": keys_in_a_sale,
    "idle_abort_kept": abort_at_rest,
    "second_refusal_is_decline": in_trouble_twice,
    "owed_forgotten_by_second_jam": copy_jams,
    "receipt_of_void_forgotten": void_without_paper,
    "daily_restart_left_out": sale_at_the_hour,
    "phone_back_unnoticed": phone_is_back,
    "signature_told_handed_in": signed_by_the_next,
}
