"""The SIMCom driver: the manuals of SIM7600, SIM7000 and A7670 as dialogues."""

import re

import pytest

from harness.drivers.simcom import IDENTITY, Driver
from harness.errors import DeviceRefused, NotSupported
from harness.model.cellular import Cell, Signal
from harness.testing import Pair, replay
from harness.tests.drivers.modem_talk import Heard, start

START = start(Driver)
SIM7600 = "+CPSI: LTE,Online,505-01,0x5A1E,187214780,257,EUTRAN-BAND3,1850,5,5,-94,-850,-545,15"
A7670 = "+CPSI: LTE,Online,460-11,0x774B,126375687,303,EUTRAN-BAND1,100,5,0,12,36,42,5"


def test_a_sim7600_as_a_dialogue() -> None:
    """Lines end with two CRs; levels come in tenths; the ICCID under another name."""
    talk: list[Pair] = [
        *START,
        ("AT+CGMI", b"\r\r\nSIMCOM INCORPORATED\r\r\n\r\r\nOK\r\r\n"),
        ("AT+CGMM", "SIMCOM_SIM7600E-H\nOK"),
        ("AT+CGMR", "+CGMR: LE20B04SIM7600M22\nOK"),
        ("AT+CGSN", "861477030000001\nOK"),
        ("AT+CPIN?", "+CPIN: READY\nOK"),
        ("AT+CICCID", "+ICCID: 8949000000000000016\nOK"),
        ("AT+CPSI?", f"{SIM7600}\nOK"),
        ("AT+CPSI?", f"{SIM7600}\nOK"),
        ("AT+CFUN=4", "OK"),
        ("AT+CFUN?", "+CFUN: 4\nOK"),
    ]

    with replay(Driver, talk) as modem:
        assert re.search(IDENTITY, modem.identify())
        assert modem.sim_state() == "READY"
        assert modem.iccid() == "8949000000000000016"
        assert modem.signal() == Signal(-85, -9.4, -54.5, SIM7600)
        assert modem.serving_cell() == Cell("LTE", "50501", 0x5A1E, 187214780, 1850, 3, SIM7600)
        modem.flight_mode(on=True)


def test_an_a7670_counts_its_levels_as_cesq_does() -> None:
    """The same command, another unit: told by the size of the numbers."""
    with replay(Driver, [*START, ("AT+CPSI?", f"{A7670}\nOK")]) as modem:
        signal = modem.signal()

    assert (signal.rsrp, signal.rsrq) == (-105, -14)


def test_without_service_the_standard_is_asked() -> None:
    """+CPSI knows nothing then; nor does anybody, and that is an answer."""
    talk: list[Pair] = [
        *START,
        ("AT+CPSI?", "+CPSI: NO SERVICE,Online\nOK"),
        ("AT+CESQ", "+CESQ: 99,99,255,255,255,255\nOK"),
        ("AT+CSQ", "+CSQ: 99,99\nOK"),
        ("AT+CPSI?", "+CPSI: NO SERVICE,Online\nOK"),
    ]

    with replay(Driver, talk) as modem:
        assert modem.signal().rsrp is None
        assert modem.serving_cell() is None


def test_no_bytes_are_counted() -> None:
    """Nothing is made up: the host's own counters serve."""
    with replay(Driver, []) as modem, pytest.raises(NotSupported, match="bytes_used"):
        modem.bytes_used()


def test_it_restarts_and_goes_off_by_its_own_words() -> None:
    """+CRESET, on the A7670 seen by *ATREADY; +CPOF on one, +CPOWD on another."""
    deaf: list[Pair] = [("AT", None)]
    talk: list[Pair] = [
        *START,
        ("AT+CRESET", b"\r\nOK\r\n"), *deaf * 3,
        ("AT", b"\r\n*ATREADY: 1\r\n"), *START,
        ("AT+CPOF", "ERROR"), ("AT+CPOWD=1", b"\r\nNORMAL POWER DOWN\r\n"), *deaf * 9,
    ]  # fmt: skip
    heard = Heard()

    with replay(Driver, talk) as modem:
        modem.observe = heard
        modem.reset()
        modem.power_off()

    assert [kind for kind, _ in heard.rows if kind != "urc"] == ["silent", "answering", "silent"]


def test_a_card_that_is_pulled_is_told_by_cpin() -> None:
    """Hot plug: +CPIN comes unasked, in its own words."""
    heard = Heard()
    with replay(Driver, [*START, ("AT+CIMI", "+CPIN: SIM REMOVED\n+CME ERROR: 10")]) as modem:
        modem.observe = heard
        with pytest.raises(DeviceRefused, match="SIM not inserted"):
            modem.imsi()

    assert heard.of("sim") == [{"state": "SIM NOT INSERTED"}]
