"""The register is told "cancelled" (6C) of whatever befell the line; the display is right.

Breaks N-1 and invariant 17: host/register_told_why catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Stop
from harness.sim.terminal.records import Pending

OF_THE_LINE = frozenset({
    "no_signal", "sim_missing", "data_exhausted", "dns_failure", "host_unreachable", "host_silent",
    "tls_error",
})  # fmt: skip


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment with one code for all of it."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def failed(self, stop: Stop, sale: Pending) -> Outcome:
            said: Outcome = super().failed(stop, sale)
            return replace(said, cause="timed_out") if said.cause in OF_THE_LINE else said

    return base.with_parts(Payment=Payment)
