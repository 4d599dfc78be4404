"""The person at the terminal that a run was started from: ``operator://tty``.

It is the process's controlling terminal, whatever standard input and output are (pytest captures
them), so a run in CI, or one that was started by a service, has none and is told so.
"""

import os

from harness.ports._stream import CHUNK, StreamPort

TTY = "/dev/tty"


class OperatorPort(StreamPort):
    """Lines to and from the controlling terminal."""

    _fd: int | None = None

    def _connect(self) -> None:
        try:
            self._fd = os.open(TTY, os.O_RDWR | os.O_NOCTTY)
        except OSError as error:
            raise OSError("nobody can be asked: this run has no terminal of its own") from error

    def _descriptor(self) -> int | None:
        return self._live()

    def _receive(self) -> bytes | None:
        return os.read(self._live(), CHUNK)

    def _send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._live(), data) :]

    def _disconnect(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _live(self) -> int:
        if self._fd is None:
            raise ConnectionError("not open")
        return self._fd
