"""The ways out that a terminal has: SIM 1, SIM 2, Wi-Fi; each says what is missing to use it."""

from collections.abc import Callable
from typing import Protocol

from harness.clock import Clock
from harness.sim.terminal.account import Account
from harness.sim.terminal.cellular import Cellular
from harness.sim.terminal.personality import Sim, Times

MODEM_DEVICE, WIFI_DEVICE = "wwan0", "wlan0"


class Bearer(Protocol):
    """One way out.

    Attributes:
        name: Its word.
        device: The net device that its sockets go over.
        told: What its carrier says of its plan; None where nobody counts.
    """

    name: str
    device: str
    told: Account | None

    def look(self, *, wait: float = 0.0) -> str | None:
        """What is missing to use it, or None; ``wait`` s may be waited for it."""

    def account(self) -> str | None:
        """What its carrier says of the plan: a cause, or None."""

    def mend(self, remedy: str) -> None:
        """Carry out a remedy of ``ladder.REMEDIES``."""

    def ended(self) -> bool:
        """Whether it ended since this was last asked: its sockets are dead."""


class SimBearer:
    """The modem, with the SIM of one slot."""

    device = MODEM_DEVICE

    def __init__(self, name: str, sim: Sim, cellular: Cellular) -> None:
        self.name = name
        self._sim = sim
        self._cellular = cellular
        self.told: Account | None = cellular.told

    def look(self, *, wait: float = 0.0) -> str | None:
        self._cellular.use(self._sim)
        return self._cellular.look(wait=wait)

    def account(self) -> str | None:
        return self._cellular.account()

    def mend(self, remedy: str) -> None:
        self._cellular.mend(remedy)

    def ended(self) -> bool:
        ended, self._cellular.bearer_ended = self._cellular.bearer_ended, False
        return ended


class WifiDevice(Protocol):
    """The station's driver."""

    @property
    def associated(self) -> bool: ...
    def again(self) -> None: ...


class WifiBearer:
    """A known access point."""

    device = WIFI_DEVICE
    told: Account | None = None

    def __init__(self, name: str, station: WifiDevice, clock: Clock, times: Times) -> None:
        self.name = name
        self._station = station
        self._clock = clock
        self._every = times.at_wait
        self._lost = False

    def look(self, *, wait: float = 0.0) -> str | None:
        until = self._clock.now() + wait
        while not self._station.associated and self._clock.now() < until:
            self._clock.sleep(self._every)
        self._lost |= not self._station.associated
        return None if self._station.associated else "no_signal"

    def account(self) -> str | None:
        return None

    def mend(self, remedy: str) -> None:
        self._station.again()

    def ended(self) -> bool:
        lost, self._lost = self._lost, False
        return lost


def make_bearers(
    names: tuple[str, ...], *, sims: dict[str, Sim], cellular: Cellular,
    station: WifiDevice | None, clock: Clock, times: Times, say: Callable[[str], None],
) -> list[Bearer]:  # fmt: skip
    """Those that the personality names and the board has."""
    bearers: list[Bearer] = []
    for name in names:
        if name in sims:
            bearers.append(SimBearer(name, sims[name], cellular))
        elif station is not None:
            bearers.append(WifiBearer(name, station, clock, times))
        else:
            say(f"no {name} in this terminal")
    return bearers
