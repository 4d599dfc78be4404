"""Terminals that are good by ZVT, and speak it otherwise than the reference does.

Source: ZVT PA00P015 and PA00P016; what leaves it open stands at each.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Asked, Outcome, Register, Telling
from harness.sim.terminal.registers._zvt_acts import Refused
from harness.sim.terminal.registers._zvt_answers import Objects, Rows
from harness.sim.terminal.registers.zvt import is_yes
from harness.wire import tlv, zvt, zvt_messages

#: Asked for by registers that the terminal does not know, too.
FOR_ALL = (zvt.REGISTRATION, zvt.STATUS_ENQUIRY, zvt.LOG_OFF)
NOT_REGISTERED, NOT_POSSIBLE, PLEASE_WAIT = 0x6B, 0x83, 0x9C
CHIP_RECEIPT = 2
TEXTS, TEXT = 0x24, 0x07
NEW_T4 = b"\x02"  # minutes
#: A code -> another of the same meaning, or a more general one (10).
COARSER = {0x65: 0x64, 0x72: 0x64, 0x9B: 0xA3, 0xA3: 0xA0}


def speaking(base: type[Firmware], **parts: type) -> type[Firmware]:
    """With other parts of its dialogue with the register."""
    return base.with_parts(Dialogue=type("Dialogue", (base.Dialogue,), parts))


def says_nothing_meanwhile(base: type[Firmware]) -> type[Firmware]:
    """2.1: the register allows 04 FF by its config byte; no rule has a terminal send any."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def tell(self, what: Telling) -> None:
            """Nothing."""

        def _pulse(self) -> None:
            """Nothing."""

    return base.with_parts(Dialogue=Dialogue)


def shows_its_register_its_display(base: type[Firmware]) -> type[Firmware]:
    """3.7: 04 FF may bring a new T4, and the text of the display in TLV 24."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def say(self, apdu: zvt.Apdu) -> zvt.Apdu | None:
            if apdu.command == zvt.INTERMEDIATE_STATUS:
                shown = self.firmware.screen.shown.encode("cp437", "replace")[:60]
                box = tlv.build([(TEXTS, tlv.build([(TEXT, shown)]))])
                more = NEW_T4 + zvt.write_fields({zvt.TLV_CONTAINER: box})
                apdu = zvt.Apdu(apdu.command, apdu.payload + more)
            answer: zvt.Apdu | None = super().say(apdu)
            return answer

    return base.with_parts(Dialogue=Dialogue)


def aborts_without_a_result(base: type[Firmware]) -> type[Firmware]:
    """2.2: what fails may end by 06 1E alone, whose code says why."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def confirm(self, outcome: Outcome) -> bool:
            return bool(super().confirm(outcome)) if outcome.outcome == "approved" else True

    return base.with_parts(Dialogue=Dialogue)


def completes_with_data(base: type[Firmware]) -> type[Firmware]:
    """3.2: 06 0F may carry what the register does not ask for."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def complete(self, payload: bytes = b"") -> bool:
            more = {zvt.STATUS_BYTE: b"\x60", zvt.TERMINAL_ID: self.answers.terminal_id()}
            return bool(super().complete(payload or zvt.write_fields(more)))

    return base.with_parts(Dialogue=Dialogue)


def knows_a_register_by_its_connection(base: type[Firmware]) -> type[Firmware]:
    """2.1 and 10 (6B): who has not registered on this connection is refused."""

    class Commands(base.Dialogue.Commands):  # type: ignore[name-defined, misc]
        knows = False

        def carry_out(self, apdu: zvt.Apdu, hindrance: int | None) -> None:
            if not self.knows and apdu.command not in FOR_ALL:
                raise Refused(NOT_REGISTERED)
            super().carry_out(apdu, hindrance)
            self.knows = self.knows or apdu.command == zvt.REGISTRATION

    return speaking(base, Commands=Commands)


def tells_little(base: type[Firmware]) -> type[Firmware]:
    """3.1: of 04 0F a register needs result, amount and receipt number; all else is optional."""

    class Answers(base.Dialogue.Answers):  # type: ignore[name-defined, misc]
        def result(self, outcome: Outcome) -> bytes:
            rows: Rows = {zvt.RESULT: bytes([self.result_code(outcome)])}
            if outcome.outcome == "approved":
                told = outcome.amount if outcome.balance is None else outcome.balance
                rows[zvt.AMOUNT] = zvt.bcd(told, 6)
                rows[zvt.RECEIPT] = zvt.bcd(outcome.receipt, 2)
            return self.fields(rows, self.extended(outcome.cause))  # type: ignore[no-any-return]

    return speaking(base, Answers=Answers)


def takes_its_time(base: type[Firmware]) -> type[Firmware]:
    """PA00P016, 5.2.5: a command is acknowledged within T3, five seconds."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def accept(self, *, last: bool = False) -> None:
            self._clock.sleep(3.0)
            super().accept(last=last)

    return base.with_parts(Dialogue=Dialogue)


def says_it_coarsely(base: type[Firmware]) -> type[Firmware]:
    """10: codes of the same class, without a text or a container."""

    class Answers(base.Dialogue.Answers):  # type: ignore[name-defined, misc]
        def code_of(self, cause: str) -> int:
            made: int = super().code_of(cause)
            return COARSER.get(made, made)

        def fields(self, rows: Rows, objects: Objects | None = None) -> bytes:
            return zvt.write_fields({key: held for key, held in rows.items() if key != zvt.TEXT})

    return speaking(base, Answers=Answers)


def tells_no_state_while_it_sells(base: type[Firmware]) -> type[Firmware]:
    """2.2.6 and 10 (9C): who asks meanwhile may be told to wait."""

    class Commands(base.Dialogue.Commands):  # type: ignore[name-defined, misc]
        def carry_out(self, apdu: zvt.Apdu, hindrance: int | None) -> None:
            if apdu.command == zvt.STATUS_ENQUIRY and self._firmware.payment.turn.held:
                raise Refused(PLEASE_WAIT)
            super().carry_out(apdu, hindrance)

    return speaking(base, Commands=Commands)


def has_few_functions(base: type[Firmware]) -> type[Firmware]:
    """10 (83): who has no self-test, no diagnosis and no totals refuses them as not possible."""

    class Commands(base.Dialogue.Commands):  # type: ignore[name-defined, misc]
        def carry_out(self, apdu: zvt.Apdu, hindrance: int | None) -> None:
            if apdu.command in (zvt.SELF_TEST, zvt.DIAGNOSIS, zvt.TOTALS):
                raise Refused(NOT_POSSIBLE)
            super().carry_out(apdu, hindrance)

    return speaking(base, Commands=Commands)


def hangs_up_after_failures(base: type[Firmware]) -> type[Firmware]:
    """PA00P016, 5.2: a connection may go after any dialogue, and so after some of them only."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def abort(self, payload: bytes) -> None:
            super().abort(payload)
            self._part()

    return base.with_parts(Dialogue=Dialogue)


def prints_before_the_result(base: type[Firmware]) -> type[Firmware]:
    """3.6: a receipt in one block (06 D3), and no rule has 04 0F come before it."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def confirm(self, outcome: Outcome) -> bool:
            heard = True
            if self._by_lines and outcome.outcome == "approved" and outcome.receipt:
                heard = self._print_for(outcome)
            heard = heard and self.tell_result(outcome)
            return heard or bool(self._mirrors)

        def _say_lines(self, texts: list[str]) -> bool:
            return is_yes(self.say(zvt_messages.write_print_block(texts, CHIP_RECEIPT)))

    return base.with_parts(Dialogue=Dialogue)


def counts_for_its_register(base: type[Firmware]) -> type[Firmware]:
    """ZVT does not say what the trace number (BMP 0B) counts: here it is no host's number."""

    class Answers(base.Dialogue.Answers):  # type: ignore[name-defined, misc]
        def result(self, outcome: Outcome) -> bytes:
            return super().result(replace(outcome, stan=outcome.stan + 7000))  # type: ignore[no-any-return]

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def transact(self, asked: Asked, register: Register) -> Outcome:
            known = replace(asked, stan=max(0, asked.stan - 7000))
            return super().transact(known, register)  # type: ignore[no-any-return]

    return speaking(base, Answers=Answers).with_parts(Payment=Payment)


def hangs_up_after_each_command(base: type[Firmware]) -> type[Firmware]:
    """No rule of ZVT keeps a connection open between two dialogues."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def say_last(self, apdu: zvt.Apdu) -> bool:
            heard = bool(super().say_last(apdu))
            self._part()
            return heard

    return base.with_parts(Dialogue=Dialogue)


def has_bytes_only(base: type[Firmware]) -> type[Firmware]:
    """No TLV containers, no texts: what ZVT's one byte can say."""

    class Answers(base.Dialogue.Answers):  # type: ignore[name-defined, misc]
        def fields(self, rows: Rows, objects: Objects | None = None) -> bytes:
            return zvt.write_fields({key: held for key, held in rows.items() if key != zvt.TEXT})

    return speaking(base, Answers=Answers)
