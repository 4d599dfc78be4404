"""What wears a terminal down over days: heat, working memory, storage; said, and warned of.

A hot processor is throttled until it has cooled down. Working memory that runs low ends in an
announced restart while nobody sells, not in a crash. Storage is ``housekeeping.py``.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

LOOK = 15.0  # s between two looks
SOON = 60.0  # s from the announcement of a restart to the restart
RECORD = 0.5  # KiB of working memory that each record of the open batch takes
#: The processor's load, percent, and what it adds to its temperature, degrees, by what is done.
WORK = {"idle": (6, 9.0), "throttled": (4, 4.0), "selling": (55, 16.0)}


class Health:
    """Watches over itself."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._own = firmware.personality.health
        self._throttled = False
        self._work = ""

    def run(self) -> None:
        """Look, warn, and now and then say how it is; a task of its own."""
        clock, due = self._firmware.clock, 0.0
        while True:
            self.look()
            if self._own.every and clock.now() >= due:
                due = clock.now() + self._own.every
                self.say()
            clock.sleep(LOOK)

    def look(self) -> None:
        """One look at all of it."""
        self._work_now()
        self._warmth()
        self._memory()
        self._firmware.housekeeping.look()

    def say(self) -> None:
        """One line of how it is."""
        firmware = self._firmware
        firmware.log.say(
            "hlth",
            f"memory={self.memory():.0f} processor={WORK[self._work][0]}"
            f" celsius={firmware.body.celsius:.1f} storage={firmware.flash.free // 1024}",
        )

    def memory(self) -> float:
        """KiB of working memory in use."""
        own = self._own.system + RECORD * len(self._firmware.storage.journal)
        return max(own, self._firmware.board.taken * self._own.memory)

    # --- heat ---------------------------------------------------------------------------------

    def _work_now(self) -> None:
        selling = self._firmware.payment.selling
        work = "throttled" if self._throttled else "selling" if selling else "idle"
        if work != self._work:
            self._work = work
            self._firmware.body.set_load(WORK[work][1])

    def _warmth(self) -> None:
        celsius, alarms = self._firmware.body.celsius, self._firmware.alarms
        if celsius >= self._own.hot:
            self._throttled = True
            self.say_hot(celsius)
        elif celsius < self._own.cool:
            self._throttled = False
            alarms.end("too_hot")

    def say_hot(self, celsius: float) -> None:
        """Warn of the heat."""
        self._firmware.alarms.begin("too_hot", f"{celsius:.0f} degrees, throttled")

    # --- working memory -----------------------------------------------------------------------

    def _memory(self) -> None:
        firmware = self._firmware
        left = self._own.memory - self.memory()
        if left >= self._own.memory_low:
            firmware.alarms.end("memory_low")
        elif "memory_low" not in firmware.alarms.active:
            firmware.alarms.begin("memory_low", f"{left:.0f} KiB left")
            firmware.board.spawn("restart for memory", self._restart)

    def _restart(self) -> None:
        self._firmware.log.say("sys", f"restart due in {SOON:.0f} s")
        self._firmware.clock.sleep(SOON)
        with self._firmware.payment.turn.taken():
            self._firmware.restart_announced()
