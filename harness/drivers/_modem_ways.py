"""What a modem can do, found out by trying: a function, and the ways there are to have it.

A dialect is data: for each function the commands to try, in order, and what reads their answers.
The first way that the modem has is remembered; when it refuses it later the others are tried again,
for modems refuse much while they boot.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from harness.drivers._at import AtSession, Refused
from harness.errors import DeviceRefused, Garbled
from harness.wire.at_finals import Final

T = TypeVar("T")
Lines = Sequence[str]

#: +CME ERROR codes that modems give for what they do not have (TS 27.007, 9.2): not allowed, not
#: supported, wrong parameters, unknown; None is a code left out.
LACKING = frozenset({3, 4, 50, 100, None})


@dataclass(frozen=True, slots=True)
class Way:
    """One way to have a function.

    Attributes:
        command: What is asked.
        read: Reads the lines of the answer; None when it cannot.
        tells: Whether what was read says anything; if not, the next way is asked as well.
    """

    command: str
    read: Callable[[Lines], Any]
    tells: Callable[[Any], bool] = lambda _: True


#: Function -> its ways, the best first.
Ways = Mapping[str, tuple[Way, ...]]


def each(read: Callable[[str], T | None]) -> Callable[[Lines], T | None]:
    """A reader of lines from a reader of one: the first line that can be read."""
    return lambda lines: next((one for line in lines if (one := read(line)) is not None), None)


def lacks(final: Final) -> bool:
    """Whether a refusal says that the modem has no such command, rather than "not now"."""
    return final.family == "" or (final.family == "CME" and final.code in LACKING)


class Lacking(DeviceRefused):
    """No way was taken; the text says what was tried."""


class Asking:
    """The base of all modem drivers: asks in the ways of its dialect.

    Attributes:
        WAYS: The dialect's own ways; the standard ones come after them.
    """

    WAYS: ClassVar[Ways] = {}
    STANDARD: ClassVar[Ways] = {}

    def __init__(self, at: AtSession) -> None:
        self._at = at
        self._known: dict[str, Way] = {}

    def ways(self, function: str) -> list[Way]:
        """All of a function, each command once."""
        once: dict[str, Way] = {}
        for way in (*self.WAYS.get(function, ()), *self.STANDARD.get(function, ())):
            once.setdefault(way.command, way)
        return list(once.values())

    def found(self, function: str) -> tuple[Any, list[str]]:
        """What the modem says of a function, and the lines it was read from.

        Raises:
            Lacking: It has none of the ways.
            Refused: It has one, and refused it.
            Garbled: It answered with what cannot be read.
        """
        tried: list[str] = []
        poor: tuple[Any, list[str]] | None = None
        for way in self._in_order(function):
            try:
                lines = self._at.ask(way.command)
            except Refused as refused:
                if not lacks(refused.final):
                    raise
                tried.append(f"{way.command} ({refused.final.text})")
                continue
            value = way.read(lines)
            if value is None:
                raise Garbled(f"{way.command}: the answer {lines!r} is not one")
            if way.tells(value):
                self._known[function] = way
                return value, lines
            poor = poor or (value, lines)
        if poor is not None:
            return poor
        if not tried:
            raise Lacking(f"{function}: no command for it is known of this modem")
        raise Lacking(f"{function}: this modem has none of: {', '.join(tried)}")

    def first_taken(self, function: str, commands: Sequence[str], act: Callable[[str], T]) -> T:
        """What ``act`` gives for the first command that the modem has; raises Lacking."""
        tried = []
        for command in commands:
            try:
                return act(command)
            except Refused as refused:
                if not lacks(refused.final):
                    raise
                tried.append(f"{command} ({refused.final.text})")
        raise Lacking(f"{function}: this modem has none of: {', '.join(tried)}")

    def ask(self, command: str, read: Callable[[Lines], T | None]) -> T:
        """One command with its reader; raises Garbled when it cannot be read."""
        lines = self._at.ask(command)
        value = read(lines)
        if value is None:
            raise Garbled(f"{command}: the answer {lines!r} is not one")
        return value

    def _in_order(self, function: str) -> list[Way]:
        ways, known = self.ways(function), self._known.get(function)
        return ways if known is None else [known, *(way for way in ways if way is not known)]
