"""Bytes sent and received, as the makers count them: (sent, received) of a whole answer.

Sources: Quectel EC25 and RG50x AT manuals (+QGDCNT, +QGDNRCNT); u-blox AT commands manual
(+UGCNTRD); Telit LE910 AT reference (#GDATAVOL); Huawei ME909s AT reference (^DSFLOWQRY).
"""

from collections.abc import Sequence

from harness.wire.at_fields import fields_of, numbers_of

Counted = tuple[int, int]


def qgdcnt(line: str) -> Counted | None:
    """+QGDCNT: sent,received, bytes."""
    values = numbers_of(fields_of(line, "+QGDCNT", "+QGDNRCNT") or [], 2)
    return (values[0], values[1]) if values and min(values) >= 0 else None


def ugcntrd(lines: Sequence[str]) -> Counted | None:
    """+UGCNTRD: cid,sent,received (session),sent,received (in all): a line for each context."""
    return _sum(lines, "+UGCNTRD", least=5, sent=3, received=4)


def gdatavol(lines: Sequence[str]) -> Counted | None:
    """#GDATAVOL: cid,in all,sent,received: a line for each context."""
    return _sum(lines, "#GDATAVOL", least=4, sent=2, received=3)


def dsflowqry(line: str) -> Counted | None:
    """^DSFLOWQRY: time,sent,received (last),time,sent,received (in all), hex."""
    fields = fields_of(line, "^DSFLOWQRY") or []
    if len(fields) < 6:
        return None
    sent, received = fields[4].hexadecimal, fields[5].hexadecimal
    return None if sent is None or received is None else (sent, received)


def _sum(
    lines: Sequence[str], name: str, *, least: int, sent: int, received: int
) -> Counted | None:
    rows = [row for line in lines if (row := numbers_of(fields_of(line, name) or [], least))]
    if not rows or any(min(row) < 0 for row in rows):
        return None
    return sum(row[sent] for row in rows), sum(row[received] for row in rows)
