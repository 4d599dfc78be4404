"""The Sierra Wireless driver: the manuals of EM74xx, EM75xx and EM919x as dialogues."""

import re

import pytest

from harness.drivers.sierra import IDENTITY, Driver
from harness.errors import NotSupported
from harness.testing import Pair, replay
from harness.tests.drivers.modem_talk import start

START = start(Driver)
STATUS = """!GSTATUS:
Current Time:  22016\t\tTemperature: 40
Reset Counter: 1\t\tMode:        ONLINE
System mode:   LTE        \tPS state:    Attached
LTE band:      B2     \t\tLTE bw:      20 MHz
LTE Rx chan:   800\t\tLTE Tx chan: 18800
EMM state:     Registered     \tNormal Service
PCC RxM RSSI:  -45\t\tRSRP (dBm):  -81
PCC RxD RSSI:  -44\t\tRSRP (dBm):  -79
Tx Power:      15\t\tTAC:         8C65 (35941)
RSRQ (dB):     -14.0\t\tCell ID:     0A14666A (169109098)
SINR (dB):     23.8
OK"""
NR = """!GSTATUS:
Current Time:  2146\t\tTemperature: 40
System mode:   NR5G       \tPS state:    Attached
NR5G TAC:        000001        \t\tNR5G Cell ID:    19B0 (6576)
NR5G band:       n78       \t\tNR5G Carrier ID: 0
NR5G Tx Power:   8.0        \t\tNR5G Tx chan:    627340
NR5G Rx chan:    627340
NR5G RSRP (dBm): -84\t\tNR5G RSRQ (dB):  -11
NR5G SINR (dB):   30.5
OK"""


def test_an_em7565_as_a_dialogue() -> None:
    """Its status is a table for people; the network's code comes from the operator."""
    talk: list[Pair] = [
        *START,
        ("AT+CGMI", "Sierra Wireless, Incorporated\nOK"),
        ("AT+CGMM", "EM7565\nOK"),
        ("AT+CGMR", "SWI9X50C_01.14.02.00\nOK"),
        ("AT+CGSN", "353000000000001\nOK"),
        ("AT!ICCID?", "!ICCID: 8949000000000000016\nOK"),
        ("AT!GSTATUS?", STATUS),
        ("AT!GSTATUS?", STATUS),
        ("AT+COPS?", '+COPS: 0,2,"310410",7\nOK'),
    ]

    with replay(Driver, talk) as modem:
        assert re.search(IDENTITY, modem.identify())
        assert modem.iccid() == "8949000000000000016"
        signal = modem.signal()
        assert (signal.rsrp, signal.rsrq, signal.rssi, signal.sinr) == (-81, -14, -45, 23.8)
        cell = modem.serving_cell()
        assert cell is not None
        assert (cell.technology, cell.plmn, cell.area, cell.band) == ("LTE", "310410", 0x8C65, 2)
        assert cell.cell == 0x0A14666A


def test_an_em9191_on_5g_as_a_dialogue() -> None:
    """The same rows under other names."""
    talk: list[Pair] = [
        *START,
        ("AT!GSTATUS?", NR),
        ("AT!GSTATUS?", NR),
        ("AT+COPS?", '+COPS: 0,0,"Somebody",11\nOK'),
    ]

    with replay(Driver, talk) as modem:
        signal = modem.signal()
        assert (signal.rsrp, signal.rsrq, signal.sinr) == (-84, -11, 30.5)
        cell = modem.serving_cell()

    assert cell is not None
    assert (cell.technology, cell.plmn, cell.cell, cell.band) == ("NR5G-SA", None, 0x19B0, 78)
    assert cell.channel == 627340


def test_bytes_are_not_counted_over_at() -> None:
    """QMI and MBIM have them; here nothing is made up."""
    with replay(Driver, []) as modem, pytest.raises(NotSupported):
        modem.bytes_used()


def test_its_first_word_is_known() -> None:
    """HL7800: +PACSP0 after a reset."""
    talk: list[Pair] = [
        *START,
        ("AT!RESET", "ERROR"),
        ("AT+CFUN=1,1", b"\r\nOK\r\n\r\n+PACSP0\r\n"),
        *START,
    ]

    with replay(Driver, talk) as modem:
        modem.reset()
