"""AT, the client's half: bytes to lines, lines to what they are.

Pure: bytes in, words out, no clock and no port. What a modem may do to its reader is taken from
ITU-T V.250 (5.7 responses, 5.7.1 result codes), 3GPP TS 27.007 (9.2 ``+CME ERROR``) and TS 27.005
(3.2.5 ``+CMS ERROR``); what modems really do besides is said where it is stood.

``LineSplitter`` cuts the stream, ``Exchange`` sorts the lines that come while one command is out:
echo, answer, final result (``harness.wire.at_finals``), or somebody else's. The parameters of the
lines are read in ``harness.wire.at_reports``.
"""

import enum
import re
from dataclasses import dataclass, field
from functools import lru_cache

from harness.wire.at_fields import NAME
from harness.wire.at_finals import Final, final_of
from harness.wire.at_registration import LAYOUTS, registration

#: A line longer than this is noise: no modem sends one, and memory is finite.
LONGEST_LINE = 8192

#: Stands for the prompt of a command that waits for text (``+CMGS``): it has no line end.
PROMPT = "> "


class LineSplitter:
    """Bytes in, whole lines out; empty lines and NULs are dropped.

    Splitting at either CR or LF takes every ending there is: CR LF, the CR CR LF of SIM7x00 and of
    an echo followed by its answer, a lone CR (V.250 with V0).

    Attributes:
        prompting: Set while a command waits for its prompt: only then is ``> `` a line of its own.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self.prompting = False

    def feed(self, data: bytes) -> list[str]:
        """The lines that are complete now, decoded as Latin-1, so that no byte is refused."""
        self._rest += data.replace(b"\0", b"")  # UARTs give NULs while a modem boots
        *whole, rest = re.split(rb"[\r\n]", bytes(self._rest))
        lines = [line for line in whole if line.strip()]
        if self.prompting and rest.lstrip().startswith(b">"):
            lines.append(PROMPT.encode())
            rest = b""
        self._rest = bytearray(b"" if len(rest) > LONGEST_LINE else rest)
        return [line.decode("latin-1") for line in lines]

    def drop(self) -> None:
        """Forget an unfinished line."""
        self._rest.clear()


class Part(enum.Enum):
    """What a line is to the command that is out."""

    ECHO = "echo"
    ANSWER = "answer"
    FINAL = "final"
    PROMPT = "prompt"
    UNASKED = "unasked"


#: Bare lines no command answers with: they always come unasked.
UNASKED = re.compile(
    r"(?:RDY|RING|POWERED DOWN|NORMAL POWER DOWN|PB DONE|SMS DONE|SMS READY|CALL READY|APP RDY|"
    r"SIM DROP|\+SIM (?:DROP|READY)|\+PBREADY|MODEM:STARTUP|SHUTDOWN|"
    r"(?:UNDER|OVER)-VOLTAGE \w{1,20})$",
    re.IGNORECASE,
)
#: Lines that a modem says once, when it has started: whatever it was told before is forgotten.
STARTED = re.compile(
    r"RDY$|\+AT: READY$|\^SYSSTART\b|\+PACSP\d$|\*ATREADY: 1$|MODEM:STARTUP$|START$"
)

#: Asked by one name, answered under another.
ALIASES: dict[str, frozenset[str]] = {
    "+CICCID": frozenset({"+ICCID"}),  # SIM7600
    "+CCID": frozenset({"+ICCID"}),
    "+ICCID": frozenset({"+CCID"}),
    "+QGDNRCNT": frozenset({"+QGDCNT"}),
    "+UCGED": frozenset({"+RSRP", "+RSRQ"}),  # SARA-R4 and LARA-R6, mode 5
}

#: Setting these answers nothing but OK: a line with their name is unasked.
SAY_LATER = frozenset(
    {"+CREG", "+CGREG", "+CEREG", "+C5GREG", "+CUSD", "+CGEREP", "+CNMI", "+QIND", "+CTZR",
     "+QSIMSTAT", "#QSS", "+CFUN", "+CPIN"}
)  # fmt: skip


#: The shortest rest of an echo that is taken for one: autobauding eats its beginning.
LEAST_ECHO = 3


@lru_cache(maxsize=256)
def _answers_to(body: str) -> frozenset[str]:
    """The names under which its commands may be answered."""
    names = {found.upper() for found in re.findall(r"[+#^!*$%][A-Za-z][A-Za-z0-9_]*", body)}
    return frozenset(names.union(*(ALIASES.get(name, ()) for name in names)))


@dataclass
class Exchange:
    """One command line and what belongs to it (cellular modems put anything in between).

    Attributes:
        command: The command line, ``AT`` included.
        lines: The answer so far, without the final result.
        final: The final result, once it came.
        echoed: Whether the command itself came back.
    """

    command: str
    lines: list[str] = field(default_factory=list)
    final: Final | None = None
    echoed: bool = False

    def __post_init__(self) -> None:
        self._said = self.command.strip().upper()
        body = self.command.strip()[2:]
        self._names = _answers_to(body)
        self._asks = body.rstrip().endswith("?") and not body.rstrip().endswith("=?")
        self._sets = "=" in body and not body.rstrip().endswith("=?")

    def take(self, line: str) -> Part:
        """Sort one line; answers and the final result are kept."""
        if line == PROMPT:
            return Part.PROMPT
        if self._is_echo(line):
            self.echoed = True
            return Part.ECHO
        final = final_of(line) or self._by_number(line)
        if final is not None:
            self.final = final
            return Part.FINAL
        if not self._belongs(line.strip()):
            return Part.UNASKED
        self.lines.append(line.strip())
        return Part.ANSWER

    def _is_echo(self, line: str) -> bool:
        """The command, whatever noise stands before it, or, as the first line, the end of it."""
        text = line.strip().upper()
        if text.endswith(self._said):
            return True
        first = not self.lines and not self.echoed
        return first and len(text) >= LEAST_ECHO and self._said.endswith(text)

    def _by_number(self, line: str) -> Final | None:
        """A result as V.250's V0 writes it, for what is asked before ATV1 can be said."""
        if self._names or self._said not in ("AT", "ATE0", "ATV1", "ATZ"):
            return None
        words = {"0": "OK", "4": "ERROR"}.get(line.strip())
        return None if words is None else final_of(words)

    def _belongs(self, text: str) -> bool:
        found = NAME.match(text)
        if found is None:
            return not (UNASKED.match(text) or STARTED.match(text))
        if STARTED.match(text):
            return False
        name = found[1].strip().upper()
        if name not in self._names or (self._sets and name in SAY_LATER):
            return False
        if name in LAYOUTS and self._asks:
            report = registration(text)
            return report is not None and report.n is not None  # without n it came unasked
        return True
