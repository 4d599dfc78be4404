"""A small terminal that does everything right, told as a day of random business."""

import random
from typing import Any, Self

from harness.judge.invariants.money import Money
from harness.judge.invariants.upkeep import Upkeep
from harness.model.words import words_in
from harness.tests.judge.story import PAN, TID, Row, Story

OTHER_PAN = "999999******0022"
CARDS = {"chip": PAN, "stripe": OTHER_PAN}
MODES = {"chip": "051", "stripe": "021"}  # field 22
#: Every invariant but the words that stand for several.
INVARIANTS = tuple(
    word for word in words_in("harness.judge.invariants") if word not in ("money", "upkeep")
)
assert set(Money.STANDS_FOR + Upkeep.STANDS_FOR) <= set(INVARIANTS)


class Day(Story):
    """A correct terminal. Each method is one piece of business, whole and right."""

    def __init__(self, rng: random.Random, *, always: tuple[str, ...] = INVARIANTS) -> None:
        super().__init__({"always": list(always)})
        self.rng = rng
        self.stan = 0
        self.count = 0
        self.pan, self.mode = PAN, MODES["chip"]
        self.engine("run_started", spec=dict(self.spec), observes=list(self.observes), seed=1)
        self.terminal("boot", version="2.0.0", slot="A", reason="power")
        self.sign_on()
        self.terminal("state", state="ready", pending=0, online=True)
        self.terminal("display", text="READY")
        self.engine("given_ready")
        self.host("handshake", shown="good", why="")

    # --- pieces ---------------------------------------------------------------------------------

    def facts(self, amount: int) -> dict[str, Any]:
        return {"amount": amount, "pan": self.pan}

    def next(self, deal: str, amount: int | None, **more: Any) -> tuple[str, int]:
        """A transaction begins: its name and its trace number."""
        self.stan, self.count = self.stan + 1, self.count + 1
        self.mode = MODES["chip"]
        name = f"{deal}-{self.count}"
        what = {} if deal == "sale" else {"what": deal}
        self.engine("sale_started", sale=name, amount=amount, currency="CNY", **what, **more)
        self.terminal("display", text=deal.upper())
        self.terminal("ecr_status", code="0E", text="please wait", of=name)
        return name, self.stan

    def present(self, card: str) -> None:
        self.pan, self.mode = CARDS[card], MODES[card]
        self.say("reader", "card_swiped" if card == "stripe" else "card_inserted", card=card)
        self.terminal("card_read", entry=card, pan=self.pan)
        if card == "chip":
            self.say("reader", "card_removed", card=card)

    def ask(self, name: str, stan: int, amount: int, *, mti: str, processing: str, entry: str,
            status: str = "approved") -> None:  # fmt: skip
        if mti != "0220":
            self.terminal("reversal_saved", stan=stan, of=name)
        self.terminal("request_sent", mti=mti, stan=stan, of=name)
        self.host("request_received", mti=mti, stan=stan, batch=self.batch, tid=TID, skew=1,
                  processing=processing, mode=self.mode, condition="00", currency="156", of=name,
                  **self.facts(amount))  # fmt: skip
        self.ledger.setdefault(stan, {
            "batch": self.batch, "status": status, "entry": entry, "voided": False,
            **self.facts(amount),
        })  # fmt: skip

    def believe(self, name: str, stan: int, amount: int, deal: str, *, mti: str = "0210") -> None:
        self.host("answered", mti=mti, stan=stan, response="00", auth=f"{stan:06d}")
        self.terminal("answer_received", mti=mti, stan=stan, response="00")
        self.finish(name, stan, amount, deal)

    def finish(self, name: str, stan: int, amount: int, deal: str) -> None:
        self.terminal("approved", stan=stan, **self.facts(amount))
        what = {} if deal == "sale" else {"what": deal}
        self.journal[stan] = {
            "batch": self.batch, "outcome": "approved", **what, **self.facts(amount)
        }  # fmt: skip
        self.receipt(stan, amount)
        given = self.find("answered", stan=stan) if deal == "sale" else self.find("answered")
        auth = given[-1].fields.get("auth") if given else None  # a void's may be its original's
        self.ended(name, "approved", stan=stan, told=amount, pan=self.pan, auth=auth)

    def standing(self, entry: str) -> list[int]:
        """Trace numbers of the open batch that stand as this."""
        return [
            stan for stan, row in self.ledger.items()
            if row["batch"] == self.batch and row["entry"] == entry
            and row["status"] == "approved" and not row["voided"]
        ]  # fmt: skip

    # --- business -------------------------------------------------------------------------------

    def void_by_adjustment(self) -> None:
        """A void at a host that takes it as an adjustment of a debit (02)."""
        self.void(processing="020000")

    def keys_refused(self) -> None:
        """The host refuses the keys: after a sign-on the same request goes out again."""
        name, stan = self.next("sale", 650, card="none")
        self.ask(name, stan, 650, mti="0200", processing="000000", entry="sale")
        self.host("answered", mti="0210", stan=stan, response="A0")
        self.sign_on()
        self.ask(name, stan, 650, mti="0200", processing="000000", entry="sale")
        self.believe(name, stan, 650, "sale")

    def good_sale(self) -> None:
        amount = self.rng.choice([100, 1234, 5000])
        card = self.rng.choice(list(CARDS))
        name, stan = self.next("sale", amount, card=card)
        self.present(card)
        self.ask(name, stan, amount, mti="0200", processing="000000", entry="sale")
        self.believe(name, stan, amount, "sale")

    def refused_sale(self) -> None:
        name, stan = self.next("sale", 700, card="none")
        self.ask(name, stan, 700, mti="0200", processing="000000", entry="sale", status="declined")
        self.answer(stan, "51")
        self.terminal("declined", stan=stan, **self.facts(700))
        self.journal[stan] = {"batch": self.batch, "outcome": "declined", **self.facts(700)}
        self.ended(name, "declined", cause="card_declined", stan=stan)

    def lost_answer(self) -> None:
        """Nothing comes; its log may say that something is owed, or nothing before it is paid."""
        name, stan = self.next("sale", 800, card="none")
        self.ask(name, stan, 800, mti="0200", processing="000000", entry="sale")
        self.answer(stan, arrives=False)
        self.terminal("not_done", stan=stan, owed=True, **self.facts(800))
        self.ended(name, "failed", cause="host_silent", stan=stan)
        if self.rng.random() < 0.5:
            self.terminal("state", state="ready", pending=1, online=True)
        if self.rng.random() < 0.5:  # ready for the next sale, which the reversal comes before
            self.terminal("terminal_status", code="00", text="ready")
        self.owe(stan, 800)

    def cut_in_flight(self) -> None:
        name, stan = self.next("sale", 900, card="none")
        self.ask(name, stan, 900, mti="0200", processing="000000", entry="sale")
        self.answer(stan, arrives=False)
        self.after(3).boot(pending=1)
        self.ended(name, "unknown")
        self.owe(stan, 900)

    def owe(self, stan: int, amount: int) -> None:
        """Reversed, perhaps at the second try: the first has no answer, or none to believe."""
        for act in self.rng.choice([(), ("",), ("wrong_stan",), ("corrupt",)]):
            self.after(30)
            self.terminal("reversal_sent", stan=stan)
            if act:
                self.host("misbehaved", act=act, mti="0400", stan=stan)
                self.host("answered", mti="0410", stan=stan, response="00")
            self.host("request_received", mti="0400", stan=stan, batch=self.batch, tid=TID,
                      mode="051", condition="00", currency="156",
                      original=f"{self.batch:06d}{stan:06d}0301", **self.facts(amount))  # fmt: skip
        self.after(30).reverse(stan, amount)
        if self.rng.random() < 0.3:  # what never was need not be in a journal
            del self.journal[stan]

    def void(self, processing: str = "200000") -> None:
        original = self.rng.choice([*self.standing("sale"), *self.standing("completion")] or [0])
        if not original:
            return
        row = self.ledger[original]
        self.pan, amount = row["pan"], row["amount"]
        name, stan = self.next("void", None)
        self.ask(name, stan, amount, mti="0200", processing=processing, entry="void")
        row["voided"] = True
        self.journal[original]["outcome"] = self.rng.choice(["approved", "voided"])
        self.believe(name, stan, amount, "void")

    def refund(self) -> None:
        name, stan = self.next("refund", 300, card="chip")
        self.present("chip")
        self.finish(name, stan, 300, "refund")
        for trouble in self.rng.choice([(), ("",), ("drop",), ("corrupt",), ("96",)]):
            self.tell(name, stan, trouble)
        self.tell(name, stan)
        self.hear(stan)

    def tell(self, name: str, stan: int, trouble: str = "") -> None:
        """A refund's advice, and what may keep its answer from being one."""
        if trouble.isalpha():
            self.host("misbehaved", act=trouble, mti="0220", stan=stan)
        self.ask(name, stan, 300, mti="0220", processing="200000", entry="refund")
        self.rows[-1].fields["mac_ok"] = True
        if trouble in ("corrupt", "96"):
            self.hear(stan, "96" if trouble == "96" else "00")

    def hear(self, stan: int, code: str = "00") -> None:
        """The answer to it."""
        self.host("answered", mti="0230", stan=stan, response=code)
        self.terminal("answer_received", mti="0230", stan=stan, response=code)

    def upload(self, stan: int, *, heard: bool = True) -> None:
        """An item of the batch, under its own number."""
        self.host("request_received", mti="0320", stan=stan, batch=self.batch, tid=TID, amount=100)
        self.host("answered", mti="0330", stan=stan, response="00")
        if heard:
            self.terminal("answer_received", mti="0330", stan=stan, response="00")

    def preauth(self) -> None:
        name, stan = self.next("preauth", 2000, card="none")
        self.ask(name, stan, 2000, mti="0100", processing="030000", entry="preauth")
        self.believe(name, stan, 2000, "preauth", mti="0110")

    def completion(self) -> None:
        if not self.standing("preauth"):
            return
        name, stan = self.next("completion", self.rng.choice([None, 1800]))
        amount = 1800
        self.ask(name, stan, amount, mti="0200", processing="000000", entry="completion")
        self.believe(name, stan, amount, "completion")

    def balance(self) -> None:
        name, stan = self.next("balance", None, card="none")
        self.terminal("request_sent", mti="0200", stan=stan, of=name)
        self.host("request_received", mti="0200", stan=stan, batch=self.batch, tid=TID, of=name,
                  processing="310000")  # fmt: skip
        self.answer(stan)
        self.ended(name, "approved", stan=stan)

    def settle(self) -> None:
        """The end of the batch; its answer may be lost, spoilt, or forgotten in a restart."""
        batch, trouble = self.batch, self.rng.choice(["", "", "drop", "wrong_stan", "cut"])
        self.engine("step_started", word="settle")
        self.ask_to_settle(trouble)
        if trouble == "cut":
            self.hear_settled()
            self.after(3).boot()
        if trouble:
            self.after(30).sign_on()
            self.ask_to_settle()
        self.hear_settled()
        self.engine("step_done", word="settle", outcome="unknown" if trouble else "approved")
        self.batch += 1
        if self.rng.random() < 0.5:  # a terminal may forget what is settled
            self.journal = {n: row for n, row in self.journal.items() if row["batch"] != batch}
        if self.rng.random() < 0.5:
            self.name_batch(self.batch)
        self.sign_on()

    def ask_to_settle(self, trouble: str = "") -> None:
        """0500, and what the host makes of it; it closes a batch once."""
        self.stan += 1
        self.host("request_received", mti="0500", stan=self.stan, batch=self.batch, tid=TID)
        if trouble not in ("", "cut"):
            self.host("misbehaved", act=trouble, mti="0500", stan=self.stan)
        if not self.find("settled", batch=self.batch):
            self.host("settled", tid=TID, batch=self.batch, balanced=True, uploaded=0)
        if trouble != "drop":
            self.host("answered", mti="0510", stan=self.stan, response="00")

    def hear_settled(self) -> None:
        self.terminal("answer_received", mti="0510", stan=self.stan, response="00")

    def name_batch(self, batch: int) -> None:
        """A sign-on's request that names a batch."""
        self.stan += 1
        self.host("request_received", mti="0800", stan=self.stan, batch=batch, tid=TID)

    def sign_on(self) -> None:
        self.host("signed_on", tid=TID, batch=self.batch)

    def sign_off_and_on(self) -> None:
        self.host("signed_off", tid=TID)
        self.sign_on()

    def totals(self) -> None:
        kept = [
            row for row in self.journal.values()
            if row["batch"] == self.batch and row["outcome"] in ("approved", "voided")
        ]  # fmt: skip
        back = [row["amount"] for row in kept if row.get("what") in ("void", "refund")]
        paid = [row["amount"] for row in kept
                if row.get("what", "sale") in ("sale", "completion")]  # fmt: skip
        self.terminal("totals", batch=self.batch, debits=len(paid), debit=sum(paid),
                      credits=len(back), credit=sum(back))  # fmt: skip

    # --- the day --------------------------------------------------------------------------------

    def lived(self) -> Self:
        """Business in any order, each kind now and then."""
        business = [
            self.good_sale, self.good_sale, self.refused_sale, self.lost_answer, self.void,
            self.cut_in_flight, self.refund, self.preauth, self.completion, self.balance,
            self.settle, self.sign_off_and_on, self.void_by_adjustment, self.keys_refused,
        ]  # fmt: skip
        for _ in range(self.rng.randrange(1, 9)):
            self.after(self.rng.choice([0.5, 5, 60]))
            self.rng.choice(business)()
        self.good_sale()
        self.totals()
        return self

    def over(self) -> Self:
        """Records told, at rest, the end."""
        return self.end()

    def find(self, kind: str, **wanted: Any) -> list[Row]:
        """Lines of this kind with these values."""
        return [
            row for row in self.rows
            if row.kind == kind and all(row.fields.get(k) == v for k, v in wanted.items())
        ]  # fmt: skip


def day(seed: int) -> Day:
    """A day, lived and told to its end."""
    return Day(random.Random(seed)).lived().over()
