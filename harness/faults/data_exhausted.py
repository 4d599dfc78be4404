"""The SIM's data plan is used up, now."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from harness.model.cast import Cast
from harness.model.network import DataPlan, Exhaustion
from harness.model.trace import Observation
from harness.model.units import Bytes


@dataclass(frozen=True, slots=True)
class DataExhausted:
    """Set the plan to zero; cleared by a top-up.

    Attributes:
        mode: What the carrier does: ``drop`` every packet in silence, ``reset`` connections, or
            ``deactivate``: take the bearer away and refuse it.
        top_up: What is left after the clearing; as much as before where it is not given.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (DataPlan,)
    mode: Literal["drop", "reset", "deactivate"] = "drop"
    top_up: Bytes | None = None

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        plan = cast.playing(DataPlan)
        before = plan.data_left()
        plan.set_exhaustion(Exhaustion(self.mode))
        plan.set_data_left(Bytes(0))
        try:
            yield self
        finally:
            plan.set_data_left(before if self.top_up is None else self.top_up)

    def took_effect(self, seen: Observation) -> bool:
        """The carrier says that the plan is at its end, or drops a packet for it."""
        if seen.source != "network":
            return False
        ended = seen.kind == "plan" and seen.get("state") == "exhausted"
        return ended or (seen.kind == "dropped" and seen.get("why") == "plan")
