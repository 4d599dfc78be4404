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
#: Key -> the modes in which it says anything (``model/network.py``, ``Exhaustion``).
ONLY: dict[str, tuple[str, ...]] = {
    "icmp": ("drop",),
    **dict.fromkeys(("down", "up", "queue"), ("throttle",)),
    **dict.fromkeys(("http", "names", "tls"), ("redirect",)),
    "allow": ("redirect", "restrict"),
    "event": ("deactivate",),
    **dict.fromkeys(("cause", "again"), ("deactivate", "detach")),
}
MOST = 255  # a cause is one octet (TS 24.301, 9.9.3.9 and 9.9.4.4)
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
        if self.back_off and self.again != "back_off":
            raise ValueError("back_off: nobody waits for it; wanted again: back_off with it")
        if not self.up > 0 or not self.down > 0:
            raise ValueError("up, down: wanted above 0 bit/s; nothing at all is mode: drop")
        if self.cause is not None and not 1 <= self.cause <= MOST:
            raise ValueError(f"cause: {self.cause} seen, wanted 1 to {MOST}")
        if self.top_up is not None and not self.top_up:
            raise ValueError("top_up: 0 B tops nothing up")
        self._check_keys()

    def _check_keys(self) -> None:
        """Raises ValueError for a key that says nothing in this mode."""
        for row in fields(Exhaustion):
            modes = ONLY.get(row.name)
            if modes and self.mode not in modes and getattr(self, row.name) != row.default:
                raise ValueError(
                    f"{row.name}: says nothing with mode: {self.mode}; wanted mode: "
                    f"{' or '.join(modes)}"
                )

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
            if self.mode == "throttle":
                self._crossing.count(cast)
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
