"""Invariant 8: a trace number is used once, and they rise."""

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import alike, moves_money
from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import Monitor, span
from harness.judge._run import Run
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

#: Within a day no number comes twice, whatever the batch, s.
DAY = 86_400.0
#: Six digits; a counter that wraps begins again at 1.
WRAP = 999_000

#: Sign-on, sign-off, settlement: numbered by the same counter, as a rule.
BESIDE = frozenset({"0800", "0820", "0500"})

#: So many times a number of the one kind has followed at once on a number of the other, at least as
#: often as it has not, and twice as often as the two were the same: both come from one counter.
WOVEN = 3

#: Rules by which the host's own books say the same.
RULES = frozenset({"stan_reused", "stan_not_rising"})


@dataclass(frozen=True, slots=True)
class StanNeverReused:
    """Within a batch trace numbers rise and never repeat; within a day none is used for two.

    Restarts and clock changes included (payment invariant 8). A resend of the same request, before
    anything else became of it, is no reuse; a reversal carries its original's number by rule. A
    sign-on or a settlement counts as well where the terminal was seen to number those with its
    sales. A request that moves money has a number: 000000 is none, for field 61 says by it that
    there is no original.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (8,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _StanNeverReused("stan_never_reused", run)


class _StanNeverReused(Safety):
    kinds = frozenset({"request_received", "violation"})

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._used: dict[tuple[object, int], Observation] = {}
        self._top: dict[tuple[object, object], int] = {}
        self._last: Observation | None = None  # the last one with a number
        self._others: dict[tuple[object, int], Observation] = {}  # those that move no money
        #: Class of those -> so often one followed on a sale, or a sale on one, and by how much.
        self._woven, self._loose = Counter[str](), Counter[str]()
        self._shared: list[tuple[str, Observation, Observation]] = []  # one number for both

    def on(self, seen: Observation) -> None:
        if seen.kind == "violation":
            if seen.get("rule") in RULES:
                self.fail(
                    f"the host's books at {span(seen.t)}: {seen.get('text')}"
                    f" (trace number {seen.get('stan')})", (seen.n,),
                )  # fmt: skip
            return
        stan = stan_of(seen)
        if seen.get("stan") == 0 and moves_money(seen):
            self.fail(
                f"the {mti_of(seen)} at {span(seen.t)} carries no trace number (field 11 is 000000"
                " or missing); after 999999 comes 000001", (seen.n,),
            )  # fmt: skip
        elif stan is not None and moves_money(seen):
            self._weave(stan, seen)
            self._check_other(stan, seen, self._others)
            self._number(stan, seen)
        elif stan is not None and mti_of(seen) in BESIDE:
            self._weave(stan, seen)
            self._check_other(stan, seen, self._used)
            self._others[(seen.get("tid"), stan)] = seen

    def _weave(self, stan: int, seen: Observation) -> None:
        """Whether two of different sorts, the one behind the other, are numbered so, too."""
        last, self._last = self._last or self.run.signed_on, seen
        if last is None or moves_money(last) == moves_money(seen):
            return
        kind = _class(last if moves_money(seen) else seen)
        follows = stan == (stan_of(last) or 0) + 1 > 1
        self._woven[kind] += follows
        self._loose[kind] += not follows

    def _check_other(
        self, stan: int, seen: Observation, used: dict[tuple[object, int], Observation]
    ) -> None:
        """Whether one that moves money and one that moves none have the same number."""
        first = used.get((seen.get("tid"), stan))
        if first is None or seen.t - first.t >= DAY:
            return
        self._shared.append((_class(first if moves_money(seen) else seen), first, seen))

    def last_look(self) -> None:
        """One counter for both is known by the whole run."""
        often = Counter(kind for kind, _, _ in self._shared)
        for kind, first, seen in self._shared:
            if self._woven[kind] >= max(WOVEN, self._loose[kind], 2 * often[kind]):
                self.fail(
                    f"trace number {stan_of(seen)}, of a {mti_of(first)} at {span(first.t)}, was"
                    f" used again at {span(seen.t)}, for a {mti_of(seen)}", (first.n, seen.n),
                )  # fmt: skip

    def _number(self, stan: int, seen: Observation) -> None:
        key, batch = (seen.get("tid"), stan), (seen.get("tid"), seen.get("batch"))
        first, top = self._used.get(key), self._top.get(batch, 0)
        if first is not None and seen.t - first.t < DAY:
            if not self._is_resend(stan, first, seen):
                self.fail(
                    f"trace number {stan} of {span(first.t)} was used again at {span(seen.t)}",
                    (first.n, seen.n),
                )
            return
        # a request that its own reversal overtook on the way is late, not new
        if stan <= top < WRAP and not self.run.books.reversals[stan]:
            self.fail(f"trace number {stan} came after {top} in the same batch", (seen.n,))
        self._used[key] = seen
        self._top[batch] = max(top, stan) if top < WRAP else stan

    def _is_resend(self, stan: int, first: Observation, seen: Observation) -> bool:
        books = self.run.books
        restarted = bool(books.boots) and books.boots[-1].n > first.n
        ended = bool(books.reversals[stan] or books.decided[stan])
        return (
            alike(first, seen) and not restarted and not ended
            and first.get("of") == seen.get("of")
        )  # fmt: skip

    def held(self) -> str:
        return f"{len(self._used)} trace numbers, each used once"


def _class(seen: Observation) -> str:
    """What has one counter: settlements, or messages that manage the network."""
    return "batch" if mti_of(seen) == "0500" else "network"
