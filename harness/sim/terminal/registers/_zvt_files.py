"""A file that a ZVT register gives the terminal: it asks for the blocks, one after the other.

Source: as ``harness/wire/zvt_files.py``.
"""

from typing import TYPE_CHECKING

from harness.errors import Garbled, PortLost
from harness.sim.terminal.download import Gone
from harness.sim.terminal.registers._zvt_acts import PROTOCOL_ERROR, Acts, Refused
from harness.sim.terminal.registers._zvt_answers import NOT_POSSIBLE
from harness.wire import zvt, zvt_files

if TYPE_CHECKING:
    from harness.sim.terminal.registers.zvt import Dialogue

FIRMWARE = 0x10  # the one file that this terminal takes
PLEASE_WAIT = 0x9C


class Asking:
    """Asks one register for one file's blocks."""

    def __init__(self, dialogue: "Dialogue", number: int) -> None:
        self._dialogue, self._number = dialogue, number

    def block(self, position: int) -> bytes:
        """What begins there; raises PortLost, Garbled, or Gone where the register has none."""
        wanted = zvt_files.Block(self._number, position)
        answer = self._dialogue.say(zvt_files.write_request(wanted))
        if answer is None:
            raise PortLost("the register has gone")
        if answer.refusal is not None:
            raise Gone(f"84 {answer.refusal:02X}")
        given = zvt_files.read_block(answer.payload)
        if (given.number, given.position) != (self._number, position):
            raise Garbled(f"block {given.position} of file {given.number} was not asked for")
        return given.content


class FileActs(Acts):
    """08 14."""

    def _write_file(self, head: bytes, fields: zvt.Fields) -> None:
        try:
            files = zvt_files.read_list(fields)
        except Garbled:
            raise Refused(PROTOCOL_ERROR) from None
        if FIRMWARE not in files:
            raise Refused(NOT_POSSIBLE)
        upkeep = self._firmware.upkeep
        if not upkeep.takes:
            raise Refused(PLEASE_WAIT)
        self._dialogue.begin(mirrors=False, fields=fields)
        self._dialogue.accept()
        cause = upkeep.take(files[FIRMWARE], Asking(self._dialogue, FIRMWARE).block)
        self._end(cause or None)
        if not cause:
            self._firmware.restart("update")
