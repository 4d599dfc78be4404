"""The Siglent SPD supplies: few commands, five timed groups, and a parser of its own mind.

Source: SPD3303X Quick Start EN_02A and SPD1000X User Manual EN_03B, "Remote control", and what
public notes saw on an SPD3303X-E: a question that is none is never answered; ``TIMEr:SET`` queues
-103 each time and obeys; seconds are cut to whole ones; the error queue answers in three shapes;
CH3 can be switched and nothing else; what comes while it is at work on a message is lost. One
command a message. Only the SPD1000X has protection that can be set; it is always on.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from harness.sim.supplies._groups import Groups, Row
from harness.sim.supplies.channel import Channel
from harness.sim.supplies.instrument import Supply
from harness.wire.scpi import Command, Slot, number
from harness.wire.scpi_syntax import Limit, ScpiError, read_boolean, read_number

ANY, HERE = Slot(str, many=True), Slot(str, optional=True)
SERIES, PARALLEL = 1, 2
COUPLED = {0: 0b01, SERIES: 0b11, PARALLEL: 0b10}  # OUTPut:TRACK -> bits 2 and 3
COMMANDS = {
    "*IDN?": Command("identity"),
    "*SAV": Command("save", (number(),)),
    "*RCL": Command("recall", (number(),)),
    "*LOCK": Command("control_from", (), ("REM",)),
    "*UNLOCK": Command("control_from", (), ("LOC",)),
    "INSTrument": Command("select_by_name", (Slot(str),)),
    "INSTrument?": Command("selected_name"),
    "CH<n>:VOLTage": Command("set_volts", (number("V"),)),
    "CH<n>:VOLTage?": Command("level", (), ("volts",)),
    "CH<n>:CURRent": Command("set_amps", (number("A"),)),
    "CH<n>:CURRent?": Command("level", (), ("amps",)),
    "MEASure:VOLTage?": Command("meter", (HERE,), ("volts",)),
    "MEASure:CURRent?": Command("meter", (HERE,), ("amps",)),
    "MEASure:POWEr?": Command("meter", (HERE,), ("watts",)),
    "OUTPut": Command("switch", (ANY,)),
    "OUTPut:TRACK": Command("couple", (number(),)),
    "MODE:SET": Command("sense_by", (Slot(str),)),
    "OUTPut:WAVE": Command("draw", (ANY,)),
    "TIMEr:SET": Command("set_group", (ANY,)),
    "TIMEr:SET?": Command("group", (ANY,)),
    "TIMEr": Command("time", (ANY,)),
    "OVP": Command("set_guard", (number("V"),), ("over_volts",)),
    "OVP?": Command("guard", (), ("over_volts",)),
    "OCP": Command("set_guard", (number("A"),), ("over_amps",)),
    "OCP?": Command("guard", (), ("over_amps",)),
    "OUTPut:RESEt:PROTect": Command("clear_guards"),
    "SYSTem:ERRor?": Command("next_error"),
    "SYSTem:VERSion?": Command("scpi_version"),
    "SYSTem:STATus?": Command("condition"),
}


class Instrument(Supply):
    """An SPD3303X, SPD3303X-E or SPD1000X, by its personality."""

    COMMANDS: ClassVar[Mapping[str, Command]] = COMMANDS

    def __init__(self, *args: Any, **options: Any) -> None:
        self.groups: dict[int, Groups] = {}
        self._track, self._asked, self._drawn, self._wires = 0, 0, set[int](), "2W"
        self._saved: dict[int, list[tuple[int, float, float]]] = {}
        super().__init__(*args, **options)
        self.rows: dict[int, list[Row]] = {}
        for n, channel in self.channels.items():
            self.groups[n] = Groups(self._clock, channel, partial(self._groups_end, n))
            self.rows[n] = [(0.0, 0.0, 0.0)] * int(self._personality["list"]["points"])
            if self._is_fixed(n):
                channel.set_level(volts=channel.rated_volts)
            if self._personality["protection"].get("remote"):
                channel.set.over_amps = self._bounds("over_amps", channel)[1]
                channel.set.over_amps_on = True

    def _answer(self, client: Any, message: bytes) -> None:
        before = len(self.status.errors)
        text = message.decode("latin-1").strip("\r ;")
        if ";" in text:
            self.status.add(ScpiError(-113))
        else:
            super()._answer(client, text.encode("latin-1"))
        errors = self.status.errors
        for at in range(min(before, len(errors)), len(errors)):
            errors[at] = errors[at][0], f"{errors[at][1]},{text}"
        if not self._personality["deaf_at_work"]:
            return
        client.messages.clear()  # it was deaf until now
        while client.port.readable:
            client.port.read()

    # --- channels ---------------------------------------------------------------------------

    def _is_fixed(self, n: int) -> bool:
        return bool(self._personality["channels"][n].get("fixed"))

    def _channel(self, name: str | None) -> Channel:
        return self.channels[self._named(name) if name else self._selected]

    def _at_channel(self, words: Sequence[str], most: int) -> tuple[Channel, list[str]]:
        if len(words) != most:
            raise ScpiError(-108 if len(words) > most else -109)
        return self._channel(words[0]), list(words[1:])

    def _partners(self, channel: Channel) -> list[Channel]:
        """In series and parallel CH1 and CH2 are one."""
        coupled = self._track and channel.number in (1, 2)
        return [self.channels[n] for n in (1, 2)] if coupled else [channel]

    def _row_of(self, n: int) -> Channel:
        if n not in self.channels:
            raise ScpiError(-113)
        return self.channels[n]

    # --- levels -----------------------------------------------------------------------------

    def set_volts(self, n: int, volts: float | Limit) -> None:
        self._set("volts", n, volts)

    def set_amps(self, n: int, amps: float | Limit) -> None:
        self._set("amps", n, amps)

    def _set(self, field: str, n: int, value: float | Limit) -> None:
        for channel in self._partners(self._row_of(n)):
            if not self._is_fixed(n):
                self.set_number(field, value, (channel.number,))

    def level(self, field: str, n: int) -> str | None:
        channel = self._row_of(n)
        if self._is_fixed(n):
            return None  # it never answers for CH3
        return f"{getattr(channel.set, field):.{self._personality['decimals']}f}"

    def meter(self, field: str, name: str | None) -> str | None:
        channel = self._channel(name)
        if self._is_fixed(channel.number):
            return None
        at = (channel.number,)
        seen = {what: max(0.0, float(self.measure(what, at))) for what in ("volts", "amps")}
        seen["watts"] = seen["volts"] * seen["amps"]
        return f"{seen[field]:.{self._personality['meter_decimals']}f}"

    def save(self, slot: float | Limit) -> None:
        rows = [(n, row.set.volts, row.set.amps) for n, row in self.channels.items()]
        self._saved[self._slot(slot)] = rows

    def recall(self, slot: float | Limit) -> None:
        for n, volts, amps in self._saved.get(self._slot(slot), []):
            self.channels[n].set_level(volts=volts, amps=amps)

    def _slot(self, slot: float | Limit) -> int:
        if isinstance(slot, Limit) or slot not in range(1, 6):
            raise ScpiError(-222)
        return int(slot)

    # --- protection, of an SPD1000X ---------------------------------------------------------

    def _guarded(self) -> Channel:
        if not self._personality["protection"].get("remote"):
            raise ScpiError(-113)
        return self.channels[1]

    def _bounds(self, field: str, channel: Channel) -> tuple[float, float, float, float]:
        if field == "over_amps":
            top = channel.rated_amps * self._personality["protection"]["over_voltage_headroom"]
            return 0.0, top, top, self._personality["setting"]["amps"]
        return super()._bounds(field, channel)

    def set_guard(self, field: str, value: float | Limit) -> None:
        self.set_number(field, value, (self._guarded().number,))

    def guard(self, field: str) -> str:
        value = getattr(self._guarded().set, field)
        return f"{value:.{self._personality['decimals']}f}"

    def clear_guards(self) -> None:
        channel = self._guarded()
        channel.tripped = ""
        channel.switch(on=False)

    # --- outputs ----------------------------------------------------------------------------

    def switch(self, words: Sequence[str]) -> None:
        channel, (word,) = self._at_channel(words, 2)
        on = read_boolean(word)
        for one in self._partners(channel):
            one.switch(on=on)

    def couple(self, how: float | Limit) -> None:
        if isinstance(how, Limit) or how not in COUPLED or 2 not in self.channels:
            raise ScpiError(-222)
        self._track = int(how)
        for n in self.groups:
            self._follow(n)

    def sense_by(self, wires: str) -> None:
        """An SPD1000X senses by two wires or by four."""
        if 2 in self.channels:
            raise ScpiError(-113)
        if wires.upper() not in ("2W", "4W"):
            raise ScpiError(-224)
        self._wires = wires.upper()

    def draw(self, words: Sequence[str]) -> None:
        channel, (word,) = self._at_channel(words, 2)
        (self._drawn.add if read_boolean(word) else self._drawn.discard)(channel.number)

    def condition(self) -> str:
        bits = COUPLED[self._track] << 2 if 2 in self.channels else 0
        for n in (1, 2):
            channel = self.channels.get(n)
            if channel is not None:
                bits |= (channel.on and channel.limiting) << (n - 1)
                bits |= channel.on << (n + 3) | self.groups[n].running << (n + 5)
                bits |= (n in self._drawn) << (n + 7)
        return f"0x{bits | (self._wires == '4W') << 5:x}"

    def next_error(self) -> str:
        if self.status.errors:
            code, text = self.status.errors.popleft()
            return f"{code},{text}"
        self._asked += 1
        return '0,"No error"' if self._asked % 2 else "+0, No error"

    # --- timer ------------------------------------------------------------------------------

    def set_group(self, words: Sequence[str]) -> None:
        channel, rest = self._at_channel(words, 5)
        group, volts, amps, stay = (read_number(text) for text in rest)
        index = self._group_index(group)
        if isinstance(stay, Limit) or not 0 <= stay <= self._personality["list"]["dwell_max"]:
            raise ScpiError(-222)
        self.rows[channel.number][index] = (
            self._in_range("volts", channel, volts),
            self._in_range("amps", channel, amps),
            float(int(stay)),
        )
        raise ScpiError(-103)  # it says so each time, and yet it is done

    def group(self, words: Sequence[str]) -> str:
        channel, (group,) = self._at_channel(words, 2)
        volts, amps, stay = self.rows[channel.number][self._group_index(read_number(group))]
        return f"{volts:.2f},{amps:.2f},{stay:.0f},"

    def _group_index(self, group: float | Limit) -> int:
        most = len(self.rows[1])
        if isinstance(group, Limit) or not 1 <= int(group) <= most:
            raise ScpiError(-222)
        return int(group) - 1

    def time(self, words: Sequence[str]) -> None:
        channel, (word,) = self._at_channel(words, 2)
        groups = self.groups[channel.number]
        if not read_boolean(word):
            groups.stop()
        elif not self._track:  # in series and parallel it does nothing, and says nothing
            groups.start(self.rows[channel.number])
            self._follow(channel.number)

    def _look(self, n: int) -> None:
        super()._look(n)
        self._follow(n)

    def _follow(self, n: int) -> None:
        """An output that is off stops the countdown, and one that is on lets it go on."""
        groups = self.groups.get(n)
        if groups is not None and groups.running:
            (groups.resume if self.channels[n].on and not self._track else groups.pause)()

    def _groups_end(self, n: int) -> None:
        self.channels[n].switch(on=False)  # (assumed)
