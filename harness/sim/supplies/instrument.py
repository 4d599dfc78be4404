"""A bench supply that speaks SCPI, at the level of its bytes.

Outputs, each of which moves a ``Rail``; several connections share the one instrument. What it
understands is the table ``COMMANDS``, here that of the Keysight E36300 series (``commands.py``);
what an output does is ``channel.py``, what it is like is a personality, a folder of
``fixtures/supply``. Another language is a module beside this one, named as its driver is, with a
class ``Instrument``.

Source: the Keysight E36300 series' command list, as public tools quote it; IEEE 488.2; SCPI-1999.
"""

import math
import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from harness.clock import Clock
from harness.errors import PortLost
from harness.ports.base import Port
from harness.sim.rail import Rail
from harness.sim.supplies.channel import Channel
from harness.sim.supplies.commands import COMMANDS
from harness.sim.supplies.outputs import Outputs
from harness.wire.scpi import MSS_BIT, OPC, Command, Parser, Register, Status
from harness.wire.scpi_syntax import ScpiError


@dataclass
class _Connection:
    """One client: its port, and the messages of it that were not carried out yet."""

    port: Port
    messages: deque[bytes] = field(default_factory=deque)

    @property
    def asks_again(self) -> bool:
        return bool(self.messages) or self.port.readable


class Supply(Outputs):
    """The instrument. ``outlets["scpi"]`` takes a new connection.

    The personality says besides its outputs: ``answer_end`` (ends an answer; a newline when left
    out), ``numbers`` (how it spells one, ``+.8E`` when left out), ``refusals`` (``channel.py``) and
    ``clients`` (connections served at a time; another waits, accepted but deaf, until one closes).
    """

    COMMANDS: ClassVar[Mapping[str, Command]] = COMMANDS
    CHANNEL: ClassVar[type[Channel]] = Channel  # what an output of this language does
    STATUS: ClassVar[type[Status]] = Status

    def __init__(
        self,
        clock: Clock,
        personality: Mapping[str, Any],
        *,
        rng: random.Random,
        rails: Mapping[int, Rail] | None = None,
        load: Callable[[int], float] | None = None,
    ) -> None:
        """Make one, with all outputs off.

        Args:
            clock: What it runs on; a cooperative clock.
            personality: What it is like.
            rng: The noise of its meter.
            rails: What the outputs power, by channel.
            load: The amps drawn from a channel at present; nothing when left out.
        """
        super().__init__(personality, rng)
        self._clock = clock
        self.status = self.STATUS(personality["errors_kept"])
        self.status.groups["inst"] = Register()
        self._summaries = {n: Register() for n in personality["channels"]}
        self._answer_end = str(personality.get("answer_end", "\n")).encode()
        self._done = clock.signal("the end of the supply's lists")
        self._control, self._completion_wanted = "LOC", False
        self._lit, self._written = True, ""  # its display
        self._waiting: list[_Connection] = []
        self._connections = self._served = 0
        self._left = clock.signal("a client of the supply to leave")
        self.channels: dict[int, Channel] = {}
        for n in personality["channels"]:
            rail = (rails or {}).get(n) or Rail(clock)
            self.channels[n] = self.CHANNEL(
                clock, personality, n, rail, _draw(load, n), partial(self._look, n)
            )
        self._parser = Parser(self.COMMANDS, self, self.status)
        self.outlets: dict[str, Callable[[Port], None]] = {"scpi": self.accept}

    def load_changed(self, n: int) -> None:
        """Say that channel ``n`` draws something else now: current limit and OCP look at it."""
        self.channels[n].drive()

    # --- connections ------------------------------------------------------------------------

    def accept(self, port: Port) -> None:
        """Serve a new connection."""
        self._connections += 1
        self._clock.spawn(f"supply connection {self._connections}", lambda: self._serve(port))

    def _serve(self, port: Port) -> None:
        most = self._personality.get("clients", math.inf)
        self._left.wait_for(lambda: self._served < most)
        self._served += 1
        try:
            self._listen(port)
        finally:
            self._served -= 1
            self._left.notify()

    def _listen(self, port: Port) -> None:
        client, waiting, overrun = _Connection(port), b"", False
        limit = int(self._personality["input_buffer"])
        try:
            while chunk := port.read():
                *messages, waiting = (waiting + chunk.data).split(b"\n")
                for message in messages:
                    if overrun or len(message) > limit:
                        self.status.add(ScpiError(-363))
                    else:
                        client.messages.append(message)
                    overrun = False
                if len(waiting) > limit:
                    waiting, overrun = b"", True
                while client.messages:
                    self._answer(client, client.messages.popleft())
        except PortLost:
            port.close()

    def _answer(self, client: _Connection, message: bytes) -> None:
        def pace() -> None:
            self._clock.sleep(self._personality["processing"])
            self._asking = client

        answer = self._parser.hear(message.decode("latin-1"), pace)
        if answer is not None:
            client.port.write(answer.encode("latin-1") + self._answer_end)

    # --- common commands --------------------------------------------------------------------

    def identity(self) -> str:
        return str(self._personality["identity"])

    def reset(self) -> None:
        for channel in self.channels.values():
            channel.reset()
        self._selected, self._completion_wanted = 1, False

    def clear_status(self) -> None:
        self.status.clear()
        self._completion_wanted = False
        for group in self._summaries.values():
            group.event = 0
        self._summarise()

    def take_events(self) -> int:
        events, self.status.events = self.status.events, 0
        return events

    def set_mask(self, name: str, value: int) -> None:
        if value > 255:
            raise ScpiError(-222)
        # Bit 6 of *SRE is nobody's to set, and is told as 0 (IEEE 488.2, 11.3.2.4).
        setattr(self.status, name, value & ~MSS_BIT if name == "request_enable" else value)

    def mask(self, name: str) -> int:
        return int(getattr(self.status, name))

    def self_test(self) -> int:
        return 0

    @property
    def _busy(self) -> bool:
        return any(channel.phase != "idle" for channel in self.channels.values())

    def note_completion(self) -> None:
        self._completion_wanted = True
        self._look(min(self.channels))

    def await_completion(self) -> int:
        """*OPC?: waits for the lists; a new message on the way interrupts it (488.2, 6.5.7.2)."""
        client = self._asking
        self._waiting.append(client)
        try:
            client.port.arrived.wait_for(lambda: not self._busy or client.asks_again)
        finally:
            self._waiting.remove(client)
        if self._busy:
            raise ScpiError(-410)
        return 1

    def wait(self) -> None:
        """*WAI: waits for what ends by itself."""
        self._done.wait_for(lambda: not any(row.ends_by_itself for row in self.channels.values()))

    # --- system -----------------------------------------------------------------------------

    def next_error(self) -> str:
        return self.status.next_error()

    def errors_waiting(self) -> int:
        return len(self.status.errors)

    def scpi_version(self) -> str:
        return str(self._personality["scpi_version"])

    def control_from(self, where: str) -> None:
        self._control = where

    def controlled_from(self) -> str:
        return self._control

    def show(self, *_: object) -> None:
        """Nobody is there to look or to listen."""

    def light(self, on: bool) -> None:
        self._lit = on

    def lit(self) -> str:
        return str(int(self._lit))

    def write_on_display(self, text: str = "") -> None:
        self._written = text

    def on_display(self) -> str:
        return '"{}"'.format(self._written.replace('"', '""'))

    # --- status groups ----------------------------------------------------------------------

    def _group(self, name: str, n: int = 0) -> Register:
        if name != "channel":
            return self.status.groups[name]
        if n not in self._summaries:
            raise ScpiError(-114)
        return self._summaries[n]

    def take_group(self, name: str, n: int = 0) -> int:
        event = self._group(name, n).take()
        self._summarise()
        return event

    def group_part(self, name: str, part: str, n: int = 0) -> int:
        return int(getattr(self._group(name, n), part))

    def set_group_part(self, name: str, part: str, *values: int) -> None:
        *n, mask = values
        setattr(self._group(name, *n), part, mask & 0x7FFF)
        self._summarise()

    def preset_status(self) -> None:
        for group in (*self.status.groups.values(), *self._summaries.values()):
            group.preset()
        self._summarise()

    def _look(self, n: int) -> None:
        """Channel ``n`` has changed: bring its status, and who waits for a list, up to date."""
        channel, bits = self.channels.get(n), self._personality["questionable_bits"]
        if channel is None:  # it is being made
            return
        is_set = {
            "cc": channel.on and channel.limiting,
            "cv": channel.on and not channel.limiting,
            channel.tripped: True,
        }
        said = (name for name, yes in is_set.items() if yes and name in bits)
        self._summaries[n].become(sum(1 << bits[name] for name in said))
        self._summarise()
        self._done.notify()
        if not self._busy:
            if self._completion_wanted:
                self._completion_wanted = False
                self.status.events |= OPC
            for client in self._waiting:
                client.port.arrived.notify()

    def _summarise(self) -> None:
        """Channels -> QUES:INST -> QUES bit 13; OPER bit 5 is waiting for a trigger."""
        groups = self.status.groups
        groups["inst"].become(sum(row.summary << n for n, row in self._summaries.items()))
        groups["ques"].become(groups["inst"].summary << 13)
        armed = any(row.phase == "armed" for row in self.channels.values())
        groups["oper"].become(armed << 5)


def _draw(load: Callable[[int], float] | None, n: int) -> Callable[[], float]:
    return (lambda: load(n)) if load else (lambda: 0.0)
