"""Terminals that are good by the payment rules, and yet others than the reference.

Each is the reference's firmware with one part replaced, as a planted bug is; what allows it stands
at each.
"""

import re
from collections.abc import Callable
from typing import Any

from harness.sim.terminal.acquiring import BadAnswer
from harness.sim.terminal.comms import NoAnswer, Unsent
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Asked, Outcome, Register, Stop
from harness.sim.terminal.records import Entry, Pending
from harness.wire.iso8583 import Message

Plant = Callable[[type[Firmware]], type[Firmware]]


def reverses_before_the_next_sale(base: type[Firmware]) -> type[Firmware]:
    """Payment rules 5: applications run it before the next online transaction."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def is_due(self) -> bool:
            return False

    return base.with_parts(Reversals=Reversals)


def reverses_at_once(base: type[Firmware]) -> type[Firmware]:
    """Payment rules 5: or immediately, if so configured; before the register is told."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def failed(self, stop: Stop, sale: Pending) -> Outcome:
            if sale.stan in self._storage.pending and self._comms.wanted() is None:
                self._reversals.settle_debts()
            made: Outcome = super().failed(stop, sale)
            return made

    return base.with_parts(Payment=Payment)


def dials_for_each_message(base: type[Firmware]) -> type[Firmware]:
    """No rule keeps a connection open: it is closed after each answer, and no echo goes out."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        def _probe(self) -> None:
            """Nothing: the modem is looked at, the host is not asked."""

        def _exchange(self, request: Message, wait: float) -> Message:
            if not self._host.connected and (cause := self._ways.connect()) is not None:
                self.online = False
                self.settle_on(cause)
                raise Unsent(cause)
            try:
                answer: Message = super()._exchange(request, wait)
            finally:
                self._host.hang_up()
            return answer

        def _meet_host(self) -> str | None:
            def ask(request: Message) -> Message:
                return self._exchange(request, self._times.probe)

            try:
                return self._sign_on.meet(ask)  # type: ignore[no-any-return]
            except (Unsent, NoAnswer, BadAnswer) as trouble:
                return trouble.cause

    return base.with_parts(Comms=Comms)


def prints_two_receipts(base: type[Firmware]) -> type[Firmware]:
    """The merchant's, then the cardholder's: neither is a reprint (invariant 13)."""

    class Printer(base.Printer):  # type: ignore[name-defined, misc]
        def print_receipt(self, entry: Entry, *, copy: bool = False) -> bool:
            whole = bool(super().print_receipt(entry, copy=copy))
            return bool(super().print_receipt(entry)) if whole and not copy else whole

    return base.with_parts(Printer=Printer)


def prints_refusals(base: type[Firmware]) -> type[Firmware]:
    """A cardholder may have it on paper that the issuer refused."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def failed(self, stop: Stop, sale: Pending) -> Outcome:
            made: Outcome = super().failed(stop, sale)
            if sale.stan and stop.declined:
                self._receipts._printer.print_receipt(self._entry(sale, "declined"), copy=False)
            return made

    return base.with_parts(Payment=Payment)


def counts_receipts_by_batch(base: type[Firmware]) -> type[Firmware]:
    """No rule has receipt numbers go on over a settlement."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def open_batch(self, number: int) -> None:
            super().open_batch(number)
            self.receipt = 0

    return base.with_parts(Storage=Storage)


def sends_refunds_afterwards(base: type[Firmware]) -> type[Firmware]:
    """Payment rules 4.4: an advice is repeated until its answer; it may go out after the sale.

    Whoever asks for something meanwhile is told to wait (84 9C).
    """

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _advise(self, pending: Pending, card: object, register: Register) -> Outcome:
            receipt = self._storage.next_receipt()
            outcome: Outcome = self._outcome("approved", pending, receipt=receipt)
            register.confirm(outcome)
            self.book(pending, None, outcome.receipt)
            return outcome

    return base.with_parts(Payment=Payment)


def logs_what_was_done_last(base: type[Firmware]) -> type[Firmware]:
    """Its log says that a sale is approved when the receipt is out."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def transact(self, asked: Asked, register: Register) -> Outcome:
            say, kept = self._log.say, list[str]()

            def later(part: str, text: str) -> None:
                if part == "pay" and text.startswith("approved"):
                    kept.append(text)
                else:
                    say(part, text)

            self._log.say = later
            try:
                made: Outcome = super().transact(asked, register)
            finally:
                self._log.say = say
                for text in kept:
                    say("pay", text)
            return made

    return base.with_parts(Payment=Payment)


def logs_receipts_without_numbers(base: type[Firmware]) -> type[Firmware]:
    """No rule has a log repeat what stands on the paper."""

    class Log(base.Log):  # type: ignore[name-defined, misc]
        def line(self, level: str, part: str, text: str) -> None:
            super().line(level, part, re.sub(r" stan=\d+", "", text) if part == "prn" else text)

    return base.with_parts(Log=Log)


def logs_the_display_first(base: type[Firmware]) -> type[Firmware]:
    """What its log says of payment and card comes a third of a second later than the rest."""
    late = ("pay", "card", "rev")
    clocks: list[Any] = []

    class Log(base.Log):  # type: ignore[name-defined, misc]
        def line(self, level: str, part: str, text: str) -> None:
            say = super().line
            if part not in late:
                say(level, part, text)
                return
            clock = clocks[-1]
            clock.call_at(clock.now() + 0.3, lambda: say(level, part, text))

    class Late(base.with_parts(Log=Log)):  # type: ignore[misc]
        def _make_parts(self) -> None:
            clocks.append(self.clock)
            super()._make_parts()

    return Late


def shows_three_seconds_late(base: type[Firmware]) -> type[Firmware]:
    """A display that is refreshed slowly."""
    clocks: list[Any] = []

    class Screen(base.Screen):  # type: ignore[name-defined, misc]
        def show_text(self, text: str) -> None:
            show = super().show_text
            clocks[-1].call_at(clocks[-1].now() + 3.0, lambda: show(text))

    class Slow(base.with_parts(Screen=Screen)):  # type: ignore[misc]
        def _make_parts(self) -> None:
            clocks.append(self.clock)
            super()._make_parts()

    return Slow


def blinks_otherwise(base: type[Firmware]) -> type[Firmware]:
    """F10 wants lights that agree with the state, not how they do."""
    others = {
        "signal": {"blinking": "off"},
        "busy": {"on": "blinking"},
        "fault": {"blinking": "on"},
    }

    class Lights(base.Lights):  # type: ignore[name-defined, misc]
        def wanted(self) -> dict[str, str]:
            rows = super().wanted()
            return {name: others.get(name, {}).get(state, state) for name, state in rows.items()}

    return base.with_parts(Lights=Lights)
