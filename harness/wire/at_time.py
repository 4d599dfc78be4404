"""A modem's clock: +CCLK (3GPP TS 27.007, 8.15) and Quectel's +QLTS."""

import re
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

#: A clock before this was never set: they begin at 80/01/06 (GPS), 70/01/01 or 00/01/01.
FIRST = 2020


class Reading(NamedTuple):
    """What a clock says.

    Attributes:
        at: The time with its zone; None when the clock was never set.
    """

    at: datetime | None


#: yy/MM/dd,hh:mm:ss and the zone in quarter hours; quotes, zone and daylight saving may be missing.
_TIME = re.compile(
    r'\+(?:CCLK|QLTS)\s?:\s{0,9}"?(\d{2,4})/(\d{1,2})/(\d{1,2}),(\d{1,2}):(\d{1,2}):(\d{1,2})'
    r'([+-]\d{1,2})?(?:,\d)?"?\s*$',
    re.ASCII,
)


def cclk(line: str) -> Reading | None:
    """Read +CCLK or +QLTS; None when it is neither, or no time."""
    if re.match(r'\+QLTS\s?:\s{0,9}""\s*$', line):
        return Reading(None)
    found = _TIME.match(line.strip())
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    if year < 100:
        year += 1900 if year >= 69 else 2000
    quarters = int(found[7] or 0)
    try:
        zone = timezone(timedelta(minutes=15 * quarters))
        at = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
    return Reading(at if year >= FIRST else None)
