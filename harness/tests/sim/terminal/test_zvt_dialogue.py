"""The terminal's side of ZVT, byte by byte, against a register that is not ours."""

from collections.abc import Callable

import pytest

from harness.errors import PortLost
from harness.ports.memory import MemoryPort, pair
from harness.tests.sim.terminal.stage import Stage
from harness.wire import tlv, zvt, zvt_codes, zvt_messages

ACK = bytes.fromhex("80 00 00")
REGISTER = "06 00 08 000000 08 0156 06 00"
SALE = "06 01 07 04 000000001000"
REPEAT = "06 20 05 000000 03 03"
STATUS = "05 01 07 000000 03 04 06 00"
Answer = Callable[[zvt.Apdu], bytes | None]


def yes(said: zvt.Apdu) -> bytes:
    """80 00 00 to everything."""
    return ACK


class Register:
    """Somebody's register: hex in, messages out; ``answer`` says what each is answered."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.port: MemoryPort
        self.port, theirs = pair(stage.clock, "register")
        stage.terminal.outlets["zvt"](theirs)
        self._deframer = zvt.Deframer()
        self._heard: list[zvt.Apdu] = []

    def send(self, octets: str) -> None:
        """Write."""
        self.port.write(bytes.fromhex(octets))

    def hear(self, within: float = 200.0) -> zvt.Apdu:
        """The next message."""
        until = self.stage.clock.now() + within
        while not self._heard:
            chunk = self.port.read(until)
            assert chunk is not None, "nothing was said"
            self._heard += self._deframer.feed(chunk.data)
        return self._heard.pop(0)

    def ask(self, octets: str) -> str:
        """A command, and how it is answered at once."""
        self.send(octets)
        said = self.hear(5.0)
        return said.to_bytes().hex(" ").upper()

    def follow(self, answer: Answer = yes, *, card: bool = False) -> list[zvt.Apdu]:
        """All that follows, up to 06 0F or 06 1E."""
        said: list[zvt.Apdu] = []
        while not said or said[-1].command not in (zvt.COMPLETION, zvt.ABORT_BY_PT):
            said.append(self.hear())
            octets = answer(said[-1])
            if octets is not None:
                self.port.write(octets)
            if card and said[-1].payload[:1] == b"\x0a":
                self.stage.slot.insert(self.stage.deck["chip"])
        self.stage.slot.remove()
        return said

    def sell(self, answer: Answer = yes, command: str = SALE) -> list[zvt.Apdu]:
        """A sale with a card."""
        assert self.ask(command) == "80 00 00"
        return self.follow(answer, card=True)


def play(story: Callable[[Stage, Register], None], register: str = REGISTER) -> Stage:
    """A story with a terminal that is ready and a register that is registered."""
    stage = Stage()

    def main() -> None:
        stage.power()
        assert stage.ready()
        one = Register(stage)
        if register:
            assert one.ask(register) == "80 00 00"
            one.follow()
        story(stage, one)

    stage.play(main)
    return stage


def results(said: list[zvt.Apdu]) -> list[zvt.Fields]:
    """The fields of every 04 0F."""
    return [
        zvt.read_fields(one.payload) for one in said if one.command == zvt.STATUS_INFORMATION
    ]  # fmt: skip


def on_result(*answers: bytes) -> Answer:
    """These answers to 04 0F, one after another; 80 00 00 to everything else."""
    left = list(answers)

    def answer(said: zvt.Apdu) -> bytes:
        return left.pop(0) if said.command == zvt.STATUS_INFORMATION and left else ACK

    return answer


def test_a_sale_tells_what_the_specification_lists() -> None:
    """3.1.1: result, amount, trace, time, date, masked number, terminal, authorisation, receipt."""

    def story(stage: Stage, one: Register) -> None:
        (fields,) = results(one.sell())
        assert not fields.rest
        assert fields.byte(zvt.RESULT) == 0
        assert fields.number(zvt.AMOUNT) == 1000
        assert fields.pan() == "999999******0014"
        assert fields.number(zvt.RECEIPT) == 1
        assert fields.tlv(0x1F1F) == fields.values[zvt.RECEIPT]
        assert {zvt.TRACE, zvt.TIME, zvt.DATE, zvt.TERMINAL_ID, zvt.AUTH_CODE} <= set(fields.values)

    play(story)


def test_a_currency_is_told_to_who_named_one() -> None:
    """3.1.1: else it is left out."""

    def story(stage: Stage, one: Register) -> None:
        (without,) = results(one.sell())
        (named,) = results(one.sell(command="06 01 0A 04 000000001000 49 0156"))
        assert zvt.CURRENCY not in without
        assert named.number(zvt.CURRENCY) == 156

    play(story, register="06 00 04 000000 08")


def test_no_container_goes_to_who_did_not_ask_for_one() -> None:
    """9.2.2: BMP 06 in the registration or in the command; a log-off (2.24) ends it."""

    def story(stage: Stage, one: Register) -> None:
        assert zvt.TLV_CONTAINER in results(one.sell())[0]
        assert one.ask("06 02 00") == "80 00 00"
        assert one.ask("06 00 06 000000 08 0156") == "80 00 00"
        one.follow()
        assert zvt.TLV_CONTAINER not in results(one.sell())[0]
        assert zvt.TLV_CONTAINER in results(one.sell(command="06 01 09 04 000000001000 06 00"))[0]

    play(story)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("06 00 06 000000 08 0978", "84 1E 03 6F 01 56"),
        ("06 01 0A 04 000000001000 49 0978", "84 1E 03 6F 01 56"),
        ("06 00 06 999999 08 0156", "84 83 00"),
        ("06 30 06 999999 87 0001", "84 83 00"),
        ("06 50 03 999999", "84 83 00"),
        ("06 50 00", "84 83 00"),
        ("06 01 00", "84 9A 00"),
        ("06 01 07 04 0000000010AA", "84 9A 00"),
        ("06 01 03 04 0000", "84 9A 00"),
        ("06 01 09 04 000000001000 77 00", "84 83 00"),  # 13: an unknown BMP
        ("06 23 03 87 0001", "84 83 00"),
        ("06 91 05 000000 AA 26", "84 9A 00"),
        ("06 91 0B 000000 AA 26AA02 0C 081559", "84 9A 00"),
        ("06 12 03 000000", "84 9A 00"),
        ("0F 77 00", "84 83 00"),
    ],
)
def test_what_cannot_be_is_refused_and_the_dialogue_goes_on(command: str, answer: str) -> None:
    """At once, and nothing has begun."""

    def story(stage: Stage, one: Register) -> None:
        assert one.ask(command) == answer
        assert one.ask(STATUS) == "80 00 00"
        one.follow()

    play(story)


def test_a_register_that_is_not_ready_is_told_again() -> None:
    """2.2.6: 84 9C, two seconds, the same result; 84 00 is a yes."""

    def story(stage: Stage, one: Register) -> None:
        since = stage.clock.now()
        said = one.sell(on_result(*[bytes.fromhex("84 9C 00")] * 3, bytes.fromhex("84 00 00")))
        assert len(results(said)) == 4
        assert said[-1].command == zvt.COMPLETION
        assert stage.clock.now() - since > 6.0

    assert not play(story).of("request_sent", mti="0400")


@pytest.mark.parametrize(
    ("answers", "command"),
    [
        (["84 CC 00"], SALE),
        (["84 9C 00"] * 3, "06 01 09 04 000000001000 02 02"),  # at most two repeats
    ],
)
def test_a_register_that_says_no_has_the_sale_undone(answers: list[str], command: str) -> None:
    """2.2.6 c: any other 84 xx, or too many 84 9C; told by another 04 0F with 6C."""

    def story(stage: Stage, one: Register) -> None:
        said = one.sell(on_result(*map(bytes.fromhex, answers)), command)
        assert results(said)[-1].byte(zvt.RESULT) == zvt_codes.CANCELLED
        assert said[-1].payload[:1] == b"\x6c"
        assert stage.until(lambda: bool(stage.of("reversal_done")), 60.0)

    play(story)


def test_silence_for_t3_ends_the_connection_and_the_sale() -> None:
    """PA00P016, 5.2.5: the socket is closed; 2.2.8: reversed; 06 20 tells the next connection."""

    def story(stage: Stage, one: Register) -> None:
        with pytest.raises(PortLost):
            one.sell(lambda said: None if said.command == zvt.STATUS_INFORMATION else ACK)
        assert stage.until(lambda: bool(stage.of("reversal_done")), 60.0)
        two = Register(stage)
        assert two.ask(REPEAT) == "80 00 00"
        assert results(two.follow())[0].byte(zvt.RESULT) != 0

    play(story)


def test_a_register_that_goes_while_a_card_is_awaited_ends_the_sale() -> None:
    """PA00P016, 5.2.5: what loses its socket is broken off; nothing is sent."""

    def story(stage: Stage, one: Register) -> None:
        assert one.ask(SALE) == "80 00 00"
        one.hear()
        one.port.close()
        assert stage.ready(30.0)
        assert stage.sell(700).outcome == "approved"

    assert len(play(story).of("request_sent", mti="0200")) == 1


def test_waiting_long_is_said_again_and_again() -> None:
    """04 FF now and then, so that no T4 runs out while the host is asked."""

    def story(stage: Stage, one: Register) -> None:
        stage.misbehave("delay", "0200", by=58.0)
        said = one.sell()
        waits = [one for one in said if one.payload[:1] == b"\x04" and len(one.payload) == 1]
        assert len(waits) >= 2
        assert said[-1].command == zvt.COMPLETION

    play(story)


def test_one_dialogue_at_a_time() -> None:
    """In mid-dialogue a command is refused, on this connection and on any other."""

    def story(stage: Stage, one: Register) -> None:
        assert one.ask(SALE) == "80 00 00"
        assert one.hear().payload[:1] == b"\x0a"
        assert one.ask(SALE) == "84 9C 00"
        two = Register(stage)
        assert two.ask(SALE) == "84 9C 00"
        assert two.ask(STATUS) == "80 00 00"
        status = zvt_messages.read_status_answer(two.follow()[-1].payload)[1]
        assert status == 0x9C
        one.port.write(ACK)
        assert one.ask("06 B0 00") == "80 00 00"
        assert one.follow()[-1].payload[:1] == b"\x6c"
        assert one.sell()[-1].command == zvt.COMPLETION

    play(story)


def test_a_command_in_the_same_segment_as_the_last_acknowledgement_is_taken() -> None:
    """The dialogue is over when 06 0F is acknowledged, however the bytes come."""

    def story(stage: Stage, one: Register) -> None:
        assert one.ask(STATUS) == "80 00 00"
        assert one.hear().command == zvt.COMPLETION
        one.port.write(ACK + bytes.fromhex(STATUS))
        assert one.hear(5.0) == zvt.ACK
        one.follow()

    play(story)


def test_an_abort_right_behind_its_command_counts() -> None:
    """Both in one segment: the sale ends before a card is asked for, or there."""

    def story(stage: Stage, one: Register) -> None:
        one.send(SALE + "06 B0 00")
        said = one.follow()
        assert said[-1].payload[:1] == b"\x6c"

    assert not play(story).of("request_sent", mti="0200")


def test_the_state_is_told_as_it_is_asked_for() -> None:
    """2.56: with and without version, locks only where the service byte wants them."""

    def story(stage: Stage, one: Register) -> None:
        assert one.ask(STATUS) == "80 00 00"
        version, status, fields = zvt_messages.read_status_answer(one.follow()[-1].payload)
        assert (bool(version), status, fields.tlv(0x1F55)) == (True, 0, b"\x00\x00")
        assert one.ask("05 01 05 000000 03 02") == "80 00 00"
        assert one.follow()[-1].payload == b"\x00"
        assert one.ask("05 01 00") == "80 00 00"
        one.follow()
        stage.terminal.body.put("paper", "out")
        stage.clock.sleep(1.0)
        assert one.ask(STATUS) == "80 00 00"
        _, status, fields = zvt_messages.read_status_answer(one.follow()[-1].payload)
        assert status == 0xCC
        assert fields.tlv(0x1F16) == bytes.fromhex("0706")

    play(story)


def test_the_last_result_is_told_by_the_service_byte() -> None:
    """2.20: without bit 0 no 04 0F; bit 1 keeps paper."""

    def story(stage: Stage, one: Register) -> None:
        one.sell()
        printed = len(stage.of("printed"))
        assert one.ask(REPEAT) == "80 00 00"
        assert results(one.follow())[0].number(zvt.AMOUNT) == 1000
        assert len(stage.of("printed")) == printed
        assert one.ask("06 20 03 000000") == "80 00 00"
        assert not results(one.follow())
        assert stage.of("printed")[-1]["copy"]
        assert one.ask("06 12 05 000000 0001") == "80 00 00"
        assert one.follow()[-1].command == zvt.COMPLETION
        assert len(stage.of("printed", copy=True)) == 2
        assert one.ask("06 12 07 000000 0005 0009") == "80 00 00"
        assert one.follow()[-1].command == zvt.ABORT_BY_PT

    play(story)


def test_a_card_is_read_without_a_completion() -> None:
    """2.21: the 04 0F is the last word; the number is masked, and no track leaves."""

    def story(stage: Stage, one: Register) -> None:
        assert one.ask("06 C0 03 3C 19 50") == "80 00 00"
        assert one.hear().payload[:1] == b"\x0a"
        one.port.write(ACK)
        stage.slot.insert(stage.deck["chip"])
        said = one.hear()
        while said.command == zvt.INTERMEDIATE_STATUS:
            one.port.write(ACK)
            said = one.hear()
        one.port.write(ACK)
        fields = zvt.read_fields(said.payload)
        assert (said.command, fields.pan()) == (zvt.STATUS_INFORMATION, "999999******0014")
        assert not {zvt.TRACK_1, zvt.TRACK_2, zvt.TRACK_3} & set(fields.values)
        stage.slot.remove()
        assert one.sell()[-1].command == zvt.COMPLETION

    play(story)


def test_receipts_are_printed_by_the_register_line_by_line() -> None:
    """3.5, 2.2.8: the sale stands when each line is acknowledged; the terminal prints nothing."""

    def story(stage: Stage, one: Register) -> None:
        said = one.sell()
        lines = [
            line for one in said if one.command == zvt.PRINT_LINE
            for line in zvt_messages.read_print_line(one.payload)
        ]  # fmt: skip
        assert [line.last for line in lines] == [False] * (len(lines) - 1) + [True]
        assert any("999999***0014" in line.text for line in lines)
        assert not stage.of("printed")
        assert one.ask("06 20 05 000000 03 00") == "80 00 00"
        copy = one.follow()
        assert b"DUPLICATE" in copy[0].payload
        refusing = one.sell(lambda one: bytes.fromhex("84 CC 00") if one.command == zvt.PRINT_LINE
                            else ACK)  # fmt: skip
        assert refusing[-1].command == zvt.ABORT_BY_PT
        assert stage.until(lambda: bool(stage.of("reversal_done")), 60.0)

    play(story, register="06 00 08 000000 8A 0156 06 00")


def mirrored(number: str) -> str:
    """A sale of 10.00 that gives a receipt number back."""
    container = tlv.build([(0x1F1F, bytes.fromhex(number))])
    payload = bytes.fromhex("04 000000001000") + zvt.write_fields({zvt.TLV_CONTAINER: container})
    return zvt.Apdu(zvt.AUTHORISATION, payload).to_bytes().hex()


@pytest.mark.parametrize(
    ("number", "undone"), [("0000", True), ("0001", False), ("", False), ("0009", False)]
)
def test_a_mirrored_receipt_number_undoes_what_the_register_never_heard_of(
    number: str, undone: bool
) -> None:
    """4.2: one behind, the last transaction is undone; equal, unknown or empty, it stands."""

    def story(stage: Stage, one: Register) -> None:
        with pytest.raises(PortLost):
            one.sell(
                lambda said: None if said.command == zvt.STATUS_INFORMATION else ACK, mirrored("")
            )
        stage.slot.remove()
        assert stage.ready()
        two = Register(stage)
        (fields,) = results(two.sell(command=mirrored(number)))
        assert fields.byte(zvt.RESULT) == 0

    stage = play(story)
    assert not stage.of("request_sent", mti="0400")
    assert len(stage.of("approved")) == (3 if undone else 2)


def test_totals_and_open_preauthorisations_are_told() -> None:
    """3.1.3 and 2.10.1."""

    def story(stage: Stage, one: Register) -> None:
        one.sell()
        one.sell(command="06 22 07 04 000000005000")
        assert one.ask("06 10 03 000000") == "80 00 00"
        (fields,) = results(one.follow())
        totals = zvt_messages.read_totals(fields.values[zvt.SINGLE_TOTALS])
        assert (fields.number(zvt.AMOUNT), totals.first, totals.last, totals.count) == (
            1000, 1, 2, 1,
        )  # fmt: skip
        assert one.ask("06 23 03 87 FFFF") == "80 00 00"
        assert one.follow()[-1].payload[:4] == bytes.fromhex("B8 87 0002")
        assert one.ask("06 25 03 87 0002") == "80 00 00"
        one.follow()
        assert one.ask("06 23 03 87 FFFF") == "80 00 00"
        assert one.follow()[-1].payload[:4] == bytes.fromhex("B8 87 FFFF")
        assert one.ask("06 51 03 000000") == "80 00 00"
        assert one.follow()[-1].command == zvt.COMPLETION

    play(story)


def test_time_is_set_and_told() -> None:
    """2.25 and 2.17.4."""

    def story(stage: Stage, one: Register) -> None:
        now = stage.terminal.wall_time()
        wrong = f"06 91 0B 000000 AA {now:%y%m%d} 0C 235900"
        assert one.ask(wrong) == "80 00 00"
        assert one.follow()[-1].command == zvt.COMPLETION
        assert stage.terminal.wall_time().hour == 23
        assert one.ask("06 70 00") == "80 00 00"
        told = [one for one in one.follow() if one.command == zvt.SET_ECR_TIME]
        assert zvt.read_fields(told[0].payload).number(zvt.FULL_DATE) == int(f"{now:%y%m%d}")

    play(story)


def test_a_reset_restarts_it() -> None:
    """2.44: completed first."""

    def story(stage: Stage, one: Register) -> None:
        assert one.ask("06 18 00") == "80 00 00"
        assert one.follow()[-1].command == zvt.COMPLETION
        stage.clock.sleep(1.0)
        stage.power()
        assert stage.until(lambda: len(stage.of("boot")) == 2, 60.0)
        assert stage.ready()

    play(story)


def test_nothing_is_sold_before_the_start_is_over() -> None:
    """A register that is connected early is told to wait; its status is answered."""
    stage = Stage()

    def main() -> None:
        stage.power()
        while stage.terminal.running is None:
            stage.clock.sleep(0.01)
        one = Register(stage)
        while not stage.of("state"):
            assert one.ask(SALE) == "84 9C 00"
            stage.clock.sleep(0.2)
        assert one.ask(STATUS) == "80 00 00"
        assert zvt_messages.read_status_answer(one.follow()[-1].payload)[1] == 0x9C
        assert stage.ready()
        assert one.ask(SALE) == "80 00 00"

    stage.play(main)


def test_what_a_register_takes_outlasts_its_connection() -> None:
    """9.2.2: registered with a container, the next connection is told more than a byte."""

    def story(stage: Stage, one: Register) -> None:
        one.port.close()
        assert zvt.TLV_CONTAINER in results(Register(stage).sell())[0]

    play(story)


def test_the_makers_own_command_signs_off_at_the_host() -> None:
    """Class 0F; signed off, a sale is refused until 06 93."""

    def story(stage: Stage, one: Register) -> None:
        assert one.ask("0F 02 03 000000") == "80 00 00"
        assert one.follow()[-1].command == zvt.COMPLETION
        assert one.sell()[-1].payload[:1] == b"\x85"
        assert one.ask("06 93 03 000000") == "80 00 00"
        assert one.follow()[-1].command == zvt.COMPLETION
        assert one.sell()[-1].command == zvt.COMPLETION

    play(story)
