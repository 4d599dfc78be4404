"""Stories of numbers, keys, cards and signatures, one for each planted bug; true: harm was done."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from harness.drivers import acquirer
from harness.errors import PortLost
from harness.ports.memory import pair
from harness.tests.sim.defects.acts import Story, begin, outage, plain_sale
from harness.tests.sim.defects.body_stories import with_pad
from harness.tests.sim.defects.key_stories import press
from harness.tests.sim.defects.update_stories import offer, told
from harness.tests.sim.terminal.stage import Stage
from harness.wire.key_ring import KeyRing

Rows = list[dict[str, Any]]


def listening(stage: Stage) -> Callable[[str], Rows]:
    """Ask afterwards for all that the host has said of a kind."""
    ours, theirs = pair(stage.clock, "control")
    stage.host.outlets["control"](theirs)
    driver, seen = acquirer.Driver(ours), list[tuple[str, dict[str, Any]]]()

    def note(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        seen.append((kind, fields))

    driver.observe = note

    def heard(kind: str) -> Rows:
        driver.attend()
        return [fields for one, fields in seen if one == kind]

    return heard


def back(stage: Stage) -> None:
    """Ready behind a start, and the register, too."""
    assert stage.ready(200.0)
    with suppress(PortLost):  # the connection of before
        stage.register.sign_on()
    stage.register.sign_on()


def day_exported(stage: Stage) -> bool:
    """X-5: what the journal shows of a card."""
    begin(stage)
    stage.sell(1000)
    stage.ready(60.0)
    stage.console.ask_journal()
    stage.clock.sleep(3.0)
    return any(str(row["pan"])[:7].isdecimal() for row in stage.of("journal_entry"))


def sign_on_logged(stage: Stage) -> bool:
    """N-3: a key that the host has dealt out is on the console."""
    heard, ring = listening(stage), KeyRing()
    begin(stage)
    for row in heard("signed_on"):
        ring.learn(row["checks"])
    return any(ring.hide(str(row["text"]))[1] for row in stage.of("line"))


def two_cards(stage: Stage) -> bool:
    """Two customers: does a request say two things of its card?"""
    heard = listening(stage)
    begin(stage)
    stage.sell(1000, "stripe")
    stage.ready(60.0)
    stage.sell(2000, "chip")
    return any(row.get("track") not in (None, row["pan"]) for row in heard("request_received"))


def one_chip_twice(stage: Stage) -> bool:
    """Two sales with one card: does the chip say the same in both?"""
    heard = listening(stage)
    begin(stage)
    for amount in (1000, 2000):
        stage.sell(amount)
        stage.ready(60.0)
    marks = [row["cryptogram"] for row in heard("request_received") if row.get("cryptogram")]
    return len(set(marks)) < len(marks)


def sign_on_spoilt(stage: Stage) -> bool:
    """P13: with which keys is the reversal sent?"""
    heard = listening(stage)
    begin(stage)
    stage.misbehave("corrupt", "0200", times=1)
    stage.misbehave("wrong_stan", "0800", times=2)
    stage.sell(1000)
    stage.ready(120.0)
    return any(row.get("mac_ok") is False for row in heard("request_received"))


def half_a_password(stage: Stage) -> bool:
    """O-1: the first half of the right one, and another second half."""
    begin(stage)
    press(stage, "menu 1 0011 ok")
    stage.clock.sleep(2.0)
    return not stage.of("detected", cause="password_wrong")


def signed_twice_settled(stage: Stage) -> bool:
    """H-4: two batches, a signature in each."""
    with_pad(stage)
    for amount in (1000, 2000):
        stage.sell(amount)
        stage.ready(60.0)
        stage.register.settle()
        stage.ready(60.0)
    rows = [row["stan"] for row in stage.of("signature", state="uploaded")]
    return len(set(rows)) < len(rows)


def not_signed_and_settled(stage: Stage) -> bool:
    """H-4: what is the host told of a signature that nobody gave?"""
    heard = listening(stage)
    with_pad(stage)
    stage.terminal.body.put("signer", "walks_off")
    stage.sell(1000)
    stage.ready(90.0)
    stage.register.settle()
    return any(row["signed"] for row in heard("signature_received"))


def signed_then_cut(stage: Stage) -> bool:
    """H-4: a signature, a cut, and the end of the batch."""
    with_pad(stage)
    stage.sell(1000)
    stage.ready(60.0)
    outage(stage)
    back(stage)
    stage.register.settle()
    return not stage.of("signature", state="uploaded")


def settings_of_nobody(stage: Stage) -> bool:
    """U-3: settings that nobody signed."""
    begin(stage)
    offer(stage, "settings_unsigned")
    return told(stage, "done", 30.0)


def settings_then_cut(stage: Stage) -> bool:
    """U-4: settings, and a start."""
    begin(stage)
    offer(stage, "configuration")
    assert told(stage, "done")
    before = len(stage.of("line"))
    outage(stage)
    stage.ready(200.0)
    return not any("heartbeat=120" in str(row["text"]) for row in stage.of("line")[before:])


def refused_and_left(stage: Stage) -> bool:
    """U-3: a stranger's image stays on offer."""
    begin(stage)
    offer(stage, "wrong_key")
    assert told(stage, "refused")
    stage.clock.sleep(700.0)
    return len(stage.of("update", phase="refused")) > 1


def sold_after_update(stage: Stage) -> bool:
    """U-4: a receipt before an update and one behind it."""
    begin(stage)
    first = stage.sell(1000)
    offer(stage, "newer")
    assert told(stage, "done")
    back(stage)
    return stage.sell(2000).receipt == first.receipt


SECRETS: dict[str, Story] = {
    "pan_over_two_lines": plain_sale,
    "eight_digits_shown": day_exported,
    "key_in_log": sign_on_logged,
    "key_in_log_as_array": sign_on_logged,
    "track_of_first_card": two_cards,
    "cryptogram_sent_again": one_chip_twice,
    "old_keys_after_bad_sign_on": sign_on_spoilt,
    "password_by_its_beginning": half_a_password,
    "signature_uploaded_again": signed_twice_settled,
    "signature_called_signed": not_signed_and_settled,
    "signature_lost_by_cut": signed_then_cut,
    "update_settings_unsigned": settings_of_nobody,
    "settings_lost_by_restart": settings_then_cut,
    "update_refused_fetched_again": refused_and_left,
    "update_forgets_receipts": sold_after_update,
    "pan_in_log": plain_sale,
}
