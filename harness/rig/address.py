"""An address in a rig file, made a port."""

from collections.abc import Callable, Mapping

from harness.clock import Clock
from harness.errors import NoSuchDevice, PortLost, RigError
from harness.model.address import way_to
from harness.ports.base import Chunk, Port
from harness.ports.gateway import GatewayPort
from harness.ports.operator import OperatorPort
from harness.ports.program import ProgramPort
from harness.ports.serial import BAUD, SerialPort
from harness.ports.tcp import TcpPort
from harness.ports.udp import UdpPort
from harness.ports.worker import WorkerPort

#: Connects to a device of the simulated bench in this process, by the name of ``sim://name``.
#: NoSuchDevice for a name it does not have, PortLost for a device that is dead.
Connect = Callable[[str], Port]

#: Ways that need nothing but a clock and the address; any other is a TCP connection.
KINDS: dict[str, Callable[[Clock, str], Port]] = {
    "udp": UdpPort, "program": ProgramPort, "operator": OperatorPort, "gateway": GatewayPort,
    "worker": WorkerPort,
}  # fmt: skip


class BenchPort(Port):
    """``sim://name``: dials the simulated bench, again whenever the line was lost."""

    def __init__(self, clock: Clock, address: str, connect: Connect) -> None:
        super().__init__(clock, address)
        self._name = address.removeprefix("sim://")
        self._connect = connect
        self._line: Port | None = None

    def open(self) -> None:
        if self._line is not None:
            try:
                self._line.open()
            except PortLost:
                self.close()
            else:
                return
        try:
            line = self._connect(self._name)
        except NoSuchDevice as error:
            raise NoSuchDevice(f"{self.address}: {error}") from error
        line.arrived = self.arrived  # whoever waits on this port hears the line
        self._line = line

    def write(self, data: bytes) -> None:
        self._live().write(data)

    def read(self, until: float | None = None) -> Chunk | None:
        return self._live().read(until)

    @property
    def readable(self) -> bool:
        return self._line is None or self._line.readable  # unopened: a read raises at once

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def twin(self) -> Port:
        return BenchPort(self.clock, self.address, self._connect)

    def _live(self) -> Port:
        if self._line is None:
            raise PortLost(f"{self.address}: not open")
        return self._line


def port_to(
    address: str,
    clock: Clock,
    *,
    connect: Connect | None = None,
    served: Mapping[str, str] | None = None,
    baud: int | None = None,
    stop_bits: float = 1,
    line: str | None = None,
) -> Port:
    """The port to an address; nothing is opened yet.

    Args:
        address: As the rig file says it.
        clock: The port's clock.
        connect: Reaches the simulated bench of this process.
        served: Real addresses of devices that another process serves, by ``sim+...://name``.
        baud: Line speed, bit/s; for serial lines.
        stop_bits: 1, 1.5 or 2; for serial lines.
        line: Data bits, parity and stop bits of a serial line, ``7E1``; 8N and ``stop_bits``
            where it is left out.

    Raises:
        RigError: It is no address, or there is no simulated bench to look it up in.
    """
    real = resolve(address, served)
    way = _way_to(real)
    if way == "bench":
        if connect is None:
            raise RigError(f"{address}: this rig has no simulated bench in its own process")
        return BenchPort(clock, real, connect)
    if clock.virtual:
        said = "a real device cannot be reached in virtual time (clock: virtual)"
        raise RigError(f"{address}: {said}")
    if way == "serial":
        bits, parity, stop = (line[0], line[1], line[2]) if line else ("8", "N", stop_bits)
        return SerialPort(
            clock, real, baud=baud or BAUD, data_bits=int(bits), parity=parity,
            stop_bits=float(stop),
        )  # fmt: skip
    if way == "visa":
        return _visa(clock, real, baud)
    return KINDS.get(way, TcpPort)(clock, real)


def resolve(address: str, served: Mapping[str, str] | None) -> str:
    """Where a served simulated device really is; any other address is itself."""
    if _way_to(address) != "served":
        return address
    real = (served or {}).get(address)
    if real is None or _way_to(real) in ("bench", "served"):
        known = ", ".join(sorted(served or ())) or "none"
        raise RigError(f"{address}: no such device is served at an address. Served: {known}")
    return real


def _way_to(address: str) -> str:
    try:
        return way_to(address)
    except ValueError as error:
        raise RigError(str(error)) from error


def _visa(clock: Clock, address: str, baud: int | None) -> Port:
    from harness.ports.visa import VisaPort  # a slow library, seldom needed

    serial = baud is not None and address.upper().startswith("ASRL")
    port: Port = VisaPort(clock, address, settings={"baud_rate": baud} if serial else None)
    return port
