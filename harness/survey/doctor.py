"""What is wrong with a rig, role by role, and how to mend it. Nothing is ever energised.

A supply whose output is off is armed, read back and made safe again: that is the only thing said
to it that changes anything. One whose output is on is left as it is, and told.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from harness.clock import Clock
from harness.errors import BenchError, HarnessError, PortLost, RigLocked
from harness.model.power import Switch
from harness.model.rig import Device, RigFile
from harness.model.roles import Identified, plays
from harness.ports.base import Port
from harness.rig import state
from harness.rig.absent import mending
from harness.rig.address import port_to, resolve
from harness.rig.casting import check_identity, driver_class, has_identity
from harness.rig.custody import POWERED
from harness.rig.live import OF_THE_TERMINAL
from harness.rig.lock import RigLock, WireLock
from harness.survey import host, leftovers
from harness.survey.camp import camp
from harness.survey.discover import FIELDS
from harness.survey.findings import BAD, OK, WARN, Finding, Row, worst
from harness.survey.weigh import weigh

OFF_BELOW = 0.5  # V


class Doctor:
    """Examines one rig."""

    def __init__(
        self,
        rigfile: RigFile,
        clock: Clock,
        *,
        served: Mapping[str, str] | None = None,
        locks: Path | None = None,
    ) -> None:
        """Nothing is looked at yet.

        Args:
            rigfile: The rig.
            clock: A real clock.
            served: Real addresses of devices that another process serves.
            locks: Folder of the locks; this user's when left out.
        """
        self._file, self._clock = rigfile, clock
        self._served, self._locks = served, locks
        self._name = rigfile.path or "FILE"

    def examine(self) -> Iterator[Finding]:
        """Every finding, as it is made."""
        real = any(
            role in POWERED and not one.simulated for role, one in self._file.devices.items()
        )
        ttys = [one.address for one in self._file.devices.values() if one.address.startswith("/")]
        for row in host.examine(self._clock, guardian=real, ttys=ttys):
            yield Finding("host", *row)
        for device in self._file.devices.values():
            yield from self._device(device)

    # --- one device -------------------------------------------------------------------------

    def _device(self, device: Device) -> Iterator[Finding]:
        role = device.role
        address = resolve(device.address, self._served)
        yield from self._custody(device)
        if role == "host":
            yield from (Finding(role, *row) for row in books(self._file.bench))
        with ExitStack() as held:
            try:
                held.enter_context(RigLock("doctor", [address], self._locks))
                wire = WireLock([address], self._locks)
                wire.take(say=lambda _: None)
                held.callback(wire.release)
            except RigLocked as error:
                mend = "wait for it, or end that run; the rest of this role was not looked at"
                yield Finding(role, "lock", BAD, str(error), mend)
                return
            yield Finding(role, "lock", OK, "nobody else uses it")
            if leftovers.may_leave(address):
                left = [Finding(role, *row) for row in leftovers.look(address, self._name)]
                yield from left
                if worst(left) != OK:
                    return  # starting it would put them back
            if address.startswith("/"):
                rows = list(tty_rights(Path(address)))
                yield from (Finding(role, *row) for row in rows)
                if any(row[1] == BAD for row in rows):
                    return
            yield from self._connected(device, address)

    def _custody(self, device: Device) -> Iterator[Finding]:
        if device.role not in POWERED or device.simulated:
            return
        found = state.quarantined(device.address)
        if found is not None:
            seen = f"in quarantine since {found.since}: {found.why}"
            mend = f"harness doctor --clear --rig {self._name}"
            yield Finding(device.role, "quarantine", BAD, seen, mend)
            return
        left = None
        with suppress(BenchError):
            left = state.begun(device.address)
        if left is not None and not left.alive:
            seen = f"process {left.pid} of rig {left.rig!r} died and left no word that it is off"
            mend = (
                f"the next run switches it off first, or: harness doctor --clear --rig {self._name}"
            )
            yield Finding(device.role, "quarantine", WARN, seen, mend)
            return
        yield Finding(device.role, "quarantine", OK, "none")

    def _connected(self, device: Device, address: str) -> Iterator[Finding]:
        kind = driver_class(device, self._file.nominal)
        baud = device.baud or getattr(kind, "BAUD", None)
        port = port_to(address, self._clock, baud=baud)
        try:
            port.open()
        except PortLost as error:
            yield self._unreachable(device, error)
            return
        try:
            yield Finding(device.role, "address", OK, f"{address} takes a connection")
            driver = kind(port, **device.options)
            yield from self._asked(device, driver)
        except HarnessError as error:
            mend = mending(device, error, "look at its cable, speed and model")
            yield Finding(device.role, "talk", BAD, str(error), mend)
        finally:
            port.close()

    def _unreachable(self, device: Device, error: PortLost) -> Finding:
        if self._unpowered(device):
            mend = "if it is not there with the terminal switched on either, correct the address"
            return Finding(device.role, "address", WARN, f"{error}; the terminal is off", mend)
        return Finding(device.role, "address", BAD, str(error), mending(device, error))

    def _unpowered(self, device: Device) -> bool:
        return device.role in OF_THE_TERMINAL and "supply" in self._file.devices

    def _asked(self, device: Device, driver: Any) -> Iterator[Finding]:
        role = device.role
        if self._unpowered(device):
            yield Finding(role, "identity", OK, "not asked: the terminal is off")
            return
        if not isinstance(driver, Identified):
            has_identity(device, driver)
            yield Finding(role, "identity", OK, f"a {device.driver} cannot say who it is")
            if plays(driver, Switch):
                yield Finding(role, "position", OK, "closed" if driver.closed() else "open")
            return
        says = driver.identify()
        try:
            check_identity(device, driver)
        except BenchError as error:
            mend = f"another device? `harness discover` says what it is; correct {self._name}"
            yield Finding(role, "identity", BAD, str(error), mend)
            return
        yield from identity_rows(device, says)
        if isinstance(driver, Switch):
            yield Finding(role, "position", OK, "closed" if driver.closed() else "open")
        if role == "modem":
            yield from (Finding(role, *row) for row in camp(driver))
        if role == "supply":
            yield from (Finding(role, *row) for row in weigh(device, driver, self._file.nominal))

    # --- the end of a quarantine ------------------------------------------------------------

    def clear(self, *, by_hand: bool = False) -> Iterator[Finding]:
        """End quarantines: once OFF is measured, or when the operator vouches for it.

        What links of dead runs left is cleared besides.
        """
        found = False
        for device in self._file.devices.values():
            if device.role in POWERED and not device.simulated and _in_doubt(device.address):
                found = True
                yield self._clear(device, by_hand=by_hand)
            if leftovers.may_leave(device.address):
                for row in leftovers.clear(device.address):
                    found = True
                    yield Finding(device.role, *row)
        if not found:
            yield Finding("rig", "quarantine", OK, "nothing of this rig is in quarantine")

    def _clear(self, device: Device, *, by_hand: bool) -> Finding:
        role, address = device.role, device.address
        seen = "cleared by hand: the operator says that it is off"
        try:
            with RigLock("doctor", [address], self._locks):
                if not by_hand:
                    seen = self._made_safe(device)
                was = state.clear(address)
        except HarnessError as error:
            again = f"harness doctor --clear --by-hand --rig {self._name}"
            mend = f"switch it off by hand, look for damage, then: {again}"
            return Finding(role, "quarantine", BAD, f"stays in quarantine: {error}", mend)
        why = f"; it was: {was.why}" if was else ""
        return Finding(role, "quarantine", OK, f"{seen}{why}")

    def _made_safe(self, device: Device) -> str:
        wire = WireLock([device.address], self._locks)
        wire.take(say=lambda _: None)
        kind = driver_class(device, self._file.nominal)
        baud = device.baud or getattr(kind, "BAUD", None)
        port: Port = port_to(device.address, self._clock, baud=baud)
        try:
            port.open()
            driver = kind(port, **device.options)
            if has_identity(device, driver):
                check_identity(device, driver)
            return off_and_measured(driver)
        finally:
            port.close()
            wire.release()


def off_and_measured(driver: Any) -> str:
    """Its safe state, reached; says what was measured. Raises BenchError when it is not off."""
    make_safe: Callable[[], None] | None = getattr(driver, "make_safe", None)
    if make_safe is None:
        raise BenchError("its driver has no safe state that could be verified")
    make_safe()
    measure = getattr(driver, "measure_voltage", None)
    if measure is None:
        return "its safe state is verified"
    volts = measure()
    if not volts < OFF_BELOW:
        raise BenchError(f"it is off and still has {volts}: is it fed from elsewhere?")
    return f"switched off, {volts} measured"


def _in_doubt(address: str) -> bool:
    if state.quarantined(address) is not None:
        return True
    try:
        left = state.begun(address)
    except BenchError:
        return True
    return left is not None and not left.alive


def identity_rows(device: Device, says: str) -> Iterator[Finding]:
    """Who it is, and by ``*IDN?`` its serial number and its firmware (IEEE 488.2, 10.14)."""
    yield Finding(device.role, "identity", OK, says)
    fields = [field.strip() for field in says.split(",")]
    if len(fields) not in FIELDS:
        return
    serial, firmware = fields[2], ", ".join(fields[3:])
    if device.serial:
        yield Finding(device.role, "serial", OK, f"{serial}, as the rig file wants")
    elif serial.strip("0"):
        mend = f'add serial: "{serial}" to its line, so that no other one is ever energised'
        yield Finding(device.role, "serial", WARN, f"{serial}; the rig file takes any", mend)
    yield Finding(device.role, "firmware", OK, firmware)


def books(plan: Mapping[str, Any]) -> Iterator[Row]:
    """Whether the host that is served to a terminal of one's own forgets it between two items."""
    served = [name for name in plan.get("listen") or () if str(name).startswith("host")]
    if served and not plan.get("terminal", True):
        if plan.get("ledger"):
            yield "books", OK, f"kept in {plan['ledger']}", ""
        else:
            seen = "they begin anew with each item: a terminal that is signed on is refused"
            yield "books", WARN, seen, "say in `bench:` where they are kept: ledger: ~/books.sqlite"


def tty_rights(tty: Path) -> Iterator[Row]:
    """Whether a tty is there and ours to use: (check, level, seen, mend)."""
    if not tty.exists():
        mend = "is it plugged in? ls -l /dev/serial/by-id; `harness discover` lists what is there"
        yield "address", BAD, f"{tty} is not there", mend
    elif not os.access(tty, os.R_OK | os.W_OK):
        group = tty.group() if hasattr(tty, "group") else "dialout"
        mend = f"sudo usermod -aG {group} $USER, then log in anew"
        yield "permission", BAD, f"{tty} may not be read and written; its group is {group}", mend
    else:
        yield "permission", OK, f"{tty} may be read and written", ""
        if re.match(r"/dev/tty(USB|ACM)\d", str(tty)):
            mend = "use its name in /dev/serial/by-id, which stays when others are plugged in"
            yield "address", WARN, f"{tty} is given by order of plugging in", mend
