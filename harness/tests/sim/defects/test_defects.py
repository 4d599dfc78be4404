"""Each planted bug does its harm, and the firmware without it does not."""

import importlib
import pkgutil

import pytest

import harness.sim.defects as defects
from harness.sim.terminal.firmware import Firmware
from harness.tests.sim.defects.acts import Story
from harness.tests.sim.defects.afterwards_stories import AFTERWARDS
from harness.tests.sim.defects.again_stories import AGAIN
from harness.tests.sim.defects.battery_stories import BATTERY
from harness.tests.sim.defects.body_stories import BODY
from harness.tests.sim.defects.book_stories import BOOKS
from harness.tests.sim.defects.charge_stories import CHARGES
from harness.tests.sim.defects.copy_stories import COPIES
from harness.tests.sim.defects.day_stories import DAYS
from harness.tests.sim.defects.deal_stories import DEALS
from harness.tests.sim.defects.debt_stories import DEBTS
from harness.tests.sim.defects.host_stories import HOST
from harness.tests.sim.defects.keeping_stories import KEEPING
from harness.tests.sim.defects.key_stories import KEY
from harness.tests.sim.defects.line_stories import DUAL, LINE
from harness.tests.sim.defects.money_stories import MONEY
from harness.tests.sim.defects.number_stories import NUMBERS
from harness.tests.sim.defects.plain_stories import PLAIN
from harness.tests.sim.defects.power_stories import POWER
from harness.tests.sim.defects.reader_stories import READER
from harness.tests.sim.defects.register_stories import REGISTER
from harness.tests.sim.defects.reversal_stories import REVERSAL
from harness.tests.sim.defects.secret_stories import SECRETS
from harness.tests.sim.defects.telling_stories import TELLING
from harness.tests.sim.defects.till_stories import TILL
from harness.tests.sim.defects.told_stories import TOLD
from harness.tests.sim.defects.update_stories import UPDATE
from harness.tests.sim.terminal.stage import Stage

NAMES = sorted(
    module.name
    for module in pkgutil.iter_modules(defects.__path__)
    if not module.name.startswith("_")
)


def planted(name: str) -> type[Firmware]:
    """The firmware with one bug."""
    made: type[Firmware] = importlib.import_module(f"harness.sim.defects.{name}").plant(Firmware)
    return made


STORIES: dict[str, Story] = {
    **AFTERWARDS,
    **AGAIN,
    **BATTERY,
    **BODY,
    **BOOKS,
    **CHARGES,
    **COPIES,
    **DAYS,
    **DEALS,
    **DEBTS,
    **HOST,
    **KEEPING,
    **KEY,
    **LINE,
    **MONEY,
    **NUMBERS,
    **PLAIN,
    **POWER,
    **READER,
    **REGISTER,
    **REVERSAL,
    **SECRETS,
    **TELLING,
    **TILL,
    **TOLD,
    **UPDATE,
}


#: Terminals that stories take, where the usual one will not do.
MODELS = {
    **dict.fromkeys(DUAL, "countertop_dual"),
    **dict.fromkeys(NUMBERS, "countertop_worn"),
}


def told(name: str, firmware: type[Firmware], seed: int) -> bool:
    """Whether the bug's story did harm."""
    model = MODELS.get(name, "countertop")
    stage = Stage(seed, firmware, model, response=20.0, reversal_response=10.0)
    return stage.play(lambda: STORIES[name](stage))


def test_every_defect_has_its_story() -> None:
    """No planted bug is without a test, and no test without a planted bug."""
    assert sorted(STORIES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_defect_does_its_harm(name: str) -> None:
    """With the bug planted, at least one of a few seeds shows the harm."""
    assert any(told(name, planted(name), seed) for seed in range(1, 7))


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_firmware_comes_through(name: str) -> None:
    """Without the bug the same story does no harm, whatever the seed."""
    assert not any(told(name, Firmware, seed) for seed in range(1, 4))


@pytest.mark.parametrize("name", NAMES)
def test_a_defect_says_what_it_breaks(name: str) -> None:
    """The module's text names the clause or the invariant, for the proof's matrix."""
    text = importlib.import_module(f"harness.sim.defects.{name}").__doc__ or ""
    assert "Breaks " in text
    assert text.splitlines()[0].endswith(".")


def test_defects_can_be_planted_together() -> None:
    """One bug on top of another keeps both."""
    both = importlib.import_module("harness.sim.defects.pan_in_log").plant(planted("fsync_missing"))
    assert both.Storage is not Firmware.Storage
    assert both.Log is not Firmware.Log
