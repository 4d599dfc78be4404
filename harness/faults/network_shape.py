"""The path gets worse in a way of one's own: later, slower, losing packets, in one way or both."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

from harness.faults._shapes import Shaped
from harness.model.profile import Way
from harness.model.units import BitRate, Bytes, Fraction, Seconds


@dataclass(frozen=True)
class NetworkShape(Shaped):
    """Shape the path as named; the rest is as the path has it at its start.

    Attributes:
        way: ``up`` from the terminal, ``down`` to it, or both.
        rate: What passes a second at most.
        delay: One way.
        jitter: Up to this much more or less than the delay.
        queue: Waits for the rate at most; what comes on top is dropped.
        loss: Packets lost at random.
        burst: Packets lost in bursts: chance to go from good to bad, and back; loss while bad
            (100 %), loss while good (0 %).
        duplicate: Packets that arrive twice.
        corrupt: Packets that arrive with a wrong bit.
        reorder: Packets that overtake others.
        mtu: Longest packet.
        lasting: For how long; until it is cleared where it is not given.
    """

    way: Literal["up", "down", "both"] = "both"
    rate: BitRate | None = None
    delay: Seconds | None = None
    jitter: Seconds | None = None
    queue: Bytes | None = None
    loss: Fraction | None = None
    burst: tuple[Fraction, ...] | None = None
    duplicate: Fraction | None = None
    corrupt: Fraction | None = None
    reorder: Fraction | None = None
    mtu: Bytes | None = None
    lasting: Seconds | None = None

    def __post_init__(self) -> None:
        if not any(self._shape().plain().values()):
            raise ValueError(f"nothing is shaped; wanted one of: {', '.join(_NAMES)}")

    def ways(self) -> Mapping[str, Mapping[str, object]]:
        plain = self._shape().plain()
        return {way: plain if self.way in (way, "both") else {} for way in ("up", "down")}

    def _shape(self) -> Way:
        return Way(**{name: getattr(self, name) for name in _NAMES})


_NAMES = tuple(row.name for row in fields(Way))
