"""``ends_as``: a transaction that was cut ends as its cut point demands (payment rules, section 9).

Derived unasked from every ``cut_at``. A cut takes its time: how far the transaction had come is
read from the trace, and the end state that is demanded is that of the point it had come to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import STANDING, Books, deal_of, moves_money
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._oracle import LEDGER
from harness.judge._run import Injected, Run
from harness.judge._sold import UNKNOWN
from harness.judge._telling import stan_of
from harness.judge.invariants._at_rest import AtRest, Breach, Finding, Held, Missing
from harness.model.cut_points import CUT_POINTS, PointName
from harness.model.trace import Observation

#: How far a sale had come, by what was seen of it last, the furthest first -> how it may end.
#: Between the good answer and the line that says approved, the record may be saved or not.
REACHED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("approved", ("approved",)),
    ("answer_received", ("none", "undone", "approved")),
    ("", ("none", "undone")),
)
#: By what it is seen that the terminal was asked for it.
BEGUN = frozenset({"prompt", "ecr_status", "card_read", "request_sent"})


@dataclass(frozen=True, slots=True)
class EndsAs:
    """The end state of one cut point.

    Attributes:
        point: P0 .. P13.
        sale: The transaction that was cut, by its name; none for a settlement or a sign-on.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (3, 5, 7)

    point: PointName
    sale: str = ""

    def watch(self, run: Run) -> Monitor:
        return _EndsAs(self, run)


class _EndsAs(AtRest):
    kinds = frozenset({
        "approved", "answer_received", "boot", "settled", "signed_on", "request_received",
        "violation", "fault_injected", *BEGUN,
    })  # fmt: skip

    def __init__(self, word: EndsAs, run: Run) -> None:
        of = f" of {word.sale}" if word.sale else ""
        super().__init__(f"ends_as {word.point}{of}", run, self._check_point, oracle=LEDGER)
        self._word = word
        self._reached = ""
        self._begun = False
        self._over: Observation | None = None  # the first start after the cut
        self._closed: list[Observation] = []
        self._first: Observation | None = None  # a sign-on, or money, after that start
        self._wrong: list[Observation] = []

    # --- reading --------------------------------------------------------------------------------

    def on(self, seen: Observation) -> None:
        cut = self._cut()
        if seen.kind == "boot":
            self._over = self._over or (seen if cut is not None else None)
        elif seen.kind == "settled":
            self._closed.append(seen)
        elif seen.kind == "violation":
            self._wrong.append(seen)
        elif seen.kind in ("signed_on", "request_received"):
            new = seen.kind == "signed_on" or moves_money(seen)
            if self._over is not None and new:
                self._first = self._first or seen
        elif self._over is None and seen.source == TERMINAL:
            self._go_on(seen)

    def _go_on(self, seen: Observation) -> None:
        """What the terminal says before its start tells how far it had come."""
        order = [name for name, _ in REACHED]
        if seen.kind in BEGUN:
            its = seen.kind == "prompt" or self._is_its(seen)
            asked = self._word.sale in self.run.books.sales and seen.get("code") != ""
            self._begun = self._begun or (its and asked)
        elif self._is_its(seen):
            self._reached = min(self._reached, seen.kind, key=order.index)

    def _cut(self) -> Injected | None:
        return self.run.fault(self._word.point)

    def _is_its(self, seen: Observation) -> bool:
        sale = self.run.books.sales.get(self._word.sale)
        stans = sale.stans if sale is not None else set()
        return seen.get("of") == self._word.sale or stan_of(seen) in stans

    # --- deciding -------------------------------------------------------------------------------

    def _check_point(self, books: Books) -> Iterator[Finding]:
        cut = self._cut()
        if cut is None:
            yield Missing(f"nothing was cut at {self._word.point}")
        elif "settled" in CUT_POINTS[self._word.point].endings:
            yield from self._settled(cut)
        elif "signed_on" in CUT_POINTS[self._word.point].endings:
            yield from self._signed_on(cut)
        else:
            yield from self._sale_ended(books, cut)

    def _sale_ended(self, books: Books, cut: Injected) -> Iterator[Finding]:
        missing = books.no_ledger() or (books.no_journal() if self._word.sale else "")
        if missing:
            yield Missing(missing)
            return
        ending, lines = ending_of(books, self._word.sale)
        allowed = dict(REACHED)[self._reached]
        if not self._follows():
            allowed = ("none", "undone", "approved")  # how far it had come nobody saw
        elif self._word.point == "P12":
            allowed = ("none", "undone")
        wanted = CUT_POINTS[self._word.point].ends
        if not self._begun and self._ended_later(books):
            yield Missing(f"{self._word.sale} reached the terminal only after it had started again")
            return
        if ending not in allowed:
            how = f"after {self._reached!r}" if self._reached else "before any answer"
            yield Breach(
                f"{self._word.sale} was cut {how} and ended as {ending!r}; wanted"
                f" {' or '.join(allowed)} ({wanted})", (cut.at, *lines),
            )  # fmt: skip
        yield Held(f"{self._word.sale} ended as {ending!r} ({wanted})")

    def _ended_later(self, books: Books) -> bool:
        """Whether the register was told its end after the terminal had started again."""
        sale = books.sales.get(self._word.sale)
        ended = sale.ended if sale is not None else None
        known = ended is not None and ended.get("outcome") != UNKNOWN
        return bool(known and ended and self._over is not None and ended.n > self._over.n)

    def _follows(self) -> bool:
        """Whether it would be seen how far the sale had come."""
        told = all(self.run.tells(kind) for kind, _ in REACHED if kind)
        return self.run.hears("console") and told

    def _settled(self, cut: Injected) -> Iterator[Finding]:
        for seen in self._wrong:
            yield Breach(f"the host's books at {span(seen.t)}: {seen.get('text')}", (seen,))
        keys = [(row.get("tid"), row.get("batch")) for row in self._closed]
        for key in {key for key in keys if keys.count(key) > 1}:
            same = [row for row in self._closed if (row.get("tid"), row.get("batch")) == key]
            yield Breach(f"batch {key[1]} was settled {len(same)} times", (cut.at, *same))
        if not self.run.hears("host"):
            yield Missing("the host, who settles, is not observed")
        yield Held(f"{len(self._closed)} settlements, each batch once")

    def _signed_on(self, cut: Injected) -> Iterator[Finding]:
        if not self.run.hears("host"):
            yield Missing("the host, who is signed on at, is not observed")
        elif self._over is None or self._first is None:
            yield Missing("after the cut nothing was asked of the host")
        elif self._first.kind != "signed_on" and self._first.get("mac_ok") is False:
            yield Breach(
                f"after the cut trace number {stan_of(self._first)} was sent with keys that do not"
                " fit, and without a sign-on", (cut.at, self._over, self._first),
            )  # fmt: skip
        yield Held("after the cut it used its old keys, or signed on again")


def ending_of(books: Books, name: str) -> tuple[str, tuple[Observation, ...]]:
    """How a sale ended, by ledger, journal and register: a word of ``Ending``, or what is wrong."""
    sale = books.sales.get(name)
    stans = sale.stans if sale is not None else set()
    rows = [row for stan in sorted(stans) for row in books.ledger.by_stan.get(stan, ())]
    booked = [row for row in books.booked() if stan_of(row) in stans]
    kept = [row for stan in sorted(stans) if (row := books.in_journal(stan, *STANDING))]
    lines = (*rows, *kept)
    if len(booked) > 1:
        return f"{len(booked)} times {deal_of(booked[0])}", lines
    if booked and kept:
        return "approved", lines
    if booked:
        return "booked, and not in the journal", lines
    if kept:
        return "in the journal, and not booked", lines
    if sale is not None and sale.outcome not in ("failed", "declined", UNKNOWN, "not_done",
                                                 "reversed"):  # fmt: skip
        return f"{sale.outcome} to the register, and not booked", lines
    return ("undone" if rows else "none"), lines
