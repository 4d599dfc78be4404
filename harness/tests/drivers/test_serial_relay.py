"""The presenter's driver, against the board's frames and against the simulated presenter."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.serial_relay import Driver
from harness.errors import DeviceRefused, PortLost, PortTimeout
from harness.files import fixture, read_plain
from harness.model.roles import Reader, SafeState, StandIn
from harness.ports.memory import pair
from harness.sim.presenter import Presenter
from harness.sim.slot import Slot
from harness.testing import Pair, replay
from harness.wire import magstripe


class Heard(list[tuple[str, float | None, dict[str, Any]]]):
    """An ``Observe`` that keeps what it is told."""

    def __call__(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.append((kind, t, fields))

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """Kind and fields of all."""
        return [(kind, fields) for kind, _, fields in self]


def frame(channel: int, *, on: bool) -> bytes:
    """A frame as the maker's page spells it."""
    return bytes.fromhex({True: f"A0 {channel:02X} 01", False: f"A0 {channel:02X} 00"}[on]) + bytes(
        [0xA0 + channel + on]
    )


def status(*on: int) -> bytes:
    """The board's answer to FF."""
    rows = [f"CH{number}:{'ON' if number in on else 'OFF'}\r\n" for number in range(1, 9)]
    return "".join(rows).encode()


def test_frames_are_those_of_the_makers_page() -> None:
    """A0 01 01 A2 is on, A0 01 00 A1 is off."""
    assert frame(1, on=True).hex() == "a00101a2"
    assert frame(1, on=False).hex() == "a00100a1"


def test_a_contact_is_cut_and_read_back() -> None:
    """The observation rests on what the board said, not on what it was told."""
    talk: list[Pair] = [
        (frame(8, on=True), None), (b"\xff", status(8)),
        (frame(8, on=False), None), (b"\xff", status()),
    ]  # fmt: skip
    heard = Heard()

    with replay(Driver, talk) as presenter:
        presenter.observe = heard
        presenter.cut_contact("io", cut=True)
        presenter.cut_contact("io", cut=False)

    assert heard.told() == [
        ("contact", {"contact": "io", "cut": True}),
        ("contact", {"contact": "io", "cut": False}),
    ]


def test_a_relay_that_does_not_follow_is_a_refusal() -> None:
    """A stuck relay is the bench's trouble, and nothing is observed."""
    heard = Heard()
    with replay(Driver, [(frame(8, on=True), None), (b"\xff", status())]) as presenter:
        presenter.observe = heard
        with pytest.raises(DeviceRefused, match="relay 8 was switched on, is off"):
            presenter.cut_contact("io", cut=True)
    assert heard == []


@pytest.mark.parametrize("answer", [None, b"garbage\r\n", b"CH1:OFF\r\nCH2"])
def test_a_board_that_does_not_answer_is_a_timeout(answer: bytes | None) -> None:
    """Silence, garbage or half an answer."""
    talk: list[Pair] = [(frame(5, on=True), None), (b"\xff", answer)]
    with replay(Driver, talk) as presenter, pytest.raises(PortTimeout, match="relay board"):
        presenter.cut_contact("vcc", cut=True)


def test_a_board_without_status_is_not_asked() -> None:
    """Some one-channel boards know no FF."""
    blind = partial(Driver, read_back=False)
    with replay(blind, [(frame(7, on=True), None)]) as presenter:
        presenter.cut_contact("clk", cut=True)


def test_another_boards_spelling_is_read() -> None:
    """A space after the colon."""
    answer = status(6).replace(b":", b": ")
    with replay(Driver, [(frame(6, on=True), None), (b"\xff", answer)]) as presenter:
        presenter.cut_contact("rst", cut=True)


def test_unknown_names_are_refused_before_anything_is_switched() -> None:
    """A card or a contact that is not there."""
    with replay(Driver, []) as presenter:
        for wrong in (
            partial(presenter.insert, "gold"),
            partial(presenter.swipe, "gold"),
            partial(presenter.stand_in, "gold"),
            partial(presenter.cut_contact, "gnd", cut=True),
        ):
            with pytest.raises(DeviceRefused, match=r"gold|gnd"):
                wrong()


def test_a_lost_board_is_told() -> None:
    """The USB plug was pulled."""
    talk: list[Pair] = [(frame(8, on=True), PortLost("gone"))]
    with replay(Driver, talk) as presenter, pytest.raises(PortLost):
        presenter.cut_contact("io", cut=True)


# --- against the simulated presenter --------------------------------------------------------


def on_bench(act: Callable[[Driver, Slot, Heard, CooperativeClock], None]) -> None:
    """The real driver on the simulated board, in virtual time."""
    clock = CooperativeClock()

    def run() -> None:
        slot = Slot(clock)
        deck = read_plain(fixture("cards", "deck.yaml"))
        presenter = Presenter(clock, slot, deck, rng=random.Random(1))
        ours, theirs = pair(clock, "relay")
        presenter.outlets["relay"](theirs)
        driver, heard = Driver(ours), Heard()
        driver.observe = heard
        act(driver, slot, heard, clock)

    clock.run(run)


def test_it_plays_its_roles() -> None:
    """Reader, StandIn and SafeState are found by their methods."""

    def run(driver: Driver, _: Slot, heard: Heard, clock: CooperativeClock) -> None:
        assert isinstance(driver, Reader)
        assert isinstance(driver, StandIn)
        assert isinstance(driver, SafeState)
        assert driver.cards() == ("chip", "stripe", "mute", "bad_atr")

    on_bench(run)


def test_a_card_goes_in_and_out() -> None:
    """The slot has it when the driver says so, and has it no more when the driver says so."""

    def run(driver: Driver, slot: Slot, heard: Heard, clock: CooperativeClock) -> None:
        driver.insert("chip")
        assert slot.present
        assert slot.reset() is not None
        driver.remove()
        assert not slot.present
        driver.remove()
        assert heard.told() == [
            ("card_inserted", {"card": "chip"}),
            ("card_removed", {"card": "chip"}),
        ]
        assert clock.now() < 2.0

    on_bench(run)


def test_each_place_holds_its_own_card() -> None:
    """The select lines choose; a second card goes in after the first one came out."""

    def run(driver: Driver, slot: Slot, heard: Heard, clock: CooperativeClock) -> None:
        driver.insert("mute")
        assert slot.reset() is None
        driver.insert("bad_atr")
        atr = slot.reset()
        assert atr is not None
        assert atr[-1] == 0x94
        kinds = [(kind, fields["card"]) for kind, fields in heard.told()]
        assert kinds == [
            ("card_inserted", "mute"), ("card_removed", "mute"), ("card_inserted", "bad_atr"),
        ]  # fmt: skip

    on_bench(run)


def test_a_swipe_reaches_the_stripe_reader() -> None:
    """The firmware finds the bits of the card that was swiped."""

    def run(driver: Driver, slot: Slot, heard: Heard, clock: CooperativeClock) -> None:
        driver.swipe("stripe")
        assert slot.swiped, "not before it was"
        assert heard.told() == [("card_swiped", {"card": "stripe"})]
        assert magstripe.decode(slot.take_swipe() or "").text.startswith("9999990000000022=")

    on_bench(run)


@pytest.mark.parametrize("contact", ["vcc", "rst", "clk", "io"])
def test_each_contact_is_wired(contact: str) -> None:
    """A cut contact makes the chip mute, closed again it answers."""

    def run(driver: Driver, slot: Slot, heard: Heard, clock: CooperativeClock) -> None:
        driver.insert("chip")
        driver.cut_contact(contact, cut=True)
        assert slot.reset() is None
        driver.cut_contact(contact, cut=False)
        assert slot.reset() is not None

    on_bench(run)


def test_a_stand_in_is_presented_instead() -> None:
    """Whatever is asked for, until it ends."""

    def run(driver: Driver, slot: Slot, heard: Heard, clock: CooperativeClock) -> None:
        driver.stand_in("bad_atr")
        driver.insert("chip")
        driver.stand_in(None)
        driver.insert("chip")
        inserted = [one["card"] for kind, one in heard.told() if kind == "card_inserted"]
        assert inserted == ["bad_atr", "chip"]

    on_bench(run)


def test_the_safe_state_is_card_out_and_contacts_closed() -> None:
    """From anywhere, verified, and said."""

    def run(driver: Driver, slot: Slot, heard: Heard, clock: CooperativeClock) -> None:
        driver.insert("chip")
        driver.cut_contact("vcc", cut=True)
        driver.stand_in("mute")
        driver.make_safe()
        assert not slot.present
        assert heard.told()[-1] == ("card_removed", {"card": "chip"})
        driver.insert("chip")
        assert slot.reset() is not None

    on_bench(run)
