"""A rig: which device plays which role, where it is, and what it may never exceed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.model.address import way_to
from harness.model.units import Amps, Seconds, Slew, Volts

#: Every role, in the order in which its device is opened and identified.
ROLES = (
    "supply", "switch", "attenuator", "carrier", "network", "sim_card", "modem", "reader",
    "stripe", "field", "host", "updates", "loader", "flash", "hands", "console", "terminal",
)  # fmt: skip

Fact = Literal[
    "spare_bearer",
    "second_host",
    "looks_itself",
    "register_prints",
    "numbers_near_end",
    "long_bins",
]
#: What a rig file may say of its terminal (``facts:``), and a scenario may need.
FACTS: dict[Fact, str] = {
    "spare_bearer": "a second SIM or Wi-Fi that the terminal falls over to by itself",
    "second_host": "a secondary host that the terminal turns to by itself",
    "looks_itself": "a look at the update store every so often, by itself",
    "register_prints": "a cash register that prints its receipts, line by line",
    "numbers_near_end": "trace and receipt numbers that are about to begin anew at 1",
    "long_bins": "an acquirer that lets it show a card's first eight digits, not only six",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What the supply may never be told to exceed.

    Attributes:
        voltage: Highest set-point, list point and over-voltage level.
        current: Highest current limit.
        min_voltage: Lowest set-point with the output on; 0 V, which is off, is always allowed.
        slew: Most the set-point may change per second while the output is on. A step counts as
            lasting the supply's own edge; steps that follow sooner add up.
        presets: Names of the power presets that may be played; None for all.
        over_voltage: Whether set-points above the nominal voltage are allowed at all.
    """

    voltage: Volts
    current: Amps
    min_voltage: Volts = Volts(0)
    slew: Slew | None = None
    presets: Sequence[str] | None = None
    over_voltage: Literal["allowed", "forbidden"] = "allowed"

    def __post_init__(self) -> None:
        if not self.voltage > 0 or not self.current > 0:
            raise ValueError("voltage and current limits are above zero")
        if not 0 <= self.min_voltage < self.voltage:
            raise ValueError(f"min_voltage {self.min_voltage} is not below voltage {self.voltage}")
        if self.slew is not None and not self.slew > 0:
            raise ValueError("slew is above zero; leave it out for no limit")

    def allows(self, preset: str) -> bool:
        """Whether a power preset of this name may be played."""
        return self.presets is None or preset in self.presets


@dataclass(frozen=True, slots=True)
class Power:
    """What becomes of the terminal's power between two items of a run.

    Attributes:
        between: ``cycle``: off after every item. ``keep``: it stays on, until the run is over.
            ``on_error``: off only after an ERROR or a FAIL. A simulated bench is new for every
            item, so only real supplies stay on.
        min_off: Shortest time it stays off, s: a shorter one is stretched, by scenarios, too.
    """

    between: Literal["keep", "cycle", "on_error"] = "cycle"
    min_off: Seconds = Seconds(0)


#: Data bits, parity and stop bits of a serial line, as menus write them; quoted, for YAML takes a
#: bare 7E1 for a number.
SerialLine = Literal["8N1", "8N2", "8E1", "8O1", "7E1", "7O1", "7N2", "7E2"]


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
        line: Its data bits, parity and stop bits; None for the driver's own.
        options: Keyword arguments of the driver's constructor.
    """

    role: str
    driver: str
    address: str
    limits: Limits | None = None
    identity: str = ""
    serial: str = ""
    baud: int | None = None
    line: str | None = None
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
        power: What becomes of the terminal's power between items.
        facts: What its terminal has, words of ``FACTS``.
    """

    name: str
    clock: str
    nominal: Volts
    devices: Mapping[str, Device]
    bench: Mapping[str, Any] = field(default_factory=dict)
    lock: bool = True
    path: str = ""
    power: Power = Power()
    facts: Sequence[str] = ()
