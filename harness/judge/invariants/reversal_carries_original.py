"""Invariant 6: a reversal names what it reverses."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import MONEY, REVERSAL, Books, last4, moves_money
from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import Monitor, span
from harness.judge._run import Run
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

#: Rules by which the host's own books say the same.
RULES = frozenset({"reversal_differs", "inquiry_reversed", "advice_reversed"})
#: Fields 41, 60.2, 4, 49, 3, 22, 23 and 25 are copies (Q/CUP 006, 0400).
FACTS = {
    "tid": "terminal", "batch": "batch", "amount": "amount", "currency": "currency",
    "processing": "processing code", "mode": "way of entry", "condition": "condition code",
    "sequence": "card sequence number",
}  # fmt: skip
#: Field 61: the batch and the trace number of what a message is about.
ORIGINAL = 6


@dataclass(frozen=True, slots=True)
class ReversalCarriesOriginal:
    """A 0400 carries the trace number, amount, terminal, batch and card of its original.

    Also its processing code, way of entry, condition code and currency; and where it names its
    original in field 61, that is the one, or the one that this was about itself (a void). Field 38
    is no other sale's code: that of the original's answer, a copy of its request's, or none.
    A reversal whose original never reached the host is right (it answers 25); one with a number of
    its own, while a request like it stays unreversed, is not (payment invariant 6; field 11 of the
    0400 is the original's). A balance inquiry, which moves no money, and an advice are never
    reversed.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (6,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _ReversalCarriesOriginal("reversal_carries_original", run)


class _ReversalCarriesOriginal(Safety):
    kinds = frozenset({"request_received", "violation"})

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._foreign: list[Observation] = []
        self._never: dict[int, Observation] = {}  # inquiries
        self._count = 0

    def on(self, seen: Observation) -> None:
        if seen.kind == "violation":
            if seen.get("rule") in RULES:
                self.fail(f"the host refused a reversal: {seen.get('text')}", (seen.n,))
            return
        if mti_of(seen) != REVERSAL:
            self._note(seen)
            return
        self._count += 1
        stan = stan_of(seen)
        if stan is None:
            self.fail(
                f"the reversal at {span(seen.t)} carries no trace number (field 11 is 000000 or"
                " missing)", (seen.n,),
            )  # fmt: skip
            return
        self._compare(stan, seen)

    def _compare(self, stan: int, seen: Observation) -> None:
        originals = self.run.books.requests[stan]
        never = self._never.get(stan) or next(iter(self.run.books.advices[stan]), None)
        if never is not None and not originals:
            self.fail(
                f"trace number {stan} was reversed at {span(seen.t)}, and it is an inquiry or an"
                " advice, which never is", (never.n, seen.n),
            )  # fmt: skip
        elif not originals:
            self._foreign.append(seen)
        elif not any(differing(row, seen) == [] for row in originals):
            wrong = ", ".join(differing(originals[-1], seen))
            self.fail(
                f"the reversal of trace number {stan} differs from its original in: {wrong}",
                (originals[-1].n, seen.n),
            )
        elif wrong_code(self.run.books, stan, seen):
            given = ", ".join(codes(self.run.books, stan)) or "none"
            self.fail(
                f"the reversal of trace number {stan} has authorisation code"
                f" {seen.get('auth')} (field 38); the original's is {given}",
                (originals[-1].n, seen.n),
            )  # fmt: skip

    def _note(self, seen: Observation) -> None:
        """An inquiry: it moves nothing."""
        stan = stan_of(seen)
        if stan is not None and mti_of(seen) in MONEY and not moves_money(seen):
            self._never[stan] = seen

    def last_look(self) -> None:
        books, unheard = self.run.books, not self.run.hears("console")
        for seen in self._foreign:
            for stan, rows in books.requests.items():
                over = books.concluded(stan) or (unheard and books.sound_answers(stan))
                bare = rows and not books.reversals[stan] and not over
                if bare and rows[0].n < seen.n and not differing(rows[0], seen):
                    self.fail(
                        f"the reversal at {span(seen.t)} carries trace number {stan_of(seen)};"
                        f" {stan} was to be reversed", (rows[0].n, seen.n),
                    )  # fmt: skip

    def held(self) -> str:
        return f"{self._count} reversals, each like its original"


def differing(original: Observation, reversal: Observation) -> list[str]:
    """What both tell and is not the same."""
    wrong = [
        word for name, word in FACTS.items()
        if original.get(name) is not None and reversal.get(name) is not None
        and str(original[name]) != str(reversal[name])
    ]  # fmt: skip
    cards = last4(original), last4(reversal)
    if all(map(str.isdecimal, cards)) and cards[0] != cards[1]:
        wrong.append("card")
    if not _names(original, reversal):
        wrong.append("original (field 61)")
    return wrong


def _names(original: Observation, reversal: Observation) -> bool:
    """Whether field 61 of a 0400 is a copy, or names the trace number; also where it is empty."""
    named, copied = str(reversal.get("original") or ""), str(original.get("original") or "")
    if copied or len(named) < 2 * ORIGINAL:
        return not (copied and named) or named == copied
    return named[ORIGINAL : 2 * ORIGINAL] == f"{stan_of(original) or 0:06d}"


def codes(books: Books, stan: int) -> list[str]:
    """Field 38 of a request (a void's is of what it voids), and of its answers."""
    rows = (*books.requests[stan], *books.answers[stan])
    return sorted({str(row["auth"]) for row in rows if row.get("auth")})


def wrong_code(books: Books, stan: int, reversal: Observation) -> bool:
    """Whether field 38 of a 0400 is another's. Whose record is of before the answer has none."""
    own, told = codes(books, stan), reversal.get("auth")
    others = {row.get("auth") for rows in books.answers.values() for row in rows}
    return bool(told) and told not in own and (bool(own) or told in others)
