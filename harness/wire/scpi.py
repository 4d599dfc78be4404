"""An instrument's SCPI parser: a table of headers, an error queue, the status registers.

Source: IEEE 488.2-1992 clauses 6, 10 and 11; SCPI-1999 vol. 1, 6.2.4 (header path), vol. 2, 20
(STATus) and 21.8 (error queue). The instrument is a table ``header as manuals print it ->
Command``; a command's method gets the numeric suffixes of the header and then its parameters, None
for those left out, and a query's method returns the answer. The other half, reading answers, is
``wire/scpi_replies.py``.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from harness.wire.scpi_syntax import (
    ScpiError,
    Unit,
    cut,
    header_pattern,
    read_boolean,
    read_channels,
    read_number,
    read_text,
    read_unit,
    spellings,
)

# --- what a parameter may be ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slot:
    """A parameter's place.

    Attributes:
        read: Makes a value of its text; raises ScpiError.
        optional: May be left out (the method then gets None).
        many: Takes all that is left, as a tuple.
    """

    read: Callable[[str], Any]
    optional: bool = False
    many: bool = False


def number(unit: str = "", *, optional: bool = False) -> Slot:
    """A number, or a ``Limit``."""
    return Slot(lambda text: read_number(text, unit), optional)


def numbers(unit: str = "") -> Slot:
    """One number or many."""
    return Slot(lambda text: read_number(text, unit), many=True)


def choice(*words: str) -> Slot:
    """One of these words, in either form; the value is the short form."""
    known = {form: spellings(word)[0] for word in words for form in spellings(word)}

    def read(text: str) -> str:
        if not text[:1].isalpha():
            raise ScpiError(-104 if text[:1] in "'\"(#" else -128)
        if text.upper() not in known:
            raise ScpiError(-224)
        return known[text.upper()]

    return Slot(read)


def channels(last: int) -> Slot:
    """An optional channel list ``(@1,2)``; always the last place."""
    return Slot(lambda text: read_channels(text, last), optional=True)


BOOLEAN = Slot(read_boolean)
STRING = Slot(read_text)


@dataclass(frozen=True, slots=True)
class Command:
    """What a header does.

    Attributes:
        method: Name of the method that is called.
        slots: The parameters' places.
        fixed: What the method gets before the header's suffixes and the parameters.
    """

    method: str
    slots: tuple[Slot, ...] = ()
    fixed: tuple[str, ...] = ()

    def bind(self, parameters: tuple[str, ...]) -> list[Any]:
        """The parameters' values, one per place.

        Raises:
            ScpiError: -108 one too many, -109 one missing, or what a place says of its text.
        """
        rest, tail, slots = list(parameters), [], self.slots
        if slots and slots[-1].optional and not slots[-1].many and len(slots) > 1:
            # A channel list comes last, also when an optional place before it is left empty.
            listed = bool(rest) and rest[-1].startswith("(")
            tail = [slots[-1].read(rest.pop())] if listed else [None]
            slots = slots[:-1]
        values = [value for slot in slots for value in self._take(slot, rest)]
        if rest:
            raise ScpiError(-108)
        return values + tail

    @staticmethod
    def _take(slot: Slot, rest: list[str]) -> list[Any]:
        if not rest and not slot.optional:
            raise ScpiError(-109)
        if not rest:
            return [None]
        if slot.many:
            taken = [slot.read(text) for text in rest]
            rest.clear()
            return [tuple(taken)]
        return [slot.read(rest.pop(0))]


# --- status ---------------------------------------------------------------------------------


class Register:
    """A SCPI status group: condition, transition filters, event, enable (vol. 2, 20)."""

    def __init__(self) -> None:
        self.condition = self.event = 0
        self.preset()

    def preset(self) -> None:
        """STATus:PRESet (vol. 2, 20.7)."""
        self.enable, self.rising, self.falling = 0, 0x7FFF, 0

    def become(self, condition: int) -> None:
        """Take in a new condition; its filtered edges set event bits."""
        up, down = condition & ~self.condition, self.condition & ~condition
        self.event |= (up & self.rising) | (down & self.falling)
        self.condition = condition

    def take(self) -> int:
        """Read the event register, which clears it."""
        event, self.event = self.event, 0
        return event

    @property
    def summary(self) -> bool:
        return bool(self.event & self.enable)


OPC, QYE, DDE, EXE, CME, PON = 1, 4, 8, 16, 32, 128  # IEEE 488.2, 11.5.1: the event register
ERROR_BIT, QUES_BIT, MAV_BIT, ESB_BIT, MSS_BIT, OPER_BIT = 4, 8, 16, 32, 64, 128  # 11.2


class Status:
    """The error queue and what IEEE 488.2 keeps."""

    def __init__(self, depth: int = 20) -> None:
        self.errors: deque[tuple[int, str]] = deque()
        self._depth = depth
        self.events, self.event_enable, self.request_enable = PON, 0, 0
        self.message_waits = False
        self.groups = {"ques": Register(), "oper": Register()}

    def add(self, error: ScpiError) -> None:
        """Queue an error and set its event bit; a full queue ends in -350 (vol. 2, 21.8.1)."""
        kind = -error.code // 100
        self.events |= {1: CME, 2: EXE, 4: QYE}.get(kind, DDE)
        if len(self.errors) < self._depth:
            self.errors.append((error.code, error.text))
        else:
            self.errors[-1] = (-350, ScpiError(-350).text)
            self.events |= DDE

    def next_error(self) -> str:
        code, text = self.errors.popleft() if self.errors else (0, "No error")
        quoted = text.replace('"', '""')
        return f'{code:+d},"{quoted}"'

    def clear(self) -> None:
        """*CLS."""
        self.errors.clear()
        self.events = 0
        for group in self.groups.values():
            group.event = 0

    @property
    def byte(self) -> int:
        """The status byte with MSS in bit 6 (IEEE 488.2, 11.2)."""
        bits = {
            ERROR_BIT: bool(self.errors),
            QUES_BIT: self.groups["ques"].summary,
            MAV_BIT: self.message_waits,
            ESB_BIT: bool(self.events & self.event_enable),
            OPER_BIT: self.groups["oper"].summary,
        }
        byte = sum(bit for bit, is_set in bits.items() if is_set)
        return byte | (MSS_BIT if byte & self.request_enable & ~MSS_BIT else 0)


# --- the parser -----------------------------------------------------------------------------


class Parser:
    """Takes program messages, calls methods, gives response messages."""

    def __init__(self, table: Mapping[str, Command], target: object, status: Status) -> None:
        """Make one.

        Args:
            table: Header as manuals print it, ``[SOURce:]VOLTage?``, to what it does.
            target: Whose methods are called.
            status: Where errors go.

        Raises:
            AttributeError: the target lacks a method of the table.
            ValueError: what is written there is no header.
        """
        for written in table:
            header_pattern(written)
        self._status = status
        self._headers = tuple(table)
        self._rows = [(command, getattr(target, command.method)) for command in table.values()]

    def hear(self, message: str, pace: Callable[[], object] = lambda: None) -> str | None:
        """Carry out one program message, without its newline.

        Args:
            message: Units with ``;`` between.
            pace: Called before each unit: the instrument's own time.

        Returns:
            The answers with ``;`` between, None when nothing was asked. Errors are queued. After
            a command or query error the rest of the message is not carried out; after an execution
            error it is.
        """
        answers: list[str] = []
        path = ""
        try:
            for text in cut(message, ";"):
                unit = read_unit(text)
                if unit is None:
                    continue
                pace()
                self._status.message_waits = bool(answers)
                path = self._carry_out(unit, path, answers)
        except ScpiError as error:
            self._status.add(error)
        finally:
            self._status.message_waits = False
        return ";".join(answers) if answers else None

    def _carry_out(self, unit: Unit, path: str, answers: list[str]) -> str:
        """Call the unit's method; returns the header path for the next unit (vol. 1, 6.2.4)."""
        if unit.common:
            full = f":{unit.header}"
        elif unit.header.startswith(":"):
            full = unit.header
        else:
            full = f"{path}:{unit.header}"
        command, method, suffixes = self._look_up(full)
        try:
            answer = method(*command.fixed, *suffixes, *command.bind(unit.parameters))
        except ScpiError as error:
            if -200 >= error.code > -400 or error.code > 0:
                self._status.add(error)
            else:
                raise
        else:
            if answer is not None:
                answers.append(str(answer))
        return path if unit.common else full.rpartition(":")[0]

    def _look_up(self, full: str) -> tuple[Command, Callable[..., Any], tuple[int, ...]]:
        at, suffixes = _row_of(self._headers, full)
        return (*self._rows[at], suffixes)


@lru_cache(maxsize=1024)
def _row_of(headers: tuple[str, ...], full: str) -> tuple[int, tuple[int, ...]]:
    """The first row whose header this is, and its numeric suffixes; raises ScpiError."""
    for at, written in enumerate(headers):
        match = header_pattern(written).fullmatch(full)
        if match:
            return at, tuple(int(number or 1) for number in match.groups())
    raise ScpiError(-113)
