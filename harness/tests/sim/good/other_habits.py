"""Terminals that are good, and have other habits: of what they say, when, and in which order.

Each is the reference's firmware with one part replaced, as in ``good_terminals.py``.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.sim.terminal.console_port import said
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Asked, Outcome, Register
from harness.sim.terminal.records import Pending
from harness.wire import mac
from harness.wire.iso8583 import Message

CALM, REMINDER, BURST = 5.0, 10.0, 0.5  # s


def _writing(base: type[Firmware], write: Callable[[Any, Callable[[str], None], str], None]) -> Any:
    """With another way for its log's lines to the console."""

    class Other(base):  # type: ignore[valid-type, misc]
        def _make_parts(self) -> None:
            super()._make_parts()
            usual = self.log._write
            self.log._write = lambda text: write(self, usual, text)

    return Other


def logs_alarms_last(base: type[Firmware]) -> type[Firmware]:
    """Its log tells of display, light and state first, and then of what was noticed."""

    def write(own: Any, usual: Callable[[str], None], text: str) -> None:
        if " mon:" in text:
            own.clock.call_at(own.clock.now(), lambda: usual(text))
        else:
            usual(text)

    return _writing(base, write)  # type: ignore[no-any-return]


def logs_in_bursts(base: type[Firmware]) -> type[Firmware]:
    """Its log is flushed twice a second."""
    held: list[str] = []

    def write(own: Any, usual: Callable[[str], None], text: str) -> None:
        def flush() -> None:
            for line in held:
                usual(line)
            held.clear()

        if not held:
            own.clock.call_at((own.clock.now() // BURST + 1) * BURST, flush)
        held.append(text)

    return _writing(base, write)  # type: ignore[no-any-return]


class _Calming:
    """An end of alarms that waits for calm."""

    def __init__(self, own: Any) -> None:
        self._clock = own.clock
        self._begin, self._end = own.alarms.begin, own.alarms.end
        self._active = own.alarms.active
        self._over: dict[str, float] = {}  # cause -> when its calm is over

    def begin(self, cause: str, detail: str = "") -> None:
        self._over.pop(cause, None)
        self._begin(cause, detail)

    def end(self, *causes: str) -> bool:
        held = [cause for cause in causes if cause in self._active]
        for cause in held:
            if cause not in self._over:
                self._over[cause] = due = self._clock.now() + CALM
                self._clock.call_at(due, lambda cause=cause, due=due: self._fire(cause, due))
        return bool(held)

    def _fire(self, cause: str, due: float) -> None:
        if self._over.get(cause) == due:
            del self._over[cause]
            self._end(cause)


def ends_after_calm(base: type[Firmware]) -> type[Firmware]:
    """It says that something is over when it has been so for some seconds."""

    class Calm(base):  # type: ignore[valid-type, misc]
        def _make_parts(self) -> None:
            super()._make_parts()
            calming = _Calming(self)
            self.alarms.begin, self.alarms.end = calming.begin, calming.end

    return Calm


def reminds_of_what_holds(base: type[Firmware]) -> type[Firmware]:
    """What is still so is said again now and then; the last time when it is over by chance."""

    class Reminding(base):  # type: ignore[valid-type, misc]
        def tasks(self) -> dict[str, Any]:
            return {**super().tasks(), "reminders": self._remind}

        def _remind(self) -> None:
            while True:
                self.clock.sleep(REMINDER)
                for cause in list(self.alarms.active):
                    row = self.alarms.alarm(cause)
                    self.log.say_warning("mon", f"{row.code} raised: {row.text}")

    return Reminding


def lists_what_stands(base: type[Firmware]) -> type[Firmware]:
    """Its journal leaves out what was declined, refused or undone: no rule has it printed."""

    class Listing(base):  # type: ignore[valid-type, misc]
        def _make_parts(self) -> None:
            super()._make_parts()
            self.console._acts["journal"] = self._list

        def _list(self) -> None:
            count = bad = 0
            for entries, damaged in self.storage.files.every():
                gone = {entry.stan for entry in entries if entry.outcome != "approved"}
                left = [entry for entry in entries if entry.stan not in gone]
                for entry in left:
                    self.log.say("jrn", said(entry))
                count, bad = count + len(left), bad + damaged
            self.log.say("jrn", f"end entries={count} damaged={bad}")

    return Listing


def counts_sign_ons_apart(base: type[Firmware]) -> type[Firmware]:
    """Sign-ons and echoes have a counter of their own; settlements count with the sales."""
    used: list[int] = []

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def sign_on(self, stan: int, batch: int) -> Message:
            return super().sign_on(self._own(), batch)  # type: ignore[no-any-return]

        def echo(self, stan: int, batch: int) -> Message:
            return super().echo(self._own(), batch)  # type: ignore[no-any-return]

        def _own(self) -> int:
            used.append(len(used) + 1)
            return used[-1]

    return base.with_parts(Acquiring=Acquiring)


def repeats_by_type(base: type[Firmware]) -> type[Firmware]:
    """ISO 8583: what is sent again may say so by its type, 0401 and 0221."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def request(self, pending: Pending) -> Message:
            made: Message = super().request(pending)
            keys = self._acquiring.work_keys
            if pending.tries < 2 or keys is None:
                return made
            rest = {number: text for number, text in made.fields.items() if number != 64}
            return mac.sealed(replace(made, mti=f"{made.mti[:3]}1", fields=rest), keys.mac)

    return base.with_parts(Reversals=Reversals)


def tells_of_debts_at_once(base: type[Firmware]) -> type[Firmware]:
    """That a reversal is owed is said when it is, not when its tries are over."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def transact(self, asked: Asked, register: Register) -> Outcome:
            made: Outcome = super().transact(asked, register)
            if any(not self._storage.is_advice(stan) for stan in self._storage.pending):
                self._alarms.begin("reversal_pending", "a reversal is owed")
            return made

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def _undone(self, stan: int, answer: Message) -> None:
            super()._undone(stan, answer)
            if not self._storage.pending:
                self._alarms.end("reversal_pending")

    return base.with_parts(Payment=Payment, Reversals=Reversals)
