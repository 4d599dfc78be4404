"""A simulated supply, its driver and a second, foreign client: the stage of drivers' tests."""

import random
from collections.abc import Callable
from typing import Any

from harness.clock import CooperativeClock
from harness.ports.memory import MemoryPort, pair
from harness.sim.rail import Rail
from harness.sim.supplies.make import make_supply


class Bench:
    """The driver, the simulated supply behind it, its rail and what the driver observed."""

    def __init__(
        self, clock: CooperativeClock, model: str, driver: Callable[..., Any], channel: int = 1
    ) -> None:
        self.clock, self.rail, self.amps = clock, Rail(clock), 0.0
        self.supply = make_supply(
            clock,
            model,
            rng=random.Random(1),
            rails={channel: self.rail},
            load=lambda _: self.amps if self.rail.volts() > 1 else 0.0,
        )
        self.line = self.connect()
        self.driver = driver(self.line, channel=channel)
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.driver.observe = self._take
        self.channel = self.supply.channels[channel]

    def _take(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.seen.append((kind, fields))

    def connect(self) -> MemoryPort:
        """A new line to the instrument."""
        ours, theirs = pair(self.clock, "supply")
        self.supply.outlets["scpi"](theirs)
        return ours

    def ask(self, *messages: str) -> str:
        """What a foreign client is answered to the last of its messages; "" for nothing at all."""
        port = self.connect()
        for message in messages:
            port.write(message.encode("latin-1") + b"\n")
            self.clock.sleep(0.1)
        heard = b""
        while chunk := port.read(self.clock.now()):
            heard += chunk.data
        port.close()
        return heard.decode("latin-1").rstrip("\r\n")

    def energise(self, volts: float) -> None:
        """On, at a voltage, and arrived there."""
        self.driver.set_voltage(volts)
        self.driver.set_output(on=True)
        self.clock.sleep(1.0)

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.seen]


def on_bench(
    model: str, driver: Callable[..., Any], story: Callable[[Bench], None], *, channel: int = 1
) -> None:
    """Run a story in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(Bench(clock, model, driver, channel)))
