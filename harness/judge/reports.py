"""``reports``: the true cause reaches the people, on every channel named, and no wrong one does."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from harness.judge._monitor import (
    NAMING,
    TERMINAL,
    Monitor,
    after,
    either,
    known_causes,
    span,
)
from harness.judge._run import BLIND, Run
from harness.judge._since import Since, reference
from harness.model.trace import Observation
from harness.model.units import Seconds

Channel = Literal["display", "ecr", "console", "estate"]

#: Causes that put the blame on the cardholder's bank or card.
ISSUER = frozenset({"card_declined", "card_expired"})


@dataclass(frozen=True, slots=True)
class Reports:
    """The terminal tells the true cause on every channel named.

    Attributes:
        cause: The true cause, or several of which one will do.
        on: Channels each of which must show it.
        within: The budget, from the detection (see ``since``).
        never: Causes that may not be reported between the injection and rest.
        since: What the budget runs from; when nothing is ever detected, the injection.
        fault: Label or word of the fault meant; the first one when left out.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (17,)

    cause: str | list[str]
    on: list[Channel]
    within: Seconds
    never: list[str] = field(default_factory=list)
    since: Since = "detected"
    fault: str | None = None

    def __post_init__(self) -> None:
        known_causes((*self.causes, *self.never))
        both = set(self.causes) & set(self.never)
        if both:
            raise ValueError(f"{either(sorted(both))} is wanted and forbidden at once")
        if not self.on:
            raise ValueError("on: no channel seen, wanted display, ecr, console or estate")

    @property
    def causes(self) -> tuple[str, ...]:
        return (self.cause,) if isinstance(self.cause, str) else tuple(self.cause)

    def watch(self, run: Run) -> Monitor:
        return _Reports(self, run)


class _Reports(Monitor):
    kinds = NAMING | {
        "fault_injected", "fault_took_effect", "fault_cleared", "sale_ended", "terminal_status",
    }  # fmt: skip

    def __init__(self, word: Reports, run: Run) -> None:
        super().__init__(f"reports {either(word.causes)}", run, float(word.within))
        self._word = word
        self._within = float(word.within)
        self._told: dict[str, Observation] = {}  # channel -> the first true report
        self._detected: Observation | None = None
        self._late = False
        self._answered: Observation | None = None  # a word that could have told it

    # --- reading --------------------------------------------------------------------------------

    def on(self, seen: Observation) -> None:
        fault = self.run.fault(self._word.fault)
        if fault is None or seen.t < fault.at.t:
            return
        channel, cause = _said(seen)
        asked = seen.kind == "terminal_status" or seen.get("outcome") in ("failed", "declined")
        if asked or (channel == "ecr" and cause):
            self._answered = seen
        if channel and cause in self._word.never:
            self._forbidden(seen, channel, str(cause))
        elif cause in self._word.causes:
            self._true(seen, channel)
        self._check()

    def _forbidden(self, seen: Observation, channel: str, cause: str) -> None:
        head = "the issuer was blamed: " if cause in ISSUER else "a wrong cause was given: "
        self.fail(f"{head}{cause} on {channel} at {span(seen.t)}", (seen.n,))

    def _true(self, seen: Observation, channel: str) -> None:
        self._detected = self._detected or seen
        if channel and not self._past(seen.t):
            self._told.setdefault(channel, seen)

    # --- deciding -------------------------------------------------------------------------------

    def _start(self) -> Observation | None:
        if self._word.since == "detected":
            return self._detected
        return reference(self.run.fault(self._word.fault), self._word.since)

    def _past(self, t: float) -> bool:
        start = self._start()
        return start is not None and after(t, start.t + self._within)

    def _open(self) -> list[str]:
        """Channels that this rig observes and that have not told the cause."""
        return [channel for channel in self._untold() if self._is_heard(channel)]

    def _deaf(self) -> list[str]:
        return [channel for channel in self._untold() if not self._is_heard(channel)]

    def _untold(self) -> list[str]:
        return [channel for channel in self._word.on if channel not in self._told]

    def _is_heard(self, channel: str) -> bool:
        return self.run.could_tell(channel, self._word.causes)

    def _check(self) -> None:
        """Without causes that may never be given, nothing can change once all have told."""
        if self.settled is None and not self._word.never and not self._open() and not self._deaf():
            self._praise()

    def deadline(self) -> float | None:
        start = self._start()
        return start.t + self._within if start is not None and self._open() else None

    def at(self, t: float) -> None:
        start = self._start()
        if start is None or not self._open() or not after(t, start.t + self._within):
            return
        fault = self.run.fault(self._word.fault)
        if fault is None or fault.effect is None:
            self.unsure("the fault took no effect: there was nothing to report", (start.n,))
            return
        if self.run.blind is not None:
            self.unsure(BLIND, (start.n, self.run.blind.n))
            return
        if self._open() == ["ecr"] and (self._answered is None or self._answered.t < start.t):
            self.unsure("the register asked nothing, and sold nothing in vain, in that time",
                        (start.n,))  # fmt: skip
            return
        told = f"; {either(self._told)} did" if self._told else ""
        self.fail(
            f"{either(self._word.causes)} was not reported on {either(self._open())} within"
            f" {span(self._within)} of {span(start.t)}{told}",
            (start.n, *(seen.n for seen in self._told.values())),
        )

    def _praise(self) -> None:
        start = self._start()
        last = max(self._told.values(), key=lambda seen: seen.t)
        took = max(0.0, last.t - start.t) if start is not None else 0.0
        self.hold(
            f"{last.get('cause')} was reported on {' and '.join(self._word.on)}"
            f" after {span(took)} (budget {span(self._within)})",
            (*([start.n] if start else []), *(seen.n for seen in self._told.values())), took,
        )  # fmt: skip

    def conclude(self) -> None:
        fault, deaf, left = self.run.fault(self._word.fault), self._deaf(), self._open()
        if fault is None:
            return
        if left and self._start() is None and self._word.since == "detected":
            self._never_named(fault.at, took_effect=fault.effect is not None)
        elif not left and deaf:
            self.unsure(
                f"{either(deaf)} is not observed on this rig, or has no word for"
                f" {either(self._word.causes)}", (fault.at.n,),
            )  # fmt: skip
        elif not left:
            self._praise()

    def _never_named(self, start: Observation, *, took_effect: bool) -> None:
        waited = self.run.now - start.t
        if took_effect and after(waited, self._within):
            self.fail(
                f"{either(self._word.causes)} was not reported on {either(self._open())} in the"
                f" {span(waited)} after the fault, nor noticed at all", (start.n,),
            )  # fmt: skip

    def waiting(self) -> str:
        if self.run.fault(self._word.fault) is None:
            return "no fault was injected, so there was nothing to report"
        left = self._open()
        if left:
            return f"{either(self._word.causes)} had not been reported on {either(left)} yet"
        return "causes that may never be given are watched until rest"


def _said(seen: Observation) -> tuple[str, str | None]:
    """(channel, cause) of an observation; what the register was told of a sale is ``ecr``."""
    if seen.kind == "sale_ended":
        return "ecr", seen.get("cause")
    if seen.source != TERMINAL:
        return "", None
    return (str(seen.get("on") or "") if seen.kind == "report" else ""), seen.get("cause")
