"""The acquirer's key is kept beside the image in the first slot, and the second slot has none.

Breaks U-4 (invariant 16): an update leaves the keys as they are.
"""

from dataclasses import replace

from harness.sim.terminal.board import Board
from harness.sim.terminal.boot import COPIES, BootRecord
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.keys import Keys


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware whose keys stay behind."""

    class LeftBehind(base):  # type: ignore[valid-type, misc]
        def __init__(self, board: Board, reason: str, keys: Keys) -> None:
            copies = [BootRecord.unseal(board.flash.peek(name)) for name in COPIES]
            newest = max(filter(None, copies), key=lambda one: one.counter, default=BootRecord())
            if newest.active != "A":
                keys = replace(keys, master=bytes(len(keys.master)))
            super().__init__(board, reason, keys)

    return LeftBehind
