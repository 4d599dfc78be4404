"""A bench script by somebody else: raw SCPI over TCP against a triple-output supply.

Source: Keysight E36300 Series Programming Guide; IEEE 488.2-1992 (6, 10, 11); SCPI-1999 vol. 1
and vol. 2 (21.8). Imports nothing of the harness. ``python scpi_client.py HOST:PORT``.
"""

import re
import select
import socket
import sys
from collections.abc import Callable

NUMBER = re.compile(r"[+-]\d\.\d{8}E[+-]\d\d")  # NR3 as these supplies write it

#: Errors that say the same: an instrument may take a wrong word for a wrong type or a wrong value.
ALSO = {-104: (-141, -148, -224), -171: (-102, -170), -222: (-114, -221, -224)}


class Supply:
    """One socket."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), 5)
        self.socket.settimeout(3)
        self.kept = b""

    def say(self, text: str) -> None:
        self.socket.sendall(text.encode() + b"\n")

    def line(self) -> str:
        while b"\n" not in self.kept:
            got = self.socket.recv(65536)
            assert got, "the supply hung up"
            self.kept += got
        line, _, self.kept = self.kept.partition(b"\n")
        return line.decode("latin-1")

    def ask(self, text: str) -> str:
        self.say(text)
        return self.line()

    def error(self) -> int:
        return int(self.ask("SYST:ERR?").split(",")[0])

    def errors(self) -> list[int]:
        found = []
        while code := self.error():
            found.append(code)
        return found

    def quiet(self, seconds: float = 0.3) -> bool:
        return not self.kept and not select.select([self.socket], [], [], seconds)[0]


def fresh(supply: Supply) -> None:
    """*RST and *CLS: outputs off, queue empty, mode fixed."""
    supply.say("*RST;*CLS")
    assert supply.ask("OUTP? (@1:3)") == "0,0,0"
    assert supply.ask("SYST:ERR?") == '+0,"No error"'
    assert supply.ask("*OPC?") in ("1", "+1")
    assert len(supply.ask("*IDN?").split(",")) == 4


def numbers(supply: Supply) -> None:
    """Set-points come back as NR3; MIN, MAX, DEF and units are taken; case does not matter."""
    supply.say("volt 3.25, (@2)")
    assert NUMBER.fullmatch(supply.ask("VOLTage? (@2)"))
    assert float(supply.ask("SOUR:VOLT:LEV:IMM:AMPL? (@2)")) == 3.25
    supply.say("VOLT 1500 mV,(@2)")
    assert float(supply.ask("VOLT? (@2)")) == 1.5
    supply.say("VOLT MAX,(@2)")
    assert float(supply.ask("VOLT? (@2)")) == float(supply.ask("VOLT? MAX,(@2)"))
    supply.say("VOLT MIN,(@2)")
    assert float(supply.ask("VOLT? (@2)")) <= 0.1
    assert supply.errors() == []


def compound(supply: Supply) -> None:
    """A header after ; begins where the last one stood; :, * and blanks are as 488.2 has them."""
    supply.say("VOLT:PROT 4,(@1);PROT:STAT ON,(@1);:CURR 1,(@1);*ESE 0;:VOLT 2 , (@1)")
    got = supply.ask("VOLT:PROT? (@1);PROT:STAT? (@1);:CURR? (@1);*ESE?;:VOLT? (@1)")
    prot, state, amps, ese, volts = got.split(";")
    assert (float(prot), int(state), float(amps), int(ese), float(volts)) == (4, 1, 1, 0, 2)
    assert supply.errors() == []
    assert supply.ask("  *IDN?  \r") == supply.ask("*idn?")
    two = supply.ask("VOLT? (@1,2)").split(",")
    assert len(two) == 2


def refusals(supply: Supply) -> None:
    """Each kind of mistake has its own number, the oldest is told first, *CLS empties."""
    for wrong, code in (
        ("VOLTS 1", -113), ("VOLT", -109), ("VOLT 1,2,(@1)", -108), ("VOLT abc,(@1)", -104),
        ("VOLT 99,(@1)", -222), ("OUTP MAYBE,(@1)", -104), ("*ESR", -113), ("OUTP 1,(@9)", -222),
        ("VOLT 1 Hz,(@1)", -131), ("VOLT 'x',(@1)", -158), ("VOLT (@1", -171), ("*OPC? 1", -108),
    ):  # fmt: skip
        supply.say(wrong)
        got = supply.errors()
        assert got, f"{wrong!r} is taken without a word"
        assert got[0] in (code, *ALSO.get(code, ())), f"{wrong!r}: {got}, wanted {code}"
    supply.say("VOLTS 1")
    supply.say("*CLS")
    assert supply.errors() == []
    supply.say("VOLTS?")
    assert supply.quiet(), "an unknown query is answered"
    assert supply.errors() == [-113]
    assert int(supply.ask("*ESR?")) & 0x20, "a command error is not in *ESR"


def overflow(supply: Supply) -> None:
    """The queue ends with -350 and says no more than it holds."""
    for _ in range(50):
        supply.say("WRONG 1")
    got = supply.errors()
    assert got[-1] == -350, got[-3:]
    assert len(got) <= 32


def a_lot(supply: Supply) -> None:
    """10 kB without a line end, NULs, high bytes: an error at most; it answers afterwards."""
    supply.socket.sendall(b"VOLT 1" + b" " * 10_000 + b",(@1)\n")
    supply.errors()
    supply.socket.sendall(bytes(range(256)) * 8 + b"\n")
    supply.socket.sendall(b"A" * 10_000 + b"\n")
    assert supply.errors(), "garbage is taken without a word"
    assert supply.ask("*IDN?").upper().startswith("KEYSIGHT")


def slowly(supply: Supply) -> None:
    """Byte by byte, and two messages in one packet."""
    for octet in b"*IDN?\n":
        supply.socket.sendall(bytes([octet]))
        supply.quiet(0.01)
    assert supply.line().count(",") == 3
    supply.socket.sendall(b"*OPC?\n*ESE?\n")
    assert [int(supply.line()), int(supply.line())] == [1, 0]


def powers(supply: Supply) -> None:
    """An output without load has its voltage, and none soon after it is off."""
    supply.say("*RST;:VOLT 5,(@3);:CURR 1,(@3);:OUTP ON,(@3)")
    assert supply.ask("*OPC?") == "1"
    supply.quiet(0.5)
    assert abs(float(supply.ask("MEAS:VOLT? (@3)")) - 5) < 0.05
    assert abs(float(supply.ask("MEAS:CURR? (@3)"))) < 0.02
    assert supply.ask("OUTP? (@3)") == "1"
    supply.say("OUTP OFF,(@3)")
    supply.quiet(1.5)
    assert float(supply.ask("MEAS:VOLT? (@3)")) < 0.5
    assert supply.errors() == []


def trips(supply: Supply) -> None:
    """A set-point above the over-voltage level conflicts or trips, until it is cleared."""
    supply.say("*RST;:VOLT 3,(@3);:OUTP ON,(@3)")
    supply.say("VOLT:PROT 4,(@3)")
    supply.say("VOLT 5,(@3)")
    supply.quiet(0.5)
    conflict = supply.errors()
    tripped = supply.ask("VOLT:PROT:TRIP? (@3)") == "1"
    assert tripped or conflict, "5 V under a level of 4 V, and nothing happens"
    if tripped:
        assert float(supply.ask("MEAS:VOLT? (@3)")) < 4.2
        supply.say("VOLT 3,(@3);:OUTP:PROT:CLE (@3)")
        assert supply.ask("VOLT:PROT:TRIP? (@3)") == "0"
    supply.say("OUTP OFF,(@3)")
    supply.errors()


def lists(supply: Supply) -> None:
    """LIST on one channel: three points, then the last voltage stays."""
    supply.say("*RST;:VOLT 1,(@3);:OUTP ON,(@3)")
    supply.say("LIST:VOLT 1,2,3,(@3);CURR 1,1,1,(@3);DWEL 0.2,0.2,0.2,(@3)")
    supply.say("LIST:COUN 1,(@3);STEP AUTO,(@3);TERM:LAST ON,(@3)")
    assert [float(one) for one in supply.ask("LIST:VOLT? (@3)").split(",")] == [1, 2, 3]
    supply.say("VOLT:MODE LIST,(@3);:TRIG:SOUR IMM,(@3);:INIT (@3)")
    assert supply.errors() == []
    seen = set()
    for _ in range(12):
        seen.add(round(float(supply.ask("MEAS:VOLT? (@3)"))))
        supply.quiet(0.08)
    assert {2, 3} <= seen, seen
    assert round(float(supply.ask("MEAS:VOLT? (@3)"))) == 3
    supply.say("VOLT:MODE FIX,(@3);:OUTP OFF,(@3)")
    assert supply.errors() == []


TRIED: tuple[Callable[[Supply], None], ...] = (
    fresh, numbers, compound, refusals, overflow, a_lot, slowly, powers, trips, lists,
)  # fmt: skip


def main(address: str) -> int:
    """Try all; 1 when anything differs."""
    failed = 0
    for act in TRIED:
        supply, other = Supply(address), Supply(address)  # two clients, each its own answers
        try:
            act(supply)
            assert other.quiet(0.01), "answers of one client came to another"
            assert other.ask("*IDN?").count(",") == 3
            other.say("*RST;*CLS")
            other.ask("*OPC?")
        except (AssertionError, OSError, ValueError) as error:
            failed = 1
            sys.stderr.write(f"{act.__name__}: {type(error).__name__}: {error}\n")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
