"""The firmware of a terminal, put together from parts.

What happens in which order is in the parts (``parts.py``); here is how they are joined (its way to
the hosts: ``lines.py``), and the start.
"""

from typing import Any, ClassVar

from harness.clock import Task
from harness.errors import PortLost
from harness.model.words import find
from harness.ports.base import Port
from harness.sim.terminal import daily, outages
from harness.sim.terminal.board import Board
from harness.sim.terminal.boot import SLOT_FILES, BootSlot, is_whole
from harness.sim.terminal.console_port import ConsolePort
from harness.sim.terminal.keys import Keys
from harness.sim.terminal.lines import join_lines
from harness.sim.terminal.parts import Parts
from harness.sim.terminal.recovery import WHY
from harness.sim.terminal.turn import Turn
from harness.sim.update_images import program
from harness.wire import image as images

#: Where the protocols of registers are, one file each.
REGISTERS = "harness.sim.terminal.registers"


class Firmware(Parts):
    """What runs between two resets.

    Attributes:
        version: Of the image that runs.
        reason: Of the reset: power, brownout, watchdog, update.
        register_config: What the register asked for at its registration (ZVT 06 00).
        register_containers: Whether it takes TLV containers (9.2.2).
        brownout_reset: Whether the processor's brown-out detector is enabled.
        kept: Protocol -> what it keeps from one connection to the next, until the reset.
    """

    brownout_reset: ClassVar[bool] = True

    def __init__(self, board: Board, reason: str, keys: Keys) -> None:
        self.board = board
        self.clock = board.clock
        self.flash = board.flash
        self.slot = board.slot
        self.body = board.body
        self.wall_time = board.wall_time
        self.personality = board.personality
        self.who = board.personality.identity
        self.times = board.personality.times
        self.keys = keys
        self.version = "?"
        self.register_config, self.register_containers = 0, False
        self.reason = reason
        self.kept: dict[str, Any] = {}
        self._tasks: list[Task] = []
        self._make_parts()
        self.flash.guard = self.guard_flash

    def _make_parts(self) -> None:
        board, personality = self.board, self.personality
        self.state = self.State(self)
        self.lights = self.Lights(self)
        self.keypad = self.Keypad(self)
        self.scanner = self.Scanner(self)
        self.signatures = self.Signatures(self)
        self.log = self.Log(board.write_console, self.wall_time)
        self.screen = self.Screen(self.log, personality.texts)
        self.alarms = self.Alarms(self.log, self.screen, personality.alarms)
        self.storage = self.Storage(self.flash, self.log)
        self.printer = self.Printer(
            self.clock, self.log, line_time=self.times.print_line, tid=self.who.tid,
            body=self.body, alarms=self.alarms, ready=self._print_owed,
        )  # fmt: skip
        self.power = self.PowerMonitor(
            self.clock, board.rail, board.edge, personality=personality, alarms=self.alarms,
            log=self.log,
        )  # fmt: skip
        self.reader = self.CardReader(
            self.clock, board.slot, personality=personality, screen=self.screen,
            alarms=self.alarms, log=self.log, rng=board.rng,
        )  # fmt: skip
        self.outages = outages.Outages(
            self.storage, self.alarms, wall_time=self.wall_time, born=self.who.born
        )
        self.timekeeping = self.Timekeeping(
            board.rtc, self.alarms, self.log, self.outages.known_time
        )
        self.receipts = self.Receipts(self.storage, self.printer, self.signatures)
        self.acquiring = self.Acquiring(self.who, self.keys.master, self.wall_time)
        lines = join_lines(self)
        self.cellular, self.signal_watch = lines.cellular, lines.signal_watch
        self.ways, self.comms = lines.ways, lines.comms
        till = Turn(self.clock, "the till")
        self.reversals = self.Reversals(
            self.clock, personality=personality, storage=self.storage, acquiring=self.acquiring,
            comms=self.comms, printer=self.printer, receipts=self.receipts, screen=self.screen,
            alarms=self.alarms, log=self.log, till=till, wall_time=self.wall_time,
            on_change=self.changed,
        )  # fmt: skip
        self.end_of_day = self.EndOfDay(
            self.clock, personality=personality, storage=self.storage, acquiring=self.acquiring,
            comms=self.comms, screen=self.screen, alarms=self.alarms, log=self.log, till=till,
            on_change=self.changed,
        )  # fmt: skip
        self.payment = self.Payment(
            self.clock, personality=personality, storage=self.storage, acquiring=self.acquiring,
            comms=self.comms, reversals=self.reversals, end_of_day=self.end_of_day,
            reader=self.CardOrCode(self), receipts=self.receipts,
            screen=self.screen, alarms=self.alarms, log=self.log, till=till,
            wall_time=self.wall_time, on_change=self.changed,
        )  # fmt: skip
        self.settlement = self.Settlement(
            personality=personality, storage=self.storage, acquiring=self.acquiring,
            comms=self.comms, payment=self.payment, end_of_day=self.end_of_day,
            screen=self.screen, on_change=self.changed,
        )  # fmt: skip
        self.cashiers = self.Cashiers(
            self.clock.now, known=self.who.operators, tries=personality.limits.password_tries,
            lock=self.times.password_lock, storage=self.storage, alarms=self.alarms,
        )  # fmt: skip
        self.last_asked = self.LastAsked(self)
        self.upkeep = self.Upkeep(self)
        self.recovery = self.Recovery(self)
        self.selftest = self.SelfTest(self)
        self.housekeeping = self.Housekeeping(self)
        self.health = self.Health(self)
        self.gauge = self.Gauge(self)
        self.alarms.follow = self.lights.follow
        self.end_of_day.first = self.signatures.upload
        self.console = ConsolePort(self)

    def changed(self) -> None:
        """What the terminal says of itself may be another now, and what waits may go on."""
        self.state.log_change()
        self.reversals.wake()
        self.end_of_day.wake()

    # --- start ------------------------------------------------------------------------------

    def run(self) -> None:
        """From reset to ready; the first task. Nothing is sold before it is over."""
        with self.payment.turn.taken():
            self.clock.sleep(self.times.loader)
            slot = self.upkeep.choose()
            if slot is not None:
                self._start(slot)
        if slot is None:
            self.recovery.run()
            return
        self.state.up = True
        self.state.log_change()
        self.payment.print_owed()

    def _start(self, slot: BootSlot) -> None:
        self.version = slot.version
        reason = "rollback" if slot.rolled_back else self.reason
        self.log.say("boot", f"{self.who.model} {slot.version} slot={slot.name} reset={reason}")
        self.state.log_change()
        self.screen.show("starting")
        self.check_supply()
        self.clock.sleep(self.times.start)
        self.run_application(slot)
        self._read_memory()
        self._tasks = [self.board.spawn(name, work) for name, work in self.tasks().items()]
        self.kick()

    def run_application(self, slot: BootSlot) -> None:
        """What the image holds: one whose application crashes is started anew by the watchdog."""
        held = self.flash.peek(SLOT_FILES[slot.name]) or b""
        if self._runs("crashes") or not is_whole(held):
            self.log.say_error("sys", "application fault")
            self.restart("watchdog")

    def _runs(self, what: str) -> bool:
        """Whether the image that runs holds an application of this kind."""
        slot = self.upkeep.slot
        held = self.flash.peek(SLOT_FILES[slot.name]) if slot else None
        return images.payload_of(held or b"").startswith(program(what)) if held else False

    def tasks(self) -> dict[str, Any]:
        """What runs all the time from now on."""
        return {
            "modem": self.cellular.line.run,
            "line": self.comms.run,
            "signal": self.signal_watch.run,
            "debts": self.reversals.run,
            "end of day": self.end_of_day.run,
            "supply": self.power.run,
            "overvoltage": self.power.run_high,
            "card": self.reader.watch,
            "card left": self.reader.watch_left,
            "reader": self.reader.watch_cable,
            "printer": self.printer.watch,
            "keys": self.keypad.run,
            "scanner": self.scanner.watch,
            "self-test": self.selftest.run,
            "health": self.health.run,
            "cell": self.gauge.run,
            "clock": lambda: self.timekeeping.watch(self.clock, self.comms.broken),
            "upkeep": self.upkeep.run,
            "daily": daily.Daily(self, self.who.restart_at).run,
            "screen": self.state.keep_screen,
        }

    def _print_owed(self) -> None:
        self.board.spawn("owed receipts", self.payment.print_owed)

    def check_supply(self) -> None:
        """Wait for a supply that carries the start."""
        self.power.await_healthy()

    def guard_flash(self) -> None:
        """Wait for a supply on which the flash can be programmed."""
        self.power.await_programmable()

    def _read_memory(self) -> None:
        slot = self.upkeep.slot
        self.storage.files.written_by(two=self._runs("journal 2"), trial=bool(slot and slot.trial))
        self.storage.stan, self.storage.receipt = self.who.stan, self.who.receipt
        self.storage.load()
        if self.storage.faults:
            self.alarms.begin("journal_fault", "; ".join(self.storage.faults))
        register = self.storage.recall("register") or {}
        self.register_config = int(register.get("config", 0))
        self.register_containers = bool(register.get("containers"))
        self.timekeeping.check()
        self.signatures.check()
        self.say_why_restarted()
        if self.storage.pending:
            self.screen.show("recovering")

    def say_why_restarted(self) -> None:
        """Report the outage before; a recovery in between has not told it to anybody."""
        why = self.storage.recall(WHY)
        if why:
            self.storage.remember(WHY, "")
        self.outages.say(why or self.reason)

    def kick(self) -> None:
        """Tell the watchdog that all is well, if it is: every lasting task must still run."""
        if not any(task.done for task in self._tasks):
            self.board.kick()

    def self_test(self) -> list[str]:
        """Try every part; the causes of what does not answer."""
        return self.selftest.on_request()

    def restart_announced(self) -> None:
        """Restart, as was said before; does not return."""
        self.outages.announce()
        self.restart("daily")

    def restart(self, reason: str) -> None:
        """Reset the terminal; does not return."""
        self.board.reset(reason)
        self.clock.sleep(3600.0)

    @property
    def amps(self) -> float:
        """Drawn now, A: the state's, and the print head's on top."""
        table = self.personality.amps
        printing = table["printing"] if self.printer.printing else 0.0
        return printing + table.get(self.state.word, table["ready"])

    # --- what the board hands over ----------------------------------------------------------

    def serve_register(self, word: str, port: Port) -> None:
        """A register has connected, by one of this model's protocols."""
        if self.recovery.running:
            raise PortLost(f"{port.address}: connection refused")
        usual = self.Dialogue if word == "zvt" else find(REGISTERS, word, name="Dialogue")
        dialogue = usual(self, port)
        self.board.spawn("register reader", dialogue.read)
        self.board.spawn("register", dialogue.run)

    def registered(self, config: int, *, containers: bool) -> None:
        """Remember what the register asked for."""
        if (config, containers) != (self.register_config, self.register_containers):
            self.register_config, self.register_containers = config, containers
            self.storage.remember("register", {"config": config, "containers": containers})

    def console_input(self, octets: bytes) -> None:
        self.console.feed(octets)

    def power_lost(self) -> None:
        """Here a model's last gasp would be."""
