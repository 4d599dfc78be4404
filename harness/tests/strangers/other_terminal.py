"""A payment terminal by a third hand, a process of its own: it is killed when its voltage falls.

``python other_terminal.py FOLDER PORT HOST beacon=.. patience=.. card=0 [bad ...]``: its console is
standard output, and what its board tells it comes on standard input: ``card 1``, ``volts 7.02``,
``book`` (asked on the console). What it may be bad at is told in ``other_bench``. Imports nothing
of the harness. Source: nexo Sale to POI 3.1, Q/CUP 009.1, as its other files have them.
"""

import asyncio
import contextlib
import os
import sys
from pathlib import Path
from time import monotonic  # noqa: TID251 - knows no clock of ours
from typing import Any

import other_sale as sale  # type: ignore[import-not-found]
from other_book import Book  # type: ignore[import-not-found]
from other_desk import Desk  # type: ignore[import-not-found]
from other_host import PROBE, Acquirer, Trouble  # type: ignore[import-not-found]
from other_register import Body, Call, Counter, bad, good  # type: ignore[import-not-found]

BORN = monotonic()
CARD_WITHIN, LONGEST_PAUSE, GREETED = 30.0, 30.0, 4.0  # s
LOW = 8.1  # V: 10 % below its 9 V


def log(text: str) -> None:
    """A line with the time since its start; a console that nobody reads is not waited for."""
    with contextlib.suppress(BlockingIOError):
        os.write(1, f"[{monotonic() - BORN:12.6f}] {text}\n".encode())


class Terminal(Desk):  # type: ignore[misc]
    """One life."""

    def __init__(self, folder: str, port: str, host: str, *told: str) -> None:
        options = dict(word.split("=") for word in told if "=" in word)
        self.bad_at = {word for word in told if "=" not in word}
        self.port = int(port)
        book = Book(Path(folder) / "book")
        patience = float(options.get("patience", 10))
        bank = Acquirer(book, host, options.get("beacon", ""), patience, log)
        acts = {
            "Payment": self.pay, "Reversal": self.pay, "TransactionStatus": self.what_became,
            "Diagnosis": self.diagnose, "Reconciliation": self.close, "Admin": self.administer,
            "GetTotals": self.totals,
        }  # fmt: skip
        super().__init__(book, bank, Counter(acts, log), log)
        self.counter.acts |= {"Login": self.counter.login, "Logout": self.counter.logout}
        self.card, self.moved = options.get("card") == "1", asyncio.Event()
        self.volts = 9.0

    # --- its life

    async def live(self) -> None:
        """From the first instruction to the SIGKILL."""
        self.ears = asyncio.create_task(self.board())
        self.ears.add_done_callback(lambda _: os._exit(0))
        await asyncio.sleep(0.7)
        again = self.book.starts > 0
        log(f"init: m3os 5.02 part=B cause={'resume' if again else 'first'}")
        self.book.note(starts=self.book.starts + 1)
        self.tell("START")
        if again:
            self.fault("cut")
            await self.habits()
        await self.reach()
        await self.counter.open(self.port)
        self.tell("IDLE")
        if again:
            await asyncio.sleep(GREETED)
            self.over("cut")
        pause = PROBE
        while True:
            await asyncio.sleep(pause)
            pause = PROBE if await self.reach() else min(2 * pause, LONGEST_PAUSE)

    async def habits(self) -> None:
        """What a bad one does as it starts."""
        if "charges_again" in self.bad_at and self.book.owed:
            amount = int(self.book.owed["fields"]["4"])
            self.book.note(owed={})
            await sale.charge(self.bank, amount, None, self.bad_at, self.next_slip())
        if "loses_book" in self.bad_at:
            self.book.note(closed=self.book.keys.get("batch", ""))
        if "repeats_stan" in self.bad_at:
            self.book.note(stan=max(0, self.book.stan - 1))

    async def reach(self) -> bool:
        """See to a link and to keys, where either is lacking and nobody sells."""
        if self.busy.locked() or (self.bank.up and "mac" in self.book.keys):
            return True
        async with self.busy:
            if not self.bank.up and not await self.bank.look():
                self.fault("away" if self.shown != "plan" else "plan")
                return False
            for what in ("away", "hung", "plan"):
                self.over(what)
            if "mac" not in self.book.keys:
                with contextlib.suppress(Trouble):
                    await self.bank.sign_on()
                    self.over("keys")
        self.tell(self.mode)
        return "mac" in self.book.keys

    async def board(self) -> None:
        """What comes from outside."""
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        while line := (await reader.readline()).decode().split():
            if line[0] == "card":
                self.card = line[1] == "1"
                self.moved.set()
            elif line[0] == "volts":
                self.sag(float(line[1]))
            elif line[0] == "book":
                self.read_out()

    def sag(self, volts: float) -> None:
        """Say that the supply is weak, and that it no longer is."""
        self.volts = volts
        if volts < LOW:
            self.fault("sag")
        elif volts > LOW + 0.2:
            self.over("sag")

    # --- the sale

    async def pay(self, call: Call) -> Body:
        """Payment and Reversal, once for each ServiceID."""
        category, known = call.header["MessageCategory"], self.book.asked
        if call.service in known and not self.busy.locked():
            return self.told(call.service, category)
        kind = call.body.get("PaymentData", {}).get("PaymentType", "Normal")
        if kind != "Normal":
            return bad("UnavailableService", f"{kind} INCONNU")
        if self.busy.locked():
            return bad("Busy", "OCCUPE")
        async with self.busy:
            self.counter.aborted.clear()
            self.book.note(begun=call.service)
            said = await self.deal(call, category)
            self.book.note(said=[call.service, said])
        self.kept = asyncio.create_task(self.part())
        return said

    async def deal(self, call: Call, category: str) -> Body:
        """One of them; its response."""
        original = None
        row: dict[str, Any] = {"slip": self.next_slip()}
        self.tell("SALE")
        try:
            if category == "Reversal":
                original = self.found(call)
                amount = original["amount"]
            else:
                amount = sale.minor(call.body)
        except (KeyError, ArithmeticError):
            return self.refused("unknown", call, row, category)
        if self.volts < LOW:
            return self.refused("sag", call, row, category)
        log(f"till: wants {category} {amount / 100:.2f} CNY as {row['slip']}")
        if not original and (why := await self.get_card(call, amount)):
            return self.refused(why, call, row, category)
        self.screen("PATIENTEZ")
        await call.show("BANQUE EN LIGNE")
        fault = await self.clear_way()
        if not fault:
            slip, was = row["slip"], self.bad_at
            fault, row = await sale.charge(self.bank, amount, original, was, slip, call.service)
        if fault:
            return self.refused(fault, call, row, category)
        self.over_link()
        log(f"till: done #{row['stan']} {row['amount'] / 100:.2f} CNY {sale.SHOWN} {row['what']}")
        self.screen("PAIEMENT ACCEPTE")
        return self.response(row, "", "", "", category, call)

    async def get_card(self, call: Call, amount: int) -> str:
        """Ask for it and wait; a fault where none came."""
        self.screen(f"INSEREZ CARTE {amount / 100:.2f} CNY")
        await call.show("CARTE SVP")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CARD_WITHIN):
                while not self.card:
                    await self.either(self.moved.wait(), self.counter.aborted.wait())
                    self.moved.clear()
                    if self.counter.aborted.is_set():
                        return "given_up"
        if not self.card:
            return "card"
        await asyncio.sleep(0.3)
        log(f"slot: chip {sale.SHOWN}")
        return ""

    async def part(self) -> None:
        """Have the card taken out; then it may sell again."""
        async with self.busy:
            if self.card:
                self.screen("RETIREZ CARTE")
            while self.card:
                await self.moved.wait()
                self.moved.clear()
        self.tell("IDLE")
        self.greet()

    def refused(self, fault: str, call: Call, row: dict[str, Any], category: str) -> Body:
        """Say why not, in all places."""
        if fault == "no":
            log(f"till: refused #{row['stan']} {row['amount'] / 100:.2f} CNY {sale.SHOWN}")
        elif "stan" in row:
            log(f"till: nothing #{row['stan']} {row['amount'] / 100:.2f} CNY {sale.SHOWN}")
        if "calls_it_declined" in self.bad_at and fault in ("mute", "away", "hung"):
            fault = "no"
        text, condition = self.fault(fault)
        return self.response(row, fault, text, condition, category, call)

    def response(
        self, row: dict[str, Any], fault: str, text: str, condition: str, category: str, call: Call
    ) -> Body:
        """As ``sale.response``, with what the register calls it."""
        told = call.body.get("SaleData", {}).get("SaleTransactionID")
        return sale.response(row, fault, text, condition, category, sale=told)

    async def diagnose(self, call: Call) -> Body:
        """How it is; a wish for the host's has it undo what it owes, too."""
        if self.busy.locked():
            return bad("Busy", "OCCUPE", POIStatus={"GlobalStatus": "Busy"})
        if call.body.get("HostDiagnosisFlag"):
            async with self.busy:
                fault = await self.clear_way()
            self.tell("IDLE")
            if fault:
                text, condition = self.fault(fault)
                return bad(condition, text, POIStatus={"GlobalStatus": "OK"})
            self.over_link()
        reached = [{"AcquirerID": "00000001", "IsReachableFlag": self.bank.up}]
        low = "Maintenance" if self.volts < LOW else "OK"
        return good(POIStatus={"GlobalStatus": low}, HostStatus=reached)


if __name__ == "__main__":
    asyncio.run(Terminal(*sys.argv[1:]).live())
