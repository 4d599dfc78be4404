"""The Rigol DP800 series: its timer of 2048 groups, each of whole seconds.

Source: Rigol DP800 Programming Guide 1-10 and 2-98 to 2-104 (:STATus), 2-64 (:OUTPut:TIMEr) and
:TIMEr:CYCLEs, :ENDState, :GROUPs, :PARAmeter (2-132 of the DP832A's), :STATe. Every channel has its
own groups; commands without a channel mean the selected one. Switches are told as ON or OFF, trips
as YES or NO (2-54, 2-58).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from harness.sim.supplies._groups import Row
from harness.sim.supplies._rigol import ANY, COMMANDS, HERE, Rigol
from harness.sim.supplies.commands import group, without
from harness.wire.scpi import BOOLEAN, Command, Slot, choice, number
from harness.wire.scpi_syntax import Limit, ScpiError, read_boolean, read_number

GROUPS, LONGEST, MOST_CYCLES = 2048, 99999, 99999
TIMER = {
    "TIMEr:CYCLEs": Command("set_cycles", (ANY,)),
    "TIMEr:CYCLEs?": Command("cycles"),
    "TIMEr:ENDState": Command("set_end", (choice("OFF", "LAST"),)),
    "TIMEr:ENDState?": Command("end"),
    "TIMEr:GROUPs": Command("set_count", (number(),)),
    "TIMEr:GROUPs?": Command("count"),
    "TIMEr:PARAmeter": Command("set_group", (ANY,)),
    "TIMEr:PARAmeter?": Command("group_block", (ANY,)),
    "TIMEr[:STATe]": Command("time_here", (BOOLEAN,)),
    "TIMEr[:STATe]?": Command("timed", (HERE,)),
    "OUTPut:TIMEr": Command("set_group_of", (Slot(str, many=True),)),
    "OUTPut:TIMEr?": Command("first_groups", (HERE,)),
    "OUTPut:TIMEr:STATe": Command("time", (ANY,)),
    "OUTPut:TIMEr:STATe?": Command("timed", (HERE,)),
    "SYSTem:TRACKMode?": Command("track_mode"),
    "*OPT?": Command("options"),
}
QUESTIONABLE = "STATus:QUEStionable"
STATUS = {
    **group(QUESTIONABLE, "ques"),
    **without(group(f"{QUESTIONABLE}:INSTrument", "inst"), "CONDition"),
    **group(f"{QUESTIONABLE}:INSTrument:ISUMmary<n>", "channel"),
}


@dataclass
class Timer:
    """One channel's timer."""

    rows: dict[int, Row] = field(default_factory=dict)
    count: int = 1
    cycles: float = 1
    end: str = "OFF"


class Instrument(Rigol):
    """A DP832, DP831, DP821, DP811 or one of their A models, by its personality."""

    COMMANDS: ClassVar[Mapping[str, Command]] = {
        **COMMANDS, **TIMER, **without(STATUS, "TRansition"),
    }  # fmt: skip
    OFF_ON = ("OFF", "ON")
    NO_YES = ("NO", "YES")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.timers = {n: Timer() for n in self.channels}

    def options(self) -> str:
        """A 0 for each of the four options that it does not have (guide, *OPT?)."""
        return "0,0,0,0"

    def reset(self) -> None:
        super().reset()
        self.timers = {n: Timer() for n in self.channels}

    def track_mode(self) -> str:
        return "SYNC"

    # --- the program ------------------------------------------------------------------------

    def _row_of(self, n: int, index: int) -> Row:
        return self.timers[n].rows.get(index, (1.0, 1.0, 1.0))  # 2-132: 1 V, 1 A, 1 s

    def _program(self, n: int) -> tuple[list[Row], float]:
        timer = self.timers[n]
        return [self._row_of(n, index) for index in range(timer.count)], timer.cycles

    def _ends_off(self, n: int) -> bool:
        return self.timers[n].end == "OFF"

    def _write(self, n: int, words: Sequence[str]) -> None:
        if n in self._timed:  # 2-68: not while the timer is on
            raise ScpiError(-221, "the timer is on")
        if len(words) != 4:
            raise ScpiError(-108 if len(words) > 4 else -109)
        channel = self.channels[n]
        index = self._whole(read_number(words[0]), 0, GROUPS - 1)
        volts = self._in_range("volts", channel, read_number(words[1], "V"))
        amps = self._in_range("amps", channel, read_number(words[2], "A"))
        stay = read_number(words[3], "S")
        if isinstance(stay, Limit):
            raise ScpiError(-104)
        self.timers[n].rows[index] = volts, amps, float(self._whole(stay, 1, LONGEST))

    def _whole(self, value: float | Limit, low: int, high: int) -> int:
        if isinstance(value, Limit):
            return {Limit.MIN: low, Limit.MAX: high, Limit.DEF: low}[value]
        if not low <= int(value) <= high:
            raise ScpiError(-222)
        return int(value)

    def _told(self, n: int, first: int, count: int) -> str:
        rows = [(index, *self._row_of(n, index)) for index in range(first, first + count)]
        return "".join(
            f"{index},{self._spelt('volts', volts)},{self._spelt('amps', amps)},{stay:.0f};"
            for index, volts, amps, stay in rows
        )

    # --- :TIMEr, on the selected channel ----------------------------------------------------

    def set_cycles(self, words: Sequence[str]) -> None:
        if words[0].upper() == "I" and len(words) == 1:
            self.timers[self._selected].cycles = float("inf")
        elif words[0].upper() == "N" and len(words) == 2:
            cycles = self._whole(read_number(words[1]), 1, MOST_CYCLES)
            self.timers[self._selected].cycles = cycles
        else:
            raise ScpiError(-224)

    def cycles(self) -> str:
        cycles = self.timers[self._selected].cycles
        return "I" if cycles == float("inf") else f"N,{cycles:.0f}"

    def set_end(self, word: str) -> None:
        self.timers[self._selected].end = word

    def end(self) -> str:
        return self.timers[self._selected].end

    def set_count(self, count: float | Limit) -> None:
        self.timers[self._selected].count = self._whole(count, 1, GROUPS)

    def count(self) -> int:
        return self.timers[self._selected].count

    def set_group(self, words: Sequence[str]) -> None:
        self._write(self._selected, words)

    def group_block(self, words: Sequence[str]) -> str:
        if len(words) > 2:
            raise ScpiError(-108)
        start = self._whole(read_number(words[0]), 0, GROUPS - 1)
        many = self._whole(read_number(words[1]) if words[1:] else 1, 1, GROUPS - start)
        body = self._told(self._selected, start, many)
        return f"#9{len(body):09d}{body}"

    def time_here(self, on: bool) -> None:
        self.set_timed(self._selected, on=on)

    # --- :OUTPut:TIMEr, with a channel ------------------------------------------------------

    def set_group_of(self, words: Sequence[str]) -> None:
        self._write(self._named(words[0]), words[1:])

    def first_groups(self, name: str | None) -> str:
        return self._told(self._by_name(name).number, 0, 5).removesuffix(";")

    def time(self, words: Sequence[str]) -> None:
        row, word = self._one_at(words)
        self.set_timed(row.number, on=read_boolean(word))

    def timed(self, name: str | None) -> str:
        return self.OFF_ON[self._by_name(name).number in self._timed]
