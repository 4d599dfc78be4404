"""A supply that speaks lines: ``V 9``, ``ID?``. For tests of the rig.

Source: made up.
"""

from harness.errors import DeviceRefused, PortTimeout
from harness.model.roles import Observe, ignore
from harness.model.units import Amps, Volts
from harness.ports.base import Port

IDENTITY = r"TOY SUPPLY"
ANSWER_WITHIN = 1.0  # s


class Driver:
    """Plays Supply and Protected; says what it measures."""

    poll_every = 1.0

    def __init__(self, port: Port, *, channel: int = 1, settle: Volts = Volts(0)) -> None:
        self.observe: Observe = ignore
        self.channel = channel
        self._port = port

    def identify(self) -> str:
        return self._ask("ID?")

    def set_output(self, *, on: bool) -> None:
        self._ask(f"OUT {int(on)}")

    def output(self) -> bool:
        return self._ask("OUT?") == "1"

    def set_voltage(self, volts: Volts) -> None:
        self._ask(f"V {float(volts):g}")

    def set_current_limit(self, amps: Amps) -> None:
        self._ask(f"A {float(amps):g}")

    def measure_voltage(self) -> Volts:
        return Volts(float(self._ask("V?")))

    def measure_current(self) -> Amps:
        return Amps(0.1)

    def set_over_voltage(self, volts: Volts) -> None:
        self._ask(f"OVP {float(volts):g}")

    def over_voltage(self) -> Volts:
        return Volts(float(self._ask("OVP?")))

    def tripped(self) -> str:
        return self._ask("TRIP?")

    def clear_trip(self) -> None:
        self._ask("CLEAR")

    def jump_up(self) -> None:
        """Tell itself what no rig would allow."""
        self.set_voltage(Volts(99))

    def poll(self) -> None:
        self.observe("measured", volts=float(self.measure_voltage()), amps=0.1)

    def make_safe(self) -> None:
        self.set_output(on=False)
        if self.output():
            raise DeviceRefused("the output stays on")

    def _ask(self, line: str) -> str:
        self._port.write(line.encode() + b"\n")
        got = self._port.read(until=self._port.clock.now() + ANSWER_WITHIN)
        if got is None:
            raise PortTimeout(f"no answer to {line!r}")
        said = got.data.decode().strip()
        if said.startswith("!"):
            raise DeviceRefused(said)
        return said
