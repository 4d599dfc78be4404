"""Test cards in each field that a register, a log or an instrument may carry, driver by driver."""

import json
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers._frames_report import Reporter as FramesReporter
from harness.drivers._frames_talk import load_profile
from harness.drivers._intent_report import Reporter as IntentReporter
from harness.drivers._intents import read_intents
from harness.drivers._nexo_report import Reporter as NexoReporter
from harness.drivers._own_words import OwnWords
from harness.drivers._zvt_report import Dialogue
from harness.drivers._zvt_report import Reporter as ZvtReporter
from harness.drivers.console import Driver as Console
from harness.errors import BenchError, DeviceRefused, Garbled
from harness.links.scrub import scrub
from harness.ports.memory import pair
from harness.rig.owner import Pending
from harness.tests.safety.spellings import PANS, SPELT, armoured, bcd, fours, held
from harness.wire import iso8583, nexo, zvt

PAN = PANS[0]
AMEX = PANS[2]
TRACK_2 = bytes.fromhex(f"{PAN}D49121010000012345F".ljust(38, "0")[:36])


class Heard(list[tuple[str, dict[str, Any]]]):
    """An ``Observe`` that keeps what it is told."""

    def __call__(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.append((kind, fields))

    def leaks(self) -> list[str]:
        """Channels on which a card number is said to have been."""
        return [fields["channel"] for kind, fields in self if kind == "card_number_in_clear"]


def tlv(tag: str, value: bytes) -> bytes:
    """A data object with a length of one byte, or of two."""
    size = bytes([len(value)]) if len(value) < 0x80 else bytes([0x81, len(value)])
    return bytes.fromhex(tag) + size + value


def llvar(value: bytes) -> bytes:
    """The length of a BMP in two digits, F before each (LL-Var)."""
    return bytes([0xF0 | len(value) // 10, 0xF0 | len(value) % 10]) + value


def status(*fields: bytes) -> zvt.Apdu:
    """04 0F with a success and more."""
    return zvt.Apdu(zvt.STATUS_INFORMATION, b"\x27\x00" + b"".join(fields))


LONG = f"{PAN} was read from the card".ljust(0x35).encode()  # its length looks like a digit
ZVT = {
    "BMP 22": status(b"\x22" + llvar(bytes.fromhex(PAN))),
    "BMP 22, odd": status(b"\x22" + llvar(bytes.fromhex(bcd(AMEX)))),
    "BMP 23": status(b"\x23" + llvar(TRACK_2)),
    "BMP 2D": status(b"\x2d" + llvar(f"B{PAN}^TEST/HIL^4912101".encode())),
    "BMP 3C": status(b"\x3c\xf0\xf1\xf6" + PAN.encode()),
    "TLV 5A": status(b"\x06" + tlv("", tlv("5A", bytes.fromhex(PAN)))),
    "TLV 57": status(b"\x06" + tlv("", tlv("57", TRACK_2))),
    "TLV text": status(b"\x06" + tlv("", tlv("24", tlv("07", PAN.encode())))),
    "TLV text, a length like a digit": status(b"\x06" + tlv("", tlv("24", tlv("07", LONG)))),
    "04 FF": zvt.Apdu(
        zvt.INTERMEDIATE_STATUS, b"\xff\x03\x06" + tlv("", tlv("24", tlv("07", LONG)))
    ),
    "06 D1": zvt.Apdu(zvt.PRINT_LINE, b"\x00" + fours(PAN).encode()),
    "06 D3": zvt.Apdu(zvt.PRINT_BLOCK, b"\x06" + tlv("", tlv("25", tlv("07", LONG)))),
}


def _over(observe: Heard, *apdus: zvt.Apdu) -> str:
    """A dialogue with these messages in it; what else it knows at the end."""
    talk, reporter = Dialogue(), ZvtReporter(observe)
    for one in (*apdus, zvt.Apdu(zvt.COMPLETION, b"")):
        reporter.take(one, 0.0, talk)
    return repr(talk.sale()) + repr(talk.facts())


@pytest.mark.parametrize("where", ZVT)
def test_no_field_of_zvt_hides_one(where: str) -> None:
    """Each is told once, on its channel, and is nowhere in clear, also not in a result."""
    heard = Heard()
    known = _over(heard, ZVT[where])

    assert held(ZVT[where].payload)
    assert heard.leaks() == ["receipt" if where.startswith("06") else "ecr"]
    assert held((repr(heard) + known).encode()) == []


def test_a_receipt_may_break_a_number_in_two() -> None:
    """Two print lines, each innocent by itself."""
    heard = Heard()
    lines = [zvt.Apdu(zvt.PRINT_LINE, b"\x00" + text) for text in (b"4111 1111 ", b"1111 1111")]

    _over(heard, *lines)

    assert heard.leaks() == ["receipt"]
    [printed] = [fields["text"] for kind, fields in heard if kind == "printed"]
    assert printed.split("\n")[1] == "***"


@pytest.mark.parametrize(
    "innocent",
    [
        status(b"\x22\xf0\xf8" + bytes.fromhex("999999EEEEEE0014")),
        status(b"\x0b\x99\x99\x99", b"\x04" + bytes.fromhex("000000001234"), b"\x87\x00\x14"),
        status(b"\x29" + bytes.fromhex("41111111"), b"\x0b" + bytes.fromhex("111111")),
        zvt.Apdu(zvt.PRINT_LINE, b"\x00TID 41111111 TRACE 111111 BELEG 1111"),
        zvt.Apdu(zvt.PRINT_LINE, b"\x00RRN 632641000123 AUTH 541212"),
    ],
)
def test_numbers_side_by_side_are_no_card(innocent: zvt.Apdu) -> None:
    """A truncated number; trace, amount and receipt; a terminal's number before a trace number."""
    heard = Heard()
    _over(heard, innocent)

    assert heard.leaks() == []


@pytest.mark.parametrize("spelling", SPELT)
def test_nexo_hides_none_however_deep(spelling: str) -> None:
    """In a blob of a list within an object, in every spelling; and in the additional response."""
    leaked, heard = SPELT[spelling](PAN), Heard()
    deep = {"Response": {"Result": "Success"}, "A": {"B": [{"Blob": leaked}, {"C": armoured("x")}]}}
    additional = {"Response": {"Result": "Failure", "AdditionalResponse": leaked}}
    reporter = NexoReporter(OwnWords(), 2, heard)

    for body in (deep, additional):
        header = nexo.Header("Payment", "Response", of="Service")
        result = reporter.result(nexo.Message(header, body), 0.0)
        assert held(repr(result).encode()) == []

    assert heard.leaks() == ["ecr", "ecr"]
    assert held(json.dumps(heard, ensure_ascii=False).encode()) == []


@pytest.mark.parametrize("spelling", SPELT)
def test_intents_hide_none(spelling: str) -> None:
    """In an extra, and in the reason for which a payment failed."""
    leaked, heard = SPELT[spelling](PAN), Heard()
    reporter = IntentReporter(heard, read_intents("smart"))

    told = reporter.conclude({"result": 0, "extras": {"reason": f"[A1] {leaked}", "more": leaked}})

    assert heard.leaks() == ["ecr", "ecr"]
    assert held(repr((heard, told)).encode()) == []


def test_frames_hide_none_and_take_no_fields_together_for_one() -> None:
    """In an answer and in a body that is none; a result and an amount side by side are no card."""
    heard = Heard()
    reporter = FramesReporter(load_profile("concert"), OwnWords(), 2, heard)

    answer = reporter.read(b"01" + b"0" + b"00001250" + b"1" + PAN.encode().ljust(55) + b"978"
                           + b"0000000042", 0.0)  # fmt: skip
    assert answer
    assert heard.leaks() == ["ecr"]
    assert reporter.read(f"?? {fours(PAN)} ??".encode(), 0.0) is None
    assert heard.leaks() == ["ecr", "ecr"]
    assert held(repr(heard).encode()) == []
    heard.clear()
    reporter.read(b"41" + b"1" + b"11111111" + b"1" + b" " * 55 + b"978" + b"1111111111", 0.0)
    assert heard.leaks() == []


@pytest.mark.parametrize(
    "field", [2, 35, 36, 45, 48, 52, 55, 62],
)  # fmt: skip
def test_iso_8583_shows_none(field: int) -> None:
    """Neither a message that is printed, nor the error of one that cannot be packed."""
    text = {2: PAN, 35: f"{PAN}D4912101", 36: f"99{PAN}D4912101"}.get(field, f"x{PAN}x")
    message = iso8583.Message("0200", {11: "000001", field: text})

    assert held((repr(message) + repr(message.shown())).encode()) == []
    said = []
    octets = b""
    try:
        octets = iso8583.pack(message)
    except BenchError as error:
        said.append(str(error))
    for torn in (octets[:-3], octets + b"\x99"):
        try:
            said.append(repr(iso8583.unpack(torn)))
        except Garbled as error:
            said.append(str(error))
    assert len(said) >= 2
    assert held("".join(said).encode()) == []


@pytest.mark.parametrize("spelling", SPELT)
def test_an_error_in_a_devices_own_words_is_masked(spelling: str) -> None:
    """Whoever prints what a driver raised, pytest too, prints no card number."""
    leaked = SPELT[spelling](PAN)

    def call() -> None:
        raise DeviceRefused(f'-113,"Undefined header; {leaked}"')

    clock = CooperativeClock()
    pending = Pending(clock, "identify", call)
    pending.run()

    with pytest.raises(DeviceRefused) as caught:
        pending.result()
    assert held(str(caught.value).encode()) == []
    assert "***" in str(caught.value)


def _log(*pieces: str) -> Heard:
    """What the console's driver says of a log that comes in pieces."""
    clock = CooperativeClock()
    near, far = pair(clock, "console")
    driver, heard = Console(near), Heard()
    driver.observe = heard

    def talk() -> None:
        for piece in pieces:
            far.write(piece.encode())
            clock.sleep(0.1)
            driver.attend()

    clock.run(talk)
    return heard


@pytest.mark.parametrize("cut", range(1, 16))
def test_a_console_may_cut_anywhere(cut: int) -> None:
    """Into pieces wherever: one number. Into lines: found where four digits are on each."""
    for between, finds in (("", True), ("\r\n[   12.345678] ", 4 <= cut <= 12)):
        heard = _log(f"2026-11-22 03:22:41 ui: {PAN[:cut]}", f"{between}{PAN[cut:]} ok\r\n")
        assert bool(heard.leaks()) == finds
        assert held(repr(heard).encode()) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("stan=412345", "1763778161 RX 0210"),  # seconds since 1970
        ("0001234567 stan=412345", "0001234568 RX"),  # a counter
        ("2026-11-22 03:22:41 amount=1250", "2026-11-22 03:22:42 4111 ok"),
        ("pan=411111******1111", "11111111111 left"),
        ("rail 5.01", "2026-11-22 03:22:42.411 111 mA"),
    ],
)
def test_two_innocent_lines_are_no_card(first: str, second: str) -> None:
    """Numbers at the end of a line and at the beginning of the next one are everyday."""
    heard = _log(f"{first}\r\n{second}\r\n")

    assert heard.leaks() == []
    assert [fields["text"] for kind, fields in heard if kind == "line"] == [first, second]


UNSEEN_IN_PACKETS = {"no-break spaces", "full width", "base64 of tag 5A"}  # a known limit


@pytest.mark.parametrize("spelling", [one for one in SPELT if one not in UNSEEN_IN_PACKETS])
def test_captured_packets_hold_none(spelling: str) -> None:
    """Hidden in place, whatever is around it; the packet keeps its length."""
    for pan in PANS:
        packet = bytearray(
            b"POST /log HTTP/1.1\r\n\r\n{" + SPELT[spelling](pan).encode() + b"}\r\n"
        )
        size = len(packet)

        assert scrub(packet)
        assert len(packet) == size
        assert held(bytes(packet)) == []
        assert packet.startswith(b"POST /log HTTP/1.1\r\n\r\n{")


@pytest.mark.parametrize("code", ["cp037", "utf-16-le", "utf-16-be"])
def test_captured_bytes_of_another_alphabet_hold_none(code: str) -> None:
    """EBCDIC as hosts write it, UTF-16 as Java does."""
    for pan in PANS:
        packet = bytearray(b"\x02" + pan.encode(code) + b"\x03")

        assert scrub(packet)
        assert held(bytes(packet)) == []
