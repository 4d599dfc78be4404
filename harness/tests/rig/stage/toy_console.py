"""A console that hands on lines. For tests of the rig.

Source: made up.
"""

from harness.model.roles import Observe, ignore
from harness.ports.base import Port

IDENTITY = None


class Driver:
    """Plays Console, Watched."""

    BAUD = 9600
    OBSERVES = ("console", "journal")

    def __init__(self, port: Port) -> None:
        self.observe: Observe = ignore
        self._port = port

    def attend(self) -> None:
        while self._port.readable:
            chunk = self._port.read()
            if chunk is not None:
                self.observe("line", t=chunk.t, text=chunk.data.decode().strip())

    def ask_journal(self) -> None:
        self._port.write(b"journal\n")
