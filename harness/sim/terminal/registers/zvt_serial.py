"""The register's interface over a serial line: the same dialogue in blocks.

Source: ZVT PA00P016, 3 (blocks, ACK and NAK, T1 and T2). There is no connection to be closed.
"""

from typing import TYPE_CHECKING

from harness.ports.base import Port
from harness.ports.zvt_serial import ZvtSerialPort

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware


class Dialogue:
    """The dialogue of this firmware, on a line."""

    def __init__(self, firmware: "Firmware", port: Port) -> None:
        self._dialogue = firmware.Dialogue(firmware, ZvtSerialPort(port))
        self._dialogue.hangs_up = False

    def read(self) -> None:
        """Sort what the register sends; a task of its own."""
        self._dialogue.read()

    def run(self) -> None:
        """Carry out commands until the line is gone."""
        self._dialogue.run()
