"""USB ttys that come and go, made of ptys, for those who look for them in sysfs by pyserial."""

import os
import pty
import tty
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Usb:
    """What pyserial finds in sysfs for one tty."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None
    location: str | None


class Hub:
    """What is plugged in; its ttys are ptys under the names that the kernel would give."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.rows: list[Usb] = []
        self.far: dict[str, int] = {}
        self._ends: list[int] = []

    def plug(self, name: str, *, product: tuple[int, int], serial: str, location: str) -> str:
        """Put a device in; returns its path."""
        far, near = pty.openpty()
        tty.setraw(near)
        path = self._folder / name
        path.symlink_to(os.ttyname(near))
        self.rows.append(Usb(os.ttyname(near), *product, serial, location))
        self.far[name] = far
        self._ends += [far, near]
        return str(path)

    def pull(self) -> None:
        """Take all out."""
        for end in self._ends:
            os.close(end)
        for link in self._folder.iterdir():
            link.unlink()
        self.rows, self.far, self._ends = [], {}, []
