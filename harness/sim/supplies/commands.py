"""What the simulated E36313A understands: header -> method of ``instrument.py`` and parameters.

Source: IEEE 488.2-1992 clause 10 (common commands), SCPI-1999 vol. 1, 4.2 (required commands), and
the Keysight E36300 series' command list, as public E36312A tools quote it. Most headers set or
tell one field of ``supply_channel.Setting``; the field's name is the fixed argument.
"""

from collections.abc import Mapping
from dataclasses import replace

from harness.wire.scpi import BOOLEAN, STRING, Command, Slot, channels, choice, number, numbers
from harness.wire.scpi_syntax import Limit, ScpiError, read_number

AT = channels(3)
WORD = Slot(str)


def _read_count(text: str) -> float | Limit:
    if text.upper() in ("INF", "INFINITY"):
        return float("inf")
    return read_number(text)


def _read_event_mask(text: str) -> int:
    value = read_number(text)
    if isinstance(value, Limit):
        raise ScpiError(-104)
    if not -0.5 < value < 65535.5:
        raise ScpiError(-222)
    return round(value)


COUNT = Slot(_read_count)
MASK = Slot(_read_event_mask)

COMMON = {
    "*CLS": Command("clear_status"),
    "*ESE": Command("set_mask", (MASK,), ("event_enable",)),
    "*ESE?": Command("mask", (), ("event_enable",)),
    "*ESR?": Command("take_events"),
    "*IDN?": Command("identity"),
    "*OPC": Command("note_completion"),
    "*OPC?": Command("await_completion"),
    "*RST": Command("reset"),
    "*SRE": Command("set_mask", (MASK,), ("request_enable",)),
    "*SRE?": Command("mask", (), ("request_enable",)),
    "*STB?": Command("mask", (), ("byte",)),
    "*TRG": Command("trigger_bus"),
    "*TST?": Command("self_test"),
    "*WAI": Command("wait"),
}

SYSTEM = {
    "SYSTem:ERRor[:NEXT]?": Command("next_error"),
    "SYSTem:ERRor:COUNt?": Command("errors_waiting"),
    "SYSTem:VERSion?": Command("scpi_version"),
    "SYSTem:REMote": Command("control_from", (), ("REM",)),
    "SYSTem:LOCal": Command("control_from", (), ("LOC",)),
    "SYSTem:RWLock": Command("control_from", (), ("RWL",)),
    "SYSTem:COMMunicate:RLSTate": Command("control_from", (choice("LOCal", "REMote", "RWLock"),)),
    "SYSTem:COMMunicate:RLSTate?": Command("controlled_from"),
    "SYSTem:BEEPer[:IMMediate]": Command("show"),
    "DISPlay[:WINDow][:STATe]": Command("light", (BOOLEAN,)),
    "DISPlay[:WINDow][:STATe]?": Command("lit"),
    "DISPlay[:WINDow]:TEXT[:DATA]": Command("write_on_display", (STRING,)),
    "DISPlay[:WINDow]:TEXT[:DATA]?": Command("on_display"),
    "DISPlay[:WINDow]:TEXT:CLEar": Command("write_on_display"),
    "INSTrument[:SELect]": Command("select_by_name", (WORD,)),
    "INSTrument[:SELect]?": Command("selected_name"),
    "INSTrument:NSELect": Command("select", (number(),)),
    "INSTrument:NSELect?": Command("selected"),
}


def setting(header: str, field: str, unit: str) -> dict[str, Command]:
    """A number with bounds that can be set and asked for."""
    return {
        header: Command("set_number", (number(unit), AT), (field,)),
        f"{header}?": Command("number", (number(optional=True), AT), (field,)),
    }


def word(header: str, field: str, slot: Slot) -> dict[str, Command]:
    """A word or a boolean that can be set and asked for."""
    return {
        header: Command("set_plain", (slot, AT), (field,)),
        f"{header}?": Command("plain", (AT,), (field,)),
    }


def listed(header: str, field: str, unit: str, level: str = "") -> dict[str, Command]:
    """A list's values, which can be set, asked for and counted."""
    return {
        f"{header}{level}": Command("set_list", (numbers(unit), AT), (field,)),
        f"{header}{level}?": Command("plain", (AT,), (field,)),
        f"{header}:POINts?": Command("points", (AT,), (field,)),
    }


def quantity(name: str, field: str, unit: str) -> dict[str, Command]:
    """What VOLTage and CURRent have alike."""
    root = f"[SOURce:]{name}"
    mode = choice("FIXed", "STEP", "LIST")
    return {
        **setting(f"{root}[:LEVel][:IMMediate][:AMPLitude]", field, unit),
        **setting(f"{root}[:LEVel]:TRIGgered[:AMPLitude]", f"{field}_triggered", unit),
        **word(f"{root}:MODE", f"{field}_mode", mode),
        **word(f"{root}:PROTection:STATe", f"over_{field}_on", BOOLEAN),
        **listed(f"[SOURce:]LIST:{name}", f"list_{field}", unit, "[:LEVel]"),
        f"{root}:PROTection:TRIPped?": Command("tripped", (AT,), (field,)),
        f"{root}:PROTection:CLEar": Command("clear_trip", (AT,)),
        f"MEASure[:SCALar]:{name}[:DC]?": Command("measure", (AT,), (field,)),
    }


SOURCE = {
    **quantity("VOLTage", "volts", "V"),
    **quantity("CURRent", "amps", "A"),
    **setting("[SOURce:]VOLTage:PROTection[:LEVel][:AMPLitude]", "over_volts", "V"),
    **setting("[SOURce:]CURRent:PROTection:DELay[:TIME]", "over_amps_delay", "S"),
    **listed("[SOURce:]LIST:DWELl", "list_dwell", "S"),
    **word("[SOURce:]LIST:STEP", "list_step", choice("AUTO", "ONCE")),
    **word("[SOURce:]LIST:TERMinate:LAST", "list_last", BOOLEAN),
    **word("OUTPut:PON:STATe", "power_on", choice("RST", "RCL0")),
    **word("TRIGger[:SEQuence]:SOURce", "source", choice("BUS", "IMMediate")),
    "[SOURce:]LIST:COUNt": Command("set_number", (COUNT, AT), ("list_count",)),
    "[SOURce:]LIST:COUNt?": Command("plain", (AT,), ("list_count",)),
    "APPLy": Command("apply", (Slot(str, many=True), AT)),
    "APPLy?": Command("applied", (AT,)),
    "OUTPut[:STATe]": Command("set_output", (BOOLEAN, AT)),
    "OUTPut[:STATe]?": Command("output", (AT,)),
    "OUTPut:PROTection:CLEar": Command("clear_trip", (AT,)),
    "OUTPut:PAIR": Command("set_pair", (choice("OFF", "PARallel", "SERies"),)),
    "OUTPut:PAIR?": Command("pair"),
    "TRIGger[:SEQuence][:IMMediate]": Command("trigger", (AT,)),
    "INITiate[:IMMediate]": Command("initiate", (AT,)),
    "ABORt": Command("abort", (AT,)),
}


def group(root: str, name: str) -> dict[str, Command]:
    """A status group's commands (SCPI-1999 vol. 2, 20.1)."""
    parts = {"ENABle": "enable", "PTRansition": "rising", "NTRansition": "falling"}
    table = {
        f"{root}[:EVENt]?": Command("take_group", (), (name,)),
        f"{root}:CONDition?": Command("group_part", (), (name, "condition")),
    }
    for word, part in parts.items():
        table[f"{root}:{word}"] = Command("set_group_part", (MASK,), (name, part))
        table[f"{root}:{word}?"] = Command("group_part", (), (name, part))
    return table


STATUS = {
    **group("STATus:QUEStionable", "ques"),
    **group("STATus:QUEStionable:INSTrument", "inst"),
    **group("STATus:QUEStionable:INSTrument:ISUMmary<n>", "channel"),
    **group("STATus:OPERation", "oper"),
    "STATus:PRESet": Command("preset_status"),
}

COMMANDS = {**COMMON, **SYSTEM, **SOURCE, **STATUS}


def addressed(table: Mapping[str, Command], last: int) -> dict[str, Command]:
    """The same commands with channel lists up to ``last``; for 0 they take no channel list."""

    def places(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
        kept = tuple(slot for slot in slots if last or slot is not AT)
        return tuple(channels(last) if slot is AT else slot for slot in kept)

    return {
        header: replace(command, slots=places(command.slots)) for header, command in table.items()
    }


def without(table: Mapping[str, Command], *roots: str) -> dict[str, Command]:
    """The commands of which none of these texts is a part: ``without(SOURCE, "LIST:", "PAIR")``."""
    return {
        header: command
        for header, command in table.items()
        if not any(root in header for root in roots)
    }
