"""What a start says about the end before it: an outage can only be reported after it."""

from collections.abc import Callable
from datetime import datetime

from harness.sim.terminal.screen import Alarms
from harness.sim.terminal.storage import Storage

MARK = "running"  # a flash record that says: it was up, so this start follows an outage
ANNOUNCED = "announced"  # a flash record: whether the restart that comes was told before

#: Reason of the reset -> cause, what is said of it, and whether the register must hear of it.
SAID = {
    "brownout": ("supply_low", "the supply fell below its limit and came back", True),
    "power": ("power_lost", "the supply was away", True),
    "watchdog": ("system_fault", "restarted by the watchdog", False),
    "daily": ("system_fault", "restarted without notice", False),
}


class Outages:
    """Remembers that it runs, so that the next start knows what to say."""

    def __init__(
        self, storage: Storage, alarms: Alarms, *, wall_time: Callable[[], datetime], born: str
    ) -> None:
        self._storage = storage
        self._alarms = alarms
        self._wall_time = wall_time
        self._born = born

    def say(self, reason: str) -> None:
        """Report why it had to start again; the very first start has nothing to report."""
        if self._storage.recall(MARK) is None:
            self._storage.remember(MARK, {"since": self._wall_time().isoformat()})
        elif (told := self._told(reason)) is not None:
            cause, text, register = told
            self._alarms.note(cause, text)
            if register and cause not in self._alarms.untold:
                self._alarms.untold.append(cause)

    def announce(self) -> None:
        """The restart that comes now was told: nothing is to be said of it afterwards."""
        self._storage.remember(ANNOUNCED, True)

    def _told(self, reason: str) -> tuple[str, str, bool] | None:
        if self._storage.recall(ANNOUNCED):
            self._storage.remember(ANNOUNCED, False)
            return None if reason == "daily" else SAID.get(reason)
        return SAID.get(reason)

    def known_time(self) -> datetime:
        """A time that is over for sure: the first start's."""
        known = self._storage.recall(MARK) or {"since": self._born}
        return datetime.fromisoformat(known["since"])
