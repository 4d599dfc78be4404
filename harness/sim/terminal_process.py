"""The simulated terminal in a process of its own, which ends by SIGKILL and by nothing else.

The board and its firmware are those of every other bench, on the wall's clock. Its flash is a file
(``flash_log.py``); what is around it, supply, modem, card slot, whoever connects, is in the bench's
process and reaches it by wires (``wires.py``): see ``terminal_place.py``, which starts it and kills
it. Here it never dies by its supply and never resets itself: it asks for that, and is killed.
"""

import argparse
import os
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from harness.clock import Clock, CooperativeClock
from harness.errors import PortLost
from harness.files import fixture, read_plain
from harness.ports.base import Port
from harness.sim import internet
from harness.sim.flash_log import FlashLog
from harness.sim.internet import NetError, TimedOut
from harness.sim.planted import planted
from harness.sim.rail import Rail
from harness.sim.slot import Slot
from harness.sim.tcp import ENDED, OPEN, End, Segment
from harness.sim.terminal.countertop import Countertop
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.models import read_character
from harness.sim.terminal.rtc import Rtc
from harness.sim.wires import Refusal, Wires, join, socket_of


class FarSlot(Slot):
    """The card slot, whose contacts are in the other process."""

    def __init__(self, clock: Clock, wires: Wires) -> None:
        super().__init__(clock)
        self._wires = wires
        self._there = False

    def see(self, *, present: bool, swipes: list[str]) -> None:
        """What its switch says now, and what was drawn past its head."""
        self._there = present
        self._swipes.extend(swipes)
        self.changed.notify()

    @property
    def present(self) -> bool:
        return self._there and self.connected

    def reset(self) -> bytes | None:
        said = self._wires.ask("chip", apdu=None, wait=0.0)
        self.work_wait = float(said["wait"])
        return self._heard_far(said)

    def exchange(self, apdu: bytes) -> bytes | None:
        return self._heard_far(self._wires.ask("chip", apdu=apdu.hex(), wait=self.work_wait))

    def power_off(self) -> None:
        self._wires.say("chip_off")

    def connect(self, *, plugged: bool) -> None:
        self.connected = plugged

    def _heard_far(self, said: Mapping[str, Any]) -> bytes | None:
        self.parity_wrong = bool(said["parity_wrong"])
        return None if said["answer"] is None else bytes.fromhex(said["answer"])


class FarEnd(End):
    """A connection that the modem in the other process has made."""

    def __init__(self, clock: Clock, address: str, line: Port) -> None:
        super().__init__(clock, address, _nowhere)
        self._line = line
        self.state = OPEN
        clock.spawn(f"from {address}", self._read)

    def _read(self) -> None:
        try:
            while (chunk := self._line.read()) is not None:
                self.put_arrived(chunk.data)
        except PortLost:
            self._end("closed by the other end")
            self.arrived.notify()

    def write(self, data: bytes) -> None:
        self.check_alive()
        self._line.write(data)

    def close(self) -> None:
        if self.state != ENDED:
            self._end("closed here")
            self._line.close()

    reset = vanish = close


class FarModem:
    """The modem as the board has it: its UART, its two lines, its net device.

    Attributes:
        outlets: ``at0``.
        sent: Bytes it counts from the terminal.
        received: And to it.
    """

    def __init__(self, clock: Clock, wires: Wires) -> None:
        self._clock, self._wires = clock, wires
        self.outlets: dict[str, Callable[[Port], None]] = {"at0": self._accept}
        self.sent = self.received = 0

    def connect(self, host: str, port: int, *, until: float) -> End:
        within = until - self._clock.now()
        try:
            line = self._wires.open(to="net", host=host, port=port, within=within)
        except Refusal as refused:
            failed = getattr(internet, refused.kind, TimedOut)
            known = isinstance(failed, type) and issubclass(failed, NetError)
            raise (failed if known else TimedOut)(str(refused)) from None
        return FarEnd(self._clock, f"{host}:{port}", line)

    def _accept(self, port: Port) -> None:
        self._clock.spawn("to the modem", partial(self._lead, port))

    def _lead(self, port: Port) -> None:
        try:
            line = self._wires.open(to="at0")
        except PortLost:
            port.close()
            return

        def gone() -> None:
            port.close()
            line.close()

        join(self._clock, port, line, gone)

    def reset(self) -> None:
        self._wires.say("modem_reset")

    def power(self, *, on: bool) -> None:
        self._wires.say("modem", on=on)


class SeatedTerminal(Countertop):
    """The board; its flash is a file, its clock goes on, its resets are real ones."""

    def __init__(self, clock: Clock, wires: Wires, order: Mapping[str, Any], **wiring: Any) -> None:
        self._wires, self._order = wires, order
        super().__init__(clock, **wiring)
        self._reason = str(order["reason"])

    def _unit(self, name: str) -> tuple[Flash, Rtc]:
        flash, rtc = super()._unit(name)
        place = Path(self._order["folder"], f"{name}.flash")
        chance = random.Random(f"{self._order['chance']} flash")
        flash.keep(FlashLog(place, rng=chance, page=flash.page))
        rtc.set(datetime.fromisoformat(self._order["time"]))
        rtc.stopped = bool(self._order["stopped"])
        rtc.was_set = lambda time: self._wires.say("time", time=time.isoformat())
        return flash, rtc

    def reset(self, reason: str) -> None:
        """All software stops; whoever holds the supply does the rest."""
        self._wires.say("restart", reason=reason)
        self.clock.call_at(self.clock.now(), self.freeze)


class Process:
    """What this process does: wait for the order, be that terminal, until it is killed."""

    def __init__(self, clock: CooperativeClock, descriptor: int) -> None:
        self._clock = clock
        self._wires = Wires(
            clock, socket_of(descriptor), accept=self._accept, do=self._do,
            lost=partial(os._exit, 0), odd=True,
        )  # fmt: skip
        self._rail = Rail(clock)
        self._slot = FarSlot(clock, self._wires)
        self._modem = FarModem(clock, self._wires)
        self._board: SeatedTerminal | None = None

    def _start(self, order: Mapping[str, Any]) -> None:
        modem: Any = self._modem  # the board asks no more of it
        self._board = SeatedTerminal(
            self._clock, self._wires, order, rail=self._rail, modem=modem, slot=self._slot,
            personality=read_character(order["model"]), firmware=planted(order["defects"]),
            keys=read_plain(fixture("host", "test_acquirer.yaml")),
            rng=random.Random(order["chance"]), host=(order["host"][0], int(order["host"][1])),
            store=(order["store"][0], int(order["store"][1])), authorities=order["authorities"],
        )  # fmt: skip

    def _accept(self, to: Mapping[str, Any], port: Port) -> None:
        if self._board is None:
            raise PortLost("it has not started yet")
        self._board.outlets[to["to"]](port)

    def _do(self, word: str, fields: Mapping[str, Any]) -> Any:
        if word == "start":
            self._start(fields)
        elif word == "volts":
            self._rail.go_to(float(fields["volts"]))
        elif word == "slot":
            self._slot.see(present=fields["present"], swipes=fields["swipes"])
        elif word == "counted":
            self._modem.sent, self._modem.received = fields["sent"], fields["received"]
        return True


def main() -> None:
    """Serve the wires until they are cut."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wires", type=int, required=True)
    descriptor = parser.parse_args().wires
    clock = CooperativeClock(wall=True)

    def live() -> None:
        _ = Process(clock, descriptor)
        clock.signal("the end").wait_for(lambda: False)

    clock.run(live)


def _nowhere(_segment: Segment) -> None:
    """The modem's kernel sends the segments."""


if __name__ == "__main__":
    main()
