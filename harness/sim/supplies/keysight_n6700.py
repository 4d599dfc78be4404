"""The Keysight N6700 modular power systems: each command names its channels.

Source: Keysight N6700C and N6705C Operating and Service Guides: status groups per channel (p. 350),
LIST, watchdog (p. 158); N6900 guide, p. 251, of the same firmware family: a protection leaves the
programmed state, a list runs on while tripped, and clearing puts the output back.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from harness.clock import Timer
from harness.sim.supplies import commands
from harness.sim.supplies.channel import Channel, Setting
from harness.sim.supplies.commands import AT, MASK, addressed, without, word
from harness.sim.supplies.instrument import Supply
from harness.sim.supplies.outputs import At
from harness.wire.scpi import BOOLEAN, Command, Register, Slot, choice, number
from harness.wire.scpi_syntax import Limit, ScpiError, read_boolean

#: Dwell up to this, s -> its resolution, s (operating guide, LIST:DWELl).
RESOLUTIONS = {0.262144: 1e-6, 2.62144: 1e-5, 26.2144: 1e-4, 262.144: 1e-3}
SOURCES = choice("BUS", "IMMediate", "EXTernal", "PIN1", "PIN2", "PIN3")


def _status(root: str, name: str) -> dict[str, Command]:
    """A status group that every channel has for itself."""
    parts = {"ENABle": "enable", "PTRansition": "rising", "NTRansition": "falling"}
    table = {
        f"{root}[:EVENt]?": Command("take_events_of", (AT,), (name,)),
        f"{root}:CONDition?": Command("part_of", (AT,), (name, "condition")),
    }
    for header, part in parts.items():
        table[f"{root}:{header}"] = Command("set_part_of", (MASK, AT), (name, part))
        table[f"{root}:{header}?"] = Command("part_of", (AT,), (name, part))
    return table


def _marks(header: str, field: str) -> dict[str, Command]:
    """A list of booleans: at which steps a trigger goes out."""
    return {
        f"{header}[:DATA]": Command("set_marks", (Slot(read_boolean, many=True), AT), (field,)),
        f"{header}[:DATA]?": Command("marks", (AT,), (field,)),
        f"{header}:POINts?": Command("points", (AT,), (field,)),
    }


OWN = {
    **_status("STATus:QUEStionable", "ques"),
    **_status("STATus:OPERation", "oper"),
    "STATus:PRESet": Command("preset_status"),
    **_marks("[SOURce:]LIST:TOUTput:BOSTep", "list_begin"),
    **_marks("[SOURce:]LIST:TOUTput:EOSTep", "list_end"),
    "[SOURce:]VOLTage:SLEW[:IMMediate]": Command("set_slew", (number("V/S"), AT)),
    "[SOURce:]VOLTage:SLEW[:IMMediate]?": Command("plain", (AT,), ("slew_up",)),
    "[SOURce:]VOLTage:SLEW:MAXimum": Command("set_fastest", (BOOLEAN, AT)),
    "[SOURce:]VOLTage:SLEW:MAXimum?": Command("fastest", (AT,)),
    "ABORt:TRANsient": Command("abort", (AT,)),
    "INITiate[:IMMediate]:TRANsient": Command("initiate", (AT,)),
    "TRIGger:TRANsient[:IMMediate]": Command("trigger", (AT,)),
    **word("TRIGger:TRANsient:SOURce", "source", SOURCES),
    "OUTPut:PROTection:WDOG[:STATe]": Command("set_watchdog", (BOOLEAN,)),
    "OUTPut:PROTection:WDOG[:STATe]?": Command("watchdog"),
    "OUTPut:PROTection:WDOG:DELay": Command("set_watchdog_delay", (number("S"),)),
    "OUTPut:PROTection:WDOG:DELay?": Command("watchdog_delay"),
    "SYSTem:CHANnel[:COUNt]?": Command("channel_count"),
    "SYSTem:CHANnel:MODel?": Command("modules", (AT,)),
}


@dataclass
class ModuleSetting(Setting):
    """With the lists of trigger outputs, which count where lengths are compared."""

    list_dwell: tuple[float, ...] = (0.001,)
    list_begin: tuple[float, ...] = (0,)
    list_end: tuple[float, ...] = (0,)


class Module(Channel):
    """One output module."""

    SETTING: ClassVar[type[Setting]] = ModuleSetting
    set: ModuleSetting

    @property
    def programmed(self) -> bool:
        """What OUTPut was told last, whatever a protection did since."""
        return self._was_on

    def switch(self, *, on: bool) -> None:
        """With a latched protection it is noted, and comes true when that is cleared."""
        if self.tripped:
            self._was_on = on
        else:
            super().switch(on=on)

    def _lists(self) -> tuple[tuple[float, ...], ...]:
        return (*super()._lists(), self.set.list_begin, self.set.list_end)

    def initiate(self) -> None:
        if self.set.volts_mode == self.set.amps_mode == "FIX":
            raise ScpiError(309, "Cannot initiate, voltage and current in fixed mode")
        super().initiate()


class Instrument(Supply):
    """An N6700, N6701, N6702 or N6705 mainframe with its modules, by its personality."""

    COMMANDS: ClassVar[Mapping[str, Command]] = addressed(
        {
            **commands.COMMON,
            **without(commands.SYSTEM, "INSTrument"),
            **without(
                commands.SOURCE, "VOLTage:PROTection:STATe", "TRIPped", "tion:CLEar", "APPLy",
                "PAIR", "PON", "SEQuence", "INITiate", "ABORt",
            ),
            "OUTPut:PROTection:CLEar": Command("clear_trip", (AT,)),
            "OUTPut:PON:STATe": Command("set_power_on", (choice("RST", "RCL0"),)),
            "OUTPut:PON:STATe?": Command("power_on"),
            "OUTPut:COUPle[:STATe]": Command("set_coupled", (BOOLEAN,)),
            "OUTPut:COUPle[:STATe]?": Command("coupled"),
            **OWN,
        },
        4,
    )  # fmt: skip
    CHANNEL: ClassVar[type[Channel]] = Module
    channels: dict[int, Module]  # type: ignore[assignment]
    _dog: Timer | None = None
    _coupled = False
    _power_on = "RST"  # kept without mains, so *RST does not touch it

    def __init__(self, *args: Any, **keys: Any) -> None:
        self._operations = {n: Register() for n in args[1]["channels"]}
        self._guarded, self._delay = False, float(args[1]["protection"]["watchdog"])
        super().__init__(*args, **keys)
        for n in self.channels:
            self._look(n)

    def reset(self) -> None:
        super().reset()
        self._delay = float(self._personality["protection"]["watchdog"])
        self.set_watchdog(False)

    def _at(self, at: At = None) -> list[Channel]:
        """No channel is ever meant that was not named."""
        if at is None:
            raise ScpiError(-109)
        return super()._at(at)

    # --- what differs of the settings -------------------------------------------------------

    def _in_range(self, field: str, channel: Channel, value: float | Limit) -> float:
        if field != "dwell" or isinstance(value, Limit):
            return super()._in_range(field, channel, value)
        step = next((res for up_to, res in RESOLUTIONS.items() if value <= up_to), None)
        if step is None or value < 0:
            raise ScpiError(-222)
        return round(round(value / step) * step, 9)

    def set_marks(self, field: str, values: Sequence[bool], at: At = None) -> None:
        if len(values) > self._personality["list"]["points"]:
            raise self._at(at)[0].refusal("points")
        self.set_plain(field, tuple(map(int, values)), at)

    def marks(self, field: str, at: At = None) -> str:
        return ",".join(str(one) for row in self._at(at) for one in getattr(row.set, field))

    def set_slew(self, value: float | Limit, at: At = None) -> None:
        """Volts per second, up and down; MAX is as fast as the module can."""
        rate = math.inf if value in (Limit.MAX, Limit.DEF) else value
        if isinstance(rate, Limit) or rate <= 0:
            raise ScpiError(-222)
        for row in self._at(at):
            row.set.slew_up = row.set.slew_down = rate

    def set_fastest(self, on: bool, at: At = None) -> None:
        if on:
            self.set_slew(Limit.MAX, at)

    def fastest(self, at: At = None) -> str:
        return ",".join(str(int(math.isinf(row.set.slew_up))) for row in self._at(at))

    def output(self, at: At = None) -> str:
        """The programmed state: a protection does not change it."""
        rows = [self.channels[row.number] for row in self._at(at)]
        return ",".join(str(int(row.programmed)) for row in rows)

    def channel_count(self) -> int:
        return len(self.channels)

    def modules(self, at: At = None) -> str:
        own = self._personality["channels"]
        return ",".join(f'"{own[row.number]["names"][0]}"' for row in self._at(at))

    def set_output(self, on: bool, at: At = None) -> None:
        """Coupled outputs go on and off together."""
        rows = self._at(at)
        for channel in self.channels.values() if self._coupled else rows:
            channel.switch(on=on)

    def set_coupled(self, on: bool) -> None:
        self._coupled = on

    def coupled(self) -> int:
        return int(self._coupled)

    def set_power_on(self, word: str) -> None:
        self._power_on = word

    def power_on(self) -> str:
        return self._power_on

    # --- the watchdog -----------------------------------------------------------------------

    def set_watchdog(self, on: bool) -> None:
        self._guarded = on
        self._feed()

    def watchdog(self) -> int:
        return int(self._guarded)

    def set_watchdog_delay(self, value: float | Limit) -> None:
        ends = {Limit.MIN: 1.0, Limit.MAX: 3600.0, Limit.DEF: 60.0}
        seconds = ends[value] if isinstance(value, Limit) else value
        if not 1 <= seconds <= 3600:
            raise ScpiError(-222)
        self._delay = float(round(seconds))
        self._feed()

    def watchdog_delay(self) -> str:
        return f"+{self._delay:.0f}"

    def _feed(self) -> None:
        if self._dog is not None:
            self._dog.cancel()
            self._dog = None
        if self._guarded:
            self._dog = self._clock.call_at(self._clock.now() + self._delay, self._bite)

    def _bite(self) -> None:
        for channel in self.channels.values():
            channel.protect("prot")

    def _answer(self, client: Any, message: bytes) -> None:
        self._feed()  # any talk on any interface does
        super()._answer(client, message)

    # --- status -----------------------------------------------------------------------------

    def _register(self, name: str, n: int) -> Register:
        return (self._summaries if name == "ques" else self._operations)[n]

    def take_events_of(self, name: str, at: At = None) -> str:
        events = [self._register(name, row.number).take() for row in self._at(at)]
        self._summarise()
        return ",".join(f"+{event}" for event in events)

    def part_of(self, name: str, part: str, at: At = None) -> str:
        rows = [self._register(name, row.number) for row in self._at(at)]
        return ",".join(f"+{getattr(row, part)}" for row in rows)

    def set_part_of(self, name: str, part: str, mask: int, at: At = None) -> None:
        for row in self._at(at):
            setattr(self._register(name, row.number), part, mask & 0x7FFF)
        self._summarise()

    def preset_status(self) -> None:
        for register in self._operations.values():
            register.preset()
        super().preset_status()

    def _look(self, n: int) -> None:
        channel = self.channels.get(n)
        if channel is None:
            return
        bits = (
            channel.on and not channel.limiting, channel.on and channel.limiting,
            not channel.programmed, False, channel.phase == "armed", False,
            channel.phase != "idle",
        )  # fmt: skip
        self._operations[n].become(sum(1 << bit for bit, is_set in enumerate(bits) if is_set))
        super()._look(n)

    def _summarise(self) -> None:
        """The status byte has the channels' summaries themselves."""
        for name, rows in (("ques", self._summaries), ("oper", self._operations)):
            group = self.status.groups[name]
            group.enable, group.event = 1, int(any(row.summary for row in rows.values()))
