"""How worn a reader is: the share of insertions that needed more than one try.

A good contact fails now and then, and so does a bad card; three bad insertions of sixty (5 %) are
more than chance and one dirty card, and long before a reader that fails every time.
"""

from collections import deque

LOOKED_AT = 60  # insertions
DUE = 3  # bad ones of them


class Wear:
    """Counts insertions.

    Attributes:
        insertions: All of them since the start.
    """

    def __init__(self) -> None:
        self.insertions = 0
        self._bad: deque[bool] = deque(maxlen=LOOKED_AT)

    def count(self, *, bad: bool) -> None:
        """One insertion, and whether its chip was not read at the first try."""
        self.insertions += 1
        self._bad.append(bad)

    @property
    def due(self) -> bool:
        """Whether somebody should look at the contacts."""
        return sum(self._bad) >= DUE

    @property
    def rate(self) -> float:
        """Share of the insertions looked at that were bad, 0 to 1."""
        return sum(self._bad) / len(self._bad) if self._bad else 0.0
