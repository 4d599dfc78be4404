"""What a run holds from its first item to its last: a guardian; with power kept, the bench itself.

Every item has its own live rig. Between two of them the guardian stays, since starting one takes a
second. Where the rig file says ``power: {between: keep}`` the terminal stays on, too, and then so
do locks, journal and the guardian's duty.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from harness.clock import Clock, ThreadClock
from harness.errors import BenchError
from harness.model.rig import RigFile
from harness.model.verdict import Outcome
from harness.rig.custody import Custody
from harness.rig.guarded import Guarded
from harness.rig.lock import RigLock

CLOCK = ThreadClock()


class Tenancy:
    """One run's; items come and go with ``enter`` and ``leave``.

    Attributes:
        kept: Whether the terminal was left on by the last item.
        force: Whether a holder of the bench is asked to stop.
    """

    def __init__(self, *, force: bool = False) -> None:
        self.kept = False
        self.force = force
        self._guarded: Guarded | None = None
        self._lock: RigLock | None = None
        self._custody: Custody | None = None
        self._between = "cycle"
        self._off_at: float | None = None

    def enter(
        self,
        rigfile: RigFile,
        clock: Clock,
        addresses: Iterable[str],
        *,
        locks: Path | None = None,
        folder: Path | None = None,
    ) -> None:
        """An item begins: no port is open yet.

        Raises:
            BenchError: The bench is in use, in quarantine, or left on by a dead run.
        """
        if self._lock is None:
            self._lock = RigLock(rigfile.name, addresses, locks, force=self.force).__enter__()
        self._between = rigfile.power.between
        self._custody = Custody(rigfile, clock, locks=locks, folder=folder)
        if not self._custody.devices:
            return
        if self._guarded is not None and not self._guarded.alive:
            self._guarded.stop()
            self._guarded = None
        if self._guarded is None:  # it takes a second to come: meanwhile there is enough to do
            self._guarded = Guarded()
        if not self.kept:
            self._custody.claim()

    def guard(self, lost: Callable[[], object]) -> None:
        """All devices are who they should be: nothing was energised yet, now it may be."""
        if self._custody is not None and self._guarded is not None:
            self._custody.guard(self._guarded, lost)
            self.kept = False  # it is this item's now

    @property
    def may_keep(self) -> bool:
        """Whether the rig file wants the terminal left on, and the bench outlives the item."""
        return self._between != "cycle" and bool(self._custody and self._custody.guarded)

    def off_for(self) -> float:
        """How long the output has been off at least, s."""
        return 0.0 if self._off_at is None else CLOCK.now() - self._off_at

    def leave(self, unsafe: Mapping[str, str], *, keep: bool = False) -> Mapping[str, str]:
        """An item ends; its ports are closed. Returns what is unsafe now.

        Args:
            unsafe: Role -> why its OFF could not be verified.
            keep: Whether the output was left on, on purpose.
        """
        custody = self._custody
        if keep:
            self.kept = True
            return {}
        try:
            if custody is not None and (self.kept or custody.guarded):
                # Left on by the item before, and the next one never came to it.
                unsafe = {**unsafe, **(custody.switch_off() if self.kept else {})}
                custody.let_go(unsafe)
                self._off_at = CLOCK.now()
                if self._guarded is not None:
                    self._guarded.dismiss()
        finally:
            self.kept = False
            self._custody = None
            if self._lock is not None:
                self._lock.release()
                self._lock = None
        return unsafe

    def after(self, outcome: Outcome) -> None:
        """The item was judged: after a failure the terminal does not stay on."""
        if self.kept and self._between == "on_error" and outcome in (Outcome.ERROR, Outcome.FAIL):
            self.off()

    def off(self) -> None:
        """Whatever was left on goes off; raises BenchError when that could not be verified."""
        if not self.kept or self._custody is None:
            return
        failed = self.leave({})
        if failed:
            rows = "; ".join(f"{role}: {why}" for role, why in failed.items())
            raise BenchError(f"{rows}. Switch it off by hand before you touch anything")

    def close(self) -> None:
        """The run is over."""
        try:
            self.off()
        finally:
            guarded = None if self.kept else self._guarded  # on still? it acts when we are gone
            if guarded is not None:
                guarded.stop()
                self._guarded = None
