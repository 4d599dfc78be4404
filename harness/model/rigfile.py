"""A rig file, read into what ``model/rig.py`` says that a rig is."""

import inspect
import re
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.model.address import way_to
from harness.model.rig import ROLES, Device, Fact, Limits, Power, RigFile, SerialLine
from harness.model.units import Volts
from harness.model.words import Path, WordError, fill, find, instead, nearest, value_of

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

DRIVERS = "harness.drivers"


@dataclass(frozen=True, slots=True)
class Head:
    """What a rig file says besides its roles."""

    rig: str
    clock: Literal["virtual", "real"] = "real"
    nominal: Volts | None = None
    bench: Mapping[str, Any] = field(default_factory=dict)
    lock: bool = True
    power: Power = Power()  # noqa: RUF009 - frozen
    facts: Sequence[Fact] = ()


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
