"""A modem's clock, with and without what it should have."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from harness.wire.at_time import Reading, cclk

PLUS_2 = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('+CCLK: "26/05/06,12:34:56+08"', datetime(2026, 5, 6, 12, 34, 56, tzinfo=PLUS_2)),
        ("+CCLK: 26/05/06,12:34:56+08", datetime(2026, 5, 6, 12, 34, 56, tzinfo=PLUS_2)),
        ('+CCLK:   "26/05/06,12:34:56+08"', datetime(2026, 5, 6, 12, 34, 56, tzinfo=PLUS_2)),
        ('+CCLK: "26/05/06,12:34:56"', datetime(2026, 5, 6, 12, 34, 56, tzinfo=UTC)),
        (
            '+CCLK: "26/05/06,12:34:56-14"',
            datetime(2026, 5, 6, 12, 34, 56, tzinfo=timezone(timedelta(hours=-3.5))),
        ),
        ('+CCLK: "2026/05/06,12:34:56+08,1"', datetime(2026, 5, 6, 12, 34, 56, tzinfo=PLUS_2)),
        ('+QLTS: "2026/05/06,12:34:56+08,0"', datetime(2026, 5, 6, 12, 34, 56, tzinfo=PLUS_2)),
        ('+CCLK: "80/01/06,00:00:12+00"', None),
        ('+CCLK: "70/01/01,00:00:12"', None),
        ('+CCLK: "00/01/01,00:00:12+00"', None),
        ('+QLTS: ""', None),
    ],
)
def test_a_time_is_read_and_one_never_set_is_none(line: str, wanted: datetime | None) -> None:
    """Quotes, zone and century may be missing; the zone counts in quarter hours."""
    assert cclk(line) == Reading(wanted)


@pytest.mark.parametrize(
    "line", ['+CCLK: "26/13/06,12:34:56"', "+CCLK:", '+CCLK: "26/05/06,25:00:00"', "+CSQ: 1,2", ""]
)
def test_nonsense_is_no_time(line: str) -> None:
    """None, which is not the same as a clock that was never set."""
    assert cclk(line) is None
