"""The u-blox driver: the manuals of SARA-R5, SARA-U2 and LARA-R6 as dialogues."""

import re

from harness.drivers.ublox import IDENTITY, Driver
from harness.model.units import Bytes
from harness.testing import Pair, replay
from harness.tests.drivers.modem_talk import Heard, start

START = start(Driver)
CELL = (
    "+UCGED: 2\n6,4,001,01\n2525,5,50,50,e8fe,1a2d001,1,d60814d1,8001,01,28,31,13.75,3,1,10,28,-50"
)


def test_a_sara_r5_as_a_dialogue() -> None:
    """Signal and cell of one report; bytes of every context together."""
    talk: list[Pair] = [
        *START,
        ("AT+CGMI", "u-blox\nOK"),
        ("AT+CGMM", "SARA-R510S\nOK"),
        ("AT+CGMR", "02.06\nOK"),
        ("AT+CGSN", "356000000000001\nOK"),
        ("AT+CCID", "+CCID: 8949000000000000016\nOK"),
        ("AT+UCGED?", f"{CELL}\nOK"),
        ("AT+UCGED?", f"{CELL}\nOK"),
        ("AT+UGCNTRD", "+UGCNTRD: 1,100,20,2724,1839\n+UGCNTRD: 4,0,0,6,1\nOK"),
    ]

    with replay(Driver, talk) as modem:
        assert re.search(IDENTITY, modem.identify())
        assert modem.iccid() == "8949000000000000016"
        signal = modem.signal()
        assert (signal.rsrp, signal.rsrq, signal.sinr) == (-113, -4.5, 13.75)
        cell = modem.serving_cell()
        assert cell is not None
        assert (cell.plmn, cell.area, cell.cell, cell.band) == ("00101", 0xE8FE, 0x1A2D001, 5)
        assert modem.bytes_used() == (Bytes(2730), Bytes(1840))


def test_a_lara_r6_is_asked_for_its_levels_another_way() -> None:
    """Mode 5 has no network and no cell; those come from the registration."""
    levels = '+UCGED: 5\n+RSRP: 162,5110,"-075.00",\n+RSRQ: 162,5110,"-14.20",\nOK'
    begin = [(command, "ERROR" if command == "AT+UCGED=2" else answer) for command, answer in START]
    at = [command for command, _ in begin].index("AT+UCGED=2")
    talk: list[Pair] = [
        *begin[: at + 1], ("AT+UCGED=5", "OK"), *begin[at + 1 :],
        ("AT+UCGED?", levels),
        ("AT+UCGED?", levels),
    ]  # fmt: skip

    with replay(Driver, talk) as modem:
        signal = modem.signal()
        assert (signal.rsrp, signal.rsrq) == (-75, -14.2)
        assert modem.serving_cell() is None


def test_flight_mode_may_be_called_nineteen() -> None:
    """+CFUN=4 is taken, and read back as 19."""
    with replay(Driver, [*START, ("AT+CFUN=4", "OK"), ("AT+CFUN?", "+CFUN: 19,0\nOK")]) as modem:
        modem.flight_mode(on=True)


def test_it_restarts_with_its_own_first_word() -> None:
    """+AT: READY; +PBREADY later is no second restart."""
    heard = Heard()
    boot = b"\r\nOK\r\n\r\n+AT: READY\r\n"
    talk: list[Pair] = [
        *START,
        ("AT+CFUN=16", boot),
        *START,
        ("AT+CIMI", b"\r\n+PBREADY\r\n\r\n001010000000001\r\n\r\nOK\r\n"),
        ("AT+CIMI", "001010000000001\nOK"),
    ]

    with replay(Driver, talk) as modem:
        modem.observe = heard
        modem.reset()
        assert modem.imsi() == modem.imsi() == "001010000000001"

    assert [row["text"] for row in heard.of("urc")] == ["+AT: READY", "+PBREADY"]


def test_a_card_and_a_session_that_go_are_told_in_their_own_words() -> None:
    """+UUSIMSTAT and +UUPSDD."""
    heard = Heard()
    lines = b"\r\n+UUSIMSTAT: 0\r\n\r\n+UUPSDD: 0\r\n\r\nOK\r\n"
    with replay(Driver, [*START, ("AT+CGATT=0", lines)]) as modem:
        modem.observe = heard
        modem.attach(on=False)

    assert heard.of("sim") == [{"state": "SIM NOT INSERTED"}]
    assert heard.of("bearer") == [{"up": False, "cause": "+UUPSDD: 0"}]
