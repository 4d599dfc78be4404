"""One way through a network: delay, jitter, rate with a queue, loss, outage. Order is kept.

The order of the stages is that of a real router hop: is the way open, does the packet survive the
noise, is there room in the queue, when is it out, how long does it fly. All chance comes from one
seeded generator.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from harness.clock import Clock


@dataclass(frozen=True, slots=True)
class Burst:
    """Gilbert-Elliott loss: a two-state chain, drawn once per packet.

    Attributes:
        begin: Chance to go from good to bad.
        end: Chance to go back.
        bad: Loss while bad.
        good: Loss while good.
    """

    begin: float
    end: float
    bad: float = 1.0
    good: float = 0.0


@dataclass(frozen=True, slots=True)
class Shape:
    """How one way is shaped; the default is a good LTE cell.

    Attributes:
        delay: One way, s.
        jitter: Up to this much more or less, s, evenly spread.
        rate: bit/s; None without limit.
        queue: Bytes that wait for the rate at most; what comes on top is dropped.
        loss: Share of packets lost at random, 0..1.
        burst: Loss in bursts, besides.
    """

    delay: float = 0.03
    jitter: float = 0.01
    rate: float | None = 10e6
    queue: int = 250_000
    loss: float = 0.0
    burst: Burst | None = None


class Path:
    """One way; ``shape`` and ``outage`` may change at any time.

    Attributes:
        shape: In force for packets sent from now on.
        outage: Nothing passes while set, and nobody is told.
        count: ``bytes``, ``packets`` that were let in, ``dropped``.
    """

    def __init__(self, clock: Clock, rng: random.Random, shape: Shape) -> None:
        self._clock, self._rng = clock, rng
        self.shape = shape
        self.outage = False
        self.count = {"bytes": 0, "packets": 0, "dropped": 0}
        self._free_at = 0.0  # when the queue will be empty
        self._last_out = 0.0  # the latest arrival promised: none may overtake it
        self._bad = False

    def carry(self, size: int, deliver: Callable[[], None]) -> str:
        """Take a packet of ``size`` bytes; returns why it was dropped, ``""`` when it was not."""
        why = self._refusal(size)
        if why:
            self.count["dropped"] += 1
            return why
        self.count["bytes"] += size
        self.count["packets"] += 1
        now, shape = self._clock.now(), self.shape
        self._free_at = max(now, self._free_at)
        if shape.rate:
            self._free_at += size * 8 / shape.rate
        flight = shape.delay + self._rng.uniform(-shape.jitter, shape.jitter)
        self._last_out = max(self._last_out, self._free_at + max(0.0, flight))
        self._clock.call_at(self._last_out, lambda: None if self.outage else deliver())
        return ""

    def _refusal(self, size: int) -> str:
        if self.outage:
            return "outage"
        if self._lost():
            return "loss"
        waiting = (self._free_at - self._clock.now()) * (self.shape.rate or 0.0) / 8
        return "queue" if waiting + size > self.shape.queue else ""

    def _lost(self) -> bool:
        burst = self.shape.burst
        if burst is not None:
            turn = burst.end if self._bad else burst.begin
            if self._rng.random() < turn:
                self._bad = not self._bad
            if self._rng.random() < (burst.bad if self._bad else burst.good):
                return True
        return self.shape.loss > 0 and self._rng.random() < self.shape.loss
