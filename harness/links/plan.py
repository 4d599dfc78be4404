"""The meter of a data plan: bytes left, its end, warnings, top-ups that the network learns of late.

Charging is in the core network: both directions, whole packets with their headers, and again for
every packet sent again. A packet for which the rest does not suffice ends the plan and does not
pass. Quota is granted to the gateway in chunks (RFC 8506, 5.1.1), so up to ``overrun`` bytes may
pass after zero: the account says nothing is left, and the plan has not ended yet.
"""

from collections.abc import Callable

from harness.clock import Clock, Timer

WARN_AT = (80, 95, 100)  # per cent used
MEGABYTE = 1_000_000


class Plan:
    """One plan.

    Args:
        left: Bytes left; None for a plan without end.
        clock: Of the network, for what it learns late; without one it learns everything at once.

    Attributes:
        left: Bytes left, never below zero.
        whole: Bytes of the plan, what the per cents are of.
        ended: Whether nothing more may be charged.
        overrun: Bytes that pass after zero.
        on_change: Called when it was set, topped up or ended; must not wait.
        on_warning: Called with the per cents used when a mark was reached.
    """

    def __init__(self, left: int | None = None, *, clock: Clock | None = None) -> None:
        self.left, self.whole = left, left or 0
        self.overrun = 0
        self.ended = left is not None and left <= 0
        self.on_change: Callable[[], None] = _nothing
        self.on_warning: Callable[[int], None] = _nothing
        self._clock = clock
        self._late = 0  # bytes that have passed after zero
        self._bought: list[Timer] = []
        self._warned: set[int] = set()

    def charge(self, size: int) -> bool:
        """Take a packet's bytes from what is left; False when it may not pass."""
        if self.left is None:
            return True
        if self.ended:
            return False
        late = max(0, size - self.left)
        passes = self._late + late <= self.overrun
        if passes:
            self._late += late
        self.left = self.left - size + late
        if self.left == 0 and (not passes or self._late == self.overrun):
            self.ended = True
        self._warn()
        if self.ended:
            self.on_change()
        return passes

    def set_left(self, amount: int | None) -> None:
        """What is left becomes ``amount`` bytes, known at once; a smaller one counts as used.

        What was bought and is not known yet is part of it.
        """
        while self._bought:
            self._bought.pop().cancel()
        self.whole = max(self.whole, amount or 0)
        self._become(amount)

    def top_up(self, amount: int, *, delay: float = 0.0) -> None:
        """Buy ``amount`` bytes more, known after ``delay`` s: then a new period begins."""
        if self._clock is None or not delay:
            self._add(amount)
            return
        due = self._clock.now() + delay
        self._bought.append(self._clock.call_at(due, lambda: self._add(amount)))

    def _add(self, amount: int) -> None:
        if self.left is not None:
            self.whole = self.left + amount
            self._become(self.whole)

    def _become(self, left: int | None) -> None:
        was, self.left, self._late = self.ended, left, 0
        self.ended = left is not None and left <= 0 and (was or not self.overrun)
        if was and not self.ended:
            self._warned.clear()
        self._warn()
        self.on_change()

    def _warn(self) -> None:
        if self.left is None or not self.whole:
            return
        used = 100 * (self.whole - self.left) / self.whole
        self._warned = {mark for mark in self._warned if used >= mark}
        due = [mark for mark in WARN_AT if used >= mark and mark not in self._warned]
        self._warned.update(due)
        if due:
            self.on_warning(due[-1])

    def __str__(self) -> str:
        """As a balance says it."""
        if self.left is None:
            return "Your data plan is unlimited."
        return f"{_volume(self.left)} of {_volume(self.whole)} left."


def _volume(amount: int) -> str:
    """In MB, a small rest in kB, so that only nothing is told as 0.00 MB."""
    if 0 < amount < MEGABYTE:
        return f"{max(0.01, amount / 1000):.2f} kB"
    return f"{amount / MEGABYTE:.2f} MB"


def _nothing(*_: object) -> None:
    pass
