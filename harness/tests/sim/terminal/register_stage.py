"""The stage of terminal tests with another protocol between register and terminal."""

from collections.abc import Callable, Mapping
from typing import Any

from harness.clock import Clock
from harness.errors import PortLost
from harness.model.register import Wish
from harness.model.roles import SaleResult
from harness.model.units import Money
from harness.ports.base import Chunk, Port
from harness.ports.memory import MemoryPort, pair
from harness.sim.terminal.countertop import Countertop
from harness.sim.terminal.firmware import Firmware
from harness.tests.sim.terminal.stage import Stage


class Wire(Port):
    """A line to one of the terminal's outlets, which a test can cut, spoil, and listen to.

    Attributes:
        sent: What the register wrote, by connection or in all.
        came: What the terminal wrote.
        spoil: What becomes of bytes on their way: (to the terminal?, bytes) -> bytes.
        cut: Whether connections are refused.
    """

    def __init__(self, clock: Clock, accept: Callable[[Port], None]) -> None:
        super().__init__(clock, "terminal")
        self._accept = accept
        self._line: MemoryPort | None = None
        self.sent, self.came = bytearray(), bytearray()
        self.spoil: Callable[[bool, bytes], bytes] = lambda _, octets: octets
        self.cut = False

    def twin(self) -> "Wire":
        """A line of its own to the same outlet."""
        other = Wire(self.clock, self._accept)
        other.cut = self.cut
        return other

    def open(self) -> None:
        if self.cut:
            raise PortLost("unplugged")
        if self._line is None or self._line.closed or self._line._lost:
            ours, theirs = pair(self.clock, "terminal")
            self._accept(theirs)
            ours.arrived = self.arrived
            self._line = ours

    def write(self, data: bytes) -> None:
        self.sent += data
        octets = self.spoil(True, data)
        if octets:
            self._live().write(octets)

    def read(self, until: float | None = None) -> Chunk | None:
        while (chunk := self._live().read(until)) is not None:
            octets = self.spoil(False, chunk.data)
            self.came += octets
            if octets:
                return Chunk(chunk.t, octets)
        return None

    @property
    def readable(self) -> bool:
        return self._line is not None and self._line.readable

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def unplug(self) -> None:
        """Cut the line, for a while."""
        self.cut = True
        self.close()

    def _live(self) -> MemoryPort:
        if self._line is None:
            raise PortLost("not open")
        return self._line


class RegisterStage(Stage):
    """A stage whose register speaks ``word``."""

    def __init__(
        self, word: str, make: Callable[[Port], Any], *, seed: int = 1,
        firmware: type[Firmware] = Firmware, frames: Mapping[str, Any] | None = None,
        **times: float,
    ) -> None:  # fmt: skip
        super().__init__(seed, firmware, "countertop", **times)
        own = self.terminal.personality
        object.__setattr__(own, "frames", {**own.frames, **(frames or {})})
        self.wire = Wire(self.clock, self.outlet(word))
        self.driver = make(self.wire)
        self.driver.observe = self._observe

    def outlet(self, word: str) -> Callable[[Port], None]:
        """Where a protocol's registers connect."""
        terminal: Countertop = self.terminal
        return lambda port: terminal.sockets.accept_register(word, port)

    def start(self) -> None:
        """Power it, and wait until it may sell."""
        self.power()
        assert self.ready(), self.lines()

    def deal(self, wish: Wish | int = 1000, card: str | None = "chip") -> SaleResult:
        """A transaction, with a cardholder who reads the display and takes the card at the end."""
        if card is not None:
            self.clock.spawn("cardholder", lambda: self._insert(card))
        result = (
            self.driver.sell(Money(wish)) if isinstance(wish, int) else self.driver.transact(wish)
        )
        self.until(lambda: not self._at_work(), 100.0)
        self.slot.remove()
        assert isinstance(result, SaleResult)
        return result

    def _at_work(self) -> bool:
        running: Any = self.terminal.running
        return running is not None and bool(running.payment.turn.held)

    def _insert(self, card: str) -> None:
        def asked() -> bool:
            running: Any = self.terminal.running
            return running is not None and "INSERT" in running.screen.shown

        if self.until(asked, 100.0):
            self.clock.sleep(1.0)
            self.slot.insert(self.deck[card])

    def ledger(self) -> list[str]:
        """The statuses of the host's entries."""
        return [str(entry.status) for entry in self.host.ledger]
