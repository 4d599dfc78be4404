"""A modem looked at before a run, by its own driver on a dialogue."""

import pytest

from harness.drivers.quectel import Driver
from harness.survey.camp import camp
from harness.survey.findings import BAD, OK, WARN
from harness.testing import Pair, replay
from harness.tests.drivers.modem_talk import start

READY: Pair = ("AT+CPIN?", "+CPIN: READY\nOK")
HOME: Pair = ("AT+CEREG?", '+CEREG: 3,1,"DE10","5F1EA15",7\nOK')
CELL: Pair = (
    'AT+QENG="servingcell"',
    '+QENG: "servingcell","NOCONN","LTE","FDD",001,01,5F1EA15,1,1850,3,5,5,DE10,-81,-10,-52\nOK',
)


def _level(dbm: int) -> Pair:
    return ("AT+QCSQ", f'+QCSQ: "LTE",-52,{dbm},195,-10\nOK')


@pytest.mark.parametrize(
    ("talk", "wanted"),
    [
        (
            [READY, HOME, _level(-81), CELL],
            [("sim", OK), ("registration", OK), ("signal", OK), ("cell", OK)],
        ),
        (
            [READY, HOME, _level(-115), CELL],
            [("sim", OK), ("registration", OK), ("signal", WARN), ("cell", OK)],
        ),
        ([READY, ("AT+CEREG?", "+CEREG: 3,3,,,,0,15\nOK")], [("sim", OK), ("registration", WARN)]),
        ([("AT+CPIN?", "+CPIN: SIM PIN\nOK")], [("sim", BAD)]),
        ([("AT+CPIN?", "+CME ERROR: 10")], [("sim", BAD)]),
    ],
)
def test_a_modem_is_told_with_what_hinders_it(
    talk: list[Pair], wanted: list[tuple[str, str]]
) -> None:
    """Card, network, signal; each with how to mend it, and the cause of a denial."""
    with replay(Driver, [*start(Driver), *talk]) as modem:
        rows = list(camp(modem))

    assert [row[:2] for row in rows] == wanted
    assert all(row[3] for row in rows if row[1] != OK)


def test_a_denial_is_told_with_its_cause() -> None:
    """The number that the carrier will ask for."""
    denied: Pair = ("AT+CEREG?", "+CEREG: 3,3,,,,0,15\nOK")
    with replay(Driver, [*start(Driver), READY, denied]) as modem:
        *_, row = camp(modem)

    assert row[2].startswith("denied, cause 15")
