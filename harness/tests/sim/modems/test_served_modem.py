"""A simulated modem on a real tty, with a serial program that knows nothing of the harness."""

import contextlib
import termios
from pathlib import Path

import serial

from harness.sim.served import ServedBench
from harness.tests.patience import LIMIT, soon

QUIET = 0.3  # s that one read waits
TRIES = int(LIMIT / QUIET)


def talk(line: serial.Serial, command: str, wanted: str) -> str:
    """Ask again until the wanted words are in the answer; a modem boots for seconds."""
    heard = ""
    for _ in range(TRIES):
        line.write(f"{command}\r".encode())
        heard += line.read(4096).decode("latin-1")
        if wanted in heard:
            break
    assert wanted in heard
    return heard


def opened(path: str) -> serial.Serial:
    """The line, once it is there."""
    soon(lambda: Path(path).exists())
    return serial.Serial(path, 115200, timeout=QUIET)


def test_a_restart_takes_the_tty_along_and_brings_it_back() -> None:
    """+CFUN=16: OK, hang-up; the name is gone, then leads to a modem with its echo on again."""
    with ServedBench({"modem": "sara_r510"}, ["sim+pty://modem"], seed=1) as served:
        path = served.addresses["sim+pty://modem"]
        line = opened(path)
        talk(line, "ATE0", "OK")
        assert "SARA-R510S" in talk(line, "ATI", "OK")

        line.write(b"AT+CFUN=16\r")
        with contextlib.suppress(serial.SerialException, OSError, termios.error):
            while Path(path).exists():
                line.read(4096)
        with contextlib.suppress(OSError, termios.error):
            line.close()
        again = opened(path)

        assert "AT\r" in talk(again, "AT", "OK")
        again.close()
