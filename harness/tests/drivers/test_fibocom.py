"""The Fibocom driver: the manuals of L860, L716 and FM350 as dialogues."""

import re

import pytest

from harness.drivers.fibocom import IDENTITY, Driver
from harness.errors import NotSupported
from harness.testing import Pair, replay
from harness.tests.drivers.modem_talk import Heard, start

START = start(Driver)
CELLS = """+GTCCINFO:
LTE service cell:
1,4,262,1,05D5,0019BF801,1300,358,103,100,13,60,60,22
LTE neighbor cell:
2,4,,,FFFF,00FFFFFFF,1850,137,,41,41,71
OK"""


def test_an_l860_as_a_dialogue() -> None:
    """Signal from the XMM's own report, the cell from a row without a name."""
    talk: list[Pair] = [
        *START,
        ("AT+CGMI", '+CGMI: "Fibocom Wireless Inc."\nOK'),
        ("AT+CGMM", '+CGMM: "L860-GL-16","L860"\nOK'),
        ("AT+CGMR", '+CGMR: "18600.5001.00.01.16.34"\nOK'),
        ("AT+CGSN", '+CGSN: "015600000000001"\nOK'),
        ("AT+CCID", "+CCID: 8949000000000000016\nOK"),
        ("AT+XCESQ?", "+XCESQ: 0,99,99,255,255,19,46,32\nOK"),
        ("AT+GTCCINFO?", CELLS),
    ]

    with replay(Driver, talk) as modem:
        assert re.search(IDENTITY, modem.identify())
        assert modem.iccid() == "8949000000000000016"
        signal = modem.signal()
        assert (signal.rsrp, signal.rsrq, signal.sinr) == (-95, -10.5, 16)
        cell = modem.serving_cell()

    assert cell is not None
    assert (cell.technology, cell.plmn, cell.area, cell.band) == ("LTE", "26201", 0x5D5, 3)


def test_an_l716_has_its_signal_with_its_cell() -> None:
    """No XMM: +XCESQ is refused once, and not asked for again."""
    talk: list[Pair] = [
        *START,
        ("AT+XCESQ?", "ERROR"),
        ("AT+GTCCINFO?", CELLS),
        ("AT+GTCCINFO?", CELLS),
    ]

    with replay(Driver, talk) as modem:
        for _ in range(2):
            signal = modem.signal()
            assert (signal.rsrp, signal.rsrq) == (-81, -9)


def test_no_bytes_are_counted() -> None:
    """Nothing is made up."""
    with replay(Driver, []) as modem, pytest.raises(NotSupported):
        modem.bytes_used()


def test_it_goes_off_and_tells_its_card_in_its_own_words() -> None:
    """+CPWROFF; +SIM: Removed, +SIM READY, and +MIPCALL for the session."""
    heard = Heard()
    deaf: list[Pair] = [("AT", None)]
    lines = "+SIM: Removed\n+MIPCALL: 0\n+SIM: Inserted\n+SIM READY\nOK"
    talk: list[Pair] = [
        *START, ("AT+CGATT=1", lines), ("AT+CPWROFF", "OK"), *deaf * 9,
    ]  # fmt: skip

    with replay(Driver, talk) as modem:
        modem.observe = heard
        modem.attach(on=True)
        modem.power_off()

    assert heard.of("sim") == [{"state": "SIM NOT INSERTED"}, {"state": "READY"}]
    assert heard.of("bearer") == [{"up": False, "cause": "+MIPCALL: 0"}]
    assert heard.of("silent") == [{}]
