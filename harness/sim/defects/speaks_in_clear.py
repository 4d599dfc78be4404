"""Where no secure connection can be had, the terminal makes do with one that is not.

Breaks invariant 19 (scenario Q-4, G-2): nothing is sent in the clear, whatever happens.
"""

from typing import Any

from harness.sim.internet import NetError
from harness.sim.tcp import End
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A host line with a fallback."""

    class HostLine(base.HostLine):  # type: ignore[name-defined, misc]
        def _secured(self, socket: End) -> Any:
            port = super()._secured(socket)
            if port is None and self._insecure == "tls_error":
                try:
                    self._socket = self._dial(self._clock.now() + self._times.connect)
                except NetError:
                    return None
                return self._socket
            return port

    return base.with_parts(HostLine=HostLine)
