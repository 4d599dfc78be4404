"""The simulated attenuator, in its own words."""

from contextlib import suppress
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.ports.memory import pair
from harness.sim.attenuator import Attenuator
from harness.sim.radio import Radio

UNKNOWN = b"-99 Unrecognized Command. MN:RCDAT-6000-110 SN:12208010101\r\n"


@pytest.mark.parametrize(
    ("asked", "answer", "db"),
    [
        (b"MN?\r\n", b"MN=RCDAT-6000-110\r\n", 0.0),
        (b":MN?\r\n", b"MN=RCDAT-6000-110\r\n", 0.0),
        (b"SN?\n", b"SN=12208010101\r\n", 0.0),
        (b"FIRMWARE?\r", b"A3\r\n", 0.0),
        (b"SETATT=30.5\r\n", b"1\r\n", 30.5),
        (b"setatt:7\r\n", b"1\r\n", 7.0),
        (b"SETATT=0.3\r\n", b"1\r\n", 0.25),
        (b"SETATT=200\r\n", b"2\r\n", 110.0),
        (b"SETATT=-1\r\n", b"0\r\n", 0.0),
        (b"SETATT=\r\n", b"0\r\n", 0.0),
        (b"HELLO\r\n", UNKNOWN, 0.0),
        (b"SETATT=12\r\nATT?\r\n", b"1\r\n12\r\n", 12.0),
        (b"\xff\xfe\r\n", UNKNOWN, 0.0),
    ],
)
def test_commands_are_answered_as_by_the_maker(asked: bytes, answer: bytes, db: float) -> None:
    """1 done, 2 done with the most there is, 0 refused; what it takes damps the radio."""
    clock = CooperativeClock()
    radio = Radio(clock, rsrp=-80)

    def main() -> bytes:
        ours, theirs = pair(clock, "attenuator")
        Attenuator(clock, radio).outlets["telnet"](theirs)
        ours.write(asked)
        heard = b""
        while (chunk := ours.read(clock.now() + 1)) is not None:
            heard += chunk.data
        return heard

    heard = clock.run(main)

    assert heard == answer
    assert radio.rsrp == -80 - db


def told(outlet: str, asked: bytes, **own: Any) -> tuple[bytes, Radio]:
    """What an outlet answers, and the radio behind it."""
    clock = CooperativeClock()
    radio = Radio(clock, rsrp=-80)

    def main() -> bytes:
        ours, theirs = pair(clock, "attenuator")
        Attenuator(clock, radio, **own).outlets[outlet](theirs)
        ours.write(asked)
        heard = b""
        with suppress(PortLost):
            while (chunk := ours.read(clock.now() + 1)) is not None:
                heard += chunk.data
        return heard

    return clock.run(main), radio


@pytest.mark.parametrize(
    ("asked", "answer", "rsrp"),
    [
        (b"MN?\r\n", b"MN=RC4DAT-6G-95\r\n", -80),
        (b":CHAN:1:SETATT:12.5\r\n:CHAN:1:ATT?\r\n", b"1\r\n12.5\r\n", -80),
        (b"CHAN:1:2:SETATT:30\r\nATT?\r\n", b"1\r\n30 30 0 0\r\n", -110),
        (b"CHAN:1:2:3:4:SETATT=200\r\n", b"2\r\n", -175),
        (b"CHAN:5:SETATT:1\r\n", b"0\r\n", -80),
        (b"CHAN:1:2:ATT?\r\n", b"0\r\n", -80),
    ],
)
def test_a_model_with_channels_damps_by_the_antenna_that_hears_best(
    asked: bytes, answer: bytes, rsrp: float
) -> None:
    """Channels 1 and 2 are in the modem's leads."""
    heard, radio = told("telnet", asked, model="RC4DAT-6G", maximum=95.0, channels=4, wired=(1, 2))

    assert heard == answer
    assert radio.rsrp == rsrp


@pytest.mark.parametrize(
    ("asked", "answer", "rsrp"),
    [
        (b"*IDN?\nATT 30;ATT?\n", b"HARNESS,RCDAT-6000-110,12208010101,1.0\n30.00\n", -110),
        (b":INP:ATT 12 dB\nINPUT:ATTENUATION?\n", b"12.00\n", -92),
        (b"ATT 300;SYST:ERR?;SYST:ERR?\n", b'-222,"Data out of range";0,"No error"\n', -80),
        (b"ATT abc;SYST:ERR?\n", b'-104,"Data type error"\n', -80),
        (b"OUTP ON;SYST:ERR?\n", b'-113,"Undefined header"\n', -80),
    ],
)
def test_the_box_that_speaks_scpi_queues_its_errors(
    asked: bytes, answer: bytes, rsrp: float
) -> None:
    """Levels by INP:ATT and ATT."""
    heard, radio = told("scpi", asked)

    assert heard == answer
    assert radio.rsrp == rsrp


@pytest.mark.parametrize(
    ("request_line", "status", "body", "rsrp"),
    [
        (b"GET /SETATT=30.25 HTTP/1.1", b"200", b"1", -110.25),
        (b"GET /:MN? HTTP/1.1", b"200", b"MN=RCDAT-6000-110", -80),
        (b"HEAD /ATT? HTTP/1.1", b"200", b"", -80),
        (b"GET /ATT HTTP/1.1", b"200", UNKNOWN.strip(), -80),
        (b"SETATT=30", b"400", b"", -80),
    ],
)
def test_over_http_the_path_is_the_command(
    request_line: bytes, status: bytes, body: bytes, rsrp: float
) -> None:
    """And the answer is the body; what is no HTTP is told so."""
    heard, radio = told("http", request_line + b"\r\nHost: a\r\nConnection: close\r\n\r\n")

    assert heard.split()[1] == status
    assert heard.partition(b"\r\n\r\n")[2] == body
    assert radio.rsrp == rsrp
