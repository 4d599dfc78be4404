"""What the simulated EEZ BB3 understands.

Source: EEZ BB3 SCPI reference, chapters 4, 5 and 12. ``SOURce<n>`` means a channel, without a
number the selected one.
"""

import re
from collections.abc import Mapping

from harness.sim.supplies.commands import COMMON, STATUS, SYSTEM, addressed, setting, without, word
from harness.sim.supplies.steps import level
from harness.wire.scpi import BOOLEAN, Command, Slot, choice, number, numbers
from harness.wire.scpi_syntax import Limit, ScpiError, read_number

EVERY = ()  # ALL


def _read_channels(text: str) -> tuple[int, ...]:
    """``CH1``, ``ALL``, ``(@1:2,4)`` or ``(@101)``: slot, then channel."""
    if text.upper() == "ALL":
        return EVERY
    if found := re.fullmatch(r"(?i)CH(\d)", text):
        return (int(found[1]),)
    listed = re.fullmatch(r"\(@([\d:, ]+)\)", text)
    if not listed:
        raise ScpiError(-104)
    channels: list[int] = []
    for part in listed[1].split(","):
        low, _, high = (piece.strip() for piece in part.partition(":"))
        ends = [int(end) // 100 if len(end) == 3 else int(end) for end in (low, high or low)]
        channels += range(ends[0], ends[1] + 1)
    return tuple(channels)


def _read_count(text: str) -> float:
    if text.upper() in ("INF", "INFINITY"):
        return 0
    value = read_number(text)
    if isinstance(value, Limit):
        raise ScpiError(-224)
    if not 0 <= value <= 65535:
        raise ScpiError(-222)
    return int(value)


def _read_delay(text: str) -> float:
    value = read_number(text, "S")
    if isinstance(value, Limit):
        return {Limit.MIN: 0.0, Limit.DEF: 0.0, Limit.MAX: 3600.0}[value]
    if not 0 <= value <= 3600:
        raise ScpiError(-222)
    return value


#: Any number of channels at the end, perhaps none.
AT = Slot(_read_channels, optional=True, many=True)
MODE = choice("FIXed", "LIST", "STEP")  # FUNCgen is not modelled


def quantity(name: str, field: str, unit: str) -> dict[str, Command]:
    """What VOLTage and CURRent have alike."""
    return {
        **level(name, field, unit),
        **setting(f"{name}[:LEVel]:TRIGgered[:AMPLitude]", f"{field}_triggered", unit),
        **setting(f"{name}:LIMit[:POSitive][:IMMediate][:AMPLitude]", f"{field}_limit", unit),
        **setting(f"{name}:RAMP:DURation", f"{field}_ramp", "S"),
        **protection(name, field),
        f"LIST:{name}[:LEVel]": Command("set_list", (numbers(unit),), (f"list_{field}",)),
        f"LIST:{name}[:LEVel]?": Command("plain", (), (f"list_{field}",)),
    }


def protection(name: str, field: str) -> dict[str, Command]:
    """Delay, switch and state of a protection."""
    return {
        **setting(f"{name}:PROTection:DELay[:TIME]", f"over_{field}_delay", "S"),
        **word(f"{name}:PROTection:STATe", f"over_{field}_on", BOOLEAN),
        f"{name}:PROTection:TRIPped?": Command("tripped", (), (field,)),
    }


SOURCE = addressed(
    {
        **quantity("VOLTage", "volts", "V"),
        **quantity("CURRent", "amps", "A"),
        **setting("VOLTage:PROTection[:LEVel]", "over_volts", "V"),
        "VOLTage:PROTection:TYPE": Command(
            "set_plain", (choice("HW", "SW"),), ("over_volts_type",)
        ),
        "VOLTage:PROTection:TYPE?": Command("told", (), ("over_volts_type",)),
        **setting("POWer:LIMit", "watts_limit", "W"),
        **setting("POWer:PROTection[:LEVel]", "over_watts", "W"),
        **protection("POWer", "watts"),
        "LIST:DWELl": Command("set_list", (numbers("S"),), ("list_dwell",)),
        "LIST:DWELl?": Command("plain", (), ("list_dwell",)),
        "LIST:COUNt": Command("set_plain", (Slot(_read_count),), ("list_count",)),
        "LIST:COUNt?": Command("plain", (), ("list_count",)),
    },
    0,
)
MODES = {
    f"{name}:MODE{end}": Command(method, slots, (f"{field}_mode",))
    for name, field in (("VOLTage", "volts"), ("CURRent", "amps"))
    for end, method, slots in (("", "set_plain", (MODE,)), ("?", "told", ()))
}


def numbered(table: Mapping[str, Command]) -> dict[str, Command]:
    """The same commands after ``SOURce<n>:``."""
    return {
        f"SOURce<n>:{header}": Command(
            "on_channel", command.slots, (command.method, *command.fixed)
        )
        for header, command in table.items()
    }


def kept(header: str, name: str, slot: Slot) -> dict[str, Command]:
    """A setting of the whole instrument."""
    return {
        header: Command("keep", (slot,), (name,)),
        f"{header}?": Command("kept", (), (name,)),
    }


OUTPUT = {
    "OUTPut[:STATe]": Command("set_output", (BOOLEAN, AT)),
    "OUTPut[:STATe]?": Command("output", (AT,)),
    "OUTPut[:STATe]:TRIGgered": Command("set_plain", (BOOLEAN, AT), ("on_triggered",)),
    "OUTPut[:STATe]:TRIGgered?": Command("plain", (AT,), ("on_triggered",)),
    "OUTPut:MODE?": Command("mode", (AT,)),
    "OUTPut:DPRog": Command("set_plain", (BOOLEAN, AT), ("pulls_down",)),
    "OUTPut:DPRog?": Command("plain", (AT,), ("pulls_down",)),
    "OUTPut:PROTection:CLEar": Command("clear_trip", (AT,)),
    **kept("OUTPut:PROTection:MEASure", "watches_outside", BOOLEAN),
    **kept("OUTPut:PROTection:COUPle", "couples", BOOLEAN),
    "MEASure[:SCALar][:VOLTage][:DC]?": Command("measure", (AT,), ("volts",)),
    "MEASure[:SCALar]:CURRent[:DC]?": Command("measure", (AT,), ("amps",)),
    "MEASure[:SCALar]:POWer[:DC]?": Command("measure_power", (AT,)),
    "APPLy": Command("apply", (Slot(str, many=True),)),
    "INSTrument[:SELect]": Command("select_named", (Slot(_read_channels),)),
    "INSTrument[:SELect]?": Command("selected_name"),
    "INSTrument:NSELect": Command("select", (number(),)),
    "INSTrument:NSELect?": Command("selected"),
    "INSTrument:CATalog?": Command("catalog"),
    "SYSTem:CHANnel[:COUNt]?": Command("count"),
}
TRIGGER = {
    **kept("TRIGger[:SEQuence]:SOURce", "source", choice("BUS", "IMMediate", "MANual")),
    **kept("TRIGger[:SEQuence]:DELay", "delay", Slot(_read_delay)),
    "TRIGger[:SEQuence]:EXIT:CONDition": Command(
        "set_plain", (choice("OFF", "FIRSt", "LAST", "STANdby"), AT), ("exit",)
    ),
    "TRIGger[:SEQuence]:EXIT:CONDition?": Command("told", (AT,), ("exit",)),
    "TRIGger[:SEQuence][:IMMediate]": Command("trigger"),
    "INITiate[:IMMediate]": Command("initiate"),
    "ABORt": Command("abort"),
}

COMMANDS: Mapping[str, Command] = {
    **COMMON,
    **without(SYSTEM, "INSTrument", "RLSTate"),
    **STATUS,
    **OUTPUT,
    **TRIGGER,
    **{f"[SOURce:]{header}": command for header, command in (SOURCE | MODES).items()},
    **numbered(SOURCE | MODES),  # its firmware ignores the number before MODE (not modelled)
}
