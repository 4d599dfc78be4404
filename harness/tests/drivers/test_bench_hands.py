"""The driver of the bench's hands: its dialogue, its parts, what it makes of events."""

from functools import partial
from typing import Any

import pytest

from harness.drivers.bench_hands import Driver
from harness.errors import DeviceRefused, UsageError
from harness.model.hands import PARTS, Climate, Debugger, Hands, Presses, ShowsCodes
from harness.model.roles import Identified, SafeState, Watched
from harness.testing import replay


def test_it_plays_its_roles() -> None:
    """Hands, fingers, codes, climate and a debugger, by having their methods."""
    with replay(Driver, []) as hands:
        for role in (Hands, Presses, ShowsCodes, Climate, Debugger, Watched, SafeState, Identified):
            assert isinstance(hands, role)
        assert tuple(hands.parts()) == tuple(PARTS)


def test_what_is_in_reach_is_the_rig_files() -> None:
    """A part that nobody knows is a mistake in the rig file, told before anything is connected."""
    with replay(partial(Driver, parts=["paper"]), []) as hands:
        assert tuple(hands.parts()) == ("paper",)
    with (
        pytest.raises(UsageError, match="no parts wings"),
        replay(partial(Driver, parts=["wings"]), []),
    ):
        pass


def test_its_words() -> None:
    """One line each; an event before the answer is an observation, a refusal is the device's."""
    rows: list[tuple[str, dict[str, Any]]] = []

    def observe(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        rows.append((kind, fields))

    talk = [
        ('{"do":"put","part":"paper","state":"out"}',
         '{"event":"part","part":"paper","state":"out"}\n{"event":"gossip"}\n{"ok":true}'),
        ('{"do":"press","keys":"1 ok"}', '{"ok":true}'),
        ('{"do":"show","code":"good"}', '{"ok":true}'),
        ('{"do":"ambient","celsius":45.0}', '{"ok":true}'),
        ('{"do":"clock","to":"","by":60.0}', '{"ok":true}'),
        ('{"do":"batch","records":3}', '{"ok":true}'),
        ('{"do":"fill","percent":98.0}', '{"error":"no"}'),
    ]  # fmt: skip
    with replay(Driver, talk) as hands:
        hands.observe = observe
        hands.put("paper", "out")
        hands.press("1 ok")
        hands.show_code("good")
        hands.set_temperature(45.0)
        hands.set_clock(by=60.0)
        hands.limit_batch(3)
        with pytest.raises(DeviceRefused, match="no"):
            hands.fill_storage(98.0)

    assert rows == [("part", {"part": "paper", "state": "out"})]
