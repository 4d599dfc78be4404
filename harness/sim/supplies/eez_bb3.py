"""The EEZ Bench Box 3: one client, a polled socket, errors pushed into the answers.

Source: EEZ BB3 SCPI reference, chapters 5 to 8; behaviour of its firmware 1.8.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from harness.sim.supplies._bb3_channel import LIVE, Bb3Channel
from harness.sim.supplies._bb3_commands import COMMANDS
from harness.sim.supplies.channel import Channel
from harness.sim.supplies.instrument import _Connection
from harness.sim.supplies.outputs import nr3
from harness.sim.supplies.steps import Stepping
from harness.wire.scpi import Command, Status
from harness.wire.scpi_syntax import Limit, ScpiError, cut, read_number

SWITCHED_ON = datetime(2026, 1, 1, tzinfo=UTC)
At = Sequence[tuple[int, ...] | int] | None


class LoudStatus(Status):
    """Tells every error at once, besides keeping it."""

    untold: list[ScpiError]
    asked: str = ""  # the program message unit under way

    def __init__(self, depth: int) -> None:
        super().__init__(depth)
        self.untold = []

    def add(self, error: ScpiError) -> None:
        self.untold.append(ScpiError(error.code, error.text if error.code > 0 else ""))
        if error.code == -113:  # the queue keeps the whole command, the stream does not
            error = ScpiError(-113, self.asked)
        super().add(error)


class Instrument(Stepping):
    """A BB3, by its personality."""

    COMMANDS: ClassVar[Mapping[str, Command]] = COMMANDS
    CHANNEL: ClassVar[type[Channel]] = Bb3Channel
    STATUS: ClassVar[type[Status]] = LoudStatus
    channels: Mapping[int, Bb3Channel]  # type: ignore[assignment]  # of this language's own kind
    status: LoudStatus

    def __init__(self, *args: Any, **options: Any) -> None:
        self._watches_outside = True  # OUTP:PROT:MEAS, which *RST does not change
        self._source, self._delay, self._couples = "IMM", 0.0, False
        super().__init__(*args, **options)

    def reset(self) -> None:
        self._source, self._delay, self._couples = "IMM", 0.0, False
        super().reset()

    # --- the wire ---------------------------------------------------------------------------

    def _answer(self, client: _Connection, message: bytes) -> None:
        poll = float(self._personality["poll"])
        self._clock.sleep_until(math.floor(self._clock.now() / poll + 1 - 1e-9) * poll)
        units = iter(_units(message.decode("latin-1")))

        def pace() -> None:
            self._clock.sleep(self._personality["processing"])
            self._asking = client
            self.status.asked = next(units, "")

        answer = self._parser.hear(message.decode("latin-1"), pace)
        stamp = SWITCHED_ON + timedelta(seconds=self._clock.now())
        for error in self.status.untold:
            said = f'**ERROR [{stamp:%y-%m-%d %H:%M:%S}]: {error.code},"{error.text}"'
            client.port.write(said.encode("latin-1") + self._answer_end)
        self.status.untold.clear()
        if answer is not None:
            client.port.write(answer.encode("latin-1") + self._answer_end)

    def next_error(self) -> str:
        return super().next_error().removeprefix("+")

    # --- channels ---------------------------------------------------------------------------

    def _at(self, at: At = None) -> list[Bb3Channel]:  # type: ignore[override]
        groups = [(one,) if isinstance(one, int) else one for one in at or ()]
        numbers = [n for group in groups for n in group or tuple(self.channels)]
        if any(n not in self.channels for n in numbers):
            raise ScpiError(100, "Channel not found")
        return [self.channels[n] for n in numbers or [self._selected]]

    def selected_name(self) -> str:
        return f"(@{self._selected}01)"

    def catalog(self) -> str:
        return ",".join(f'"CH{n}"' for n in self.channels)

    def count(self) -> int:
        return len(self.channels)

    def select_named(self, at: tuple[int, ...]) -> None:
        self._selected = self._at([at])[0].number

    def on_channel(self, method: str, *rest: Any) -> Any:
        """A command with ``SOURce<n>:``; the selection stays as it is."""
        place = next(i for i, value in enumerate(rest) if isinstance(value, int))
        number, arguments = rest[place], rest[:place] + rest[place + 1 :]
        if number not in self.channels:
            raise ScpiError(-114)
        was, self._selected = self._selected, number
        try:
            act: Callable[..., Any] = getattr(self, method)
            return act(*arguments)
        finally:
            self._selected = was

    def _bounds(self, field: str, channel: Channel) -> tuple[float, float, float, float]:
        volts, amps, step = channel.max_volts, channel.max_amps, self._personality["setting"]
        watts = float(self._personality["watts_limit"])
        table = {
            "amps": (0.0, amps, 0.0, step["amps"]),
            "volts_limit": (0.0, volts, volts, step["volts"]),
            "amps_limit": (0.0, amps, amps, step["amps"]),
            "watts_limit": (0.0, watts, watts, 0.001),
            "over_volts": (channel.set.volts, volts, volts, step["volts"]),
            "over_watts": (0.0, watts, watts, 0.001),
            "over_volts_delay": (0.0, 10.0, 0.005, 0.001),
            "over_watts_delay": (1.0, 300.0, 10.0, 0.001),
            "volts_step": (0.01, 5.0, 0.1, 0.001),
            "amps_step": (0.01, 1.0, 0.05, 0.001),
            "volts_ramp": (0.0, 10.0, 0.0, 0.001),
            "amps_ramp": (0.0, 10.0, 0.0, 0.001),
            "output_delay": (0.0, 10.0, 0.0, 0.001),
        }
        return table[field] if field in table else super()._bounds(field, channel)

    def set_number(self, field: str, value: float | Limit, at: Any = None) -> None:
        for row in self._at(at) if field in ("volts", "amps") else ():
            if row.phase == "idle" or not row.transient:
                row.check(**{field: self._in_range(field, row, value)})
        super().set_number(field, value, at)
        for row in self._at(at) if field in ("volts_limit", "amps_limit") else ():
            level = field.removesuffix("_limit")
            if getattr(row.set, level) > getattr(row.set, field):  # it lowers what is above it
                row.set_level(**{level: getattr(row.set, field)})

    def set_list(self, field: str, values: Sequence[float | Limit], at: Any = None) -> None:
        """LIST:*: 306 for too many, 151 or 152 above a limit; other nonsense is found at INIT."""
        row = self._at(at)[0]
        if len(values) > int(self._personality["list"]["points"]):
            raise row.refusal("points")
        numbers = tuple(value for value in values if isinstance(value, float))
        if len(numbers) < len(values):
            raise ScpiError(-104)
        level = field.removeprefix("list_")
        for number in numbers if level in ("volts", "amps") else ():
            row.check(**{level: number, {"volts": "amps", "amps": "volts"}[level]: 0.0})
        self._change_idle(row, field, numbers)

    def set_plain(self, field: str, value: object, at: Any = None) -> None:
        if field in ("volts_mode", "amps_mode", "exit", "list_count"):
            for row in self._at(at):
                self._change_idle(row, field, value)
        else:
            super().set_plain(field, value, at)

    def _change_idle(self, row: Bb3Channel, field: str, value: object) -> None:
        if self._busy:  # the trigger system is one for all channels
            raise row.refusal("initiated")
        setattr(row.set, field, value)

    def told(self, field: str, at: Any = None) -> str:
        """A word, as a string."""
        return ",".join(f'"{getattr(row.set, field)}"' for row in self._at(at))

    def mode(self, at: Any = None) -> str:
        return ",".join('"CC"' if row.limiting else '"CV"' for row in self._at(at))

    def measure_power(self, at: Any = None) -> str:
        rows = self._at(at)
        return ",".join(nr3(row.rail.volts() * row.drawn(), self._form) for row in rows)

    def tripped(self, field: str, at: Any = None) -> str:
        which = {"volts": "ovp", "amps": "ocp", "watts": "opp"}[field]
        return ",".join(str(int(row.tripped == which)) for row in self._at(at))

    def apply(self, words: Sequence[str], at: Any = None) -> None:
        """APPLy channel, volts [, amps]; it sets the trigger's source too."""
        channel, *levels = words
        found = re.fullmatch(r"(?i)CH(\d)", channel)
        if not found or not 1 <= len(levels) <= 2:
            raise ScpiError(-109 if found else -104)
        group, self._source = ((int(found[1]),),), "IMM"
        for field, unit, text in zip(("volts", "amps"), "VA", levels, strict=False):
            self.set_number(field, read_number(text, unit), group)

    # --- outputs and triggers ---------------------------------------------------------------

    def set_output(self, on: bool, at: Any = None) -> None:
        for row in self._at(at):
            self._may_go_on(row) if on and not row.on else self._leave(row, on=on)
            row.switch(on=on)

    def _may_go_on(self, row: Bb3Channel) -> None:
        if row.tripped:
            raise row.refusal("latched")
        if self._watches_outside and row.rail.volts() > LIVE:
            raise ScpiError(509 + row.number, f"External voltage on CH{row.number} detected")
        if row.transient and row.phase == "running":
            raise row.refusal("running")

    def _leave(self, row: Bb3Channel, *, on: bool) -> None:
        if not on and row.on and row.transient and self._busy:
            self.abort()

    def initiate(self, _: Any = None) -> None:
        """INITiate: all channels that are in a transient mode, together."""
        if self._busy:
            raise ScpiError(-213)
        self._check_trigger()
        for row in self.channels.values():
            if row.transient:
                row.arm()
        if self._source == "IMM":
            self.trigger()

    def _check_trigger(self) -> None:
        for row in self.channels.values():
            if row.tripped:
                raise row.refusal("latched")
            if self._watches_outside and row.rail.volts() > LIVE:
                raise ScpiError(509 + row.number, f"External voltage on CH{row.number} detected")
            if row.set.volts_mode != row.set.amps_mode:
                raise ScpiError(304, "Incompatible transient modes")
            if row.set.volts_mode == "LIST":
                row.check_list()
            elif row.set.volts_mode == "STEP":
                row.check(volts=row.set.volts_triggered, amps=row.set.amps_triggered)
        if not any(row.transient for row in self.channels.values()):
            raise ScpiError(309, "Cannot initiate while in fixed mode")

    def trigger(self, _: Any = None) -> None:
        armed = [row for row in self.channels.values() if row.phase == "armed"]
        if not armed:
            raise ScpiError(-211)
        for row in armed:
            row.begin()

    def trigger_bus(self) -> None:
        """*TRG: after the delay."""
        if self._source != "BUS" or not any(r.phase == "armed" for r in self.channels.values()):
            raise ScpiError(-211)
        for row in self.channels.values():
            if row.phase == "armed":
                row._after("list", self._delay, row.begin)  # noqa: SLF001  # its own timer

    def abort(self, _: Any = None) -> None:
        for row in self.channels.values():
            row.stop()

    # --- what is the instrument's -----------------------------------------------------------

    def keep(self, name: str, value: object) -> None:
        """A setting of the whole instrument."""
        setattr(self, f"_{name}", value)

    def kept(self, name: str) -> str:
        value = getattr(self, f"_{name}")
        if isinstance(value, str):
            return f'"{value}"'
        return str(int(value)) if isinstance(value, bool) else nr3(value, self._form)


def _units(message: str) -> list[str]:
    try:
        return [unit.strip() for unit in cut(message, ";") if unit.strip()]
    except ScpiError:
        return [message]
