"""A bench by somebody else: a supply, a terminal with a card slot, a relay board, a modem.

Sources: Keysight E36300 Programming Guide (SCPI); ZVT PA00P015 2.1, 2.2, 2.36, 2.55, 3 and PA00P016
(TCP); Q/CUP 009.1 (host, see ``iso8583_client``); LC Technology LCUS-8; 3GPP TS 27.007 (AT).
Imports nothing of the harness. ``python foreign_bench.py HOST:PORT [bad ...]`` prints the addresses
as one JSON line and runs until its standard input closes. What the terminal may be ``bad`` at:

twice            a retry after silence has a new trace number and is not reversed: charged twice
never_reverses   after a restart it has forgotten what it owes
blames_card      a host that is silent is told as a declined card
mute             no console line is ever written
dies             it hangs up in the middle of a dialogue and does not come back
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
from collections.abc import Callable, Generator

from iso8583_client import Line, build  # type: ignore[import-not-found]

#: Messages of a dialogue; each is told whether the one before was acknowledged.
Talk = Generator[bytes, bool | None, None]
Fields = dict[int, str | bytes]
ACK = bytes.fromhex("800000")
OK, REMOTE_SILENT, NO_CONNECTION, DECLINED, NO_CARD, CANCELLED = 0x00, 0xA1, 0xA3, 0x05, 0x6C, 0x6C


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
            while kept and kept[0] != 0xA0:
                if kept[0] == 0xFF:
                    told = [f"CH{n}: {'ON' if self.on[n] else 'OFF'}\r\n" for n in range(1, 9)]
                    os.write(master, "".join(told).encode())
                kept = kept[1:]
            while len(kept) >= 4 and kept[0] == 0xA0:
                frame, kept = kept[:4], kept[4:]
                if sum(frame[:3]) & 0xFF == frame[3] and 1 <= frame[1] <= 8:
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


class Dead(Exception):
    """The power has gone."""


class Terminal:
    """A terminal of no harness's making. ``owed`` and ``done`` are its flash."""

    def __init__(self, host: str, bad: set[str]) -> None:
        self.host, self.bad = host, bad
        self.owed: dict[int, str | bytes] = {}
        self.done: list[dict[str, int]] = []
        self.stan, self.batch = 100, 1
        self.power, self.card = threading.Event(), threading.Event()
        self.off = threading.Event()
        self.clients: list[socket.socket] = []
        self.line: Line | None = None
        self.console = -1
        self.ready, self.cold, self.dialogue = False, True, threading.Lock()
        self.listener: socket.socket | None = None
        self.port = 0
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    # --- power and log

    def switch(self, on: bool) -> None:
        if on:
            self.off.clear()
            self.power.set()
            threading.Thread(target=self.live, daemon=True).start()
            return
        self.power.clear()
        self.off.set()
        self.ready = False
        for one in [*self.clients, *([self.listener] if self.listener else [])]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.clients.clear()
        if self.line:
            self.line.socket.close()

    def wait(self, seconds: float) -> None:
        if self.off.wait(seconds):
            raise Dead

    def log(self, text: str) -> None:
        if "mute" not in self.bad and self.console >= 0 and not self.off.is_set():
            os.write(self.console, f"<6>[{id(text) % 9999:04d}] {text}\n".encode())

    def hear_console(self, master: int) -> None:
        self.console = master
        while True:
            if b"dump" in os.read(master, 256) and not self.off.is_set():
                for row in self.done:
                    self.log(
                        "J b={batch} t={stan} a={amount} c=999999xxxxxx0014 ok={ok}".format(**row)
                    )
                self.log(f"J end n={len(self.done)} bad=0")

    def live(self) -> None:
        with contextlib.suppress(Dead):
            self.wait(0.8)
            self.log(f"KERNEL FooOS 7.1 slot=a cause={'cold' if self.cold else 'warm'}")
            if not self.cold:
                self.log("EVT 17 power was interrupted")
            self.cold = False
            self.log("ST=BOOT rev=0 net=0")
            if "never_reverses" in self.bad:
                self.owed.clear()
            self.connect()
            self.reverse()
            self.say_ready()
            self.listener = socket.create_server(("127.0.0.1", self.port))
            while True:
                try:
                    connection, _ = self.listener.accept()
                except OSError:
                    raise Dead from None
                self.clients.append(connection)
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def say_ready(self) -> None:
        self.ready = True
        self.log(f"ST=IDLE rev={len(self.owed) // 99} net=1")

    # --- host

    def connect(self) -> None:
        while True:
            self.wait(0.1)
            try:
                self.line = Line(self.host)
                self.line.batch = self.batch
                self.line.sign_on(self.next())
                self.batch = self.line.batch
            except (OSError, AssertionError):
                self.wait(2)
            else:
                return

    def next(self) -> int:
        self.stan += 1
        return self.stan

    def exchange(self, mti: str, fields: Fields) -> Fields | None:
        """The answer that is ours, or None."""
        assert self.line is not None
        try:
            self.log(f"TX {mti} t={fields[11]!s}")
            got_mti, got = self.line.ask(build(mti, fields, self.line.mak))
        except (OSError, AssertionError):
            self.wait(0)
            return None
        if got.get(11) != fields[11]:
            return None
        self.log(f"RX {got_mti} t={got[11]} rc={got[39]}")
        answer: Fields = got
        return answer

    def reverse(self) -> None:
        """Until the host has it: 00, 12 or 25."""
        while self.owed:
            undo = dict(self.owed)
            self.log(f"REV try t={undo[11]!s}")
            got = self.exchange("0400", undo)
            if got and got[39] in ("00", "12", "25"):
                self.log(f"REV done t={undo[11]!s}")
                self.owed.clear()
            else:
                self.wait(1)
                self.connect()

    # --- register

    def serve(self, connection: socket.socket) -> None:
        kept = b""
        with contextlib.suppress(OSError, Dead), connection:
            while True:
                command, payload, kept = self.next_apdu(connection, kept, 3600)
                act = {0x0600: self.register, 0x0601: self.sale, 0x0501: self.status,
                       0x0620: self.repeat, 0x06B0: self.nothing}.get(command)  # fmt: skip
                if command == 0x8000 or command >> 8 == 0x84:
                    continue
                if act is None:
                    connection.sendall(bytes.fromhex("840083" if command == 0x0670 else "848300"))
                    continue
                connection.sendall(ACK)
                with self.dialogue:
                    kept = self.talk(connection, kept, act(payload))

    def next_apdu(
        self, connection: socket.socket, kept: bytes, within: float
    ) -> tuple[int, bytes, bytes]:
        connection.settimeout(within)
        while True:
            if len(kept) >= 3 and (kept[2] != 0xFF or len(kept) >= 5):
                start = 5 if kept[2] == 0xFF else 3
                size = int.from_bytes(kept[3:5], "little") if start == 5 else kept[2]
                if len(kept) >= start + size:
                    whole, kept = kept[: start + size], kept[start + size :]
                    return int.from_bytes(whole[:2], "big"), whole[start:], kept
            got = connection.recv(4096)
            if not got:
                raise OSError
            kept += got

    def talk(self, connection: socket.socket, kept: bytes, said: Talk) -> bytes:
        """Say each message in fragments and wait for its acknowledgement."""
        heard: bool | None = None
        while True:
            try:
                message = said.send(heard)
            except StopIteration:
                return kept
            for at in range(0, len(message), 5):
                connection.sendall(message[at : at + 5])
                self.wait(0.002)
            try:
                command, _, kept = self.next_apdu(connection, kept, 5)
                heard = command == 0x8000
            except TimeoutError:
                heard = False

    def register(self, payload: bytes) -> Talk:
        tail = bytes.fromhex(
            "1900 29 12345678 49 0156 06 0A 1F40020102 1FFF020304".replace(" ", "")
        )
        yield apdu(0x060F, tail)

    def status(self, payload: bytes) -> Talk:
        code = b"\x00" if self.ready else b"\x9c"
        yield apdu(
            0x060F, b"\xf0\xf1\xf2" + b"FOO-POS-9.9 " + code + bytes.fromhex("0604 45020101")
        )

    def nothing(self, payload: bytes) -> Talk:
        yield apdu(0x061E, bytes([CANCELLED]))

    def repeat(self, payload: bytes) -> Talk:
        if not self.done:
            yield apdu(0x061E, b"\x83")
            return
        last = self.done[-1]
        yield apdu(0x040F, told(OK if last["ok"] else REMOTE_SILENT, last["amount"], last["stan"]))
        yield apdu(0x060F)

    def sale(self, payload: bytes) -> Talk:
        amount = int(payload[payload.index(0x04) + 1 :][:6].hex())
        yield apdu(0x04FF, b"\x0a\x01")
        for _ in range(300):
            if self.card.is_set():
                break
            self.wait(0.1)
        else:
            yield apdu(0x061E, bytes([NO_CARD]))
            return
        self.log("ST=BUSY rev=0 net=1")
        self.log("ICC 999999xxxxxx0014")
        yield apdu(0x04FF, b"\x04")
        yield apdu(0x04FF, b"\x04\x02" + bytes.fromhex("06 05 24 03 07 01 41"))
        code, stan = self.authorise(amount)
        if "dies" in self.bad:
            self.switch(False)
            self.wait(0)
        answered = yield apdu(0x040F, told(code, amount, stan))
        if code == OK and not answered:
            code = REMOTE_SILENT
        self.keep(stan, amount, code)
        yield apdu(0x04FF, b"\x0b")
        if code == OK:
            yield apdu(0x06D1, b"\x40" + b"* * FOO POS * *")
            block = b"".join(b"\x07\x18" + b"PAN 999999xxxxxx0014 OK.".ljust(24) for _ in range(20))
            yield apdu(
                0x06D3,
                bytes.fromhex("1F070101 ".strip())
                + b"\x25\x82"
                + len(block).to_bytes(2, "big")
                + block,
            )
            yield apdu(0x060F, bytes.fromhex("0603 1F0000"))
        else:
            yield apdu(0x061E, bytes([code]))
        self.say_ready()

    def keep(self, stan: int, amount: int, code: int) -> None:
        self.done.append(
            {"batch": self.batch, "stan": stan, "amount": amount, "ok": int(code == OK)}
        )
        self.log(f"PAY {'yes' if code == OK else 'no'} t={stan:06d} a={amount}")
        if code == OK:
            self.owed.clear()
        else:
            self.reverse()

    def authorise(self, amount: int) -> tuple[int, int]:
        """(result, trace number); what is owed is written down before anything is sent."""
        assert self.line is not None
        stan = self.next()
        fields = self.line.financial(stan, amount)
        self.owed = dict(fields) | {39: "98"}
        self.log(f"REV keep t={fields[11]}")
        got = self.exchange("0200", fields)
        if got is None and "twice" in self.bad:
            self.connect()
            stan = self.next()
            fields = self.line.financial(stan, amount)
            self.owed = dict(fields) | {39: "98"}
            got = self.exchange("0200", fields)
        if got is None:
            self.log("EVT 42 no word from the acquirer")
            self.log(
                f"LCD {'CARD REFUSED BY BANK' if 'blames_card' in self.bad else 'NO HOST ANSWER'}"
            )
            return (DECLINED if "blames_card" in self.bad else REMOTE_SILENT), stan
        if got[39] != "00":
            self.owed = {}
            return DECLINED, stan
        return OK, stan


def apdu(command: int, payload: bytes = b"") -> bytes:
    """A message; from 255 bytes on its length is FF, low, high."""
    size = len(payload)
    head = bytes([size]) if size < 255 else b"\xff" + size.to_bytes(2, "little")
    return command.to_bytes(2, "big") + head + payload


def told(code: int, amount: int, stan: int) -> bytes:
    """The fields of 04 0F, with some that few know, and one that nobody does, at the end."""
    rows = f"27{code:02x} 04{amount:012d} 490156 0b{stan:06d} 0c101112 0d0102 170001 8a05 "
    rows += "22f0f8999999eeeeee0014 3cf0f0f4" + b"TEXT".hex() + " 060a 1f12010b 4c0401020304 "
    return bytes.fromhex((rows + "7f4242").replace(" ", ""))


def main(host: str, bad: set[str]) -> None:
    """Serve until standard input closes."""
    terminal = Terminal(host, bad)
    board = Board(lambda on: terminal.card.set() if on else terminal.card.clear())
    supply = Supply(bad, terminal.switch)
    where = on_tcp(supply.serve, one_client=True).replace(":", "::")
    sys.stdout.write(json.dumps({
        "supply": f"TCPIP0::{where}::SOCKET",
        "reader": on_tty(board.serve), "modem": on_tty(modem),
        "console": on_tty(terminal.hear_console), "terminal": f"127.0.0.1:{terminal.port}",
    }) + "\n")  # fmt: skip
    sys.stdout.flush()
    while select.select([0], [], [])[0] and os.read(0, 100):
        pass


if __name__ == "__main__":
    main(sys.argv[1], set(sys.argv[2:]))
