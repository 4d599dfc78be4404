"""Invariants 6 and 22: retries keep their distance, whatever fails."""

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import REVERSAL
from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import Monitor, after, span
from harness.judge._run import Run
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation
from harness.model.units import Seconds

#: What else is counted: MTI -> its name, and the field that says how many will do.
OTHERS = {"0800": ("sign-ons", "sign_ons"), "0820": ("network messages", "network_messages")}
DENIED = 3  # TS 27.007, 10.1.22: <stat> of +CEREG
#: s in which refusals are counted: after one a modem waits 10 s, five times (TS 24.301, T3411).
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class RetriesBounded:
    """Never more than so many connections, or reversals of one sale, ``per`` that much time.

    Nor so many sign-ons or echoes, whether anything is wrong or not.

    An empty plan and a host in trouble are both made worse by who asks without a pause; and so is
    a network, whose refusals are counted as the modem tells them.

    Attributes:
        connections: How many connections to the host are still no storm.
        reversals: How many 0400 of one sale are.
        per: Seconds in which they are counted.
        sign_ons: How many sign-ons are.
        network_messages: How many 0820 are, echoes above all; each costs data of the plan and work
            of the host, and nobody misses one more (requirement A3: abnormal data use).
        refusals: How many times a minute the network may be made to refuse the modem.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (6, 22)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    connections: int = 8
    reversals: int = 5
    per: Seconds = Seconds(10)
    refusals: int = 8
    sign_ons: int = 5
    network_messages: int = 8

    def watch(self, run: Run) -> Monitor:
        return _RetriesBounded(self, run)


class _RetriesBounded(Safety):
    kinds = frozenset({"connected", "misbehaved", "request_received", "registration"})

    def __init__(self, word: RetriesBounded, run: Run) -> None:
        super().__init__("retries_bounded", run)
        self._word = word
        self._recent: defaultdict[str, deque[Observation]] = defaultdict(deque)
        self._worst = 0
        self._stat: object = None

    def on(self, seen: Observation) -> None:
        if seen.kind == "registration":
            if seen.get("stat") == DENIED != self._stat:
                self._count("refusals by the network", self._word.refusals, seen, MINUTE)
            self._stat = seen.get("stat")
        elif seen.kind == "connected" or seen.get("act") == "refuse":
            self._count("connections", self._word.connections, seen)
        elif seen.kind == "request_received":
            self._count_request(seen, mti_of(seen))

    def _count_request(self, seen: Observation, mti: str) -> None:
        if mti == REVERSAL:
            what = f"reversals of trace number {stan_of(seen)}"
            self._count(what, self._word.reversals, seen)
        elif mti in OTHERS:
            what, most = OTHERS[mti]
            self._count(what, getattr(self._word, most), seen)

    def _count(self, what: str, most: int, seen: Observation, per: float | None = None) -> None:
        recent = self._recent[what]
        recent.append(seen)
        while after(seen.t, recent[0].t + (self._word.per if per is None else per)):
            recent.popleft()
        self._worst = max(self._worst, len(recent))
        if len(recent) > most:
            took = span(seen.t - recent[0].t)
            self.fail(f"{len(recent)} {what} in {took}", (row.n for row in recent))

    def held(self) -> str:
        return f"at most {self._worst} of a kind in {span(self._word.per)}, or refusals in a minute"
