"""The messages to the host are written to the console in hex, card number and track included.

Breaks invariant 19 (defect g).
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message, frame


def plant(base: type[Firmware]) -> type[Firmware]:
    """A log without its gate, and a line that dumps."""

    class Log(base.Log):  # type: ignore[name-defined, misc]
        def clean(self, text: str) -> str:
            return text

    class HostLine(base.HostLine):  # type: ignore[name-defined, misc]
        def exchange(self, request: Message, wait: float) -> Any:
            self._log.line("D", "net", f"tx {frame(request).hex().upper()}")
            return super().exchange(request, wait)

    return base.with_parts(Log=Log, HostLine=HostLine)
