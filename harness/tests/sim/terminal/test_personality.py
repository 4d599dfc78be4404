"""The model's files fit each other: what the firmware says is what the drivers understand."""

import pytest

from harness.drivers.console import read_personality
from harness.files import fixture, read_plain
from harness.model.causes import CAUSES
from harness.sim.terminal.personality import Personality

PLAIN = read_plain(fixture("terminal", "countertop", "personality.yaml"))
CHARACTER = Personality.read(PLAIN)


def test_codes_and_texts_are_told_apart() -> None:
    """No two conditions share a code or a text, and all are words of ours."""
    alarms = CHARACTER.alarms.values()
    assert len({alarm.code for alarm in alarms}) == len(alarms)
    assert len({alarm.text for alarm in alarms}) == len(alarms)
    assert set(CHARACTER.alarms) <= set(CAUSES)


@pytest.mark.parametrize("cause", CHARACTER.alarms)
def test_the_console_driver_understands_every_alarm(cause: str) -> None:
    """Detected, reported on display and console, and cleared: each by its cause."""
    rules, _, _ = read_personality(fixture("terminal", "countertop", "console.yaml"))
    alarm = CHARACTER.alarms[cause]

    def read(line: str) -> list[tuple[str, object]]:
        found = [(rule.kind, rule.read(line)) for rule in rules]
        return [(kind, fields) for kind, fields in found if fields is not None]

    raised = dict(read(f"08:00:00.000 W mon: {alarm.code} raised: for a reason"))
    shown = [fields for kind, fields in read(f'08:00:00.000 I disp: "{alarm.text}"')]
    cleared = read(f"08:00:00.000 I mon: {alarm.code} cleared")
    assert raised["detected"] == {"cause": cause, "text": "for a reason"}
    assert {"on": "display", "cause": cause, "text": alarm.text} in shown
    assert cleared == [("cleared", {"cause": cause})]


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
