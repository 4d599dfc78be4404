"""After a failure the line is tried again at once.

Breaks invariant 22: retries are bounded; a storm of them empties the plan and hinders the host.
"""

from harness.sim.terminal.firmware import Firmware

BLINK = 0.05  # s
AT_ONCE = 20


def plant(base: type[Firmware]) -> type[Firmware]:
    """A line without patience."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        def wait_before_retry(self) -> None:
            self._clock.sleep(BLINK)

    class HostLine(base.HostLine):  # type: ignore[name-defined, misc]
        def dial(self) -> str | None:
            for _ in range(AT_ONCE):
                cause: str | None = super().dial()
                if cause is None:
                    break
                self._clock.sleep(BLINK)
            return cause

    return base.with_parts(Comms=Comms, HostLine=HostLine)
