"""The register's side of ZVT, against written dialogues."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.drivers._zvt_link import HANGS_UP
from harness.drivers.zvt import Driver
from harness.errors import DeviceRefused, PortLost, PortTimeout, RigError
from harness.model.roles import SaleResult, Terminal, Watched
from harness.testing import Pair
from harness.tests.drivers.zvt_talk import (
    ACK,
    AMOUNT,
    APPROVED,
    REGISTER,
    REPEAT,
    SALE,
    Dying,
    Redialled,
    dialogue,
)


def test_it_plays_terminal_and_is_watched() -> None:
    """The roles are found by their methods."""
    with dialogue([], sign_on=False) as (zvt, _, _port):
        assert isinstance(zvt, Terminal)
        assert isinstance(zvt, Watched)


def test_an_approved_sale_is_told_step_by_step() -> None:
    """Every message is acknowledged, every status observed with what it asks of the cardholder."""
    with dialogue(APPROVED) as (zvt, heard, _):
        result = zvt.sell(AMOUNT)

    assert result == SaleResult(
        "approved", code="00", trace=42, receipt=7, amount=1234, currency="156", text="no error"
    )
    assert heard.of("ecr_status") == [
        {"code": "0A", "text": "insert card", "asks": "insert"},
        {"code": "04", "text": "waiting for the host"},
    ]
    assert heard.of("ecr_result") == [{"code": "00", "text": "no error", "trace": 42}]
    assert heard.of("report") == []


def failing(code: str, tlv: str = "") -> Sequence[Pair]:
    """A sale that the terminal ends with a result and an abort."""
    fields = bytes.fromhex(f"27 {code} 0B 000042") + bytes.fromhex(tlv)
    result = bytes.fromhex("04 0F") + bytes([len(fields)]) + fields
    return [
        (bytes.fromhex(SALE), bytes.fromhex(ACK) + result),
        (ACK, f"06 1E 01 {code}"),
        (ACK, None),
    ]


@pytest.mark.parametrize(
    ("code", "outcome", "cause"),
    [
        ("05", "declined", "card_declined"),
        ("33", "declined", "card_declined"),  # host code 51
        ("36", "declined", "card_expired"),  # host code 54
        ("61", "failed", "terminal_disabled"),  # host code 97
        ("5B", "failed", "host_error"),  # host code 91
        ("6C", "failed", "cancelled"),
        ("64", "failed", "card_unreadable"),
        ("A1", "failed", "host_silent"),
        ("A3", "failed", "host_unreachable"),
        ("9B", "failed", "host_unreachable"),
        ("BF", "failed", "supply_low"),
        ("83", "failed", ""),
    ],
)
def test_a_code_tells_the_issuers_no_from_a_fault(code: str, outcome: str, cause: str) -> None:
    """Only the issuer declines; a communication fault is a fault, with its cause, told once."""
    with dialogue(failing(code)) as (zvt, heard, _):
        result = zvt.sell(AMOUNT)

    assert (result.outcome, result.cause, result.code) == (outcome, cause, code)
    assert result.trace == 42
    assert [one["cause"] for one in heard.of("report")] == ([cause] if cause else [])
    assert all(one["on"] == "ecr" and one["code"] == code for one in heard.of("report"))


def test_a_terminals_own_words_beat_the_byte(tmp_path: Path) -> None:
    """TLV 1F16 and 1F17 name causes for which ZVT has no code."""
    words = tmp_path / "zvt.yaml"
    words.write_text(
        'extended: {"0031": no_signal}\ntexts: [{match: "plan.*used up", cause: data_exhausted}]',
        encoding="utf-8",
    )
    by_code = "06 05 1F 16 02 00 31"
    text = b"Data plan is USED UP"
    by_text = (bytes([6, 3 + len(text), 0x1F, 0x17, len(text)]) + text).hex()
    with dialogue(failing("A3", by_code), personality=str(words)) as (zvt, heard, _):
        assert zvt.sell(AMOUNT).cause == "no_signal"
        assert heard.of("report")[0]["cause"] == "no_signal"
    with dialogue(failing("FF", by_text), personality=str(words)) as (zvt, heard, _):
        result = zvt.sell(AMOUNT)
    assert result.cause == "data_exhausted"
    assert "USED UP" in heard.of("report")[0]["text"]


def test_a_byte_that_blames_the_issuer_is_told_beside_the_terminals_own_words(
    tmp_path: Path,
) -> None:
    """A register without the maker's codes reads the byte alone: both causes are told."""
    words = tmp_path / "zvt.yaml"
    words.write_text('extended: {"0031": no_signal}', encoding="utf-8")
    with dialogue(failing("05", "06 05 1F 16 02 00 31"), personality=str(words)) as (zvt, heard, _):
        zvt.sell(AMOUNT)

    assert [one["cause"] for one in heard.of("report")] == ["no_signal", "card_declined"]


@pytest.mark.parametrize(("counts", "told"), [("host", (42, None)), ("own", (None, 42))])
def test_what_the_trace_number_counts_is_the_models(
    counts: str, told: tuple[int | None, int | None], tmp_path: Path
) -> None:
    """ZVT does not say that it is field 11: only a model's file can."""
    words = tmp_path / "zvt.yaml"
    words.write_text(f"trace: {counts}", encoding="utf-8")
    with dialogue(APPROVED, personality=str(words)) as (zvt, heard, _):
        result = zvt.sell(AMOUNT)

    assert (result.stan, result.trace) == told
    assert [(one.get("stan"), one.get("trace")) for one in heard.of("ecr_result")] == [told]


def test_a_wrong_personality_is_the_rigs_trouble(tmp_path: Path) -> None:
    """Neither a missing file nor a broken pattern gets as far as the terminal."""
    wrong = tmp_path / "zvt.yaml"
    wrong.write_text("texts: [{match: '(', cause: no_signal}]", encoding="utf-8")
    odd = tmp_path / "odd.yaml"
    odd.write_text("trace: bank", encoding="utf-8")

    for personality in (str(wrong), "nobody"):
        with pytest.raises(RigError, match="personality"):
            Driver(Redialled([[]]), personality=personality)
    with pytest.raises(RigError, match=r"trace is host .* or own, not 'bank'"):
        Driver(Redialled([[]]), personality=str(odd))


def test_an_abort_without_a_result_fails_the_sale() -> None:
    """A reader fault on the wire: 04 FF 0A, then 06 1E 64."""
    talk = [(SALE, ACK + "04 FF 01 0A"), (ACK, "06 1E 01 64"), (ACK, None)]
    with dialogue(talk) as (zvt, heard, _):
        result = zvt.sell(AMOUNT)

    assert (result.outcome, result.cause, result.code) == ("failed", "card_unreadable", "64")
    assert heard.of("ecr_result") == [
        {"code": "64", "text": "card not readable (LRC or parity)"},
    ]


def test_a_refusal_fails_the_sale() -> None:
    """84 xx instead of the acknowledgement: it has not begun."""
    with dialogue([(SALE, "84 CC 00")]) as (zvt, heard, _):
        result = zvt.sell(AMOUNT)

    assert (result.outcome, result.cause, result.code) == ("failed", "printer_fault", "CC")
    assert heard.of("report")[0]["cause"] == "printer_fault"


@pytest.mark.parametrize("heard_until", [0, 1, 2, 3])
def test_a_link_lost_in_a_sale_makes_it_unknown(heard_until: int) -> None:
    """Before the result, and after it too: an acknowledgement may not have arrived."""
    talk = [*APPROVED[:heard_until], (APPROVED[heard_until][0], PortLost("reset"))]

    with dialogue(talk) as (zvt, heard, _):
        result = zvt.sell(AMOUNT)

    assert result.outcome == "unknown"
    assert "reset" in heard.of("ecr_status")[-1]["text"]
    assert result.trace == (42 if heard_until == 3 else None)


def test_a_completed_sale_stands_even_if_the_last_acknowledgement_is_lost() -> None:
    """06 0F was read, so the register knows."""
    talk = [*APPROVED[:-2], (ACK, "06 0F 00")]
    with dialogue([*talk, (ACK, PortLost("reset"))]) as (zvt, _, _port):
        assert zvt.sell(AMOUNT).outcome == "approved"


@pytest.mark.parametrize(("at", "outcome"), [(2, "unknown"), (3, "approved")])
def test_an_acknowledgement_that_cannot_be_written_is_not_forgotten(at: int, outcome: str) -> None:
    """Without it the terminal reverses after 04 0F; after 06 0F the sale stands."""
    last = str(APPROVED[at][1])
    port = Dying([REGISTER, (ACK, None), *APPROVED[: at + 1]], last)
    zvt = Driver(port)

    result = zvt.sell(AMOUNT)

    assert (result.outcome, result.trace) == (outcome, 42)


def test_a_success_that_is_aborted_afterwards_is_unknown() -> None:
    """A result of 00 and then 06 1E: only the terminal can say what became of it."""
    talk = [*APPROVED[:3], (ACK, "06 1E 01 CC"), (ACK, None)]
    with dialogue(talk) as (zvt, _, _port):
        result = zvt.sell(AMOUNT)

    assert (result.outcome, result.cause) == ("unknown", "printer_fault")


def test_no_acknowledgement_within_t3_closes_the_connection() -> None:
    """The sale may have been heard, so it is unknown and it is not sent again."""
    with dialogue([(SALE, None)], answer_within=5.0) as (zvt, _, port):
        result = zvt.sell(AMOUNT)

        assert result.outcome == "unknown"
        assert port.clock.now() == pytest.approx(HANGS_UP + 5.0)
        assert len([one for one in port.said if one == bytes.fromhex(SALE)]) == 1
        assert port.readable, "the port is closed"


def test_t4_starts_again_with_every_sign_of_life() -> None:
    """180 s of silence end a sale, not 180 s of work."""
    with dialogue([*APPROVED[:2], (ACK, None)]) as (zvt, _, port):
        port.clock.call_at(100.0, lambda: port.put_arrived(bytes.fromhex("04 FF 01 0E")))
        port._talk.append((ACK, None))
        result = zvt.sell(AMOUNT)

        assert result.outcome == "unknown"
        assert port.clock.now() == pytest.approx(280.0)


def test_a_terminal_that_is_off_fails_the_sale_because_nothing_was_sent() -> None:
    """Three attempts to connect, a second apart, and not one byte."""
    with dialogue([], sign_on=False, tries=3, pause=1.0) as (zvt, _, port):
        port.put_lost("not open")
        result = zvt.sell(AMOUNT)

        assert result.outcome == "failed"
        assert "refused" in result.text
        assert port.opened == 3
        assert port.clock.now() == pytest.approx(2.0)
        assert port.said == []


def test_a_terminal_that_is_busy_is_asked_again() -> None:
    """84 9C: what it was asked was not begun, so asking again sells nothing twice."""
    with dialogue([(SALE, "84 9C 00"), (SALE, "84 9C 00"), *APPROVED]) as (zvt, _, port):
        result = zvt.sell(AMOUNT)

        assert result.outcome == "approved"
        assert port.clock.now() == pytest.approx(HANGS_UP + 2.0)


def test_a_terminal_that_stays_busy_has_refused_the_sale() -> None:
    """Ten seconds later the cashier hears of it."""
    with dialogue([(SALE, "84 9C 00")] * 11) as (zvt, _, _port):
        result = zvt.sell(AMOUNT)

    assert (result.outcome, result.code) == ("failed", "9C")


@pytest.mark.parametrize("command", ["06 01", "06 20", "08 10"])
def test_a_terminal_that_has_forgotten_its_register_is_told_again(command: str) -> None:
    """84 6B: it has started anew behind a line that stands, and has begun nothing."""
    done = [(ACK, "06 0F 00"), (ACK, None)]
    asked: dict[str, tuple[Any, Sequence[Pair]]] = {
        "06 01": (lambda driver: driver.sell(AMOUNT), APPROVED),
        "06 20": (Driver.last_result, [(REPEAT, ACK + "04 0F 02 27 00"), *done]),
        "08 10": (Driver.start_update, [("08 10 00", ACK + "06 0F 00"), (ACK, None)]),
    }
    act, rest = asked[command]
    talk: Sequence[Pair] = [(rest[0][0], "84 6B 00"), REGISTER, (ACK, None), *rest]
    with dialogue(talk) as (zvt, heard, _):
        result = act(zvt)

    assert command == "08 10" or result.outcome == "approved"
    assert "6B" not in [one["code"] for one in heard.of("ecr_result")]


def test_a_terminal_that_knows_no_register_has_refused_the_sale() -> None:
    """It does not take the registration either."""
    with dialogue([(SALE, "84 6B 00"), (REGISTER[0], "84 85 00")]) as (zvt, _, _port):
        result = zvt.sell(AMOUNT)

    assert (result.outcome, result.code) == ("failed", "6B")


def test_a_new_connection_is_registered_before_anything_is_sold() -> None:
    """The terminal rebooted meanwhile; it must hear 06 00 again."""
    again = [REGISTER, (ACK, None), *APPROVED]
    with dialogue([], again) as (zvt, _, port):
        port.put_arrived(b"\x04\xff")  # half a message of the old connection
        port.put_lost("reset")
        assert zvt.sell(AMOUNT).outcome == "approved"
        assert port.opened == 1


def test_messages_that_come_before_the_acknowledgement_are_kept() -> None:
    """Two messages in one segment, in the wrong order, cut in the middle."""
    talk: Sequence[Pair] = [(SALE, "04 FF 01 0A 80 00"), *APPROVED[1:]]
    with dialogue(talk) as (zvt, heard, port):
        port.clock.call_at(1.0, lambda: port.put_arrived(b"\x00"))
        assert zvt.sell(AMOUNT).outcome == "approved"
    assert [one["code"] for one in heard.of("ecr_status")] == ["0A", "04"]


@pytest.mark.parametrize(
    ("late", "outcome"),
    [
        ("06 0F 00", "failed"),
        ("04 0F 09 27 00 04 000000009999", "failed"),
        ("06 1E 01 00", "failed"),
    ],
)
def test_a_late_end_of_the_last_sale_is_none_of_this_one(late: str, outcome: str) -> None:
    """It is acknowledged and passed over: this sale ends by its own messages."""
    talk = [(SALE, late), (ACK, ACK + "06 1E 01 6C"), (ACK, None)]
    with dialogue(talk) as (zvt, _, _port):
        result = zvt.sell(AMOUNT)

    assert (result.outcome, result.code) == (outcome, "6C")


def test_print_lines_are_acknowledged_and_other_wishes_refused() -> None:
    """06 D1 and 06 D3 belong to a sale; an input request of the terminal cannot be met."""
    talk: Sequence[Pair] = [
        (SALE, ACK + "06 D1 03 00 41 42"),
        (ACK, "04 0D 00"),
        ("84 83 00", "06 D3 02 06 00"),
        (ACK, "04 0F 02 27 00"),
        (ACK, "06 0F 00"),
        (ACK, None),
    ]
    with dialogue(talk) as (zvt, _, _port):
        assert zvt.sell(AMOUNT).outcome == "approved"


def test_a_torn_message_ends_the_connection_and_leaves_the_sale_unknown() -> None:
    """A field that is cut off is nonsense; the register cannot know."""
    with dialogue([(SALE, ACK + "04 0F 03 04 00 00"), (ACK, None)]) as (zvt, _, port):
        assert zvt.sell(AMOUNT).outcome == "unknown"
        assert port.readable


def test_a_torn_tlv_container_does_not_hide_the_result() -> None:
    """The code stands, the extension is left out."""
    with dialogue(failing("A1", "06 02 1F 16")) as (zvt, _, _port):
        assert zvt.sell(AMOUNT).cause == "host_silent"


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("04 0F 13 27 00 04 000000001234 0B 000042 87 0007 49 0156 06 0F 00", "approved"),
        ("04 0F 06 27 A1 0B 000042 06 0F 00", "failed"),
    ],
)
def test_the_last_result_is_asked_for(answer: str, result: str) -> None:
    """06 20 says what became of the last transaction."""
    talk = [(REPEAT, ACK + answer), (ACK, None), (ACK, None)]
    with dialogue(talk) as (zvt, _, _port):
        last = zvt.last_result()

    assert last is not None
    assert (last.outcome, last.trace) == (result, 42)


def test_no_last_transaction_and_no_answer_are_two_things() -> None:
    """None when the terminal has none; unknown when it does not say."""
    with dialogue([(REPEAT, ACK + "06 1E 01 83"), (ACK, None)]) as (zvt, _, _port):
        assert zvt.last_result() is None
    with dialogue([(REPEAT, "84 83 00")]) as (zvt, _, _port):
        assert zvt.last_result() is None
    with dialogue([(REPEAT, None)]) as (zvt, _, _port):
        last = zvt.last_result()
        assert last is not None
        assert last.outcome == "unknown"


STATUS = "05 01 07 000000 03 04 06 00"


def test_the_status_is_said_with_its_locks() -> None:
    """Version, status byte, TLV 1F55: each cause is a report to the register."""
    talk = [
        (STATUS, ACK + "06 0F 0F F0F0F4 312E3034 BF 06 05 1F55 02 00 80"),
        (ACK, None),
    ]
    with dialogue(talk) as (zvt, heard, _):
        assert zvt.status() == "BF"
    assert heard.of("terminal_status") == [{"code": "BF", "text": "supply voltage too low"}]
    assert [one["cause"] for one in heard.of("report")] == ["supply_low", "journal_fault"]


def test_a_ready_terminal_reports_nothing() -> None:
    """00 is ready."""
    with dialogue([(STATUS, ACK + "06 0F 01 00"), (ACK, None)]) as (zvt, heard, _):
        assert zvt.status() == "00"
    assert heard.of("report") == []


def test_a_status_without_an_answer_is_an_error() -> None:
    """Whoever asks whether the terminal is there must learn that it is not."""
    with dialogue([(STATUS, None)]) as (zvt, _, port):
        with pytest.raises(PortTimeout):
            zvt.status()
        with pytest.raises(PortLost):
            zvt.status()
        assert port.opened == 3
    with dialogue([(STATUS, "84 9C 00")]) as (zvt, _, _port):
        assert zvt.status() == "9C"


def test_a_terminal_that_does_not_register_us_refuses() -> None:
    """A wrong password, in the terminal's own words."""
    talk: Sequence[Pair] = [(REGISTER[0], "84 85 00")]
    refused = pytest.raises(DeviceRefused, match="key missing")
    with dialogue(talk, sign_on=False) as (zvt, _, _port), refused:
        zvt.sign_on()
    with dialogue([(REGISTER[0], "84 85 00")], sign_on=False) as (zvt, _, _port):
        assert zvt.sell(AMOUNT).outcome == "failed"


def test_other_commands_are_written_as_the_specification_says() -> None:
    """End of day, diagnosis, software update, abort."""
    done = ACK + "06 0F 00"
    result = ACK + "04 0F 02 27 00 06 0F 00"
    talk: Sequence[Pair] = [
        ("06 50 03 000000", result), (ACK, None), (ACK, None),
        ("06 70 00", ACK + "06 1E 01 9B"), (ACK, None),
        ("08 10 00", done), (ACK, None),
        ("06 B0 00", "84 83 00"),
    ]  # fmt: skip
    with dialogue(talk) as (zvt, heard, _):
        assert zvt.settle().outcome == "approved"
        assert zvt.diagnose().cause == "host_unreachable"
        zvt.start_update()
        zvt.abort()
    assert heard.of("ecr_result")[-1]["code"] == "83"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("06 0F 00", "approved"), ("06 1E 01 77", "failed"), ("04 0F 02 27 A1 06 0F 00", "failed")],
)
def test_an_end_of_day_need_not_be_confirmed(answer: str, outcome: str) -> None:
    """06 0F alone is its success; for a sale it would leave the register in the dark."""
    acks: list[Pair] = [(ACK, None)] * (2 if "04 0F" in answer else 1)
    with dialogue([("06 50 03 000000", ACK + answer), *acks]) as (zvt, _, _port):
        assert zvt.settle().outcome == outcome
    with dialogue([(SALE, ACK + "06 0F 00"), (ACK, None)]) as (zvt, _, _port):
        assert zvt.sell(AMOUNT).outcome == "unknown"


def test_trace_and_receipt_number_zero_are_none() -> None:
    """Terminals fill the fields of a sale that never had a number with zeros."""
    talk: Sequence[Pair] = [
        (SALE, ACK + "04 0F 09 27 6C 0B 000000 87 0000"),
        (ACK, "06 1E 01 6C"),
        (ACK, None),
    ]
    with dialogue(talk) as (zvt, heard, _):
        result = zvt.sell(AMOUNT)
    assert (result.trace, result.receipt) == (None, None)
    assert all("stan" not in one for one in heard.of("ecr_result"))


def numbered(receipt: str, result: str = "00") -> Sequence[Pair]:
    """A sale of which the terminal tells this receipt number."""
    end = "06 0F 00" if result == "00" else f"06 1E 01 {result}"
    told = f"27 {result} 04 000000001234 0B 000042" + (f" 87 {receipt}" if receipt else "")
    size = len(bytes.fromhex(told))
    return [(SALE, f"{ACK} 04 0F {size:02X} {told}"), (ACK, end), (ACK, None)]


@pytest.mark.parametrize(
    ("then", "result", "receipt"),
    [("0000", "00", 0), ("0000", "64", None), ("", "00", None), ("0001", "00", 1)],
    ids=["after_9999", "of_a_failure", "absent", "begins_at_1"],
)
def test_receipt_number_zero_follows_on_9999(then: str, result: str, receipt: int | None) -> None:
    """A terminal that counts receipts may count through 0; a failed sale has no receipt."""
    with dialogue([*numbered("9999"), *numbered(then, result)]) as (zvt, _, _port):
        before, after = zvt.sell(AMOUNT), zvt.sell(AMOUNT)

    assert (before.receipt, after.receipt) == (9999, receipt)


def test_an_abort_in_the_middle_of_a_sale_is_answered_within_it() -> None:
    """06 B0 goes out beside the waiting sale, whose end then says what happened."""
    talk: Sequence[Pair] = [
        (SALE, ACK + "04 FF 01 0A"),
        (ACK, None),
        ("06 B0 00", ACK + "04 0F 02 27 6C"),
        (ACK, "06 1E 01 6C"),
        (ACK, None),
    ]
    with dialogue(talk) as (zvt, _, port):
        port.clock.call_at(3.0, zvt.abort)
        result = zvt.sell(AMOUNT)
    assert (result.outcome, result.cause) == ("failed", "cancelled")


def test_what_comes_unasked_is_acknowledged_and_said() -> None:
    """A status outside a dialogue; a lost port is raised for the owner to reconnect."""
    with dialogue([(ACK, None)]) as (zvt, heard, port):
        port.put_arrived(bytes.fromhex("04 FF 01 4B"))
        zvt.attend()
        assert heard.of("ecr_status") == [
            {
                "code": "4B",
                "text": "please remove the card",
                "asks": "remove",
            }
        ]
        port.put_lost("reset")
        with pytest.raises(PortLost):
            zvt.attend()


def test_a_stray_acknowledgement_is_passed_over() -> None:
    """It answers nothing, and it is answered by nothing."""
    with dialogue([]) as (zvt, heard, port):
        port.put_arrived(bytes.fromhex(ACK))
        zvt.attend()
    assert heard == []


def test_a_status_may_bring_its_own_text() -> None:
    """04 FF FF with TLV 24 / 07, and a BMP 3C beside a result whose number is no number."""
    talk: Sequence[Pair] = [
        (SALE, ACK + "04 FF 0A FF 06 07 24 05 07 03 4F 4B 21"),
        (ACK, "04 0F 0B 27 FF 0B 00 00 A2 3C F0 F0 F1 58"),
        (ACK, "06 1E 01 FF"),
        (ACK, None),
    ]
    with dialogue(talk) as (zvt, heard, _):
        result = zvt.sell(AMOUNT)
    assert heard.of("ecr_status") == [{"code": "FF", "text": "see the text: OK!"}]
    assert (result.trace, result.cause, result.text) == (None, "system_fault", "system error: X")


def test_nonsense_unasked_ends_the_connection_quietly() -> None:
    """What a terminal does on its own interface is no fault of the bench."""
    with dialogue([(ACK, None)]) as (zvt, _, port):
        port.put_arrived(bytes.fromhex("04 0F 02 04 00"))
        zvt.attend()
        with pytest.raises(PortLost):
            zvt.attend()


CLEAR_PAN = "22 F0 F8 99 99 99 00 00 00 00 14"


@pytest.mark.parametrize(
    "message",
    [
        f"04 0F 0D 27 00 {CLEAR_PAN}",
        "04 0F 12 27 00 23 F1 F3 99 99 99 00 00 00 00 14 D4 91 22 01 00",
        "06 D1 11 00 " + b"9999990000000014".hex(),
    ],
)
def test_a_card_number_in_clear_is_told_and_never_repeated(message: str) -> None:
    """In BMP 22, in track 2, on a receipt line."""
    talk: Sequence[Pair] = [
        (SALE, ACK + message),
        (ACK, "04 0F 02 27 00"),
        (ACK, "06 0F 00"),
        (ACK, None),
    ]
    with dialogue(talk) as (zvt, heard, _):
        zvt.sell(AMOUNT)
    (seen,) = heard.of("card_number_in_clear")
    assert seen["channel"] == ("receipt" if message.startswith("06 D1") else "ecr")
    assert "9999990000000014" not in repr(heard)


def test_a_truncated_card_number_is_no_finding() -> None:
    """First six and last four may stay."""
    talk: Sequence[Pair] = [
        (SALE, ACK + "04 0F 0D 27 00 22 F0 F8 99 99 99 EE EE EE 00 14"),
        (ACK, "06 0F 00"),
        (ACK, None),
    ]
    with dialogue(talk) as (zvt, heard, _):
        assert zvt.sell(AMOUNT).outcome == "approved"
    assert heard.of("card_number_in_clear") == []
