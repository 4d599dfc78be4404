"""The shell of a simulated device: as much of sh as command lines over adb need.

Quotes, ``;`` ``&&`` ``||`` ``|``, ``>`` ``>>`` ``2>`` ``2>&1`` and ``$?``. What it has not
(substitutions, variables, loops, background jobs) it refuses: a command line that seems to need
them was not quoted well.

Source: POSIX.1-2017, XCU 2.2 (quoting), 2.3 (tokens), 2.8.2 (exit status), 2.9 (pipelines, lists).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

OPERATORS = ("2>&1", "&&", "||", ">>", "2>", ";", "|", ">", "<", "\n", "&", "(", ")")
JOINTS = (";", "\n", "&&", "||")
SPACES = " \t"
ENDS_WORD = SPACES + ";|><&\n()"
STATUS = "\ue000"  # stands for $? until its command runs
NOT_FOUND, WRONG = 127, 2


class Unfit(Exception):
    """This is no command line, or one beyond this shell."""


class Exit(Exception):
    """The shell ends; ``status`` is its own."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


# --- words ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Token:
    """A word, its quotes gone, or an operator."""

    text: str
    operator: bool = False


@lru_cache(maxsize=256)
def tokens(line: str) -> tuple[Token, ...]:
    """The tokens of a line; raises Unfit. Who polls says the same again and again."""
    return tuple(_tokens(line))


def _tokens(line: str) -> Iterator[Token]:
    at = 0
    while at < len(line):
        operator = next((one for one in OPERATORS if line.startswith(one, at)), "")
        if line[at] in SPACES:
            at += 1
        elif operator:
            at += len(operator)
            yield Token(operator, operator=True)
        else:
            word, at = _word(line, at)
            yield Token(word)


def _word(line: str, at: int) -> tuple[str, int]:
    text, quoted = "", False
    while at < len(line) and (quoted or line[at] not in ENDS_WORD):
        if line[at] == '"':
            quoted, at = not quoted, at + 1
        elif line[at] == "'" and not quoted:
            end = line.find("'", at + 1)
            if end < 0:
                raise Unfit("no closing quote")
            text, at = text + line[at + 1 : end], end + 1
        elif line[at] == "\\" and (not quoted or line[at + 1 : at + 2] in ("$", "`", '"', "\\")):
            text, at = text + line[at + 1 : at + 2], at + 2
        else:
            piece, at = _plain(line, at)
            text += piece
    if quoted:
        raise Unfit("no closing quote")
    return text, at


def _plain(line: str, at: int) -> tuple[str, int]:
    """One character, or ``$?``."""
    if line.startswith("$?", at):
        return STATUS, at + 2
    if line[at] == "`" or (line[at] == "$" and line[at + 1 : at + 2].strip(' "\t\n')):
        raise Unfit("substitutions are beyond this shell")
    return line[at], at + 1


# --- commands -------------------------------------------------------------------------------


@dataclass
class Call:
    """One command as it runs.

    Attributes:
        words: Its name and arguments.
        out: Takes its output.
        err: Takes its errors.
        read: Its input, piece by piece; None at the end.
    """

    words: list[str]
    out: Callable[[bytes], object]
    err: Callable[[bytes], object]
    read: Callable[[], bytes | None]

    def say(self, text: str) -> None:
        """A line of output."""
        self.out(text.encode("utf-8", "surrogateescape") + b"\n")

    def complain(self, text: str, status: int = 1) -> int:
        """A line of errors; returns the exit status."""
        self.err(text.encode("utf-8", "surrogateescape") + b"\n")
        return status


Command = Callable[[Call], int]


class Keep(Protocol):
    """Writes a file."""

    def __call__(self, path: str, content: bytes, *, added: bool = False) -> None:
        """Replace it, or add to it; raises OSError."""


@dataclass
class _Simple:
    """A command before it runs: its words, and the files its output (1) and errors (2) go to."""

    words: list[str] = field(default_factory=list)
    files: dict[int, tuple[str, bool]] = field(default_factory=dict)
    merged: bool = False

    def redirect(self, word: str, target: Token | None) -> None:
        if word == "2>&1":
            self.merged = True
        elif word in (">", ">>", "2>") and target is not None and not target.operator:
            self.files[2 if word == "2>" else 1] = (target.text, word == ">>")
        else:
            raise Unfit(f"unexpected {word!r}")


def _pipelines(line: str) -> Iterator[tuple[str, list[_Simple]]]:
    """What joins each pipeline to the one before, and its commands; raises Unfit."""
    joint, commands = ";", [_Simple()]
    found = iter(tokens(line))
    for token in found:
        if not token.operator:
            commands[-1].words.append(token.text)
        elif token.text in JOINTS:
            yield joint, commands
            joint, commands = token.text, [_Simple()]
        elif token.text == "|":
            commands.append(_Simple())
        else:
            commands[-1].redirect(token.text, None if token.text == "2>&1" else next(found, None))
    yield joint, commands


class Shell:
    """Runs command lines."""

    def __init__(self, commands: Mapping[str, Command], keep: Keep) -> None:
        self._commands = commands
        self._keep = keep
        self._status = 0

    def run(self, line: str, call: Call) -> int:
        """A whole command line; ``call`` is whose input and output it has."""
        self._status = 0
        try:
            for joint, commands in list(_pipelines(line)):
                wanted = {"&&": not self._status, "||": bool(self._status)}.get(joint, True)
                if wanted and any(one.words for one in commands):
                    self._status = self._pipeline(commands, call)
        except Unfit as wrong:
            return call.complain(f"/system/bin/sh: syntax error: {wrong}", WRONG)
        except Exit as over:
            return over.status
        return self._status

    def _pipeline(self, commands: list[_Simple], call: Call) -> int:
        """Each has run to its end before the next begins."""
        if not all(one.words for one in commands):
            raise Unfit("unexpected '|'")
        read = call.read
        for simple in commands[:-1]:
            held = bytearray()
            self._simple(simple, Call([], held.extend, call.err, read))
            read = _reader(bytes(held))
        return self._simple(commands[-1], Call([], call.out, call.err, read))

    def _simple(self, simple: _Simple, call: Call) -> int:
        words = [word.replace(STATUS, str(self._status)) for word in simple.words]
        words = words[1:] or ["true"] if words[0] == "exec" else words
        if words[0] == "exit":
            raise Exit(int(words[1]) & 0xFF if words[1:] and words[1].isdecimal() else self._status)
        kept = {number: bytearray() for number in simple.files}
        out = kept[1].extend if 1 in kept else call.out
        err = out if simple.merged else kept[2].extend if 2 in kept else call.err
        inner = Call(words, out, err, call.read)
        command = self._commands.get(words[0].rpartition("/")[2])
        if command is None:
            status = inner.complain(f"/system/bin/sh: {words[0]}: not found", NOT_FOUND)
        else:
            status = command(inner)
        for number, (path, added) in simple.files.items():
            if path == "/dev/null":
                continue
            try:
                self._keep(path, bytes(kept[number]), added=added)
            except OSError as error:
                status = call.complain(f"/system/bin/sh: {path}: {error.strerror}")
        return status


def _reader(octets: bytes) -> Callable[[], bytes | None]:
    left = [octets] if octets else []
    return lambda: left.pop() if left else None
