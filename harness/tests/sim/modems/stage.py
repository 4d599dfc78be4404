"""A stage for tests of simulated modems: any model on its radio and link, in virtual time."""

import random
import re
from collections.abc import Callable
from typing import Any, TypeVar

from harness.clock import CooperativeClock
from harness.links.link import Link
from harness.ports.memory import MemoryPort, pair
from harness.sim.internet import Internet
from harness.sim.modems.make import make_modem
from harness.sim.radio import Radio
from harness.sim.sim_tray import SimTray, usual_tray

T = TypeVar("T")


class Stage:
    """A modem, and its UART to talk to it."""

    def __init__(
        self,
        clock: CooperativeClock,
        model: str,
        *,
        seed: int = 1,
        tray: Callable[[Link], SimTray] | None = None,
        powered: bool = True,
        **link: Any,
    ) -> None:
        self.clock, self.radio = clock, Radio(clock)
        self.link = Link(clock, rng=random.Random(seed), **link)
        self.tray = tray(self.link) if tray else usual_tray(self.link.carrier)
        self.internet = Internet(clock, self.link)
        self.modem = make_modem(
            clock, model, rng=random.Random(seed), radio=self.radio, link=self.link,
            internet=self.internet, tray=self.tray, powered=powered,
        )  # fmt: skip
        self.port = self.open("at0")

    def open(self, name: str) -> MemoryPort:
        ours, theirs = pair(self.clock, name)
        self.modem.outlets[name](theirs)
        return ours

    def hear(self, seconds: float, port: MemoryPort | None = None) -> str:
        """Everything said in so many seconds."""
        port, until, heard = port or self.port, self.clock.now() + seconds, b""
        while (chunk := port.read(until)) is not None:
            heard += chunk.data
        return heard.decode("latin-1")

    def say(self, line: str, seconds: float = 1.0, port: MemoryPort | None = None) -> list[str]:
        """Send a line; the lines that came in so many seconds."""
        (port or self.port).write(f"{line}\r".encode("latin-1"))
        return [text for text in re.split(r"[\r\n]+", self.hear(seconds, port)) if text]

    def ready(self) -> None:
        """Registered, with a bearer, echo off, reports on, numbers for errors."""
        self.clock.sleep(20)
        for line in ("AT", "AT", "ATE0", "AT+CMEE=1;+CGEREP=2,1", "AT+CEREG=2", "AT+CEREG=3"):
            self.say(line)
        self.clock.sleep(20)
        assert self.modem.bearer_up
        self.hear(0.1)


def on_stage(story: Callable[[Stage], T], model: str = "ec25", **stage: Any) -> T:
    """Run a story on a new stage."""
    clock = CooperativeClock()
    return clock.run(lambda: story(Stage(clock, model, **stage)))
