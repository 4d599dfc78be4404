"""ZVT by its clauses: every BMP, whole commands of a register, what ends a dialogue, receipts."""

from datetime import datetime

import pytest

from harness.drivers import _zvt_commands as commands
from harness.errors import Garbled
from harness.model.register import Wish
from harness.model.units import Money
from harness.wire import tlv, zvt, zvt_messages, zvt_serial
from harness.wire.zvt_messages import Line

LL, LLL, TLV = zvt.Shape.LL, zvt.Shape.LLL, zvt.Shape.TLV
#: PA00P015, chapter 8, in its order: BMP -> bytes, or how its length is written.
BMPS: dict[int, object] = {
    0x01: 1, 0x02: 1, 0x03: 1, 0x04: 6, 0x05: 1, 0x06: TLV, 0x0B: 3, 0x0C: 3, 0x0D: 2, 0x0E: 2,
    0x17: 2, 0x19: 1, 0x22: LL, 0x23: LL, 0x24: LLL, 0x27: 1, 0x29: 4, 0x2A: 15, 0x2D: LL,
    0x2E: LLL, 0x37: 3, 0x3A: 2, 0x3B: 8, 0x3C: LLL, 0x3D: 3, 0x49: 2, 0x60: LLL, 0x70: 4,
    0x71: 4, 0x72: 1, 0x73: 1, 0x74: 1, 0x75: 1, 0x87: 2, 0x88: 3, 0x8A: 1, 0x8B: LL, 0x8C: 1,
    0x9A: LLL, 0xA0: 1, 0xA7: LL, 0xAA: 3, 0xAF: LLL, 0xBA: 5, 0xD0: 1, 0xD1: LL, 0xD2: 1,
    0xD3: 1, 0xE0: 1, **dict.fromkeys(range(0xE1, 0xE9), LL), 0xE9: 1, 0xEA: 1, 0xEB: 8,
    0xF0: 1, **dict.fromkeys(range(0xF1, 0xF9), LL), 0xF9: 1, 0xFA: 1, 0xFB: 1, 0xFC: 1, 0xFD: 1,
}  # fmt: skip


def test_there_are_the_bmps_of_the_table_and_no_others() -> None:
    """A wrong length would have all that follows read wrongly."""
    assert zvt.BMPS == BMPS


@pytest.mark.parametrize("tag", sorted(BMPS))
def test_every_bmp_is_followed_by_the_next_one(tag: int) -> None:
    """The result behind it is found, for the shortest value and a longer one."""
    shape = BMPS[tag]
    sizes = (shape,) if isinstance(shape, int) else (0, 1, 99)

    for size in sizes:
        octets = zvt.write_fields({tag: b"\x11" * size}) + b"\x27\x6c"
        fields = zvt.read_fields(octets)
        assert (fields.values[tag], fields.rest) == (
            (b"\x11" * size, b"") if tag != zvt.RESULT else (b"\x6c", b"")
        )
        assert fields.byte(zvt.RESULT) == 0x6C


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("22 F0 F5 67 22 90 00 0F", "672290000"),
        ("22 F1 F0 67 22 90 EE EE EE EE EE 00 1F", "672290**********001"),
        ("22 00 02 12 34", "1234"),  # the left halves of a length mean nothing
        ("22 F0 F0", ""),
    ],
)
def test_a_card_number_of_odd_length_is_filled_up(octets: str, value: str) -> None:
    """Chapter 8, 22: E for a hidden figure, F behind the last one."""
    assert zvt.read_fields(bytes.fromhex(octets)).pan() == value


@pytest.mark.parametrize(
    ("octets", "size"),
    [("06 00", 0), ("06 7F", 127), ("06 81 80", 128), ("06 82 01 00", 256), ("06 81 05", 5)],
)
def test_a_container_has_lengths_of_ber(octets: str, size: int) -> None:
    """9.1: one byte to 127, then 81 and 82; a longer form than it must be is one, too."""
    head = bytes.fromhex(octets)

    fields = zvt.read_fields(head + b"\0" * size + b"\x27\0")

    assert len(fields.values[zvt.TLV_CONTAINER]) == size
    assert fields.byte(zvt.RESULT) == 0


@pytest.mark.parametrize("octets", ["06 80 00 00", "06 84 00 00 00 00", "06", "06 82 01"])
def test_lengths_that_the_clause_has_not(octets: str) -> None:
    """The indefinite one, and what is cut off."""
    with pytest.raises(Garbled):
        zvt.read_fields(bytes.fromhex(octets))


@pytest.mark.parametrize(
    ("tag", "octets"),
    [
        (0x24, "24 01 41"), (0x1F10, "1F 10 01 41"), (0x1F8144, "1F 81 44 01 41"),
        (0x5F, None), (0x1F80, None),
    ],
)  # fmt: skip
def test_tags_have_one_to_three_bytes(tag: int, octets: str | None) -> None:
    """9.1: low five bits all ones, then seven bits a byte; the last one without its top bit."""
    if octets is None:
        with pytest.raises(Garbled):
            tlv.parse(tag.to_bytes(2, "big").lstrip(b"\0"))
        return
    assert tlv.parse(bytes.fromhex(octets)) == [tlv.Tlv(tag, b"A")]


# --- what a register says -------------------------------------------------------------------

PASSWORD = bytes.fromhex("123456")


@pytest.mark.parametrize(
    ("apdu", "written"),
    [
        (commands.write_registration(PASSWORD, 0x8A, 978), "06 00 08 123456 8A 0978 06 00"),
        (commands.write_status_enquiry(PASSWORD), "05 01 07 123456 03 04 06 00"),
        (commands.write_repeat(PASSWORD, 1), "06 20 05 123456 03 01"),
        (commands.write_time(PASSWORD, datetime.fromisoformat("2026-03-02T08:09:10")),
         "06 91 0B 123456 AA 260302 0C 080910"),
        (commands.write_read_card(15), "06 C0 03 0F 19 50"),
        (commands.write_deal(Wish("sale", Money(1234, "EUR")), PASSWORD, None),
         "06 01 0A 04 000000001234 49 0978"),
        (commands.write_deal(Wish("sale", Money(1234, "EUR")), PASSWORD, b""),
         "06 01 0F 04 000000001234 49 0978 06 03 1F1F 00"),
        (commands.write_deal(Wish("void", None, 731), PASSWORD, None),
         "06 30 06 123456 87 0731"),
        (commands.write_deal(Wish("refund", Money(5, "EUR")), PASSWORD, None),
         "06 31 0D 123456 04 000000000005 49 0978"),
        (commands.write_deal(Wish("completion", Money(5, "EUR"), 7, 9, "AB12"), PASSWORD, None),
         "06 24 1A 87 0007 04 000000000005 49 0978 0B 000009 3B 4142313200000000"),
        (zvt.Apdu(zvt.END_OF_DAY, PASSWORD), "06 50 03 123456"),
        (zvt.Apdu(zvt.DIAGNOSIS), "06 70 00"), (zvt.Apdu(zvt.ABORT_BY_ECR), "06 B0 00"),
        (zvt.Apdu(zvt.RESET), "06 18 00"), (zvt.Apdu(zvt.LOG_OFF), "06 02 00"),
        (zvt.ACK, "80 00 00"), (zvt.refuse(0x83), "84 83 00"), (zvt.refuse(0x9C), "84 9C 00"),
    ],
)  # fmt: skip
def test_what_a_register_says(apdu: zvt.Apdu, written: str) -> None:
    """Chapter 2, byte by byte: password, config byte, fields and their lengths."""
    assert apdu.to_bytes() == bytes.fromhex(written)


# --- what a terminal says -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "code", "tags"),
    [
        ("6C", 0x6C, ()), ("A3 06 04 1F16 01 02", 0xA3, (0x06,)),
        ("6F 0978", 0x6F, ()), ("6F 0978 06 00", 0x6F, (0x06,)),
        ("B8 87 FFFF", 0xB8, (0x87,)), ("B8 87 0123", 0xB8, (0x87,)),
    ],
)  # fmt: skip
def test_what_breaks_a_dialogue_off(payload: str, code: int, tags: tuple[int, ...]) -> None:
    """3.3: a code; behind 6F the right currency without a tag; 2.10.1: B8 with a receipt."""
    said, fields = zvt_messages.read_abort(bytes.fromhex(payload))

    assert (said, tuple(fields.values)) == (code, tags)


@pytest.mark.parametrize(
    ("attribute", "last"),
    [(0x00, False), (0x40, False), (0x7F, False), (0x80, False), (0x81, True), (0xC0, True),
     (0xFE, True), (0xFF, False)],
)  # fmt: skip
def test_which_lines_end_a_receipt(attribute: int, last: bool) -> None:
    """3.5: the top bit, but for 80 (reserved) and FF (feeds)."""
    assert zvt_messages.ends_receipt(attribute) == last


@pytest.mark.parametrize("feeds", [0, 1, 9])
def test_feeds_are_counted(feeds: int) -> None:
    """FF and so many."""
    assert zvt_messages.read_print_line(bytes([0xFF, feeds])) == [Line("")] * feeds


def test_two_receipts_in_one_block() -> None:
    """3.6: each ends with the attribute of a last line."""
    rows = [(0x07, b"A"), (0x09, b"\x81"), (0x07, b"B"), (0x09, b"\xff"), (0x09, b"\x81")]
    payload = zvt.write_fields({zvt.TLV_CONTAINER: tlv.build([(0x25, tlv.build(rows))])})

    assert zvt_messages.read_print_block(payload) == [
        Line("A"), Line("", last=True), Line("B"), Line(""), Line("", last=True),
    ]  # fmt: skip


# --- serial lines ---------------------------------------------------------------------------


def test_every_byte_of_a_block_is_in_its_check() -> None:
    """PA00P016, 3.3: command, length and data, undoubled, and ETX; neither STX nor DLE."""
    for apdu in (zvt.ACK, zvt.Apdu(0x0610, b"\x10\x03\x10"), zvt.Apdu(0x04FF, b"\x10")):
        plain, crc = apdu.to_bytes() + b"\x03", 0
        for octet in plain:
            crc ^= octet
            for _ in range(8):
                crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
        assert zvt_serial.to_serial(apdu)[-2:] == bytes([crc & 0xFF, crc >> 8])


@pytest.mark.parametrize(
    "octets",
    [
        "10 02 80 00 00 10 03 1F F5",  # the check with its high byte first
        "10 02 80 00 00 10 04 F5 1F",  # a lone DLE
        "10 02 80 00 10 03 F5 1F",  # a byte short
        "10 02 06 00 03 10 10 10 03 00 00",
    ],
)
def test_blocks_that_are_none(octets: str) -> None:
    """Never a message; the next one is read."""
    deframer = zvt_serial.SerialDeframer()
    found = deframer.feed(bytes.fromhex(octets))
    deframer.restart()

    assert not [one for one in found if isinstance(one, zvt.Apdu)]
    assert deframer.feed(zvt_serial.to_serial(zvt.ACK)) == [zvt.ACK]
