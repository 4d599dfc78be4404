"""A rig file, read: which device plays which role, where it is, and what it may never exceed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.model.units import Amps, Volts

#: Every role, in the order in which its device is opened and identified.
ROLES = (
    "supply", "attenuator", "network", "modem", "reader", "host", "updates", "console", "terminal",
)  # fmt: skip

#: A role that may be given by its address alone -> the driver it then has.
USUAL_DRIVERS = {
    "terminal": "zvt",
    "console": "console",
    "supply": "keysight_e36300",
    "modem": "quectel",
    "attenuator": "rcdat",
    "network": "link",
    "reader": "serial_relay",
    "host": "acquirer",
    "updates": "update_store",
}


#: What an address looks like -> which way there. The first that fits.
ADDRESSES = (
    ("bench", r"sim://\S+"),
    ("served", r"sim\+(?:pty|tcp|visa)://\S+"),
    ("serial", r"/\S+"),
    ("serial", r"(?:rfc2217|socket)://\S+:\d+\S*"),
    ("visa", r"(?:TCPIP|ASRL|USB|GPIB|VXI|PXI)[^\s:]*::?\S+"),
    ("tcp", r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:/]+):\d{1,5}"),
)


def way_to(address: str) -> str:
    """``bench``, ``served``, ``serial``, ``visa`` or ``tcp``; raises ValueError."""
    for way, shape in ADDRESSES:
        if re.fullmatch(shape, address):
            return way
    raise ValueError(
        f"{address!r} is no address; wanted a tty (/dev/serial/by-id/...), socket://host:port, "
        "rfc2217://host:port, a VISA resource (TCPIP0::10.0.0.5::5025::SOCKET), host:port, or "
        "sim://name"
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """What the supply may never be told to exceed.

    Attributes:
        voltage: Highest set-point, list point and over-voltage level.
        current: Highest current limit.
        min_voltage: Lowest set-point with the output on; 0 V, which is off, is always allowed.
    """

    voltage: Volts
    current: Amps
    min_voltage: Volts = Volts(0)

    def __post_init__(self) -> None:
        if not self.voltage > 0 or not self.current > 0:
            raise ValueError("voltage and current limits are above zero")
        if not 0 <= self.min_voltage < self.voltage:
            raise ValueError(f"min_voltage {self.min_voltage} is not below voltage {self.voltage}")


@dataclass(frozen=True, slots=True)
class Device:
    """Who plays a role, and where.

    Attributes:
        role: A word of ``ROLES``.
        driver: The driver's word.
        address: As written, e.g. ``/dev/serial/by-id/...``, ``sim://supply``, ``10.0.0.5:5025``.
        limits: For the supply.
        identity: A regular expression its identity must match, besides the driver's own.
        serial: A text its identity must contain.
        baud: Line speed where the address is a serial line; None for the driver's own.
        options: Keyword arguments of the driver's constructor.
    """

    role: str
    driver: str
    address: str
    limits: Limits | None = None
    identity: str = ""
    serial: str = ""
    baud: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def simulated(self) -> bool:
        """Whether it is a device of the simulated bench, in this process or served."""
        return way_to(self.address) in ("bench", "served")


@dataclass(frozen=True, slots=True)
class RigFile:
    """A rig as its file says it.

    Attributes:
        name: The rig's name.
        clock: ``virtual`` or ``real``.
        nominal: The terminal's supply voltage in normal use.
        devices: By role, in the order of ``ROLES``.
        bench: The simulated bench this rig brings along (its own plan's keys), or empty.
        lock: Whether instruments are locked against a second run.
        path: The file.
    """

    name: str
    clock: str
    nominal: Volts
    devices: Mapping[str, Device]
    bench: Mapping[str, Any] = field(default_factory=dict)
    lock: bool = True
    path: str = ""
