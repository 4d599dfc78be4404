"""A supply with one output on a serial line: what is there below its language."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from harness.clock import Clock
from harness.ports.base import Port
from harness.sim.rail import Rail
from harness.sim.supplies.channel import Channel


class OneOutput:
    """The instrument without its words. ``outlets["scpi"]`` takes a new connection to its line."""

    def __init__(
        self,
        clock: Clock,
        personality: Mapping[str, Any],
        *,
        rng: random.Random,
        rails: Mapping[int, Rail] | None = None,
        load: Callable[[int], float] | None = None,
    ) -> None:
        """Make one, with its output off.

        Args:
            clock: What it runs on; a cooperative clock.
            personality: What it is like.
            rng: The noise of its meter.
            rails: What its output powers, by channel: it has channel 1.
            load: The amps drawn at present; nothing when left out.
        """
        rail = (rails or {}).get(1) or Rail(clock)
        draw = (lambda: load(1)) if load else (lambda: 0.0)
        self._clock, self.personality, self._rng, self._connections = clock, personality, rng, 0
        self.channel = Channel(clock, personality, 1, rail, draw, self.look)
        self.channels = {1: self.channel}
        self.outlets: dict[str, Callable[[Port], None]] = {"scpi": self.accept}

    def look(self) -> None:
        """The output has changed; asked for the first time while it is being made."""

    def load_changed(self, n: int) -> None:
        """Say that the output draws something else now."""
        self.channel.drive()

    def accept(self, port: Port) -> None:
        """Serve a new connection; a serial line keeps no state for it."""
        self._connections += 1
        self._clock.spawn(f"supply line {self._connections}", lambda: self._listen(port))

    def _listen(self, port: Port) -> None:
        raise NotImplementedError
