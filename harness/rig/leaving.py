"""The way out of a rig: every device reaches its safe state, whatever else goes wrong meanwhile."""

import contextlib
from collections.abc import Callable
from typing import Any

from harness.clock import Clock
from harness.errors import BenchError, PortLost
from harness.ports.base import Port
from harness.rig.owner import Owner

QUIET = 0.5  # s without a byte: nothing is under way any more
PATIENCE = 10.0  # s an owner gets for reaching the safe state before it is done in its stead
#: Before each try over a new connection, s; single-client instruments let go late (pyvisa-py #596).
PAUSES = (0.3, 1.0, 1.0)


class Leaving:
    """Collects what went wrong; nothing stops it half way.

    Attributes:
        unsafe: Role -> what could not be brought into, or verified in, its safe state.
    """

    def __init__(self, clock: Clock) -> None:
        self.unsafe: dict[str, str] = {}
        self._clock = clock
        self._interrupt: BaseException | None = None

    def make_safe(self, role: str, owner: Owner | None, driver: Any, port: Port) -> None:
        """By its owner, twice; in its stead when that is stuck or dead; over new connections."""
        if owner is not None:
            safe = self._safe_by(owner)
            if safe is False:  # it answered, and not well: once more
                safe = self._safe_by(owner)
            if safe:
                return
            self.attempt(role, "its owner could not be stopped", owner.release)
            with contextlib.suppress(BenchError):
                self._drain(port)
        if not self._tried(role, driver.make_safe):
            for pause in PAUSES:
                self._clock.sleep(pause)
                if self._tried(role, lambda: self._anew(driver, port)):
                    return

    def attempt(self, role: str, what: str, act: Callable[[], object]) -> bool:
        """Whether it went well; what did not is collected."""
        try:
            act()
        except Exception as error:  # noqa: BLE001 - collected, told at the end
            self._collect(role, f"{what} ({error})")
        except BaseException as error:  # noqa: BLE001 - a second interrupt must not stop this
            self._collect(role, f"{what} (interrupted)")
            self._interrupt = error
        else:
            return True
        return False

    def tell(self, error: BaseException | None) -> None:
        """Raise what the rig was left with: an interrupt, what is unsafe, or nothing."""
        stop = self._interrupt or error
        if self.unsafe:
            rows = "; ".join(f"{role}: {why}" for role, why in self.unsafe.items())
            said = f"{rows}. Switch it off by hand before you touch anything"
            if stop is None or isinstance(stop, Exception):
                whole = f"{error}. Besides, {said}" if error else said
                raise BenchError(whole) from error
            stop.add_note(said)  # an interrupt stays an interrupt
        if self._interrupt is not None:
            raise self._interrupt

    def _collect(self, role: str, said: str) -> None:
        before = self.unsafe.get(role)
        self.unsafe[role] = f"{before}; {said}" if before else said

    def _tried(self, role: str, act: Callable[[], object]) -> bool:
        """The last try's word counts."""
        self.unsafe.pop(role, None)
        return self.attempt(role, "its safe state is not verified", act)

    def _anew(self, driver: Any, port: Port) -> None:
        port.close()
        port.open()
        driver.make_safe()

    def _safe_by(self, owner: Owner) -> bool | None:
        """Whether it went well; None when its owner does not come back."""
        pending = owner.start_first("make_safe")
        try:
            if pending.wait(self._clock.now() + PATIENCE):
                pending.result()
                return True
        except Exception:  # noqa: BLE001 - it is tried again, and that tells
            return False
        except BaseException as error:  # noqa: BLE001 - a second interrupt must not leave it on
            self._interrupt = error
        return None

    def _drain(self, port: Port) -> None:
        """Let the answer of a call that was broken off come, so that no other call takes it."""
        limit = self._clock.now() + PATIENCE
        with contextlib.suppress(PortLost):
            while self._clock.now() < limit and port.read(until=self._clock.now() + QUIET):
                pass
