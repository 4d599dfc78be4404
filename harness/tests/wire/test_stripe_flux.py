"""Flux reversals: what a head hears of a stripe, and what a worn one is."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import magstripe, stripe_flux
from harness.wire.stripe_flux import FASTEST, SLOWEST, Spoilt

BITS = magstripe.encode(magstripe.track2("9999990000000014", "4912", "201"))


def test_a_one_has_two_halves() -> None:
    """A zero is a cell, a one two halves of it; 75 bits an inch at 25.4 cm/s are 750 a second."""
    cell = stripe_flux.seconds_per_bit(25.4)
    assert cell == pytest.approx(1 / 750)
    assert stripe_flux.flux_of("01", speed=25.4) == pytest.approx([cell, cell / 2, cell / 2])


@given(
    st.text("0123456789:<=>", max_size=37),
    st.floats(SLOWEST, FASTEST), st.floats(0, 0.15), st.booleans(), st.integers(0, 99),
)  # fmt: skip
def test_whatever_a_hand_does_is_read(
    text: str, speed: float, jitter: float, reverse: bool, seed: int
) -> None:
    """Any text, any speed from 10 to 100 cm/s, either way, with a hand's jitter."""
    bits = magstripe.encode(text)
    swiped = bits[::-1] if reverse else bits
    flux = stripe_flux.flux_of(swiped, speed=speed, jitter=jitter, rng=random.Random(seed))

    assert magstripe.decode(stripe_flux.bits_of(flux)).text == text


def test_a_hand_that_gets_faster_is_followed() -> None:
    """From 20 to 60 cm/s over one stripe: the clock is taken from the cells before."""
    flux = stripe_flux.flux_of(BITS, speed=20)
    faster = [one / (1 + 2 * at / len(flux)) for at, one in enumerate(flux)]

    assert stripe_flux.bits_of(faster) == BITS


@pytest.mark.parametrize("speed", [3.0, 200.0])
def test_no_hand_is_that_slow_or_fast(speed: float) -> None:
    """Nothing is read of such a swipe."""
    assert stripe_flux.bits_of(stripe_flux.flux_of(BITS, speed=speed)) == ""


@given(st.lists(st.floats(0, 1), max_size=60))
def test_no_flux_raises_anything(flux: list[float]) -> None:
    """Noise gives some bits or none, and these give a fault."""
    assert set(stripe_flux.bits_of(flux)) <= {"0", "1"}


@pytest.mark.parametrize(
    ("how", "fault"), [("parity", "parity"), ("lrc", "lrc"), ("cut", "no_end"), ("blank", "blank")]
)
@given(seed=st.integers(0, 999))
def test_a_stripe_is_spoilt_as_it_is_called(how: Spoilt, fault: str, seed: int) -> None:
    """And only the check that is named finds it: with parity mended, nothing is wrong."""
    spoilt = stripe_flux.spoil(BITS, how, random.Random(seed))

    assert magstripe.decode(spoilt).fault == fault
    assert len(spoilt) <= len(BITS)


def test_what_cannot_be_spoilt_or_played_is_refused() -> None:
    """No separator, too few digits after it, no speed, a jitter that turns time round."""
    for bits in ("0000", magstripe.encode("123"), magstripe.encode("1=:")):
        with pytest.raises(ValueError, match="bits"):
            stripe_flux.spoil(bits, "parity", random.Random(1))
    for speed, jitter in ((0.0, 0.0), (30.0, 1.0)):
        with pytest.raises(ValueError, match="speed"):
            stripe_flux.flux_of(BITS, speed=speed, jitter=jitter)


def test_a_service_code_says_whether_there_is_a_chip() -> None:
    """2xx and 6xx do (ISO/IEC 7813); a track without one does not."""
    assert magstripe.service_of("9999990000000014=4912201") == "201"
    codes = {"201": True, "601": True, "101": False, "501": False, "": False}
    assert {code: magstripe.has_chip(code) for code in codes} == codes
