"""The SIM cards of a terminal and the slots they are in."""

import pytest

from harness.links.carrier import Carrier
from harness.sim.sim_tray import SimTray, read_sim, usual_tray


def test_a_terminal_has_a_card_and_a_spare_of_another_operator() -> None:
    """Two slots; neither the accounts nor the networks are the same."""
    account = Carrier()
    tray = usual_tray(account)
    first, spare = tray.slots["1"], tray.slots["2"]

    assert first is not None
    assert spare is not None
    assert first.account is account
    assert spare.account is not account
    assert first.network.plmn != spare.network.plmn
    assert first.network.apn != spare.network.apn
    assert not spare.network.roaming


def test_who_listens_is_told_of_a_change_and_only_of_a_change() -> None:
    """Putting in what is in there already is nothing new; an unknown slot is refused."""
    told: list[str] = []
    tray = usual_tray(Carrier())
    tray.changed.append(told.append)
    card = tray.slots["1"]

    tray.put("1", card)
    tray.put("1", None)
    tray.put("1", card)
    with pytest.raises(KeyError):
        tray.put("3", None)

    assert told == ["1", "1"]


def test_what_a_carrier_writes_waits_on_the_card() -> None:
    """The account's notices come to its own card, whether a modem listens or not."""
    mine, other = read_sim("first", Carrier(1000)), read_sim("second", Carrier(1000))
    heard: list[str] = []
    mine.on_text.append(lambda: heard.append(mine.waiting[-1]))

    mine.account.set_left(100)

    assert heard == mine.waiting
    assert len(heard) == 1
    assert other.waiting == []


def test_an_unknown_card_is_refused_by_name() -> None:
    """With the ones there are."""
    with pytest.raises(LookupError, match="no SIM 'gold'; known: first, second"):
        read_sim("gold", Carrier())
    assert SimTray({"1": None}).slots == {"1": None}
