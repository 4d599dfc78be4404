"""The Rigol DP2000 series (DP2031): an arb of 512 groups, pairs of channels, latches that lag.

Source: Rigol DP2000 Programming Guide 4.8, 4.9 and 4.12 (as the DP900's, which has the same
commands), and what was seen on a DP2031 with firmware 01.00.01.00.16: a pairing survives ``*RST``
and is shown late, so is a trip; a block ends in a NUL; a boolean may have a blank after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from harness.sim.supplies._groups import Row
from harness.sim.supplies._rigol import ANY, COMMANDS, HERE, Rigol
from harness.sim.supplies.channel import Channel
from harness.wire.scpi import BOOLEAN, Command, Slot, choice, number
from harness.wire.scpi_syntax import Limit, ScpiError, read_number

GROUPS, MOST_CYCLES = 512, 99999
ARB = {
    "TIMEr:CHANnel": Command("edit_channel", (Slot(str),)),
    "TIMEr:CHANnel?": Command("edited_channel"),
    "TIMEr:CYCLEs": Command("set_cycles", (ANY,)),
    "TIMEr:CYCLEs?": Command("cycles"),
    "TIMEr:ENDState": Command("set_word", (choice("OFF", "LAST"),), ("end",)),
    "TIMEr:ENDState?": Command("word", (), ("end",)),
    "TIMEr:RUN": Command("set_word", (choice("CONTinue", "SINGle"),), ("run",)),
    "TIMEr:RUN?": Command("word", (), ("run",)),
    "TIMEr:TRIGger": Command("set_word", (choice("MANual", "BUS"),), ("trigger",)),
    "TIMEr:TRIGger?": Command("word", (), ("trigger",)),
    "TIMEr:GROUPs:NUM?": Command("group_count"),
    "TIMEr:GROUP:INDEx": Command("set_index", (number(),)),
    "TIMEr:GROUP:INDEx?": Command("index"),
    "TIMEr:GROUP:PARAmeter": Command("write_group", (ANY,)),
    "TIMEr:GROUP:PARAmeter?": Command("group_block", (number(optional=True),)),
    "TIMEr:GROUP:DELete": Command("delete_groups", (number(optional=True),)),
    "TIMEr[:STATe]": Command("time", (BOOLEAN,)),
    "TIMEr[:STATe]?": Command("timed"),
    "OUTPut:PAIR": Command("set_pair", (choice("OFF", "PARallel", "SERies"),)),
    "OUTPut:PAIR?": Command("pair"),
    "OUTPut:TRACk?": Command("tracks", (HERE,)),
    "OUTPut:OCP:DELay?": Command("over_current_delay", (HERE,)),
    "SYSTem:TMODe?": Command("track_mode"),
}
LONG = {"CONT": "CONTINUE", "SING": "SINGLE", "MAN": "MANUAL", "PAR": "PARALLEL", "SER": "SERIES"}


@dataclass
class Arb:
    """One channel's arb."""

    rows: list[Row] = field(default_factory=lambda: [(1.0, 1.0, 1.0)])
    index: int = 1
    cycles: float = 1
    end: str = "OFF"
    run: str = "CONT"
    trigger: str = "MAN"
    triggered: bool = False
    single: int = 0  # the group a single run is at


class Instrument(Rigol):
    """A DP2031, by its personality."""

    COMMANDS: ClassVar[Mapping[str, Command]] = {**COMMANDS, **ARB}

    def __init__(self, *args: Any, **options: Any) -> None:
        self._edited, self._tripped_at = 1, dict[int, float]()
        self._pair, self._pair_before, self._paired_at = "OFF", "OFF", float("-inf")
        self.arbs: dict[int, Arb] = {}
        super().__init__(*args, **options)
        self.arbs = {n: Arb() for n in self.channels}

    def reset(self) -> None:
        """*RST: everything but the pairing."""
        super().reset()
        self._edited, self.arbs = 1, {n: Arb() for n in self.channels}

    # --- latches and pairs ------------------------------------------------------------------

    def _look(self, n: int) -> None:
        if n in self.channels and self.channels[n].tripped:
            self._tripped_at.setdefault(n, self._clock.now())
        else:
            self._tripped_at.pop(n, None)
        super()._look(n)

    def _shown(self, row: Channel) -> tuple[bool, str]:
        lag = float(self._personality["protection"]["shown_after"])
        if row.tripped and self._clock.now() < self._tripped_at[row.number] + lag:
            return True, ""
        return super()._shown(row)

    def _partners(self, row: Channel) -> Sequence[int]:
        return (1, 2) if self._pair != "OFF" and row.number in (1, 2) else (row.number,)

    def set_pair(self, how: str) -> None:
        if how != self._pair:
            self._pair_before, self._pair, self._paired_at = self._pair, how, self._clock.now()

    def pair(self) -> str:
        lag = float(self._personality["pair_shown_after"][self._pair])
        new = self._clock.now() >= self._paired_at + lag
        how = self._pair if new else self._pair_before
        return LONG.get(how, how)

    def tracks(self, name: str | None) -> str:
        self._by_name(name)
        return "0 "

    def over_current_delay(self, name: str | None) -> str:
        return f"{self._by_name(name).set.over_amps_delay * 1000:.0f}ms"

    def track_mode(self) -> str:
        return "SYNCHRONOUS"

    # --- the arb ----------------------------------------------------------------------------

    @property
    def _arb(self) -> Arb:
        return self.arbs[self._edited]

    def _may_run(self, n: int) -> bool:
        arb = self.arbs.get(n)
        return arb is not None and (arb.trigger != "BUS" or arb.triggered)

    def _program(self, n: int) -> tuple[list[Row], float]:
        arb = self.arbs[n]
        if arb.run == "CONT":
            return arb.rows, arb.cycles
        row = arb.rows[arb.single % len(arb.rows)]
        arb.single += 1
        return [row], 1

    def _groups_end(self, n: int) -> None:
        self.arbs[n].triggered = False
        super()._groups_end(n)

    def _ends_off(self, n: int) -> bool:
        return self.arbs[n].run == "CONT" and self.arbs[n].end == "OFF"

    def _editable(self) -> Arb:
        if self._edited in self._timed:  # 4.12.9: not while it is turned on
            raise ScpiError(-221, "the arb is on")
        return self._arb

    def _whole(self, value: float | Limit | None, high: int) -> int:
        if isinstance(value, Limit):
            return high if value is Limit.MAX else 1
        if not 1 <= (count := int(1 if value is None else value)) <= high:
            raise ScpiError(-222)
        return count

    def edit_channel(self, name: str) -> None:
        self._edited = self._named(name)

    def edited_channel(self) -> str:
        return f"CH{self._edited}"

    def set_cycles(self, words: Sequence[str]) -> None:
        if words[0].upper() == "I" and len(words) == 1:
            self._editable().cycles = float("inf")
        elif words[0].upper() == "N" and len(words) == 2:
            self._editable().cycles = self._whole(read_number(words[1]), MOST_CYCLES)
        else:
            raise ScpiError(-224)

    def cycles(self) -> str:
        cycles = self._arb.cycles
        return "I" if cycles == float("inf") else f"N, {cycles:.0f}"

    def set_word(self, what: str, word: str) -> None:
        setattr(self._editable(), what, word)

    def word(self, what: str) -> str:
        told = str(getattr(self._arb, what))
        return LONG.get(told, told)

    def group_count(self) -> int:
        return len(self._arb.rows)

    def set_index(self, index: float | Limit) -> None:
        # 4.12.5: from an empty row it goes to the last group; the next free row can be written.
        self._arb.index = min(self._whole(index, GROUPS), len(self._arb.rows) + 1)

    def index(self) -> int:
        return self._arb.index

    def write_group(self, words: Sequence[str]) -> None:
        arb, channel, rows = (
            self._editable(),
            self.channels[self._edited],
            self._personality["list"],
        )
        if len(words) != 3:
            raise ScpiError(-108 if len(words) > 3 else -109)
        stay = read_number(words[2], "S")
        if isinstance(stay, Limit) or not rows["dwell_min"] <= stay <= rows["dwell_max"]:
            raise ScpiError(-222)
        volts = self._in_range("volts", channel, read_number(words[0], "V"))
        amps = self._in_range("amps", channel, read_number(words[1], "A"))
        arb.rows[arb.index - 1 : arb.index] = [(volts, amps, round(stay, 3))]

    def group_block(self, count: float | Limit | None) -> str:
        arb = self._arb
        first = arb.index - 1
        rows = arb.rows[first : first + self._whole(count, GROUPS)]
        body = "".join(
            f"{n},{self._spelt('volts', volts)},{self._spelt('amps', amps)},{stay:.3f};"
            for n, (volts, amps, stay) in enumerate(rows, first + 1)
        )
        return f"#9{len(body) + 1:09d}{body}\0"

    def delete_groups(self, count: float | Limit | None) -> None:
        arb = self._editable()
        first = arb.index - 1
        del arb.rows[first : first + self._whole(count, GROUPS)]
        if not arb.rows:  # 4.12.4: there is always one
            arb.rows = Arb().rows
        arb.index = min(arb.index, len(arb.rows))

    def time(self, on: bool) -> None:
        self._arb.triggered = False
        self.set_timed(self._edited, on=on)

    def timed(self) -> str:
        return self.OFF_ON[self._edited in self._timed]

    def trigger_bus(self) -> None:
        waiting = [n for n in self._timed if not self._may_run(n)]
        if not waiting:
            raise ScpiError(-211)
        for n in waiting:
            self.arbs[n].triggered = True
            self._follow(n)
