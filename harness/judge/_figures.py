"""Amounts of money as a display writes them."""

import re

#: 12.34, 1,234.50, 1.234,50, 12 345.67; no date, no time of day, no version.
_AMOUNT = re.compile(r"(?<![\d.,:])(\d{1,3}(?:[.,' ]\d{3})+|\d+)[.,](\d{2})(?![.,:]?\d)")


def amounts_in(text: str) -> list[int]:
    """Minor units of what may be an amount with two digits behind its point."""
    return [int(re.sub(r"\D", "", whole) + cents) for whole, cents in _AMOUNT.findall(text)]


def akin(one: int, other: int) -> bool:
    """Whether one is the other with digits lost or added: 123.45 for 1234.56, 120.00 for 12.00."""
    mine, theirs = str(one), str(other)
    return mine.startswith(theirs) or theirs.startswith(mine)


def is_cut(one: object, other: object) -> bool:
    """Whether one is the other without its first or its last digits: 345.67 for 12345.67."""
    if not (isinstance(one, int) and isinstance(other, int) and 0 < one < other):
        return False
    return str(other).startswith(str(one)) or str(other).endswith(str(one))
