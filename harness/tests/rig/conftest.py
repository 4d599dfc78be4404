"""A bench of toys in virtual time: a supply and a console, behind memory ports."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import harness.drivers
from harness.clock import CooperativeClock
from harness.errors import NoSuchDevice, PortLost
from harness.model import words
from harness.model.rig import Device, Limits, RigFile
from harness.model.units import Amps, Volts
from harness.ports.base import Port
from harness.ports.memory import MemoryPort, pair
from harness.rig.live import LiveRig


@dataclass
class ToyBench:
    """Devices by name; ``sayings`` change what the supply answers.

    Attributes:
        clock: The run's.
        heard: Every line the supply got.
        sayings: Line -> answer; ``None`` for silence.
        absent: Names nobody answers at.
        console: The console's end of its line.
        seen: What a listener was told.
    """

    clock: CooperativeClock = field(default_factory=CooperativeClock)
    heard: list[str] = field(default_factory=list)
    sayings: dict[str, str | None] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=lambda: {"OUT": "1", "V": "0", "OVP": "30"})
    absent: set[str] = field(default_factory=set)
    console: MemoryPort | None = None
    supply: MemoryPort | None = None
    seen: list[tuple[str, str, float, Any]] = field(default_factory=list)

    def connect(self, name: str) -> Port:
        """As the simulated bench does."""
        if name not in ("supply", "console", "terminal"):
            raise NoSuchDevice(name)
        if name in self.absent:
            raise PortLost(f"{name}: connection refused")
        ours, theirs = pair(self.clock, name)
        if name == "supply":
            self.supply = theirs
            self.clock.spawn("toy supply", lambda: self._serve(theirs))
        else:
            self.console = theirs
        return ours

    def _serve(self, port: MemoryPort) -> None:
        while True:
            try:
                chunk = port.read()
            except PortLost:
                return
            assert chunk is not None
            line = chunk.data.decode().strip()
            self.heard.append(line)
            answer = self.sayings[line] if line in self.sayings else self._answer(line)
            if answer is not None:
                port.write(answer.encode() + b"\n")

    def _answer(self, line: str) -> str:
        if line == "ID?":
            return "TOY SUPPLY,SN42"
        if line == "TRIP?":
            return " "
        if line.endswith("?"):
            return self.state[line[:-1]]
        key, _, value = line.partition(" ")
        self.state[key] = value
        return "ok"

    def rig(self, rigfile: RigFile, **more: Any) -> LiveRig:
        """A live rig on this bench that tells ``seen``."""
        rig = LiveRig(rigfile, clock=self.clock, connect=self.connect, **more)
        rig.listen(lambda *told: self.seen.append(told))
        return rig

    def kinds(self, kind: str) -> list[tuple[str, float, Any]]:
        """Observations of one kind: source, time, fields."""
        return [(source, t, fields) for source, seen, t, fields in self.seen if seen == kind]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[ToyBench]:
    """The toys, and drivers for them beside the real ones."""
    stage = str(Path(__file__).parent / "stage")
    with monkeypatch.context() as patched:
        patched.setattr(harness.drivers, "__path__", [*harness.drivers.__path__, stage])
        words._own.cache_clear()  # it remembers what stands in a package
        yield ToyBench()
    words._own.cache_clear()


@pytest.fixture
def rigfile() -> RigFile:
    """A supply with limits, and a console."""
    return RigFile(
        name="toys",
        clock="virtual",
        nominal=Volts(9),
        devices={
            "supply": Device(
                "supply", "toy_supply", "sim://supply", Limits(Volts(10.5), Amps(3), Volts(2))
            ),
            "console": Device("console", "toy_console", "sim://console"),
        },
        path="rigs/toys.yaml",
    )
