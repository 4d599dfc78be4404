"""The SIM's data plan is used up, now, and ends in one of the ways carriers have."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from harness.faults._profiles import check, refusal
from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.network import DataPlan, Exhaustion
from harness.model.trace import Observation
from harness.model.units import Bytes

USUAL = Bytes(100_000_000)  # bought where nobody says how much, and the plan was without end


@dataclass(frozen=True, slots=True)
class DataExhausted(Exhaustion):
    """Set the plan to zero; cleared by a top-up, which the network knows after ``delay``.

    Attributes:
        top_up: What is left after the clearing; as much as before where it is not given.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (DataPlan,)
    top_up: Bytes | None = None

    def __post_init__(self) -> None:
        if self.again == "back_off" and not self.back_off:
            raise ValueError("again: back_off needs the timer's length, back_off")

    @property
    def how(self) -> Exhaustion:
        """What the carrier is told."""
        return Exhaustion(**{row.name: getattr(self, row.name) for row in fields(Exhaustion)})

    def uses(self) -> tuple[str, ...]:
        """What the network must be able to do, in the words of ``Limited.lacks``."""
        more = [name for name in ("icmp", "overrun", "delay") if getattr(self, name)]
        return (f"mode:{self.mode}", *more, *(["needs"] if self.needs != "nothing" else []))

    def refusal(self, means: Means) -> str:
        """Why this rig cannot do it; ``""`` where it can."""
        return refusal(self.uses(), means.lacks)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        """Refused by name where the network cannot do all of it."""
        plan = cast.playing(DataPlan)
        check(plan, self.uses())
        before = plan.data_left()
        plan.set_exhaustion(self.how)
        plan.set_data_left(Bytes(0))
        try:
            yield self
        finally:
            self._buy(plan, before)

    def _buy(self, plan: Any, before: Bytes | None) -> None:
        amount = before if self.top_up is None else self.top_up
        if self.delay:
            plan.top_up(USUAL if amount is None else amount)
        else:
            plan.set_data_left(amount)

    def took_effect(self, seen: Observation) -> bool:
        """The carrier says that the plan is at its end, or drops a packet for it."""
        if seen.source != "network":
            return False
        ended = seen.kind == "plan" and seen.get("state") == "exhausted"
        return ended or (seen.kind == "dropped" and seen.get("why") == "plan")
