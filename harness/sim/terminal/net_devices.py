"""The board's ways out: the modem on its UART and its net device, and the sockets over it."""

from collections.abc import Callable
from functools import partial

from harness.clock import Clock
from harness.ports.base import Port
from harness.ports.memory import MemoryPort, pair
from harness.sim.modems.modem import Modem
from harness.sim.tcp import End
from harness.sim.wifi import Station

MODEM_OFF = 2.0  # s until the modem's capacitors are empty


class NetDevices:
    """What the firmware sees of them; all of it ends with the terminal's power.

    Attributes:
        station: The Wi-Fi station; None on a board without one.
    """

    def __init__(self, clock: Clock, modem: Modem, station: Station | None) -> None:
        self._clock = clock
        self._modem = modem
        self.station = station
        self._devices: dict[str, Modem | Station] = {"wwan0": modem}
        if station is not None:
            self._devices["wlan0"] = station
        self._via = "wwan0"
        self._sockets: list[End] = []
        self._at: MemoryPort | None = None

    def connect(self, where: tuple[str, int], until: float) -> End:
        """A connection by the socket library; raises NetError."""
        self._sockets = [socket for socket in self._sockets if socket.state != "ended"]
        socket = self._devices[self._via].connect(*where, until=until)
        self._sockets.append(socket)
        return socket

    def to(self, where: tuple[str, int]) -> Callable[[float], End]:
        """``connect`` with its address."""
        return partial(self.connect, where)

    def use(self, device: str) -> None:
        """Connections go over this net device from now on: ``wwan0``, ``wlan0``."""
        self._via = device

    def count_bytes(self) -> tuple[str, int]:
        """The net device in use, and its bytes both ways since its start."""
        device = self._devices[self._via]
        return self._via, device.sent + device.received

    # --- the modem's other lines ------------------------------------------------------------

    def open_at(self) -> Port:
        """The UART to the modem; raises PortLost."""
        if self._at is not None:
            self._at.close()
        self._at, theirs = pair(self._clock, "terminal's modem")
        self._modem.outlets["at0"](theirs)
        return self._at

    def reset_modem(self) -> None:
        """Pull the modem's reset line."""
        self._modem.reset()

    def cut_modem_power(self) -> None:
        """Switch the modem's supply off and, once its capacitors are empty, on again."""
        self._modem.power(on=False)
        self._clock.call_at(self._clock.now() + MODEM_OFF, partial(self._modem.power, on=True))

    def power_lost(self) -> None:
        """Sockets and lines end, and nobody is told."""
        for socket in self._sockets:
            socket.vanish()
        self._sockets.clear()
        if self._at is not None:
            self._at.close()
            self._at = None
