"""The simulated attenuator, in its own words."""

import pytest

from harness.clock import CooperativeClock
from harness.ports.memory import pair
from harness.sim.attenuator import Attenuator
from harness.sim.radio import Radio


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
        (b"HELLO\r\n", b"0\r\n", 0.0),
        (b"SETATT=12\r\nATT?\r\n", b"1\r\n12\r\n", 12.0),
        (b"\xff\xfe\r\n", b"0\r\n", 0.0),
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
