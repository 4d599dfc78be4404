"""The E36300 driver and a foreign client, over real TCP and pyvisa, on the simulated supply."""

from collections.abc import Callable, Iterator

import pytest
import pyvisa

from harness.clock import CooperativeClock, ThreadClock
from harness.drivers.keysight_e36300 import Driver
from harness.model.units import Amps, Seconds, Volts
from harness.ports.base import Port
from harness.ports.served import serve_tcp
from harness.ports.visa import VisaPort
from harness.tests.patience import soon
from harness.tests.supplies import served


def on_loopback(clock: CooperativeClock, outlet: Callable[[Port], None]) -> str:
    """Serve it there; its VISA resource."""
    host, port = serve_tcp(clock, outlet, host="127.0.0.1", port=0)
    return f"TCPIP0::{host}::{port}::SOCKET"


@pytest.fixture
def resource() -> Iterator[str]:
    """A simulated supply served on loopback, in a thread of its own, in real time."""
    with served("e36313a", on_loopback) as found:
        yield found


def test_the_driver_works_unchanged_over_visa(resource: str) -> None:
    """Set, switch, measure, play a list, make safe: real time, real sockets, real pyvisa."""
    port = VisaPort(ThreadClock(), resource)
    port.open()
    supply = Driver(port, channel=2)

    assert supply.identify().startswith("KEYSIGHT,E36313A,")
    supply.set_over_voltage(Volts(10))
    supply.set_current_limit(Amps(1))
    supply.set_voltage(Volts(9))
    supply.set_output(on=True)
    soon(lambda: supply.measure_voltage() == pytest.approx(9, abs=0.05))

    supply.play([(Volts(5), Seconds(60)), (Volts(9), Seconds(0.01))])
    soon(lambda: supply.measure_voltage() == pytest.approx(5, abs=0.05))
    supply.stop()
    supply.make_safe()

    assert supply.measure_voltage() < 0.5
    port.close()


def test_a_plain_pyvisa_client_is_served(resource: str) -> None:
    """Somebody else's script, with nothing of ours but the address."""
    found = pyvisa.ResourceManager("@py").open_resource(resource)
    found.write_termination, found.read_termination = "\n", "\n"  # type: ignore[attr-defined]

    assert found.query("*IDN?").startswith("KEYSIGHT,E36313A,")  # type: ignore[attr-defined]
    found.write("APPL 5,1,(@1);:OUTP ON,(@1)")  # type: ignore[attr-defined]
    assert found.query("*OPC?") == "1"  # type: ignore[attr-defined]
    assert found.query_ascii_values("VOLT? (@1:3)") == [5.0, 0.0, 0.0]  # type: ignore[attr-defined]
    assert found.query("SYST:ERR?") == '+0,"No error"'  # type: ignore[attr-defined]
    found.close()
