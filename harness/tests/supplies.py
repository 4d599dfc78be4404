"""A supply's driver, the simulated supply behind it, and what the driver observed."""

import random
from collections.abc import Callable
from typing import Any

from harness.clock import CooperativeClock
from harness.files import fixture, read_plain
from harness.model.words import find
from harness.ports.memory import MemoryPort, pair
from harness.sim.rail import Rail
from harness.sim.supplies.make import make_supply


class SupplyBench:
    """One model, by its own driver, on a rail with a load.

    Attributes:
        rail: What the output powers.
        amps: What the load draws above 1 V, A.
        supply: The simulated instrument.
        driver: Its driver, or the one given.
        seen: What the driver observed: kind and fields.
    """

    def __init__(
        self,
        clock: CooperativeClock,
        model: str,
        *,
        channel: int = 1,
        driver: type[Any] | None = None,
        **options: Any,
    ) -> None:
        self.clock, self.rail, self.amps = clock, Rail(clock), 0.3
        self.supply = make_supply(
            clock,
            model,
            rng=random.Random(1),
            rails={channel: self.rail},
            load=lambda n: self.amps if n == channel and self.rail.volts() > 1 else 0.0,
        )
        self.port, _ = self.connect()
        kind = driver or self._own(model)
        self.driver: Any = kind(self.port, channel=channel, **options)
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.driver.observe = self._take

    @staticmethod
    def _own(model: str) -> type[Any]:
        word = read_plain(fixture("supply", model, "personality.yaml"))["language"]
        found: type[Any] = find("harness.drivers", word, group="harness.drivers", name="Driver")
        return found

    def connect(self) -> tuple[MemoryPort, MemoryPort]:
        """A further connection: our end and the instrument's."""
        ours, theirs = pair(self.clock, "supply")
        self.supply.outlets["scpi"](theirs)
        return ours, theirs

    def _take(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.seen.append((kind, fields))

    def kinds(self) -> list[str]:
        """The kinds of what was observed."""
        return [kind for kind, _ in self.seen]

    def energise(self, volts: float, *, ovp: float | None = None) -> None:
        """Set, switch on and let it arrive."""
        if ovp is not None:
            self.driver.set_over_voltage(ovp)
        self.driver.set_voltage(volts)
        self.driver.set_output(on=True)
        self.clock.sleep(1.0)

    def ask(self, message: str) -> str:
        """A foreign client's question and its answer."""
        stranger, theirs = self.connect()
        stranger.write(message.encode("latin-1") + b"\n")
        chunk = stranger.read(self.clock.now() + 5)
        theirs.close()
        assert chunk is not None, f"no answer to {message!r}"
        return chunk.data.decode("latin-1").strip()


def on_supply(model: str, story: Callable[[SupplyBench], None], **options: Any) -> None:
    """Run a story on a fresh bench in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(SupplyBench(clock, model, **options)))
