"""``updated``: which version an update leaves behind, how long it took and what it cost.

The version is the one that runs when the story is over, by the terminal's own ``boot`` line. Four
times are measured in any case and told with the answer; where they have a budget each is a clause
of its own. A phase that the terminal does not tell has no time: that is INCONCLUSIVE, never FAIL.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.judge._course import CODE, TIMED, Course, Timed, brings
from harness.judge._monitor import Clause, Monitor, after, span
from harness.judge._run import Run
from harness.model.trace import Observation
from harness.model.units import Fraction, Seconds

To = Literal["new", "old", "either"]
SAID = {
    "download": "download", "install": "install", "out_of_service": "out of service",
    "first_sale": "back to the first sale",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Updated:
    """How an update ends.

    Attributes:
        to: ``new``: what was offered runs; ``old``: what ran before runs; ``either``: one of them.
        download: From the first byte to the check of the image, however often the link broke.
        install: From the first page written to the commit.
        out_of_service: All the time in which it could not sell, from the offer on.
        first_sale: From when it could not sell to the next approved sale.
        most_downloaded: Of the image's size, with all that was fetched twice.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (16,)

    to: To = "either"
    download: Seconds | None = None
    install: Seconds | None = None
    out_of_service: Seconds | None = None
    first_sale: Seconds | None = None
    most_downloaded: Fraction | None = None

    def clauses(self) -> Iterator[Clause]:
        """Itself, and one clause for each budget."""
        yield self
        for what in TIMED:
            budget = getattr(self, what)
            if budget is not None:
                yield Within(what, budget)
        if self.most_downloaded is not None:
            yield Most(self.most_downloaded)

    def watch(self, run: Run) -> Monitor:
        return _Updated(self.to, run)


@dataclass(frozen=True, slots=True)
class Within:
    """One time of an update, within its budget."""

    what: Timed
    budget: Seconds

    def watch(self, run: Run) -> Monitor:
        return _Within(self, run)


@dataclass(frozen=True, slots=True)
class Most:
    """How much of the image's size may be downloaded in all."""

    share: Fraction

    def watch(self, run: Run) -> Monitor:
        return _Most(self.share, run)


class _Watching(Monitor):
    """Reads the course of the update."""

    kinds = Course.KINDS | {"handed_over"}

    def __init__(self, clause: str, run: Run, budget: float | None = None) -> None:
        super().__init__(clause, run, budget)
        self._course = Course(boots=list(run.books.boots))
        self._refusal = ""  # what came of handing it over, where it was not taken
        self._handed: Observation | None = None  # the last time

    def on(self, seen: Observation) -> None:
        if seen.kind == "handed_over":
            self._handed = seen
            taken = seen.get("outcome") == "approved"
            self._refusal = (
                "" if taken else f"{seen.get('outcome')}, {seen.get('text') or 'no word'}"
            )
            return
        if not self._course.boots:  # from before the run was ready
            self._course.boots = [row for row in self.run.books.boots if row.n < seen.n]
        self._course.on(seen)

    def _untold(self) -> str:
        """Why nothing can be said at all, or ``""``."""
        course = self._course
        if not course.offers and course.began is None:
            return "no update was offered"
        if course.began is None and self._refusal:
            return f"it was handed over and not taken: {self._refusal}"
        return "" if course.began is not None else "the terminal never looked at the offer"


class _Updated(_Watching):
    """Settles with the end of the run: what runs then is what counts."""

    def __init__(self, to: str, run: Run) -> None:
        super().__init__(f"updated to {to}" if to != "either" else "updated", run)
        self._to = to

    def conclude(self) -> None:
        course = self._course
        which, lines = self._which()
        why = self._untold() or ("" if which else "which version runs nobody said")
        if why:
            self.unsure(why, lines)
        elif self._to in ("either", which):
            self.hold(self._told(which), lines)
        elif course.over is None and which == "old":
            last = course.last.get("phase") if course.last is not None else "nothing"
            self.unsure(f"{course.running} runs; of the update it said {last} last", lines)
        elif which == "old" and self._left_to_others():
            self.unsure("what was handed over was broken off while a fault stood, and nobody handed"
                        " it over again; this terminal fetches nothing itself", lines)  # fmt: skip
        else:
            self.fail(f"{self._told(which)}; it had to end {self._to}", lines)

    def _left_to_others(self) -> bool:
        """Whether a fault met the update, and it is for those who hand it over to do so again."""
        handed, over, offers = self._handed, self._course.over, self._course.offers
        if handed is None or over is None or over.get("phase") != "failed" or not offers:
            return False
        offer = offers[-1]
        return min(handed.n, over.n) > offer.n and any(
            one.at.t <= over.t and (one.cleared is None or offer.t <= one.cleared.t)
            for one in self.run.faults
        )

    def _which(self) -> tuple[str, tuple[int, ...]]:
        """``new``, ``old`` or ``""``, and the lines that say so."""
        course = self._course
        lines = [*course.offers[-1:], *course.boots[-1:], *course.phases[-1:]]
        evidence = tuple(sorted({seen.n for seen in lines}))
        other = [row for row in course.phases if brings(row) != CODE]
        if other:
            return ("new" if other[-1].get("phase") == "done" else "old"), evidence
        if not course.old or not course.running:
            return "", evidence
        return ("old" if course.running == course.old else "new"), evidence

    def _told(self, which: str) -> str:
        course = self._course
        what = next((brings(row) for row in course.phases if brings(row) != CODE), "")
        verb = "are" if what.endswith("s") else "is"
        named = f"the {which} {what} {verb} in force"
        said = [named if what else f"{course.running} runs ({which})"]
        for name in TIMED:
            took = course.took(name)
            said += [f"{SAID[name]} {span(took)}"] if took is not None else []
        share = course.downloaded()
        said += [f"{share[0] * 100:.0f} % of the image downloaded"] if share else []
        return ", ".join(said)

    def waiting(self) -> str:
        return "which version runs is known when the run ends"


class _Within(_Watching):
    """Fails when its budget is over; holds when the whole of it was seen."""

    def __init__(self, word: Within, run: Run) -> None:
        super().__init__(f"updated: {SAID[word.what]}", run, float(word.budget))
        self._what = word.what
        self._limit = float(word.budget)
        self._tried: Observation | None = None  # a sale that was begun while it was waited for

    def on(self, seen: Observation) -> None:
        super().on(seen)
        if seen.kind == "sale_started" and self._begin() is not None:
            self._tried = seen
        took = self._course.took(self._what)
        if self._what != "out_of_service" and took is not None:
            self._decide(took)

    def _decide(self, took: float) -> None:
        said = f"{SAID[self._what]} took {span(took)} (budget {span(self._limit)})"
        if after(took, self._limit):
            self.fail(said, self._lines(), took)
        else:
            self.hold(said, self._lines(), took)

    def _begin(self) -> Observation | None:
        """From when its budget runs, as long as it does."""
        course = self._course
        if self._what == "out_of_service":
            return course.down_since if course.out_of_service() is not None else None
        if self._what == "first_sale":
            return course.first_sale().begin
        stretch = course.download if self._what == "download" else course.install
        dropped = course.over is not None or self._broken_off(stretch.begin)
        return None if dropped else stretch.begin

    def _broken_off(self, begin: Observation | None) -> bool:
        """A start came, and it said nothing of the update any more: nobody owes it an end."""
        boots, last = self._course.boots, self._course.last
        if begin is None or last is None or not boots:
            return False
        return begin.n < boots[-1].n and last.n < boots[-1].n

    def deadline(self) -> float | None:
        begin = self._begin()
        if begin is None:
            return None
        spent = self._course.out_of_service() or 0.0 if self._what == "out_of_service" else 0.0
        return begin.t + max(0.0, self._limit - spent)

    def at(self, t: float) -> None:
        due, begin = self.deadline(), self._begin()
        if due is None or begin is None or not after(t, due):
            return
        said = f"no end {span(self._limit)} after its beginning"
        if self._what == "first_sale" and self._tried is None:
            self.unsure("no sale was begun in its time", (begin.n,))
        else:
            self.fail(said, (begin.n, *([self._tried.n] if self._tried else [])))

    def _lines(self) -> tuple[int, ...]:
        course = self._course
        if self._what == "out_of_service":
            return tuple(n for one in course.downs for n in one.lines)
        own = {"download": course.download, "install": course.install}
        return own.get(self._what, course.first_sale()).lines

    def conclude(self) -> None:
        took, over = self._course.took(self._what), self._course.over
        if self._untold():
            self.unsure(self._untold())
        elif took is not None:
            self._decide(took)
        elif over is not None and self._what in ("download", "install"):
            why = f" ({over['cause']})" if over.get("cause") else ""
            self.hold(f"it gave the update up: {over['phase']}{why}", (over.n,))
        else:
            self.unsure(self.waiting(), self._lines())

    def waiting(self) -> str:
        return f"{SAID[self._what]} was not seen from beginning to end"


class _Most(_Watching):
    """Compares what crossed the line with the image's size."""

    def __init__(self, share: Fraction, run: Run) -> None:
        super().__init__(f"updated: at most {share} downloaded", run)
        self._share = share
        self._handed: Observation | None = None

    def on(self, seen: Observation) -> None:
        super().on(seen)
        if seen.kind == "served" and not seen.get("path"):  # no request brought it
            self._handed = seen
        counted = self._course.downloaded()
        if counted is not None and counted[0] > self._share:
            self.fail(self._told(counted), self._lines())

    def conclude(self) -> None:
        counted = self._course.downloaded()
        if counted is None and self._handed is not None:
            self.hold("nothing was fetched: it was handed over", (self._handed.n,))
        elif counted is None:
            self.unsure(self._untold() or "no store told what it sent")
        elif counted[1] > self._share:
            self.unsure(f"{self._told(counted)}; some of that may never have arrived")
        else:
            self.hold(self._told(counted), self._lines())

    def _told(self, counted: tuple[float, float]) -> str:
        least, most = (round(share * 100) for share in counted)
        said = f"{least} %" if least == most else f"{least} to {most} %"
        times = len(self._course.fetches)
        return f"{said} of the image in {times} request{'' if times == 1 else 's'}"

    def _lines(self) -> tuple[int, ...]:
        return tuple(one.asked.n for one in self._course.fetches)

    def waiting(self) -> str:
        return "counted until the run ends"
