"""Faults of cards and readers, through the real drivers on simulated devices."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.card_robot import Driver as Robot
from harness.drivers.field_servo import Driver as Servo
from harness.drivers.serial_relay import Driver as Relay
from harness.drivers.stripe_emulator import Driver as Coil
from harness.faults.card_backwards import CardBackwards
from harness.faults.card_instead import CardInstead
from harness.faults.card_left_in import CardLeftIn
from harness.faults.card_mute import CardMute
from harness.faults.contact_intermittent import ContactIntermittent
from harness.faults.field_lost import FieldLost
from harness.faults.field_weak import FieldWeak
from harness.faults.stripe_spoilt import PLAYED, How, StripeSpoilt
from harness.faults.two_cards import TwoCards
from harness.model.cast import Cast
from harness.model.means import means_of
from harness.model.trace import Observation
from harness.model.units import Fraction, Volts
from harness.ports.memory import pair
from harness.sim.bench import Bench
from harness.wire import magstripe

Seen = list[Observation]


class Stand:
    """A slot with everything before it that presents cards."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.bench = Bench(clock, {})
        self.slot = self.bench.slot
        self.seen: Seen = []
        self.relay = Relay(
            self.bench.connect("reader"), select=[1, 2, 9, 10, 11], flip=12, detect=13,
            cards=["chip", "stripe", "mute", "bad_atr", "plain_stripe", "silent"],
        )  # fmt: skip
        self.coil = Coil(self.bench.connect("stripe"))
        self.field = Servo(self.bench.connect("field"))
        self._clock = clock
        for driver in (self.relay, self.coil, self.field):
            driver.observe = self._observe
        players: dict[str, Any] = {
            "reader": self.relay, "stripe": self.coil, "field": self.field,
        }  # fmt: skip
        self.cast = Cast(players, Volts(5), clock.sleep)
        self.means = means_of(players, Volts(5))

    def _observe(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        at = self._clock.now() if t is None else t
        self.seen.append(Observation(len(self.seen) + 1, at, "reader", kind, fields))

    def bit(self, fault: Any, act: Callable[[], object]) -> bool:
        """Whether an act is evidence of a fault, while it is held; it is cleared on any error."""
        before = len(self.seen)
        with suppress(LookupError), fault.inject(self.cast):
            act()
            found = any(fault.took_effect(one) for one in self.seen[before:])
            raise LookupError
        return found


def on_stand(act: Callable[[Stand], None]) -> None:
    """In virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: act(Stand(clock)))


def test_another_card_comes_until_it_is_cleared() -> None:
    """Asked for the chip, the silent one is inserted; injecting alone is no effect."""

    def run(stand: Stand) -> None:
        fault = CardInstead("silent")
        assert fault.refusal(stand.means) == ""
        assert "gold" in CardInstead("gold").refusal(stand.means)
        assert not stand.bit(fault, lambda: None)
        assert stand.bit(fault, lambda: stand.relay.insert("chip"))
        stand.relay.insert("chip")
        assert stand.seen[-1]["card"] == "chip"
        assert not fault.took_effect(stand.seen[-1])

    on_stand(run)


def test_a_card_goes_in_the_wrong_way_round_until_it_is_cleared() -> None:
    """It is there and mute; afterwards it answers."""

    def run(stand: Stand) -> None:
        fault = CardBackwards()
        assert fault.refusal(stand.means) == ""
        assert stand.bit(fault, lambda: stand.relay.insert("chip"))
        assert stand.slot.present
        assert stand.slot.reset() is None
        stand.relay.insert("chip")
        assert stand.slot.reset() is not None
        assert not fault.took_effect(stand.seen[-1])

    on_stand(run)


def test_a_presenter_that_cannot_turn_cards_is_told_before_the_run() -> None:
    """No relay for it, or a robot."""
    ours, _ = pair(CooperativeClock(), "nowhere")
    for reader in (Relay(ours), Robot(ours)):
        means = means_of({"reader": reader}, Volts(5))
        assert "turn" in CardBackwards().refusal(means)
        assert "detect" in ContactIntermittent("detect").refusal(means)
        assert bool(CardMute().refusal(means)) is isinstance(reader, Robot)


def test_a_card_that_is_left_in_is_out_after_the_clearing() -> None:
    """It was in the slot, and is not any more, also when the story failed."""

    def run(stand: Stand) -> None:
        assert stand.bit(CardLeftIn("mute"), lambda: None)
        assert not stand.slot.present
        assert not CardLeftIn("chip").took_effect(stand.seen[0])

    on_stand(run)


@pytest.mark.parametrize("contact", ["io", "vcc", "rst", "clk", "detect"])
def test_a_worn_contact_fails_on_its_share_of_insertions(contact: Any) -> None:
    """A third of forty, give or take; the same seed gives the same ones; none when cleared."""

    def run(stand: Stand) -> None:
        def reads() -> list[bool]:
            found = []
            for _ in range(40):
                stand.relay.insert("chip")
                found.append(stand.slot.present and stand.slot.reset() is not None)
            return found

        fault = ContactIntermittent(contact, Fraction(1 / 3), seed=2)
        runs: list[list[bool]] = []
        for _ in range(2):
            assert stand.bit(fault, lambda: runs.append(reads()))
        assert runs[0] == runs[1]
        assert 6 <= runs[0].count(False) <= 22
        assert all(reads())
        closed = stand.seen[-1]
        assert not fault.took_effect(closed)

    on_stand(run)


def test_a_share_of_nothing_is_refused() -> None:
    """Nor more than all."""
    for share in (0.0, 1.5):
        with pytest.raises(ValueError, match="share"):
            ContactIntermittent(share=Fraction(share))
    with pytest.raises(ValueError, match="strength"):
        FieldWeak(Fraction(1.0))
    with pytest.raises(ValueError, match="burnt"):
        StripeSpoilt("burnt")  # type: ignore[arg-type]


def test_a_weak_field_counts_when_a_card_is_held_in_it() -> None:
    """The setting alone has met nobody; afterwards a card is coupled as ever."""

    def run(stand: Stand) -> None:
        fault = FieldWeak(Fraction(0.4))
        assert not stand.bit(fault, lambda: None)
        assert stand.bit(fault, lambda: stand.field.tap("tap"))
        stand.field.leave()
        stand.field.tap("tap")
        assert not fault.took_effect(stand.seen[-1])

    on_stand(run)


def test_a_card_taken_away_counts_where_there_was_one() -> None:
    """Out of the field at once; nothing when nobody had tapped."""

    def run(stand: Stand) -> None:
        assert not stand.bit(FieldLost(), lambda: None)
        stand.field.tap("tap")
        before = len(stand.seen)
        with FieldLost().inject(stand.cast):
            assert any(FieldLost().took_effect(one) for one in stand.seen[before:])
        assert stand.slot.antenna.poll() == 0

    on_stand(run)


def test_a_second_card_counts_when_it_is_in_the_field() -> None:
    """Two answer while it is held; one afterwards."""

    def run(stand: Stand) -> None:
        fault = TwoCards()
        assert fault.refusal(stand.means) == ""
        assert "gold" in TwoCards("gold").refusal(stand.means)
        counts: list[int] = []

        def tap() -> None:
            stand.field.tap("tap")
            counts.append(stand.slot.antenna.poll())
            stand.field.leave()

        assert stand.bit(fault, tap)
        tap()
        assert counts == [2, 1]

    on_stand(run)


@pytest.mark.parametrize("how", PLAYED)
def test_a_spoilt_stripe_counts_when_it_was_played(how: How) -> None:
    """Only as it was asked; the next one is good again."""

    def run(stand: Stand) -> None:
        fault = StripeSpoilt(how)
        assert not stand.bit(fault, lambda: None)
        assert stand.bit(fault, lambda: stand.coil.swipe("plain_stripe"))
        good = magstripe.decode(stand.slot.take_swipe() or "").fault == ""
        assert good is (how == "backwards")
        stand.coil.swipe("plain_stripe")
        assert not fault.took_effect(stand.seen[-1])
        assert magstripe.decode(stand.slot.take_swipe() or "").fault == ""

    on_stand(run)
