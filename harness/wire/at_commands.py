"""AT, the modem's half: bytes to command lines, lines to commands (ITU-T V.250, 5.2 to 5.4).

Pure. ``CommandReader`` echoes and edits as V.250 5.2 says (S3 ends a line, S5 rubs out, ``A/``
repeats); ``parse`` takes a line apart: ``ATE0V1;+CMEE=1;+CGDCONT=1,"IP","a,b";&D0`` is five
commands.
"""

import enum
import re
from dataclasses import dataclass
from functools import lru_cache

from harness.errors import Garbled

#: V.250 asks for 40 at least; modems take a few hundred to a few thousand.
LONGEST_LINE = 2048
ESCAPE, SUBMIT = 0x1B, 0x1A  # TS 27.005, 3.5.1: abandon a text, send it


class Form(enum.Enum):
    """How a command is used (V.250, 5.4)."""

    RUN = "run"  # ATZ, AT+CSQ
    READ = "read"  # AT+CREG?, ATS3?
    TEST = "test"  # AT+CREG=?
    SET = "set"  # AT+CREG=2, ATE0, ATS3=13


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a line.

    Attributes:
        name: In capitals: ``+CREG``, ``E``, ``&D``, ``S3``, ``D``.
        form: How it is used.
        args: Its values without quotes; None for one left out (``a,,c``).
    """

    name: str
    form: Form
    args: tuple[str | None, ...] = ()

    def number(self, at: int, default: int | None = None) -> int | None:
        """Value ``at`` as a number; ``default`` when left out; raises Garbled when it is none."""
        text = self.args[at] if at < len(self.args) else None
        if text is None or not text:
            return default
        if not re.fullmatch(r"\d{1,9}", text):
            raise Garbled(f"{self.name}: {text!r} is no number")
        return int(text)

    def text(self, at: int, default: str = "") -> str:
        """Value ``at`` as text; ``default`` when left out."""
        value = self.args[at] if at < len(self.args) else None
        return default if value is None else value


_BLANK = re.compile(r"[\s;]*")
_OUTSIDE = re.compile(r'("[^"]*"?)|[\x00-\x20]+')
_DIAL = re.compile(r"D(.*)$", re.IGNORECASE)
_REGISTER = re.compile(r"S(\d{1,3})(=\?|\?|=(\d{0,3}))?", re.IGNORECASE)
_BASIC = re.compile(r"(&?[A-Z])(\d{0,6})", re.IGNORECASE)
_EXTENDED = re.compile(r"([+#^!*$%][A-Z][A-Z0-9_!%\-./:]*)(=\?|\?|=)?", re.IGNORECASE)
_VALUES = re.compile(r'(?:"[^"]*"?|[^;"])*')
_VALUE = re.compile(r'\s*(?:"([^"]*)"?|([^,]*))')


def parse(line: str) -> list[Command]:
    """The commands of a line, without its ``AT``; an empty line is no command.

    Raises:
        Garbled: Something is no command by V.250; nothing of the line should be done.
    """
    return list(_parsed(line))


@lru_cache(maxsize=256)
def _parsed(line: str) -> tuple[Command, ...]:
    """Who polls asks the same again and again."""
    # Blanks outside strings format the line and mean nothing (V.250, 5.2.2): AT + CREG = 2
    line = _OUTSIDE.sub(lambda found: found[1] or "", line)
    commands: list[Command] = []
    at = 0
    while (at := _end(_BLANK.match(line, at))) < len(line):
        command, at = _one(line, at)
        commands.append(command)
    return tuple(commands)


def _end(found: re.Match[str] | None) -> int:
    assert found is not None  # noqa: S101 - the pattern matches the empty text
    return found.end()


def _one(line: str, at: int) -> tuple[Command, int]:
    if found := _EXTENDED.match(line, at):
        return _extended(line, found)
    if found := _REGISTER.match(line, at):
        forms = {"?": Form.READ, "=?": Form.TEST}
        name, tail = f"S{int(found[1])}", found[2] or ""
        form = forms.get(tail, Form.SET if tail else Form.RUN)
        return Command(name, form, (found[3],) if form is Form.SET else ()), found.end()
    if found := _DIAL.match(line, at):
        return Command("D", Form.SET, (found[1].strip(),)), found.end()  # takes all that follows
    if found := _BASIC.match(line, at):
        name = found[1].upper()
        return Command(name, Form.SET if found[2] else Form.RUN, (found[2] or None,)), found.end()
    raise Garbled(f"no command at {line[at : at + 16]!r}")


def _extended(line: str, found: re.Match[str]) -> tuple[Command, int]:
    name, tail, end = found[1].upper(), found[2] or "", found.end()
    if tail == "=":
        values = _VALUES.match(line, end)
        end = _end(values)
        return Command(name, Form.SET, _values(line[found.end() : end])), end
    follows = line[end : end + 1].strip()
    if follows and follows != ";":
        raise Garbled(f"{name}: {line[end : end + 16]!r} does not belong here")
    form = {"?": Form.READ, "=?": Form.TEST}.get(tail, Form.RUN)
    return Command(name, form), end


def _values(text: str) -> tuple[str | None, ...]:
    values: list[str | None] = []
    at = 0
    while True:
        found = _VALUE.match(text, at)
        end = _end(found)
        assert found is not None  # noqa: S101 - as above
        quoted, bare = found[1], (found[2] or "").strip()
        values.append(quoted if quoted is not None else bare or None)
        rest = re.compile(r"[^,]*").match(text, end)  # blanks or junk after a closing quote
        at = _end(rest)
        if at >= len(text):
            return tuple(values)
        at += 1


#: Printable, and no ``A/``.
_PLAIN = re.compile(rb"(?![Aa]/)[\x20-\x7e]*")


class Input(enum.Enum):
    """What a reader hands on."""

    ECHO = "echo"
    LINE = "line"  # a command line, without AT
    TEXT = "text"  # what was typed after a prompt
    ABANDON = "abandon"  # the text was abandoned by ESC
    TOO_LONG = "too long"


class CommandReader:
    """Characters in; echoes and command lines out.

    Attributes:
        line_end: S3.
        rub_out: S5.
        wants_text: Set while a prompt is open: characters are a text until Ctrl-Z or ESC.
    """

    def __init__(self) -> None:
        self.line_end, self.rub_out = 13, 8
        self.wants_text = False
        self._typed = bytearray()
        self._last = ""

    def feed(self, data: bytes) -> list[tuple[Input, bytes]]:
        """Take everything in; for a device that reads one input at a time, a line at most.

        The echo of what comes before an input is one piece.
        """
        if self._is_plain(data):
            self._typed = bytearray(data[:-1])
            plain: list[tuple[Input, bytes]] = [(Input.ECHO, data)]
            self._finish(plain)
            return plain
        out: list[tuple[Input, bytes]] = []
        told = 0
        for at, byte in enumerate(data, 1):
            read: list[tuple[Input, bytes]] = []
            self._text(byte, read) if self.wants_text else self._command(byte, read)
            if read or at == len(data):
                out.append((Input.ECHO, data[told:at]))
                told = at
                out += read
        return out

    def _is_plain(self, data: bytes) -> bool:
        """Whether it is one whole line, in which no character does anything."""
        fresh = not self.wants_text and not self._typed
        inside = data[:-1]
        return (
            fresh
            and data[-1:] == bytes((self.line_end,))
            and len(data) <= LONGEST_LINE
            and self.line_end not in inside
            and self.rub_out not in inside
            and _PLAIN.fullmatch(inside) is not None
        )

    def _text(self, byte: int, out: list[tuple[Input, bytes]]) -> None:
        if byte in (ESCAPE, SUBMIT):
            self.wants_text = False
            typed, self._typed = bytes(self._typed), bytearray()
            out.append((Input.ABANDON, b"") if byte == ESCAPE else (Input.TEXT, typed))
        elif byte == self.rub_out:
            del self._typed[-1:]
        elif len(self._typed) < LONGEST_LINE:
            self._typed.append(byte)

    def _command(self, byte: int, out: list[tuple[Input, bytes]]) -> None:
        if byte == self.rub_out:
            del self._typed[-1:]
        elif byte == self.line_end:
            self._finish(out)
        elif byte not in (0, 10, ESCAPE, SUBMIT):
            self._typed.append(byte)
            del self._typed[LONGEST_LINE + 1 :]
            if bytes(self._typed[-2:]).upper() == b"A/" and len(self._typed) == 2:
                self._typed.clear()
                out.append((Input.LINE, self._last.encode("latin-1")))

    def _finish(self, out: list[tuple[Input, bytes]]) -> None:
        typed, self._typed = bytes(self._typed), bytearray()
        if len(typed) > LONGEST_LINE:
            out.append((Input.TOO_LONG, b""))
            return
        found = re.search(rb"[Aa][Tt](.*)$", typed, re.DOTALL)
        if found:  # anything else is line noise, and is not answered (V.250, 5.2.1)
            first = re.search(rb"[Aa][Tt]", typed)
            assert first is not None  # noqa: S101 - found above
            self._last = typed[first.end() :].decode("latin-1")
            out.append((Input.LINE, typed[first.end() :]))
