"""What the lines of a modem say: the reports that come unasked, and all that 27.007 has.

Every reader takes a line as it came and returns None when it is not that line or cannot be one;
none raises. What the makers print besides is in the files beside this one. Sources: 3GPP TS 27.007
(clause named at each), TS 27.005; the makers' AT manuals for their own reports.
"""

import re
from dataclasses import dataclass

from harness.wire.at_context import PdpContext, cgact, cgcontrdp, cgdcont, cgpaddr
from harness.wire.at_counters import qgdcnt
from harness.wire.at_fields import fields_of
from harness.wire.at_registration import RegistrationReport, registration
from harness.wire.at_signal import Quality, cesq, csq, qcsq
from harness.wire.at_sim import cpin, iccid

__all__ = [
    "BearerEvent", "PdpContext", "Quality", "RegistrationReport", "bearer_event", "cesq",
    "cfun", "cgact", "cgcontrdp", "cgdcont", "cgev", "cgpaddr", "cmti", "cops", "cpin", "csq",
    "cusd", "cusd_coding", "iccid", "identity", "qcsq", "qgdcnt", "qiurc", "registration",
]  # fmt: skip

# --- unasked --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BearerEvent:
    """A report that the data bearer came or went.

    Attributes:
        up: True for an activation.
        cid: The context, None when all are meant (a detach) or none is named.
        by_network: Whether the network did it.
        text: The report's own words.
    """

    up: bool
    cid: int | None
    by_network: bool
    text: str


#: TS 27.007, 10.1.19: how the words of +CGEV begin -> up. Words not listed are not about a bearer.
_BEARER_WORDS: tuple[tuple[re.Pattern[str], bool], ...] = (
    (re.compile(r"(?:NW|ME|EPS) (?:PDN )?ACT\b"), True),  # EPS: A7670
    (re.compile(r"(?:NW|ME|EPS) (?:PDN )?DEACT\b"), False),
    (re.compile(r"(?:NW|ME) DETACH\b"), False),
    (re.compile(r'(?:NW|ME) CLASS "?CC\b'), False),  # A, B, C and CG all have packets (10.1.11)
)
#: The context: at once, or behind type and address (``NW DEACT IP, 10.0.0.1, 1``).
_CID = re.compile(
    r'\s{0,9}(?:"?(?:IP|IPV6|IPV4V6|PPP)"?\s{0,9},[^,]{1,64},\s{0,9})?(\d{1,3})\b(?!\.)'
)


def cgev(line: str) -> BearerEvent | None:
    """+CGEV: the events that bring or end a bearer; None for all others (REJECT, MODIFY ...)."""
    found = re.match(r"\s*\+CGEV\s*:\s*(.*?)\s*$", line)
    if not found:
        return None
    for pattern, up in _BEARER_WORDS:
        words = pattern.match(found[1])
        if words:
            number = _CID.match(found[1][words.end() :])
            cid = int(number[1]) if number and "DETACH" not in words[0] else None
            return BearerEvent(up, cid, words[0].startswith("NW"), found[1])
    return None


def qiurc(line: str) -> BearerEvent | None:
    """+QIURC: "pdpdeact",cid: the network took the context away (EC2x TCP/IP manual)."""
    fields = fields_of(line, "+QIURC")
    if not fields or fields[0].text != "pdpdeact":
        return None
    return BearerEvent(False, fields[1].number if len(fields) > 1 else None, True, "pdpdeact")


#: The makers' own reports of a data session -> up.
_SESSIONS: tuple[tuple[re.Pattern[str], bool], ...] = (
    (re.compile(r"\+UUPSDD ?: ?\d"), False),  # u-blox: a profile was deactivated
    (re.compile(r"\+UUPSDA ?: ?0\b"), True),  # u-blox: activated; other numbers are failures
    (re.compile(r"\+MIPCALL ?: ?0$"), False),  # Fibocom
    (re.compile(r"\+MIPCALL ?: ?\d+\.\d"), True),
    (re.compile(r"\+CIPEVENT ?: ?NETWORK CLOSED"), False),  # SIMCom
)


def session(line: str) -> BearerEvent | None:
    """What a maker's own report says of the data session; None for any other line."""
    text = line.strip()
    up = next((up for pattern, up in _SESSIONS if pattern.match(text)), None)
    return None if up is None else BearerEvent(up, None, not up, text)


def bearer_event(line: str) -> BearerEvent | None:
    """What an unasked line says of the data bearer, by the standard's or by a maker's report."""
    return cgev(line) or qiurc(line) or session(line)


def cmti(line: str) -> tuple[str, int] | None:
    """+CMTI: "ME",3: a message came (TS 27.005, 3.4.1): storage and index."""
    fields = fields_of(line, "+CMTI")
    if not fields or len(fields) < 2 or fields[1].number is None:
        return None
    return fields[0].text, fields[1].number


def cusd_coding(line: str) -> int | None:
    """The coding scheme of a +CUSD line (TS 23.038, 5); None when it names none."""
    fields = fields_of(line, "+CUSD")
    return fields[2].number if fields and len(fields) > 2 else None


def cusd(line: str) -> tuple[int, str] | None:
    """+CUSD: m,"text",dcs (TS 27.007, 7.15); the text as it came."""
    fields = fields_of(line, "+CUSD")
    if not fields or fields[0].number is None:
        return None
    return fields[0].number, fields[1].text if len(fields) > 1 else ""


def identity(line: str) -> str:
    """A line of +CGMI, +CGMM, +CGMR or +CGSN without the name and quotes that some give it."""
    return line.partition(": ")[2].strip('"') if line.startswith(("+", "#")) else line.strip('"')


def cfun(line: str) -> int | None:
    """+CFUN: level (TS 27.007, 8.2)."""
    fields = fields_of(line, "+CFUN")
    return fields[0].number if fields else None


def cops(line: str) -> tuple[int, str, int | None] | None:
    """+COPS: mode,format,operator,AcT (TS 27.007, 7.3): mode, operator, access technology."""
    fields = fields_of(line, "+COPS")
    if not fields or fields[0].number is None:
        return None
    operator = fields[2].text if len(fields) > 2 else ""
    return fields[0].number, operator, fields[3].number if len(fields) > 3 else None
