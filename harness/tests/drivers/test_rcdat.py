"""The RCDAT driver: the datasheet as a dialogue, and against the simulated device."""

import re
from contextlib import suppress
from functools import partial

import pytest

from harness.clock import CooperativeClock
from harness.drivers.rcdat import IDENTITY, Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortTimeout, UsageError
from harness.model.cellular import Attenuator
from harness.model.roles import Identified, SafeState
from harness.model.units import Db
from harness.ports.memory import pair
from harness.sim import attenuator as sim
from harness.sim.radio import Radio
from harness.testing import replay
from harness.tests.drivers.hostile_line import MANNERS, HostileLine


def test_it_plays_its_roles_and_says_who_it_is() -> None:
    """Attenuator, Identified and SafeState."""
    talk = [("MN?", "MN=RCDAT-6000-110"), ("SN?", "SN=1"), ("FIRMWARE?", "A3")]

    with replay(Driver, talk) as attenuator:
        assert isinstance(attenuator, Attenuator)
        assert isinstance(attenuator, Identified)
        assert isinstance(attenuator, SafeState)
        assert attenuator.identify() == "MN=RCDAT-6000-110 SN=1 A3"
    assert all(re.search(IDENTITY, f"MN={one}") for one in ("RCDAT-6000-110", "RC4DAT-6G-95"))


def test_setting_is_observed_and_read_back() -> None:
    """What was set is an observation."""
    seen: list[tuple[str, object]] = []
    talk = [("SETATT=30.5", "1"), ("ATT?", "30.5"), ("MN?", "\r\nMN=RCDAT-6000-30")]

    with replay(Driver, talk) as attenuator:
        attenuator.observe = lambda kind, /, **fields: seen.append((kind, fields["db"]))
        attenuator.set_attenuation(Db(30.5))
        assert attenuator.attenuation() == Db(30.5)
        assert attenuator.max_attenuation() == Db(30)
        assert attenuator.max_attenuation() == Db(30)

    assert seen == [("attenuation", 30.5)]


@pytest.mark.parametrize(("answer", "why"), [("0", "refused"), ("2", "more than it has")])
def test_a_setting_not_reached_is_refused(answer: str, why: str) -> None:
    """2 means that it went to its maximum instead: that is not what was asked."""
    with (
        replay(Driver, [("SETATT=200", answer)]) as attenuator,
        pytest.raises(DeviceRefused, match=why),
    ):
        attenuator.set_attenuation(Db(200))


def test_safe_is_no_attenuation_and_is_verified() -> None:
    """A device that stays where it is is not safe."""
    with replay(Driver, [("SETATT=0", "1"), ("ATT?", "0")]) as attenuator:
        attenuator.make_safe()

    with (
        replay(Driver, [("SETATT=0", "1"), ("ATT?", "12")]) as attenuator,
        pytest.raises(DeviceRefused, match="still 12"),
    ):
        attenuator.make_safe()


def test_nonsense_and_silence_are_told_apart() -> None:
    """Garbled and PortTimeout."""
    with replay(Driver, [("ATT?", "banana"), ("MN?", "MN=ZX76"), ("ATT?", None)]) as attenuator:
        with pytest.raises(Garbled, match="banana"):
            attenuator.attenuation()
        with pytest.raises(Garbled, match="ZX76"):
            attenuator.max_attenuation()
        with pytest.raises(PortTimeout):
            attenuator.attenuation()


def test_a_late_answer_is_not_taken_for_the_next() -> None:
    """What lay there before the question is thrown away."""
    with replay(Driver, [("ATT?", b"7\r\n1\r\n"), ("ATT?", "12")]) as attenuator:
        assert attenuator.attenuation() == Db(7)
        assert attenuator.attenuation() == Db(12)


def test_it_drives_the_simulated_device() -> None:
    """The radio hears it."""
    clock = CooperativeClock()
    radio = Radio(clock, rsrp=-80)

    def main() -> None:
        ours, theirs = pair(clock, "attenuator")
        sim.Attenuator(clock, radio).outlets["telnet"](theirs)
        driver = Driver(ours)
        driver.set_attenuation(driver.max_attenuation())
        assert radio.rsrp == -190
        with pytest.raises(DeviceRefused):
            driver.set_attenuation(Db(111))
        driver.make_safe()
        assert radio.rsrp == -80

    clock.run(main)


@pytest.mark.parametrize(
    ("model", "most"),
    [("RCDAT-6000-110", 110), ("RC4DAT-6G-95", 95), ("RCDAT-3000-63W2", 63), ("RCDAT-40G-30", 30)],
)
def test_the_models_name_has_its_maximum(model: str, most: int) -> None:
    """Whatever the family."""
    with replay(Driver, [("MN?", f"MN={model}")]) as attenuator:
        assert attenuator.max_attenuation() == Db(most)


def test_several_channels_are_set_together_and_read_one_by_one() -> None:
    """What the modem hears best counts as set; safe is only what is 0 dB on all."""
    talk = [
        ("CHAN:1:3:SETATT:20.25", "1"), ("CHAN:1:ATT?", "20.25"), ("CHAN:3:ATT?", "21"),
        ("CHAN:1:3:SETATT:0", "1"), ("CHAN:1:ATT?", "0"), ("CHAN:3:ATT?", "21"),
    ]  # fmt: skip
    with replay(partial(Driver, channel=[1, 3]), talk) as attenuator:
        attenuator.set_attenuation(Db(20.3))
        assert attenuator.attenuation() == Db(20.25)
        with pytest.raises(DeviceRefused, match="still 21 dB"):
            attenuator.make_safe()


def test_whoever_has_several_channels_asks_which() -> None:
    """The answer of such a model to ATT? has one number a channel."""
    with (
        replay(Driver, [("ATT?", "0 0 0 0")]) as attenuator,
        pytest.raises(Garbled, match="several channels"),
    ):
        attenuator.attenuation()
    with pytest.raises(UsageError, match="channels count from 1"):
        Driver(pair(CooperativeClock(), "x")[0], channel=[0])


def test_what_it_does_not_know_is_told_in_its_words() -> None:
    """-99, and its model."""
    told = "-99 Unrecognized Command. MN:RCDAT-6000-110 SN:1"
    with (
        replay(Driver, [("SETATT=3", told)]) as attenuator,
        pytest.raises(DeviceRefused, match="-99 Unrecognized"),
    ):
        attenuator.set_attenuation(Db(3))


@pytest.mark.parametrize("manner", MANNERS)
def test_on_every_bad_line_safe_is_said_of_nothing_that_is_not(manner: str) -> None:
    """Either a BenchError, or the radio hears the cell as before."""
    clock = CooperativeClock()
    radio = Radio(clock, rsrp=-80)

    def main() -> None:
        ours, theirs = pair(clock, "attenuator")
        sim.Attenuator(clock, radio).outlets["telnet"](theirs)
        line = HostileLine(clock, ours, MANNERS[manner])
        driver = Driver(line)
        driver.set_attenuation(Db(30))
        line.turn_bad()
        began, safe = clock.now(), False
        with suppress(BenchError):
            driver.make_safe()
            safe = True
        assert clock.now() - began < 60
        assert radio.rsrp == -80 or not safe

    clock.run(main)
