"""A supply on a serial line: the same driver over pyserial and over an ASRL resource, on a pty."""

from collections.abc import Iterator

import pytest

from harness.clock import ThreadClock
from harness.drivers.keysight_e36300 import Driver
from harness.errors import PortLost
from harness.model.units import Amps, Volts
from harness.ports.base import Port
from harness.ports.reopen import reopen
from harness.ports.served import serve_pty
from harness.rig.address import port_to
from harness.tests.patience import soon
from harness.tests.supplies import served


@pytest.fixture
def line() -> Iterator[str]:
    """A tty with a simulated E36313A at its other end, in a thread of its own, in real time."""
    with served("e36313a", serve_pty) as path:
        yield path


@pytest.fixture(params=["{}", "ASRL{}::INSTR"], ids=["pyserial", "asrl"])
def port(line: str, request: pytest.FixtureRequest) -> Iterator[Port]:
    """The line, by its path and by its VISA resource, as a rig file would have it."""
    found = port_to(request.param.format(line), ThreadClock(), baud=115200)
    found.open()
    yield found
    found.close()


def test_a_supply_is_driven_over_its_serial_line(port: Port) -> None:
    """Identity, limits, on, measured, safe: no difference to a socket."""
    supply = Driver(port, channel=2)

    assert supply.identify().startswith("KEYSIGHT,E36313A,")
    supply.set_over_voltage(Volts(6))
    supply.set_current_limit(Amps(1))
    supply.set_voltage(Volts(5))
    supply.set_output(on=True)
    soon(lambda: supply.measure_voltage() == pytest.approx(5, abs=0.05))
    supply.make_safe()
    assert supply.measure_voltage() < 0.5


def test_a_line_that_was_closed_stays_lost_until_it_is_reopened(port: Port) -> None:
    """No call opens it again by itself; a reopened one talks again, from the marker on."""
    supply = Driver(port, channel=2)
    assert supply.output() is False
    port.close()
    for _ in range(2):
        with pytest.raises(PortLost):
            supply.output()
    assert reopen(port, first=0.01) == 1
    assert supply.output() is False
