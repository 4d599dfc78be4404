"""Off, whatever happened before: what is done in the stead of a run that cannot do it any more.

The order is that of the safe state: the supply's output goes off and is measured to be off; then,
or when that takes longer than a second, the switch in its line opens; each is tried again over a
new connection until it is verified. Then the set-point goes to zero.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from harness.clock import Clock, Task
from harness.errors import BenchError, HarnessError
from harness.model.power import Supply, Switch
from harness.model.rig import Device, Limits
from harness.model.roles import SafeState
from harness.model.units import Amps, Volts
from harness.rig.address import port_to
from harness.rig.casting import driver_class
from harness.rig.state import Energised

TRIES = 3
#: Between two tries, s: single-client instruments take a while to let go of a lost connection.
PAUSES = (0.0, 0.3, 1.0)
AT_ONCE = 1.0  # s a supply gets before the switch in its line opens as well
AT_MOST = 60.0  # s for everything

Say = Callable[[str], object]


class Line:
    """An instrument by a connection of our own, which may be made anew."""

    def __init__(self, one: Energised, clock: Clock) -> None:
        """Everything is imported and made, nothing is opened; raises HarnessError."""
        self.one = one
        self._clock = clock
        limits = limits_of(one.limits)
        device = Device(one.role, one.driver, one.address, limits, options=one.options)
        self._kind = driver_class(device)
        baud = one.baud or getattr(self._kind, "BAUD", None)
        self._port = port_to(one.address, clock, baud=baud)

    def make_safe(self) -> None:
        """The safe state, verified; raises what is in the way."""
        self._port.open()
        driver: Any = self._kind(self._port, **self.one.options)
        try:
            _off(driver)
        except BaseException:
            self._port.close()
            raise

    def rest(self) -> None:
        """Set-point to zero, and let go; what does not work any more does not matter."""
        with contextlib.suppress(Exception):
            driver: Any = self._kind(self._port, **self.one.options)
            if isinstance(driver, Supply):
                driver.set_voltage(Volts(0))
        with contextlib.suppress(Exception):
            self._port.close()


def _off(driver: Any) -> None:
    if isinstance(driver, SafeState):
        driver.make_safe()
        return
    if isinstance(driver, Switch):
        driver.set_closed(closed=False)
    else:
        driver.set_output(on=False)
    if driver.closed() if isinstance(driver, Switch) else driver.output():
        raise BenchError("it stays on when told to go off")


def limits_of(plain: Mapping[str, Any]) -> Limits | None:
    """Limits as a journal has them; None for none."""
    if not plain:
        return None
    return Limits(Volts(plain["voltage"]), Amps(plain["current"]))  # all that OFF can meet


def ready(devices: Sequence[Energised], clock: Clock) -> list[Line]:
    """Lines to these, supplies first."""
    return [Line(one, clock) for one in sorted(devices, key=lambda one: one.role != "supply")]


def switch_off(lines: Sequence[Line], clock: Clock, say: Say) -> dict[str, str]:
    """Off and verified; returns address -> why not, of what could not be.

    Args:
        lines: As ``ready`` made them.
        clock: A real clock.
        say: Told each result at once, in a line.
    """
    why = {line.one.address: "it does not come to an end" for line in lines}
    works: list[Task] = []
    for line in lines:
        if line.one.role != "supply":  # its turn comes when the supplies are off, or too slow
            for work in works:
                work.join(clock.now() + AT_ONCE)
        act = partial(_try_on, line, clock, why, say)
        works.append(clock.spawn(f"{line.one.role} off", act))
    limit = clock.now() + AT_MOST
    for work in works:
        work.join(limit)
    for line in lines:
        line.rest()
    return dict(why)


def _try_on(line: Line, clock: Clock, why: dict[str, str], say: Say) -> None:
    for attempt in range(TRIES):
        clock.sleep(PAUSES[attempt])
        if _tried(line, why, attempt, say):
            del why[line.one.address]
            return


def _tried(line: Line, why: dict[str, str], n: int, say: Say) -> bool:
    one = line.one
    try:
        line.make_safe()
    except Exception as error:  # noqa: BLE001 - the other instruments must still be reached
        told = str(error) if isinstance(error, HarnessError) else f"{type(error).__name__}: {error}"
        why[one.address] = told
        say(f"{one.role} {one.address}: try {n + 1} of {TRIES}: NOT verified to be off: {told}")
        return False
    say(f"{one.role} {one.address}: off and verified, at try {n + 1}")
    return True
