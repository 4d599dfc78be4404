"""ZVT, nexo and checks by their clauses, in the shapes that real terminals send."""

import pytest

from harness.errors import Garbled
from harness.wire import tlv, zvt, zvt_messages, zvt_serial
from harness.wire.checks import CHECKS
from harness.wire.zvt_messages import Line

PAN = "EEEEEEEEEEEE1265"


def _container(*rows: tuple[int, bytes]) -> bytes:
    return zvt.write_fields({zvt.TLV_CONTAINER: tlv.build(rows)})


# --- printed lines --------------------------------------------------------------------------

MERCHANTS = _container((zvt_messages.RECEIPT_TYPE, b"\x01"))


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        (b"\x40** KASSENBELEG **" + MERCHANTS, Line("** KASSENBELEG **")),
        (b"\x00 " + MERCHANTS, Line("")),
        (b"\x40" + MERCHANTS, Line("")),
        (b"\x81" + MERCHANTS, Line("", last=True)),
        (b"\x81VIELEN DANK" + MERCHANTS, Line("VIELEN DANK", last=True)),
        (b"\x00SUMME 1,00", Line("SUMME 1,00")),
        (b"\x00M\x81NZE" + _container((0x24, bytes(200))), Line("M\u00fcNZE")),
        (b"\x00A\x06\x06" + tlv.encode(0x1F07, b"\x01") + b"\0\0", Line("A")),
        # no container: its length says so
        (b"\x00A\x06B", Line("A\x06B")),
        (b"\x00A\x06", Line("A\x06")),
        (b"\x00A\x06\x85", Line("A\x06\u00e0")),
    ],
)
def test_a_printed_line_ends_where_a_container_begins(payload: bytes, line: Line) -> None:
    """Terminals tell there whose receipt the line is of (PA00P015, 3.5): it is no text."""
    assert zvt_messages.read_print_line(payload) == [line]


def test_what_a_line_is_written_as_is_read_with_a_container_behind_it() -> None:
    """As many as there are, and of any length that a text has."""
    for size in range(60):
        written = zvt_messages.write_print_line("0" * size).payload + MERCHANTS

        assert zvt_messages.read_print_line(written) == [Line("0" * size)]


# --- lengths --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "size"),
    [
        ("04 0F 00", 0), ("04 0F 01 6C", 1), ("04 0F FF 01 00 6C", 1), ("04 0F FF 00 00", 0),
    ],
)  # fmt: skip
def test_a_length_may_be_longer_than_it_must(octets: str, size: int) -> None:
    """FF and two bytes, low first, also below 255 (PA00P015, 1.6)."""
    assert len(zvt.Apdu.from_bytes(bytes.fromhex(octets)).payload) == size


@pytest.mark.parametrize(
    ("size", "head"), [(254, "FE"), (255, "FF FF 00"), (256, "FF 00 01"), (65535, "FF FF FF")]
)
def test_a_length_grows_at_255(size: int, head: str) -> None:
    """One byte, or three."""
    written = zvt.Apdu(zvt.PRINT_BLOCK, bytes(size)).to_bytes()

    assert written[: len(written) - size] == bytes.fromhex("06 D3 " + head)


@pytest.mark.parametrize("octets", ["", "04", "04 0F", "04 0F FF", "04 0F FF 01", "04 0F 06 00"])
def test_what_is_not_whole_waits(octets: str) -> None:
    """TCP cuts anywhere, in the middle of a length as well."""
    deframer = zvt.Deframer()
    assert deframer.feed(bytes.fromhex(octets)) == []


@pytest.mark.parametrize(
    ("digits", "size"),
    [("F0 F0 F0", 0), ("F0 F1 F9", 19), ("F1 F8 F9", 189), ("F9 F9 F9", 999), ("00 01 09", 19)],
)
def test_three_digits_of_length(digits: str, size: int) -> None:
    """LLLVAR; the left half of a byte is nothing."""
    octets = bytes.fromhex("3C " + digits) + b"A" * size + bytes.fromhex("27 00")

    fields = zvt.read_fields(octets)

    assert len(fields.values[zvt.TEXT]) == size
    assert fields.byte(zvt.RESULT) == 0


@pytest.mark.parametrize("digits", ["FA F0", "F0 FF", "F1", ""])
def test_what_is_no_digit_is_no_length(digits: str) -> None:
    """LLVAR of A and more, or cut off."""
    with pytest.raises(Garbled):
        zvt.read_fields(bytes.fromhex("8B " + digits))


# --- a whole answer -------------------------------------------------------------------------

#: In the order in which a terminal of Ingenico's sends them; values are ours.
STATUS = (
    "27 00 04 00 00 00 00 12 34 0B 00 04 70 0C 22 39 53 0D 10 06 0E 49 12 17 00 01 19 70"
    "22 F0 F8 EE EE EE EE EE EE 12 65 29 48 49 4C 01 2A 39 39 39 39 39 39 39 39 39 39 39 39 39 39"
    "39 37 00 04 69 3B 31 32 33 34 35 36 00 00 3C F0 F1 F1 47 45 4E 2E 4E 52 2E 3A 31 32 33 49 09"
    "78 60 F0 F0 F0 87 04 70 88 00 04 70 8A 05 8B F0 F5 43 41 52 44 00 8C 01 A0 00 AA 26 03 02"
    "BA 00 00 00 00 00 06 81 80 1F 10 01 03 60 7A 43 07 F0 00 00 00 01 01 01 44 6F"
)


def test_a_whole_status_information_is_read() -> None:
    """Every field that one sends after a sale, and a container longer than 127 bytes."""
    fields = zvt.read_fields(bytes.fromhex(STATUS) + b"A" * 111)

    assert fields.rest == b""
    assert fields.pan() == PAN.replace("E", "*")
    assert [fields.number(tag) for tag in (zvt.AMOUNT, zvt.TRACE, zvt.ORIGINAL_TRACE)] == [
        1234, 470, 469,
    ]  # fmt: skip
    assert fields.text(zvt.TEXT) == "GEN.NR.:123"
    assert fields.text(zvt.CARD_NAME) == "CARD"
    assert fields.number(zvt.CURRENCY) == 978
    assert fields.tlv(0x1F10) == b"\x03"
    assert fields.tlv(0x43) == bytes.fromhex("F0000000010101")
    assert zvt.write_fields(fields.values) == bytes.fromhex(STATUS) + b"A" * 111


# --- serial lines and checks ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("apdu", "written"),
    [
        ("80 00 00", "10 02 80 00 00 10 03 F5 1F"),
        ("06 0F 00", "10 02 06 0F 00 10 03"),
        ("06 10 01 10", "10 02 06 10 10 01 10 10 10 03"),  # in the command and in its data
        ("04 FF 03 02 03 10", "10 02 04 FF 03 02 03 10 10 10 03"),
        ("06 D1 10", "10 02 06 D1 10 10"),  # the length is doubled, too
    ],
)
def test_blocks_on_a_serial_line(apdu: str, written: str) -> None:
    """DLE is doubled wherever it stands; the CRC is over plain bytes and ETX, low byte first."""
    plain = bytes.fromhex(apdu)
    plain += bytes(plain[2] - len(plain) + 3)

    octets = zvt_serial.to_serial(zvt.Apdu.from_bytes(plain))

    assert octets.startswith(bytes.fromhex(written))
    check = CHECKS["crc16_kermit"](plain + b"\x03")
    assert octets[-4:] == b"\x10\x03" + bytes([check & 0xFF, check >> 8])
    assert zvt_serial.SerialDeframer().feed(octets) == [zvt.Apdu.from_bytes(plain)]


def test_a_check_that_has_a_dle_in_it_is_not_doubled() -> None:
    """Doubling ends with DLE ETX; behind it, 10 is 10 (PA00P016, 3.1)."""
    found = []
    for number in range(65536):
        apdu = zvt.Apdu(zvt.STATUS_INFORMATION, number.to_bytes(2, "big"))
        if 0x10 in zvt_serial.to_serial(apdu)[-2:]:
            found.append(apdu)
            if len(found) == 40:
                break

    for apdu in found:
        assert zvt_serial.SerialDeframer().feed(zvt_serial.to_serial(apdu)) == [apdu]


@pytest.mark.parametrize(
    ("kind", "octets", "check"),
    [
        ("crc16_modbus", "01 03 00 00 00 0A", 0xCDC5),  # sent low byte first: C5 CD
        ("crc16_modbus", "11 05 00 AC FF 00", 0x8B4E),  # the guide's coil: 4E 8B
        ("crc16_kermit", "31 32 33 34 35 36 37 38 39", 0x2189),
        ("crc16_xmodem", "31 32 33 34 35 36 37 38 39", 0x31C3),
        ("crc16_x25", "31 32 33 34 35 36 37 38 39", 0x906E),
    ],
)
def test_checks_of_published_messages(kind: str, octets: str, check: int) -> None:
    """Messages of Modbus' guides, and check values of the CRC catalogue."""
    assert CHECKS[kind](bytes.fromhex(octets)) == check
