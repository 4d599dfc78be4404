"""A bench by somebody else: a supply, a terminal with a card slot, a relay board, a modem.

Sources: Keysight E36300 Programming Guide (SCPI); LC Technology LCUS-8; 3GPP TS 27.007 (AT); the
terminal is ``foreign_terminal``. Imports nothing of the harness.
``python foreign_bench.py HOST:PORT [patience=S] [beacon=HOST:PORT] [bad ...]`` prints the addresses
as one JSON line and runs until its standard input closes. ``patience``: how long it waits for the
host; ``beacon``: where it asks whether anything passes at all. What the terminal may be ``bad`` at:

twice            a retry after silence has a new trace number and is not reversed: charged twice
never_reverses   after a restart it has forgotten what it owes
blames_card      a host that is silent is told as a declined card
mute             no console line is ever written
dies             it hangs up in the middle of a dialogue and does not come back
trusts_mac       an answer under a wrong seal is believed
reuses           after a restart the number of the last sale is the next one's, too
forgets          an approved sale is not written into the journal
prints_early     the receipt comes first, the journal after it
gives_up         what could not be reversed at the second attempt is forgotten
says_approved    the display calls a sale approved that failed
blames_sim       a host that is silent is told as a missing SIM
leaks_hex        the card number is on the console, in hex of ASCII
leaks_base64     the same in base64
slips            no vice: the register prints, and not the terminal
supply_dies      the supply stops answering three seconds after its output went on
"""

import contextlib
import json
import os
import pty
import re
import select
import socket
import sys
import threading
import tty
from collections.abc import Callable

from foreign_register import Flash, World  # type: ignore[import-not-found]
from foreign_terminal import Firmware  # type: ignore[import-not-found]


def on_tty(live: Callable[[int], None]) -> str:
    """A raw pty whose other end ``live`` has; the path."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    threading.Thread(target=live, args=(master,), daemon=True).start()
    return os.ttyname(slave)


def on_tcp(live: Callable[[socket.socket], None], *, one_client: bool = False) -> str:
    """A listening port; each connection in a thread, or one after the other."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if one_client:
                live(connection)
            else:
                threading.Thread(target=live, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return f"127.0.0.1:{listener.getsockname()[1]}"


class Supply:
    """One channel, slow, CR LF, one client at a time."""

    def __init__(self, bad: set[str], changed: Callable[[bool], None]) -> None:
        self.bad, self.changed = bad, changed
        self.set = {"VOLT": 0.0, "CURR": 1.0, "VOLT:PROT": 32.0}
        self.flags = {"OUTP": 0, "VOLT:PROT:STAT": 0}
        self.errors: list[str] = []
        self.pause = threading.Event()
        self.dead = False

    def serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            for line in connection.makefile("r", encoding="latin-1"):
                self.pause.wait(0.08)  # slow
                answer = self.hear(line.strip()) if line.strip() else None
                if self.dead:
                    self.pause.wait(3600)
                if answer is not None:
                    connection.sendall(f" {answer} \r\n".encode())

    def hear(self, message: str) -> str | None:
        """Carry out a compound message; only absolute headers, as bench scripts write them."""
        answers, path = [], ""
        for part in message.split(";"):
            if part.startswith(("*", ":")):
                head = part.lstrip(":")
            else:
                head = f"{path}:{part}" if path else part
            if not part.startswith("*"):
                path = head.split()[0].rpartition(":")[0].rstrip("?")
            answer = self.one(head)
            if answer is not None:
                answers.append(answer)
        return ";".join(answers) if answers else None

    def one(self, text: str) -> str | None:  # noqa: C901 - a list of words
        head, _, rest = text.partition(" ")
        head = head.upper()
        value = re.sub(r",?\s*\(@1\)", "", rest).strip()
        fixed = {
            "*IDN?": "Keysight Technologies,E36312A,MY59001234,1.0.4-1.0.3-1.07", "*ESE?": "+0",
            "*OPC?": "+1", "VOLT:PROT:TRIP?": "0", "CURR:PROT:TRIP?": "0",
        }  # fmt: skip
        if head in fixed:
            return fixed[head]
        if head == "SYST:ERR?":
            return self.errors.pop(0) if self.errors else '+0, "No error"'
        if head in ("MEAS:VOLT?", "MEAS:CURR?"):
            live = self.flags["OUTP"] * (self.set["VOLT"] if "VOLT" in head else 0.2137)
            return f"{live:+.8E}"
        name = head.rstrip("?")
        if head.endswith("?") and name in self.set:
            return f"{self.set[name]:+.8E}"
        if head.endswith("?") and name in self.flags:
            return str(self.flags[name])
        if head in self.set:
            self.set[head] = float(value)
        elif head in self.flags:
            self.switch(head, value.upper() in ("ON", "1"))
        elif head not in ("ABOR", "VOLT:MODE", "*CLS", "OUTP:PROT:CLE"):
            self.errors.append('-113, "Undefined header"')
        return None

    def switch(self, name: str, on: bool) -> None:
        was, self.flags[name] = self.flags[name], int(on)
        if name == "OUTP" and was != on:
            self.changed(on)
            if on and "supply_dies" in self.bad:
                threading.Timer(3, lambda: setattr(self, "dead", True)).start()


class Board:
    """LCUS-8: channel 3 pushes the card in. This one says a blank after the colon."""

    def __init__(self, moved: Callable[[bool], None]) -> None:
        self.on, self.moved = [False] * 9, moved

    def serve(self, master: int) -> None:
        kept = b""
        while True:
            kept += os.read(master, 256)
            while kept and (kept[0] != 0xA0 or len(kept) >= 4):
                size = 4 if kept[0] == 0xA0 else 1
                self.hear(kept[:size], master)
                kept = kept[size:]

    def hear(self, frame: bytes, master: int) -> None:
        """One order, the question FF, or a byte of neither."""
        if frame == b"\xff":
            told = [f"CH{n}: {'ON' if self.on[n] else 'OFF'}\r\n" for n in range(1, 9)]
            os.write(master, "".join(told).encode())
        if len(frame) == 4 and sum(frame[:3]) & 0xFF == frame[3] and 1 <= frame[1] <= 8:
            self.on[frame[1]] = bool(frame[2])
            if frame[1] == 3:
                self.moved(bool(frame[2]))


def modem(master: int) -> None:
    """An EC25 of old firmware: no +QCSQ, no +CEREG=3; URCs in between, echo that stays."""
    kept, mode = "", "0"
    rows = {
        "AT+CGMI": "Quectel", "AT+CGMM": "EC25", "AT+CGMR": "EC25EFAR02A09M4G",
        "AT+CGSN": "861107030000000", "AT+CPIN?": "+CPIN: READY",
        "AT+CESQ": "+CESQ: 99,99,255,255,20,56", "AT+QGDCNT?": "+QGDCNT: 12,34",
    }  # fmt: skip
    while True:
        kept += os.read(master, 256).decode("latin-1")
        while "\r" in kept:
            line, _, kept = kept.partition("\r")
            line = line.strip()
            said = f'{line}\r\r\n\r\n+QIND: "csq",22,99\r\n'
            if line in rows:
                said += f"\r\n{rows[line]}\r\n\r\nOK\r\n"
            elif line == "AT+CEREG?":
                said += f'\r\n+CEREG: {mode},1,"1A2B","01C3D4E5",7\r\n\r\nOK\r\n'
            elif line in ("AT+QCSQ", "AT+CEREG=3") or not line.upper().startswith("AT"):
                said += "\r\nERROR\r\n"
            else:
                mode = "2" if line == "AT+CEREG=2" else mode
                said += "\r\nOK\r\n"
            for at in range(0, len(said), 7):
                os.write(master, said[at : at + 7].encode())


class Terminal:
    """The case around the firmware: power, flash, slot, console."""

    def __init__(self, world: World) -> None:
        self.world, self.flash = world, Flash()
        self.life: Firmware | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            world.port = free.getsockname()[1]

    def switch(self, on: bool) -> None:
        if self.life:
            self.life.die()
        self.life = Firmware(self.world, self.flash) if on else None
        if self.life:
            threading.Thread(target=self.life.live, daemon=True).start()

    def hear_console(self, master: int) -> None:
        self.world.console = master
        while True:
            if b"dump" in os.read(master, 256) and self.life:
                self.life.dump()


def echo(connection: socket.socket) -> None:
    """A beacon: what comes goes back."""
    with contextlib.suppress(OSError), connection:
        while octets := connection.recv(64):
            connection.sendall(octets)


def main(host: str, told: list[str]) -> None:
    """Serve until standard input closes."""
    options = dict(word.split("=") for word in told if "=" in word)
    bad = {word for word in told if "=" not in word}
    patience = float(options.get("patience", 10))
    world = World(host, options.get("beacon", ""), bad, patience)
    terminal = Terminal(world)
    board = Board(lambda on: world.card.set() if on else world.card.clear())
    supply = Supply(bad, terminal.switch)
    where = on_tcp(supply.serve, one_client=True).replace(":", "::")
    sys.stdout.write(json.dumps({
        "supply": f"TCPIP0::{where}::SOCKET",
        "reader": on_tty(board.serve), "modem": on_tty(modem),
        "console": on_tty(terminal.hear_console), "terminal": f"127.0.0.1:{world.port}",
        "beacon": on_tcp(echo),
    }) + "\n")  # fmt: skip
    sys.stdout.flush()
    while select.select([0], [], [])[0] and os.read(0, 100):
        pass


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
