"""What a ZVT register asks besides sales: written dialogues."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.drivers._zvt_link import HANGS_UP
from harness.drivers.zvt import Driver
from harness.errors import NotSupported, PortLost, PortTimeout, RigError
from harness.faults.result_lost import ResultLost
from harness.model import register
from harness.model.means import means_of
from harness.model.register import DEALS, CutPoint, Wish
from harness.model.roles import LossyRegister, Polled, plays
from harness.model.units import Volts
from harness.model.updates import Pushable, Updatable
from harness.ports.memory import MemoryPort
from harness.testing import Pair, SteppingClock
from harness.tests.drivers.zvt_talk import (
    ACK,
    AMOUNT,
    APPROVED,
    REGISTER,
    REPEAT,
    SALE,
    Heard,
    Redialled,
    dialogue,
)
from harness.wire import zvt as wire
from harness.wire import zvt_serial


def sized(command: str, payload: str) -> str:
    """An APDU below 255 bytes, in hex."""
    return f"{command} {len(bytes.fromhex(payload)):02X} {payload}"


ENDED: Sequence[Pair] = [(ACK, "06 0F 00"), (ACK, None)]


def short(asked: str) -> Sequence[Pair]:
    """A command that is acknowledged and completed."""
    return [(asked, ACK + "06 0F 00"), (ACK, None)]


def test_it_plays_all_that_a_register_may_ask() -> None:
    """The roles are found on the class, before anything is connected."""
    for name in (
        "Desk", "Settles", "SignsOn", "SignsOff", "Reprints", "Diagnoses", "TestsItself", "Totals",
    ):  # fmt: skip
        assert plays(Driver, getattr(register, name)), name
    for role in (Updatable, Pushable):
        assert plays(Driver, role), role.__name__
    assert plays(Driver, LossyRegister)
    assert not plays(Driver, Polled)


@pytest.mark.parametrize(
    ("wish", "command"),
    [
        (Wish("void", receipt=7), sized("06 30", "000000 87 0007")),
        (Wish("void", AMOUNT, receipt=7), sized("06 30", "000000 87 0007 04 000000001234 49 0156")),
        (Wish("refund", AMOUNT), sized("06 31", "000000 04 000000001234 49 0156")),
        (Wish("preauth", AMOUNT), sized("06 22", "04 000000001234 49 0156")),
        (Wish("preauth_void", receipt=9999), sized("06 25", "87 9999")),
        (Wish("void", receipt=0), sized("06 30", "000000 87 0000")),
        (Wish("balance"), "06 03 00"),
        (
            Wish("completion", AMOUNT, receipt=8, stan=42, auth="A1B2C3"),
            sized("06 24", "87 0008 04 000000001234 49 0156 0B 000042 3B 4131423243330000"),
        ),
        (Wish("completion", receipt=8), sized("06 24", "87 0008")),
    ],
)
def test_a_deal_is_asked_by_its_command(wish: Wish, command: str) -> None:
    """Password where ZVT wants it, the original by its receipt number, then what is optional."""
    result = sized("04 0F", "27 00 04 000000001234 0B 000043 87 0008 3B 4131423243330000")
    with dialogue([(command, ACK + result), *ENDED]) as (zvt, _, _port):
        said = zvt.transact(wish)

    assert (said.outcome, said.trace, said.receipt, said.auth) == ("approved", 43, 8, "A1B2C3")


def test_an_original_without_a_receipt_number_cannot_be_named() -> None:
    """Nothing is sent."""
    with dialogue([]) as (zvt, _, _port), pytest.raises(NotSupported, match="receipt number"):
        zvt.transact(Wish("void", stan=42))


def test_a_model_says_what_it_can_be_asked_for(tmp_path: Path) -> None:
    """Its ``zvt.yaml``; what it does not list is not sent. A word nobody knows is a mistake."""
    words = tmp_path / "zvt.yaml"
    words.write_text('deals: [void, sale]\nown: {sign_off: "0F10"}', encoding="utf-8")
    talk = short("0F 10 03 000000")
    with dialogue(talk, personality=str(words)) as (zvt, _, _port):
        assert zvt.deals() == ("sale", "void")
        with pytest.raises(NotSupported, match="balance"):
            zvt.transact(Wish("balance"))
        assert zvt.sign_off().outcome == "approved"
    with dialogue([]) as (zvt, _, _port):
        assert zvt.deals() == DEALS
        with pytest.raises(NotSupported, match="sign-off"):
            zvt.sign_off()

    words.write_text("deals: [barter]", encoding="utf-8")
    with pytest.raises(RigError, match="barter"):
        Driver(Redialled([[]]), personality=str(words))


@pytest.mark.parametrize(
    ("act", "command"),
    [
        (lambda zvt: zvt.sign_on_host(), "06 93 03 000000"),
        (lambda zvt: zvt.self_test(), "06 79 00"),
        (lambda zvt: zvt.settle(), "06 50 03 000000"),
        (lambda zvt: zvt.reprint(), "06 20 05 000000 03 00"),
        (lambda zvt: zvt.restart(), "06 18 00"),
        (
            lambda zvt: zvt.set_time(datetime(2026, 3, 2, 8, 15, 59, tzinfo=UTC)),
            "06 91 0B 000000 AA 260302 0C 081559",
        ),
    ],
)
def test_what_moves_no_money_succeeds_by_its_completion(act, command: str) -> None:  # type: ignore[no-untyped-def]
    """06 0F is enough; 06 1E says why not."""
    with dialogue(short(command)) as (zvt, _, _port):
        assert act(zvt).outcome == "approved"
    with dialogue([(command, ACK + "06 1E 01 CC"), (ACK, None)]) as (zvt, _, _port):
        said = act(zvt)
    assert (said.outcome, said.cause) == ("failed", "printer_fault")


def test_a_diagnosis_tells_the_hosts_time() -> None:
    """04 01 is acknowledged like everything else."""
    talk = [("06 70 00", ACK + "04 01 08 AA 260302 0C 081559"), *ENDED]
    with dialogue(talk) as (zvt, _, _port):
        assert zvt.diagnose().outcome == "approved"


def test_totals_are_told_as_far_as_zvt_has_them() -> None:
    """BMP 04 is the sum, BMP 60 has the counts; neither says debit or credit."""
    single = "60 F0F5F3 0001 0004" + "00 000000000000" * 6 + "04 000000003700"
    result = bytes.fromhex("27 00 04 000000003700" + single)
    told = f"04 0F {len(result):02X}" + result.hex()
    with dialogue([("06 10 03 000000", ACK + told), *ENDED]) as (zvt, heard, _):
        zvt.totals()
    assert heard.of("totals") == [{"net": 3700, "count": 4}]
    with dialogue([("06 50 03 000000", ACK + told), *ENDED]) as (zvt, heard, _):
        zvt.settle()
    assert heard.of("totals") == [{"net": 3700, "count": 4, "closed": True}]


@pytest.mark.parametrize(
    ("asked", "command"),
    [
        (Driver.totals, "06 10 03 000000"),
        (Driver.diagnose, "06 70 00"),
        (Driver.self_test, "06 79 00"),
        (Driver.reprint, "06 20 05 000000 03 00"),
        (Driver.sign_on_host, "06 93 03 000000"),
    ],
)
def test_a_function_that_is_not_possible_is_not_there(
    asked: Callable[[Driver], object], command: str
) -> None:
    """84 83: a terminal need not have it, so nothing is held against it; what to do is said."""
    with (
        dialogue([(command, "84 83 00")]) as (zvt, _, _port),
        pytest.raises(NotSupported, match="84 83") as refused,
    ):
        asked(zvt)
    assert "lacks:" in refused.value.next_move


def test_a_model_that_says_what_it_lacks_is_held_to_the_rest(tmp_path: Path) -> None:
    """It has this function, and refuses it."""
    words = tmp_path / "zvt.yaml"
    words.write_text("lacks: [totals]")
    with dialogue([("06 79 00", "84 83 00")], personality=str(words)) as (zvt, _, _port):
        said = zvt.self_test()
    assert (said.outcome, said.code) == ("failed", "83")


def test_what_a_model_cannot_be_asked_for_is_known_before_a_run(tmp_path: Path) -> None:
    """By its ``zvt.yaml``; a sign-off is none of ZVT's own."""
    words = tmp_path / "zvt.yaml"
    words.write_text("lacks: [totals, self_test]")
    with dialogue([], personality=str(words)) as (zvt, _, _port):
        assert set(zvt.lacks()) == {"totals", "self_test", "sign_off"}
        means = means_of({"terminal": zvt}, Volts(5))
        assert "totals" in means.lacks
    words.write_text('own: {sign_off: "0F02"}')
    with dialogue([], personality=str(words)) as (zvt, _, _port):
        assert not zvt.lacks()
    words.write_text("lacks: [sale]")
    with pytest.raises(RigError, match="lacks: some of"), dialogue([], personality=str(words)):
        pass


# --- printing at the register ---------------------------------------------------------------


def line(text: str, attribute: str = "00") -> str:
    """06 D1."""
    octets = text.encode("cp437")
    return f"06 D1 {len(octets) + 1:02X} {attribute}" + octets.hex()


def test_receipts_are_printed_when_the_sale_is_over() -> None:
    """Lines are collected, a last line ends a receipt, and what is printed is told masked."""
    talk: Sequence[Pair] = [
        (SALE, ACK + sized("04 0F", "27 00 04 000000001234 0B 000042 22 F0F8 999999EEEEEE0014")),
        (ACK, line("SHOP") + line("9999990000000014")),
        (ACK, None), (ACK, line("COPY FOR YOU", "81")), (ACK, line("FOR CUSTOMERS")), *ENDED,
    ]  # fmt: skip
    with dialogue(talk, config=0x8A) as (zvt, heard, _):
        assert zvt.sell(AMOUNT).outcome == "approved"

    facts = {"trace": 42, "amount": 1234, "pan": "999999***0014", "outcome": "approved",
             "copy": False}  # fmt: skip
    assert heard.of("printing") == [facts, facts]
    assert [row["text"] for row in heard.of("printed")] == [
        "SHOP\n999999***0014\nCOPY FOR YOU", "FOR CUSTOMERS",
    ]  # fmt: skip
    assert [row["channel"] for row in heard.of("card_number_in_clear")] == ["receipt"]
    assert [kind for kind, _ in heard][-1] == "printed"


def test_a_register_asks_for_lines_by_its_config_byte() -> None:
    """The byte goes into 06 00 as it is in the rig file."""
    first = (REGISTER[0].replace(" 08 0156", " 8A 0156"), REGISTER[1])
    with dialogue([first, (ACK, None)], sign_on=False, config=0x8A) as (zvt, _, _port):
        zvt.sign_on()


# --- mirrored receipt numbers ---------------------------------------------------------------


def test_the_last_receipt_number_is_mirrored() -> None:
    """4.2: nothing at first, then what the terminal gave with the last sale that we know of."""
    empty = sized("06 01", "04 000000001234 49 0156 06 03 1F1F 00")
    told = sized("04 0F", "27 00 04 000000001234 0B 000042 06 05 1F1F 02 0007")
    full = sized("06 01", "04 000000001234 49 0156 06 05 1F1F 02 0007")
    lost: Sequence[Pair] = [(full, ACK + told), (ACK, PortLost("reset"))]
    again: Sequence[Pair] = [REGISTER, (ACK, None), (full, ACK + "06 1E 01 6C"), (ACK, None)]

    with dialogue(
        [(empty, ACK + told), *ENDED, *lost], again, mirror=True
    ) as (zvt, _, _port):  # fmt: skip
        outcomes = [zvt.sell(AMOUNT).outcome for _ in range(3)]

    assert outcomes == ["approved", "unknown", "failed"]


def test_a_sale_that_was_asked_after_is_not_to_be_undone() -> None:
    """06 20 said that it stands: its number is the one that is mirrored from then on."""
    told = sized("04 0F", "27 00 04 000000001234 0B 000042 06 05 1F1F 02 0009")
    after = sized("06 01", "04 000000001234 49 0156 06 05 1F1F 02 0009")
    talk: Sequence[Pair] = [(REPEAT, ACK + told), *ENDED, (after, "84 83 00")]
    with dialogue(talk, mirror=True) as (zvt, _, _port):
        assert zvt.last_result() is not None
        zvt.sell(AMOUNT)


# --- polled, aborted, timed -----------------------------------------------------------------


def test_it_is_polled_where_the_rig_says_how_often() -> None:
    """A status enquiry; a terminal that is away is observed and no error."""
    status = ("05 01 07 000000 03 04 06 00", ACK + "06 0F 01 00")
    with dialogue([status, (ACK, None)], sign_on=False, poll=60.0) as (zvt, heard, port):
        assert isinstance(zvt, Polled)
        assert zvt.poll_every == 60.0
        zvt.poll()
        assert heard.of("terminal_status") == [{"code": "00", "text": "ready"}]
        port.put_lost("off")
        zvt.poll()
        assert "refused" in heard.of("ecr_status")[-1]["text"]


def test_an_abort_of_nothing_ends_with_its_acknowledgement() -> None:
    """2.23: no completion follows, so nobody waits for one."""
    with dialogue([("06 B0 00", ACK)]) as (zvt, _, port):
        zvt.abort()
        assert port.clock.now() == HANGS_UP


def test_an_abort_while_a_sale_waits_is_sent_at_once() -> None:
    """From another task; its own answer is passed over, and the sale's end tells."""
    talk: Sequence[Pair] = [
        (SALE, ACK + "04 FF 01 0A"), (ACK, None), ("06 B0 00", ACK + "06 1E 01 6C"), (ACK, None),
    ]  # fmt: skip
    with dialogue(talk) as (zvt, _, port):
        port.clock.call_at(3.0, zvt.abort)
        result = zvt.sell(AMOUNT)

    assert (result.outcome, result.cause) == ("failed", "cancelled")


def test_a_status_may_set_another_t4() -> None:
    """3.7: minutes in BCD, for what is left of this dialogue."""
    with dialogue([(SALE, ACK + "04 FF 02 0E 12"), (ACK, None)]) as (zvt, _, port):
        assert zvt.sell(AMOUNT).outcome == "unknown"
        assert port.clock.now() == pytest.approx(HANGS_UP + 12 * 60)


def test_printing_is_no_sign_of_life() -> None:
    """T4 starts anew with 04 FF and 04 0F only."""
    with dialogue([(SALE, ACK), (ACK, None)]) as (zvt, _, port):
        port.clock.call_at(100.0, lambda: port.put_arrived(bytes.fromhex(line("A"))))
        assert zvt.sell(AMOUNT).outcome == "unknown"
        assert port.clock.now() == pytest.approx(HANGS_UP + 180.0)


def test_a_wrong_currency_is_told_by_its_own_code() -> None:
    """84 1E carries the code and the right currency."""
    with dialogue([(SALE, "84 1E 03 6F 0978")]) as (zvt, _, _port):
        result = zvt.sell(AMOUNT)
    assert (result.outcome, result.code, result.text) == ("failed", "6F", "wrong currency")


# --- serial ---------------------------------------------------------------------------------


def framed(apdus: str) -> str:
    """The blocks of some APDUs, in hex."""
    blocks = wire.Deframer().feed(bytes.fromhex(apdus))
    return b"".join(zvt_serial.to_serial(one) for one in blocks).hex()


def serial(talk: Sequence[Pair]) -> list[Pair]:
    """A dialogue in blocks, each acknowledged by the other station."""
    lines: list[Pair] = []
    for asked, answer in talk:
        assert isinstance(asked, str)
        told = framed(answer) if isinstance(answer, str) else ""
        count = len(wire.Deframer().feed(bytes.fromhex(answer))) if isinstance(answer, str) else 0
        lines += [(framed(asked), "06" + told), *[("06", None)] * count]
    return lines


def test_a_sale_over_a_serial_line() -> None:
    """The same dialogue in blocks with CRC, ACK after each."""
    talk = serial([REGISTER, (ACK, None), *APPROVED])
    with dialogue(talk, sign_on=False, framing="serial") as (zvt, _, _port):
        result = zvt.sell(AMOUNT)

    assert (result.outcome, result.trace) == ("approved", 42)


def test_a_dead_serial_line_leaves_the_sale_unknown() -> None:
    """Three blocks without an ACK: it may have been heard."""
    block = framed(SALE)
    talk = [*serial([REGISTER, (ACK, None)]), (block, None), (block, "15"), (block, None)]
    with dialogue(talk, sign_on=False, framing="serial") as (zvt, _, port):
        assert zvt.sell(AMOUNT).outcome == "unknown"
        assert port.clock.now() == pytest.approx(10.0)


def test_framing_is_one_of_two_words() -> None:
    """Anything else is the rig file's mistake."""
    with pytest.raises(ValueError, match="framing"):
        Driver(MemoryPort(SteppingClock(), "nowhere"), framing="usb")


# --- canaries -------------------------------------------------------------------------------

WHOLE = "9999990000000014"
AS_TEXT = WHOLE.encode().hex()
CANARIES = [
    sized("04 0F", f"27 00 22 F0F8 {WHOLE}"),
    sized("04 0F", f"27 00 23 F1F4 {WHOLE} D491220100 0F"),
    sized("04 0F", f"27 00 24 F0F1F6 {WHOLE} D491220100000000"),
    sized("04 0F", f"27 00 2D F1F6 {AS_TEXT}"),
    sized("04 0F", f"27 00 3C F0F1F6 {AS_TEXT}"),
    sized("04 0F", f"27 00 06 13 1F17 10 {AS_TEXT}"),
    sized("04 0F", f"27 00 06 0B 1F09 08 {WHOLE}"),
    sized("06 1E", f"6C 06 13 1F17 10 {AS_TEXT}"),
    f"06 D1 11 00 {AS_TEXT}",
    sized("06 D3", f"06 14 25 12 07 10 {AS_TEXT}"),
]


@pytest.mark.parametrize("message", CANARIES)
def test_no_card_number_gets_past_the_driver(message: str) -> None:
    """Wherever it stands: told as a finding, shown nowhere, in no error and no repr."""
    last = message.startswith("06 1E")
    talk: list[Pair] = [(SALE, ACK + message)]
    talk += [(ACK, None)] if last else [(ACK, "06 1E 01 6C"), (ACK, None)]
    with dialogue(talk) as (zvt, heard, port):
        result = zvt.sell(AMOUNT)
        said = [repr(one) for one in (heard, result, zvt, vars(zvt), port)]

    assert heard.of("card_number_in_clear"), "not told"
    assert not [text for text in said if WHOLE in text or "9999990000000" in text]


@pytest.mark.parametrize("cut", range(4, 20, 3))
def test_an_error_shows_no_card_number(cut: int) -> None:
    """A torn message with a card number in it: what is raised and observed has none of it."""
    octets = bytes.fromhex(CANARIES[1])[3 : 3 + cut]
    torn = f"04 0F {len(octets):02X}" + octets.hex()
    heard = Heard()
    with dialogue([(REPEAT, ACK + torn)], [], sign_on=True) as (zvt, _, port):
        zvt.observe = heard
        port._talk.append((ACK, None))
        try:
            said = repr(zvt.last_result())
        except (PortLost, PortTimeout) as error:
            said = str(error)

    shown = said + repr(heard)
    assert WHOLE[:8] not in shown


# --- a line that is cut ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "heard_until", "code"),
    [("card", 0, "04FF0A"), ("host", 1, "04FF04"), ("result", 2, "040F"), ("end", 3, "060F")],
)
def test_a_line_is_cut_in_mid_sale(at: CutPoint, heard_until: int, code: str) -> None:
    """The message of that moment is not acknowledged, and nothing gets through until it ends."""
    talk = APPROVED[: heard_until + 1]
    again: Sequence[Pair] = [REGISTER, (ACK, None), (SALE, "84 83 00")]
    with dialogue(talk, again) as (zvt, heard, port):
        zvt.cut_line(at)
        assert zvt.sell(AMOUNT).outcome == "unknown"
        assert heard.of("acknowledgement_withheld") == [{"code": code}]
        failed = zvt.sell(AMOUNT)
        assert (failed.outcome, port.opened) == ("failed", 0)
        with pytest.raises(PortLost, match="cut"):
            zvt.status()
        zvt.cut_line(None)
        assert zvt.sell(AMOUNT).code == "83"


@pytest.mark.parametrize(("mirror", "refused"), [(False, False), (True, True)])
def test_a_lost_result_is_another_matter_where_numbers_are_mirrored(
    *, mirror: bool, refused: bool
) -> None:
    """4.2: it is undone by the next transaction alone, so a story of the other kind is skipped."""
    zvt = Driver(MemoryPort(SteppingClock(), "terminal"), mirror=mirror)

    means = means_of({"terminal": zvt}, Volts(9))

    assert bool(ResultLost().refusal(means)) is refused
