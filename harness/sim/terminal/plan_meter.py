"""The terminal's own count of what it spends, and the warning before the plan is used up.

The net device counts every byte with its headers. What the carrier says is the truth of its
moment; what was counted since is added to it, so the warning comes at 80 and at 95 per cent even
where no message does (A10, C6). Without a word of the carrier the plan's size is a setting.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from harness.clock import Clock
from harness.sim.terminal.account import Account, Said
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.screen import Alarms
from harness.sim.terminal.storage import Storage

LEVELS = (0.80, 0.95)  # shares used
ASK_EVERY = 6 * 3600.0  # s between two questions for the balance
ASK_LOW_EVERY = 60.0  # s, while it is low: no message says that a plan was topped up
KEEP_EVERY = 64 * 1024  # bytes that a power cut may make it forget

Counters = Callable[[], tuple[str, int]]


@dataclass(slots=True)
class Count:
    """What one bearer has cost.

    Attributes:
        period: The month it is of, ``2026-03``.
        used: Bytes in this period.
        told: Of these, counted when the carrier last told.
        carrier: Bytes that the carrier said were used then; negative as long as it has not.
        whole: Bytes of the plan; 0 for one that is not known or without end.
    """

    period: str = ""
    used: int = 0
    told: int = 0
    carrier: int = -1
    whole: int = 0

    @property
    def share(self) -> float:
        """Share of the plan that is used, as far as is known here."""
        if not self.whole:
            return 0.0
        used = self.used if self.carrier < 0 else self.carrier + self.used - self.told
        return used / self.whole


class PlanMeter:
    """Counts by bearer, and warns.

    Attributes:
        total: Bytes over all bearers since the start.
        level: How many of the levels have been reached.
    """

    def __init__(
        self, clock: Clock, *, personality: Personality, storage: Storage, alarms: Alarms, log: Log,
        counters: Counters, wall_time: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._plan = personality.network.plan_bytes
        self._storage = storage
        self._alarms = alarms
        self._log = log
        self._counters = counters
        self._wall_time = wall_time
        self._counts: dict[str, Count] = {}
        self._devices: dict[str, int] = {}
        self._kept = 0
        self._heard = Said()
        self._ask_from = 0.0
        self.total = 0
        self.level = 0

    def count(self, bearer: str) -> Count:
        """Take over what the net device has counted; its counter starts anew with its power."""
        device, now = self._counters()
        before = self._devices.get(device, 0)
        more = now - before if now >= before else now
        self._devices[device] = now
        self.total += more
        count = self._of(bearer)
        count.used += more
        if self.total - self._kept >= KEEP_EVERY:
            self._keep()
        return count

    def look(self, bearer: str, account: Account | None) -> None:
        """Count, ask the carrier where it is due and there is one, and say how it stands."""
        count = self.count(bearer)
        if account is None:
            return
        if account.last is not self._heard:
            self._ask_from = 0.0  # it has written: ask for the exact figure
        if self._reached(count) != self.level or self._clock.now() >= self._ask_from:
            account.ask()
            low = self._reached(count) or self._low(account.last)
            self._ask_from = self._clock.now() + (ASK_LOW_EVERY if low else ASK_EVERY)
        if account.last is not self._heard:
            self._heard = account.last
            self.take(count, account.last)
        self.warn(self._reached(count))

    def take(self, count: Count, said: Said) -> None:
        """The carrier has told: its word counts from here."""
        if said.whole:
            count.whole = said.whole
        left = 1 - said.used if said.used is not None else None
        if said.left is not None and count.whole:
            left = said.left / count.whole
        if left is not None:
            count.carrier, count.told = round((1 - left) * count.whole), count.used
        elif said.good:  # without end
            count.whole, count.carrier = 0, -1
        self._keep()

    def warn(self, level: int) -> None:
        """Say a level that is new; a plan that is used up is another condition."""
        if level > self.level:
            detail = f"{LEVELS[level - 1]:.0%} of the data plan used"
            if "data_low" in self._alarms.active:
                self._alarms.note("data_low", detail)
            else:
                self._alarms.begin("data_low", detail)
        elif level == 0:
            self._alarms.end("data_low")
        self.level = level

    def _reached(self, count: Count) -> int:
        if self._heard.cause is not None:
            return 0
        return sum(count.share >= level for level in LEVELS)

    def _low(self, said: Said) -> bool:
        return said.used is not None and said.used >= LEVELS[0]

    def _of(self, bearer: str) -> Count:
        if bearer not in self._counts:
            kept = (self._storage.recall("plan") or {}).get(bearer)
            self._counts[bearer] = Count(**kept) if kept else Count(whole=self._plan)
        count, period = self._counts[bearer], f"{self._wall_time():%Y-%m}"
        if count.period != period:  # plans begin anew with the month
            count.period, count.used, count.told, count.carrier = period, 0, 0, -1
        return count

    def _keep(self) -> None:
        self._kept = self.total
        self._storage.remember("plan", {name: asdict(one) for name, one in self._counts.items()})
