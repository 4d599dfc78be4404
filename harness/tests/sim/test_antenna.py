"""The field of a contactless reader, and cards in it."""

import random
from collections.abc import Callable
from typing import TypeVar

import pytest

from harness.clock import CooperativeClock
from harness.sim.antenna import ANSWERS, FRAME_WAIT, WORKS, Antenna
from harness.sim.card import PPSE, Card, read_deck
from harness.wire import emv, tlv

T = TypeVar("T")
AID = bytes.fromhex("F000000001")
OPTIONS = emv.get_options(bytes(4 + 6 + 4 + 2))


def in_field(act: Callable[[Antenna, dict[str, Card], CooperativeClock], T]) -> T:
    """Run a reader's firmware on an empty field."""
    clock = CooperativeClock()
    antenna = Antenna(clock, clock.signal("the field"))
    return clock.run(lambda: act(antenna, read_deck(random.Random(1)), clock))


def test_a_card_pays_in_one_go() -> None:
    """PPSE, SELECT, and the cryptogram with the processing options, within half a second."""

    def run(antenna: Antenna, deck: dict[str, Card], clock: CooperativeClock) -> None:
        antenna.bring(deck["tap"], 1.0)
        assert antenna.poll() == 1
        listed = antenna.exchange(emv.select(PPSE)) or b""
        assert tlv.find(listed[:-2], 0x4F) == bytes.fromhex("F00000000101")
        selected = antenna.exchange(emv.select(AID)) or b""
        assert tlv.find(selected[:-2], 0x9F38) is not None
        said = antenna.exchange(OPTIONS) or b""
        assert tlv.find(said[:-2], 0x9F26) is not None
        assert (tlv.find(said[:-2], 0x57) or b"").hex().startswith("9999990000000014d4912")
        assert clock.now() < 0.5

    in_field(run)


def test_only_cards_with_an_antenna_that_are_near_enough_answer() -> None:
    """A plain chip is not seen, nor a card that is held too far away."""

    def run(antenna: Antenna, deck: dict[str, Card], clock: CooperativeClock) -> None:
        antenna.bring(deck["chip"], 1.0)
        antenna.bring(deck["tap"], ANSWERS - 0.01)
        assert antenna.poll() == 0
        assert antenna.exchange(emv.select(AID)) is None

    in_field(run)


def test_of_two_cards_none_is_selected() -> None:
    """Both answer the poll; neither hears a command; the one that stays is selected next."""

    def run(antenna: Antenna, deck: dict[str, Card], clock: CooperativeClock) -> None:
        antenna.bring(deck["tap"], 1.0)
        antenna.bring(deck["other_tap"], 0.8)
        assert antenna.poll() == 2
        assert antenna.exchange(emv.select(AID)) is None
        antenna.take("tap")
        assert antenna.poll() == 1
        assert antenna.exchange(emv.select(AID)) is not None

    in_field(run)


def test_a_weak_field_carries_an_answer_and_no_cryptogram() -> None:
    """Between the two couplings SELECT succeeds; what draws more resets the card."""

    def run(antenna: Antenna, deck: dict[str, Card], clock: CooperativeClock) -> None:
        antenna.bring(deck["tap"], (ANSWERS + WORKS) / 2)
        assert antenna.poll() == 1
        assert antenna.exchange(emv.select(AID)) is not None
        assert antenna.exchange(OPTIONS) is None
        assert antenna.exchange(emv.select(AID)) is None, "it has to be polled anew"

    in_field(run)


def test_a_card_that_leaves_in_the_middle_is_noticed() -> None:
    """The exchange ends without an answer, after the frame's waiting time at the latest."""

    def run(antenna: Antenna, deck: dict[str, Card], clock: CooperativeClock) -> None:
        antenna.bring(deck["tap"], 1.0)
        antenna.poll()
        antenna.exchange(emv.select(AID))
        began = clock.now()
        clock.call_at(began + 0.05, lambda: antenna.take("tap"))
        assert antenna.exchange(OPTIONS) is None
        assert clock.now() - began == pytest.approx(0.05 + FRAME_WAIT)

    in_field(run)


def test_values_of_the_wrong_length_and_no_selection_are_refused() -> None:
    """The card wants what its list names, after it was selected; and a coupling is 0 to 1."""

    def run(antenna: Antenna, deck: dict[str, Card], clock: CooperativeClock) -> None:
        antenna.bring(deck["tap"], 1.0)
        antenna.poll()
        assert antenna.exchange(OPTIONS) == b"\x69\x85"
        antenna.exchange(emv.select(AID))
        assert antenna.exchange(emv.get_options()) == b"\x69\x85"
        antenna.switch_off()
        assert antenna.exchange(emv.select(AID)) is None
        with pytest.raises(ValueError, match="coupling"):
            antenna.bring(deck["tap"], 1.1)

    in_field(run)
