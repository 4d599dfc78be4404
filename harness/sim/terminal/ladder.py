"""Remedies for a line that is dead although everything looks well, from the mildest up.

Networks forget terminals and modems lock up; so the bearer is asked for anew, then the radio goes
off and on, then the modem's power does. Each costs the network something, so a climb is made once,
and again only after a rest that doubles (GSMA TS.34, 5.2: no synchronised or endless retries).
"""

from harness.clock import Clock

REMEDIES = ("bearer", "radio", "modem")
REST_FIRST, REST_MOST = 300.0, 3600.0  # s between two climbs


class Ladder:
    """Which remedy is due."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at = 0
        self._rest = REST_FIRST
        self._from = 0.0

    def next(self, *, least: str = "bearer") -> str | None:
        """The next remedy, ``least`` or a stronger one; None while none is due."""
        if self._clock.now() < self._from:
            return None
        self._at = max(self._at, REMEDIES.index(least))
        remedy = REMEDIES[self._at]
        self._at += 1
        if self._at == len(REMEDIES):
            self._at, self._from = 0, self._clock.now() + self._rest
            self._rest = min(2 * self._rest, REST_MOST)
        return remedy

    def start_over(self) -> None:
        """The line works, or what was wrong with it has changed."""
        self._at, self._from, self._rest = 0, 0.0, REST_FIRST
