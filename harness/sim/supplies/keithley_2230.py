"""The Keithley 2230 triple supplies (2220, 2230, 2230G): one channel is selected, three switches.

Source: Keithley Series 2220/2230 programmer manual as public drivers use it (pymeasure's 2200, a
2230 library), the 2231A reference manual 5-24 (CHANnel:OUTPut) and the 2230G user's manual section
4 (header paths). ``OUTP:ENAB`` says which channels take part in ``OUTP``, which is all of them;
``CHAN:OUTP`` is the selected one. A header that its path does not have is taken from the root:
``INST:SEL CH1;VOLT 5`` is what pymeasure sends.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.clock import Timer
from harness.sim.supplies.channel import Channel
from harness.sim.supplies.commands import COMMON, STATUS, SYSTEM
from harness.sim.supplies.instrument import Supply
from harness.wire.scpi import BOOLEAN, Command, Slot, number
from harness.wire.scpi_syntax import Limit, ScpiError

WHERE = Slot(str, optional=True)  # a channel, or ALL; the selected one when left out
LEVEL = "[:LEVel][:IMMediate][:AMPLitude]"


def level(header: str, field: str, unit: str) -> dict[str, Command]:
    """A number of the selected channel."""
    return {
        header: Command("set_number", (number(unit),), (field,)),
        f"{header}?": Command("number", (number(optional=True),), (field,)),
    }


def meter(verb: str, what: str, field: str) -> dict[str, Command]:
    """MEASure or FETCh of one quantity."""
    return {f"{verb}[:SCALar]{what}[:DC]?": Command("meter", (WHERE,), (field,))}


SELECTED = {
    "APPLy": Command("apply", (Slot(str, many=True),)),
    **level(f"[SOURce:]VOLTage{LEVEL}", "volts", "V"),
    **level(f"[SOURce:]CURRent{LEVEL}", "amps", "A"),
    **level("[SOURce:]VOLTage:LIMit[:LEVel]", "limit", "V"),
    "[SOURce:]VOLTage:LIMit:STATe": Command("limit_itself", (BOOLEAN,)),
    "[SOURce:]VOLTage:LIMit:STATe?": Command("limits_itself"),
    "[SOURce:]OUTPut:ENABle": Command("enable", (BOOLEAN,)),
    "[SOURce:]OUTPut:ENABle?": Command("is_enabled"),
    "[SOURce:]CHANnel:OUTPut[:STATe]": Command("switch", (BOOLEAN,)),
    "[SOURce:]CHANnel:OUTPut[:STATe]?": Command("switched"),
    "[SOURce:]OUTPut[:STATe][:ALL]": Command("switch_all", (BOOLEAN,)),
    "[SOURce:]OUTPut[:STATe][:ALL]?": Command("any_switched"),
    **level("[SOURce:]OUTPut:TIMer:DELay", "off_after", "S"),
    "[SOURce:]OUTPut:TIMer[:STATe]": Command("time", (BOOLEAN,)),
    "[SOURce:]OUTPut:TIMer[:STATe]?": Command("timed"),
    **{
        header: command
        for verb in ("MEASure", "FETCh")
        for what, field in (("[:VOLTage]", "volts"), (":CURRent", "amps"), (":POWer", "watts"))
        for header, command in meter(verb, what, field).items()
    },
}


def lenient(table: Mapping[str, Command]) -> dict[str, Command]:
    """The same, also behind the path that ``INST:SEL CH1;`` leaves."""
    kept = ("*", "INSTrument")
    return {
        header if header.startswith(kept) else f"[INSTrument:]{header}": command
        for header, command in table.items()
    }


class Instrument(Supply):
    """A 2220 or 2230, by its personality."""

    COMMANDS: ClassVar[Mapping[str, Command]] = {
        **COMMON, **STATUS, **lenient({**SYSTEM, **SELECTED}),
    }  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        self._offs: dict[int, Timer] = {}
        super().__init__(*args, **options)
        self._forget()

    def _forget(self) -> None:
        for timer in self._offs.values():
            timer.cancel()
        self.limits = {n: row.max_volts for n, row in self.channels.items()}
        self.delays = dict.fromkeys(self.channels, 60.0)
        self.enabled, self.limited, self.timing = set(self.channels), set[int](), set[int]()
        self._offs = {}

    def reset(self) -> None:
        super().reset()
        self._forget()

    # --- levels -----------------------------------------------------------------------------

    def _bounds(self, field: str, channel: Channel) -> tuple[float, float, float, float]:
        low, high, default, step = {
            "limit": (0.0, channel.max_volts, channel.max_volts, 0.001),
            "off_after": (0.1, 99999.9, 60.0, 0.1),
        }.get(field) or super()._bounds(field, channel)
        if field == "volts" and channel.number in self.limited:
            high = min(high, self.limits[channel.number])
        return low, high, default, step

    def set_number(self, field: str, value: float | Limit, at: Any = None) -> None:
        rows = {"limit": self.limits, "off_after": self.delays}.get(field)
        if rows is None:
            super().set_number(field, value, at)
        else:
            rows[self._selected] = self._in_range(field, self.channels[self._selected], value)

    def number(self, field: str, limit: float | Limit | None, at: Any = None) -> str:
        rows = {"limit": self.limits, "off_after": self.delays}.get(field)
        if rows is None or limit is not None:
            return super().number(field, limit, at)
        return format(rows[self._selected], self._form)

    def limit_itself(self, on: bool) -> None:
        (self.limited.add if on else self.limited.discard)(self._selected)

    def limits_itself(self) -> int:
        return int(self._selected in self.limited)

    # --- outputs ----------------------------------------------------------------------------

    def enable(self, on: bool) -> None:
        """A channel that takes no part is off."""
        (self.enabled.add if on else self.enabled.discard)(self._selected)
        if not on:
            self._put(self._selected, on=False)

    def is_enabled(self) -> int:
        return int(self._selected in self.enabled)

    def switch(self, on: bool) -> None:
        if on and self._selected not in self.enabled:
            raise ScpiError(-221, "the channel is not enabled")
        self._put(self._selected, on=on)

    def switched(self) -> int:
        return int(self.channels[self._selected].on)

    def switch_all(self, on: bool) -> None:
        for n in self.enabled if on else self.channels:
            self._put(n, on=on)

    def any_switched(self) -> int:
        return int(any(row.on for row in self.channels.values()))

    def _put(self, n: int, *, on: bool) -> None:
        self.channels[n].switch(on=on)
        timer = self._offs.pop(n, None)
        if timer is not None:
            timer.cancel()
        if on and n in self.timing:  # it goes off by itself after a while
            when = self._clock.now() + self.delays[n]
            self._offs[n] = self._clock.call_at(when, lambda: self.channels[n].switch(on=False))

    def time(self, on: bool) -> None:
        (self.timing.add if on else self.timing.discard)(self._selected)

    def timed(self) -> int:
        return int(self._selected in self.timing)

    def meter(self, field: str, where: str | None) -> str:
        if where is None:
            rows: tuple[int, ...] = (self._selected,)
        else:
            rows = tuple(self.channels) if where.upper() == "ALL" else (self._named(where),)
        return ", ".join(self._metered(field, n) for n in rows)

    def _metered(self, field: str, n: int) -> str:
        seen = {what: float(self.measure(what, (n,))) for what in ("volts", "amps")}
        seen["watts"] = seen["volts"] * seen["amps"]
        return format(seen[field], self._form)
