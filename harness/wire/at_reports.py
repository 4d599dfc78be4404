"""What the lines of a modem say: parsers for answers and unasked reports.

Every parser takes a line as it came and returns None when it is not that line or cannot be one;
none raises. Sources: 3GPP TS 27.007 (clause named at each), TS 27.005, Quectel EC2x AT manuals.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple


class Field(NamedTuple):
    """One parameter of a line: its text without quotes, and whether it had them."""

    text: str
    quoted: bool

    @property
    def number(self) -> int | None:
        """The value of a decimal number, quoted or not; None for anything else."""
        return int(self.text) if re.fullmatch(r"[+-]?\d{1,18}", self.text) else None


def split(line: str) -> tuple[str, list[Field]]:
    """The name before the colon (``""`` when there is none) and the parameters after it.

    Commas inside quotes or parentheses do not separate; a quote left open ends with the line.
    """
    found = re.match(r"\s*([+#^!*$%&][A-Za-z0-9_ ]*?)\s*:", line)
    name = found[1].strip().upper() if found else ""
    rest = line[found.end() :] if found else line
    tokens = re.findall(r'(?:"[^"]*"?|\([^)]*\)?|[^,"(])+|(?<=,)(?=,|$)|^(?=,)', rest.strip())
    return name, [_field(token) for token in tokens]


def _field(token: str) -> Field:
    text = token.strip()
    quoted = text.startswith('"')
    return Field(text.strip('"') if quoted else text, quoted)


def fields_of(line: str, *names: str) -> list[Field] | None:
    """The parameters of a line with one of these names."""
    name, fields = split(line)
    return fields if name in names else None


def _numbers(fields: list[Field], least: int) -> list[int] | None:
    values = [field.number for field in fields]
    whole = [value for value in values if value is not None]
    return whole if len(whole) == len(values) >= least else None


# --- registration ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RegistrationReport:
    """+CREG, +CGREG, +CEREG, +C5GREG (TS 27.007, 7.2, 10.1.20, 10.1.22, 10.1.47).

    Attributes:
        stat: 0 idle, 1 home, 2 searching, 3 denied, 4 unknown, 5 roaming, 6.. see the clause.
        n: The reporting level; None in the unasked form.
        area: LAC or TAC, hex text.
        cell: Cell identity, hex text.
        act: Access technology (7 is E-UTRAN).
        cause_type: 0: ``cause`` is an (E)MM cause of TS 24.008/24.301; 1: the maker's own.
        cause: Reject cause.
    """

    stat: int
    n: int | None = None
    area: str = ""
    cell: str = ""
    act: int | None = None
    cause_type: int | None = None
    cause: int | None = None


#: The order of what follows stat.
LAYOUTS: dict[str, tuple[str, ...]] = {
    "+CREG": ("area", "cell", "act", "cause_type", "cause"),
    "+CGREG": ("area", "cell", "act", "rac", "cause_type", "cause"),
    "+CEREG": ("area", "cell", "act", "cause_type", "cause"),
    "+C5GREG": ("area", "cell", "act", "nssai_length", "nssai", "cause_type", "cause"),
}
_HEX = re.compile(r"[0-9A-Fa-f]+$")


def _short_decimal(field: Field) -> bool:
    return not field.quoted and re.fullmatch(r"\d{1,2}", field.text) is not None


def _says_n(name: str, fields: list[Field]) -> bool:
    """Whether n stands before stat: some modems send the read form unasked, so shape decides."""
    if len(fields) < 2 or not _short_decimal(fields[1]):
        return False
    if len(fields) == 2:
        return True
    third = fields[2]
    if not third.text:
        return True
    if name == "+CEREG" and _is_rac(fields, 2):
        return False
    return third.quoted or (len(third.text) >= 4 and _HEX.match(third.text) is not None)


def _is_rac(fields: list[Field], at: int) -> bool:
    """CEREG of some modems has a RAC, two hex digits at most, before the cell."""
    return (
        len(fields) > at + 1
        and re.fullmatch(r"[0-9A-Fa-f]{1,2}", fields[at].text) is not None
        and len(fields[at + 1].text) > 2
        and _HEX.match(fields[at + 1].text) is not None
    )


def registration(line: str) -> RegistrationReport | None:
    """Read any registration line, asked for or not."""
    name, fields = split(line)
    if name not in LAYOUTS or not fields:
        return None
    n = None
    if _says_n(name, fields):
        n, fields = fields[0].number, fields[1:]
    stat = fields[0].number
    if stat is None or not 0 <= stat <= 11:
        return None
    rest = fields[1:]
    if name == "+CEREG" and _is_rac(rest, 1):
        rest = [rest[0], *rest[2:]]
    found = dict(zip(LAYOUTS[name], rest, strict=False))
    number = {key: field.number for key, field in found.items() if not field.text.startswith("(")}
    return RegistrationReport(
        stat,
        n,
        found["area"].text if "area" in found else "",
        found["cell"].text if "cell" in found else "",
        number.get("act"),
        number.get("cause_type"),
        number.get("cause"),
    )


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
    values = _numbers(fields_of(line, "+CSQ") or [], 1)
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
    values = _numbers(fields_of(line, "+CESQ") or [], 6)
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
    values = _numbers(fields_of(line, "+CGACT") or [], 2)
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
    values = _numbers(fields_of(line, "+QGDCNT", "+QGDNRCNT") or [], 2)
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
