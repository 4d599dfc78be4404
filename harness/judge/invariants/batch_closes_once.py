"""Invariant 9: a batch ends with its acknowledged settlement, and then it is read-only."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import ADVICE, moves_money
from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import TERMINAL, Monitor, after, span
from harness.judge._run import Run
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

SETTLEMENT, SIGN_ON = "0500", "0800"
#: Answers by which a terminal hears that its batch is closed: of the settlement, of the last item.
HEARD = frozenset({"0510", "0330"})
#: What the host may do to a settlement's answer after which there is none to believe; it has
#: neither MAC nor amount, so that nothing else of it can be wrong.
UNSOUND = frozenset({
    "drop", "wrong_stan", "wrong_tid", "wrong_mid", "wrong_mti", "garbage", "truncate", "reset",
})  # fmt: skip

#: s by which the host's word of a closed batch may come after the register's.
LATE = 5.0

Key = tuple[str, str]  # terminal and batch


@dataclass(frozen=True, slots=True)
class BatchClosesOnce:
    """The batch number changes only after the settlement was acknowledged, or by a sign-on.

    And once the terminal knows that its batch is closed nothing is sold in it and it is not settled
    again. It knows by a sound answer; one that was lost, or that a restart came too soon after to
    be kept, is asked for again, which the host takes once (payment invariant 9, cut point P10).
    Whoever has asked for anything in another batch has kept it. A sign-on counts as well where it
    names the next batch. Nor is the register told that the end of day has failed when the terminal
    has heard that it has not (invariant 14), and nothing is wrong with the bench that could explain
    it; nor that it is over when the host has not closed the batch by then.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (9,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _BatchClosesOnce("batch_closes_once", run)


class _BatchClosesOnce(Safety):
    kinds = frozenset({
        "request_received", "signed_on", "settled", "answer_received", "misbehaved", "boot",
        "step_started", "step_done",
    })  # fmt: skip

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._last: dict[str, Observation] = {}  # terminal -> its last request that names a batch
        self._given: dict[str, str] = {}  # terminal -> the batch that its host gave it
        self._signed: set[Key] = set()  # batches that a sign-on has named
        self._closed: dict[Key, Observation] = {}
        self._known: dict[Key, Observation] = {}  # of those, what the terminal knows
        self._kept: set[Key] = set()  # of those, what a restart does not take from it
        self._asked: defaultdict[Key, list[int]] = defaultdict(list)  # settlements, by number
        self._unsound: Counter[int] = Counter()  # settlements without a sound answer
        self._asked_for = 0  # line at which the register last asked for anything
        self._over: list[tuple[Key, Observation]] = []  # batches that the register was told closed

    def on(self, seen: Observation) -> None:
        if seen.kind == "step_started":
            self._asked_for = seen.n
        elif seen.kind == "step_done":
            self._tell(seen)
        else:
            self._take(seen)

    def _take(self, seen: Observation) -> None:
        """What host and terminal tell."""
        if seen.kind == "settled":
            self._closed[_key(seen)] = seen
        elif seen.kind == "signed_on":
            self._given[str(seen.get("tid"))] = str(seen.get("batch"))
        elif seen.kind == "misbehaved":
            spoilt = mti_of(seen) == SETTLEMENT and seen.get("act") in UNSOUND
            self._unsound[stan_of(seen) or 0] += spoilt
        elif seen.kind == "answer_received":
            if seen.source == TERMINAL and mti_of(seen) in HEARD:
                self._known |= {key: row for key, row in self._closed.items()
                                if row.n < seen.n and self._acknowledged(key)}  # fmt: skip
        elif seen.kind == "boot":
            self._known = {key: row for key, row in self._known.items() if key in self._kept}
        elif seen.get("batch") is not None:
            self._request(seen)

    def _tell(self, seen: Observation) -> None:
        """What the register is told of the end of day that it has asked for."""
        if seen.get("word") != "settle":
            return
        if seen.get("outcome") == "failed":
            self._check_failed(seen)
        elif seen.get("outcome") == "approved":
            last = max(self._last.values(), key=lambda row: row.n, default=None)
            self._over += [] if last is None else [(_key(last), seen)]

    def _check_failed(self, seen: Observation) -> None:
        closed = [row for row in self._known.values() if row.n > self._asked_for]
        if closed and all(fault.cleared is not None for fault in self.run.faults):
            self.fail(
                f"the register was told at {span(seen.t)} that the end of day has failed"
                f" ({seen.get('cause') or 'without a cause'}), and the terminal had heard that"
                f" batch {closed[-1].get('batch')} is closed", (closed[-1].n, seen.n),
            )  # fmt: skip

    def last_look(self) -> None:
        for key, told in self._over:
            closed = self._closed.get(key)
            if closed is None or after(closed.t, told.t + LATE):
                when = "never closed it" if closed is None else f"closed it at {span(closed.t)}"
                self.fail(
                    f"the register was told at {span(told.t)} that batch {key[1]} is closed, and"
                    f" the host {when}", (told.n,),
                )  # fmt: skip

    def _acknowledged(self, key: Key) -> bool:
        """Whether the host has closed it, and an answer that can be believed has left."""
        asked = self._asked[key]
        lost = sum(self._unsound[stan] for stan in set(asked))
        closed = self._closed.get(key)
        return closed is not None and (len(asked) > lost or closed.get("balanced") is False)

    def _request(self, seen: Observation) -> None:
        key = tid, batch = _key(seen)
        self._kept |= {known for known in self._known if known[0] == tid and known[1] != batch}
        selling = moves_money(seen) or mti_of(seen) == ADVICE
        last = self._last.get(tid)
        if mti_of(seen) == SIGN_ON:
            if last is not None and key not in self._signed and _follows(batch, last):
                self._begin(key, last, seen)
            self._signed.add(key)
        if not selling and mti_of(seen) != SETTLEMENT:
            return
        if not selling:
            self._asked[key].append(stan_of(seen) or 0)
        if key in self._known:
            what = f"trace number {stan_of(seen)} was sent" if selling else "a settlement was asked"
            self.fail(
                f"{what} at {span(seen.t)} for batch {batch}, which was closed and acknowledged",
                (self._known[key].n, seen.n),
            )
        if last is not None and str(last["batch"]) != batch:
            self._begin(key, last, seen)
        self._last[tid] = seen

    def _begin(self, key: Key, last: Observation, seen: Observation) -> None:
        """The first of another batch: the one before must be over, or the host has given it."""
        tid, batch = key
        before = _key(last)
        if not self._acknowledged(before) and self._given.get(tid) != batch:
            how = "soundly acknowledged" if before in self._closed else "acknowledged"
            self.fail(
                f"batch {batch} was begun at {span(seen.t)}, and the settlement of batch"
                f" {before[1]} was never {how}", (last.n, seen.n),
            )  # fmt: skip

    def held(self) -> str:
        return f"{len(self._closed)} batches closed, each after its acknowledgement"


def _follows(batch: str, last: Observation) -> bool:
    """Whether this is the next batch; a sign-on may name none, or any, without meaning it."""
    before = str(last["batch"])
    return batch.isdecimal() and before.isdecimal() and int(batch) == int(before) + 1


def _key(seen: Observation) -> Key:
    return str(seen.get("tid")), str(seen.get("batch"))
