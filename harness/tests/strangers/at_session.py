"""A terminal program by somebody else: AT commands at a cellular modem on a tty.

Source: ITU-T V.250 (5.2 syntax, 6.2.4 echo), 3GPP TS 27.007 (9.2 +CMEE, 10.1.19 +CGEREP, 10.1.22
+CEREG), TS 27.005 (+CMGF, +CMGS), Quectel EC25&EC21 AT Commands Manual. Imports nothing of the
harness. ``python at_session.py TTY`` wants a modem with a SIM that is registered.
"""

import re
import sys
from collections.abc import Callable

import serial

FINAL = re.compile(r"OK|ERROR|NO CARRIER|\+CM[ES] ERROR: .*")


class Modem:
    """One line."""

    def __init__(self, tty: str) -> None:
        self.line = serial.Serial(tty, 115200, timeout=0.3)

    def raw(self, octets: bytes, within: float = 3) -> bytes:
        """Write, and read until a final result, or silence."""
        self.line.write(octets)
        got, quiet = b"", 0
        while quiet < within / 0.3:
            one = self.line.read(4096)
            got += one
            quiet = 0 if one else quiet + 1
            lines = got.decode("latin-1").replace("\r", "\n").split("\n")
            if any(FINAL.fullmatch(line) for line in lines) or got.rstrip().endswith(b">"):
                break
        return got

    def ask(self, command: str, within: float = 3) -> list[str]:
        """The lines of the answer, the final one last, echo left out."""
        got = self.raw(command.encode() + b"\r", within).decode("latin-1")
        lines = [line.strip() for line in re.split(r"[\r\n]+", got) if line.strip()]
        return [line for line in lines if line != command]


def echo(modem: Modem) -> None:
    """ATE1 echoes as typed, ATE0 does not; lines are framed by CR LF; case does not matter."""
    modem.raw(b"ATZ\r")
    assert modem.raw(b"ATE1\r").endswith(b"\r\nOK\r\n")
    assert modem.raw(b"at+CSQ\r").startswith(b"at+CSQ\r"), "no echo after ATE1"
    modem.raw(b"ATE0+CMEE=0\r")
    assert modem.raw(b"AT\r") == b"\r\nOK\r\n"
    assert modem.raw(b"ATV0\r") == b"0\r"
    assert modem.raw(b"AT+NONSENSE\r", 1) == b"4\r"
    assert modem.raw(b"ATV1\r") == b"\r\nOK\r\n"


def errors(modem: Modem) -> None:
    """+CMEE 0, 1, 2: ERROR, a number, a text."""
    for mode, shape in ((0, r"ERROR"), (1, r"\+CME ERROR: \d+"), (2, r"\+CME ERROR: [A-Za-z ]+")):
        assert modem.ask(f"AT+CMEE={mode}") == ["OK"]
        got = modem.ask('AT+CPIN="99999999999"')
        assert re.fullmatch(shape, got[-1]), (mode, got)
        assert modem.ask("AT+CMEE?") == [f"+CMEE: {mode}", "OK"]
    assert "ERROR" in modem.ask("AT+CMEE=7")[-1]
    assert modem.ask("AT+CMEE=1") == ["OK"]


def together(modem: Modem) -> None:
    """Several commands in a line: answers in order and one OK; an error ends the line."""
    got = modem.ask("AT+CGDCONT?;+CSQ")
    assert [line.split(":")[0] for line in got if line != "OK"][-1] == "+CSQ", got
    assert got.count("OK") == 1, got
    assert got[-1] == "OK", got
    got = modem.ask("ATE0V1+CMEE=1;+CREG?")
    assert got[0].startswith("+CREG: "), got
    got = modem.ask("AT+CSQ;+WRONG;+CSQ")
    assert sum(line.startswith("+CSQ") for line in got) == 1, got
    assert "ERROR" in got[-1], got


def registration(modem: Modem) -> None:
    """+CREG n: 0 two fields, 2 with area and cell in quotes; test form; same for the others."""
    for name in ("CREG", "CGREG", "CEREG"):
        modem.ask(f"AT+{name}=0")
        got = modem.ask(f"AT+{name}?")
        assert re.fullmatch(rf"\+{name}: 0,[0-9]", got[0]), got
        modem.ask(f"AT+{name}=2")
        got = modem.ask(f"AT+{name}?")
        assert re.fullmatch(rf'\+{name}: 2,[15],"[0-9A-F]+","[0-9A-F]+",\d+', got[0]), got
        assert re.fullmatch(rf"\+{name}: \(.*\)", modem.ask(f"AT+{name}=?")[0])
        assert "ERROR" in modem.ask(f"AT+{name}=9")[-1]
        modem.ask(f"AT+{name}=0")


def identity(modem: Modem) -> None:
    """Who it is, and its signal in the ranges of the clause."""
    assert modem.ask("AT+CGMI")[-1] == "OK"
    assert re.fullmatch(r"\d{15}", modem.ask("AT+GSN")[0])
    assert re.fullmatch(r"\d{14,15}", modem.ask("AT+CIMI")[0])
    rssi, ber = modem.ask("AT+CSQ")[0].removeprefix("+CSQ: ").split(",")
    assert 0 <= int(rssi) <= 31 or int(rssi) == 99
    assert 0 <= int(ber) <= 7 or int(ber) == 99
    assert modem.ask("AT+CPIN?") == ["+CPIN: READY", "OK"]
    assert modem.ask("AT+COPS?")[0].startswith("+COPS: 0,")
    assert modem.ask("ATI")[-1] == "OK"
    assert modem.ask("AT+CGATT?") == ["+CGATT: 1", "OK"]


def messages(modem: Modem) -> None:
    """Text mode: the prompt is CR LF > blank; Ctrl-Z sends, ESC gives up; unknown index is CMS."""
    assert modem.ask("AT+CMGF=1") == ["OK"]
    assert modem.raw(b'AT+CMGS="+4912345"\r').endswith(b"\r\n> ")
    got = modem.raw(b"hello\r\nthere\x1a", 8)
    assert re.search(rb"\+CMGS: \d+\r\n\r\nOK\r\n", got), got
    assert modem.raw(b'AT+CMGS="+4912345"\r').endswith(b"\r\n> ")
    assert modem.raw(b"never mind\x1b").endswith(b"OK\r\n")
    assert modem.ask("AT+CMGR=99")[-1].startswith("+CMS ERROR")
    assert modem.ask("AT+CMGF=0") == ["OK"]


def radio_off(modem: Modem) -> None:
    """+CFUN=4 leaves the network and says so, +CFUN=1 comes back."""
    modem.ask("AT+CEREG=1")
    assert modem.ask("AT+CFUN=4", 15)[-1] == "OK"
    assert modem.ask("AT+CEREG?")[0] in ("+CEREG: 1,0", "+CEREG: 1,4")
    assert modem.ask("AT+CSQ")[0] == "+CSQ: 99,99"
    assert modem.ask("AT+CFUN=1", 15)[-1] == "OK"
    told = b""
    for _ in range(100):
        told += modem.line.read(4096)
        if re.search(rb"\+CEREG: [15]\r\n", told):
            break
    assert re.search(rb"\r\n\+CEREG: [15]\r\n", told), told
    modem.ask("AT+CEREG=0")


def garbage(modem: Modem) -> None:
    """Rubbish is no command: silence or ERROR, and it answers afterwards."""
    modem.raw(b"hello there\r", 0.6)
    modem.raw(bytes(range(128, 256)) + b"\r", 0.6)
    modem.raw(b"A" * 3000 + b"\r", 0.6)
    assert "ERROR" in modem.raw(b"AT+" + b"X" * 3000 + b"\r", 1).decode("latin-1")
    assert modem.raw(b"\r\n\r\nAT\r").endswith(b"\r\nOK\r\n")
    assert modem.raw(b"AT+CSX\x08Q\r").count(b"+CSQ:") == 1, "backspace (S5) does not edit the line"
    assert modem.raw(b"  at + csq \r").count(b"+CSQ:") == 1, "blanks are no part of a command"
    modem.raw(b"AT+CSQ\r")
    assert modem.raw(b"A/").count(b"+CSQ:") == 1, "A/ does not repeat"


TRIED: tuple[Callable[[Modem], None], ...] = (
    echo, errors, together, registration, identity, messages, radio_off, garbage,
)  # fmt: skip


def main(tty: str) -> int:
    """Try all; 1 when anything differs."""
    failed, modem = 0, Modem(tty)
    for act in TRIED:
        try:
            modem.raw(b"ATV1E0+CMEE=1\r")
            act(modem)
        except (AssertionError, OSError, IndexError, ValueError) as error:
            failed = 1
            sys.stderr.write(f"{act.__name__}: {type(error).__name__}: {error}\n")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
