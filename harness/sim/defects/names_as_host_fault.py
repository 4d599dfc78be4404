"""A name service that does not answer is reported as a host that is not reached.

Breaks G-2: the report is of the certificate or the name service, whichever it is.
"""

from harness.sim.internet import NetError
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A host line that has one word for every failure."""

    class HostLine(base.HostLine):  # type: ignore[name-defined, misc]
        def _dial_cause(self, error: NetError) -> str:
            cause: str = super()._dial_cause(error)
            return "host_unreachable" if cause == "dns_failure" else cause

    return base.with_parts(HostLine=HostLine)
