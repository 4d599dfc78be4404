"""The character of a link as data: both ways of it, by name. The files are ``fixtures/link``."""

from dataclasses import dataclass, fields

from harness.model.units import BitRate, Bytes, Fraction, Seconds

SHORTEST = 68  # B that every link must pass (RFC 791, 3.2)


@dataclass(frozen=True, slots=True)
class Way:
    """One way of a link; what is left out is as the link has it by itself.

    Attributes:
        rate: What passes a second at most.
        delay: One way.
        jitter: Up to this much more or less than the delay.
        queue: Waits for the rate at most; what comes on top is dropped.
        loss: Packets lost at random.
        burst: Packets lost in bursts (Gilbert-Elliott): chance to go from good to bad, and back;
            loss while bad (100 %), loss while good (0 %).
        duplicate: Packets that arrive twice.
        corrupt: Packets that arrive with a wrong bit.
        reorder: Packets that overtake others.
        mtu: Longest packet.
    """

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

    def __post_init__(self) -> None:
        if self.rate is not None and not self.rate > 0:
            raise ValueError("rate: wanted above 0 bit/s; an outage is a fault of its own")
        if self.queue is not None and not self.queue:
            raise ValueError("queue: wanted above 0 B; an outage is a fault of its own")
        if self.mtu is not None and self.mtu < SHORTEST:
            raise ValueError(f"mtu: wanted {SHORTEST} B at least")
        if self.burst is not None and not 2 <= len(self.burst) <= 4:
            raise ValueError("burst: wanted [begin, end], perhaps with the loss while bad and good")
        shares = [self.loss, self.duplicate, self.corrupt, self.reorder, *(self.burst or ())]
        if any(share is not None and share > 1 for share in shares):
            raise ValueError("a share of packets is no more than 100 %")

    def plain(self) -> dict[str, object]:
        """What is named, in SI units, as links take it."""
        named = {row.name: getattr(self, row.name) for row in fields(self)}
        return {key: _plain(value) for key, value in named.items() if value is not None}


def _plain(value: float | tuple[Fraction, ...]) -> object:
    if isinstance(value, tuple):
        usual = (0.0, 0.0, 1.0, 0.0)  # as many as are left out: all is lost while it is bad
        return [*map(float, value), *usual[len(value) :]]
    return int(value) if isinstance(value, int) else float(value)


@dataclass(frozen=True, slots=True)
class Profile:
    """A link's character.

    Attributes:
        story: What link that is.
        source: Where its numbers are from.
        down: To the terminal.
        up: From the terminal.
        confirmed: Whether they were published, or measured.
    """

    story: str
    source: str
    down: Way
    up: Way
    confirmed: bool = True

    def plain(self) -> dict[str, dict[str, object]]:
        """Both ways, as links take them."""
        return {"up": self.up.plain(), "down": self.down.plain()}
