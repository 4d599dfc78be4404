"""Responses that a register loses."""

from typing import Any

from harness.clock import CooperativeClock
from harness.drivers.frames import Driver
from harness.drivers.nexo import Driver as Nexo
from harness.drivers.zvt import Driver as Zvt
from harness.faults.response_lost import ResponseLost
from harness.model.register import ForgetfulRegister
from harness.model.roles import plays
from harness.model.trace import Observation
from harness.ports.memory import pair


class Players:
    """A cast of one."""

    def __init__(self, player: Any) -> None:
        self.player = player

    def playing(self, role: type) -> Any:
        assert plays(self.player, role)
        return self.player


class Register:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[bool] = []

    def lose_responses(self, *, on: bool) -> None:
        self.told.append(on)


def test_it_is_lost_while_the_fault_lasts() -> None:
    """And not after it."""
    register = Register()
    cast: Any = Players(register)
    with ResponseLost().inject(cast):
        assert register.told == [True]

    assert register.told == [True, False]


def test_its_effect_is_a_response_that_was_lost() -> None:
    """And nothing else."""
    lost = Observation(1, 0.0, "terminal", "acknowledgement_withheld", {"code": "response"})
    other = Observation(2, 0.0, "terminal", "ecr_result", {"code": "00"})

    assert ResponseLost().took_effect(lost)
    assert not ResponseLost().took_effect(other)


def test_only_registers_whose_protocol_lets_the_sale_stand_can_play() -> None:
    """By ZVT a result that was not acknowledged undoes the sale: that is another fault."""
    port, _ = pair(CooperativeClock(), "x")

    assert plays(Nexo(port), ForgetfulRegister)
    assert plays(Driver(port, profile="codepay"), ForgetfulRegister)
    assert not plays(Zvt(port), ForgetfulRegister)
