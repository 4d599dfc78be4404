"""The acquirer's key is held in memory that forgets it without a supply.

Breaks P-1: after a cut the terminal signs on again and sells, without a visit by a technician.
"""

from dataclasses import replace

from harness.sim.terminal.board import Board
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.keys import Keys
from harness.sim.terminal.outages import MARK


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware whose key store has no battery."""

    class Forgetful(base):  # type: ignore[valid-type, misc]
        def __init__(self, board: Board, reason: str, keys: Keys) -> None:
            if reason == "power" and board.flash.peek(MARK) is not None:  # not the first start
                keys = replace(keys, master=bytes(len(keys.master)))
            super().__init__(board, reason, keys)

    return Forgetful
