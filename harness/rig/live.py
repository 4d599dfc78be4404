"""A live rig: locked, opened, identified, armed; and made safe on every way out."""

import contextlib
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harness.clock import Clock
from harness.errors import BenchError, PortLost
from harness.model.cast import Cast
from harness.model.rig import Device, RigFile
from harness.model.roles import SafeState
from harness.model.units import Volts
from harness.ports.base import Port
from harness.rig import sights, vigil
from harness.rig.absent import mending
from harness.rig.address import Connect, port_to, resolve
from harness.rig.arm import arm, disarm, resume
from harness.rig.casting import check_identity, check_presence, driver_class, has_identity
from harness.rig.custody import POWERED
from harness.rig.leaving import Leaving
from harness.rig.owner import Owner, Take
from harness.rig.tenancy import Tenancy

#: The order of the safe state; the supply first, for it is what can hurt.
SAFE_ORDER = (
    "supply", "switch", "reader", "field", "stripe", "network", "carrier", "sim_card",
    "attenuator", "flash", "updates", "host", "modem",
)  # fmt: skip
#: Roles that are the terminal itself: unpowered, they need not answer yet.
OF_THE_TERMINAL = ("terminal", "console")
#: Roles that are one thing with another: what they see has its source.
SOURCES = {"console": "terminal", "carrier": "network", "stripe": "reader", "field": "reader"}
LOST = "the guardian process of this run has died"


class LiveRig:
    """The rig of a file, in a ``with`` block, inside a task of ``clock``.

    Attributes:
        name: The rig's name.
        seed: What the run's randomness grows from.
        clock: The run's clock.
        nominal: The terminal's supply voltage in normal use.
        players: Role -> the owner of its device.
        cast: The players as faults see them.
        kept: Whether the terminal's power was left on by the item before this one.

    Raises:
        RigError: The file and the bench do not fit; nothing was energised.
        RigLocked: Another run holds an instrument; nothing was energised.
        BenchError: A device is absent or another one than the file says (nothing was energised),
            or, on the way out, something could not be made safe.
    """

    def __init__(
        self,
        rigfile: RigFile,
        *,
        clock: Clock,
        seed: int = 0,
        connect: Connect | None = None,
        served: Mapping[str, str] | None = None,
        locks: Path | None = None,
        highest: Volts | None = None,
        tenancy: Tenancy | None = None,
        folder: Path | None = None,
    ) -> None:
        """Take what is needed; nothing is opened before ``with``.

        Args:
            rigfile: The rig.
            clock: The run's clock.
            seed: Kept for those who ask.
            connect: Reaches the simulated bench of this process.
            served: Real addresses of devices that another process serves, by ``sim+...://name``.
            locks: Folder of the locks; this user's runtime folder when left out.
            highest: Highest voltage any scenario asks for; nominal when left out.
            tenancy: What is held from item to item; nothing is when left out.
            folder: Where this run's evidence goes.
        """
        self.name, self.facts = rigfile.name, list(rigfile.facts)
        self.seed = seed
        self.clock = clock
        self.nominal = rigfile.nominal
        self.players: dict[str, Owner] = {}
        self._leaving = Leaving(clock)
        self.cast = Cast(self.players, self.nominal, clock.sleep, now=clock.now)
        self._file = rigfile
        self._connect = connect
        self._served = served
        self._locks, self._folder = locks, folder
        self._tenancy, self._own_tenancy = tenancy or Tenancy(), tenancy is None
        self.kept = self._tenancy.kept
        self._highest = max(highest or self.nominal, self.nominal)
        self._listener: Take | None = None
        self._early: list[tuple[str, str, float, Mapping[str, Any]]] | None = []
        self._ports: dict[str, Port] = {}
        self._away: set[str] = set()
        self._drivers: dict[str, Any] = {}
        self._identified: list[str] = []

    @property
    def unsafe(self) -> list[str]:
        """What could not be brought into, or verified in, its safe state."""
        return [f"{role}: {why}" for role, why in self._leaving.unsafe.items()]

    def listen(self, take: Take | None) -> None:
        """Have every observation given to ``take`` from now on; None for nobody.

        What was said before anybody listened comes first: a driver tells most things only once.
        ``take`` is called in the owners' tasks, under a real clock in their threads.
        """
        self._listener = take
        early, self._early = self._early, None
        if take is not None:
            for said in early or ():
                take(*said)

    def plays(self) -> dict[str, str]:
        """Role -> driver."""
        return {role: device.driver for role, device in self._file.devices.items()}

    def observes(self) -> list[str]:
        """The channels this rig sees: display, ecr, console, host, journal."""
        return sights.observed(self._drivers)

    def tells(self) -> list[str] | None:
        """The kinds for which the words of its terminal's log are known; None: nobody says."""
        return sights.joined(self._drivers, "tells")

    def names(self) -> list[str] | None:
        """The causes for which its register's protocol has a code; None: nobody says."""
        return sights.joined(self._drivers, "nameable")

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.push(self._leave)
            self._begin()
            undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave(kind, error, trace)

    # --- on the way in

    def _begin(self) -> None:
        devices = self._file.devices
        kinds = {role: driver_class(device, self.nominal) for role, device in devices.items()}
        for role, device in devices.items():
            self._ports[role] = port_to(
                device.address, self.clock, connect=self._connect, served=self._served,
                baud=device.baud or getattr(kinds[role], "BAUD", None),
                stop_bits=getattr(kinds[role], "STOP_BITS", 1), line=device.line,
            )  # fmt: skip
        self._tenancy.enter(
            self._file, self.clock, self._addresses_to_lock(),
            locks=self._locks, folder=self._folder,
        )  # fmt: skip
        for role, device in devices.items():
            self._open(device)
            self._drivers[role] = kinds[role](self._ports[role], **device.options)
        for role, device in devices.items():
            if role not in self._away:
                self._identify(device)
            self._identified.append(role)
        self._tenancy.guard(self._guardian_lost)
        if "supply" in devices:
            self._arm()
        for role in devices:
            self.players[role] = self._owner(role)

    def _arm(self) -> None:
        supply, limits = self._drivers["supply"], self._file.devices["supply"].limits
        supply.gate.min_off = self._file.power.min_off
        way = resume if self.kept else arm
        way(supply, limits, self.nominal, self._highest)
        if not supply.gate.on and not self._file.devices["supply"].simulated:
            supply.gate.off_at = self.clock.now() - self._tenancy.off_for()

    def rearm(self) -> None:
        """After the line to the supply was lost: off, verified, armed anew. Raises BenchError."""
        self.players["supply"].perform("arm", self._rearm)

    def _rearm(self) -> None:
        self._ports["supply"].close()
        self._ports["supply"].open()
        self._identify(self._file.devices["supply"])
        limits = self._file.devices["supply"].limits
        arm(self._drivers["supply"], limits, self.nominal, self._highest)

    def _guardian_lost(self) -> None:
        """In a thread of its own: the run ends, and nothing is energised until it has."""
        supply = self._drivers.get("supply")
        if supply is not None:
            supply.gate.closed = LOST

        def end() -> None:
            raise BenchError(f"{LOST}; the run ends and the bench is made safe")

        self.clock.call_at(self.clock.now(), end)

    def _addresses_to_lock(self) -> list[str]:
        if not self._file.lock:
            return []
        places = [resolve(device.address, self._served) for device in self._file.devices.values()]
        return [place for place in places if not place.startswith("sim://")]

    def _open(self, device: Device) -> None:
        try:
            self._ports[device.role].open()
        except PortLost as error:
            if device.role in OF_THE_TERMINAL and "supply" in self._file.devices:
                self._away.add(device.role)  # it has no power yet
                return
            raise BenchError(
                f"{device.role}: nothing answers at {device.address} ({error}). Nothing was "
                f"energised; {self._file.path or 'the rig file'}: {mending(device, error)}"
            ) from error

    def _identify(self, device: Device) -> None:
        unpowered = device.role in OF_THE_TERMINAL and "supply" in self._file.devices
        driver = self._drivers[device.role]
        if has_identity(device, driver) and not unpowered:
            check_identity(device, driver)
        elif not unpowered:
            check_presence(device, driver)

    def _owner(self, role: str) -> Owner:
        source = SOURCES.get(role, role)
        owner = Owner(
            self.clock, role, source, self._drivers[role], self._ports[role], self._take,
            stir=lambda: vigil.stir(self.players),
        )  # fmt: skip
        if role in self._away:
            owner.port_is_away()
        return owner

    def _take(self, source: str, kind: str, t: float, fields: Mapping[str, Any]) -> None:
        if source == "terminal" and kind in vigil.TROUBLE:
            vigil.hurry(self.players.get("supply"))
        if vigil.stirs(source, kind):
            vigil.stir(self.players)
        if self._listener is not None:
            self._listener(source, kind, t, fields)
        elif self._early is not None:
            self._early.append((source, kind, t, fields))

    # --- on the way out

    def _leave(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        leaving = self._leaving
        keep = self._tenancy.may_keep and error is None
        for role in sorted(self._identified, key=_safe_rank):
            if keep and role in POWERED:
                leaving.attempt(role, "its watchdog is still armed", self._disarm)
            elif isinstance(self._drivers[role], SafeState):
                self._make_safe(role)
        if not keep and "supply" not in leaving.unsafe:
            with contextlib.suppress(BenchError):  # off; at most it trips, which arming clears
                self._disarm()
        for role, owner in self.players.items():
            leaving.attempt(role, "its owner could not be stopped", owner.release)
        for role, port in self._ports.items():
            leaving.attempt(role, "its port could not be closed", port.close)
        leaving.attempt("rig", "it could not be let go", lambda: self._let_go(keep=keep))
        self._identified.clear()
        leaving.tell(error)

    def _make_safe(self, role: str) -> None:
        owner, port = self.players.get(role), self._ports[role]
        self._leaving.make_safe(role, owner, self._drivers[role], port)

    def _disarm(self) -> None:
        if "supply" in self._identified:
            disarm(self._drivers["supply"])

    def _let_go(self, *, keep: bool) -> None:
        self._tenancy.leave(self._leaving.unsafe, keep=keep and not self.unsafe)
        if self._own_tenancy:
            self._tenancy.close()


def _safe_rank(role: str) -> int:
    return SAFE_ORDER.index(role) if role in SAFE_ORDER else len(SAFE_ORDER)
