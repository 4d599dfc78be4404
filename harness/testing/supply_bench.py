"""One supply on a bench of its own, its driver limited as a rig would, and hands on its line."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from harness.errors import PortError
from harness.model.power import Points, Protected, capability_of
from harness.model.rig import Limits
from harness.model.roles import plays
from harness.model.units import Amps, Seconds, Volts
from harness.ports.base import Port
from harness.rig.limits import limited
from harness.testing.meddled import MeddledPort

TRIES = 15


class Unmet(AssertionError):
    """A check failed; the text says what was seen and what was wanted."""


class Bench:
    """One supply, its driver and what may be done to it.

    Attributes:
        driver: The driver, limited as a rig would.
        port: Its line, on which hands can be laid.
        limits: What may never be exceeded.
        nominal: A voltage of normal use, below the limits.
        clock: The clock of its port.
    """

    def __init__(
        self,
        driver: type[Any],
        connect: Callable[[], Port],
        *,
        limits: Limits,
        nominal: Volts,
        beyond: Volts | None = None,
        **options: Any,
    ) -> None:
        """Connect, and say nothing yet.

        Args:
            driver: The driver's class.
            connect: Makes an opened port; called again after a loss.
            limits: What may never be exceeded.
            nominal: A voltage of normal use.
            beyond: A voltage that the instrument itself must refuse; None on a real bench.
            **options: Of the driver's constructor.
        """
        self.limits, self.nominal, self.beyond = limits, nominal, beyond
        self._plain, self._options, self._connect = driver, options, connect
        self.port = MeddledPort(connect())
        self.clock = self.port.clock
        self.driver: Any = limited(driver, limits)(self.port, **options)

    def reconnect(self) -> None:
        """A new driver on a new line to the same instrument."""
        self.port.close()
        self.port = MeddledPort(self._connect())
        self.driver = limited(self._plain, self.limits)(self.port, **self._options)

    def unlimited(self) -> Any:
        """The driver as a person without a rig would hold it, on the same line."""
        return self._plain(self.port, **self._options)

    def arm(self) -> None:
        """The least a rig does: off, levels low, current limited, protection above nominal."""
        self.driver.make_safe()
        self.driver.set_voltage(Volts(0))
        self.driver.set_current_limit(min(self.limits.current, Amps(1)))
        if plays(self.driver, Protected):
            if self.driver.tripped():
                self.driver.clear_trip()
            self.driver.set_over_voltage(self.limits.voltage)

    def energise(self, volts: float | None = None) -> None:
        """Armed, at a voltage, on, and arrived there."""
        self.arm()
        self.driver.set_voltage(Volts(self.nominal if volts is None else volts))
        self.driver.set_output(on=True)
        self.settles_at(self.nominal if volts is None else volts)

    def settles_at(self, volts: float) -> None:
        """Wait until it measures about this much; Unmet when it does not."""
        able = capability_of(self.driver)
        limit = self.clock.now() + 4 * max(able.rise_time, able.fall_time, 0.25) + 4 * able.latency
        while abs((seen := self.driver.measure_voltage()) - volts) > 0.05 + 0.02 * volts:
            if self.clock.now() >= limit:
                raise Unmet(f"measures {seen:g} V long after it was to have {volts:g} V")
            self.clock.sleep(0.05)

    def in_step(self) -> None:
        """Ask until it answers again; a driver may need a while after a late answer."""
        for _ in range(TRIES):
            with suppress(PortError):
                self.driver.output()
                return
            self.clock.sleep(1.0)
        raise Unmet(f"no answer in {TRIES} tries after a late one")

    def points(self) -> Points:
        """A list that it can play, below the limits."""
        able = capability_of(self.driver)
        stay = Seconds(max(able.min_dwell, able.dwell_step, 0.2))
        if able.dwell_step:
            stay = Seconds(round(stay / able.dwell_step) * able.dwell_step)
        levels = [0.8, 0.6, 0.9][: max(1, able.points - 1)]
        return [(Volts(round(part * self.nominal, 2)), stay) for part in levels]
