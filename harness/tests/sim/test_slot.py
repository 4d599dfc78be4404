"""The slot and the cards, as a reader's firmware meets them."""

import random
from collections.abc import Callable
from typing import TypeVar

import pytest

from harness.clock import CooperativeClock
from harness.errors import Garbled
from harness.sim.card import CDOL1, CDOL2, Card, read_deck
from harness.sim.slot import ATR_WAIT, WORK_WAIT, Slot
from harness.wire import emv, magstripe, tlv

T = TypeVar("T")
AID = bytes.fromhex("F000000001")


def deck() -> dict[str, Card]:
    """The deck with its own random numbers."""
    return read_deck(random.Random("deck"))


def on_slot(act: Callable[[Slot, CooperativeClock], T]) -> T:
    """Run a reader's firmware on an empty slot."""
    clock = CooperativeClock()
    slot = Slot(clock)
    return clock.run(lambda: act(slot, clock))


def sell(slot: Slot, arc: bytes = b"00") -> list[int]:
    """A sale as an EMV terminal does it; the cryptogram kinds of both GENERATE ACs."""

    def ask(command: bytes) -> bytes:
        answer = slot.exchange(command)
        assert answer is not None
        assert answer[-2:] == b"\x90\x00", answer.hex()
        return answer[:-2]

    ask(emv.select(AID))
    (options,) = tlv.parse(ask(emv.get_options()))
    for file, record in emv.read_afl(options.value[2:]):
        assert tlv.find(ask(emv.read_record(file, record)), 0x5A) is not None
    first = tlv.parse(ask(emv.generate_ac(emv.ARQC, emv.fill_dol(CDOL1, {}))))
    second = tlv.parse(ask(emv.generate_ac(emv.TC, emv.fill_dol(CDOL2, {0x8A: arc}))))
    return [first[0].value[0], second[0].value[0]]


def test_a_chip_sells() -> None:
    """Reset, select, options, records, and two cryptograms."""

    def run(slot: Slot, clock: CooperativeClock) -> list[int]:
        slot.insert(deck()["chip"])
        atr = slot.reset()
        assert atr is not None
        assert emv.parse_atr(atr).historical == b"HIL-TEST"
        kinds = sell(slot)
        assert 0.3 < clock.now() < 2.0, "the bits take their time"
        return kinds

    assert on_slot(run) == [emv.ARQC, emv.TC]


def test_a_chip_declines_what_the_host_declined() -> None:
    """TC is asked for with another authorisation response than an approval."""

    def run(slot: Slot, _: CooperativeClock) -> list[int]:
        slot.insert(deck()["chip"])
        slot.reset()
        return sell(slot, b"51")

    assert on_slot(run) == [emv.ARQC, emv.AAC]


def test_a_chip_counts_its_transactions_across_resets() -> None:
    """The counter survives, the state does not."""

    def run(slot: Slot, _: CooperativeClock) -> None:
        slot.insert(deck()["chip"])
        for _sale in range(2):
            slot.reset()
            sell(slot)
        slot.reset()
        assert slot.exchange(emv.get_options()) == b"\x69\x85"
        slot.exchange(emv.select(AID))
        counter = slot.exchange(emv.Command(emv.GET_DATA, 0x9F, 0x36).to_bytes())
        assert counter == bytes.fromhex("9F36 02 0002 9000")

    on_slot(run)


@pytest.mark.parametrize(
    ("apdu", "status"),
    [
        (emv.select(b"1PAY.SYS.DDF01"), "6a82"),
        (emv.select(b"\xf0"), "6a82"),
        (emv.generate_ac(emv.ARQC, b""), "6985"),
        (emv.read_record(1, 1), "6985"),
        (bytes.fromhex("0084000008"), "6d00"),
        (bytes.fromhex("B0A4040000"), "6e00"),
        (bytes.fromhex("00A40400"), "6a82"),
        (b"\x00", "6700"),
        (bytes.fromhex("80CA9F1700"), "6a88"),
    ],
)
def test_a_chip_refuses_in_the_standards_words(apdu: bytes, status: str) -> None:
    """What it cannot do now, or at all, has its own status word."""

    def run(slot: Slot, _: CooperativeClock) -> bytes | None:
        slot.insert(deck()["chip"])
        slot.reset()
        return slot.exchange(apdu)

    answer = on_slot(run)
    assert answer is not None
    assert answer.hex() == status


def test_values_of_the_wrong_length_are_refused() -> None:
    """GENERATE AC wants exactly what its list names."""

    def run(slot: Slot, _: CooperativeClock) -> None:
        slot.insert(deck()["silent"])
        slot.insert(deck()["chip"])
        slot.reset()
        for command in (emv.select(AID), emv.get_options()):
            slot.exchange(command)
        assert slot.exchange(emv.generate_ac(emv.ARQC, b"\x00")) == b"\x67\x00"
        slot.power_off()
        assert slot.exchange(emv.get_options()) is None

    on_slot(run)


def test_a_mute_card_says_nothing_and_the_reader_waits_as_long_as_emv_says() -> None:
    """No ATR within 42 000 clocks, no answer within the work waiting time."""

    def run(slot: Slot, clock: CooperativeClock) -> None:
        slot.insert(deck()["mute"])
        assert slot.present
        assert slot.reset() is None
        assert clock.now() == pytest.approx(ATR_WAIT)
        slot.remove()
        slot.insert(deck()["silent"])
        assert slot.reset() is not None
        asked = clock.now()
        assert slot.exchange(emv.select(AID)) is None
        assert clock.now() - asked == pytest.approx(WORK_WAIT, abs=0.05)

    on_slot(run)


@pytest.mark.parametrize("card", ["bad_atr", "bad_ts"])
def test_a_bad_atr_comes_and_is_no_atr(card: str) -> None:
    """Bytes come in time, and the standard's checks refuse them."""

    def run(slot: Slot, _: CooperativeClock) -> bytes | None:
        slot.insert(deck()[card])
        return slot.reset()

    atr = on_slot(run)
    assert atr is not None
    with pytest.raises(Garbled):
        emv.parse_atr(atr)


def test_a_card_pulled_in_the_middle_is_noticed_at_once() -> None:
    """The exchange ends when the card goes, not when the waiting time is over."""

    def run(slot: Slot, clock: CooperativeClock) -> None:
        slot.insert(deck()["chip"])
        slot.reset()
        clock.call_at(clock.now() + 0.02, slot.remove)
        started = clock.now()
        assert slot.exchange(emv.select(AID)) is None
        assert clock.now() - started == pytest.approx(0.02)
        assert not slot.present
        assert slot.reset() is None

    on_slot(run)


@pytest.mark.parametrize("contact", ["vcc", "clk", "rst", "io"])
def test_a_cut_contact_makes_a_good_card_mute(contact: str) -> None:
    """Without one of its contacts there is no ATR, though the card is there."""

    def run(slot: Slot, _: CooperativeClock) -> None:
        slot.insert(deck()["chip"])
        slot.cut(contact, cut=True)
        assert slot.present
        assert slot.reset() is None
        slot.cut(contact, cut=False)
        assert slot.reset() is not None

    on_slot(run)


def test_a_chip_that_lost_power_for_a_moment_needs_a_reset() -> None:
    """Closing the contact again does not bring the session back; a cut reset line harms none."""

    def run(slot: Slot, _: CooperativeClock) -> None:
        slot.insert(deck()["chip"])
        slot.reset()
        slot.cut("rst", cut=True)
        assert slot.exchange(emv.select(AID)) is not None
        slot.cut("vcc", cut=True)
        slot.cut("vcc", cut=False)
        assert slot.exchange(emv.select(AID)) is None

    on_slot(run)


def test_an_answer_in_flight_is_lost_with_its_line() -> None:
    """I/O is cut while the card answers, and closed again before the end."""

    def run(slot: Slot, clock: CooperativeClock) -> bytes | None:
        slot.insert(deck()["chip"])
        slot.reset()
        clock.call_at(clock.now() + 0.05, lambda: slot.cut("io", cut=True))
        clock.call_at(clock.now() + 0.06, lambda: slot.cut("io", cut=False))
        return slot.exchange(emv.select(AID))

    assert on_slot(run) is None


def test_a_card_the_wrong_way_round_is_there_and_silent() -> None:
    """The card-detect switch sees it, the contacts do not."""

    def run(slot: Slot, _: CooperativeClock) -> None:
        slot.insert(deck()["chip"], backwards=True)
        assert slot.present
        assert slot.reset() is None

    on_slot(run)


def test_a_swipe_gives_bits_and_wakes_the_firmware() -> None:
    """The firmware waits for a change, takes the bits and reads track 2 from either direction."""

    def run(slot: Slot, clock: CooperativeClock) -> None:
        card = deck()["stripe"]
        clock.call_at(1.0, lambda: slot.swipe(card, backwards=True))
        assert slot.changed.wait_for(lambda: slot.swiped, until=5.0)
        assert clock.now() == 1.0
        assert magstripe.decode(slot.take_swipe() or "").text == "9999990000000022=4912101"
        assert slot.take_swipe() is None

    on_slot(run)


def test_a_card_without_a_stripe_is_read_as_blank() -> None:
    """Zeros come, as a head over plain plastic gives them."""

    def run(slot: Slot, _: CooperativeClock) -> str | None:
        slot.swipe(Card("plain"))
        return slot.take_swipe()

    assert magstripe.decode(on_slot(run) or "").fault == "blank"


@pytest.mark.parametrize(("card", "right"), [("noisy", True), ("wrong_parity", False)])
def test_a_byte_is_repeated_until_its_parity_is_right(card: str, right: bool) -> None:
    """Three times at most (7816-3, 7.3); each costs its time, and what stays wrong is said."""

    def run(slot: Slot, clock: CooperativeClock) -> tuple[bytes | None, float]:
        slot.insert(deck()["chip"])
        good = slot.reset()
        took = clock.now()
        slot.insert(deck()[card])
        heard = slot.reset()
        assert slot.parity_wrong is not right
        assert (heard == good) is right
        return heard, clock.now() - 2 * took

    heard, longer = on_slot(run)
    assert heard is not None
    assert longer > 0.004


def test_an_atr_may_ask_for_another_waiting_time() -> None:
    """The firmware sets it for the session; the next reset takes it back."""

    def run(slot: Slot, clock: CooperativeClock) -> None:
        slot.insert(deck()["silent"])
        slot.reset()
        slot.work_wait = 0.25
        asked = clock.now()
        assert slot.exchange(emv.select(AID)) is None
        assert clock.now() - asked == pytest.approx(0.25, abs=0.05)
        slot.reset()
        assert slot.work_wait == WORK_WAIT

    on_slot(run)


def test_without_its_switch_no_card_is_seen() -> None:
    """The contacts may touch all the same; a card in use seems to have gone."""

    def run(slot: Slot, clock: CooperativeClock) -> None:
        slot.insert(deck()["chip"])
        slot.cut("detect", cut=True)
        assert not slot.present
        slot.cut("detect", cut=False)
        assert slot.present
        assert slot.reset() is not None

    on_slot(run)


def test_a_reader_without_its_cable_sees_nothing_and_forgets() -> None:
    """No card, no swipe; plugged again, the chip has lost its session."""

    def run(slot: Slot, clock: CooperativeClock) -> None:
        slot.insert(deck()["chip"])
        slot.reset()
        slot.connect(plugged=False)
        assert not slot.present
        assert slot.exchange(emv.select(AID)) is None
        slot.swipe(deck()["stripe"])
        assert slot.take_swipe() is None
        slot.connect(plugged=True)
        assert slot.present
        assert slot.exchange(emv.select(AID)) is None
        assert slot.reset() is not None

    on_slot(run)


def test_there_are_five_contacts() -> None:
    """Another name is a programming error."""

    def run(slot: Slot, _: CooperativeClock) -> None:
        slot.cut("gnd", cut=True)

    with pytest.raises(ValueError, match="gnd"):
        on_slot(run)
