"""What the lines of a modem say: parsers for answers and unasked reports.

Every parser takes a line as it came and returns None when it is not that line or cannot be one;
none raises. Sources: 3GPP TS 27.007 (clause named at each), TS 27.005, Quectel EC2x AT manuals.
"""

import re
from dataclasses import dataclass

from harness.wire.at_fields import fields_of, numbers_of
from harness.wire.at_registration import RegistrationReport, registration

__all__ = [
    "BearerEvent", "PdpContext", "Quality", "RegistrationReport", "cesq", "cgact", "cgdcont",
    "cgev", "cgpaddr", "cmti", "cops", "cpin", "csq", "cusd", "iccid", "qcsq", "qgdcnt", "qiurc",
    "registration",
]  # fmt: skip

# --- signal ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quality:
    """Signal quality; None where the modem does not know (99, 255, no service).

    Attributes:
        rsrp: dBm.
        rsrq: dB.
        rssi: dBm.
        sinr: dB.
        system: What the modem calls the access technology, else ``""``.
    """

    rsrp: float | None = None
    rsrq: float | None = None
    rssi: float | None = None
    sinr: float | None = None
    system: str = ""


def csq(line: str) -> Quality | None:
    """+CSQ: rssi,ber (TS 27.007, 8.5): 0..31 is -113 + 2 n dBm, 99 unknown, 100.. TD-SCDMA."""
    values = numbers_of(fields_of(line, "+CSQ") or [], 1)
    if values is None:
        return None
    level = values[0]
    if level <= 31:
        return Quality(rssi=-113.0 + 2 * level)
    if 100 <= level <= 191:
        return Quality(rssi=level - 216.0)
    return Quality()


def cesq(line: str) -> Quality | None:
    """+CESQ: rxlev,ber,rscp,ecno,rsrq,rsrp (TS 27.007, 8.69); 99 and 255 are unknown."""
    values = numbers_of(fields_of(line, "+CESQ") or [], 6)
    if values is None:
        return None
    rsrq, rsrp, rxlev = values[4], values[5], values[0]
    return Quality(
        rsrp=rsrp - 141.0 if rsrp <= 97 else None,
        rsrq=rsrq / 2 - 20.0 if rsrq <= 34 else None,
        rssi=rxlev - 111.0 if rxlev <= 63 else None,
    )


def qcsq(line: str) -> Quality | None:
    """+QCSQ: "LTE",rssi,rsrp,sinr,rsrq with sinr 0..250 (n/5 - 20 dB); NR5G-SA has no RSSI."""
    fields = fields_of(line, "+QCSQ")
    if not fields or not fields[0].quoted:
        return None
    system, values = fields[0].text, [field.number for field in fields[1:]]
    if system in ("LTE", "CAT-M1", "eMTC", "CAT-NB1", "NBIoT") and len(values) >= 4:
        rssi, rsrp, sinr, rsrq = values[:4]
        return Quality(rsrp, rsrq, rssi, None if sinr is None else sinr / 5 - 20, system)
    if system.startswith("NR5G") and len(values) >= 3:
        rsrp, sinr, rsrq = values[:3]
        return Quality(rsrp, rsrq, None, sinr, system)
    return Quality(rssi=values[0] if values else None, system=system)


# --- SIM, contexts, counters ----------------------------------------------------------------


def cpin(line: str) -> str | None:
    """+CPIN: READY (TS 27.007, 8.3); the words may be quoted or lack the name."""
    fields = fields_of(line, "+CPIN", "")
    known = re.compile(r"(?:READY|NOT (?:READY|INSERTED)|(?:SIM|PH-\w+) ?P[IU][NK]2?)$")
    text = fields[0].text if fields else ""
    return text if known.match(text) else None


def iccid(line: str) -> str | None:
    """The card's number from +QCCID, +CCID, ^ICCID, #CCID ... or bare; nibbles put right.

    It begins with 89 (ITU-T E.118); a raw EF-ICCID has its nibbles swapped and is padded with F.
    """
    found = re.search(r"\b([0-9A-Fa-f]{18,20})\b", line)
    if not found:
        return None
    digits = found[1].upper()
    if not digits.startswith("89"):
        digits = re.sub(r"(.)(.)", r"\2\1", digits)
    digits = digits.rstrip("F")
    return digits if digits.startswith("89") else None


@dataclass(frozen=True, slots=True)
class PdpContext:
    """+CGDCONT: cid,type,apn,address,.. (TS 27.007, 10.1.1)."""

    cid: int
    kind: str
    apn: str = ""
    address: str = ""


def cgdcont(line: str) -> PdpContext | None:
    """Read one context definition."""
    fields = fields_of(line, "+CGDCONT")
    if not fields or fields[0].number is None or len(fields) < 2:
        return None
    texts = [field.text for field in fields] + ["", ""]
    return PdpContext(fields[0].number, texts[1], texts[2], texts[3])


def cgact(line: str) -> tuple[int, bool] | None:
    """+CGACT: cid,state (TS 27.007, 10.1.10)."""
    values = numbers_of(fields_of(line, "+CGACT") or [], 2)
    return (values[0], values[1] == 1) if values else None


def cgpaddr(line: str) -> tuple[int, str] | None:
    """+CGPADDR: cid,address (TS 27.007, 10.1.14); the address may be quoted, 0.0.0.0 or absent."""
    fields = fields_of(line, "+CGPADDR")
    if not fields or fields[0].number is None:
        return None
    address = fields[1].text if len(fields) > 1 else ""
    return fields[0].number, "" if address == "0.0.0.0" else address  # noqa: S104 - no bind


def qgdcnt(line: str) -> tuple[int, int] | None:
    """+QGDCNT: sent,received, bytes."""
    values = numbers_of(fields_of(line, "+QGDCNT", "+QGDNRCNT") or [], 2)
    return (values[0], values[1]) if values and min(values) >= 0 else None


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
    (re.compile(r"(?:NW|ME) (?:PDN )?ACT\b"), True),
    (re.compile(r"(?:NW|ME) (?:PDN )?DEACT\b"), False),
    (re.compile(r"(?:NW|ME) (?:DETACH|CLASS)\b"), False),
)


def cgev(line: str) -> BearerEvent | None:
    """+CGEV: the events that bring or end a bearer; None for all others (REJECT, MODIFY ...)."""
    found = re.match(r"\s*\+CGEV\s*:\s*(.*?)\s*$", line)
    if not found:
        return None
    for pattern, up in _BEARER_WORDS:
        words = pattern.match(found[1])
        if words:
            number = re.match(r"\s*(\d+)", found[1][words.end() :])
            cid = int(number[1]) if number and "DETACH" not in words[0] else None
            return BearerEvent(up, cid, words[0].startswith("NW"), found[1])
    return None


def qiurc(line: str) -> BearerEvent | None:
    """+QIURC: "pdpdeact",cid: the network took the context away (EC2x TCP/IP manual)."""
    fields = fields_of(line, "+QIURC")
    if not fields or fields[0].text != "pdpdeact":
        return None
    return BearerEvent(False, fields[1].number if len(fields) > 1 else None, True, "pdpdeact")


def cmti(line: str) -> tuple[str, int] | None:
    """+CMTI: "ME",3: a message came (TS 27.005, 3.4.1): storage and index."""
    fields = fields_of(line, "+CMTI")
    if not fields or len(fields) < 2 or fields[1].number is None:
        return None
    return fields[0].text, fields[1].number


def cusd(line: str) -> tuple[int, str] | None:
    """+CUSD: m,"text",dcs (TS 27.007, 7.15); the text as it came."""
    fields = fields_of(line, "+CUSD")
    if not fields or fields[0].number is None:
        return None
    return fields[0].number, fields[1].text if len(fields) > 1 else ""


def cops(line: str) -> tuple[int, str, int | None] | None:
    """+COPS: mode,format,operator,AcT (TS 27.007, 7.3): mode, operator, access technology."""
    fields = fields_of(line, "+COPS")
    if not fields or fields[0].number is None:
        return None
    operator = fields[2].text if len(fields) > 2 else ""
    return fields[0].number, operator, fields[3].number if len(fields) > 3 else None
