"""Registration lines: +CREG, +CGREG, +CEREG, +C5GREG, asked for and unasked.

The same name is used for both, and modems mix the forms up, so shape decides (3GPP TS 27.007, 7.2,
10.1.20, 10.1.22, 10.1.47).
"""

import re
from dataclasses import dataclass

from harness.wire.at_fields import Field, split


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


def _could_be_stat(field: Field) -> bool:
    """A number of two digits; Iridium's modems write zeros in front."""
    return not field.quoted and re.fullmatch(r"0{0,2}[0-9]{1,2}", field.text) is not None


def _says_n(name: str, fields: list[Field]) -> bool:
    """Whether n stands before stat: some modems send the read form unasked, so shape decides."""
    if len(fields) < 2 or not _could_be_stat(fields[1]):
        return False
    if len(fields) == 2:
        return len(fields[1].text) <= 3
    third = fields[2]
    if len(fields[1].text) > 3:  # as wide as an area, which has quotes where its cell has
        return third.quoted
    if not third.text:
        return True
    if name == "+CEREG" and _is_rac(fields, 2):
        return False
    if third.quoted or (len(third.text) >= 4 and _HEX.match(third.text) is not None):
        return True
    return len(fields) > 3 and not _may_be_act(fields[3])


def _may_be_act(field: Field) -> bool:
    """Without n the fourth would be the access technology (TS 27.007, 7.3): 0 to 13, or nothing."""
    return not field.text or (field.number is not None and 0 <= field.number <= 13)


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
