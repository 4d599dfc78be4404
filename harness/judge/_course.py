"""How an update went, read from what terminal, store, supply and register were seen to do.

Shared by the judge and by the reports, so that a figure in a table is the figure that was judged.
A terminal may tell more of its phases or fewer, and in another order: what was not seen has no
time, and nothing is made up for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Self

from harness.judge._monitor import TERMINAL
from harness.judge.recovers import ALL_WELL, DOWN
from harness.model.trace import Observation

#: What is measured of an update, in the order of its life.
Timed = Literal["download", "install", "out_of_service", "first_sale"]
TIMED: tuple[Timed, ...] = ("download", "install", "out_of_service", "first_sale")

#: Phases in which a terminal that says ``updating`` cannot sell; a download runs beside sales.
CLOSED = frozenset({"verifying", "installing", "committing", "first_boot", "recovering"})
#: Phases after which an update is over.
OVER = frozenset({"done", "refused", "failed", "rolled_back"})
#: Phases by which a download, an installation has come to its end.
FETCHED = frozenset({"verifying", "installing", "committing", "first_boot", "done"})
WRITTEN = frozenset({"committing", "first_boot", "done"})
#: What an update brings when it says nothing else; what else it may bring does not show in a boot.
CODE = "code"
MANIFEST = "/manifest"
#: A switch, a tap on the flash has opened the terminal's feed.
CUT = ("opened", "triggered")


def brings(seen: Observation) -> str:
    """``code``, ``configuration`` or ``keys``: what an update observation is about."""
    return str(seen.get("of") or CODE)


@dataclass(slots=True)
class Stretch:
    """Something that lasts from one observation to another; open while there is no second."""

    begin: Observation | None = None
    end: Observation | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it is not over."""
        return self.end.t - self.begin.t if self.begin and self.end else None

    @property
    def lines(self) -> tuple[int, ...]:
        """The trace lines it rests on."""
        return tuple(seen.n for seen in (self.begin, self.end) if seen is not None)


@dataclass(slots=True)
class Fetched:
    """One request for an image, and how far it came.

    Attributes:
        asked: The store's ``requested``.
        sent: Byte of the image that the store had sent last.
        of: Bytes of the whole image; 0 while not known.
        told: Percent that the terminal told last before the next request, None where it told none.
        step: The most that lay between two of its tellings; 0 where it has told of no progress.
    """

    asked: Observation
    sent: int = 0
    of: int = 0
    told: float | None = None
    step: float = 0.0

    @property
    def begins(self) -> int:
        return int(self.asked.get("from") or 0)

    def tell(self, percent: float) -> None:
        """The terminal says how far it is."""
        told = percent if self.told is None else self.told
        self.step = max(self.step, percent - told)
        self.told = max(told, percent)


@dataclass(slots=True)
class Course:
    """Fed in the order of the trace; see the fields of its parts.

    Attributes:
        phases: What the terminal said of its update.
        boots: Its starts.
        download: From the first byte to the check of the image.
        install: From the first page to the commit.
        downs: Spans in which it could not sell, from the beginning of the update on.
        sold: The first approved sale that was begun after it could not sell.
        fetches: Each request for an image.
        offers: What the store offered.
    """

    phases: list[Observation] = field(default_factory=list)
    boots: list[Observation] = field(default_factory=list)
    download: Stretch = field(default_factory=Stretch)
    install: Stretch = field(default_factory=Stretch)
    downs: list[Stretch] = field(default_factory=list)
    sold: Observation | None = None
    fetches: list[Fetched] = field(default_factory=list)
    offers: list[Observation] = field(default_factory=list)
    _state: str = ""
    _selling: dict[str, Observation] = field(default_factory=dict)

    KINDS = frozenset({
        "update", "boot", "state", "offered", "requested", "served", "output", *CUT,
        "terminal_status", "sale_started", "sale_ended",
    })  # fmt: skip

    @classmethod
    def of(cls, trace: Iterable[Observation]) -> Self:
        """The course of a whole run; what is switched off behind its end is the bench's."""
        course = cls()
        for seen in trace:
            if seen.kind == "run_ended":
                break
            if seen.kind in cls.KINDS:
                course.on(seen)
        return course

    # --- questions ------------------------------------------------------------------------------

    @property
    def began(self) -> Observation | None:
        """The first sign that the terminal took notice of an offer."""
        first = [*self.phases[:1], *(one.asked for one in self.fetches[:1])]
        return min(first, key=lambda seen: seen.n, default=None)

    @property
    def last(self) -> Observation | None:
        """What it said last of its update."""
        return self.phases[-1] if self.phases else None

    @property
    def over(self) -> Observation | None:
        """The phase that ended it; None while it is under way, or nothing was said."""
        return self.last if self.last is not None and self.last.get("phase") in OVER else None

    @property
    def old(self) -> str:
        """The version that ran before anything was offered; ``""`` where nobody said."""
        before = [row for row in self.boots if not self.offers or row.n < self.offers[0].n]
        return str(before[-1].get("version") or "") if before else ""

    @property
    def running(self) -> str:
        """The version that runs: that of the last start."""
        return str(self.boots[-1].get("version") or "") if self.boots else ""

    @property
    def down_since(self) -> Observation | None:
        """When it could not sell any more, None while it can."""
        return self.downs[-1].begin if self.downs and self.downs[-1].end is None else None

    def out_of_service(self) -> float | None:
        """Seconds for which it could not sell, as far as that is over; None: no state was told."""
        if not self._state or self.began is None:
            return None
        return sum(one.seconds or 0.0 for one in self.downs)

    def first_sale(self) -> Stretch:
        """From when it could not sell to an approved sale; from its end where it always could."""
        begin = self.downs[0].begin if self.downs else self.over
        return Stretch(begin, self.sold if begin is not None else None)

    def took(self, what: Timed) -> float | None:
        """Seconds, None where it was not seen from its beginning to its end."""
        if what == "out_of_service":
            return None if self.down_since is not None else self.out_of_service()
        stretch = {"download": self.download, "install": self.install}.get(what)
        return (stretch or self.first_sale()).seconds

    def downloaded(self) -> tuple[float, float] | None:
        """(least, most) of what was downloaded, in sizes of the image; None: nobody counted.

        Least: what a resumed range or the terminal's own percent shows to have arrived. Most: what
        the store sent, of which a broken line keeps some, but no more than one step beyond what the
        terminal told.
        """
        if not any(one.of for one in self.fetches):
            return None
        least = most = 0.0
        step = max(one.step for one in self.fetches)
        for one, after in zip(self.fetches, [*self.fetches[1:], None], strict=True):
            size = one.of or next(each.of for each in self.fetches if each.of)
            sent, begun = one.sent / size, one.begins / size
            resumed = after.begins / size if after is not None else sent
            told = (one.told or 0.0) / 100
            arrived = min(sent, max(resumed, told))
            beyond = min(sent, told + step / 100) if step and one.told is not None else sent
            least += max(0.0, arrived - begun)
            most += max(0.0, max(arrived, beyond) - begun)
        return least, most

    # --- reading --------------------------------------------------------------------------------

    def on(self, seen: Observation) -> None:
        """Take in the next observation."""
        if seen.source == "updates":
            self._store(seen)
        elif seen.source == "engine":
            self._sale(seen)
        elif seen.source == TERMINAL or seen.kind in ("output", *CUT):
            if seen.kind == "update":
                self._phase(seen)
            elif seen.kind == "boot":
                self.boots.append(seen)
            elif seen.kind == "state":
                self._state = str(seen.get("state"))
            self._service(seen)

    def _phase(self, seen: Observation) -> None:
        self.phases.append(seen)
        phase = str(seen.get("phase"))
        if phase == "downloading":
            self.download.begin = self.download.begin or seen
            if self.fetches and isinstance(seen.get("percent"), int | float):
                self.fetches[-1].tell(float(seen["percent"]))
        if phase in FETCHED and self.download.begin is not None:
            self.download.end = self.download.end or seen
        if phase == "installing":
            self.install.begin = self.install.begin or seen
        if phase in WRITTEN and self.install.begin is not None:
            self.install.end = self.install.end or seen

    def _store(self, seen: Observation) -> None:
        if seen.kind == "offered":
            self.offers.append(seen)
        elif seen.kind == "requested":
            if seen.get("path") != MANIFEST and seen.get("status") in (200, 206):
                self.fetches.append(Fetched(seen, sent=int(seen.get("from") or 0)))
        elif self.fetches and isinstance(seen.get("bytes"), int):
            self.fetches[-1].sent = int(seen["bytes"])
            self.fetches[-1].of = int(seen.get("of") or 0)

    def _service(self, seen: Observation) -> None:
        """Whether it can sell from here on."""
        down = self._is_down(seen)
        if self.began is None or down is None:
            return
        if down and self.down_since is None:
            self.downs.append(Stretch(seen))
        elif not down:
            self._close(seen)

    def _close(self, seen: Observation) -> None:
        """It sells, or could."""
        if self.down_since is not None:
            self.downs[-1].end = seen

    def _is_down(self, seen: Observation) -> bool | None:
        """None: this tells nothing of it."""
        if seen.kind == "output":
            return True if seen.get("on") is False else None
        if seen.kind in (*CUT, "boot"):
            return True
        if seen.kind == "terminal_status":  # a line of its log may be lost
            return False if str(seen.get("code")) == ALL_WELL else None
        if self._state == "updating":
            return self.last is not None and self.last.get("phase") in CLOSED
        return self._state in DOWN if seen.kind == "state" else None

    def _sale(self, seen: Observation) -> None:
        name = str(seen.get("sale"))
        if seen.kind == "sale_started" and (self.downs or self.over is not None):
            self._selling[name] = seen
        elif seen.kind == "sale_ended":
            begun = self._selling.pop(name, None)
            if begun is not None and seen.get("outcome") == "approved":
                self.sold = self.sold or seen
                self._close(seen)
