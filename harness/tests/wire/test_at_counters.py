"""Bytes sent and received, from lines as modems print them."""

from typing import Any

import pytest

from harness.wire.at_counters import dsflowqry, gdatavol, qgdcnt, ugcntrd


@pytest.mark.parametrize(
    ("read", "said", "wanted"),
    [
        (qgdcnt, "+QGDCNT: 3832,4618", (3832, 4618)),
        (qgdcnt, "+QGDNRCNT: 1,2", (1, 2)),
        (qgdcnt, "+QGDCNT: -1,4", None),
        (ugcntrd, ["+UGCNTRD: 31,2704,1819,2724,1839"], (2724, 1839)),
        (ugcntrd, ["+UGCNTRD: 1, 100, 0, 100, 0", "+UGCNTRD: 4,1,2,10,20"], (110, 20)),
        (ugcntrd, ["+UGCNTRD: 1,2"], None),
        (gdatavol, ["#GDATAVOL: 1,729418,11,729407"], (11, 729407)),
        (gdatavol, ["#GDATAVOL: 1,3,1,2", "#GDATAVOL: 2,7,3,4"], (4, 6)),
        (gdatavol, ["OK"], None),
        (
            dsflowqry,
            "^DSFLOWQRY:00000010,0000000000000001,0000000000000002,0000019A,000000000000AB00,00000000000000FF",
            (0xAB00, 0xFF),
        ),
        (dsflowqry, "^DSFLOWQRY:1,2", None),
    ],
)
def test_counters_are_read(read: Any, said: Any, wanted: tuple[int, int] | None) -> None:
    """Sent and received, of all contexts together."""
    assert read(said) == wanted
