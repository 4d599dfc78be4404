"""In the second outage the pauses between two tries do not grow any more.

Breaks Q-9 (invariant 22): host/silent_again catches it, by backs_off.
"""

from harness.sim.terminal.firmware import Firmware

SHORT = 2.0  # s


def plant(base: type[Firmware]) -> type[Firmware]:
    """A back-off that is used up."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        outages = 0

        def settle_on(self, cause: str | None) -> None:
            self.outages += cause is not None and self.cause is None
            super().settle_on(cause)

        def wait_before_retry(self) -> None:
            if self.outages > 1:
                self._wait_for_news(SHORT)
            else:
                super().wait_before_retry()

    return base.with_parts(Comms=Comms)
