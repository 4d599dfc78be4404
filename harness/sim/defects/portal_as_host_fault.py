"""A portal that answers in the host's place is taken for a fault of the host.

Breaks invariant 17 (scenario Q-4): a wrong certificate on a used-up plan is the plan's doing, and
the account says so; this terminal does not put the two together.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Ways that look no further than the certificate."""

    class Ways(base.Ways):  # type: ignore[name-defined, misc]
        def _over(self, bearer: Any) -> str | None:
            cause: str | None = super()._over(bearer)
            portal = cause == "data_exhausted" and "certificate" in self._host.detail
            return "host_unreachable" if portal else cause

    return base.with_parts(Ways=Ways)
