"""The terminal's own keys: an operator's menu, and a sale without any register.

Digits begin an amount, ``ok`` sells, ``clear`` takes a digit back, ``cancel`` leaves, ``menu``
opens the menu. A key that is pressed twice does its work once: what ``ok`` began empties the entry.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from harness.sim.terminal.outcome import Asked, Outcome, Telling

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

IDLE = 30.0  # s without a key, and what was begun is given up
DIGITS = 12  # of an amount, field 4


class Keypad:
    """The operator as a register of its own.

    Attributes:
        cancelled: Whether ``cancel`` was pressed while a card or code was waited for.
        prompt: What the operator is asked: ``""`` (nothing), amount, menu, password, records.
    """

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._keys = firmware.body.keys
        self._entry = ""
        self._asking = False  # for a card or a code
        self._at_work = False
        self._early = False
        self._row = 0
        self.prompt = ""
        self.cancelled = False
        self._prompts: dict[str, Callable[[str], None]] = {
            "": self._idle, "amount": self._amount, "menu": self._menu,
            "password": self._password, "records": self._records,
        }  # fmt: skip
        self._menu_acts: dict[str, Callable[[], None]] = {
            "1": lambda: self._open("password", "password", stars=""),
            "2": lambda: self._work("sign off", self._sign_off),
            "3": lambda: self._work("reprint", firmware.payment.reprint),
            "4": lambda: self._work("settle", lambda: firmware.settlement.settle(self)),
            "5": self._first_record,
            "6": lambda: self._work("self-test", self._self_test),
        }

    # --- the Register that asks -----------------------------------------------------------------

    def tell(self, what: Telling) -> None:
        """The display has said it already."""

    def confirm(self, outcome: Outcome) -> bool:
        """Nobody but the operator, who sees it."""
        return True

    # --- keys -----------------------------------------------------------------------------------

    @property
    def in_use(self) -> bool:
        """Whether an operator is at it: the display is theirs."""
        return bool(self.prompt)

    @contextmanager
    def may_cancel(self) -> Iterator[None]:
        """While this is open ``cancel`` gives up what is under way; after it, no more."""
        self._asking, self.cancelled, self._early = True, self._early, False
        try:
            yield
        finally:
            self._asking = self.cancelled = False

    def run(self) -> None:
        """Take keys as they come; a task of its own."""
        clock = self._firmware.clock
        while True:
            key = self._keys.get(clock.now() + IDLE if self.prompt else None)
            if self._at_work or self._firmware.payment.turn.held:
                self._while_busy(key)
            elif key is None or key == "cancel":
                self._leave()
            elif key == "menu":
                self._open("menu", "menu")
            else:
                self._prompts[self.prompt](key)

    def _while_busy(self, key: str | None) -> None:
        if key == "cancel" and self._asking:
            self.cancelled = True
            self._firmware.slot.changed.notify()
        elif key == "cancel" and self._at_work:
            self._early = True  # before its sale has come so far as to ask for a card

    def _open(self, prompt: str, text: str, **parts: object) -> None:
        self.prompt, self._entry = prompt, ""
        self._firmware.screen.show(text, **parts)

    def _leave(self) -> None:
        if self.prompt:
            self.prompt, self._entry = "", ""
            self._firmware.alarms.note("cancelled")

    # --- a sale ---------------------------------------------------------------------------------

    def _idle(self, key: str) -> None:
        if key.isdigit():
            self._open("amount", "enter_amount", amount="0.00")
            self._amount(key)

    def _amount(self, key: str) -> None:
        if key == "ok":
            amount = int(self._entry or "0")
            self.prompt, self._entry = "", ""
            self._work("sale", lambda: self.sell(amount))
            return
        self._type(key)
        shown = f"{int(self._entry or '0') / 100:.2f}"
        self._firmware.screen.show("enter_amount", amount=shown)

    def sell(self, amount: int) -> None:
        """One sale, in minor units; no register knows of it that would print its receipt."""
        with self._firmware.printer.here():
            self._firmware.payment.transact(Asked("sale", amount), self)

    def _type(self, key: str) -> None:
        if key == "clear":
            self._entry = self._entry[:-1]
        elif key.isdigit() and len(self._entry) < DIGITS:
            self._entry += key

    def _work(self, name: str, act: Callable[[], object]) -> None:
        """Have something done, and go on taking keys meanwhile."""
        self.prompt = ""
        self._at_work, self._early = True, False

        def work() -> None:
            try:
                act()
            finally:
                self._at_work = False

        self._firmware.board.spawn(f"operator: {name}", work)

    # --- the menu -------------------------------------------------------------------------------

    def _menu(self, key: str) -> None:
        act = self._menu_acts.get(key)
        if act is not None:
            act()

    def _password(self, key: str) -> None:
        if key != "ok":
            self._type(key)
            self._firmware.screen.show("password", stars="*" * len(self._entry))
            return
        password, self._entry, self.prompt = self._entry, "", ""
        if self._firmware.cashiers.admit(password):
            self._work("sign on", self._sign_on)

    def _sign_on(self) -> None:
        if self._firmware.settlement.sign_on(self).outcome == "approved":
            self._firmware.screen.show("done")

    def _sign_off(self) -> None:
        self._firmware.settlement.sign_off(self)

    def _self_test(self) -> None:
        found = self._firmware.self_test()
        if found:
            self._firmware.screen.show_text(self._firmware.alarms.alarm(found[0]).text)
        else:
            self._firmware.screen.show("test_good")

    # --- the day's records ----------------------------------------------------------------------

    def _first_record(self) -> None:
        self._row = 0
        self._show_record()

    def _records(self, key: str) -> None:
        if key == "ok":
            self._row += 1
            self._show_record()

    def _show_record(self) -> None:
        journal = self._firmware.storage.journal
        if self._row >= len(journal):
            self._open("records", "records", count=len(journal))
            return
        entry = journal[self._row]
        self._open(
            "records", "record", stan=f"{entry.stan:06d}", amount=f"{entry.amount / 100:.2f}",
            outcome=entry.outcome.upper(),
        )  # fmt: skip
