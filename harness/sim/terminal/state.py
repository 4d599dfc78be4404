"""What the terminal is doing, in one word, and what it shows and answers about it."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

RESULT_SHOWN = 4.0  # s that the end of a sale stays on the display
Readiness = Literal["ready", "busy", "card_in", "trouble"]
#: Shown when nothing else is the matter.
WARNINGS = ("weak_signal", "data_low", "reversal_pending", "maintenance_due")


class State:
    """Looks at the parts of the firmware.

    Attributes:
        word: booting, recovering, connecting, ready, busy, updating, out_of_service.
        up: Whether the start is over.
    """

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._said = ""
        self.word = "booting"
        self.up = False

    def now(self) -> str:
        """The word that holds now; the first rule that is true decides."""
        firmware = self._firmware
        held, owed = firmware.payment.turn.held, bool(firmware.storage.pending)
        active = firmware.alarms.active
        rules = (
            (not self.up, "booting"),
            (firmware.upkeep.busy, "updating"),
            (firmware.payment.selling, "busy"),
            (held, "recovering" if owed else "busy"),
            ("terminal_disabled" in active or "journal_fault" in active, "out_of_service"),
            (not firmware.comms.online, "connecting"),
            (owed, "recovering"),
        )
        return next((word for true, word in rules if true), "ready")

    def log_change(self) -> None:
        """Log the state if it is another one than was logged last."""
        self.word = self.now()
        if self._text() != self._said:
            self.log_again()
        self._firmware.lights.follow()

    def log_again(self) -> None:
        """Log the state."""
        self.word = self.now()
        self._said = self._text()
        self._firmware.log.say("sys", self._said)

    def _text(self) -> str:
        firmware = self._firmware
        online = "yes" if firmware.comms.online else "no"
        return f"state={self.word} pending={len(firmware.storage.pending)} online={online}"

    def keep_screen(self) -> None:
        """Show what is the matter while nobody sells, or that it is ready; a task of its own."""
        firmware = self._firmware
        while True:
            firmware.clock.sleep(RESULT_SHOWN)
            firmware.kick()
            if firmware.payment.turn.held or firmware.upkeep.busy or firmware.keypad.in_use:
                continue
            causes = [one for one in firmware.alarms.active if one != firmware.comms.spared]
            if causes:
                cause = min(causes, key=WARNINGS.__contains__)
                firmware.screen.show_text(firmware.alarms.text(cause))
            elif firmware.reader.occupied:
                firmware.screen.show("remove_card")
            else:
                self._show_line()

    def _show_line(self) -> None:
        """Whether it may sell, and over what if that is a spare."""
        comms, screen = self._firmware.comms, self._firmware.screen
        if comms.online and comms.spared is not None:
            screen.show("ready_spare", bearer=comms.spare.upper())
        else:
            screen.show("ready" if comms.online else "connecting")

    def for_register(self) -> tuple[Readiness, str]:
        """(what a register is answered, the cause of its trouble or ``""``)."""
        alarms = self._firmware.alarms
        spared = self._firmware.comms.spared  # nothing to worry a register with
        waiting = [one for one in (*alarms.active, *alarms.untold) if one != spared]
        if self.now() in ("busy", "updating", "booting"):
            return "busy", ""
        if waiting:
            first = min(waiting, key=lambda cause: (cause != "supply_low", cause in WARNINGS))
            return "trouble", first
        return ("card_in", "") if self._firmware.reader.occupied else ("ready", "")
