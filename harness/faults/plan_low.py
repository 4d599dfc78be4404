"""The SIM's data plan is nearly used up: the carrier warns, and nothing is cut yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.cellular import Modem
from harness.model.network import DataPlan
from harness.model.trace import Observation
from harness.model.units import Bytes, Fraction

ARRIVED = ("+CMTI:", "+CMT:")  # a message was kept, or is shown at once (TS 27.005, 3.4.1)


@dataclass(frozen=True, slots=True)
class PlanLow:
    """Use up a share of what is left; cleared, as much is left as before, or what was bought since.

    Attributes:
        used: The share: the carrier writes at 80 %, 95 % and 100 %.
        of: The plan, where the one there is has no end.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (DataPlan, Modem)
    SHORT: ClassVar[str] = "used"
    used: Fraction = Fraction(0.8)
    of: Bytes = Bytes(10_000_000)

    def __post_init__(self) -> None:
        if not 0 < self.used < 1:
            raise ValueError(f"used: {self.used} leaves all or nothing; wanted some in between")
        if not self.of:
            raise ValueError("of: 0 B is no plan")

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        plan = cast.playing(DataPlan)
        before = plan.data_left()
        whole = self.of if before is None else before
        if before is None:
            plan.set_data_left(whole)  # a plan of which nothing has been used
        plan.set_data_left(Bytes(whole * (1 - self.used)))
        try:
            yield self
        finally:
            left = plan.data_left()
            if before is None or (left is not None and left < before):
                plan.set_data_left(before)

    def took_effect(self, seen: Observation) -> bool:
        """The carrier's message has come to the modem: what it keeps to itself warns nobody."""
        told = (seen.source, seen.kind) == ("modem", "urc")
        return told and str(seen.get("text")).startswith(ARRIVED)
