"""A terminal that was left on between two items begins a story without what it saw meanwhile."""

from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.engine import given
from harness.engine.steps import Given
from harness.errors import DeviceRefused


class Register:
    """A register's driver that notes what it is asked for."""

    observe = None

    def __init__(self, said: list[str], *, refuses: bool = False) -> None:
        self.said, self.refuses = said, refuses

    def __getattr__(self, name: str) -> Any:
        if name not in ("sell", "abort", "last_result"):
            raise AttributeError(name)
        return lambda *_: None

    def status(self) -> str:
        self.said.append("status")
        return "00"

    def sign_on(self) -> None:
        self.said.append("sign_on")

    def diagnose(self) -> None:
        self.said.append("diagnose")
        if self.refuses:
            raise DeviceRefused("function not possible")


class Rig:
    """One terminal, and whether it was left on."""

    nominal = 5.0

    def __init__(self, terminal: Register, *, kept: bool) -> None:
        self.players, self.kept = {"terminal": terminal}, kept

    def observes(self) -> list[str]:
        return []


class Recorder:
    """Nothing was seen."""

    clock = CooperativeClock()
    trace = ()


@pytest.mark.parametrize("refuses", [False, True])
def test_it_tries_its_way_to_the_host_before_the_story_begins(refuses: bool) -> None:
    """An alarm of the time between is taken back; who cannot be asked begins as it is."""
    said: list[str] = []

    given.reach(Given(), Rig(Register(said, refuses=refuses), kept=True), Recorder())  # type: ignore[arg-type]

    assert said == ["status", "sign_on", "diagnose"]


def test_one_that_was_just_started_is_asked_nothing_more() -> None:
    """Its start has told all there is."""
    said: list[str] = []

    given.reach(Given(), Rig(Register(said), kept=False), Recorder())  # type: ignore[arg-type]

    assert said == ["status", "sign_on"]
