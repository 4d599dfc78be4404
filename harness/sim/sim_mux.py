"""A SIM switch behind a serial relay board: a relay for each card's contacts, one for the detect.

The board is of the LCUS kind (``_lcus.py``). Wiring as ``drivers/sim_mux.py`` tells it: the first
card over the normally closed contact of relay 1, the second over relay 2, relay 3 opens the detect
line while it is on. Two cards whose contacts are together answer nothing: that is no card.
"""

from collections.abc import Callable, Sequence

from harness.clock import Clock
from harness.ports.base import Port
from harness.sim._lcus import LcusBoard
from harness.sim.sim_tray import Sim, SimTray

OPERATE = 0.008  # s until a contact has moved and bounces no more
SPARE = 1  # relays that nothing is wired to


class SimMux:
    """The switch in one slot of a terminal's tray.

    Args:
        clock: The bench's clock.
        tray: The terminal's.
        sims: The cards it holds; the first is connected while the board rests.
        slot: Of the tray.

    Attributes:
        outlets: ``relay``: the board's serial line.
    """

    def __init__(
        self, clock: Clock, tray: SimTray, sims: Sequence[Sim], *, slot: str = "1"
    ) -> None:
        self._clock, self._tray, self._sims, self._slot = clock, tray, tuple(sims), slot
        self._detect = len(self._sims) + 1
        self._board = LcusBoard(clock, self._detect + SPARE, self._switch)
        self._closed = {self._detect: True, **dict.fromkeys(range(2, self._detect), False), 1: True}
        self.outlets: dict[str, Callable[[Port], None]] = {"relay": self._board.accept}

    def _switch(self, relay: int, on: bool) -> None:
        if relay in self._closed:
            closes = on != (relay in (1, self._detect))
            self._clock.call_at(self._clock.now() + OPERATE, lambda: self._settle(relay, closes))

    def _settle(self, relay: int, closed: bool) -> None:
        self._closed[relay] = closed
        joined = [sim for n, sim in enumerate(self._sims, 1) if self._closed[n]]
        there = self._closed[self._detect] and len(joined) == 1
        self._tray.put(self._slot, joined[0] if there else None)
