"""How a cardholder presents a card."""

from typing import Any

import pytest

from harness.engine.cards import Presented, asked, player_for, presented
from harness.engine.needs import missing, refused
from harness.model.means import Means
from harness.model.scenario import Scenario
from harness.model.units import Volts


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("chip", [("insert", "chip")]),
        ("stripe", [("swipe", "stripe")]),
        ("tap", [("tap", "tap")]),
        ("swipe chip", [("swipe", "chip")]),
        ("insert stripe", [("insert", "stripe")]),
        ("mute, then swipe mute", [("insert", "mute"), ("swipe", "mute")]),
        ("", []),
    ],
)
def test_a_card_says_how_it_is_presented(text: str, rows: list[tuple[str, str]]) -> None:
    """By its own name, or with the way before it; one after another."""
    assert [(one.way, one.card) for one in presented(text)] == rows


class Player:
    """Somebody who presents cards in some way."""

    def __init__(self, *cards: str, **acts: Any) -> None:
        self._cards = cards
        for name in acts:
            setattr(self, name, None)

    def cards(self) -> tuple[str, ...]:
        return self._cards


READS = dict.fromkeys(("insert", "remove", "swipe", "cut_contact"))
RELAY, COIL = Player("chip", "stripe", **READS), Player("stripe", swipe=None, spoil=None)


def test_who_has_the_card_presents_it_and_an_emulator_swipes_better() -> None:
    """Of two who could, the first who has it; of none, nobody."""
    assert player_for([RELAY, COIL], Presented("swipe", "stripe")) is COIL
    assert player_for([RELAY, COIL], Presented("swipe", "chip")) is RELAY
    assert player_for([RELAY, COIL], Presented("insert", "gold")) is RELAY
    assert player_for([RELAY, COIL], Presented("tap", "tap")) is None


def scenario(card: str) -> Scenario:
    """A sale with this card."""
    plain = {"id": "X", "story": "s", "when": [{"sale": {"amount": "1 CNY", "card": card}}]}
    return Scenario(id="X", name="x", family="f", story="s", path="x.yaml", plain=plain)


def test_a_rig_that_cannot_present_a_card_so_is_told_before_the_run() -> None:
    """A way that nobody has, and a card that nobody has who knows the way."""
    relay: list[Any] = [RELAY]
    assert any("antenna" in why for why in missing(scenario("tap"), relay))
    assert not any("antenna" in why for why in missing(scenario("chip"), relay))
    means = Means(Volts(5), offers=frozenset({"card chip", "swipe stripe"}))
    assert refused(scenario("chip, then stripe"), means) == []
    (why,) = refused(scenario("chip, then swipe gold"), means)
    assert "gold is not within reach" in why
    assert [ways for _, ways in asked("stripe")] == [("swipe stripe", "card stripe")]
