"""A program that speaks to a device for us, e.g. ``program://uhubctl``.

What is written is its arguments, each ended by a NUL; it is run to its end, never through a shell,
and what it printed is what is read, followed by NUL, its exit code, NUL and its error text. Only
programs that a driver was written for are run, whatever a rig file says.
"""

import shutil
import subprocess

from harness.clock import Clock
from harness.errors import PortLost, PortTimeout, RigError
from harness.ports.base import BufferedPort

KNOWN = ("uhubctl",)
WITHIN = 20.0  # s


class ProgramPort(BufferedPort):
    """``program://name``."""

    def __init__(self, clock: Clock, address: str) -> None:
        """Nothing is run yet; raises RigError for a program that no driver is written for."""
        super().__init__(clock, address)
        self._name = address.removeprefix("program://")
        if self._name not in KNOWN:
            raise RigError(f"{address}: no driver speaks to that program; {', '.join(KNOWN)} only")
        self._path: str | None = None

    def open(self) -> None:
        self._path = shutil.which(self._name)
        if self._path is None:
            raise PortLost(f"{self.address}: {self._name} is not installed, or not in PATH")

    def write(self, data: bytes) -> None:
        if self._path is None:
            raise PortLost(f"{self.address}: not open")
        arguments = [one.decode() for one in data.split(b"\0")[:-1]]
        try:
            ended = subprocess.run(  # noqa: S603 - an argument list, of a known program
                [self._path, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                timeout=WITHIN, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise PortTimeout(f"{self.address}: not done within {WITHIN:g} s") from error
        except OSError as error:
            raise PortLost(f"{self.address}: {error}") from error
        self.put_arrived(
            ended.stdout + b"\0" + str(ended.returncode).encode() + b"\0" + ended.stderr
        )

    def close(self) -> None:
        self._path = None
