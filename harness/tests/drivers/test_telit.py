"""The Telit driver: the manuals of LE910 and ME910 as dialogues."""

import re

from harness.drivers.telit import IDENTITY, Driver
from harness.model.units import Bytes
from harness.testing import Pair, replay
from harness.tests.drivers.modem_talk import Heard, start

START = start(Driver)
LTE = '#RFSTS: "310 410",5230,-101,-82,-11.5,00AF,,32,3,1,1BCDEF01,"310410000000001","Y&Z",2,12,100'
GSM = '#RFSTS: "204 04",1001,-80,00DE,01,5,19,10,2,9878,"204040000000001","",1,2'


def test_an_le910_as_a_dialogue() -> None:
    """Signal and cell of #RFSTS, whatever technology it is on; bytes of all contexts."""
    talk: list[Pair] = [
        *START,
        ("AT+CGMI", "Telit\nOK"),
        ("AT+CGMM", "LE910C1-EU\nOK"),
        ("AT+CGMR", "25.21.660\nOK"),
        ("AT+CGSN", "351000000000001\nOK"),
        ("AT#CCID", "#CCID: 8949000000000000016\nOK"),
        ("AT#RFSTS", f"{LTE}\nOK"),
        ("AT#RFSTS", f"{LTE}\nOK"),
        ("AT#RFSTS", f"{GSM}\nOK"),
        ("AT#RFSTS", f"{GSM}\nOK"),
        ("AT#GDATAVOL=2", "#GDATAVOL: 1,729418,11,729407\nOK"),
    ]

    with replay(Driver, talk) as modem:
        assert re.search(IDENTITY, modem.identify())
        assert modem.iccid() == "8949000000000000016"
        signal = modem.signal()
        assert (signal.rsrp, signal.rsrq, signal.rssi) == (-101, -11.5, -82)
        cell = modem.serving_cell()
        assert cell is not None
        assert (cell.technology, cell.plmn, cell.cell, cell.band) == (
            "LTE",
            "310410",
            0x1BCDEF01,
            12,
        )
        assert modem.signal().rssi == -80
        other = modem.serving_cell()
        assert other is not None
        assert (other.technology, other.plmn, other.area) == ("GSM", "20404", 0xDE)
        assert modem.bytes_used() == (Bytes(11), Bytes(729407))


def test_without_a_network_the_standard_is_asked() -> None:
    """#RFSTS says ERROR then; the registration says the rest."""
    talk: list[Pair] = [
        *START,
        ("AT#RFSTS", "ERROR"),
        ("AT+CESQ", "+CESQ: 99,99,255,255,255,255\nOK"),
        ("AT+CSQ", "+CSQ: 99,99\nOK"),
        ("AT#RFSTS", "ERROR"),
        ("AT+CEREG?", "+CEREG: 3,2\nOK"),
    ]

    with replay(Driver, talk) as modem:
        assert modem.signal().rsrp is None
        assert modem.serving_cell() is None


def test_it_goes_off_without_a_word() -> None:
    """#SHDN says OK; its silence is the proof. An #REBOOT it lacks is +CFUN=1,1."""
    deaf: list[Pair] = [("AT", None)]
    heard = Heard()
    talk: list[Pair] = [
        *START, ("AT#REBOOT", "ERROR"), ("AT+CFUN=1,1", "OK"), *deaf * 3, *START,
        ("AT#SHDN", "OK"), ("AT", "OK"), *deaf * 9,
    ]  # fmt: skip

    with replay(Driver, talk) as modem:
        modem.observe = heard
        modem.reset()
        modem.power_off()

    assert [kind for kind, _ in heard.rows] == ["silent", "answering", "silent"]


def test_a_card_is_told_by_qss() -> None:
    """Out, in, and ready: only what it can be used for is a state."""
    heard = Heard()
    lines = "#QSS: 0\n#QSS: 1\n#QSS: 3\nOK"
    with replay(Driver, [*START, ("AT+CGATT=1", lines)]) as modem:
        modem.observe = heard
        modem.attach(on=True)

    assert heard.of("sim") == [{"state": "SIM NOT INSERTED"}, {"state": "READY"}]
