"""Whether the register's line is to be believed: a terminal that failed by it alone may be well.

A line (a converter, a hub, the cash register's end) may hold words back, lose them or bring them
twice. Three signs of that, each a contradiction with what display, log and host tell of the same
sale: the display asked for a card long before the register heard of it; the terminal went to work
on a sale at once, or ended it, and no word of that came, or not the word that came of another sale,
and then the line broke; all that came, came twice. A terminal that
is slow itself is slow on its display and at its host as well, and none of the three is seen.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.judge._doubt import REGISTER, Doubt
from harness.judge._monitor import TERMINAL, span
from harness.judge._run import Injected
from harness.judge.recovers import ALL_WELL
from harness.model.trace import Observation

#: s by which a register may hear later of what stands on the display; s within which a terminal
#: goes to work on what it was asked for; s between a word and its double.
LATE, AT_ONCE, DOUBLE = 1.5, 3.0, 0.5
#: s after which the end of a sale is missed where none came.
MISSED = 10.0
#: s after a sale's end by which the start of a terminal that died in it is seen.
STARTS = 60.0
#: Faults that stop the terminal, and those of its register's line, begin so: what is lost then is
#: their doing.
STOPPING = ("power_", "app_", "forced_", "cut_at", "memory_")
CUTTING = ("register_", "result_", "response_")
WITHHELD = "acknowledgement_withheld"
WORDS = frozenset({"ecr_status", "ecr_result", "terminal_status", WITHHELD})
ENDS = frozenset({"approved", "declined", "not_done"})
WORK = ENDS | {"prompt", "card_read", "request_sent", "request_received"}
LOOK = (
    "what is between terminal and register (a converter, a hub, a cable), and does it hold words"
    " back, lose or repeat them? If not, the terminal's register port does"
)


#: Who says what, and the line that says it.
Sign = tuple[str, Observation]


@dataclass(slots=True)
class _Told:
    """What was told of one sale: by the register's line, and by others."""

    begun: Observation
    ready: bool  # and nothing is known to stand between it and its register
    ended: Observation | None = None
    words: list[Observation] = field(default_factory=list)
    work: list[Observation] = field(default_factory=list)
    broken: Observation | None = None  # its connection, while it ran

    @property
    def over(self) -> float:
        """When it ended, or began, where it has no end, s."""
        return (self.ended or self.begun).t


class RegisterLine:
    """See the module text, and ``_doubt.Line``."""

    role = REGISTER
    kinds = frozenset({"sale_started", "sale_ended", "boot", "state"}) | WORDS | WORK

    def __init__(self) -> None:
        self._sales: list[_Told] = []
        self._boots: list[float] = []
        self._state = ""
        self._heard = 0.0  # the register's last word, s
        self._now = 0.0

    def on(self, seen: Observation) -> None:
        self._now = max(self._now, seen.t)
        if seen.kind == "sale_started":
            self._sales.append(_Told(seen, ready=self._state == "ready" and not self._half_open()))
        elif seen.kind == "sale_ended":
            for one in self._sales:
                if one.begun["sale"] == seen["sale"]:
                    one.ended = seen
        elif seen.source in (TERMINAL, "host"):
            self._take(seen)

    def _half_open(self) -> bool:
        """Whether the terminal has started since it was heard: its connection may be of before."""
        return bool(self._boots) and 0.0 < self._heard < self._boots[-1]

    def _take(self, seen: Observation) -> None:
        if seen.kind == "boot":
            self._boots.append(seen.t)
        elif seen.kind == "state":
            self._state = str(seen["state"])
        elif seen.kind in WORDS:
            self._hear(seen)
        elif self._sales and seen.get("of", self._of(seen)) == self._sales[-1].begun["sale"]:
            self._sales[-1].work.append(seen)

    def _of(self, seen: Observation) -> object:
        """A card is asked for of the sale that runs; to be taken out at any time."""
        return self._sales[-1].begun["sale"] if seen.get("asks") in ("insert", "again") else None

    def _hear(self, seen: Observation) -> None:
        runs = next((one for one in self._sales[-1:] if one.ended is None), None)
        if seen.get("code"):
            self._heard = max(self._heard, seen.t)
            if runs is not None and seen.kind != "terminal_status":
                runs.words.append(seen)
        elif runs is not None and seen.kind == "ecr_status":
            runs.broken = seen

    def doubt(self, faults: Sequence[Injected]) -> Doubt | None:
        found = [*self._late_or_lost(faults), *self._twice()]
        return min(found, key=lambda one: one.since, default=None)

    # --- late, or lost --------------------------------------------------------------------------

    def _late_or_lost(self, faults: Sequence[Injected]) -> Iterator[Doubt]:
        agreed = 0.0
        for sale in self._sales:
            for why, seen in (
                () if self._stopped(sale, faults) else self._contradicted(sale, faults)
            ):
                yield Doubt(agreed, f"{why}; {LOOK}", (sale.begun.n, seen.n))
                return
            agreed = max((one.t for one in sale.words), default=agreed)

    def _stopped(self, sale: _Told, faults: Sequence[Injected]) -> bool:
        """Whether a fault that stops the terminal stood, or it started meanwhile."""
        begun, until = sale.begun.t, sale.over + STARTS
        since = begun if sale.ready else begun - STARTS
        stood = any(
            fault.word.startswith(STOPPING) and _stands(fault, since, sale.over) for fault in faults
        )
        return stood or any(begun <= t <= until for t in self._boots)

    def _contradicted(self, sale: _Told, faults: Sequence[Injected]) -> Iterator[Sign]:
        cut = any(
            fault.word.startswith(CUTTING) and _stands(fault, sale.begun.t, sale.over)
            for fault in faults
        )
        yield from (*_late(sale), *_late_end(sale))
        if not cut:
            yield from (*_lost(sale, self._now), *self._broke(sale), *self._never_sent(sale))

    def _broke(self, sale: _Told) -> Iterator[Sign]:
        """The word that comes when a card has been read did not, and then the connection broke."""
        ended, broken, read = sale.ended, sale.broken, _read(sale)
        if ended is None or broken is None or read is None or ended.get("outcome") != "unknown":
            return
        silent = not _answered(sale) and broken.t > read.t + LATE
        goes_on = sale.work[-1].t >= broken.t
        if silent and goes_on and any(map(_answered, self._sales)):
            yield (f"a card is read at {span(read.t)}, of which the register hears nothing until"
                   f" its connection breaks at {span(broken.t)}; of another sale it hears at once",
                   broken)  # fmt: skip

    def _never_sent(self, sale: _Told) -> Iterator[Sign]:
        """Nothing came before the sale could be asked for, and later it came again."""
        ended = sale.ended
        if ended is None or sale.work or not sale.ready or ended.get("outcome") != "failed":
            return
        if not ended.get("code") and self._heard > ended.t:
            name, late = sale.begun["sale"], span(ended.t)
            yield (f"the terminal is ready, the register hears nothing before {name} until {late},"
                   " and then again", ended)  # fmt: skip

    # --- twice ----------------------------------------------------------------------------------

    def _twice(self) -> Iterator[Doubt]:
        """Where, from some word on, each has a double, and it is more than one word.

        Who is refused is told so twice by some protocols, in the result and in the dialogue's end
        (ZVT 04 0F and 06 1E): by refusals alone nothing is said of the line.
        """
        words = [one for sale in self._sales for one in sale.words if one.kind != WITHHELD]
        times: defaultdict[object, list[float]] = defaultdict(list)
        for one in words:
            times[_said(one)].append(one.t)
        alone = max((n for n, one in enumerate(words) if not _doubled(one, times)), default=-1)
        rest = words[alone + 1 :]
        if len({_said(one) for one in rest}) > 1 and not all(map(_refused, rest)):
            why = f"from {span(rest[0].t)} on every word came twice to the register"
            since = words[alone].t if alone >= 0 else 0.0
            yield Doubt(since, f"{why}; {LOOK}", tuple(one.n for one in rest))


def _stands(fault: Injected, begin: float, end: float) -> bool:
    return fault.at.t <= end and (fault.cleared is None or begin < fault.cleared.t)


def _late(sale: _Told) -> Iterator[Sign]:
    """What display and register are told at once."""
    shown = next((one for one in sale.work if one.get("asks") == "insert"), None)
    told = next((one for one in sale.words if one.get("asks") == "insert"), None)
    if shown is not None and told is not None and told.t > shown.t + LATE:
        late = span(told.t - shown.t)
        yield (
            f"the display asks for a card at {span(shown.t)}, the register hears it {late} later",
            told,
        )


def _late_end(sale: _Told) -> Iterator[Sign]:
    """A sale that came to nothing before a card was read: nothing is left to wait for.

    A result that is to be lost on its way is sent before its terminal gives up, in any case.
    """
    given_up = next((one for one in sale.work if one.kind == "not_done"), None)
    if given_up is None:
        return
    read = any(one.kind == "card_read" for one in sale.work)
    told = [
        one for one in sale.words if one.kind == WITHHELD or (not read and one.kind == "ecr_result")
    ]
    for one in told[:1]:
        if one.t > given_up.t + LATE:
            late = span(one.t - given_up.t)
            yield (
                f"the terminal gives up at {span(given_up.t)}, the register hears it {late} later",
                one,
            )


def _read(sale: _Told) -> Observation | None:
    return next((one for one in sale.work if one.kind == "card_read"), None)


def _answered(sale: _Told) -> bool:
    """Whether the register heard something as soon as the card had been read."""
    read = _read(sale)
    return read is not None and any(read.t <= one.t <= read.t + LATE for one in sale.words)


def _lost(sale: _Told, now: float) -> Iterator[Sign]:
    """What the terminal did of a sale whose end the register never heard, or had to ask for."""
    ended, name = sale.ended, sale.begun["sale"]
    outcome = ended.get("outcome") if ended else ""
    first = next((one for one in sale.work[:1] if one.t <= sale.begun.t + AT_ONCE), None)
    if outcome in ("unknown", "failed") and first is not None and not sale.words:
        yield (f"the terminal goes to work on {name} at {span(first.t)} ({first.kind}), and the"
               " register hears nothing of it", first)  # fmt: skip
    until = ended.t if ended else now
    over = next((one for one in sale.work if one.kind in ENDS and one.t <= until), None)
    if over is None:
        return
    asked = sale.broken is not None and over.t < sale.broken.t
    if sale.broken is None and any(_ends(one, over.t, until) for one in sale.words):
        return  # it heard an end, and could make nothing of it
    if outcome == "unknown" or ((asked or ended is None) and until > over.t + MISSED):
        yield (f"the terminal ends {name} at {span(over.t)} ({over.kind}), and the register does"
               f" not hear the end of it until {span(until)}", over)  # fmt: skip


def _ends(one: Observation, over: float, until: float) -> bool:
    """Whether a result came when the terminal was done, and the register left off for it."""
    return one.kind == "ecr_result" and one.t >= over - LATE and until - one.t <= LATE


def _said(one: Observation) -> tuple[object, ...]:
    return (one.kind, one.get("code"), one.get("text"))


def _refused(one: Observation) -> bool:
    return one.kind == "ecr_result" and one.get("code") != ALL_WELL


def _doubled(one: Observation, times: Mapping[object, Sequence[float]]) -> bool:
    return sum(abs(t - one.t) <= DOUBLE for t in times[_said(one)]) > 1
