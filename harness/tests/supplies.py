"""A supply's driver, the simulated supply behind it, a foreign client, and what was observed."""

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from harness.clock import CooperativeClock
from harness.files import fixture, read_plain
from harness.model.units import Amps, Volts
from harness.model.words import find
from harness.ports.base import Port
from harness.ports.memory import MemoryPort, pair
from harness.sim.rail import Rail
from harness.sim.supplies.make import language_of, make_supply
from harness.tests.patience import LIMIT


def driver_of(word: str) -> type[Any]:
    """A supply's driver by its language, which is its word."""
    found: type[Any] = find("harness.drivers", word, group="harness.drivers", name="Driver")
    return found


class SupplyBench:
    """One model, by its own driver, on a rail with a load.

    Attributes:
        rail: What the output powers.
        amps: What the load draws above 1 V, A.
        supply: The simulated instrument.
        channel: Its output on the rail.
        port: The driver's line.
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
        changes: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """``changes`` are of its personality, ``options`` of its driver."""
        self.clock, self.rail, self.amps, self._n = clock, Rail(clock), 0.3, channel
        word = language_of(model)
        kind = find("harness.sim.supplies", word, group="harness.supplies", name="Instrument")
        self.supply: Any = kind(
            clock,
            {**read_plain(fixture("supply", model, "personality.yaml")), **(changes or {})},
            rng=random.Random(1),
            rails={channel: self.rail},
            load=lambda n: self.amps if n == channel and self.rail.volts() > 1 else 0.0,
        )
        self.channel = self.supply.channels[channel]
        self.port, _ = self.connect()
        self.driver: Any = (driver or driver_of(word))(self.port, channel=channel, **options)
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.driver.observe = self._take

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
            self.driver.set_over_voltage(Volts(ovp))
        self.driver.set_voltage(Volts(volts))
        self.driver.set_output(on=True)
        self.clock.sleep(1.0)

    def overload(self, amps: float) -> None:
        """The load draws more from now on."""
        self.amps = amps
        self.supply.load_changed(self._n)

    def ask(self, *messages: str, end: str = "\n") -> str:
        """What a foreign client is answered to its messages; "" for nothing at all."""
        stranger, _ = self.connect()
        for message in messages:
            stranger.write((message + end).encode("latin-1"))
            self.clock.sleep(0.1)
        heard = b""
        while chunk := stranger.read(self.clock.now()):
            heard += chunk.data
        stranger.close()
        return heard.decode("latin-1").rstrip("\r\n")


def on_supply(
    model: str,
    story: Callable[[SupplyBench], None],
    *,
    current: float | None = None,
    **options: Any,
) -> None:
    """Run a story on a fresh bench in virtual time; ``current``: with that limit, A."""
    clock = CooperativeClock()

    def main() -> None:
        bench = SupplyBench(clock, model, **options)
        if current is not None:
            bench.driver.set_current_limit(Amps(current))
        story(bench)

    clock.run(main)


def asked(model: str, *messages: str) -> str:
    """What a foreign client of a fresh instrument is answered to the last of its messages."""
    answers: list[str] = []
    on_supply(model, lambda bench: answers.append(bench.ask(*messages)))
    return answers[0]


@contextmanager
def served(
    model: str, serve: Callable[[CooperativeClock, Callable[[Port], None]], str]
) -> Iterator[str]:
    """A supply in a thread of its own, in real time; ``serve`` opens its outlet and says where."""
    address: list[str] = []
    ready, over = threading.Event(), threading.Event()
    clock = CooperativeClock(wall=True)

    def main() -> None:
        supply = make_supply(clock, model, rng=random.Random(1))
        address.append(serve(clock, supply.outlets["scpi"]))
        ready.set()
        while not over.is_set():
            clock.sleep(0.02)

    thread = threading.Thread(target=lambda: clock.run(main), daemon=True)
    thread.start()
    assert ready.wait(LIMIT)
    try:
        yield address[0]
    finally:
        over.set()
        thread.join(LIMIT)
