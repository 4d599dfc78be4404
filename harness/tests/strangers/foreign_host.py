"""What a terminal by somebody else does about its host: sign-on, echo, reversals, whom to blame.

Source: Q/CUP 009.1 (sign-on; a reversal goes before all else and is repeated until it is answered).
Imports nothing of the harness.
"""

import contextlib
import socket
from collections.abc import Callable
from time import monotonic  # noqa: TID251 - knows no clock of ours

from foreign_register import Desk, Flash, Row, World  # type: ignore[import-not-found]
from foreign_wire import BadMac, Fields, Wire  # type: ignore[import-not-found]

#: What can be wrong with its line -> event, display.
TROUBLE = {
    "silent": ("EVT 42 no word from the acquirer", "NO HOST ANSWER"),
    "away": ("EVT 43 acquirer not there", "HOST NOT THERE"),
    "mac": ("EVT 44 seal of an answer is broken", "HOST ANSWER NOT GENUINE"),
    "plan": ("EVT 45 nothing passes, neither host nor beacon", "DATA CREDIT SPENT"),
    "number": ("EVT 46 number is taken", "BATCH DIFFERS"),
    "owing": ("EVT 47 cannot undo what was not answered", "UNDO OPEN, CALL DESK"),
}  # fmt: skip
IDLE, AGAIN = 15.0, 2.0  # s: between echoes, between two attempts


class Acquiring(Desk):  # type: ignore[misc]
    """The line to the host, when nobody sells."""

    ready: bool

    def __init__(self, world: World, flash: Flash) -> None:
        super().__init__(world, flash)
        self.wire: Wire | None = None
        self.trouble, self.tries = "", 0
        self.heard = self.next_try = 0.0

    def upkeep(self) -> None:
        """See whether the host has gone, and mind what is to be minded, now and then."""
        if self.wire is not None and self.wire.closed():  # whether that is bad is seen next
            self.wire.socket.close()
            self.wire, self.ready, self.next_try = None, False, 0.0
        if monotonic() > self.next_try:
            self.next_try = monotonic() + AGAIN
            self.mind()

    def mind(self) -> None:
        """One attempt at whatever stands between it and the next sale."""
        if self.wire is None:
            self.connect()
        if self.wire is not None and self.flash.owed:
            self.reverse()
        if self.wire is not None and monotonic() - self.heard > IDLE:
            self.attempt(lambda wire: wire.echo(self.next()))
        if self.wire is None or self.flash.owed:
            return
        if self.flash.due:
            self.print_receipt(self.flash.due, copy=1)
        if not self.ready or self.trouble:
            self.ready, self.trouble = True, ""
            self.log("LCD GOOD DAY")
            self.log("ST=IDLE rev=0 net=1")

    def connect(self) -> None:
        try:
            self.wire = Wire(self.world.host, self.world.patience, trusts="trusts_mac" in self.bad)
        except OSError:
            self.blame("away")
            return
        self.wire.batch = self.flash.batch
        if self.attempt(lambda wire: wire.sign_on(self.next())) is not None and self.wire:
            self.write(batch=self.wire.batch)

    def attempt(self, ask: Callable[[Wire], Fields | None]) -> Fields | None:
        """The answer; None hangs up and says what is wrong."""
        assert self.wire is not None
        why = "silent"
        try:
            got = ask(self.wire)
        except BadMac:
            why = "mac"
        except TimeoutError:
            pass
        except OSError:
            why = "away"
        except AssertionError:
            pass
        else:
            self.heard = monotonic()
            return got or {}
        self.wait()
        self.wire.socket.close()
        self.wire = None
        self.blame(why)
        return None

    def blame(self, why: str) -> None:
        """Say once what is wrong with the line; the beacon tells a dead host from a dead plan."""
        self.wait()
        self.ready = False
        if why in ("silent", "away") and not self.beacon():
            why = "plan"
        if why == self.trouble or self.trouble == "owing":
            return
        self.trouble = why
        event, text = TROUBLE[why]
        if "blames_card" in self.bad:
            text = "CARD REFUSED BY BANK"
        if "blames_sim" in self.bad:
            event, text = "EVT 51 no sim", "NO SIM IN TRAY"
        self.log(event)
        self.log(f"LCD {text}")

    def beacon(self) -> bool:
        """Whether anything passes at all; without a beacon nobody knows."""
        if not self.world.beacon:
            return True
        name, _, port = self.world.beacon.rpartition(":")
        with contextlib.suppress(OSError), socket.create_connection((name, int(port)), 3) as one:
            one.settimeout(3)
            one.sendall(b"?")
            return bool(one.recv(1))
        return False

    def next(self) -> int:
        stan = int(self.flash.stan) + 1
        self.write(stan=stan)
        return stan

    def money(self, mti: str, fields: Fields) -> Fields | None:
        self.log(f"TX {mti} t={fields[11]!s}")
        got = self.attempt(lambda wire: wire.money(mti, fields))
        if got:
            self.log(f"RX {int(mti) + 10:04d} t={got[11]!s} rc={got[39]!s}")
        return got

    def reverse(self) -> None:
        """Once; 00, 12 and 25 end it."""
        undo = dict(self.flash.owed)
        self.log(f"REV try t={undo[11]!s}")
        self.tries += 1
        got = self.money("0400", undo)
        if got is not None and got.get(39) == "A0":
            self.sign_on_again()
        done = got is not None and got.get(39) in ("00", "12", "25")
        if not done and self.tries >= 2:
            self.blame("owing")
        if not done and not ("gives_up" in self.bad and self.tries >= 2):
            return
        if done:
            self.log(f"REV done t={undo[11]!s}")
        self.tries = 0
        row = self.row(int(str(undo[11])), int(str(undo[4])), ok=0)
        self.write(done=[*self.flash.done, row], last=row, owed={})

    def sign_on_again(self) -> None:
        self.attempt(lambda wire: wire.sign_on(self.next()))

    def row(self, stan: int, amount: int, *, ok: int) -> Row:
        return {"batch": self.flash.batch, "stan": stan, "amount": amount, "ok": ok}
