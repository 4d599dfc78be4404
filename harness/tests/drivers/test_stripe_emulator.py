"""The stripe coil: its lines, hostile answers, and the simulated coil on a reader's head."""

import binascii
import random
from collections.abc import Callable
from functools import partial

import pytest

from harness.clock import CooperativeClock
from harness.drivers.stripe_emulator import Driver
from harness.errors import DeviceRefused, Garbled, PortLost, PortTimeout
from harness.model.roles import Identified, SafeState, Swiper, plays
from harness.ports.memory import pair
from harness.sim.slot import Slot
from harness.sim.stripe_coil import StripeCoil
from harness.testing import Pair, replay
from harness.tests.drivers.test_serial_relay import Heard
from harness.wire import magstripe

ONE = partial(Driver, cards=["stripe"])
BITS = magstripe.encode(magstripe.track2("9999990000000022", "4912", "101"))
PACKED = int(BITS.ljust(-(-len(BITS) // 8) * 8, "0"), 2).to_bytes(-(-len(BITS) // 8), "big")
LOAD = f"LOAD 2 {len(BITS)} {PACKED.hex().upper()}"
SUM = f"{binascii.crc_hqx(PACKED, 0xFFFF):04X}"
SET: list[Pair] = [("SPEED 300", "OK"), ("JITTER 0", "OK")]


def test_a_swipe_is_loaded_checked_and_played() -> None:
    """The sum of what was loaded is compared; the swipe is said when the coil is still again."""
    heard = Heard()
    talk: list[Pair] = [(LOAD, f"OK {SUM}"), *SET, ("PLAY 2", "OK\nDONE 2")]
    with replay(ONE, talk) as coil:
        coil.observe = heard
        coil.swipe("stripe")

    assert heard.told() == [("card_swiped", {"card": "stripe"})]


@pytest.mark.parametrize(
    ("talk", "error"),
    [
        ([(LOAD, "OK 0000")], Garbled),
        ([(LOAD, "ERR 2 value")], DeviceRefused),
        ([(LOAD, "HELLO")], Garbled),
        ([(LOAD, None)], PortTimeout),
        ([(LOAD, b"x" * 300)], Garbled),
        ([(LOAD, PortLost("gone"))], PortLost),
        ([(LOAD, f"OK {SUM}"), *SET, ("PLAY 2", "OK")], PortTimeout),
        ([(LOAD, f"OK {SUM}"), *SET, ("PLAY 2", "OK\nDONE 9")], Garbled),
    ],
)
def test_a_hostile_coil_is_never_believed(talk: list[Pair], error: type[Exception]) -> None:
    """No swipe is said that was not begun, and no track stands in what is raised."""
    heard = Heard()
    with replay(ONE, talk) as coil:
        coil.observe = heard
        with pytest.raises(error) as caught:
            coil.swipe("stripe")
    assert len(heard) == (len(talk) == 4), "said as it begins"
    assert PACKED.hex().upper()[6:] not in str(caught.value)


def test_what_cannot_be_played_is_refused_before_anything_is_said() -> None:
    """A card it has no stripe of, a damage that is none, a speed no coil has."""
    with replay(ONE, []) as coil:
        for wrong in (
            partial(coil.swipe, "gold"), partial(coil.spoil, "burnt"),
            partial(coil.spoil, jitter=2.0), partial(coil.spoil, speed=0.0),
        ):  # fmt: skip
            with pytest.raises(DeviceRefused):
                wrong()
    with pytest.raises(ValueError, match="gold"), replay(partial(Driver, cards=["gold"]), []):
        pass


def on_bench(act: Callable[[Driver, Slot, Heard], None]) -> None:
    """The real driver on the simulated coil, in virtual time."""
    clock = CooperativeClock()

    def run() -> None:
        slot = Slot(clock)
        coil = StripeCoil(clock, slot, rng=random.Random(1))
        ours, theirs = pair(clock, "coil")
        coil.outlets["line"](theirs)
        driver, heard = Driver(ours), Heard()
        driver.observe = heard
        act(driver, slot, heard)

    clock.run(run)


def test_a_stripe_reaches_the_head() -> None:
    """What the reader's decoder makes of the flux is the card's track."""

    def run(driver: Driver, slot: Slot, heard: Heard) -> None:
        assert all(plays(driver, role) for role in (Swiper, Identified, SafeState))
        assert driver.identify() == "STRIPE-COIL 1.0"
        driver.swipe("chip")
        assert magstripe.decode(slot.take_swipe() or "").text.startswith("9999990000000014=")
        driver.make_safe()
        assert slot.take_swipe() is None

    on_bench(run)


@pytest.mark.parametrize(
    ("how", "fault"),
    [("parity", "parity"), ("lrc", "lrc"), ("cut", "no_end"), ("blank", "blank")],
)
def test_a_spoilt_stripe_is_spoilt_as_it_was_asked(how: str, fault: str) -> None:
    """The damage is what a reader finds; a good one comes again afterwards."""

    def run(driver: Driver, slot: Slot, heard: Heard) -> None:
        driver.spoil(how)
        driver.swipe("stripe")
        assert magstripe.decode(slot.take_swipe() or "").fault == fault
        assert heard.told()[-1] == ("card_swiped", {"card": "stripe", "spoilt": how})
        driver.spoil()
        driver.swipe("stripe")
        assert magstripe.decode(slot.take_swipe() or "").fault == ""

    on_bench(run)


@pytest.mark.parametrize(
    ("speed", "jitter", "backwards", "read"),
    [(10, 0.1, False, True), (100, 0.1, False, True), (30, 0.0, True, True),
     (5, 0.0, False, False), (200, 0.0, False, False), (30, 0.45, False, False)],
)  # fmt: skip
def test_speed_jitter_and_direction(
    speed: float, jitter: float, backwards: bool, read: bool
) -> None:
    """A hand's speeds are read, and either way; what no hand does is not."""

    def run(driver: Driver, slot: Slot, heard: Heard) -> None:
        driver.spoil(backwards=backwards, jitter=jitter, speed=speed)
        driver.swipe("stripe")
        assert (magstripe.decode(slot.take_swipe() or "").fault == "") is read

    on_bench(run)
