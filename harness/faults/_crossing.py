"""What shows that traffic met a path that was changed: the change in force, and bytes over it.

A slow path drops nothing, and what it says of itself is no more than our own words. That something
crossed it meanwhile is the least that there must be.
"""

from harness.faults._cast import player_of
from harness.model.cast import Cast
from harness.model.network import Network
from harness.model.roles import Polled, plays
from harness.model.trace import Observation

LOOK = 1.0  # s between two looks at the counters


class Crossing:
    """Fed with what is seen; ``shows`` once bytes were counted while it was in force."""

    def __init__(self) -> None:
        self._in_force = False
        self._from: int | None = None
        self.seen = False

    def force(self, *, on: bool) -> None:
        """The path says that the change is in force, or not any more."""
        if on != self._in_force:
            self._in_force, self._from = on, None

    def shows(self, seen: Observation) -> bool:
        """Whether this is a count that has grown since the change was in force."""
        if not self._in_force or (seen.source, seen.kind) != ("network", "counted"):
            return False
        count = seen.get("bytes")
        if not isinstance(count, int):
            return False
        if self._from is None or count < self._from:  # the first, or the counter began anew
            self._from = count
        if count > self._from:
            self.seen = True
            return True
        return False

    def watch(self, cast: Cast) -> None:
        """Have the path count until something has crossed it."""
        while self.count(cast):
            cast.sleep(LOOK)

    def count(self, cast: Cast) -> bool:
        """Have the path count once; says whether it has to be asked again.

        The last time is just before the clearing: a short sale is over between two looks.
        """
        network = player_of(cast, Network)
        if self.seen or not plays(getattr(network, "driver", network), Polled):
            return False
        network.poll()
        return True
