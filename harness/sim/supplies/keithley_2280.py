"""The Keithley 2280S and 2281S: one precise output, a trigger model, lists, functions that exclude.

Source: Keithley 2280 Reference Manual 077085503 (7-14 FORMat, 7-58 OUTPut:PROTection, 7-81 LIST),
2281S Reference Manual 077114601 (7-129 PROTection, 7-145 LIST:STATe), pymeasure's 2281S. A
measurement selects its sense function, and a list runs only in CONCurrent, where READING is the
current and SOURce the voltage. As in Keithley's 2400 and 2500, ``:MEAS?`` ends what the trigger
model does, and is not legal while it is armed by BUS (assumed for this family).
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.sim.supplies import _keithley_lists
from harness.sim.supplies._groups import Groups
from harness.sim.supplies._keithley_lists import ListCommands, Lists
from harness.sim.supplies.channel import Channel
from harness.sim.supplies.commands import COMMON, STATUS, SYSTEM, without
from harness.sim.supplies.instrument import Supply
from harness.wire.scpi import BOOLEAN, STRING, Command, choice, number
from harness.wire.scpi_syntax import Limit, ScpiError, spellings

QUOTED = _keithley_lists.QUOTED
IMMEDIATE = choice("IMMediate", "BUS", "TIMer", "MANual", "EXTernal")
LEVELS = {
    "VOLTage[:LEVel][:IMMediate][:AMPLitude]": ("volts", "V"),
    "CURRent[:LEVel][:IMMediate][:AMPLitude]": ("amps", "A"),
    "VOLTage:LIMit[:HIGH]": ("limit", "V"),
    "VOLTage:PROTection[:LEVel]": ("over_volts", "V"),
    "CURRent:PROTection[:LEVel]": ("over_amps", "A"),
}
WAITING, LISTING, IDLE = 64, 512, 1024  # STAT:OPER:INST:ISUM


def _levels() -> dict[str, Command]:
    table: dict[str, Command] = {}
    for tail, (field, unit) in LEVELS.items():
        table[f"[SOURce<n>:]{tail}"] = Command("set_level", (number(unit),), (field,))
        table[f"[SOURce<n>:]{tail}?"] = Command("level", (number(optional=True),), (field,))
    return table


COMMANDS = {
    **COMMON,
    **STATUS,
    **without(SYSTEM, "INSTrument"),
    **_levels(),
    **_keithley_lists.COMMANDS,
    "OUTPut<n>[:STATe]": Command("switch", (BOOLEAN,)),
    "OUTPut<n>[:STATe]?": Command("switched"),
    "OUTPut:PROTection:TRIPped?": Command("trip_word"),
    "OUTPut:PROTection:CLEar": Command("clear_latch"),
    "ENTRy<n>:FUNCtion": Command("enter", (choice("POWER", "TEST", "SIMULATOR"),)),
    "ENTRy<n>:FUNCtion?": Command("entered"),
    "BATTery<n>:OUTPut[:STATe]": Command("switch_battery", (BOOLEAN,)),
    "BATTery<n>:OUTPut[:STATe]?": Command("switched_battery"),
    "SENSe<n>:FUNCtion": Command("sense", (QUOTED,)),
    "SENSe<n>:FUNCtion?": Command("sensed"),
    "FORMat:ELEMents": Command("set_elements", (QUOTED,)),
    "FORMat:ELEMents?": Command("told_elements"),
    "MEASure:VOLTage[:DC]?": Command("measure_one", (), ("VOLT",)),
    "MEASure:CURRent[:DC]?": Command("measure_one", (), ("CURR",)),
    "MEASure:CONCurrent[:DC]?": Command("measure_one", (), ("CONC",)),
    "READ?": Command("read"),
    "FETCh?": Command("fetch"),
    "SYSTem:LFRequency?": Command("mains"),
    "DISPlay:USER:TEXT[:DATA]": Command("write_on_display", (STRING,)),
    "ARM:SOURce": Command("arm_by", (IMMEDIATE,)),
    "ARM:SOURce?": Command("armed_by"),
    "TRIGger:COUNt": Command("set_trigger_count", (number(),)),
    "TRIGger:COUNt?": Command("trigger_count"),
    "INITiate[:IMMediate]": Command("start"),
    "ABORt": Command("stop"),
    "STATus:OPERation:INSTrument:ISUMmary<n>:CONDition?": Command("operation"),
}
SENSES = ("VOLTage", "CURRent", "CONCurrent")
ELEMENTS = ("READing", "SOURce", "UNIT", "RELative")


def short_of(word: str, known: tuple[str, ...]) -> str:
    """The short form of a word in quotes; -224 for another."""
    for one in known:
        if word.strip().upper() in spellings(one):
            return spellings(one)[0]
    raise ScpiError(-224)


class Instrument(ListCommands, Supply):
    """A 2280S or 2281S, by its personality."""

    COMMANDS: ClassVar[Mapping[str, Command]] = COMMANDS

    def __init__(self, *args: Any, **options: Any) -> None:
        self.groups: Groups | None = None
        self.function = "POWER"
        super().__init__(*args, **options)
        self.output_channel = self.channels[1]
        self.lists = Lists(lambda part, value: self._in_range(part, self.output_channel, value))
        self.groups = Groups(self._clock, self.output_channel, self._list_ends)
        self._forget()

    def _forget(self) -> None:
        channel = self.output_channel
        self.limit, self._before = channel.max_volts, (0.0, 0.0)
        channel.set.over_amps, channel.set.over_amps_on = channel.max_amps, True
        self.sense_function, self.elements = "CONC", ["READ", "SOUR", "UNIT", "REL"]
        self.arm_source, self.triggers = "IMM", 1
        self.listing = self.waiting = False
        self._last, self._began = (0.0, 0.0, 0.0), self._clock.now()

    def reset(self) -> None:
        """*RST: also out of a battery function."""
        if self.groups is not None:
            self.groups.stop()
        self.function = "POWER"
        super().reset()
        self._forget()

    @property
    def _runs(self) -> bool:
        """Whether a list runs."""
        return self.groups is not None and self.groups.running

    # --- functions and levels ---------------------------------------------------------------

    def _must_be_power(self) -> None:
        if self.function != "POWER":
            raise ScpiError(-221, f"the function is {self.function}")

    def enter(self, n: int, function: str) -> None:
        if function != self.function:
            self.stop()
            self.output_channel.switch(on=False)
            self.function = function

    def entered(self, n: int) -> str:
        return self.function

    def switch_battery(self, n: int, on: bool) -> None:
        if self.function == "POWER":
            raise ScpiError(-221, "the function is POWER")
        self.output_channel.set_level(volts=float(self._personality["battery"]["volts"]))
        self.output_channel.switch(on=on)

    def switched_battery(self, n: int) -> int:
        return int(self.function != "POWER" and self.output_channel.on)

    def _bounds(self, field: str, channel: Channel) -> tuple[float, float, float, float]:
        guards, step = self._personality["protection"], self._personality["setting"]
        own = {
            "limit": (0.0, channel.max_volts, channel.max_volts, step["volts"]),
            "over_volts": (*guards["volts"], channel.max_over_volts, step["volts"]),
            "over_amps": (*guards["amps"], channel.max_amps, step["amps"]),
            "amps": (guards["amps"][0], channel.max_amps, channel.rated_amps, step["amps"]),
        }
        low, high, default, step = own.get(field) or super()._bounds(field, channel)
        return low, min(high, self.limit) if field == "volts" else high, default, step

    def set_level(self, field: str, n: int, value: float | Limit) -> None:
        self._must_be_power()
        if field in ("volts", "amps") and self._runs:
            raise self.output_channel.refusal("running")
        if field == "limit":
            self.limit = self._in_range(field, self.output_channel, value)
        else:
            self.set_number(field, value)

    def level(self, field: str, n: int, limit: float | Limit | None) -> str:
        if limit is not None:
            return format(self._in_range(field, self.output_channel, limit), self._form)
        value = self.limit if field == "limit" else getattr(self.output_channel.set, field)
        return format(value, self._form)

    # --- output -----------------------------------------------------------------------------

    def switch(self, n: int, on: bool) -> None:
        self._must_be_power()
        self.output_channel.switch(on=on)

    def switched(self, n: int) -> int:
        return int(self.output_channel.on)

    def trip_word(self) -> str:
        return self.output_channel.tripped.upper() or "NONE"

    def clear_latch(self) -> None:
        self.output_channel.clear_trip()

    # --- measuring --------------------------------------------------------------------------

    def mains(self) -> str:
        """The frequency of the mains that it found, Hz."""
        return "50"

    def sense(self, n: int, function: str) -> None:
        self.sense_function = short_of(function, SENSES)

    def sensed(self, n: int) -> str:
        long = next(one for one in SENSES if spellings(one)[0] == self.sense_function)
        return f'"{long.upper()}"'

    def set_elements(self, text: str) -> None:
        self.elements = [short_of(word, ELEMENTS) for word in text.split(",")]

    def told_elements(self) -> str:
        return ",".join(self.elements)

    def _take(self) -> None:
        self._clock.sleep(self._personality["measuring"])
        volts, amps = (float(self.measure(what)) for what in ("volts", "amps"))
        self._last = volts, amps, self._clock.now() - self._began

    def _told(self) -> str:
        volts, amps, when = self._last
        shown = {"VOLT": ((volts, "V"), (self.output_channel.set.volts, "V")),
                 "CURR": ((amps, "A"), (self.output_channel.set.amps, "A")),
                 "CONC": ((amps, "A"), (volts, "V"))}[self.sense_function]  # fmt: skip
        values = {"READ": shown[0], "SOUR": shown[1], "REL": (when, "s")}
        unit = "UNIT" in self.elements
        words = [values[word] for word in self.elements if word != "UNIT"]
        return ",".join(f"{value:+.6E}{mark if unit else ''}" for value, mark in words)

    def measure_one(self, function: str) -> str:
        self._must_be_power()
        self.stop()
        self.sense_function = function
        return self.read()

    def read(self) -> str:
        self._must_be_power()
        if self.arm_source == "BUS":
            raise ScpiError(-221, "it is armed by BUS")
        self.stop()
        self._take()
        return self._told()

    def fetch(self) -> str:
        if self._runs:
            self._take()
        return self._told()

    # --- lists and the trigger model --------------------------------------------------------

    def set_list_mode(self, n: int, on: bool) -> None:
        if on and self.sense_function != "CONC":
            text = "Change Sense Function to V+I (CONCurrent) before running a list"
            raise ScpiError(209, text)
        if self.listing and not on:
            self.stop()
            self.output_channel.set_level(volts=self._before[0], amps=self._before[1])
        elif on and not self.listing:
            self._before = self.output_channel.set.volts, self.output_channel.set.amps
        self.listing = on

    def list_mode(self, n: int) -> int:
        return int(self.listing)

    def arm_by(self, source: str) -> None:
        self.arm_source = source

    def armed_by(self) -> str:
        return self.arm_source

    def set_trigger_count(self, count: float | Limit) -> None:
        if isinstance(count, Limit) or not 1 <= count <= 2500:
            raise ScpiError(-222)
        self.triggers = int(count)

    def trigger_count(self) -> int:
        return self.triggers

    def start(self) -> None:
        self._must_be_power()
        if self.waiting or self._runs:
            raise ScpiError(-213)
        self.waiting = True
        if self.arm_source == "IMM":
            self.trigger_bus()

    def trigger_bus(self) -> None:
        if not self.waiting:
            raise ScpiError(-211)
        self.waiting = False
        if self.listing and self.groups is not None:  # a trigger is a point
            self.groups.start(self.lists.rows[self.lists.recalled].saved[: self.triggers])

    def stop(self) -> None:
        self.waiting = False
        if self.groups is not None:
            self.groups.stop()

    def _list_ends(self) -> None:
        """The last point stays until the list mode is left (assumed)."""

    def operation(self, n: int) -> int:
        if self._runs:
            return LISTING
        return WAITING if self.waiting else IDLE
