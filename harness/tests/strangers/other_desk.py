"""What a terminal by a third hand says, shows and closes; all of it but the sale.

Imports nothing of the harness. Sources: nexo Sale to POI 3.1 (ErrorCondition, TransactionStatus,
Reconciliation, GetTotals), Q/CUP 009.1 (0500, field 48).
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import other_sale as sale  # type: ignore[import-not-found]
from other_book import Book  # type: ignore[import-not-found]
from other_host import Acquirer, Trouble  # type: ignore[import-not-found]
from other_register import Body, Call, Counter, bad, good, now  # type: ignore[import-not-found]

#: Fault -> its code, what the display says, what a register is told by nexo.
FAULTS = {
    "away": ("L1", "PAS DE LIAISON BANQUE", "UnreachableHost"),
    "mute": ("L2", "BANQUE MUETTE", "UnreachableHost"),
    "forged": ("L3", "REPONSE FALSIFIEE", "UnavailableService"),
    "plan": ("L4", "FORFAIT DATA EPUISE", "UnreachableHost"),
    "hung": ("L5", "BANQUE A RACCROCHE", "UnreachableHost"),
    "noise": ("L6", "REPONSE ILLISIBLE", "UnavailableService"),
    "keys": ("B1", "CLES REFUSEES", "UnavailableService"),
    "barred": ("B2", "TERMINAL NON ADMIS", "NotAllowed"),
    "taken": ("B3", "LOT EN DESACCORD", "UnavailableService"),
    "full": ("B4", "FAIRE LA TELECOLLECTE", "NotAllowed"),
    "upset": ("B5", "BANQUE EN PANNE", "UnavailableService"),
    "debt": ("B6", "ANNULATION EN ATTENTE", "UnavailableService"),
    "uneven": ("B7", "TOTAUX EN DESACCORD", "UnavailableService"),
    "sag": ("P1", "TENSION BASSE", "UnavailableDevice"),
    "cut": ("P2", "COUPURE SECTEUR", "UnavailableDevice"),
    "card": ("C1", "PAS DE CARTE", "Cancel"),
    "given_up": ("C2", "ABANDON", "Aborted"),
    "unknown": ("C3", "OPERATION INCONNUE", "NotFound"),
    "no": ("C4", "CARTE REFUSEE", "Refusal"),
}  # fmt: skip
LINK = ("away", "mute", "forged", "plan", "hung", "noise", "keys", "upset", "debt")
IDLE = "BONJOUR"


class Desk:
    """Display, faults, settlement, questions."""

    volts: float

    def __init__(
        self, book: Book, bank: Acquirer, counter: Counter, log: Callable[[str], None]
    ) -> None:
        self.book, self.bank, self.counter, self.log = book, bank, counter, log
        self.busy = asyncio.Lock()
        self.mode, self.shown, self.text = "START", "", ""
        self.faults: set[str] = set()

    # --- console and display

    def tell(self, mode: str) -> None:
        """Its state, when that is another."""
        self.mode = mode
        self.log(f"mode: {mode} owes={int(bool(self.book.owed))} bank={self.up()}")

    def up(self) -> str:
        """Whether its last attempt met the bank."""
        return "up" if self.bank.up else "down"

    def screen(self, text: str) -> None:
        """What the display says from now on."""
        if text != self.text:
            self.text = text
            self.log(f"ui: {text}")

    def fault(self, what: str) -> tuple[str, str]:
        """Say it, and show it; (text, nexo's word for it)."""
        code, text, condition = FAULTS[what]
        if what not in self.faults:
            if what not in ("no", "card", "given_up", "unknown"):
                self.faults.add(what)
            self.log(f"flt: + {code}")
        self.shown = what
        self.screen(text)
        return text, condition

    def over(self, what: str) -> None:
        """It is no longer so."""
        if what in self.faults:
            self.faults.remove(what)
            self.log(f"flt: - {FAULTS[what][0]}")
        if self.shown == what:
            self.shown = ""
            self.greet()

    def over_link(self) -> None:
        """The bank has answered."""
        for what in LINK:
            self.over(what)

    def greet(self) -> None:
        """The idle text, unless something is to be said."""
        if self.mode == "IDLE":
            left = next(iter(sorted(self.faults)), "")
            self.screen(FAULTS[left][1] if left else IDLE)

    # --- what it may be asked

    async def clear_way(self) -> str:
        """Keys, debts and an open settlement, before all else; the fault that is in the way."""
        try:
            await self.bank.settle_debts()
            if self.book.closing:
                await self.settle()
        except Trouble as trouble:
            return str(trouble.what)
        return ""

    async def what_became(self, call: Call) -> Body:
        """TransactionStatus: of the one that is named, else of the last one."""
        named = call.body.get("MessageReference", {})
        service = str(named.get("ServiceID") or self.book.last)
        category = str(named.get("MessageCategory") or "Payment")
        if service not in self.book.asked:
            return bad("NotFound", "OPERATION INCONNUE")
        if self.book.asked[service] is None and service == self.book.last and self.busy.locked():
            return bad("InProgress", "OCCUPE")
        header = call.header | {
            "MessageCategory": category, "ServiceID": service, "MessageType": "Response",
        }  # fmt: skip
        inner = {f"{category}Response": self.told(service, category)}
        repeated = {"MessageHeader": header, "RepeatedResponseMessageBody": inner}
        reference = named or {"MessageCategory": category, "ServiceID": service}
        return good(MessageReference=reference, RepeatedMessageResponse=repeated)

    def told(self, service: str, category: str) -> Body:
        """What a register was answered, or would have been: the book knows better than the line."""
        said: Body | None = self.book.asked[service]
        if said is not None:
            return said
        for row in self.book.deals:
            if row.get("service") == service:
                answer: Body = sale.response(row, "", "", "", category, sale=None)
                return answer
        failed: Body = bad("Aborted", FAULTS["cut"][1])
        return failed

    def next_slip(self) -> int:
        """Of its own count, which is not the host's."""
        self.book.note(slip=self.book.slip + 7)
        return int(self.book.slip)

    def found(self, call: Call) -> dict[str, Any]:
        """The sale of the open batch that is meant; raises KeyError."""
        number = call.body["OriginalPOITransaction"]["POITransactionID"]["TransactionID"]
        for row in self.book.deals:
            if str(row["slip"]) == number and row["what"] == "sale" and not row.get("voided"):
                return dict(row)
        raise KeyError(number)

    def read_out(self) -> None:
        """All of the open batch, on the console."""
        for row in self.book.deals:
            self.log(
                "book: lot={batch} #{stan} {sum:.2f} CNY {card} {what}".format(
                    sum=row["amount"] / 100, card=sale.SHOWN, **row
                )
            )
        self.log(f"book: {len(self.book.deals)} rows, 0 torn")

    # --- settlement

    async def close(self, call: Call) -> Body:
        """Reconciliation with the acquirer."""
        if self.busy.locked():
            return bad("Busy", "OCCUPE")
        async with self.busy:
            self.tell("SALE")
            fault = ""
            try:
                await self.bank.settle_debts()
                await self.settle()
            except Trouble as trouble:
                fault = trouble.what
        self.tell("IDLE")
        if fault:
            text, condition = self.fault(fault)
            return bad(condition, text, ReconciliationType="AcquirerReconciliation")
        self.over_link()
        self.greet()
        return good(ReconciliationType="AcquirerReconciliation")

    async def settle(self) -> None:
        """0500 until it is answered; then the batch is another. Raises Trouble."""
        fields = self.bank.header("00", "201")
        count, debit, undone, credit = self.book.totals()
        fields |= {48: f"{debit:012d}{count:03d}{credit:012d}{undone:03d}0", 49: "156", 63: "01 "}
        self.book.note(closing={"stan": fields[11]})
        got = await self.bank.ask("0500", fields)
        if got.get(39) not in ("00", "95"):
            raise Trouble("upset")
        even = got.get(48, "")[30:31] in ("", "1")
        self.book.note(closed=fields[60][2:8], keys={"batch": fields[60][2:8]})
        self.log(f"lot: {fields[60][2:8]} closed")
        await self.bank.sign_on()
        if not even:
            self.fault("uneven")

    async def totals(self, call: Call) -> Body:
        """GetTotals: of the open batch."""
        count, debit, undone, credit = self.book.totals()
        rows = [
            {"TransactionType": kind, "TransactionCount": many, "TransactionAmount": money / 100}
            for kind, many, money in (("Debit", count, debit), ("Credit", undone, credit))
        ]
        batch = self.book.keys.get("batch", "1")
        told = [{"PaymentInstrumentType": "Card", "PaymentTotals": rows}]
        return good(POIReconciliationID=str(int(batch)), TransactionTotals=told, DateTime=now())

    async def administer(self, call: Call) -> Body:
        """Admin: a sign-on, and nothing else."""
        if call.body.get("ServiceIdentification") != "SignOn":
            return bad("UnavailableService", "INCONNU")
        async with self.busy:
            try:
                await self.bank.settle_debts()
                await self.bank.sign_on()
            except Trouble as trouble:
                return bad(FAULTS[trouble.what][2], self.fault(trouble.what)[0])
        self.over_link()
        self.tell(self.mode)
        return good()

    @staticmethod
    async def either(*waits: Coroutine[Any, Any, Any]) -> None:
        """Until one of them is over."""
        tasks = [asyncio.ensure_future(one) for one in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
