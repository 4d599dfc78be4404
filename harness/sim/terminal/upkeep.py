"""Updates, seen from the firmware: when they may run, what is said of them, what a start decides.

A download runs beside sales. From the check of the image on the till is closed: a sale under way is
finished first, and the next one meets the new version (or the old one, if it was refused).
"""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from harness.errors import Garbled, PortError
from harness.sim.terminal.boot import Bootloader, BootSlot, install_factory
from harness.sim.terminal.handed import Ask
from harness.sim.terminal.update import Updater

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

#: From this phase on nobody sells.
CLOSING = "verifying"
#: Phase -> whether an update runs from then on.
RUNNING = {
    "offered": True, "downloading": True, "paused": True, "verifying": True, "installing": True,
    "committing": True, "refused": False, "failed": False, "done": False, "rolled_back": False,
    "first_boot": False,
}  # fmt: skip
TEXTS = {"offered": "updating", "done": "update_done"}


class Upkeep:
    """Looks for updates when asked to, and settles at every start what became of the last one.

    Attributes:
        busy: Whether an update is under way.
        slot: What runs now; None before ``choose``.
    """

    Updater: type[Updater] = Updater
    Bootloader: type[Bootloader] = Bootloader

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._clock = firmware.clock
        self._times = firmware.times
        self._wanted = self._clock.signal("a wish for an update")
        self._asked = False
        self._cause = ""  # of the phase that was told last
        self._closed = ExitStack()
        self.busy = False
        self.slot: BootSlot | None = None
        self._updater = self.Updater(
            self._clock, firmware.flash, self._connect, self.tell, model=firmware.who.model,
            trusted_key=firmware.keys.update, host=firmware.board.store[0],
        )  # fmt: skip

    # --- at the start -----------------------------------------------------------------------

    def choose(self) -> BootSlot | None:
        """What the loader runs; None when no slot holds anything that may run."""
        firmware = self._firmware
        if not firmware.flash.names():  # never written to: fresh from the factory
            install_factory(firmware.flash, firmware.keys.factory_image)
        loader = self.Bootloader(model=firmware.who.model, trusted_key=firmware.keys.update)
        self.slot = loader.choose(firmware.flash)
        return self.slot

    def run(self) -> None:
        """Settle the last update, then wait for wishes; a task of its own."""
        if self.slot is not None:
            self._updater.after_boot(self.slot)
            if self.slot.trial:
                self._clock.sleep(self._times.first_boot)
                self._updater.confirm(self.slot)
        while True:
            self._wanted.wait_for(lambda: self._asked)
            self._asked = False
            self._look()

    # --- when asked -------------------------------------------------------------------------

    def look_now(self) -> None:
        """Have the store asked as soon as nobody sells."""
        self._asked = True
        self._wanted.notify()

    def _look(self) -> None:
        firmware = self._firmware
        with firmware.payment.turn.taken():  # a sale under way comes first
            cause = firmware.comms.wanted()
        try:
            offer = None if cause else self._updater.look(firmware.version, asked=True)
        except (PortError, Garbled) as error:
            firmware.log.say_warning("upd", f"store not reached: {error}")
            cause = "update_link_lost"
        if cause is not None:
            firmware.alarms.note(cause)
            return
        if offer is None:
            firmware.log.say("upd", "nothing newer")
            return
        with self._closed:
            committed = self._updater.install(offer, firmware.version)
            if committed:
                firmware.restart("update")
        self._set_busy(False)

    def take(self, size: int, ask: Ask) -> str:
        """Install what is handed over: ``""`` where a restart will run it, else the cause.

        Args:
            size: Bytes of the image.
            ask: For the block that begins at an offset.
        """
        self._cause = ""
        with self._closed:
            committed = self._updater.receive(size, ask, self._firmware.version)
        self._set_busy(False)
        return "" if committed else self._cause or "update_failed"

    def _connect(self) -> Any:
        board = self._firmware.board
        return board.net.connect(board.store, self._clock.now() + self._times.connect)

    # --- what is said -----------------------------------------------------------------------

    def tell(self, phase: str, fields: dict[str, Any]) -> None:
        """One phase of an update: logged, shown, and the till closed when its time has come."""
        firmware = self._firmware
        cause = str(fields.get("cause") or "")
        if phase == CLOSING:
            self._closed.enter_context(firmware.payment.turn.taken())
        self._cause = cause
        words = [f"phase={phase}"]
        words += [f"{name}={fields[name]}" for name in ("version", "percent") if name in fields]
        words += [f"why={firmware.alarms.alarm(cause).code}"] if cause else []
        words += [f"({fields['why']})"] if fields.get("why") else []
        firmware.log.say("upd", " ".join(words))
        self._set_busy(RUNNING[phase])
        if phase == "paused":
            firmware.alarms.begin(cause)
        else:
            firmware.alarms.end("update_link_lost")
            if cause:
                firmware.alarms.note(cause, str(fields.get("why") or ""))
        if phase in TEXTS:
            firmware.screen.show(TEXTS[phase])

    def _set_busy(self, busy: bool) -> None:
        self.busy = busy
        self._firmware.state.log_change()
