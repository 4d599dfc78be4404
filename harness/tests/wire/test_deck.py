"""Which cards may be on a bench."""

import pytest

from harness.errors import ForeignCard, UsageError
from harness.files import carried
from harness.tests.safety.spellings import PANS
from harness.wire.deck import Deck
from harness.wire.pan import mask_pan, numbers


@pytest.mark.parametrize("pan", [*PANS, "9999990000000022", "6222040000030012", "5555555555554444"])
def test_published_and_synthetic_cards_are_known(pan: str) -> None:
    """With three stars or as many as there are digits, and within a text."""
    deck = Deck()

    for shown in (mask_pan(pan), f"{pan[:6]}******{pan[-4:]}", f"card {mask_pan(pan)} read"):
        assert not deck.foreign(shown)
    deck.refuse()


def test_another_card_is_refused_from_then_on() -> None:
    """The first one is named; what is seen afterwards changes nothing."""
    deck = Deck()

    assert deck.foreign("411111***1111, 492900******0006")
    assert deck.foreign("540000***0000")
    assert not deck.foreign("411111***1111")

    with pytest.raises(ForeignCard, match=r"492900\*\*\*0006.*--i-have-a-test-deck 492900"):
        deck.refuse()


def test_a_deck_of_ones_own_is_known_by_its_issuer_number() -> None:
    """Of eight digits the first six count, since no more is kept."""
    deck = Deck(["49290012"])

    assert not deck.foreign("492900***0006")
    assert deck.foreign("492901***0006")


@pytest.mark.parametrize("issuer", ["", "49290", "492900123", "4929xx", "4929000000006"])
def test_what_is_no_issuer_number_is_refused(issuer: str) -> None:
    """Too short, too long, or a whole card number."""
    with pytest.raises(UsageError, match="6 to 8 digits"):
        Deck([issuer])


@pytest.mark.parametrize("innocent", ["", "***", "999999999999999", "12*34", "0000123456***12"])
def test_what_is_no_truncated_number_is_nobodys_card(innocent: str) -> None:
    """Merchant numbers, stars, what keeps other digits than the first six and last four."""
    assert not Deck().foreign(innocent)


def test_the_cards_that_are_shipped_are_on_the_list() -> None:
    """No simulated card would end a run."""
    folder = carried("fixtures")
    told = numbers((folder / "cards" / "deck.yaml").read_text("utf-8"))

    assert told
    assert not Deck().foreign(told)
