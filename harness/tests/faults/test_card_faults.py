"""Card faults, through the real driver on the simulated presenter."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.serial_relay import Driver
from harness.faults.card_bad_atr import CardBadAtr
from harness.faults.card_mute import CardMute
from harness.faults.card_pulled import CardPulled
from harness.files import fixture, read_plain
from harness.model.cast import Cast
from harness.model.trace import Observation
from harness.model.units import Volts
from harness.ports.memory import pair
from harness.sim.presenter import Presenter
from harness.sim.slot import Slot

Seen = list[Observation]


def on_bench(act: Callable[[Cast, Driver, Slot, Seen], None]) -> None:
    """A cast of one reader, in virtual time."""
    clock = CooperativeClock()

    def run() -> None:
        slot = Slot(clock)
        presenter = Presenter(clock, slot, read_plain(fixture("cards", "deck.yaml")))
        ours, theirs = pair(clock, "relay")
        presenter.outlets["relay"](theirs)
        driver, seen = Driver(ours), Seen()

        def observe(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
            seen.append(Observation(len(seen) + 1, t or clock.now(), "reader", kind, fields))

        driver.observe = observe
        act(Cast({"reader": driver}, Volts(9), clock.sleep), driver, slot, seen)

    clock.run(run)


def test_a_pulled_card_is_out() -> None:
    """The evidence is the removal; it stays out after the clearing."""

    def run(cast: Cast, driver: Driver, slot: Slot, seen: Seen) -> None:
        driver.insert("chip")
        before = len(seen)
        fault = CardPulled()
        with fault.inject(cast):
            assert not slot.present
        assert not slot.present
        assert [fault.took_effect(one) for one in seen[before:]] == [True]

    on_bench(run)


def test_pulling_nothing_has_no_effect() -> None:
    """Without a card in the slot there is no evidence, so the run will be inconclusive."""

    def run(cast: Cast, driver: Driver, slot: Slot, seen: Seen) -> None:
        with CardPulled().inject(cast):
            assert not any(CardPulled().took_effect(one) for one in seen)

    on_bench(run)


@pytest.mark.parametrize("contact", ["io", "vcc"])
def test_a_mute_card_answers_again_after_the_clearing(contact: str) -> None:
    """The contact is cut inside, closed outside, also when the story fails inside."""

    def run(cast: Cast, driver: Driver, slot: Slot, seen: Seen) -> None:
        fault = CardMute(contact=contact)
        driver.insert("chip")
        with suppress(LookupError), fault.inject(cast):
            assert slot.reset() is None
            assert any(fault.took_effect(one) for one in seen)
            raise LookupError
        assert slot.reset() is not None
        assert not fault.took_effect(seen[-1]), "closing is no effect"

    on_bench(run)


def test_another_contact_is_no_evidence() -> None:
    """Only the contact that was to be cut counts, and only from the reader."""
    fault = CardMute()

    assert not fault.took_effect(
        Observation(1, 0, "reader", "contact", {"contact": "vcc", "cut": True})
    )
    assert not fault.took_effect(
        Observation(1, 0, "host", "contact", {"contact": "io", "cut": True})
    )


def test_a_bad_atr_is_presented_when_a_good_card_is_asked_for() -> None:
    """The evidence is the bad card in the slot; afterwards the good one comes again."""

    def run(cast: Cast, driver: Driver, slot: Slot, seen: Seen) -> None:
        fault = CardBadAtr()
        with fault.inject(cast):
            assert not any(fault.took_effect(one) for one in seen), "nothing was presented yet"
            driver.insert("chip")
            assert any(fault.took_effect(one) for one in seen)
            atr = slot.reset()
            assert atr is not None
            assert atr[-1] == 0x94
        driver.insert("chip")
        assert not fault.took_effect(seen[-1])
        assert slot.reset() != atr

    on_bench(run)
