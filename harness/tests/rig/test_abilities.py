"""What a rig file says a rig can do to its supply lines; nothing is opened for it."""

import pytest

from harness.faults.power_preset import PowerPreset
from harness.model.power import Supply
from harness.model.presets import PRESETS
from harness.model.rig import Device, Limits, RigFile
from harness.model.rigfile import DRIVERS
from harness.model.roles import plays
from harness.model.units import Amps, Seconds, Volts
from harness.model.words import find, words_in
from harness.rig.abilities import means_of_rig

LIMITS = Limits(Volts(6), Amps(2))


def rig(**devices: Device) -> RigFile:
    """A rig of these devices."""
    return RigFile("lab", "real", Volts(5), devices)


def device(role: str, driver: str, **options: object) -> Device:
    """A device that is nowhere: asking it anything would fail."""
    limits = LIMITS if role == "supply" else None
    return Device(role, driver, "/dev/nowhere", limits=limits, options=options)


def test_a_supply_is_known_by_its_driver() -> None:
    """Its list, its limits, its name."""
    means = means_of_rig(rig(supply=device("supply", "keysight_e36300", channel=2)))

    assert (means.name, means.lists, means.limits) == ("keysight_e36300", True, LIMITS)
    assert means.supply is not None
    assert means.supply.points == 100
    assert means.breakers == ()


@pytest.mark.parametrize("feeds", ["dc", "mains", "vbus"])
def test_an_option_of_the_rig_file_counts(feeds: str) -> None:
    """A switch in the mains is none in the supply line."""
    means = means_of_rig(rig(switch=device("switch", "relay_board", feeds=feeds)))

    (breaker,) = means.breakers
    assert breaker.able.feeds == feeds
    assert (breaker.hosted, breaker.timed, breaker.shorts) == (True, False, False)
    assert means.breaker(feeds) is breaker
    assert means.supply is None


def test_a_pulse_switch_times_and_shorts() -> None:
    """Unless its rig file says that it has nothing to short with."""
    means = means_of_rig(rig(switch=device("switch", "pulse_switch", shorts=False)))

    (breaker,) = means.breakers
    assert (breaker.hosted, breaker.timed, breaker.shorts) == (True, True, False)


def test_a_driver_that_cannot_be_made_counts_by_its_class() -> None:
    """The rig itself will say what is wrong with it; here its class must do."""
    means = means_of_rig(rig(switch=device("switch", "relay_board", channel=999)))

    assert means.breakers[0].name == "relay_board"


def supplies() -> list[str]:
    """Every driver that plays a supply."""
    kinds = {word: find("harness.drivers", word, name="Driver") for word in words_in(DRIVERS)}
    return [word for word, kind in kinds.items() if plays(kind, Supply)]


@pytest.mark.parametrize("driver", supplies())
def test_every_supply_makes_or_is_refused_every_preset_by_name(driver: str) -> None:
    """Alone, without a switch: what it cannot is named with its reason, for each listed length."""
    means = means_of_rig(rig(supply=device("supply", driver)))
    able = means.supply
    assert able is not None

    for name, preset in PRESETS.items():
        stays = preset.parameters["lasting"].listed if "lasting" in preset.parameters else ()
        for stay in stays or (None,):
            fault = PowerPreset(name, stay=stay)
            said = fault.refusal(means)
            assert said == "" or name in said
            if not said and (made := fault.planned(means)).how == "list":
                assert len(made.points) <= able.points
                assert min(dwell for _, dwell in made.points) >= able.min_dwell - 1e-9


def test_a_slow_timer_is_refused_short_dips_by_name() -> None:
    """The reason says what is needed, what is there, and what would help."""
    means = means_of_rig(rig(supply=device("supply", "siglent_spd")))

    assert PowerPreset("dip_40", stay=Seconds(0.01)).refusal(means) == (
        "dip_40 of 10 ms needs a dwell of 10 ms or less; this siglent_spd has 1 s; "
        "use a switch in the supply line"
    )
