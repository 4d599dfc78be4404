"""The nine lists of a Keithley 2280S or 2281S: quoted strings, saved before they can be run.

Source: Keithley 2280 Reference Manual 077085503, 7-81 and 7-82 (99 values, 2048 letters, errors 201
and 202); 2281S Reference Manual 077114601, 7-145 (LIST:STATe, error 209).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from harness.sim.supplies._groups import Row
from harness.wire.scpi import Command, Slot, choice, number
from harness.wire.scpi_syntax import Limit, ScpiError, read_boolean, read_number, read_text

LISTS, MOST, LETTERS, LONGEST = 9, 99, 2048, 60.0
ROOT = "[SOURce<n>:]LIST"
QUOTED = Slot(read_text)
PARTS = {"VOLTage": "volts", "CURRent": "amps", "DWELl": "dwell"}


def _commands() -> dict[str, Command]:
    table: dict[str, Command] = {}
    for name, part in PARTS.items():
        table[f"{ROOT}<n>:{name}"] = Command("write_list", (QUOTED,), (part,))
        for append in ("APPEnd", "APPend"):  # as the editions of the manual spell it
            table[f"{ROOT}<n>:{name}:{append}"] = Command("append_list", (QUOTED,), (part,))
        table[f"{ROOT}<n>:{name}?"] = Command("listed", (), (part,))
    return {
        **table,
        f"{ROOT}:SAVE:INTErnal": Command("save_list", (number(),)),
        f"{ROOT}:SAVE:INTernal": Command("save_list", (number(),)),
        f"{ROOT}:RCL": Command("recall_list", (number(),)),
        f"{ROOT}:RCL?": Command("recalled_list"),
        f"{ROOT}:MCOMPlete": Command("set_list_word", (choice("SWEEP", "STEP"),), ("sweep",)),
        f"{ROOT}:MCOMPlete?": Command("list_word", (), ("sweep",)),
        f"{ROOT}:HTIMe": Command("set_list_word", (choice("TIME", "TRIGger"),), ("hold",)),
        f"{ROOT}:HTIMe?": Command("list_word", (), ("hold",)),
        f"{ROOT}:STATe": Command("set_list_mode", (Slot(read_boolean),)),
        f"{ROOT}:STATe?": Command("list_mode"),
    }


COMMANDS = _commands()


@dataclass
class Written:
    """One list: values as written, and as saved."""

    volts: list[float] = field(default_factory=list)
    amps: list[float] = field(default_factory=list)
    dwell: list[float] = field(default_factory=list)
    saved: list[Row] = field(default_factory=list)


class Lists:
    """What LIST commands do. ``in_range`` judges a value of ``volts`` or ``amps``."""

    def __init__(self, in_range: Callable[[str, float], float]) -> None:
        self._in_range = in_range
        self.rows = {n: Written() for n in range(1, LISTS + 1)}
        self.recalled, self.words = 1, {"sweep": "SWEEP", "hold": "TIME"}

    def write(self, n: int, part: str, text: str, *, append: bool) -> None:
        """Replace or lengthen one part of a list; error 201 beyond 99 values."""
        if n not in self.rows:
            raise ScpiError(-114)
        if len(text) > LETTERS:
            raise ScpiError(-223)
        values = [self._value(part, word.strip()) for word in text.split(",")]
        old: list[float] = getattr(self.rows[n], part) if append else []
        if len(old) + len(values) > MOST:
            raise ScpiError(201, "Too many list points")
        setattr(self.rows[n], part, old + values)

    def _value(self, part: str, word: str) -> float:
        value = read_number(word)
        if isinstance(value, Limit):
            raise ScpiError(-104)
        if part != "dwell":
            return self._in_range(part, value)
        if not 0 <= value <= LONGEST:
            raise ScpiError(-222)
        return value

    def told(self, n: int, part: str) -> str:
        if n not in self.rows:
            raise ScpiError(-114)
        return ",".join(f"{value:.4f}" for value in getattr(self.rows[n], part))

    def save(self, n: int) -> None:
        """Keep a list; error 202 when its parts are of different lengths."""
        one = self.rows[n]
        if len({len(one.volts), len(one.amps), len(one.dwell)}) > 1:
            raise ScpiError(202, "List lengths not equivalent")
        one.saved = list(zip(one.volts, one.amps, one.dwell, strict=True))

    @staticmethod
    def number(value: float | Limit) -> int:
        """A list's number."""
        if isinstance(value, Limit) or value not in range(1, LISTS + 1):
            raise ScpiError(-222)
        return int(value)


class ListCommands:
    """The methods that ``COMMANDS`` names, for an instrument with ``lists``."""

    lists: Lists

    def write_list(self, part: str, n: int, which: int, text: str) -> None:
        self.lists.write(which, part, text, append=False)

    def append_list(self, part: str, n: int, which: int, text: str) -> None:
        self.lists.write(which, part, text, append=True)

    def listed(self, part: str, n: int, which: int) -> str:
        return self.lists.told(which, part)

    def save_list(self, n: int, which: float | Limit) -> None:
        self.lists.save(Lists.number(which))

    def recall_list(self, n: int, which: float | Limit) -> None:
        self.lists.recalled = Lists.number(which)

    def recalled_list(self, n: int) -> int:
        return self.lists.recalled

    def set_list_word(self, what: str, n: int, word: str) -> None:
        if word in ("STEP", "TRIG"):
            raise ScpiError(-221, "a list that waits for each trigger is not modelled")
        self.lists.words[what] = word

    def list_word(self, what: str, n: int) -> str:
        return self.lists.words[what]
