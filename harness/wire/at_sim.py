"""What modems say of the SIM: its numbers, and that it was put in or taken out.

Sources: 3GPP TS 27.007 (5.6 +CIMI, 8.3 +CPIN, 8.18 +CRSM), TS 31.102 (4.2.2), ETSI TS 102 221 (13.2
EF-ICCID), ITU-T E.118; the makers' AT manuals for their own reports.
"""

import re
from collections.abc import Sequence

from harness.wire.at_fields import fields_of

ABSENT = "SIM NOT INSERTED"
_STATE = re.compile(
    r"(?:READY|NOT (?:READY|INSERTED)|SIM REMOVED|(?:SIM|PH-[A-Z]{1,8}) ?P[IU][NK]2?)$"
)


def cpin(line: str) -> str | None:
    """+CPIN: READY (TS 27.007, 8.3); the words may be quoted or lack the name."""
    fields = fields_of(line, "+CPIN", "")
    text = fields[0].text if fields else ""
    return text if _STATE.match(text) else None


def iccid(line: str) -> str | None:
    """The card's number from +QCCID, +CCID, ^ICCID, #CCID ... or bare; nibbles put right.

    It begins with 89 (ITU-T E.118); a raw EF-ICCID has its nibbles swapped and is padded with F.
    """
    found = re.search(r"(?<![0-9A-Fa-f])([0-9A-Fa-f]{18,20})(?![0-9A-Fa-f])", line)
    if not found:
        return None
    digits = found[1].upper()
    if not digits.startswith("89"):
        digits = re.sub(r"(.)(.)", r"\2\1", digits)
    digits = digits.rstrip("F")
    return digits if digits.startswith("89") else None


def crsm(line: str) -> str | None:
    """+CRSM: 144,0,"98..." (TS 27.007, 8.18): EF-ICCID as it is on the card."""
    fields = fields_of(line, "+CRSM")
    if not fields or len(fields) < 3 or fields[0].number not in (144, 145, 159):
        return None  # 90xx, 91xx and 9Fxx are successes (TS 102 221, 10.2.1)
    return iccid(fields[2].text)


def imsi(line: str) -> str | None:
    """+CIMI (TS 27.007, 5.6): the digits, bare, quoted or with the name before them."""
    found = re.fullmatch(r'\s*(?:\+CIMI\s?:\s?)?"?([0-9]{6,15})"?\s*', line)
    return found[1] if found else None


#: Reports of cards that come and go -> what they mean. None of their own says when it can be used.
_EVENTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), state)
    for pattern, state in (
        (r"\+QSIMSTAT ?: ?\d,0\b", ABSENT),  # Quectel
        (r"\+UUSIMSTAT ?: ?0\b", ABSENT),  # u-blox
        (r"\+UUSIMSTAT ?: ?1\b", "SIM PIN"),
        (r"\+UUSIMSTAT ?: ?2\b", "SIM PUK"),
        (r"\+UUSIMSTAT ?: ?6\b", "READY"),
        (r"#QSS ?: ?(?:\d, ?)?0$", ABSENT),  # Telit
        (r"#QSS ?: ?(?:\d, ?)?3$", "READY"),
        (r"\+SIM ?: ?Removed\b", ABSENT),  # Fibocom
        (r"\+SIM DROP\b", ABSENT),
        (r"\+SIM READY\b", "READY"),
        (r"\+SIMCARD ?: ?NOT AVAILABLE\b", ABSENT),  # SIMCom A76XX
        (r"\^SCKS ?: ?0\b", ABSENT),  # Cinterion
    )
)
#: What +CPIN calls a card that is not there.
_GONE = frozenset({"NOT INSERTED", "SIM REMOVED"})


def named(state: str) -> str:
    """A state as we name it: however a modem says that there is no card, it is one word."""
    return ABSENT if state in _GONE else state


def event(line: str) -> str | None:
    """What an unasked line says of the SIM, in the words of +CPIN; None for any other line."""
    text = line.strip()
    if text.startswith("+CPIN"):
        state = cpin(text)
        return None if state is None else named(state)
    return next((state for pattern, state in _EVENTS if pattern.match(text)), None)


def first_of(lines: Sequence[str]) -> str | None:
    """The card's number from the first line that has one."""
    return next(filter(None, map(iccid, lines)), None)
