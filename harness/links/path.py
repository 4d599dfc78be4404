"""One way through a network: delay, jitter, rate with a queue, loss, outage. Order is kept.

The order of the stages is that of a real router hop: is the way open, does the packet survive the
noise, is there room in the queue, when is it out, how long does it fly. All chance comes from one
seeded generator, which is asked only for what the shape has.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from harness.clock import Clock

Cap = tuple[float, int]


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
        duplicate: Share of packets that arrive twice.
        corrupt: Share of packets that arrive with a wrong bit.
        reorder: Share of packets that do without the delay and so overtake those in flight; all
            others keep their order, whatever the jitter.
        mtu: Longer packets are dropped, and the sender is told by ICMP; bytes, None without limit.
    """

    delay: float = 0.03
    jitter: float = 0.01
    rate: float | None = 10e6
    queue: int = 250_000
    loss: float = 0.0
    burst: Burst | None = None
    duplicate: float = 0.0
    corrupt: float = 0.0
    reorder: float = 0.0
    mtu: int | None = None


class Path:
    """One way; ``shape`` and ``outage`` may change at any time.

    Attributes:
        shape: In force for packets sent from now on; what waits in the queue keeps its time.
        outage: Nothing passes while set, and nobody is told.
        count: ``bytes``, ``packets`` that were let in, ``dropped``.
        release: When the packet let in last will arrive.
    """

    def __init__(self, clock: Clock, rng: random.Random, shape: Shape) -> None:
        self._clock, self._rng = clock, rng
        self._asked = self._shape = shape
        self._cap: Cap | None = None
        self.outage = False
        self.count = {"bytes": 0, "packets": 0, "dropped": 0}
        self.release = 0.0
        self._free_at = 0.0  # when the queue will be empty
        self._last_out = 0.0  # the latest arrival promised: none may overtake it
        self._bad = False

    @property
    def shape(self) -> Shape:
        return self._asked

    @shape.setter
    def shape(self, shape: Shape) -> None:
        self._asked = shape
        self._apply()

    @property
    def cap(self) -> Cap | None:
        """What somebody else on the way throttles to: bit/s, and the bytes that wait for it."""
        return self._cap

    @cap.setter
    def cap(self, cap: Cap | None) -> None:
        if cap != self._cap:
            self._cap = cap
            self._apply()

    def _apply(self) -> None:
        """The narrower rate holds, with its queue."""
        waiting, rate = self.waiting, self._asked.rate
        self._shape = self._asked
        if self._cap is not None and (rate is None or self._cap[0] < rate):
            rate = self._cap[0]
            self._shape = replace(self._asked, rate=rate, queue=self._cap[1])
        self._free_at = self._clock.now() + (waiting * 8 / rate if rate else 0.0)

    @property
    def waiting(self) -> float:
        """Bytes in the queue."""
        return max(0.0, self._free_at - self._clock.now()) * (self._shape.rate or 0.0) / 8

    def carry(
        self,
        size: int,
        deliver: Callable[[], None],
        spoilt: Callable[[], None] | None = None,
    ) -> str:
        """Take a packet of ``size`` bytes; returns why it was dropped, ``""`` when it was not.

        ``deliver`` is called when it arrives, ``spoilt`` instead where a bit of it is wrong by
        then; without it such a packet ends at the receiver's checksum, which is nowhere.
        """
        why = self._refusal(size)
        if why:
            self.count["dropped"] += 1
            return why
        self.count["bytes"] += size
        self.count["packets"] += 1
        self.release = self._release(size)
        arrive: Callable[[], None] | None = deliver
        if self._happens(self._shape.corrupt):
            arrive = spoilt
        if arrive is not None:
            copies = 1 + self._happens(self._shape.duplicate)
            for _ in range(copies):
                self._clock.call_at(self.release, self._unless_closed(arrive))
        return ""

    def _release(self, size: int) -> float:
        """When a packet that is let in now will arrive."""
        shape = self._shape
        self._free_at = max(self._clock.now(), self._free_at)
        if shape.rate:
            self._free_at += size * 8 / shape.rate
        flight = shape.delay + self._rng.uniform(-shape.jitter, shape.jitter)
        if self._happens(shape.reorder):
            return self._free_at
        self._last_out = max(self._last_out, self._free_at + max(0.0, flight))
        return self._last_out

    def _unless_closed(self, arrive: Callable[[], None]) -> Callable[[], None]:
        return lambda: None if self.outage else arrive()

    def _refusal(self, size: int) -> str:
        if self.outage:
            return "outage"
        if self._shape.mtu is not None and size > self._shape.mtu:
            return "mtu"
        if self._lost():
            return "loss"
        full = self._shape.rate and self.waiting + size > self._shape.queue
        return "queue" if full else ""

    def _lost(self) -> bool:
        burst = self._shape.burst
        if burst is not None:
            if self._rng.random() < (burst.end if self._bad else burst.begin):
                self._bad = not self._bad
            if self._rng.random() < (burst.bad if self._bad else burst.good):
                return True
        return self._happens(self._shape.loss)

    def _happens(self, share: float) -> bool:
        return share > 0 and self._rng.random() < share
