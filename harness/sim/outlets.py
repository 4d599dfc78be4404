"""The names by which the devices of a simulated bench are reached: ``sim://modem``."""

from collections.abc import Callable, Mapping
from typing import Any

from harness.errors import NoSuchDevice
from harness.model.words import words_in
from harness.ports.base import Port
from harness.sim.terminal.firmware import REGISTERS

Accept = Callable[[Port], None]

#: What works on a board itself: it must be one of this process.
WITHIN = ("hands", "flash_tap", "adb_server", "stripe_coil", "field_servo")

#: name -> (device, its outlet)
OUTLETS: dict[str, tuple[str, str]] = {
    "supply": ("supply", "scpi"),
    "switch": ("pulse_switch", "line"),
    "switch/relay": ("relay_board", "relay"),
    "modem": ("modem", "at1"),
    "attenuator": ("attenuator", "telnet"),
    "attenuator/http": ("attenuator", "http"),
    "attenuator/scpi": ("attenuator", "scpi"),
    "sim_card": ("sim_mux", "relay"),
    "carrier": ("carrier_api", "http"),
    "network": ("link", "control"),
    "reader": ("presenter", "relay"),
    **{f"reader/{word}": ("card_robot", word) for word in ("grbl", "marlin", "words")},
    "stripe": ("stripe_coil", "line"),
    "field": ("field_servo", "line"),
    "host": ("acquirer", "control"),
    "host/iso8583": ("acquirer", "iso8583"),
    "host/tls": ("acquirer", "tls"),
    "host2/iso8583": ("acquirer", "second/iso8583"),
    "host2/tls": ("acquirer", "second/tls"),
    "updates": ("store", "control"),
    "hands": ("hands", "control"),
    "updates/http": ("store", "http"),
    "updates/https": ("store", "https"),
    "flash": ("flash_tap", "line"),
    "adb": ("adb_server", "adb"),
    "terminal": ("terminal", "zvt"),
    "terminal/ecr": ("terminal", "zvt"),
    "terminal/console": ("terminal", "console"),
    **{f"terminal/{word}": ("terminal", word) for word in words_in(REGISTERS)},
}


def outlet_of(name: str, plan: Mapping[str, Any]) -> tuple[str, str]:
    """The device of this name, and its outlet; raises NoSuchDevice where the plan has none."""
    if name not in OUTLETS:
        raise NoSuchDevice(f"no device {name!r}; known: {', '.join(OUTLETS)}")
    device, outlet = OUTLETS[name]
    if device == "terminal" and not plan.get("terminal"):
        raise NoSuchDevice("this bench has no terminal")
    if device in WITHIN and plan.get("process"):
        raise NoSuchDevice(f"{name} is out of reach: this bench's terminal is a process")
    return device, outlet


def accept_of(device: str, outlet: str, outlets: Mapping[str, Accept]) -> Accept:
    """An outlet of a device; raises NoSuchDevice for one that this model has not."""
    if outlet not in outlets:
        raise NoSuchDevice(f"this bench's {device} has no {outlet}; it has {', '.join(outlets)}")
    return outlets[outlet]
