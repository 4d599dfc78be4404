"""The signal fades slowly, stays bad, and comes back as slowly."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.errors import BenchError
from harness.faults._signal import damp
from harness.model.cast import Cast
from harness.model.cellular import Attenuator, Modem
from harness.model.trace import Observation
from harness.model.units import Db, Dbm, Seconds

STEP = Seconds(0.5)  # between two settings of the attenuator
WEAKEST, STRONGEST = -156, -31  # dBm of RSRP (TS 36.133, 9.1.4; TS 38.133, 10.1.6)
NEAR = 3.0  # dB: so near to the end is there


@dataclass(frozen=True, slots=True)
class SignalRamp:
    """Let RSRP fall to ``to`` in a straight line within ``over``, hold it, and let it rise again.

    Attributes:
        to: RSRP at the bottom.
        over: Time down, and time back up.
        hold: Time at the bottom.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Attenuator, Modem)
    to: Dbm
    over: Seconds
    hold: Seconds = Seconds(0)

    def __post_init__(self) -> None:
        if not WEAKEST <= self.to <= STRONGEST:
            raise ValueError(f"to: wanted {WEAKEST} to {STRONGEST} dBm, what a modem can measure")

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        attenuator = cast.playing(Attenuator)
        before = attenuator.attenuation()
        try:
            yield self
        finally:
            damp(attenuator, before)

    def play(self, cast: Cast) -> None:
        """Down, hold, up."""
        attenuator, modem = cast.playing(Attenuator), cast.playing(Modem)
        start, rsrp = attenuator.attenuation(), modem.signal().rsrp
        if rsrp is None or rsrp <= self.to:
            level = "no signal" if rsrp is None else f"a signal of {rsrp:g} dBm"
            raise BenchError(f"there is {level} to begin with: it cannot fall to {self.to}")
        depth = min(rsrp - self.to, attenuator.max_attenuation() - start)
        steps = max(1, round(self.over / STEP))
        shares = [step / steps for step in range(1, steps + 1)]
        for share in shares:
            cast.sleep(self.over / steps)
            attenuator.set_attenuation(Db(start + share * depth))
        modem.signal()  # a short hold falls between two polls and would leave no evidence
        cast.sleep(self.hold)
        for share in reversed(shares):
            attenuator.set_attenuation(Db(start + (share - 1 / steps) * depth))
            cast.sleep(self.over / steps)

    def took_effect(self, seen: Observation) -> bool:
        """The modem measures a level near the bottom, or none any more."""
        if seen.source != "modem" or seen.kind != "signal":
            return False
        rsrp = seen.get("rsrp")
        if rsrp is None:  # not told is not gone
            return seen.get("rssi") is None
        return bool(rsrp <= self.to + NEAR)
