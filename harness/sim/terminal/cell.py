"""The cell of a mobile terminal: what is left in it, and what holds the terminal up by it.

A pack in the bay is charged while the supply feeds the terminal, and carries it while it does not,
by a converter, until it is empty. A dummy in the bay is a wire, as benches have it: then the
terminal lives on its supply alone. Hardware: it goes on through resets.
"""

from collections.abc import Callable
from itertools import pairwise

from harness.clock import Clock
from harness.sim.feed import Feed
from harness.sim.terminal.body import Body

PART, DUMMY = "battery", "dummy"
CAPACITY = 9360.0  # As: 2600 mAh, as packs of such terminals have
PACKS = {"full": 1.0, "weak": 0.05}  # what is in a pack when it is put in, of its capacity
HELD = 4.8  # V: what the converter gives the board (assumed)
EFFICIENCY = 0.9  # of the converter and of the charger (assumed)
CHARGING = 1.0  # A into the cell
STEP = 1.0  # s between two counts of the charge
#: Charge, of the whole -> V of an unloaded Li-ion cell; straight lines between (usual data sheets).
OPEN_CIRCUIT = ((0.0, 3.0), (0.05, 3.45), (0.1, 3.6), (0.5, 3.75), (0.9, 4.05), (1.0, 4.2))


class Cell:
    """One bay.

    Attributes:
        left: What is in the pack, As; 0 for a dummy.
    """

    def __init__(self, clock: Clock, body: Body, feed: Feed, draw: Callable[[], float]) -> None:
        """A bay whose ``run`` is a task of its own.

        Args:
            clock: The bench's clock.
            body: Where hands put packs in.
            feed: The wire from the supply, whose terminal end it holds up.
            draw: What the terminal takes now, A at its supply voltage.
        """
        self._clock, self._body, self._feed, self._draw = clock, body, feed, draw
        self._pack = DUMMY
        self.left = 0.0

    @property
    def fitted(self) -> bool:
        """Whether there is a pack in the bay."""
        return self._pack != DUMMY

    @property
    def percent(self) -> int:
        """What a gauge tells."""
        return round(100 * self.left / CAPACITY)

    @property
    def fed(self) -> bool:
        """Whether it is the supply that feeds the terminal, and the charger."""
        feed = self._feed
        return feed.closed and not feed.shorted and feed.source.volts() >= HELD

    @property
    def charging(self) -> bool:
        """Whether it takes charge now."""
        return self.fitted and self.fed and self.left < CAPACITY

    @property
    def volts(self) -> float:
        """Its voltage without a load."""
        share = self.left / CAPACITY
        for (less, low), (more, high) in pairwise(OPEN_CIRCUIT):
            if share <= more:
                return low + (high - low) * (share - less) / (more - less)
        return OPEN_CIRCUIT[-1][1]

    @property
    def amps(self) -> float:
        """What the charger takes from the supply, A."""
        if not self.charging:
            return 0.0
        return CHARGING * self.volts / EFFICIENCY / max(HELD, self._feed.source.volts())

    def run(self) -> None:
        """Count what goes in and out, and hold the terminal up while there is anything."""
        body, began = self._body, self._clock.now()
        while True:
            if body.state(PART) != self._pack:
                self._pack = body.state(PART)
                self.left = PACKS.get(self._pack, 0.0) * CAPACITY
            self._feed.hold(HELD if self.left > 0 else 0.0)
            until = self._clock.now() + STEP if self.fitted else None
            body.changed.wait_for(lambda: body.state(PART) != self._pack, until)
            self._count(self._clock.now() - began)
            began = self._clock.now()

    def _count(self, seconds: float) -> None:
        if self.charging:
            self.left = min(CAPACITY, self.left + CHARGING * seconds)
        elif self.fitted and not self.fed:
            drawn = self._draw() * HELD / EFFICIENCY / self.volts
            self.left = max(0.0, self.left - drawn * seconds)
