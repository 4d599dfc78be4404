"""What can hurt in a run, a real supply and a switch in its line: who answers for them, always.

``claim`` before a port is opened: no quarantine, no guardian of a dead run at work, and nothing
that a dead run has left on. ``guard`` before anything is energised: a guardian is ready and the
journal is written. ``let_go`` at the end: OFF was verified, or the instrument is quarantined.
Simulated devices die with the run and need none of it.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from harness.clock import Clock
from harness.errors import HarnessError, RigQuarantined
from harness.model.rig import Device, RigFile
from harness.rig import off, state
from harness.rig.guarded import Guarded
from harness.rig.lock import WireLock, on_stderr, runtime_folder

#: Roles that put a voltage on the terminal.
POWERED = ("supply", "switch")
LOG = "guardian.log"


class Custody:
    """The instruments of one rig that can hurt; none of them on a simulated bench.

    Attributes:
        devices: They.
        guarded: Whether they may be energised: from then on they are owed an OFF.
    """

    def __init__(
        self,
        rigfile: RigFile,
        clock: Clock,
        *,
        locks: Path | None = None,
        folder: Path | None = None,
    ) -> None:
        """Nothing is done yet.

        Args:
            rigfile: The rig.
            clock: The run's clock.
            locks: Folder of the locks; the user's when left out.
            folder: The run's folder, where the guardian's account goes, too.
        """
        found = [rigfile.devices[role] for role in POWERED if role in rigfile.devices]
        self.devices = [_energised(rigfile.name, one) for one in found if not one.simulated]
        self._file, self._clock = rigfile, clock
        self._locks, self._folder = locks, folder
        self.guarded = False

    def claim(self) -> None:
        """Raises BenchError when they may not be used, or a dead run's could not be put off."""
        for one in self.devices:
            state.check_free(one.address, rig=self._file.path or "FILE")
        wire = WireLock([one.address for one in self.devices], self._locks)
        wire.take()
        try:
            for one in self.devices:  # what we have waited for may have ended badly
                state.check_free(one.address, rig=self._file.path or "FILE")
            self._finish_others()
        finally:
            wire.release()

    def guard(self, guarded: Guarded, lost: Callable[[], object]) -> None:
        """Raises BenchError when nothing may be energised; ``lost`` is called by a thread."""
        if not self.devices:
            return
        where, locks = state.state_folder(), self._locks or runtime_folder()
        logs = [folder.absolute() / LOG for folder in (where, self._folder) if folder]
        self.guarded = True
        guarded.guard(self.devices, state=where, locks=locks, log=logs, lost=lost)
        for one in self.devices:
            state.begin(one)

    def let_go(self, unsafe: Mapping[str, str]) -> None:
        """They are off; ``unsafe`` says of a role why that could not be verified."""
        for one in self.devices:
            if one.role in unsafe:
                state.quarantine(one.address, unsafe[one.role], rig=self._file.name)
            state.end(one.address)

    def switch_off(self) -> dict[str, str]:
        """Off over connections of our own; returns role -> why not, of what could not be."""
        return _switched_off(self.devices, self._clock)

    def _finish_others(self) -> None:
        """What a dead run may have left on is switched off before anything else."""
        left = [found for one in self.devices if (found := state.begun(one.address)) is not None]
        if not left:
            return
        for one in left:
            since = f"process {one.pid} of rig {one.rig!r} (since {one.since})"
            on_stderr(f"{one.address}: {since} left no word that it is off; switching it off first")
        failed = _switched_off(left, self._clock)
        for one in left:
            if one.role in failed:
                why = f"a dead run left it, and OFF could not be verified: {failed[one.role]}"
                state.quarantine(one.address, why, rig=one.rig)
            state.end(one.address)
        if failed:
            raise RigQuarantined(
                f"what a dead run left could not be verified to be off ({failed}) and is in "
                f"quarantine. Switch it off by hand, then run `harness doctor --clear --rig "
                f"{self._file.path or 'FILE'}`. Nothing was energised"
            )


def _switched_off(devices: Sequence[state.Energised], clock: Clock) -> dict[str, str]:
    said: list[str] = []
    try:
        failed = off.switch_off(off.ready(devices, clock), clock, said.append)
    except HarnessError as error:  # e.g. a driver that is not there any more
        return {one.role: str(error) for one in devices}
    return {one.role: failed[one.address] for one in devices if one.address in failed}


def _energised(rig: str, device: Device) -> state.Energised:
    limits = dataclasses.asdict(device.limits) if device.limits else {}
    return state.Energised(
        device.role, device.driver, device.address, device.options, device.baud, limits, rig
    )
