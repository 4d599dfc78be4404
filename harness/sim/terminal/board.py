"""The countertop's board: what its voltage does to it, and its resets.

Below the brown-out level the capacitors carry it for the hold-up time; then it dies where it
stands: every task is killed where it waits, the flash loses what was not synced, nobody is told.
At the power-good level a supervisor lets it start again, after a delay. The brown-out detector is
the firmware's to enable; without it the processor runs wild until its watchdog bites.
"""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from harness.clock import Clock, Task, Timer
from harness.model.hands import PARTS
from harness.ports.base import Port
from harness.sim.modems.modem import Modem
from harness.sim.rail import Rail
from harness.sim.slot import Slot
from harness.sim.terminal.body import Body
from harness.sim.terminal.cell import Cell
from harness.sim.terminal.flash import Flash, FlashFull, unguarded
from harness.sim.terminal.net_devices import NetDevices
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.rtc import Rtc
from harness.sim.terminal.sockets import Sockets
from harness.sim.wifi import Station


class Software(Protocol):
    """What runs on the board between two resets; it may enable the brown-out detector."""

    @property
    def brownout_reset(self) -> bool: ...
    def run(self) -> None: ...
    def serve_register(self, word: str, port: Port) -> None: ...
    def console_input(self, octets: bytes) -> None: ...
    def power_lost(self) -> None: ...

    @property
    def amps(self) -> float: ...


class Board:
    """The hardware. The firmware reaches everything through it.

    Attributes:
        outlets: ``console`` (its serial log), and one for each register protocol that this model
            has (a word of ``registers``).
        sockets: What those are.
        body: What of it hands can reach.
        rail: The supply input.
        net: Modem, Wi-Fi, and what goes over them.
        edge: Notified when the supply crosses one of the levels.
        on_program: Called as a page of the flash begins; a tap on its bus. Never waits.
        flash: Survives everything but wear and a supply too low for programming.
        rtc: Date and time.
        host: Where the acquirer is: name and port.
        store: Where the update store is.
        running: The firmware since the last reset; None while it is off.
        cell: The bay of its battery, on a board that has one.
        deaths: How often the supply killed it.
        taken: Share of the working memory in use, by whoever took it; a reset gives it back.
    """

    def __init__(
        self, clock: Clock, *, rail: Rail, modem: Modem, slot: Slot, personality: Personality,
        rng: random.Random, make: Callable[["Board", str], Software], host: tuple[str, int],
        store: tuple[str, int], station: Station | None = None,
    ) -> None:  # fmt: skip
        self.clock = clock
        self.rail = rail
        self.net = NetDevices(clock, modem, station)
        self.slot = slot
        self.body = Body(clock, personality.parts)
        self.personality = personality
        self.rng = rng
        self.edge = clock.signal("the supply's comparators")
        self.on_program: Callable[[], None] = unguarded
        self._salt = rng.random()
        self._chance = random.Random(self._salt)
        self._units: dict[str, tuple[Flash, Rtc]] = {}
        self.flash, self.rtc = self._unit(PARTS["unit"][0])
        self.running: Software | None = None
        self.cell: Cell | None = None
        self.deaths = 0
        self.taken = 0.0
        self.sockets = Sockets(clock, personality.registers, self._listening, self.spawn)
        self.outlets = self.sockets.outlets
        self.write_console = self.sockets.write_console
        self._make = make
        self.host, self.store = host, store
        self._tasks: list[Task] = []
        self._dying: Timer | None = None
        self._starting: Timer | None = None
        self._watchdog: Timer | None = None
        self._wild = False  # below its lowest voltage and not reset
        self._reason = "power"
        self._watch_supply()

    # --- supply -----------------------------------------------------------------------------

    def _watch_supply(self) -> None:
        levels = self.personality.levels
        self.rail.watch(levels.brown_out, below=self._sag, above=self._carried)
        self.rail.watch(levels.power_good, above=self._power_good, below=self._power_bad)
        self.rail.watch(levels.discharged, below=self._discharged, above=self._recharged)
        for level in (levels.warning, levels.healthy, levels.program, levels.over_healthy,
                      levels.over):  # fmt: skip
            self.rail.watch(level, above=self.edge.notify, below=self.edge.notify)
        if self.rail.volts() >= levels.power_good:
            self._power_good()

    def _sag(self) -> None:
        if self.running is not None:
            self._dying = self._in(self.personality.times.hold_up, self._die)

    def _carried(self) -> None:
        if self._dying is not None:
            self._dying.cancel()
            self._dying = None

    def _die(self) -> None:
        self._dying = None
        self.deaths += 1
        # The reset-cause register keeps its content only while some voltage is left.
        gone = self.rail.volts() < self.personality.levels.discharged
        if not gone and self.running is not None and not self.running.brownout_reset:
            self._run_wild()
        else:
            self._stop("power" if gone else "brownout")

    def _run_wild(self) -> None:
        """Below its lowest voltage, and no reset: nonsense is executed, the flash suffers."""
        self.freeze()
        self._wild = True
        self.flash.run_wild()

    def _discharged(self) -> None:
        self._reason = "power"  # the reset-cause register has lost its content too
        self.rtc.lose_supply()
        if self._wild:
            self._stop("power")

    def _recharged(self) -> None:
        self.rtc.gain_supply()  # of the unit that is in place

    def _power_good(self) -> None:
        if self.running is None and self._starting is None:
            self._starting = self._in(self.personality.times.reset_delay, self._start)

    def _power_bad(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            self._starting = None

    def _in(self, seconds: float, act: Callable[[], None]) -> Timer:
        return self.clock.call_at(self.clock.now() + seconds, act)

    # --- units --------------------------------------------------------------------------------

    def seat(self, name: str) -> None:
        """Another unit of the same model and identity in its place; raises ValueError while on."""
        if self.running is not None:
            raise ValueError("a unit is put in another's place while it is switched off")
        self.flash, self.rtc = self._unit(name)

    def _unit(self, name: str) -> tuple[Flash, Rtc]:
        """A unit's memory and its clock; new when it is first asked for."""
        if name not in self._units:
            own = self.personality
            flash = Flash(self.clock, rng=self._chance, **own.flash)
            flash.programs = lambda: self.on_program()  # noqa: PLW0108 - it is put on later
            flash.powered = lambda: self.rail.volts() >= own.levels.program
            born = datetime.fromisoformat(own.identity.born)
            rtc = Rtc(self.clock, born=born, reserve=own.times.rtc_reserve)
            self._units[name] = flash, rtc
        return self._units[name]

    # --- resets -----------------------------------------------------------------------------

    def _start(self) -> None:
        self._starting = None
        self.running = self._make(self, self._reason)
        self.spawn("start", self.running.run)
        self.sockets.serve_service()

    def _stop(self, reason: str) -> None:
        """Everything that runs ends here and now; what was not synced is at chance's mercy."""
        self._reason = reason
        self._leave_watchdog()
        if self.running is not None:
            self.running.power_lost()
        self.running, self._wild, self.taken = None, False, 0.0
        self.flash.guard = unguarded
        self.freeze()
        # What a cut leaves depends on its moment, not on how often chance was asked before it.
        self._chance.seed(f"{self._salt} {self.clock.now():.6f}")
        self.flash.power_lost()
        self.sockets.power_lost()
        self.net.power_lost()

    def reset(self, reason: str) -> None:
        """The firmware or its watchdog pulls the reset line: ``watchdog``, ``update``..."""

        def act() -> None:
            if self.running is not None:
                self._stop(reason)
                self._starting = self._in(self.personality.times.reset_delay, self._start)

        self.clock.call_at(self.clock.now(), act)

    def _listening(self) -> Software | None:
        """Who hears what comes over its lines."""
        return None if self._wild else self.running

    def freeze(self) -> None:
        """All software stops where it stands; only the watchdog's timer runs on."""
        for task in self._tasks:
            task.kill()
        self._tasks.clear()

    def press_power(self) -> None:
        """The button at its side: off without another word, or on again."""
        if self.running is not None:
            self._stop("power")
        elif self.rail.volts() >= self.personality.levels.power_good:
            self._power_good()

    def kick(self) -> None:
        """Keep the watchdog quiet for another while; without this it resets the terminal."""
        self._leave_watchdog()
        self._watchdog = self._in(self.personality.times.watchdog, self._bite)

    def _bite(self) -> None:
        self._watchdog = None
        self.reset("watchdog")

    def _leave_watchdog(self) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None

    def spawn(self, name: str, work: Callable[[], object]) -> Task:
        """A task that dies with the supply; one that finds no room in the flash is a crash."""

        def live() -> None:
            try:
                work()
            except FlashFull as full:
                self.write_console(f"panic: {full}")
                self.reset("watchdog")

        self._tasks = [task for task in self._tasks if not task.done]
        task = self.clock.spawn(f"terminal {name}", live)
        self._tasks.append(task)
        return task

    @property
    def amps(self) -> float:
        """What it draws now, A."""
        table = self.personality.amps
        return self.running.amps if self.running is not None else float(table["off"])

    def wall_time(self) -> datetime:
        """Date and time by the real-time clock."""
        return self.rtc.now()
