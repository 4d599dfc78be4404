"""Where a terminal stands whose board is a process: its supply kills it and starts it again.

Seen from the bench it is a terminal like any other: it has outlets, it draws from the rail, its
modem, its slot and its real-time clock are here. When the rail has been below the brown-out level
for the hold-up time the process is killed (SIGKILL); at the power-good level another is started, on
the flash that the last one left (``terminal_process.py``). So is one that resets itself.
"""

import random
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from harness.clock import CooperativeClock, Timer
from harness.errors import BenchError, PortLost
from harness.ports.base import Port
from harness.ports.memory import MemoryPort
from harness.sim.flash_log import temporary_folder
from harness.sim.modems.modem import Modem
from harness.sim.rail import Rail
from harness.sim.slot import Slot
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.rtc import Rtc
from harness.sim.terminal.sockets import KEEPALIVE
from harness.sim.wires import Wires, join

LOOK = 0.05  # s between two looks at what it is told of by itself
APART = 0.02  # V that the terminal is told of
SAID = "terminal.txt"  # what a process says that fails by itself

Accept = Callable[[Port], None]


class TerminalPlace:
    """See the module text.

    Args:
        clock: Keeps pace with the wall.
        model: The terminal's, a folder of ``fixtures/terminal``.
        character: Its personality, plain.
        rail: What powers it.
        modem: Its modem.
        slot: Its card slot.
        rng: Its chance.
        order: What its process is told besides: ``host``, ``store``, ``authorities``, ``defects``.
        folder: Where its flash is kept; ``""`` for one that goes with this bench.

    Attributes:
        outlets: ``console`` and its registers'.
        pid: Of the process that runs; None while there is none.
        kills: How many were killed so far.
    """

    cell = None  # it has no battery of its own

    def __init__(
        self, clock: CooperativeClock, model: str, character: Mapping[str, Any], *, rail: Rail,
        modem: Modem, slot: Slot, rng: random.Random, order: Mapping[str, Any], folder: str = "",
    ) -> None:  # fmt: skip
        self._clock, self._rail, self._modem, self._slot = clock, rail, modem, slot
        self._own = own = Personality.read(character)
        self._order = {"model": model, **order}
        self._rng = rng
        self._kept = bool(folder)
        self._folder = Path(folder).expanduser() if folder else temporary_folder()
        self._folder.mkdir(parents=True, exist_ok=True)
        born = datetime.fromisoformat(own.identity.born)
        self._rtc = Rtc(clock, born=born, reserve=own.times.rtc_reserve)
        self._process: subprocess.Popen[bytes] | None = None
        self._wires: Wires | None = None
        self._line: Port | None = None
        self._consoles: list[Port] = []
        self._dying: Timer | None = None
        self._reason = "power"
        self.kills = 0
        self.outlets: dict[str, Accept] = {
            "console": self._accept_console,
            **{word: partial(self._accept_register, word) for word in own.registers},
        }
        rail.watch(own.levels.brown_out, below=self._sag, above=self._carried)
        rail.watch(own.levels.power_good, above=self._power_good)
        rail.watch(own.levels.discharged, below=self._discharged, above=self._rtc.gain_supply)
        clock.spawn("slot's wires", self._follow_slot)
        if rail.volts() >= own.levels.power_good:
            self._power_good()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def amps(self) -> float:
        """What it draws, A: as in rest, or off."""
        return float(self._own.amps["ready" if self._process is not None else "off"])

    def close(self) -> None:
        """End the process; its flash goes with it unless it is to be kept."""
        self._kill()
        if not self._kept:
            shutil.rmtree(self._folder, ignore_errors=True)

    # --- supply -----------------------------------------------------------------------------

    def _sag(self) -> None:
        if self._process is not None:
            self._dying = self._clock.call_at(
                self._clock.now() + self._own.times.hold_up, self._die
            )

    def _carried(self) -> None:
        if self._dying is not None:
            self._dying.cancel()
            self._dying = None

    def _die(self) -> None:
        self._dying = None
        gone = self._rail.volts() < self._own.levels.discharged
        self._reason = "power" if gone else "brownout"
        self._kill()

    def _discharged(self) -> None:
        self._reason = "power"
        self._rtc.lose_supply()

    def _power_good(self) -> None:
        if self._process is None:
            self._start()

    def _kill(self) -> None:
        process, wires = self._process, self._wires
        self._process = self._wires = self._line = None
        if process is None or wires is None:
            return
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.kills += 1
        wires.close()
        self._slot.power_off()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs, (self._folder / SAID).open("ab") as said:
            self._process = subprocess.Popen(  # noqa: S603 - an argument list, of our own module
                [sys.executable, "-m", "harness.sim.terminal_process",
                 "--wires", str(theirs.fileno())],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                start_new_session=True,
            )  # fmt: skip
        self._wires = wires = Wires(
            self._clock, ours, accept=self._accept, do=self._do, lost=self._lost, odd=False
        )
        self._clock.spawn("the terminal's start", partial(self._greet, wires))

    def _greet(self, wires: Wires) -> None:
        order = {
            **self._order, "reason": self._reason, "chance": self._rng.random(),
            "folder": str(self._folder), "time": self._rtc.now().isoformat(),
            "stopped": self._rtc.stopped,
        }  # fmt: skip
        try:
            wires.ask("start", **order)
            self._line = line = wires.open(to="console")
        except PortLost:
            return  # killed before it was there
        self._clock.spawn("console", partial(self._carry_console, line))
        self._tell_slot([])
        self._keep_told(wires)

    def _keep_told(self, wires: Wires) -> None:
        """Tell it its supply, as long as it lives by it, and what its modem has counted."""
        told, counted = 0.0, (0, 0)
        while not wires.closed:
            volts = self._rail.volts()
            if abs(volts - told) > APART and volts >= self._own.levels.brown_out:
                wires.say("volts", volts=volts)
                told = volts
            now = (self._modem.sent, self._modem.received)
            if now != counted:
                wires.say("counted", sent=now[0], received=now[1])
                counted = now
            self._clock.sleep(LOOK)

    def _lost(self) -> None:
        """It went by itself: a bug of ours, and no answer of a terminal."""
        said = (self._folder / SAID).read_text(errors="replace").strip().splitlines()
        self._clock.interrupt(
            BenchError(f"the terminal's process has ended by itself: {(said or ['no word'])[-1]}")
        )

    # --- what it asks for -------------------------------------------------------------------

    def _do(self, word: str, fields: Mapping[str, Any]) -> Any:
        acts: dict[str, Callable[..., Any]] = {
            "chip": self._chip, "chip_off": self._slot.power_off, "restart": self._restart,
            "time": self._set_time, "modem_reset": self._modem.reset, "modem": self._modem.power,
        }  # fmt: skip
        return acts[word](**fields)

    def _chip(self, apdu: str | None, wait: float) -> dict[str, Any]:
        slot = self._slot
        if apdu is None:
            answer = slot.reset()
        else:
            slot.work_wait = wait
            answer = slot.exchange(bytes.fromhex(apdu))
        return {
            "answer": None if answer is None else answer.hex(), "wait": slot.work_wait,
            "parity_wrong": slot.parity_wrong,
        }  # fmt: skip

    def _restart(self, reason: str) -> None:
        self._kill()
        self._reason = reason
        if self._rail.volts() >= self._own.levels.power_good:
            self._start()

    def _set_time(self, time: str) -> None:
        self._rtc.set(datetime.fromisoformat(time))

    def _accept(self, to: Mapping[str, Any], port: Port) -> None:
        """It connects: to its modem's UART, or over its modem to somebody."""
        if to["to"] == "at0":
            self._modem.outlets["at0"](port)
            return
        wires, until = self._wires, self._clock.now() + float(to["within"])
        socket_ = self._modem.connect(to["host"], int(to["port"]), until=until)

        def gone() -> None:
            port.close()
            (socket_.vanish if wires is None or wires.closed else socket_.close)()

        join(self._clock, port, socket_, gone)

    # --- the slot ---------------------------------------------------------------------------

    def _follow_slot(self) -> None:
        slot, told = self._slot, [False]
        while True:
            slot.changed.wait_for(lambda: slot.present != told[0] or slot.swiped)
            told[0] = slot.present
            swipes: list[str] = []
            while (bits := slot.take_swipe()) is not None:
                swipes.append(bits)
            self._tell_slot(swipes)

    def _tell_slot(self, swipes: Sequence[str]) -> None:
        if self._wires is not None:
            self._wires.say("slot", present=self._slot.present, swipes=list(swipes))

    # --- who connects -----------------------------------------------------------------------

    def _accept_console(self, port: Port) -> None:
        """A serial line: there, whether the terminal is on or not."""
        self._consoles.append(port)
        self._clock.spawn("console", partial(self._read_console, port))

    def _read_console(self, port: Port) -> None:
        try:
            while (chunk := port.read()) is not None:
                if self._line is not None:
                    self._line.write(chunk.data)
        except PortLost:
            self._consoles.remove(port)

    def _carry_console(self, line: Port) -> None:
        try:
            while (chunk := line.read()) is not None:
                for port in list(self._consoles):
                    port.write(chunk.data)
        except PortLost:
            return

    def _accept_register(self, word: str, port: Port) -> None:
        """A connection by a register protocol; refused while there is no process."""
        if self._wires is None or self._line is None:
            raise PortLost(f"{port.address}: connection refused")
        self._clock.spawn("register's wires", partial(self._lead, self._wires, word, port))

    def _lead(self, wires: Wires, word: str, port: Port) -> None:
        try:
            line = wires.open(to=word)
        except PortLost:
            port.close()
            return

        def gone() -> None:
            line.close()
            if wires.closed and isinstance(port, MemoryPort):
                port.vanish(keepalive=KEEPALIVE)
            else:
                port.close()

        join(self._clock, port, line, gone)
