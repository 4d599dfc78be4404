"""Who may work at the terminal: operators and their passwords.

A wrong password is said; after so many in a row nobody is let in for a while, and a restart does
not shorten that: the count is kept in the flash.
"""

import hmac
from collections.abc import Callable, Mapping

from harness.sim.terminal.screen import Alarms
from harness.sim.terminal.storage import Storage

WRONG = "passwords"  # a flash record: wrong ones in a row


class Cashiers:
    """The operators of one terminal.

    Args:
        now: Seconds on the terminal's clock.
        known: Operator number -> password.
        tries: Wrong ones in a row before it is locked.
        lock: Seconds it stays locked.
        storage: Keeps the count.
        alarms: Says ``password_wrong``.
    """

    def __init__(
        self, now: Callable[[], float], *, known: Mapping[str, str], tries: int, lock: float,
        storage: Storage, alarms: Alarms,
    ) -> None:  # fmt: skip
        self._now = now
        self._known = known
        self._tries = tries
        self._lock = lock
        self._storage = storage
        self._alarms = alarms
        self._locked_until: float | None = None

    @property
    def locked(self) -> bool:
        """Whether nobody is let in now."""
        wrong = self._wrong()
        if wrong < self._tries:
            return False
        if self._locked_until is None:  # it was locked before this start: all over again
            self._locked_until = self._now() + self._lock
        return self._now() < self._locked_until

    def admit(self, password: str, number: str = "01") -> bool:
        """Whether this operator may work; a refusal is said as ``password_wrong``."""
        if self.locked:
            self._alarms.note("password_wrong", "locked after too many")
            return False
        wanted = self._known.get(number, "")
        right = bool(wanted) and hmac.compare_digest(wanted.encode(), password.encode())
        before = self._wrong()
        wrong = 0 if right else min(before, self._tries - 1) + 1
        if wrong != before:
            self._storage.remember(WRONG, {"count": wrong})
        if not right:
            self._locked_until = self._now() + self._lock if wrong >= self._tries else None
            self._alarms.note("password_wrong", f"{wrong} of {self._tries}")
        return right

    def _wrong(self) -> int:
        return int((self._storage.recall(WRONG) or {}).get("count", 0))
