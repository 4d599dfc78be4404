"""The attenuator that speaks SCPI: dialogues of each kind, and the simulated box."""

from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.scpi_attenuator import Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortTimeout, UsageError
from harness.model.cellular import Attenuator
from harness.model.roles import Identified, SafeState
from harness.model.units import Db
from harness.ports.memory import pair
from harness.sim import attenuator as sim
from harness.sim.radio import Radio
from harness.testing import replay
from harness.tests.drivers.hostile_line import MANNERS, HostileLine

OK = ("SYST:ERR?", '0,"No error"')


@pytest.mark.parametrize(
    ("options", "talk"),
    [
        ({}, [("INP:ATT 30", None), OK, ("INP:ATT?", "30.0")]),
        ({"kind": "att"}, [("ATT 30", None), OK, ("ATT?", "+3.00E+01")]),
        ({"kind": "j7211"}, [("ATT 030", None), OK, ("ATT?", "30")]),
        ({"kind": "weinschel", "channel": 2}, [("ATTN 2 30", None), ("ATTN? 2", "30")]),
        (
            {"tell": "SA{channel} {db:.1f}", "ask": "RA{channel}", "errors": False},
            [("SA1 30.0", None), ("RA1", "30.0")],
        ),
    ],
)
def test_each_kind_is_set_in_its_words_and_read_back(options: Any, talk: Any) -> None:
    """To the nearest step."""
    seen: list[Any] = []
    with replay(partial(Driver, **options), talk) as attenuator:
        assert isinstance(attenuator, Attenuator)
        assert isinstance(attenuator, Identified)
        assert isinstance(attenuator, SafeState)
        attenuator.observe = lambda kind, /, **fields: seen.append((kind, fields["db"]))
        attenuator.set_attenuation(Db(30.2))

    assert seen == [("attenuation", 30.0)]


def test_a_level_that_reads_back_as_another_is_refused() -> None:
    """So is an error in the queue, and more than there is, which is not even said."""
    queued = [("INP:ATT 9", None), ("SYST:ERR?", '-222,"Data out of range"'), OK]
    stuck = [("INP:ATT 0", None), OK, ("INP:ATT?", "12")]
    with replay(Driver, [*queued, *stuck]) as attenuator:
        with pytest.raises(DeviceRefused, match="out of range"):
            attenuator.set_attenuation(Db(9))
        with pytest.raises(DeviceRefused, match="reads back as 12 dB"):
            attenuator.make_safe()
        with pytest.raises(DeviceRefused, match="it takes 0 to 110 dB"):
            attenuator.set_attenuation(Db(111))


def test_nonsense_and_silence_are_told_apart() -> None:
    """Garbled and PortTimeout."""
    with replay(Driver, [("INP:ATT?", "banana"), ("INP:ATT?", None)]) as attenuator:
        with pytest.raises(Garbled, match="banana"):
            attenuator.attenuation()
        with pytest.raises(PortTimeout):
            attenuator.attenuation()


@pytest.mark.parametrize("wrong", [{"tell": "ATT {level}"}, {"ask": "ATT {"}, {"step": Db(0)}])
def test_words_of_ones_own_are_checked_before_anything_is_said(wrong: Any) -> None:
    """A rig file's mistake is told as one."""
    with pytest.raises(UsageError, match="scpi_attenuator"):
        Driver(pair(CooperativeClock(), "x")[0], **wrong)


@pytest.mark.parametrize("manner", MANNERS)
def test_on_every_bad_line_safe_is_said_of_nothing_that_is_not(manner: str) -> None:
    """Either a BenchError, or the radio hears the cell as before."""
    clock = CooperativeClock()
    radio = Radio(clock, rsrp=-80)

    def main() -> None:
        ours, theirs = pair(clock, "attenuator")
        sim.Attenuator(clock, radio).outlets["scpi"](theirs)
        line = HostileLine(clock, ours, MANNERS[manner])
        driver = Driver(line, kind="att")
        driver.set_attenuation(Db(30))
        assert radio.rsrp == -110
        line.turn_bad()
        began, safe = clock.now(), False
        with suppress(BenchError):
            driver.make_safe()
            safe = True
        assert clock.now() - began < 60
        assert radio.rsrp == -80 or not safe

    clock.run(main)
