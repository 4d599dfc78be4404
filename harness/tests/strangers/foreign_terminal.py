"""A payment terminal by somebody else: its firmware and its console.

Sources: ZVT PA00P015 2.2 (2.2.8: a result that nobody acknowledges is undone); Q/CUP 009.1 (a
reversal before the next sale, 98 and A0 in field 39, trace numbers that rise). Imports nothing of
the harness. What it may be ``bad`` at is told in ``foreign_bench``.
"""

import base64
import contextlib
import socket
import threading
from time import localtime, strftime

from foreign_host import AGAIN, TROUBLE, Acquiring  # type: ignore[import-not-found]
from foreign_register import (  # type: ignore[import-not-found]
    CARD,
    DECLINED,
    FAULT,
    NO_CARD,
    OK,
    SILENT,
    Dead,
    Flash,
    Row,
    Talk,
    World,
    apdu,
    slips,
    told,
)
from foreign_wire import Fields  # type: ignore[import-not-found]

PRINTING = 0.6  # s: for a receipt
#: Answers that approve (Q/CUP 006.6, field 39).
APPROVED = ("00", "11", "A2", "A4", "A5", "A6")


class Firmware(Acquiring):  # type: ignore[misc]
    """One life, from power on to power off."""

    def __init__(self, world: World, flash: Flash) -> None:
        super().__init__(world, flash)
        self.sockets: list[socket.socket] = []
        self.reused = 0

    # --- power, flash, console

    def write(self, **changed: object) -> None:
        self.wait()
        for name, value in changed.items():
            setattr(self.flash, name, value)

    def die(self) -> None:
        self.off.set()
        wires = [self.wire.socket] if self.wire else []
        for one in [*self.sockets, *wires]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def dump(self) -> None:
        for row in self.flash.done:
            self.log("J b={batch} t={stan} a={amount} c={card} ok={ok}".format(card=CARD, **row))
        self.log(f"J end n={len(self.flash.done)} bad=0")

    def live(self) -> None:
        with contextlib.suppress(Dead, OSError):
            self.wait(0.8)
            self.log(f"KERNEL FooOS 7.1 slot=a cause={'warm' if self.flash.ran else 'cold'}")
            if self.flash.ran:
                self.log("EVT 17 power was interrupted")
                self.log("LCD POWER HAD FAILED")
            self.write(ran=True)
            self.log("ST=BOOT rev=0 net=0")
            if "never_reverses" in self.bad:
                self.write(owed={})
            if "reuses" in self.bad:
                self.reused = self.flash.last.get("stan", 0)
            listener = socket.create_server(("127.0.0.1", self.world.port))
            self.sockets.append(listener)
            threading.Thread(target=self.accept, args=(listener,), daemon=True).start()
            while True:
                with self.dialogue:
                    self.upkeep()
                self.wait(0.2)

    def accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.sockets.append(connection)
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    # --- register

    def sale(self, payload: bytes) -> Talk:
        amount = int(payload[payload.index(0x04) + 1 :][:6].hex())
        self.write(last=self.row(0, amount, ok=0))
        self.log("ST=BUSY rev=0 net=1")
        self.log("LCD INSERT CARD")
        yield apdu(0x04FF, b"\x0a\x01")
        for _ in range(300):
            if self.world.card.is_set():
                break
            self.wait(0.1)
        else:
            yield apdu(0x061E, bytes([NO_CARD]))
            self.ready = False
            return
        self.log(f"ICC {CARD}")
        self.leak()
        yield apdu(0x04FF, b"\x04")
        yield apdu(0x04FF, b"\x04\x02" + bytes.fromhex("06 05 24 03 07 01 41"))
        self.log("LCD PLEASE WAIT")
        code, stan = self.authorise(amount)
        if "dies" in self.bad:
            self.die()
            self.wait()
        text = "" if code == OK or not self.trouble else TROUBLE[self.trouble][1]
        answered = yield apdu(0x040F, told(code, amount, stan, text))
        if code == OK and not answered:
            code = SILENT
        self.conclude(stan, amount, code)
        self.ready = False  # upkeep owes and says so
        yield apdu(0x04FF, b"\x0b")
        if code != OK:
            yield apdu(0x061E, bytes([code]))
            return
        if "slips" in self.bad:
            yield from slips()
        yield apdu(0x060F, bytes.fromhex("06031F0000"))

    def leak(self) -> None:
        number = b"9999990000000014"
        if "leaks_hex" in self.bad:
            self.log(f"dbg 5a {number.hex()}")
        if "leaks_base64" in self.bad:
            self.log(f"dbg {base64.b64encode(b'{pan:' + number + b'}').decode()}")

    def conclude(self, stan: int, amount: int, code: int) -> None:
        """Journal, display, receipt: in this order, so that a cut leaves no receipt without row."""
        if code != OK:
            self.log(f"PAY no t={stan:06d} a={amount}")
            if "says_approved" in self.bad:
                self.log("LCD APPROVED")
            return
        row = self.row(stan, amount, ok=1)
        if "prints_early" in self.bad:
            self.print_receipt(row, copy=0)
        kept = [] if "forgets" in self.bad else [row]
        self.write(done=[*self.flash.done, *kept], last=row, due=row, owed={})
        self.log(f"PAY yes t={stan:06d} a={amount}")
        self.log("LCD APPROVED")
        if "prints_early" not in self.bad:
            self.print_receipt(row, copy=0)
        self.write(due={})

    def print_receipt(self, row: Row, *, copy: int) -> None:
        if "slips" in self.bad:
            return
        what = f"t={row['stan']:06d} a={row['amount']} copy={copy}"
        self.log(f"PRT on {what}")
        self.wait(PRINTING)
        self.log(f"PRT off {what}")
        self.write(due={})

    def authorise(self, amount: int) -> tuple[int, int]:
        """(result, trace number); what is owed is written down before anything is sent."""
        stan, got = self.request(amount)
        if got is None and "twice" in self.bad:
            while self.wire is None:
                self.wait(AGAIN)
                self.connect()
            stan, got = self.request(amount)
        if got is None:
            return SILENT if "blames_card" not in self.bad else DECLINED, stan
        code = got[39]
        if code in APPROVED:
            return OK, stan
        self.write(owed={}, last=self.row(stan, amount, ok=0))
        if code == "94":
            self.blame("number")
        if code == "A0":
            self.sign_on_again()
        return (DECLINED if str(code).isdigit() and code != "94" else FAULT), stan

    def request(self, amount: int) -> tuple[int, Fields | None]:
        stan, now = self.reused or self.next(), localtime()
        self.reused = 0
        if self.wire is None:
            return stan, None
        stamp = {12: strftime("%H%M%S", now), 13: strftime("%m%d", now)}
        fields: Fields = self.wire.financial(stan, amount) | stamp
        self.write(owed=dict(fields) | {39: "98"}, last=self.row(stan, amount, ok=0))
        self.log(f"REV keep t={fields[11]!s}")
        got = self.money("0200", fields)
        if got is None and self.trouble == "mac":
            self.write(owed=dict(fields) | {39: "A0"})
        return stan, got
