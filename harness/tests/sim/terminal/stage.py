"""A stage for terminal tests: the real simulators around a countertop, in virtual time."""

import json
import random
from collections.abc import Callable
from typing import Any, TypeVar

from harness.clock import CooperativeClock
from harness.drivers import console
from harness.drivers.zvt import Driver as Zvt
from harness.files import fixture, read_plain
from harness.links.carrier import Carrier
from harness.links.certificates import trusted
from harness.links.link import Link
from harness.model.roles import SaleResult
from harness.model.units import Money
from harness.ports.base import Port
from harness.ports.memory import MemoryPort, pair
from harness.sim.acquirer import Acquirer
from harness.sim.card import read_deck
from harness.sim.internet import Internet
from harness.sim.modems.make import make_modem
from harness.sim.radio import Radio
from harness.sim.rail import Rail
from harness.sim.sim_tray import usual_tray
from harness.sim.slot import Slot
from harness.sim.terminal.countertop import Countertop
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.models import read_character
from harness.sim.update_store import UpdateStore
from harness.sim.wifi import AccessPoint, Station
from harness.wire import zvt

T = TypeVar("T")
NOMINAL = 5.0
HOST, STORE = ("host.hil.test", 5001), ("updates.hil.test", 80)
SECOND_HOST = ("host2.hil.test", 5001)
HOSTS = (HOST[0], SECOND_HOST[0])


class RegisterPort(MemoryPort):
    """A TCP client in one process: opening it connects to the terminal's outlet anew."""

    def __init__(self, clock: CooperativeClock, accept: Callable[[Port], None]) -> None:
        super().__init__(clock, "terminal")
        self._accept = accept
        self._inner: MemoryPort | None = None
        self._heard = b""
        self.deaf_to = b"never"  # acknowledgements of what has this in it are lost

    def open(self) -> None:
        if self._inner is None or self._inner.closed or self._inner._lost:
            ours, theirs = pair(self.clock, "terminal")
            self._accept(theirs)
            self._inner = ours
            self.arrived = ours.arrived

    def write(self, data: bytes) -> None:
        assert self._inner is not None
        if data == zvt.ACK.to_bytes() and self.deaf_to in self._heard:
            return
        self._heard = b""
        self._inner.write(data)

    def read(self, until: float | None = None) -> Any:
        assert self._inner is not None
        chunk = self._inner.read(until)
        self._heard += chunk.data if chunk else b""
        return chunk

    @property
    def readable(self) -> bool:
        return self._inner is not None and self._inner.readable

    def close(self) -> None:
        if self._inner is not None:
            self._inner.close()
        self._inner = None


class Stage:
    """Everything a sale needs; ``seen`` is what the drivers observed."""

    def __init__(
        self, seed: int = 1, firmware: type[Firmware] = Firmware, model: str = "countertop",
        **times: float,
    ) -> None:  # fmt: skip
        self.clock = clock = CooperativeClock()
        self.seed = seed
        self._start = 0
        self.seen: list[tuple[float, str, dict[str, Any]]] = []
        self.rail = Rail(clock)
        self.radio = Radio(clock, rsrp=-85.0)
        self.link = Link(clock, rng=random.Random(f"{seed}/link"))
        self.internet = Internet(clock, self.link)
        host_file = read_plain(fixture("host", "test_acquirer.yaml"))
        self.host = Acquirer(clock, host_file, rng=random.Random(f"{seed}/host"))
        self.internet.serve(*HOST, self.host.outlets["tls"])
        self.internet.guard(*HOST, self.host.knock)
        store_file = read_plain(fixture("updates", "test_store.yaml"))
        self.store = UpdateStore(clock, store_file, rng=random.Random(f"{seed}/store"))
        self.internet.serve(*STORE, self.store.outlets["http"])
        self.internet.serve(*SECOND_HOST, self.host.outlets["second/tls"])
        self.internet.guard(*SECOND_HOST, self.host.fronts["second"].knock)
        self.spare = Carrier(clock=clock)
        self.tray = usual_tray(self.link.carrier, self.spare)
        self.modem = make_modem(
            clock, "ec25", rng=random.Random(f"{seed}/modem"), radio=self.radio, link=self.link,
            internet=self.internet, tray=self.tray,
        )  # fmt: skip
        self.point = AccessPoint(clock, self.internet, rng=random.Random(f"{seed}/wifi"))
        self.slot = Slot(clock)
        self.deck = read_deck(random.Random(f"{seed}/cards"))
        character = read_character(model)
        character["times"].update(times)
        self.terminal = Countertop(
            clock, rail=self.rail, modem=self.modem, slot=self.slot, personality=character,
            keys=host_file, rng=random.Random(f"{seed}/terminal"), host=HOST, store=STORE,
            firmware=firmware, authorities=trusted(), station=Station(self.point),
        )  # fmt: skip
        self.register_port = RegisterPort(clock, self.terminal.outlets["zvt"])
        self.register = Zvt(self.register_port, personality="countertop")
        self.register.observe = self._observe
        ours, theirs = pair(clock, "console")
        self.terminal.outlets["console"](theirs)
        self.console = console.Driver(ours, personality="countertop")
        self.console.observe = self._observe
        self._console_port = ours

    def _observe(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.seen.append((self.clock.now() if t is None else t, kind, fields))

    def play(self, story: Callable[[], T]) -> T:
        """Run a story with the console attended."""

        def main() -> T:
            self.clock.spawn("console owner", self._attend)
            return story()

        return self.clock.run(main)

    def _attend(self) -> None:
        while True:
            self._console_port.arrived.wait_for(lambda: self._console_port.readable)
            self.console.attend()

    def offer(self, image: str) -> None:
        """Have the store offer an image, by its own control protocol."""
        self.control(self.store, do="offer", image=image)

    def misbehave(self, act: str, on: str, **how: Any) -> None:
        """Have the host misbehave, by its own control protocol."""
        self.control(self.host, do="misbehave", act=act, on=on, **how)

    def control(self, device: Any, **request: Any) -> None:
        """Ask a device something by its own control protocol."""
        ours, theirs = pair(self.clock, "control")
        device.outlets["control"](theirs)
        ours.write(json.dumps(request).encode() + b"\n")
        self.clock.sleep(0.1)
        said = b""
        while ours.readable:
            chunk = ours.read()
            said += chunk.data if chunk else b""
        assert b'"ok"' in said, said

    def power(self, volts: float = NOMINAL, within: float = 0.0) -> None:
        """Move the supply; what was said before a start says nothing about after it."""
        if self.terminal.running is None:
            self._start = len(self.seen)
        self.rail.go_to(volts, within)

    def of(self, kind: str, **wanted: Any) -> list[dict[str, Any]]:
        """The fields of every observation of a kind with these values."""
        return [
            fields
            for _, seen, fields in self.seen
            if seen == kind and all(fields.get(key) == value for key, value in wanted.items())
        ]

    def when(self, kind: str, **wanted: Any) -> float:
        """The time of the first such observation."""
        for t, seen, fields in self.seen:
            if seen == kind and all(fields.get(key) == value for key, value in wanted.items()):
                return t
        raise AssertionError(f"{kind} {wanted} was never seen")

    def until(self, true: Callable[[], bool], within: float) -> bool:
        """Wait, looking ten times a second of virtual time."""
        end = self.clock.now() + within
        while not true():
            if self.clock.now() >= end:
                return False
            self.clock.sleep(0.1)
        return True

    def ready(self, within: float = 120.0) -> bool:
        """Wait until the terminal says so, with nothing pending."""

        def is_ready() -> bool:
            states = [row for _, kind, row in self.seen[self._start :] if kind == "state"]
            return bool(states) and states[-1]["state"] == "ready" and not states[-1]["pending"]

        return self.until(is_ready, within)

    def sell(self, minor: int = 1000, card: str | None = "chip") -> SaleResult:
        """A sale with a cardholder who acts when asked and takes the card at the end."""
        before = len(self.of("ecr_status", asks="insert"))
        if card is not None:
            self.clock.spawn("cardholder", lambda: self._present(card, before))
        result = self.register.sell(Money(minor))
        self.slot.remove()
        return result

    def _present(self, card: str, before: int) -> None:
        if not self.until(lambda: len(self.of("ecr_status", asks="insert")) > before, 200.0):
            return
        self.clock.sleep(0.5)
        if card == "stripe":
            self.slot.swipe(self.deck[card])
        else:
            self.slot.insert(self.deck[card])

    def lines(self) -> str:
        """The console, for a person who looks into a failure."""
        return "\n".join(f"{t:9.3f} {f['text']}" for t, kind, f in self.seen if kind == "line")
