"""What a scenario asks of a rig."""

from typing import Any

import pytest

from harness.drivers.acquirer import Driver as Host
from harness.drivers.frames import Driver as Frames
from harness.drivers.serial_relay import Driver as Reader
from harness.drivers.stripe_emulator import Driver as Stripe
from harness.drivers.zvt import Driver as Terminal
from harness.engine.needs import card_of, missing, refused
from harness.model.means import Means
from harness.model.scenario import Scenario
from harness.model.units import Volts


def scenario(*when: Any, **more: Any) -> Scenario:
    """A scenario of these steps."""
    plain = {"id": "X", "story": "s", "when": list(when), **more}
    return Scenario(id="X", name="x", family="f", story="s", path="x.yaml", plain=plain)


SALE = {"sale": {"amount": "1.00 CNY"}}
OWN = {"sale": {"amount": "1.00 CNY", "card": "none"}}
PROVEN = {"recovers": {"within": "9 s", "proven_by": "sale"}}


@pytest.mark.parametrize(
    ("plain", "lacks"),
    [
        (scenario(SALE), "step sale (but for `card: none`) needs a reader"),
        (scenario(OWN), ""),
        (scenario({"hold": "1 s"}, then=PROVEN), "proves the recovery needs a reader"),
        (scenario(OWN, then=PROVEN), ""),
        (scenario(OWN, SALE, then=PROVEN), "proves the recovery needs a reader"),
    ],
)
def test_only_a_sale_without_a_card_can_do_without_a_reader(plain: Scenario, lacks: str) -> None:
    """The sale that proves a recovery is made as the scenario's own sales are."""
    told = "; ".join(missing(plain, [Terminal, Host]))

    assert lacks in told
    assert bool(lacks) == bool(told)
    assert missing(plain, [Terminal, Host, Reader]) == []


def test_the_proof_is_made_by_chip_unless_nobody_presents_cards() -> None:
    """``none`` only where every sale is such."""
    assert card_of(scenario(OWN)) == "none"
    assert card_of(scenario(OWN, SALE)) == card_of(scenario()) == "chip"


def test_what_the_terminal_must_have_is_looked_up_in_the_rig_file() -> None:
    """A scenario for two bearers is not played on a terminal of which nobody says that it has."""
    plain = scenario(SALE, needs=["spare_bearer"])
    one, two = Means(Volts(5)), Means(Volts(5), facts=["spare_bearer"])

    (why,) = refused(plain, one)
    assert "a second SIM or Wi-Fi" in why
    assert "facts: [spare_bearer]" in why
    assert refused(plain, two) == []
    assert refused(scenario(SALE), one) == []


def test_a_story_is_none_for_a_terminal_that_does_something_else() -> None:
    """A spare bearer sells where the story wants to see a sale fail."""
    plain = scenario({"hold": "1 s"}, without=["spare_bearer"])
    assert refused(plain, Means(Volts(5))) == []
    (why,) = refused(plain, Means(Volts(5), facts=("spare_bearer", "second_host")))
    assert "without spare_bearer" in why


def test_nobody_waits_for_what_a_host_says_that_is_not_there() -> None:
    """Three minutes, and then no verdict, on a rig whose acquirer is somebody else's."""
    plain = scenario({"await": {"host": "answered", "of": "first"}})

    assert missing(plain, [Terminal]) == ["step await (host: answered) needs a host"]
    assert missing(plain, [Terminal, Host]) == []
    assert missing(scenario({"await": {"terminal": "boot"}}), [Terminal]) == []


@pytest.mark.parametrize(
    ("step", "lacks"),
    [
        ({"top_up": "1 MiB"}, "step top_up needs a carrier or a link that ends data plans"),
        ({"swap_sim": "2"}, "step swap_sim needs a sim_card"),
        ({"inject": "response_lost"}, "fault response_lost needs a register whose responses"),
        ({"inject": "app_hangs"}, "fault app_hangs needs a debug unit (hands)"),
    ],
)
def test_what_is_lacking_is_said_in_the_words_of_a_rig_file(step: Any, lacks: str) -> None:
    """Nobody must know how a role is called in the code."""
    (told,) = missing(scenario(step), [Terminal, Host])

    assert told.startswith(lacks)


def test_a_stripe_that_is_drawn_wants_somebody_who_has_it() -> None:
    """Whoever can swipe, and that card."""
    plain = scenario({"swipe": "plain_stripe"})

    assert "magnetic stripes" in "".join(missing(plain, [Terminal, Host]))
    assert missing(plain, [Stripe]) == []
    assert refused(plain, Means(Volts(5), offers=frozenset({"swipe stripe"})))
    assert refused(plain, Means(Volts(5), offers=frozenset({"swipe plain_stripe"}))) == []


def test_who_asks_by_a_number_is_looked_for_by_his_driver() -> None:
    """ZVT asks for the last transaction."""
    plain = scenario(needs=["order_numbers"])

    assert "numbers of its own" in "".join(missing(plain, [Terminal]))
    assert missing(plain, [Frames]) == []
