"""The model's files fit each other: what the firmware says is what the drivers understand."""

from functools import cache
from pathlib import Path

import pytest

from harness.drivers._console_rules import Rule, read_personality
from harness.files import fixture, read_plain
from harness.model.causes import CAUSES
from harness.sim.terminal.models import read_character
from harness.sim.terminal.personality import Personality

MODELS = sorted(folder.name for folder in fixture("terminal").iterdir() if folder.is_dir())
CHARACTERS = {model: Personality.read(read_character(model)) for model in MODELS}
PLAIN = read_character("countertop")
CHARACTER = CHARACTERS["countertop"]


@pytest.mark.parametrize("model", MODELS)
def test_codes_and_texts_are_told_apart(model: str) -> None:
    """No two conditions share a code or a text, and all are words of ours."""
    alarms = CHARACTERS[model].alarms.values()
    assert len({alarm.code for alarm in alarms}) == len(alarms)
    assert len({alarm.text for alarm in alarms}) == len(alarms)
    assert set(CHARACTERS[model].alarms) <= set(CAUSES)


def console_of(model: str) -> Path:
    """Its own, or that of the one it is like in all its words."""
    own = fixture("terminal", model, "console.yaml")
    return own if own.exists() else fixture("terminal", "countertop", "console.yaml")


@pytest.mark.parametrize("cause", CHARACTER.alarms)
@pytest.mark.parametrize("model", MODELS)
def test_the_console_driver_understands_every_alarm(model: str, cause: str) -> None:
    """Detected, reported on display and console, and cleared: each by its cause."""
    rules = rules_of(console_of(model))
    alarm = CHARACTERS[model].alarms[cause]

    def read(line: str) -> list[tuple[str, object]]:
        found = [(rule.kind, rule.read(line)) for rule in rules]
        return [(kind, fields) for kind, fields in found if fields is not None]

    raised = dict(read(f"08:00:00.000 W mon: {alarm.code} raised: for a reason"))
    shown = [fields for kind, fields in read(f'08:00:00.000 I disp: "{alarm.text}"')]
    cleared = read(f"08:00:00.000 I mon: {alarm.code} cleared")
    assert raised["detected"] == {"cause": cause, "text": "for a reason"}
    assert {"on": "display", "cause": cause, "text": alarm.text} in shown
    assert cleared == [("cleared", {"cause": cause})]


@cache
def rules_of(file: Path) -> list[Rule]:
    """The rules of a console personality."""
    return read_personality(file)[0]


@pytest.mark.parametrize("cause", CHARACTER.alarms)
def test_the_register_driver_understands_every_extended_code(cause: str) -> None:
    """TLV 1F16 carries the terminal's own code; the driver's table has it."""
    extended = read_plain(fixture("terminal", "countertop", "zvt.yaml"))["extended"]
    assert extended[CHARACTER.alarms[cause].code[1:].zfill(4)] == cause


@pytest.mark.parametrize(
    "change", [{"times": {"hold_up": 1}}, {"levels": {}}, {"limits": {"x": 1}}]
)
def test_a_key_too_few_or_too_many_is_refused(change: dict[str, object]) -> None:
    """A misspelt key does not silently become a default."""
    with pytest.raises((TypeError, KeyError)):
        Personality.read({**PLAIN, **change})


def test_levels_are_in_order() -> None:
    """Discharged < brown-out < power good < warning < healthy."""
    levels = CHARACTER.levels
    rising = [
        levels.discharged,
        levels.brown_out,
        levels.power_good,
        levels.warning,
        levels.healthy,
    ]
    assert rising == sorted(set(rising))
