"""Where a story begins: the terminal has power, whatever is in its supply line."""

from typing import Any

from harness.engine import given
from harness.model.power import Switching
from harness.model.units import Volts


class Line:
    """A supply or a switch that notes what it is told."""

    def __init__(self, said: list[str]) -> None:
        self.said = said

    def __getattr__(self, name: str) -> Any:
        if name not in ("set_current_limit", "measure_voltage", "measure_current"):
            raise AttributeError(name)
        return lambda *_: None


class ToySupply(Line):
    """Off at first."""

    def set_output(self, *, on: bool) -> None:
        self.said.append(f"output {on}")

    def output(self) -> bool:
        return False

    def set_voltage(self, volts: Volts) -> None:
        self.said.append(f"{volts}")


class ToySwitch:
    """Open or closed."""

    switching = Switching()

    def __init__(self, said: list[str], *, closed: bool) -> None:
        self.said, self.is_closed = said, closed

    def set_closed(self, *, closed: bool) -> None:
        self.said.append(f"closed {closed}")

    def closed(self) -> bool:
        return self.is_closed


class Rig:
    """Players and a nominal voltage."""

    nominal = Volts(5)

    def __init__(self, **players: Any) -> None:
        self.players = players


def test_an_open_switch_is_closed_before_the_supply_goes_on() -> None:
    """Or the terminal would never start."""
    said: list[str] = []
    given._power_on(Rig(supply=ToySupply(said), switch=ToySwitch(said, closed=False)))
    assert said == ["closed True", "5 V", "output True"]


def test_a_closed_switch_is_left_alone() -> None:
    """A relay's life is counted in operations."""
    said: list[str] = []
    given._power_on(Rig(supply=ToySupply(said), switch=ToySwitch(said, closed=True)))
    assert said == ["5 V", "output True"]


class Told:
    """A trace with one last state."""

    def __init__(self, **state: Any) -> None:
        self.state = state

    def last(self, kind: str) -> Any:
        return self.state or None


def test_who_is_ready_and_not_online_yet_is_waited_for() -> None:
    """What does not say whether it is online is not: a register's status, another's log."""
    assert given.is_offline(Told(state="ready", online=False))
    assert not given.is_offline(Told(state="ready", online=True))
    assert not given.is_offline(Told(state="ready"))
    assert not given.is_offline(Told())
