"""The register's line is cut: a fault of the register's end."""

import pytest

from harness.drivers.zvt import Driver
from harness.faults.register_lost import RegisterLost
from harness.model.cast import Cast
from harness.model.register import CutRegister
from harness.model.roles import plays
from harness.model.units import Volts
from harness.tests.sim.terminal.stage import Stage


def test_a_register_of_zvt_can_be_cut() -> None:
    """The role is found on the driver's class."""
    assert plays(Driver, CutRegister)
    assert (CutRegister,) == RegisterLost.NEEDS


@pytest.mark.parametrize("at", ["card", "host", "result", "end"])
def test_the_line_is_cut_at_its_moment_and_whole_again_afterwards(at: str) -> None:
    """The effect is seen; the terminal and the host agree; the next sale goes through."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        cast = Cast({"terminal": stage.register}, Volts(5), stage.clock.sleep)
        with RegisterLost(at).inject(cast):  # type: ignore[arg-type]
            assert stage.sell(1000, None if at == "card" else "chip").outcome == "unknown"
            stage.clock.sleep(30.0)
            assert stage.sell(900).outcome == "failed", "the line is cut"
        assert stage.sell(700).outcome == "approved"

    stage.play(story)
    assert stage.of("acknowledgement_withheld")
    charged = sorted(one.amount for one in stage.host.ledger if one.status == "approved")
    assert charged == ([700, 1000] if at == "end" else [700])


def test_it_is_whole_again_even_after_an_error() -> None:
    """Whatever happens inside, the register can connect afterwards."""
    stage = Stage()
    cast = Cast({"terminal": stage.register}, Volts(5), stage.clock.sleep)
    with pytest.raises(RuntimeError), RegisterLost("end").inject(cast):
        raise RuntimeError
    assert not stage.register._session.link.cut
    assert stage.register._session.link.losing is None
