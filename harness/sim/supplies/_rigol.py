"""What the simulated Rigol DP supplies have in common.

Source: Rigol DP800 Programming Guide (2-9 APPLy, 2-34 MEASure, 2-53 to 2-64 OUTPut, 2-83 to 2-90
SOURce) and DP2000 Programming Guide 4.8, 4.9. The channel stands in the header, in a parameter, or
is left out and then is the selected one. Two commands clear a trip: ``:OUTP:OVP:CLEAR`` only clears
it, ``:SOUR:VOLT:PROT:CLE`` puts the output back on as well (4.9.9; seen on a DP2031).
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from harness.sim.supplies._groups import Groups, Row
from harness.sim.supplies.channel import Channel
from harness.sim.supplies.commands import COMMON, SYSTEM, without
from harness.sim.supplies.instrument import Supply
from harness.wire.scpi import BOOLEAN, Command, Slot, number
from harness.wire.scpi_syntax import ScpiError, read_boolean, read_number

ANY = Slot(str, many=True)
HERE = Slot(str, optional=True)  # a channel's name; the selected one when left out
MAYBE = Slot(str, optional=True, many=True)
OPTIONAL_NUMBER = number(optional=True)
ENDS = ("MIN", "MINIMUM", "MAX", "MAXIMUM")
UNITS = {"volts": "V", "amps": "A", "over_volts": "V", "over_amps": "A"}


def at_source(tail: str, method: str, slots: tuple[Slot, ...], *fixed: str) -> dict[str, Command]:
    """A command of [:SOURce[<n>]]; without ``n`` it is for the selected channel."""
    return {
        f"[SOURce:]{tail}": Command(method, slots, fixed),
        f"SOURce<n>:{tail}": Command(method, slots, fixed),
    }


def level(tail: str, field: str) -> dict[str, Command]:
    """A level under SOURce that can be set and asked for."""
    slot = number(UNITS[field])
    return {
        **at_source(tail, "set_source", (slot,), field),
        **at_source(f"{tail}?", "source", (OPTIONAL_NUMBER,), field),
    }


def protection(name: str, root: str, which: str, field: str) -> dict[str, Command]:
    """What :OUTPut:OVP and [:SOURce]:VOLTage:PROTection can do, or :OCP and CURRent."""
    own = f"OUTPut:{name}"
    return {
        f"{own}[:STATe]": Command("guard", (ANY,), (field,)),
        f"{own}[:STATe]?": Command("guarded", (HERE,), (field,)),
        f"{own}:VALue": Command("set_guard_level", (ANY,), (field,)),
        f"{own}:VALue?": Command("guard_level", (MAYBE,), (field,)),
        f"{own}:QUES?": Command("has_tripped", (HERE,), (which,)),
        f"{own}:ALAR?": Command("has_tripped", (HERE,), (which,)),
        f"{own}:CLEAR": Command("clear", (HERE,), (which,)),
        **level(f"{root}:PROTection[:LEVel]", field),
        **at_source(f"{root}:PROTection:STATe", "set_source_guard", (BOOLEAN,), field),
        **at_source(f"{root}:PROTection:STATe?", "source_guarded", (), field),
        **at_source(f"{root}:PROTection:TRIPped?", "source_tripped", (), which),
        **at_source(f"{root}:PROTection:CLEar", "clear_and_restore", (), which),
    }


COMMANDS = {
    **COMMON,
    **without(SYSTEM, "DISPlay", "INSTrument", "RLSTate"),
    "INSTrument[:SELect]": Command("select_by_name", (Slot(str),)),
    "INSTrument[:SELect]?": Command("selection"),
    "INSTrument:NSELect": Command("select", (number(),)),
    "INSTrument:NSELect?": Command("selected"),
    "APPLy": Command("apply", (ANY,)),
    "APPLy?": Command("settings", (HERE,)),
    **level("VOLTage[:LEVel][:IMMediate][:AMPLitude]", "volts"),
    **level("CURRent[:LEVel][:IMMediate][:AMPLitude]", "amps"),
    **protection("OVP", "VOLTage", "ovp", "over_volts"),
    **protection("OCP", "CURRent", "ocp", "over_amps"),
    "OUTPut[:STATe]": Command("switch", (ANY,)),
    "OUTPut[:STATe]?": Command("switched", (HERE,)),
    "OUTPut:MODE?": Command("mode", (HERE,)),
    "OUTPut:CVCC?": Command("mode", (HERE,)),
    "MEASure[:SCALar][:VOLTage][:DC]?": Command("meter", (HERE,), ("volts",)),
    "MEASure[:SCALar]:CURRent[:DC]?": Command("meter", (HERE,), ("amps",)),
    "MEASure[:SCALar]:POWEr[:DC]?": Command("meter", (HERE,), ("watts",)),
    "MEASure[:SCALar]:ALL[:DC]?": Command("meter", (HERE,), ("volts", "amps", "watts")),
}


class Rigol(Supply):
    """The outputs of a DP supply; a series adds its timer."""

    COMMANDS: ClassVar[Mapping[str, Command]] = COMMANDS
    OFF_ON: ClassVar[tuple[str, str]] = ("0", "1")  # how it spells a switch
    NO_YES: ClassVar[tuple[str, str]] = ("0", "1")  # and a trip
    groups: dict[int, Groups]

    def __init__(self, *args: Any, **options: Any) -> None:
        self.groups, self._timed = {}, set[int]()  # channels with their timer on
        super().__init__(*args, **options)
        for n, channel in self.channels.items():
            self.groups[n] = Groups(self._clock, channel, partial(self._groups_end, n))
            channel.set.over_amps = self._most_over_amps(channel)

    def reset(self) -> None:
        self._timed.clear()
        super().reset()
        for n, channel in self.channels.items():
            self.groups[n].stop()
            channel.set.over_amps = self._most_over_amps(channel)

    def _most_over_amps(self, channel: Channel) -> float:
        return channel.rated_amps * float(self._personality["protection"]["over_voltage_headroom"])

    def next_error(self) -> str:
        return super().next_error().replace("+0,", "0,", 1)

    def _bounds(self, field: str, channel: Channel) -> tuple[float, float, float, float]:
        if field == "over_amps":
            top = self._most_over_amps(channel)
            return 0.001, top, top, self._personality["setting"]["amps"]
        return super()._bounds(field, channel)

    # --- which channel ----------------------------------------------------------------------

    def _row(self, n: Sequence[int]) -> Channel:
        """By the header's suffix, or the selected one."""
        number = n[0] if n else self._selected
        if number not in self.channels:
            raise ScpiError(-114)
        return self.channels[number]

    def _by_name(self, name: str | None) -> Channel:
        return self.channels[self._named(name) if name else self._selected]

    def _one_at(self, words: Sequence[str]) -> tuple[Channel, str]:
        """``CH1,8.8`` or ``8.8``: the channel and the value."""
        if len(words) > 2:
            raise ScpiError(-108)
        return self._by_name(words[0] if len(words) == 2 else None), words[-1]

    def _spelt(self, field: str, value: float) -> str:
        places = self._personality["decimals"][field.removeprefix("over_")]
        return f"{value:.{places}f}"

    def selection(self) -> str:
        own = self._personality["channels"][self._selected]
        return f"CH{self._selected}:{own['volts']:g}V/{own['amps']:g}A"

    def settings(self, name: str | None) -> str:
        row = self._by_name(name)
        own = self._personality["channels"][row.number]
        pair = f"{self._spelt('volts', row.set.volts)},{self._spelt('amps', row.set.amps)}"
        return f"CH{row.number}:{own['volts']:g}V/{own['amps']:g}A,{pair}"

    # --- levels -----------------------------------------------------------------------------

    def set_source(self, field: str, *rest: Any) -> None:
        *n, value = rest
        self.set_number(field, value, self._partners(self._row(n)))

    def source(self, field: str, *rest: Any) -> str:
        *n, limit = rest
        row = self._row(n)
        value = getattr(row.set, field) if limit is None else self._in_range(field, row, limit)
        return self._spelt(field, value)

    # --- protection -------------------------------------------------------------------------

    def guard(self, field: str, words: Sequence[str]) -> None:
        row, word = self._one_at(words)
        self._change(row, f"{field}_on", read_boolean(word))

    def guarded(self, field: str, name: str | None) -> str:
        return self.OFF_ON[getattr(self._by_name(name).set, f"{field}_on")]

    def set_guard_level(self, field: str, words: Sequence[str]) -> None:
        row, text = self._one_at(words)
        self.set_number(field, read_number(text, UNITS[field]), (row.number,))

    def guard_level(self, field: str, words: Sequence[str] | None) -> str:
        rest = list(words or ())
        name = rest.pop(0) if rest and rest[0].upper() not in ENDS else None
        row = self._by_name(name)
        if len(rest) > 1:
            raise ScpiError(-108)
        if not rest:
            return self._spelt(field, getattr(row.set, field))
        return self._spelt(field, self._in_range(field, row, read_number(rest[0])))

    def has_tripped(self, which: str, name: str | None) -> str:
        return self.NO_YES[self._shown(self._by_name(name))[1] == which]

    def clear(self, which: str, name: str | None) -> None:
        row = self._by_name(name)
        if row.tripped == which:
            row.tripped = ""
            row.switch(on=False)

    def set_source_guard(self, field: str, *rest: Any) -> None:
        *n, on = rest
        self._change(self._row(n), f"{field}_on", on)

    def source_guarded(self, field: str, *n: int) -> str:
        return self.OFF_ON[getattr(self._row(n).set, f"{field}_on")]

    def source_tripped(self, which: str, *n: int) -> str:
        return self.NO_YES[self._shown(self._row(n))[1] == which]

    def clear_and_restore(self, which: str, *n: int) -> None:
        row = self._row(n)
        if row.tripped == which:
            row.clear_trip()  # the personality says that this puts the output back on

    # --- outputs and meter ------------------------------------------------------------------

    def _partners(self, row: Channel) -> Sequence[int]:
        """The channels that what is said to one of them means."""
        return (row.number,)

    def _shown(self, row: Channel) -> tuple[bool, str]:
        """Whether it is on and what tripped, as far as the instrument shows it by now."""
        return row.on, row.tripped

    def switch(self, words: Sequence[str]) -> None:
        row, word = self._one_at(words)
        for n in self._partners(row):
            self.channels[n].switch(on=read_boolean(word))

    def switched(self, name: str | None) -> str:
        return self.OFF_ON[self._shown(self._by_name(name))[0]]

    def mode(self, name: str | None) -> str:
        row = self._by_name(name)
        return ("CC" if row.limiting else "CV") if row.on else "UR"

    def meter(self, *fields_and_name: Any) -> str:
        *fields, name = fields_and_name
        at = (self._by_name(name).number,)
        seen = {field: float(self.measure(field, at)) for field in ("volts", "amps")}
        seen["watts"] = seen["volts"] * seen["amps"]
        places = self._personality["meter_decimals"]
        return ",".join(f"{max(0.0, seen[field]):.{places[field]}f}" for field in fields)

    # --- timer ------------------------------------------------------------------------------

    def set_timed(self, n: int, *, on: bool) -> None:
        """Channel ``n``'s timer on or off; it runs while the output is on as well."""
        (self._timed.add if on else self._timed.discard)(n)
        self._follow(n)

    def _look(self, n: int) -> None:
        super()._look(n)
        self._follow(n)

    def _follow(self, n: int) -> None:
        if n not in self.groups:  # it is being made
            return
        wanted = n in self._timed and self.channels[n].on and self._may_run(n)
        if wanted and not self.groups[n].running:
            self.groups[n].start(*self._program(n))
        elif not wanted and self.groups[n].running:
            self.groups[n].stop()

    def _may_run(self, n: int) -> bool:
        """Whether channel ``n``'s timer waits for nothing else."""
        return True

    def _groups_end(self, n: int) -> None:
        self._timed.discard(n)
        if self._ends_off(n):
            self.channels[n].switch(on=False)

    def _program(self, n: int) -> tuple[list[Row], float]:
        """The groups that channel ``n``'s timer plays, and how often."""
        raise NotImplementedError

    def _ends_off(self, n: int) -> bool:
        """Whether channel ``n``'s output goes off at the end of its groups."""
        raise NotImplementedError
