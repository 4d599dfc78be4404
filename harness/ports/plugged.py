"""Which USB device a tty belongs to, and where that device is now.

A modem that restarts is enumerated again: often under another name (ttyUSB2 becomes ttyUSB4 while
somebody holds the old one), and at times first as something else (the boot ROM of Qualcomm chips is
05c6:9008). A name in ``/dev/serial/by-id`` follows by itself; this is for the others, and it keeps
anybody from talking AT to a boot ROM.

Source: pyserial 3.5, ``serial.tools.list_ports`` (sysfs: idVendor, idProduct, serial, bus and port
with the interface's number behind a colon).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from serial.tools import list_ports


@dataclass(frozen=True, slots=True)
class UsbTty:
    """One tty of one USB device.

    Attributes:
        node: Its name now.
        product: VID:PID, hex.
        serial: Of the device, ``""`` without one.
        location: Bus and port, the interface behind a colon where there are several.
    """

    node: str
    product: str
    serial: str
    location: str

    @property
    def interface(self) -> str:
        """Which of the device's ttys it is."""
        return self.location.partition(":")[2]

    def is_again(self, other: "UsbTty") -> bool:
        """Whether ``other`` is the same tty: same place, or the same device elsewhere."""
        if self.product != other.product or self.interface != other.interface:
            return False
        return self.location == other.location or self.serial == other.serial != ""


def all_plugged() -> Iterator[UsbTty]:
    """Every tty that belongs to a USB device."""
    for port in list_ports.comports():
        if port.vid is not None and port.pid is not None:
            product = f"{port.vid:04x}:{port.pid:04x}"
            yield UsbTty(port.device, product, port.serial_number or "", port.location or "")


def plugged_at(path: str) -> UsbTty | None:
    """The USB tty that a path leads to; None where it leads to none."""
    node = os.path.realpath(path)
    return next((one for one in all_plugged() if os.path.realpath(one.node) == node), None)


def now_at(path: str, was: UsbTty) -> tuple[str | None, str]:
    """Where the tty that was behind ``path`` is now; None and why where it is away."""
    here = plugged_at(path)
    if here is not None and was.is_again(here):
        return path, ""
    # The same port first: modules of one kind often share a serial number.
    again = sorted(
        (one for one in all_plugged() if was.is_again(one)),
        key=lambda one: one.location != was.location,
    )
    if again:
        return again[0].node, ""
    instead = (
        f"{here.product} is there instead of {was.product}" if here else "it is not plugged in"
    )
    return None, instead
