"""The parameters of one line of a modem: its name, and its fields with or without quotes."""

import re
from typing import NamedTuple

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_TOKEN = re.compile(r'(?:"[^"]*"?|\([^)]*\)?|[^,"(])+|(?<=,)(?=,|$)|^(?=,)')


class Field(NamedTuple):
    """One parameter of a line: its text without quotes, and whether it had them."""

    text: str
    quoted: bool

    @property
    def number(self) -> int | None:
        """The value of a decimal number, quoted or not; None for anything else."""
        return int(self.text) if _NUMBER.fullmatch(self.text) else None

    @property
    def real(self) -> float | None:
        """The value of a number with or without a fraction; None for anything else."""
        found = re.fullmatch(r"[+-]?[0-9]{1,18}(?:\.[0-9]{0,18})?", self.text)
        return float(self.text) if found else None

    @property
    def hexadecimal(self) -> int | None:
        """The value of hex digits, with or without ``0x``; None for anything else."""
        found = re.fullmatch(r"(?:0[xX])?([0-9A-Fa-f]{1,16})", self.text)
        return int(found[1], 16) if found else None


#: What stands before the colon. Bounded, so that no line takes long to look at.
NAME = re.compile(r"\s{0,9}([+#^!*$%&][A-Za-z0-9_]{0,31}(?: [A-Za-z]{1,16})?)\s{0,9}:")


def split(line: str) -> tuple[str, list[Field]]:
    """The name before the colon (``""`` when there is none) and the parameters after it.

    Commas inside quotes or parentheses do not separate; a quote left open ends with the line.
    """
    found = NAME.match(line)
    name = found[1].strip().upper() if found else ""
    rest = line[found.end() :] if found else line
    return name, [_field(token) for token in _TOKEN.findall(rest.strip())]


def _field(token: str) -> Field:
    text = token.strip()
    quoted = text.startswith('"')
    return Field(text.strip('"') if quoted else text, quoted)


def fields_of(line: str, *names: str) -> list[Field] | None:
    """The parameters of a line with one of these names."""
    name, fields = split(line)
    return fields if name in names else None


def numbers_of(fields: list[Field], least: int) -> list[int] | None:
    """All of them as numbers; None when one is none, or there are fewer than ``least``."""
    values = [field.number for field in fields]
    whole = [value for value in values if value is not None]
    return whole if len(whole) == len(values) >= least else None
