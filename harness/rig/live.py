"""A live rig: locked, opened, identified, armed; and made safe on every way out."""

import contextlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harness.clock import Clock
from harness.errors import BenchError, PortLost
from harness.model.rigfile import Device, RigFile
from harness.model.roles import Cast, SafeState
from harness.model.units import Volts
from harness.ports.base import Port
from harness.rig.address import Connect, port_to, resolve
from harness.rig.arm import arm
from harness.rig.casting import check_identity, driver_class, has_identity
from harness.rig.lock import RigLock
from harness.rig.owner import Owner, Take

#: The order of the safe state; the supply first, for it is what can hurt.
SAFE_ORDER = ("supply", "switch", "reader", "network", "attenuator", "updates", "host", "modem")
#: Roles that are the terminal itself: unpowered, they need not answer yet.
OF_THE_TERMINAL = ("terminal", "console")
QUIET = 0.5  # s without a byte: nothing is under way any more
PATIENCE = 10.0  # s an owner gets for reaching the safe state before it is done in its stead

#: What can be observed of a terminal by who plays the role; a driver's OBSERVES says otherwise.
CHANNELS: dict[str, tuple[str, ...]] = {
    "terminal": ("ecr",),
    "console": ("console", "display", "journal"),
    "host": ("host",),
}


class LiveRig:
    """The rig of a file, in a ``with`` block, inside a task of ``clock``.

    Attributes:
        name: The rig's name.
        seed: What the run's randomness grows from.
        clock: The run's clock.
        nominal: The terminal's supply voltage in normal use.
        players: Role -> the owner of its device.
        cast: The players as faults see them.
        unsafe: What could not be brought into, or verified in, its safe state.

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
        """
        self.name = rigfile.name
        self.seed = seed
        self.clock = clock
        self.nominal = rigfile.nominal
        self.players: dict[str, Owner] = {}
        self.unsafe: list[str] = []
        self._interrupt: BaseException | None = None
        self.cast = Cast(self.players, self.nominal, clock.sleep, now=clock.now)
        self._file = rigfile
        self._connect = connect
        self._served = served
        self._locks = locks
        self._highest = max(highest or self.nominal, self.nominal)
        self._listener: Take | None = None
        self._early: list[tuple[str, str, float, Mapping[str, Any]]] | None = []
        self._ports: dict[str, Port] = {}
        self._away: set[str] = set()
        self._drivers: dict[str, Any] = {}
        self._identified: list[str] = []
        self._lock: RigLock | None = None

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
        seen: list[str] = []
        for role, driver in self._drivers.items():
            seen += getattr(driver, "OBSERVES", CHANNELS.get(role, ()))
        return sorted(set(seen))

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
        kinds = {role: driver_class(device) for role, device in devices.items()}
        for role, device in devices.items():
            self._ports[role] = port_to(
                device.address, self.clock, connect=self._connect, served=self._served,
                baud=device.baud or getattr(kinds[role], "BAUD", None),
            )  # fmt: skip
        self._lock = RigLock(self.name, self._addresses_to_lock(), self._locks).__enter__()
        for role, device in devices.items():
            self._open(device)
            self._drivers[role] = kinds[role](self._ports[role], **device.options)
        for role, device in devices.items():
            if role not in self._away:
                self._identify(device)
            self._identified.append(role)
        if "supply" in devices:
            arm(self._drivers["supply"], devices["supply"].limits, self.nominal, self._highest)
        for role in devices:
            self.players[role] = self._owner(role)

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
                f"{device.role}: nothing answers at {device.address} ({error}). Is it switched on "
                f"and plugged in, and is the address in {self._file.path or 'the rig file'} right? "
                "Nothing was energised"
            ) from error

    def _identify(self, device: Device) -> None:
        unpowered = device.role in OF_THE_TERMINAL and "supply" in self._file.devices
        if has_identity(device, self._drivers[device.role]) and not unpowered:
            check_identity(device, self._drivers[device.role])

    def _owner(self, role: str) -> Owner:
        source = "terminal" if role in OF_THE_TERMINAL else role
        owner = Owner(self.clock, role, source, self._drivers[role], self._ports[role], self._take)
        if role in self._away:
            owner.port_is_away()
        return owner

    def _take(self, source: str, kind: str, t: float, fields: Mapping[str, Any]) -> None:
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
        for role in sorted(self._identified, key=_safe_rank):
            if isinstance(self._drivers[role], SafeState):
                self._make_safe(role)
        for role, owner in self.players.items():
            self._try(f"{role}: its owner could not be stopped", owner.release)
        for role, port in self._ports.items():
            self._try(f"{role}: its port could not be closed", port.close)
        if self._lock is not None:
            self._lock.release()
        self._identified.clear()
        if self.unsafe:
            self._tell_unsafe(error)
        if self._interrupt is not None:
            raise self._interrupt

    def _make_safe(self, role: str) -> None:
        """By its owner, twice; or, when that is stuck or dead, in its stead."""
        owner = self.players.get(role)
        if owner is not None:
            safe = self._safe_by(owner)
            if safe is False:  # it answered, and not well: once more
                safe = self._safe_by(owner)
            if safe:
                return
            self._try(f"{role}: its owner could not be stopped", owner.release)
            self._try(f"{role}: its port is not usable", lambda: self._drain(owner.port))
        self._try(f"{role}: its safe state is not verified", self._drivers[role].make_safe)

    def _safe_by(self, owner: Owner) -> bool | None:
        """Whether it went well; None when its owner does not come back."""
        pending = owner.start_first("make_safe")
        try:
            if pending.wait(self.clock.now() + PATIENCE):
                pending.result()
                return True
        except Exception:  # noqa: BLE001 - it is tried again, and that tells
            return False
        except BaseException as error:  # noqa: BLE001 - a second interrupt must not leave it on
            self._interrupt = error
        return None

    def _drain(self, port: Port) -> None:
        """Let the answer of a call that was broken off come, so that no other call takes it."""
        limit = self.clock.now() + PATIENCE
        with contextlib.suppress(PortLost):
            while self.clock.now() < limit and port.read(until=self.clock.now() + QUIET):
                pass

    def _try(self, what: str, act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - collected, told at the end
            self.unsafe.append(f"{what} ({error})")
        except BaseException as error:  # noqa: BLE001 - a second interrupt must not stop this
            self.unsafe.append(f"{what} (interrupted)")
            self._interrupt = error

    def _tell_unsafe(self, error: BaseException | None) -> None:
        said = "; ".join(self.unsafe) + ". Switch it off by hand before you touch anything"
        stop = self._interrupt or error
        if stop is not None and not isinstance(stop, Exception):
            stop.add_note(said)  # an interrupt stays an interrupt
            return
        raise BenchError(f"{error}. Besides, {said}" if error else said) from error


def _safe_rank(role: str) -> int:
    return SAFE_ORDER.index(role) if role in SAFE_ORDER else len(SAFE_ORDER)
