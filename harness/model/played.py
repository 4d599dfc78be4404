"""One item after it was played and judged: what reports are made of."""

from dataclasses import dataclass
from pathlib import Path

from harness.model.scenario import Scenario
from harness.model.trace import Trace
from harness.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario, its trace and its verdict.

    Attributes:
        scenario: What was played.
        verdict: What the judge said of it.
        trace: What was seen.
        folder: Where the item's evidence lies (``trace.jsonl`` and more).
        simulated: Seconds on the run's clock.
        wall: Seconds of real time.
        seed: What the run's randomness grew from.
        skipped: Why it was not played, ``""`` if it was.
    """

    scenario: Scenario
    verdict: Verdict
    trace: Trace
    folder: Path
    simulated: float = 0.0
    wall: float = 0.0
    seed: int = 0
    skipped: str = ""
