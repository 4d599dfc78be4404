"""The simulated relay board, as a foreign program would talk to it."""

from collections.abc import Callable

import pytest

from harness.clock import CooperativeClock
from harness.files import fixture, read_plain
from harness.ports.base import Port
from harness.ports.memory import pair
from harness.sim.presenter import RELEASE, TRAVEL, Presenter
from harness.sim.slot import Slot

ON_3, OFF_3, ON_4 = (bytes.fromhex(one) for one in ("A00301A4", "A00300A3", "A00401A5"))


def on_board(act: Callable[[Port, Slot, CooperativeClock], None]) -> None:
    """A program on the board's serial line."""
    clock = CooperativeClock()

    def run() -> None:
        slot = Slot(clock)
        presenter = Presenter(clock, slot, read_plain(fixture("cards", "deck.yaml")))
        ours, theirs = pair(clock, "relay")
        presenter.outlets["relay"](theirs)
        act(ours, slot, clock)

    clock.run(run)


def ask(port: Port, clock: CooperativeClock) -> bytes:
    """What the board says to FF."""
    port.write(b"\xff")
    chunk = port.read(clock.now() + 1.0)
    return chunk.data if chunk else b""


def test_the_status_is_a_line_per_channel_and_takes_its_time() -> None:
    """CH1:OFF and so on, at 9600 bit/s."""

    def run(port: Port, slot: Slot, clock: CooperativeClock) -> None:
        assert ask(port, clock).splitlines() == [b"CH%d:OFF" % number for number in range(1, 17)]
        assert 0.05 < clock.now() < 0.4

    on_board(run)


def test_noise_and_wrong_sums_switch_nothing() -> None:
    """Only a whole frame with the right sum counts, in whatever pieces it comes."""

    def run(port: Port, slot: Slot, clock: CooperativeClock) -> None:
        port.write(b"hello\r\n" + bytes.fromhex("A00301A5 A01101B2"))
        assert b"ON" not in ask(port, clock)
        for octet in ON_3:
            port.write(bytes([octet]))
            clock.sleep(0.01)
        assert b"CH3:ON" in ask(port, clock)

    on_board(run)


def test_the_motor_takes_its_time_and_may_be_stopped() -> None:
    """A card is in after the travel, out shortly after the release, and never if stopped before."""

    def run(port: Port, slot: Slot, clock: CooperativeClock) -> None:
        port.write(ON_3)
        clock.sleep(TRAVEL - 0.01)
        assert not slot.present
        clock.sleep(0.02)
        assert slot.present
        port.write(OFF_3)
        clock.sleep(RELEASE + 0.001)
        assert not slot.present
        port.write(ON_3)
        clock.sleep(0.1)
        port.write(OFF_3)
        clock.sleep(1.0)
        assert not slot.present

    on_board(run)


def test_a_swipe_happens_once_per_pulse() -> None:
    """Leaving the relay on swipes no second time."""

    def run(port: Port, slot: Slot, clock: CooperativeClock) -> None:
        port.write(ON_4 + ON_4)
        clock.sleep(2.0)
        assert slot.take_swipe() is not None
        assert slot.take_swipe() is None

    on_board(run)


def test_relays_stay_when_the_computer_goes() -> None:
    """A pulled USB data line moves no relay; the next one to connect finds them as they were."""
    clock = CooperativeClock()

    def run() -> None:
        slot = Slot(clock)
        presenter = Presenter(clock, slot, read_plain(fixture("cards", "deck.yaml")))
        for first in (True, False):
            ours, theirs = pair(clock, "relay")
            presenter.outlets["relay"](theirs)
            if first:
                ours.write(ON_3)
                clock.sleep(0.1)
                ours.close()
            else:
                assert b"CH3:ON" in ask(ours, clock)
                assert slot.present == (clock.now() >= TRAVEL)

    clock.run(run)


def test_a_card_that_is_not_in_the_deck_is_a_mistake() -> None:
    """The presenter is given names of the deck."""
    clock = CooperativeClock()
    with pytest.raises(KeyError):
        Presenter(clock, Slot(clock), read_plain(fixture("cards", "deck.yaml")), cards=["gold"])
