"""The power fails in the middle of an update."""

from dataclasses import dataclass

from harness.faults.power_cut import PowerCut
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class UpdateInterrupted(PowerCut):
    """Switch the supply off for ``lasting``: a power cut that waits for an update's phase.

    Attributes:
        lasting: For how long; until it is cleared where it is null.
    """

    lasting: Seconds | None = Seconds(3)
