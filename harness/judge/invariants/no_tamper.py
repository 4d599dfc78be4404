"""Invariant 23: what is within a terminal's specification never looks like tampering to it."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._doubt import CONSOLE, EVERY_LINE
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class NoTamper:
    """The terminal never says that it was tampered with.

    A unit that does has erased its keys and is dead. Supply and temperature profiles of a rig stay
    within the terminal's limits, so none of them may lead there (payment invariant 23; PCI PTS POI,
    environmental conditions).
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (23,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE - {CONSOLE}

    def watch(self, run: Run) -> Monitor:
        return _NoTamper("no_tamper", run)


class _NoTamper(Safety):
    kinds = frozenset({"tamper"})
    CHANNELS = ("console", "display", "ecr")
    HELD = "it never spoke of tampering"

    def on(self, seen: Observation) -> None:
        if seen.source == TERMINAL:
            what = seen.get("text") or seen.get("what") or "tampering"
            self.fail(f"it says at {span(seen.t)} that it was tampered with: {what}", (seen.n,))
