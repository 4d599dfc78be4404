"""The code scanner, and what a sale may be paid with: a card, or a code on a phone.

A code is a number good for one payment (in UnionPay's, field 22 says 030). What cannot be read is
said and asked for again; what was read once is never read again, however long it is held there.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.sim.terminal.outcome import Telling
from harness.sim.terminal.reader import Card, CardTrouble

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

NUMBER = "9999990000000000014"  # of the test issuer; 19 digits, as payment codes have
EXPIRY = "4912"
MODE = "030"  # field 22: a code
DECODING = 0.4  # s
TRYING = 4.0  # s until what cannot be decoded is given up
#: What is before the scanner -> (how long it looks, why it is of no use).
USELESS = {
    "damaged": (TRYING, "code_unreadable"), "glare": (TRYING, "code_unreadable"),
    "expired": (DECODING, "code_expired"),
}  # fmt: skip


class Scanner:
    """Reads what is held before it."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._taken = firmware.body.shown

    @property
    def sees(self) -> bool:
        """Whether there is a code that was not looked at yet."""
        body = self._firmware.body
        there = body.code != "none" and body.shown != self._taken
        return there and "scanner_cable" in body.parts and body.usual("scanner_cable")

    def watch(self) -> None:
        """Wake who waits for a card or a code; a task of its own."""
        seen = (0, False)
        body, slot = self._firmware.body, self._firmware.slot
        while True:
            body.changed.wait_for(lambda seen=seen: (body.shown, self.sees) != seen)  # type: ignore[misc]
            seen = (body.shown, self.sees)
            slot.changed.notify()

    def take(self) -> Card:
        """Read it; raises CardTrouble where it is of no use."""
        firmware = self._firmware
        self._taken, code = firmware.body.shown, firmware.body.code
        look, cause = USELESS.get(code, (DECODING, ""))
        firmware.screen.show("reading_code")
        firmware.clock.sleep(look)
        firmware.log.say("code", f"read fault={cause or '-'}")
        if cause:
            raise CardTrouble(cause)
        return Card("code", NUMBER, EXPIRY, "", mode=MODE)


class CardOrCode:
    """What a sale reads: the card reader and the scanner as one."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._reader = firmware.reader
        self._scanner = firmware.scanner

    def read(
        self, amount: int, tell: Callable[[Telling], None], cancelled: Callable[[], bool]
    ) -> Card:
        """A card or a code, whichever comes first; raises CardTrouble."""
        keypad, scanner = self._firmware.keypad, self._scanner
        with keypad.may_cancel():

            def stopped() -> bool:
                return cancelled() or keypad.cancelled

            until = self._firmware.clock.now() + self._firmware.times.card_wait
            while self._firmware.clock.now() < until:
                try:
                    return self._reader.read(amount, tell, lambda: stopped() or scanner.sees)
                except CardTrouble as trouble:
                    if trouble.cause != "cancelled" or stopped() or not scanner.sees:
                        raise
                try:
                    return scanner.take()
                except CardTrouble as trouble:
                    self._firmware.alarms.note(trouble.cause)
                    tell("card_again")
        raise CardTrouble("timed_out")

    def complete(self, card: Card, *, approved: bool) -> None:
        """A chip has the last word; a code has none."""
        self._reader.complete(card, approved=approved)

    def release(self) -> None:
        self._reader.release()
