"""The countertop terminal: its firmware, put together from parts, and the device around it.

A part is a class attribute, so a planted bug replaces one part by a subclass of it and nothing else:
``base.with_parts(Payment=Forgetful)``. What happens in which order is in the parts; here is the start,
the state, and who is told of what.
"""

import random
from collections.abc import Mapping
from typing import Any, ClassVar, Self, cast

from harness.clock import Clock
from harness.ports.base import Port
from harness.sim.modem import Modem
from harness.sim.rail import Rail
from harness.sim.slot import Slot
from harness.sim.terminal import (
    acquiring,
    cellular,
    comms,
    ecr,
    log,
    payment,
    power,
    printer,
    reader,
    screen,
    service_port,
    storage,
    upkeep,
)
from harness.sim.terminal.board import Board
from harness.sim.terminal.personality import Personality

RESULT_SHOWN = 4.0  # s that the end of a sale stays on the display
MARK = "running"  # a flash record that says: it was up, so this start follows an outage


class Firmware:
    """What runs between two resets.

    Attributes:
        version: Of the image that runs.
        state: As in the log: booting, recovering, connecting, ready, busy, updating, out_of_service.
    """

    Log: ClassVar[type[log.Log]] = log.Log
    Screen: ClassVar[type[screen.Screen]] = screen.Screen
    Alarms: ClassVar[type[screen.Alarms]] = screen.Alarms
    Printer: ClassVar[type[printer.Printer]] = printer.Printer
    Storage: ClassVar[type[storage.Storage]] = storage.Storage
    PowerMonitor: ClassVar[type[power.PowerMonitor]] = power.PowerMonitor
    CardReader: ClassVar[type[reader.CardReader]] = reader.CardReader
    Cellular: ClassVar[type[cellular.Cellular]] = cellular.Cellular
    Acquiring: ClassVar[type[acquiring.Acquiring]] = acquiring.Acquiring
    Comms: ClassVar[type[comms.Comms]] = comms.Comms
    Payment: ClassVar[type[payment.Payment]] = payment.Payment
    Dialogue: ClassVar[type[ecr.Dialogue]] = ecr.Dialogue
    Upkeep: ClassVar[type[upkeep.Upkeep]] = upkeep.Upkeep

    @classmethod
    def with_parts(cls, **parts: type) -> type[Self]:
        """The same firmware with some parts replaced."""
        for name in parts:
            getattr(cls, name)  # a part it does not have is a mistake
        return cast(type[Self], type(cls.__name__, (cls,), parts))

    def __init__(self, board: Board, reason: str, master_key: bytes) -> None:
        self.board = board
        self.clock = board.clock
        self.flash = board.flash
        self.slot = board.slot
        self.wall_time = board.wall_time
        self.personality = board.personality
        self.who = board.personality.identity
        self.times = board.personality.times
        self.version = self.who.version
        self.state = "booting"
        self.register_config = 0
        self._reason = reason
        self._said = ""
        self._up = False
        self._busy_until = 0.0
        self._make_parts(master_key)

    def _make_parts(self, master_key: bytes) -> None:
        board, personality = self.board, self.personality
        self.log = self.Log(board.write_console, self.wall_time)
        self.screen = self.Screen(self.log, personality.texts)
        self.alarms = self.Alarms(self.log, self.screen, personality.alarms)
        self.storage = self.Storage(self.flash, self.log)
        self.printer = self.Printer(
            self.clock, self.log, line_time=self.times.print_line, tid=self.who.tid
        )
        self.power = self.PowerMonitor(
            self.clock, board.rail, board.edge, personality=personality, alarms=self.alarms,
            log=self.log,
        )  # fmt: skip
        self.reader = self.CardReader(
            self.clock, board.slot, personality=personality, screen=self.screen,
            alarms=self.alarms, log=self.log, rng=board.rng,
        )  # fmt: skip
        self.acquiring = self.Acquiring(self.who, master_key, self.wall_time)
        self._make_lines()
        self.payment = self.Payment(
            self.clock, personality=personality, storage=self.storage, acquiring=self.acquiring,
            comms=self.comms, reader=self.reader, printer=self.printer, screen=self.screen,
            alarms=self.alarms, log=self.log, wall_time=self.wall_time, on_change=self.log_change,
        )  # fmt: skip
        self.comms.idle_work = self.payment.idle_work
        self.upkeep = self.Upkeep(self)
        self.service = service_port.ServicePort(self)

    def _make_lines(self) -> None:
        board = self.board
        self.cellular = self.Cellular(
            self.clock, board.open_at(), self.personality, self.log,
            on_news=lambda: self.comms.poke(), reset=board.reset_modem,
        )  # fmt: skip
        self.comms = self.Comms(
            self.clock, personality=self.personality, cellular=self.cellular,
            acquiring=self.acquiring, storage=self.storage, alarms=self.alarms, log=self.log,
            rng=board.rng, connect=board.connect_host,
            connect_resolver=board.connect_resolver, on_change=self.log_change,
        )  # fmt: skip

    # --- start ------------------------------------------------------------------------------

    def run(self) -> None:
        """From reset to ready; the first task."""
        self.clock.sleep(self.times.loader)
        self.log.info("boot", f"{self.who.model} {self.version} slot=A reset={self._reason}")
        self.log_change()
        self.screen.show("starting")
        self.check_supply()
        self.clock.sleep(self.times.start)
        self._read_memory()
        for name, work in self.tasks().items():
            self.board.spawn(name, work)
        self._up = True
        self.log_change()

    def tasks(self) -> dict[str, Any]:
        """What runs all the time from now on."""
        return {
            "modem": self.cellular.line.run,
            "line": self.comms.run,
            "supply": self.power.run,
            "upkeep": self.upkeep.run,
            "screen": self._keep_screen,
        }

    def check_supply(self) -> None:
        """Wait for a supply that carries the start."""
        self.power.await_healthy()

    def _read_memory(self) -> None:
        self.storage.load()
        if self.storage.faults:
            self.alarms.begin("journal_fault", "; ".join(self.storage.faults))
        config = self.storage.recall("register")
        self.register_config = int(config["config"]) if config else 0
        self._say_why_restarted()
        if self.storage.pending:
            self.screen.show("recovering")

    def _say_why_restarted(self) -> None:
        """An outage is reported after it, there being no other time to do so."""
        if self.storage.recall(MARK) is None:
            self.storage.remember(MARK, {"since": self.wall_time().isoformat()})
        elif self._reason == "brownout":
            self.alarms.note("supply_low", "the supply fell below its limit and came back")
            self.alarms.untold.append("supply_low")
        elif self._reason == "power":
            self.alarms.note("power_lost", "the supply was away")
            self.alarms.untold.append("power_lost")
        elif self._reason == "watchdog":
            self.alarms.note("system_fault", "restarted by the watchdog")

    def restart(self, reason: str) -> None:
        """Reset the terminal; does not return."""
        self.board.reset(reason)
        self.clock.sleep(3600.0)

    # --- state ------------------------------------------------------------------------------

    def state_now(self) -> str:
        """One word for what it is doing."""
        rules = (
            (not self._up, "booting"),
            (self.upkeep.busy, "updating"),
            (self.payment.selling, "busy"),
            (self.payment.turn.held and bool(self.storage.pending), "recovering"),
            (self.payment.turn.held, "busy"),
            ("terminal_disabled" in self.alarms.active, "out_of_service"),
            ("journal_fault" in self.alarms.active, "out_of_service"),
            (not self.comms.online, "connecting"),
            (bool(self.storage.pending), "recovering"),
        )
        return next((word for true, word in rules if true), "ready")

    def log_change(self) -> None:
        """Log the state if it is another one than was logged last."""
        self.state = self.state_now()
        said = self._state_text()
        if said != self._said:
            self._said = said
            self.log.info("sys", said)

    def log_state(self) -> None:
        self.state = self.state_now()
        self.log.info("sys", self._state_text())

    def _state_text(self) -> str:
        online = "yes" if self.comms.online else "no"
        return f"state={self.state} pending={len(self.storage.pending)} online={online}"

    def _keep_screen(self) -> None:
        """Show what is the matter while nobody sells, or that it is ready."""
        while True:
            self.clock.sleep(RESULT_SHOWN)
            if self.payment.turn.held or self.upkeep.busy:
                continue
            if self.alarms.active:
                cause = next(iter(self.alarms.active))
                self.screen.show_text(self.alarms.alarm(cause).text)
            elif self.reader.occupied:
                self.screen.show("remove_card")
            else:
                self.screen.show("ready" if self.comms.online else "connecting")

    def terminal_status(self) -> tuple[int, str]:
        """(ZVT terminal status, its cause or ``""``), for a status enquiry."""
        waiting = [*self.alarms.active, *self.alarms.untold]
        if self.state_now() in ("busy", "updating", "booting"):
            return ecr.PLEASE_WAIT, ""
        if waiting:
            first = min(waiting, key=lambda cause: cause != "supply_low")
            return self.alarms.alarm(first).result, first
        return (ecr.CARD_IN, "") if self.reader.occupied else (0x00, "")

    def last_outcome(self) -> payment.Outcome | None:
        """What is known of the last transaction, also after a restart."""
        return self.payment.last_outcome()

    @property
    def amps(self) -> float:
        """Drawn now, A: the state's, and the print head's on top."""
        table = self.personality.amps
        base = table.get(self.state, table["ready"])
        return base + (table["printing"] if self.printer.printing else 0.0)

    # --- what the board hands over ----------------------------------------------------------

    def serve_register(self, port: Port) -> None:
        """A register has connected."""
        dialogue = self.Dialogue(self, port)
        self.board.spawn("register reader", dialogue.read)
        self.board.spawn("register", dialogue.run)

    def registered(self, config: int) -> None:
        """Remember what the register asked for at its registration."""
        if config != self.register_config:
            self.register_config = config
            self.storage.remember("register", {"config": config})

    def console_input(self, octets: bytes) -> None:
        self.service.feed(octets)

    def power_lost(self) -> None:
        """Nothing can be done any more; here a model's last gasp would be."""


class Countertop(Board):
    """The device: a board with this firmware. See ``board.py`` for what the supply does to it."""

    def __init__(
        self, clock: Clock, *, rail: Rail, modem: Modem, slot: Slot, personality: Mapping[str, Any],
        keys: Mapping[str, Any], rng: random.Random, host: tuple[str, int], store: tuple[str, int],
        firmware: type[Firmware] = Firmware,
    ) -> None:  # fmt: skip
        """Make it.

        Args:
            clock: The bench's clock.
            rail: What powers it.
            modem: Its modem.
            slot: Its card slot.
            personality: As in ``fixtures/terminal/countertop/personality.yaml``.
            keys: ``master_key``, hex: what the acquirer put into it.
            rng: All of its chance.
            host: Where the acquirer is.
            store: Where the update store is.
            firmware: What runs on it.
        """
        master = bytes.fromhex(keys["master_key"])
        super().__init__(
            clock, rail=rail, modem=modem, slot=slot, personality=Personality.read(personality),
            rng=rng, make=lambda board, reason: firmware(board, reason, master), host=host,
            store=store,
        )  # fmt: skip
