"""What the simulated Rohde & Schwarz supplies have in common, and their commands.

Channels are selected first (``INST:NSEL``), an output is on when it is chosen and the master is on
(``OUTP:SEL``, ``OUTP:GEN``); ``OUTP ON`` is both. Each language takes the tables it has.

Source: RsNgx 3.1 (R&S's own driver, command descriptions); HMP series SCPI programmer's manual,
as pymeasure's HMP4040 and public HMP and NGE100 drivers use it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from harness.sim.supplies._rs_channel import RsChannel
from harness.sim.supplies.channel import Channel
from harness.sim.supplies.commands import AT, COMMON, STATUS, SYSTEM, setting, without, word
from harness.sim.supplies.outputs import At, nr3
from harness.sim.supplies.steps import Stepping, level
from harness.wire.scpi import BOOLEAN, Command, Slot, number, numbers
from harness.wire.scpi_syntax import Limit, ScpiError, read_text, spellings

Bounds = tuple[float, float, float, float]
VOLTS = "[SOURce:]VOLTage"
AMPS = "[SOURce:]CURRent"

BASIC: Mapping[str, Command] = {
    **COMMON,
    **without(SYSTEM, "RLSTate"),
    **STATUS,
    **level(VOLTS, "volts", "V"),
    **level(AMPS, "amps", "A"),
    "SYSTem:MIX": Command("control_from", (), ("MIX",)),
    "MEASure[:SCALar][:VOLTage][:DC]?": Command("measure", (AT,), ("volts",)),
    "MEASure[:SCALar]:CURRent[:DC]?": Command("measure", (AT,), ("amps",)),
    "MEASure[:SCALar]:POWer?": Command("measure_power", (AT,)),
    "APPLy": Command("apply", (Slot(str, many=True), AT)),
    "APPLy?": Command("applied", (AT,)),
    "OUTPut[:STATe]": Command("set_output", (BOOLEAN, AT)),
    "OUTPut[:STATe]?": Command("output", (AT,)),
    "OUTPut:SELect": Command("choose", (BOOLEAN, AT)),
    "OUTPut:SELect?": Command("chosen", (AT,)),
    "OUTPut:GENeral[:STATe]": Command("set_master", (BOOLEAN,)),
    "OUTPut:GENeral[:STATe]?": Command("master"),
    f"{VOLTS}:PROTection:TRIPped?": Command("tripped", (AT,), ("volts",)),
    f"{VOLTS}:PROTection:CLEar": Command("release", (AT,), ("ovp",)),
    **word("FUSE[:STATe]", "over_amps_on", BOOLEAN),
    "FUSE:TRIPped?": Command("tripped", (AT,), ("amps",)),
    "FUSE:TRIPed?": Command("tripped", (AT,), ("amps",)),  # the HMP's manual spells it so
    "FUSE:LINK": Command("link_fuse", (number(), AT)),
    "FUSE:LINK?": Command("fuse_links", (AT,)),
    "FUSE:UNLink": Command("unlink_fuse", (number(optional=True), AT)),
}

FUSE_IN_SECONDS = setting("FUSE:DELay", "over_amps_delay", "S")
RAMP = {
    **word(f"{VOLTS}:RAMP[:STATe]", "ramp_on", BOOLEAN),
    **setting(f"{VOLTS}:RAMP:DURation", "ramp_time", "S"),
}
ARB = {
    "ARBitrary:DATA": Command("write_list", (numbers(),)),
    "ARBitrary:REPetitions": Command("set_repeats", (number(),)),
    "ARBitrary:REPetitions?": Command("repeats"),
    "ARBitrary:TRANsfer": Command("transfer_list", (number(),)),
    "ARBitrary:CLEar": Command("clear_list", (Slot(str, optional=True),)),
}


class RsSupply(Stepping):
    """The instrument behind these commands; a language takes its tables and adds its own."""

    CHANNEL: ClassVar[type[Channel]] = RsChannel
    #: Values of a point of the list: volts, amps, seconds, and for some whether to interpolate.
    COLUMNS: ClassVar[int] = 3
    channels: Mapping[int, RsChannel]  # type: ignore[assignment]  # of this language's own kind

    def __init__(self, *args: Any, **options: Any) -> None:
        self._master = False
        self._table: tuple[float, ...] = ()
        self._repeats = 1
        super().__init__(*args, **options)
        for channel in self.channels.values():
            channel.peers = self.channels

    def reset(self) -> None:
        self._master, self._table, self._repeats = False, (), 1
        super().reset()

    def _at(self, at: At = None) -> list[RsChannel]:  # type: ignore[override]
        if any(n not in self.channels for n in at or ()):
            raise ScpiError(-222)
        return [self.channels[n] for n in at or (self._selected,)]

    def _bounds(self, field: str, channel: Channel) -> Bounds:
        own, step, lists = (
            self._personality,
            self._personality["setting"],
            self._personality["list"],
        )
        inf = float("inf")
        table: dict[str, Bounds] = {
            "over_amps_delay": (0.0, own["fuse_delay_max"], 0.0, 0.001),
            "fuse_start": (0.0, 60.0, 0.0, 0.001),
            "volts_step": (step["volts"], channel.max_volts, 1.0, step["volts"]),
            "amps_step": (step["amps"], channel.max_amps, 0.1, step["amps"]),
            "volts_upper": (0.0, channel.max_volts, channel.max_volts, step["volts"]),
            "volts_lower": (0.0, channel.max_volts, 0.0, step["volts"]),
            "amps_upper": (0.0, channel.max_amps, channel.max_amps, step["amps"]),
            "amps_lower": (0.0, channel.max_amps, 0.0, step["amps"]),
            "over_watts": (0.0, channel.max_volts * channel.max_amps, inf, 0.001),
            "ramp_time": (0.0, own.get("ramp_max", inf), 0.01, 0.001),
            "delay": (0.001, 10.0, 0.001, 0.001),
            "repeats": (0, lists["repeats"], 1, 1),
        }
        return table[field] if field in table else super()._bounds(field, channel)

    def set_number(self, field: str, value: float | Limit, at: At = None) -> None:
        """A setting; levels also stay within the safety limits."""
        if field in ("volts", "amps"):
            for row in self._at(at):
                self._within_limits(field, self._in_range(field, row, value), row)
        super().set_number(field, value, at)

    def number(self, field: str, limit: float | Limit | None, at: At = None) -> str:
        rows = self._at(at)
        if limit is None and field in ("volts_upper", "amps_upper", "over_watts"):
            ends = [min(getattr(row.set, field), self._bounds(field, row)[1]) for row in rows]
            return ",".join(nr3(end, self._form) for end in ends)
        return super().number(field, limit, at)

    def _within_limits(self, field: str, value: float, row: RsChannel) -> None:
        low, high = getattr(row.set, f"{field}_lower"), getattr(row.set, f"{field}_upper")
        if row.set.limits_on and not low - 1e-9 <= value <= high + 1e-9:
            raise ScpiError(-222)

    def next_error(self) -> str:
        return super().next_error().removeprefix("+")

    def selected_name(self) -> str:
        return spellings(super().selected_name())[0]

    def set_plain(self, field: str, value: object, at: At = None) -> None:
        super().set_plain(field, value, at)
        if field == "over_amps_on" and not value:  # a fuse that is off has not blown (assumed)
            self.release("ocp", at)

    # --- outputs ----------------------------------------------------------------------------

    def set_output(self, on: bool, at: At = None) -> None:
        self._master = self._master or on
        for row in self._at(at):
            row.choose(chosen=on, master=self._master)

    def choose(self, chosen: bool, at: At = None) -> None:
        for row in self._at(at):
            row.choose(chosen=chosen, master=self._master)

    def chosen(self, at: At = None) -> str:
        return ",".join(str(int(row.chosen)) for row in self._at(at))

    def set_master(self, on: bool) -> None:
        self._master = on
        for row in self.channels.values():
            row.choose(chosen=row.chosen, master=on)

    def master(self) -> int:
        return int(self._master)

    def tripped(self, field: str, at: At = None) -> str:
        which = {"volts": "ovp", "amps": "ocp", "watts": "opp"}[field]
        return ",".join(str(int(row.tripped == which)) for row in self._at(at))

    def release(self, which: str, at: At = None) -> None:
        for row in self._at(at):
            row.release(which)

    def measure_power(self, at: At = None) -> str:
        pairs = [(row.rail.volts(), row.drawn()) for row in self._at(at)]
        return ",".join(nr3(volts * amps, self._form) for volts, amps in pairs)

    def apply(self, words: Sequence[str], at: At = None) -> None:
        """APPLy volts, amps; some NGE drivers put both into one string, which is taken too."""
        if len(words) == 1 and words[0][:1] in "'\"":
            words = [part.strip() for part in read_text(words[0]).split(",")]
        super().apply(words, at)

    def applied(self, at: At = None) -> str:
        pairs = [(row.set.volts, row.set.amps) for row in self._at(at)]
        texts = [f"{nr3(volts, self._form)}, {nr3(amps, self._form)}" for volts, amps in pairs]
        return ",".join(
            f'"{text}"' if self._personality["apply_quoted"] else text for text in texts
        )

    # --- the fuse ---------------------------------------------------------------------------

    def link_fuse(self, other: float | Limit, at: At = None) -> None:
        for row in self._at(at):
            row.set.fuse_links |= set(self._other(other)) - {row.number}

    def unlink_fuse(self, other: float | Limit | None, at: At = None) -> None:
        for row in self._at(at):
            row.set.fuse_links -= set(self.channels if other is None else self._other(other))

    def fuse_links(self, at: At = None) -> str:
        return ",".join(str(n) for row in self._at(at) for n in sorted(row.set.fuse_links)) or "0"

    def _other(self, number: float | Limit) -> list[int]:
        if number == 0:  # RsNgx: all other channels
            return list(self.channels)
        if number not in self.channels:
            raise ScpiError(-222)
        return [int(number)]  # type: ignore[arg-type]  # a Limit is no channel

    # --- arb --------------------------------------------------------------------------------

    def write_list(self, values: Sequence[float | Limit]) -> None:
        """ARBitrary:DATA: -109 for a torn point, -223 for too many, -222 out of range."""
        if len(values) % self.COLUMNS:
            raise ScpiError(-109)
        row = self._at()[0]
        if len(values) > self.COLUMNS * int(self._personality["list"]["points"]):
            raise row.refusal("points")
        fields = ("volts", "amps", "dwell")
        checked: list[float] = []
        for at, value in enumerate(values):
            if at % self.COLUMNS < 3:
                checked.append(self._in_range(fields[at % self.COLUMNS], row, value))
            elif value in (0.0, 1.0):
                checked.append(float(value))
            else:
                raise ScpiError(-222)
        self._table = tuple(checked)

    def written_list(self) -> str:
        return ",".join(nr3(value, self._form) for value in self._table) or "0"

    def clear_list(self, _: str | None) -> None:
        self._table = ()

    def set_repeats(self, times: float | Limit) -> None:
        self._repeats = int(self._in_range("repeats", self._at()[0], times))

    def repeats(self) -> int:
        return self._repeats

    def transfer_list(self, n: float | Limit) -> None:
        """ARBitrary:TRANsfer: the table becomes a channel's list."""
        (number,) = self._other(n) if n else [0]
        if number not in self.channels:
            raise ScpiError(-222)
        row = self.channels[number]
        if row.phase != "idle":
            raise row.refusal("initiated")
        columns = [self._table[at :: self.COLUMNS] for at in range(self.COLUMNS)]
        for volts, amps in zip(columns[0], columns[1], strict=True):
            self._within_limits("volts", volts, row)
            self._within_limits("amps", amps, row)
        row.set.list_volts, row.set.list_amps, row.set.list_dwell = columns[:3]
        row.set.list_glide = tuple(map(bool, columns[3])) if self.COLUMNS > 3 else (False,)
        row.set.list_count = self._repeats or float("inf")
