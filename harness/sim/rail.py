"""A supply rail: a voltage that changes in straight lines, and who waits for a level."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.clock import Clock, Timer

#: A crossing is told this late, s: at the very moment rounding may put ``volts`` on the old side.
AFTER = 1e-9


@dataclass
class _Watch:
    level: float
    above: Callable[[], None] | None
    below: Callable[[], None] | None
    was_above: bool
    timer: Timer | None = None


class Rail:
    """The voltage at a device's supply input, in volts, piecewise linear in time."""

    def __init__(self, clock: Clock, volts: float = 0.0) -> None:
        self._clock = clock
        self._t0 = self._t1 = clock.now()
        self._v0 = self._v1 = volts
        self._watches: list[_Watch] = []

    def volts(self) -> float:
        """The voltage now."""
        now = self._clock.now()
        if now >= self._t1:
            return self._v1
        share = (now - self._t0) / (self._t1 - self._t0)
        return self._v0 + (self._v1 - self._v0) * share

    def go_to(self, volts: float, within: float = 0.0) -> None:
        """Move in a straight line to ``volts`` in ``within`` seconds, from where it is now."""
        self._v0 = self.volts()
        self._t0 = self._clock.now()
        self._v1, self._t1 = volts, self._t0 + max(0.0, within)
        for watch in self._watches:
            self._arm(watch)

    def watch(
        self,
        level: float,
        *,
        above: Callable[[], None] | None = None,
        below: Callable[[], None] | None = None,
    ) -> None:
        """Call ``above`` when the voltage rises to ``level``, ``below`` when it falls under it.

        Nothing is called for the side on which the voltage is already. The calls are made from
        a timer, so they must not wait.
        """
        watch = _Watch(level, above, below, was_above=self.volts() >= level)
        self._watches.append(watch)
        self._arm(watch)

    def _arm(self, watch: _Watch) -> None:
        if watch.timer is not None:
            watch.timer.cancel()
            watch.timer = None
        when = self._crossing(watch)
        if when is not None:
            watch.timer = self._clock.call_at(when, lambda: self._cross(watch))

    def _crossing(self, watch: _Watch) -> float | None:
        will_be_above = self._v1 >= watch.level
        if will_be_above == watch.was_above:  # a straight line crosses once at most
            return None
        if (self.volts() >= watch.level) == will_be_above or self._t1 <= self._t0:
            return self._clock.now()
        share = (watch.level - self._v0) / (self._v1 - self._v0)
        when = self._t0 + share * (self._t1 - self._t0)
        return when + AFTER

    def _cross(self, watch: _Watch) -> None:
        watch.timer = None
        watch.was_above = not watch.was_above
        act = watch.above if watch.was_above else watch.below
        if act is not None:
            act()
        if watch.timer is None:
            self._arm(watch)
