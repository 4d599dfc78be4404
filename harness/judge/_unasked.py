"""What the bench did by itself: a modem that fell silent, and nobody had made it.

A fault may have, and so may the terminal, which restarts its modem or takes its power away: it says
so (``remedy``), or starts itself. Any other silence is no fault of the terminal's.
"""

from collections.abc import Sequence

from harness.judge._monitor import SLACK
from harness.judge._run import Injected
from harness.model.trace import Observation

#: Words of the faults that a modem may fall silent by begin so.
MAKERS = ("modem_", "power_", "sim_", "update_")
#: s by which a silence may come later than its reason and still be by it.
NEAR = 60.0
#: s until a terminal that has restarted, and its modem with it, says so.
BOOT = 30.0
#: s by which a modem may have been silent before it was noticed: polls, and answers waited for.
LAG = 15.0


class Unasked:
    """Fed with what is seen; ``silence`` is the first that nothing explains.

    Attributes:
        kinds: What it wants to be fed.
    """

    kinds = frozenset({"silent", "remedy", "boot"})

    def __init__(self) -> None:
        self._silences: list[Observation] = []
        self._reasons: list[tuple[float, float]] = []  # from when to when they explain one

    def on(self, seen: Observation) -> None:
        if (seen.source, seen.kind) == ("modem", "silent"):
            self._silences.append(seen)
        elif seen.source == "terminal":
            begun = seen.t - (BOOT if seen.kind == "boot" else SLACK)
            ended = seen.t + (LAG if seen.kind == "boot" else NEAR)
            self._reasons.append((begun, ended))

    def silence(self, faults: Sequence[Injected], since: Observation) -> Observation | None:
        """The first after ``since``; None where all are explained."""
        for one in self._silences:
            explained = any(begin <= one.t <= end for begin, end in self._reasons) or any(
                fault.word.startswith(MAKERS) and _stood(fault, one.t) for fault in faults
            )
            if one.n > since.n and not explained:
                return one
        return None


def _stood(fault: Injected, t: float) -> bool:
    return fault.at.t <= t and (fault.cleared is None or t <= fault.cleared.t + NEAR)
