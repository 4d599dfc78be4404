"""The three outputs of the simulated supply behind one set of commands: selection, settings, meter.

Source: the Keysight E36300 series' command list, as public tools quote it
(channel lists, INSTrument, APPLy, LIST, TRIGger).
"""

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

from harness.sim.supplies.channel import Channel
from harness.wire.scpi_syntax import Limit, ScpiError, read_number, spellings

At = Sequence[int] | None


NR3 = "+.8E"


def nr3(value: float, form: str = NR3) -> str:
    """A number as this family answers: ``+5.00000000E+00``; 9.9E+37 stands for infinity."""
    return f"{9.9e37 if math.isinf(value) else value:{form}}"


def spell(value: Any, form: str = NR3) -> str:
    """A setting as response data."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(nr3(one, form) for one in value)
    return nr3(value, form) if isinstance(value, float | int) else str(value)


class Outputs:
    """What the commands say to one or several channels; without a list, to the selected one."""

    channels: Mapping[int, Channel]

    def __init__(self, personality: Mapping[str, Any], rng: random.Random) -> None:
        self._personality, self._rng = personality, rng
        self._selected = 1
        self._form = str(personality.get("numbers", NR3))  # how it spells a number

    # --- selection --------------------------------------------------------------------------

    def select(self, n: float | Limit) -> None:
        ends = {Limit.MIN: min(self.channels), Limit.MAX: max(self.channels), Limit.DEF: 1}
        number = ends[n] if isinstance(n, Limit) else n
        if number not in self.channels:
            raise ScpiError(-222)
        self._selected = int(number)

    def select_by_name(self, name: str) -> None:
        self._selected = self._named(name)

    def _named(self, name: str) -> int:
        for n, own in self._personality["channels"].items():
            if any(name.upper() in spellings(known) for known in own["names"]):
                return int(n)
        raise ScpiError(-224)

    def selected(self) -> str:
        return str(self._selected)

    def selected_name(self) -> str:
        return str(self._personality["channels"][self._selected]["names"][0])

    # --- one setting of some channels -------------------------------------------------------

    def _at(self, at: At = None) -> list[Channel]:
        return [self.channels[n] for n in at or (self._selected,)]

    def _bounds(self, field: str, channel: Channel) -> tuple[float, float, float, float]:
        """Low, high, default and step of a numeric setting."""
        step, rows = self._personality["setting"], self._personality["list"]
        protection = self._personality["protection"]
        volts, amps = channel.max_volts, channel.max_amps
        table = {
            "volts": (0.0, volts, 0.0, step["volts"]),
            "amps": (0.0, amps, channel.rated_amps, step["amps"]),
            "over_volts": (0.0, channel.max_over_volts, channel.max_over_volts, step["volts"]),
            "over_amps_delay": (
                0.0, protection["over_current_delay_max"], protection["over_current_delay"], 0.001,
            ),
            "dwell": (rows["dwell_min"], rows["dwell_max"], rows["dwell_min"], 0.001),
            "list_count": (1, rows["repeats"], 1, 1),
        }  # fmt: skip
        return table[field.removesuffix("_triggered")]

    def _in_range(self, field: str, channel: Channel, value: float | Limit) -> float:
        low, high, default, step = self._bounds(field, channel)
        if isinstance(value, Limit):
            return {Limit.MIN: low, Limit.MAX: high, Limit.DEF: default}[value]
        if field == "list_count" and math.isinf(value):
            return value
        if not low - 1e-9 <= value <= high + 1e-9:
            raise ScpiError(-222)
        return round(round(value / step) * step, 9)

    def set_number(self, field: str, value: float | Limit, at: At = None) -> None:
        wanted = [(row, self._in_range(field, row, value)) for row in self._at(at)]
        for channel, number in wanted:
            if field in ("volts", "amps"):
                channel.set_level(**{field: number})
            else:
                self._change(channel, field, number)

    def number(self, field: str, limit: float | Limit | None, at: At = None) -> str:
        if isinstance(limit, float):
            raise ScpiError(-104)
        rows = self._at(at)
        if limit is not None:
            return ",".join(nr3(self._in_range(field, row, limit), self._form) for row in rows)
        return ",".join(nr3(getattr(row.set, field), self._form) for row in rows)

    def set_list(self, field: str, values: Sequence[float | Limit], at: At = None) -> None:
        if len(values) > self._personality["list"]["points"]:
            raise self._at(at)[0].refusal("points")
        name = field.removeprefix("list_")
        for row in self._at(at):
            self._change(row, field, tuple(self._in_range(name, row, value) for value in values))

    def set_plain(self, field: str, value: object, at: At = None) -> None:
        for channel in self._at(at):
            self._change(channel, field, value)

    def _change(self, channel: Channel, field: str, value: object) -> None:
        rules_the_list = field.startswith("list_") or field.endswith("_mode") or field == "source"
        if rules_the_list and channel.phase != "idle":
            raise channel.refusal("initiated")
        setattr(channel.set, field, value)
        channel.drive()

    def plain(self, field: str, at: At = None) -> str:
        return ",".join(spell(getattr(row.set, field), self._form) for row in self._at(at))

    def points(self, field: str, at: At = None) -> str:
        return ",".join(f"+{len(getattr(row.set, field))}" for row in self._at(at))

    def apply(self, words: Sequence[str], at: At = None) -> None:
        """APPLy [CH1|P6V ...,] volts [, amps]."""
        rest = list(words)
        if (
            at is None
            and rest[0][:1].isalpha()
            and rest[0][:3].upper() not in ("MIN", "MAX", "DEF")
        ):
            at = (self._named(rest.pop(0)),)
        if not 1 <= len(rest) <= 2:
            raise ScpiError(-108 if rest else -109)
        units = {"volts": "V", "amps": "A"}
        values = {
            field: read_number(text, units[field]) for field, text in zip(units, rest, strict=False)
        }
        for channel in self._at(at):
            channel.set_level(
                **{field: self._in_range(field, channel, value) for field, value in values.items()}
            )

    def applied(self, at: At = None) -> str:
        pairs = [(row.set.volts, row.set.amps) for row in self._at(at)]
        return ",".join(f'"{spell(pair, self._form)}"' for pair in pairs)

    # --- outputs ----------------------------------------------------------------------------

    def set_output(self, on: bool, at: At = None) -> None:
        for channel in self._at(at):
            channel.switch(on=on)

    def output(self, at: At = None) -> str:
        return ",".join(spell(row.on) for row in self._at(at))

    def tripped(self, field: str, at: At = None) -> str:
        which = {"volts": "ovp", "amps": "ocp"}[field]
        return ",".join(spell(row.tripped == which) for row in self._at(at))

    def clear_trip(self, at: At = None) -> None:
        for channel in self._at(at):
            channel.clear_trip()

    def measure(self, field: str, at: At = None) -> str:
        meter = self._personality["meter"][field]
        rows = self._at(at)
        for channel in rows:
            channel.drive()  # the load may draw something else by now
        true = [row.rail.volts() if field == "volts" else row.drawn() for row in rows]
        noisy = [value + self._rng.gauss(0.0, meter["noise"]) for value in true]
        step = meter["resolution"]
        return ",".join(nr3(round(value / step) * step, self._form) for value in noisy)

    def set_pair(self, how: str) -> None:
        if how != "OFF":  # series and parallel operation of channels is not modelled
            raise ScpiError(-221, "outputs cannot be paired")

    def pair(self) -> str:
        return "OFF"

    # --- trigger system ---------------------------------------------------------------------

    def initiate(self, at: At = None) -> None:
        for channel in self._at(at):
            channel.initiate()

    def trigger(self, at: At = None) -> None:
        for channel in self._at(at):
            channel.trigger()

    def abort(self, at: At = None) -> None:
        """ABORt; without a list all channels, as no channel's list may go on unseen."""
        for channel in self._at(at) if at else self.channels.values():
            channel.stop()

    def trigger_bus(self) -> None:
        """*TRG."""
        waiting = [row for row in self.channels.values() if row.awaits_trigger]
        if not waiting:
            raise ScpiError(-211)
        for channel in waiting:
            channel.trigger()
