"""AT, the client's half: bytes to lines, lines to what they are.

Pure: bytes in, words out, no clock and no port. What a modem may do to its reader is taken from
ITU-T V.250 (5.7 responses, 5.7.1 result codes), 3GPP TS 27.007 (9.2 ``+CME ERROR``) and TS 27.005
(3.2.5 ``+CMS ERROR``); what modems really do besides is said where it is stood.

``LineSplitter`` cuts the stream, ``final_of`` knows the lines that end an answer, ``Exchange``
sorts the lines that come while one command is out: echo, answer, final result, or somebody
else's. The parameters of the lines are read in ``harness.wire.at_reports``.
"""

import enum
import re
from dataclasses import dataclass, field
from functools import lru_cache

from harness.wire.at_fields import NAME
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


# --- final results --------------------------------------------------------------------------

#: V.250, table 1: result code -> its number under V0. ``OK`` alone is a success.
RESULT_NUMBERS: dict[str, int] = {
    "OK": 0, "CONNECT": 1, "RING": 2, "NO CARRIER": 3, "ERROR": 4, "NO DIALTONE": 6, "BUSY": 7,
    "NO ANSWER": 8,
}  # fmt: skip

#: How a line that ends an answer begins -> whether the command succeeded. The first that fits wins.
FINALS: tuple[tuple[re.Pattern[str], bool], ...] = (
    (re.compile(r"OK$"), True),
    (re.compile(r"CONNECT\b"), True),
    (re.compile(r"\+CM[ES] ERROR\s*:"), False),
    (re.compile(r"ERROR$"), False),
    (re.compile(r"(?:NO CARRIER|NO ANSWER|NO DIALTONE|BUSY|ABORTED)$"), False),
    (re.compile(r"COMMAND NOT SUPPORT"), False),  # Neoway, ZTE
    (re.compile(r"MODEM ERROR\s*:"), False),
    (re.compile(r"NA$"), False),
)

_ENDS = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in FINALS))

#: 3GPP TS 27.007, 9.2. 102..146: NAS causes plus 100 (``nas_cause``).
CME_CAUSES: dict[int, str] = {
    0: "phone failure", 1: "no connection to phone", 2: "phone-adaptor link reserved",
    3: "operation not allowed", 4: "operation not supported", 5: "PH-SIM PIN required",
    6: "PH-FSIM PIN required", 7: "PH-FSIM PUK required", 10: "SIM not inserted",
    11: "SIM PIN required", 12: "SIM PUK required", 13: "SIM failure", 14: "SIM busy",
    15: "SIM wrong", 16: "incorrect password", 17: "SIM PIN2 required", 18: "SIM PUK2 required",
    20: "memory full", 21: "invalid index", 22: "not found", 23: "memory failure",
    24: "text string too long", 25: "invalid characters in text string",
    26: "dial string too long", 27: "invalid characters in dial string", 30: "no network service",
    31: "network timeout", 32: "network not allowed, emergency calls only",
    40: "network personalization PIN required", 41: "network personalization PUK required",
    42: "network subset personalization PIN required",
    43: "network subset personalization PUK required",
    44: "service provider personalization PIN required",
    45: "service provider personalization PUK required",
    46: "corporate personalization PIN required", 47: "corporate personalization PUK required",
    48: "hidden key required", 49: "EAP method not supported", 50: "incorrect parameters",
    51: "command implemented but currently disabled", 52: "command aborted by user",
    53: "not attached to network due to MT functionality restrictions",
    54: "modem not allowed, MT restricted to emergency calls only",
    55: "operation not allowed because of MT functionality restrictions",
    56: "fixed dial number only allowed, called number is not a fixed dial number",
    57: "temporarily out of service due to other MT usage",
    58: "language/alphabet not supported", 59: "unexpected data value", 60: "system failure",
    61: "data missing", 62: "call barred", 63: "message waiting indication subscription failure",
    100: "unknown", 103: "illegal MS", 106: "illegal ME", 107: "GPRS services not allowed",
    108: "GPRS and non-GPRS services not allowed", 111: "PLMN not allowed",
    112: "location area not allowed", 113: "roaming not allowed in this location area",
    114: "GPRS services not allowed in this PLMN",
    115: "no suitable cells in location area", 119: "ESM failure", 122: "congestion",
    126: "insufficient resources", 127: "missing or unknown APN",
    128: "unknown PDP address or PDP type", 129: "user authentication failed",
    130: "request rejected by gateway", 131: "request rejected, unspecified",
    132: "service option not supported", 133: "requested service option not subscribed",
    134: "service option temporarily out of order", 148: "unspecified GPRS error",
    149: "PDP authentication failure", 150: "invalid mobile class",
    151: "last PDN disconnection not allowed", 171: "last PDN disconnection not allowed",
}  # fmt: skip

#: 3GPP TS 27.005, 3.2.5.
CMS_CAUSES: dict[int, str] = {
    300: "ME failure", 301: "SMS service of ME reserved", 302: "operation not allowed",
    303: "operation not supported", 304: "invalid PDU mode parameter",
    305: "invalid text mode parameter", 310: "SIM not inserted", 311: "SIM PIN required",
    312: "PH-SIM PIN required", 313: "SIM failure", 314: "SIM busy", 315: "SIM wrong",
    316: "SIM PUK required", 317: "SIM PIN2 required", 318: "SIM PUK2 required",
    320: "memory failure", 321: "invalid memory index", 322: "memory full",
    330: "SMSC address unknown", 331: "no network service",
    332: "network timeout", 340: "no +CNMA acknowledgement expected", 500: "unknown error",
}  # fmt: skip


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower()).replace("personalisation", "personalization")


_BY_TEXT = {
    "CME": {_letters(text): code for code, text in reversed(CME_CAUSES.items())},
    "CMS": {_letters(text): code for code, text in reversed(CMS_CAUSES.items())},
}


@dataclass(frozen=True, slots=True)
class Final:
    """The line that ended an answer.

    Attributes:
        ok: Whether the command succeeded.
        text: The line as it came.
        family: ``CME``, ``CMS`` or ``""``.
        code: The number of a +CME/+CMS ERROR; None when it came empty or with unknown words.
        cause: The code in words, else what the modem said.
    """

    ok: bool
    text: str
    family: str = ""
    code: int | None = None
    cause: str = ""

    @property
    def nas_cause(self) -> int | None:
        """The cause of TS 24.301 behind a +CME ERROR of 102..146 (TS 27.007, 9.2.2), or None."""
        return nas_cause(self.code) if self.family == "CME" else None


def nas_cause(code: int | None) -> int | None:
    """CME = 100 + NAS cause for 102..146; None for any other code."""
    return code - 100 if code is not None and 102 <= code <= 146 else None


def final_of(line: str) -> Final | None:
    """What a final result line says; None for any other line."""
    text = line.strip()
    if not _ENDS.match(text):
        return None
    ok = next(ok for pattern, ok in FINALS if pattern.match(text))
    found = re.match(r"\+(CM[ES]) ERROR\s*:\s*(.*)$", text)
    if not found:
        return Final(ok, text, cause="" if ok else text.lower())
    family, said = found[1], found[2].strip().strip('"')
    code = int(said) if re.fullmatch(r"\d{1,5}", said) else _BY_TEXT[family].get(_letters(said))
    names = CME_CAUSES if family == "CME" else CMS_CAUSES
    words = names.get(code, "") if code is not None else ""
    return Final(ok, text, family, code, words or said or "no cause given")


# --- one command and the lines that come meanwhile ------------------------------------------


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
