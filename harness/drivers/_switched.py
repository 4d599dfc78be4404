"""What switches in the terminal's supply line have in common; a driver says how one is moved.

A driver has ``_move`` (switch), and ``_is_closed`` where its device can say; what it cannot say is
remembered, and the driver's docstring says so.
"""

from dataclasses import replace
from typing import ClassVar, Literal

from harness.errors import Astray, BenchError, DeviceRefused
from harness.model.power import Switching
from harness.model.roles import Observe, ignore
from harness.ports.base import Port

Feeds = Literal["dc", "mains", "vbus", "poe", "battery"]


class Switched:
    """Plays Switch, SafeState and Vigilant."""

    switching: Switching = Switching()
    #: What it is called when it does not do as told.
    NAME: ClassVar[str] = "the switch"
    observe: Observe = staticmethod(ignore)

    def __init__(self, port: Port, *, feeds: Feeds | None = None) -> None:
        """Nothing is said yet.

        Args:
            port: The way to it.
            feeds: What it opens: dc, mains, vbus, poe or battery.
        """
        self._port = port
        self._told: bool | None = None  # nothing so far, or the position that was verified last
        self.switching = replace(self.switching, feeds=feeds or self.switching.feeds)

    def set_closed(self, *, closed: bool) -> None:
        """Switch and read back; raises DeviceRefused when it did not follow."""
        t = self._move(closed=closed)
        if self._is_closed() != closed:
            said = "open" if closed else "closed"
            raise DeviceRefused(f"{self.NAME} is still {said} after it was switched")
        self._told = closed
        if closed:
            self.observe("closed", t=t)
        else:
            self.observe("opened", t=t, shorted=False)

    def look(self) -> None:
        """Raises Astray where it says another position than it was told."""
        if self._told is not None and self._is_closed() != self._told:
            now, told = ("open", "closed") if self._told else ("closed", "open")
            raise Astray(
                f"{self.NAME} is {now}, told was {told}: it moved by itself, or by hand", since=0
            )

    def closed(self) -> bool:
        return self._is_closed()

    def make_safe(self) -> None:
        """No power to the terminal: open, verified where the switch can say."""
        try:
            self.set_closed(closed=False)
        except DeviceRefused as error:
            raise BenchError(f"{self.NAME} could not be opened ({error})") from error

    def _move(self, *, closed: bool) -> float:
        """Switch; the time at which it was done."""
        raise NotImplementedError

    def _is_closed(self) -> bool:
        raise NotImplementedError
