"""A rig file, read: which device plays which role, where it is, and what it may never exceed."""

import inspect
import re
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.model.address import way_to
from harness.model.units import Amps, Seconds, Slew, Volts
from harness.model.words import Path, WordError, fill, find, instead, nearest, value_of

#: Every role, in the order in which its device is opened and identified.
ROLES = (
    "supply", "switch", "attenuator", "carrier", "network", "sim_card", "modem", "reader",
    "stripe", "field", "host", "updates", "loader", "flash", "hands", "console", "terminal",
)  # fmt: skip

#: What a rig file may say of its terminal (``facts:``), and a scenario may need.
FACTS = {
    "spare_bearer": "a second SIM or Wi-Fi that the terminal falls over to by itself",
    "second_host": "a secondary host that the terminal turns to by itself",
    "looks_itself": "a look at the update store every so often, by itself",
}

#: A role that may be given by its address alone -> the driver it then has.
USUAL_DRIVERS = {
    "terminal": "zvt",
    "console": "console",
    "supply": "keysight_e36300",
    "switch": "relay_board",
    "modem": "quectel",
    "attenuator": "rcdat",
    "network": "link",
    "carrier": "carrier_api",
    "sim_card": "sim_mux",
    "reader": "serial_relay",
    "stripe": "stripe_emulator",
    "field": "field_servo",
    "host": "acquirer",
    "updates": "update_store",
    "loader": "serial_loader",
    "flash": "flash_tap",
    "hands": "bench_hands",
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


# --- reading --------------------------------------------------------------------------------

DRIVERS = "harness.drivers"


@dataclass(frozen=True, slots=True)
class Head:
    """What a rig file says besides its roles."""

    rig: str
    clock: Literal["virtual", "real"] = "real"
    nominal: Volts | None = None
    bench: Mapping[str, Any] = field(default_factory=dict)
    lock: bool = True
    power: Power = Power()
    facts: Sequence[Literal["spare_bearer", "second_host", "looks_itself"]] = ()


HEAD_KEYS = ("rig", "clock", "nominal", "bench", "lock", "power", "facts")
#: Keys of a role's entry that are not options of its driver -> what they must be.
DEVICE_KEYS: dict[str, Any] = {
    "driver": str, "address": str, "limits": Limits, "identity": str, "serial": str, "baud": int,
    "line": SerialLine,
}  # fmt: skip


def read_rig(plain: Any, path: str, errors: list[WordError]) -> RigFile | None:
    """A rig from plain values; what is wrong goes to ``errors``, and then there may be no rig."""
    if not isinstance(plain, Mapping):
        errors.append(WordError((), "wanted a rig's keys: rig, clock, nominal and roles"))
        return None
    known = (*HEAD_KEYS, *ROLES)
    errors += [
        WordError((key,), f"unknown key {key!r}{instead(key, known)}",
                  at_key=True)
        for key in plain if key not in known
    ]  # fmt: skip
    try:
        head = fill(Head, {key: plain[key] for key in HEAD_KEYS if key in plain})
    except WordError as error:
        errors.append(error)
        return None
    devices: dict[str, Device] = {}
    for role in ROLES:
        if role in plain:
            try:
                devices[role] = _read_device(role, plain[role])
            except WordError as error:
                errors.append(error)
    if not errors:
        errors += _contradictions(head, devices)
    nominal = head.nominal or Volts(0)
    return RigFile(
        head.rig, head.clock, nominal, devices, head.bench, head.lock, path, head.power, head.facts
    )  # fmt: skip


def _contradictions(head: Head, devices: Mapping[str, Device]) -> list[WordError]:
    found: list[WordError] = []
    if not devices:
        found.append(WordError((), f"no device; wanted at least one of: {', '.join(ROLES)}"))
    if "supply" in devices and not head.nominal:
        found.append(WordError((), "key 'nominal' is missing: the supply's normal voltage"))
    for role, device in devices.items():
        way = way_to(device.address)
        path: Path = (role, "address")
        if head.clock == "virtual" and way != "bench":
            said = f"{device.address!r} is real and cannot keep to `clock: virtual`"
            found.append(WordError(path, f"{said}; wanted sim://name, or `clock: real`"))
        elif head.clock == "real" and way == "bench":
            said = f"{device.address!r} lives in virtual time"
            found.append(
                WordError(path, f"{said}; wanted `clock: virtual`, or sim+pty:// / sim+tcp://")
            )
    supply = devices.get("supply")
    if supply and not supply.limits and not supply.simulated:
        said = "a real supply needs limits, e.g. limits: {voltage: 10.5 V, current: 3 A}"
        found.append(WordError(("supply",), said))
    if supply and supply.limits and head.nominal and head.nominal > supply.limits.voltage:
        said = f"{head.nominal} is above the supply's limit of {supply.limits.voltage}"
        found.append(WordError(("nominal",), said))
    return found


def _read_device(role: str, plain: Any) -> Device:
    if isinstance(plain, str):
        plain = {"address": plain}
    if not isinstance(plain, Mapping):
        raise WordError((role,), f"{plain!r} seen, wanted an address, or {{driver, address, ...}}")
    plain = {"driver": USUAL_DRIVERS[role], **plain}
    if "address" not in plain:
        near = next((key for key in plain if nearest("address", [key])), "")
        said = f"; did you mean that by {near!r}?" if near else ""
        raise WordError((role,), f"key 'address' is missing: where the device is{said}")
    own = {
        key: value_of(kind, plain[key], (role, key))
        for key, kind in DEVICE_KEYS.items()
        if key in plain
    }
    try:
        way_to(own["address"])
        re.compile(own.get("identity", ""))
    except ValueError as error:
        raise WordError((role, "address"), str(error)) from error
    except re.error as error:
        raise WordError((role, "identity"), f"no regular expression: {error}") from error
    if "limits" in own and role != "supply":
        raise WordError((role, "limits"), "limits are the supply's alone", at_key=True)
    options = {key: value for key, value in plain.items() if key not in DEVICE_KEYS}
    return Device(role=role, **own, options=_options(role, own["driver"], options))


def _options(role: str, driver: str, plain: Mapping[str, Any]) -> dict[str, Any]:
    try:
        kind = find(DRIVERS, driver, group=DRIVERS, name="Driver")
    except LookupError as error:
        raise WordError((role, "driver"), str(error.args[0])) from error
    except ImportError as error:
        raise WordError((role, "driver"), f"{driver!r} cannot be loaded: {error}") from error
    hints = driver_options(getattr(kind, "Driver", kind))
    for key in plain:
        if key not in hints:
            said = f"{driver} has no option {key!r}{instead(key, [*DEVICE_KEYS, *hints])}"
            raise WordError((role, key), said, at_key=True)
    needed = [key for key in _needed(getattr(kind, "Driver", kind)) if key not in plain]
    if needed:
        said = f"{driver} needs {' and '.join(needed)} as well; its options: {', '.join(hints)}"
        raise WordError((role,), said)
    return {key: value_of(hints[key], value, (role, key)) for key, value in plain.items()}


def driver_options(kind: Any) -> dict[str, Any]:
    """Option -> annotation, of a driver's constructor; its port is none."""
    hints = typing.get_type_hints(kind.__init__)
    return {row.name: hints.get(row.name, Any) for row in _own(kind)}


def _needed(kind: Any) -> list[str]:
    return [row.name for row in _own(kind) if row.default is row.empty]


def _own(kind: Any) -> list[inspect.Parameter]:
    rows = list(inspect.signature(kind).parameters.values())[1:]
    return [row for row in rows if row.kind in (row.KEYWORD_ONLY, row.POSITIONAL_OR_KEYWORD)]
