"""Pauses between two tries do not grow, and nobody counts what the tries cost.

Breaks invariant 22 (scenario Q-9, clauses backs_off and data_used): an hour of outage empties the
plan.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A line that waits for two seconds, always."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        def wait_before_retry(self) -> None:
            self._wait_for_news(self._times.back_off_first)

    return base.with_parts(Comms=Comms)
