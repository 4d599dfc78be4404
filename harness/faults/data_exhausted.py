"""The SIM's data plan is used up, now, and ends in one of the ways carriers have."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from harness.faults._crossing import Crossing
from harness.faults._profiles import check, refusal
from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.network import DataPlan, Exhaustion, Network
from harness.model.roles import plays
from harness.model.trace import Observation
from harness.model.units import Bytes

SERVED = (1, 5, 6, 7, 9, 10)  # +CEREG stat of a modem that is registered (TS 27.007, 10.1.22)
USUAL = Bytes(100_000_000)  # bought where nobody says how much, and the plan was without end


@dataclass(frozen=True)
class DataExhausted(Exhaustion):
    """Set the plan to zero; cleared by a top-up, which the network knows after ``delay``.

    Attributes:
        top_up: What is left after the clearing; as much as before where it is not given.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (DataPlan,)
    #: Not keys: whether this rig's plan is kept by a link, which sees packets; what crossed it.
    _by_link: ClassVar[bool] = True
    _crossing: ClassVar[Crossing]

    top_up: Bytes | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "_crossing", Crossing())
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
        object.__setattr__(self, "_by_link", plays(getattr(plan, "driver", plan), Network))
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

    def play(self, cast: Cast) -> None:
        """Have the path count where nothing else could show it."""
        if self.mode == "throttle":
            self._crossing.watch(cast)

    def took_effect(self, seen: Observation) -> bool:
        """A packet or the modem met the end; of a slow plan, that something crossed it.

        That a link repeats what it was told is nothing. A carrier's account, which sees no packets,
        is believed: it is somebody else's word.
        """
        told, mode = (seen.source, seen.kind), self.mode
        if told == ("network", "plan"):
            ended = seen.get("state") == "exhausted"
            self._crossing.force(on=ended)
            return ended and not self._by_link
        if told == ("network", "dropped"):
            return bool(seen.get("why") == "plan")
        if told == ("modem", "bearer"):
            return mode in ("deactivate", "detach") and seen.get("up") is False
        if told == ("modem", "registration"):
            return mode == "detach" and seen.get("stat") not in SERVED
        if told == ("network", "diverted"):
            return mode == "redirect"
        return mode == "throttle" and self._crossing.shows(seen)
