"""ISO 8583 by its clauses: two bitmaps, lengths, padding, tracks, chip data."""

import pytest

from harness.errors import Garbled
from harness.wire import iso8583, mac, tlv
from harness.wire.iso8583 import Message, pack, unpack

PAN = "6212345678901265"


def _body(text: str) -> bytes:
    return bytes.fromhex(text)


# --- bitmaps --------------------------------------------------------------------------------

#: A network management request, as hosts send it to each other: 7, 11 and, behind 64, 70.
ECHO = "0800 8220000000000000 0400000000000000 0312081530 000001 0301"


def test_fields_behind_64_are_read_by_the_second_bitmap() -> None:
    """Bit 1 says that there is one; it is no field of its own."""
    message = unpack(_body(ECHO))

    assert dict(message.fields) == {7: "0312081530", 11: "000001", 70: "301"}
    assert pack(message) == _body(ECHO)


def test_a_second_bitmap_without_a_field_is_read_and_not_written() -> None:
    """Bit 1 and 64 zeros."""
    message = unpack(_body("0800 8020000000000000 0000000000000000 000001"))

    assert dict(message.fields) == {11: "000001"}
    assert pack(message) == _body("0800 0020000000000000 000001")


@pytest.mark.parametrize(
    "text",
    [
        "0800 8020000000000000",  # no second bitmap
        "0800 8020000000000000 04000000000000",
        "0800 8020000000000000 8000000000000000 000001",  # a third one
        "0800 0220000000000000 0312081530",  # a field that is announced and not there
        "0800 0020000000000000 000001 00",  # and one that is not announced
    ],
)
def test_bitmaps_that_say_something_else_are_refused(text: str) -> None:
    """As much as is announced, and no byte more."""
    with pytest.raises(Garbled):
        unpack(_body(text))


def test_a_mac_is_in_the_last_field_there_is() -> None:
    """64, or 128 where there is a second bitmap (ISO 8583:1987); it covers all before it."""
    key = bytes.fromhex("0723C80DB5F4CD3D")
    short = Message("0200", {3: "000000", 11: "000001"})
    long = short.with_fields({90: "020000000103120815300000000000000000000000"})

    for message, place in ((short, 64), (long, 128)):
        sealed = mac.sealed(message, key)
        assert sealed.fields.keys() - message.fields.keys() == {place}
        assert mac.mac_ok(unpack(pack(sealed)), key)
        assert not mac.mac_ok(message, key)
        assert not mac.mac_ok(unpack(pack(sealed.with_fields({11: "000002"}))), key)


def test_a_mac_in_the_wrong_place_is_none() -> None:
    """64 in the middle of a longer message covers only half of it."""
    key = bytes.fromhex("0723C80DB5F4CD3D")
    sealed = mac.sealed(Message("0200", {11: "000001"}), key)

    assert not mac.mac_ok(sealed.with_fields({70: "301"}), key)


@pytest.mark.parametrize("number", [102, 103, 120])
def test_an_account_behind_64_is_not_shown(number: int) -> None:
    """It may be a card's number."""
    assert PAN not in repr(Message("0200", {number: PAN}))


# --- lengths and padding --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "text", "written"),
    [
        (2, PAN, "16 6212345678901265"),
        (2, "621234567890126", "15 6212345678901260"),  # odd: a nibble behind it
        (2, "", "00"),
        (22, "051", "0510"),  # behind it, also where the length is fixed
        (23, "001", "0001"),  # in front of it: it is a number
        (32, "12345678901", "11 123456789010"),
        (35, f"{PAN}D49122010", "25 6212345678901265D491220100"),
        (36, "99" + PAN, "0018 996212345678901265"),  # the length has two bytes, the first 0
        (55, "9F2608AABBCCDDEEFF0011", "0011 9F2608AABBCCDDEEFF0011"),
        (44, "A", "01 41"),
        (60, "22000001000", "0011 220000010000"),
        (63, "01 ", "0003 303120"),
        (52, "0123456789ABCDEF", "0123456789ABCDEF"),
    ],
)
def test_lengths_count_digits_or_bytes(number: int, text: str, written: str) -> None:
    """LLVAR and LLLVAR in BCD: of figures where it is packed two to a byte, else of bytes."""
    message = Message("0200", {number: text})

    body = pack(message)

    assert body[10:] == _body(written)
    assert unpack(body).fields == {number: text}


@pytest.mark.parametrize("pad", "0DF")
def test_a_track_of_odd_length_ends_with_any_nibble(pad: str) -> None:
    """Terminals fill it up with 0, D or F; it is no part of the track."""
    track = f"{PAN}D4912201"
    field = f"{len(track):02d}{track}" + pad * (len(track) % 2)

    message = unpack(_body(f"0200 0000000020000000 {field}"))

    assert message.get(35) == track
    assert message.pan == PAN


def test_a_track_with_a_sign_of_its_own_is_not_packed() -> None:
    """In BCD the separator is D; nobody guesses what another one meant, or quotes it."""
    with pytest.raises(Garbled) as caught:
        pack(Message("0200", {35: f"{PAN}=49122010"}))

    assert PAN not in str(caught.value)


@pytest.mark.parametrize("text", ["1A 6212", "17 6212345678901265", "20 " + "6" * 20])
def test_lengths_that_are_none_are_refused(text: str) -> None:
    """No figure, more than there is, more than the field may have."""
    with pytest.raises(Garbled):
        unpack(_body(f"0200 4000000000000000 {text}"))


#: ISO 8583:1987, the table of data elements, as far as a number or a text has a fixed place here:
#: field -> a value, and how it is packed.
PACKED = {
    3: ("310000", "310000"), 4: ("000000001234", "000000001234"),
    5: ("000000000001", "000000000001"), 7: ("0312081530", "0312081530"),
    8: ("00000001", "00000001"), 9: ("61234567", "61234567"),
    11: ("000001", "000001"), 12: ("081530", "081530"), 13: ("0312", "0312"),
    14: ("4912", "4912"), 15: ("0313", "0313"), 18: ("5999", "5999"), 19: ("156", "0156"),
    20: ("840", "0840"), 21: ("276", "0276"), 24: ("003", "0003"), 25: ("00", "00"),
    26: ("12", "12"), 27: ("6", "06"), 33: ("01020304", "08 01020304"),
    37: ("123456789012", "313233343536373839303132"), 38: ("A1b2C3", "413162324333"),
    39: ("A0", "4130"), 40: ("101", "313031"), 41: ("HIL00001", "48494C3030303031"),
    43: ("Shop" + " " * 36, "53686F70" + "20" * 36), 46: ("fee", "0003 666565"),
    47: ("", "0000"), 49: ("156", "313536"), 53: ("2600000000000000", "2600000000000000"),
    54: ("1002156C000000001234", "0020 3130303231353643303030303030303031323334"),
    64: ("0123456789ABCDEF", "0123456789ABCDEF"), 66: ("1", "01"), 67: ("12", "12"),
    70: ("301", "0301"), 73: ("261231", "261231"), 74: ("0000000001", "0000000001"),
    86: ("0000000000012345", "0000000000012345"), 91: ("1", "31"),
    94: ("1234567", "31323334353637"),
    99: ("00012345", "08 00012345"), 100: ("123", "03 1230"), 102: ("ACC 1", "05 4143432031"),
    128: ("FEDCBA9876543210", "FEDCBA9876543210"),
}  # fmt: skip


@pytest.mark.parametrize("number", PACKED)
def test_every_field_is_packed_by_its_kind(number: int) -> None:
    """Figures two to a byte, odd ones with a zero before them; an, ans as letters; b as it is."""
    text, written = PACKED[number]
    message = Message("0200", {number: text})

    body = pack(message)

    bitmaps = 16 if number > 64 else 8
    assert int.from_bytes(body[2:10], "big") >> 63 == (number > 64)
    assert int.from_bytes(body[2 : 2 + bitmaps], "big") >> (8 * bitmaps - number) & 1
    assert body[2 + bitmaps :] == _body(written)
    assert unpack(body).fields == {number: text}


@pytest.mark.parametrize(
    ("number", "text"),
    [(3, "00000"), (4, "12"), (11, "1234567"), (39, "0"), (41, "HIL"), (49, "1560"), (64, "00")],
)
def test_a_fixed_field_has_its_length(number: int, text: str) -> None:
    """Nothing is filled up or cut: who packs it must know it."""
    with pytest.raises(Garbled):
        pack(Message("0200", {number: text}))


@pytest.mark.parametrize(
    ("number", "longest"),
    [(2, 19), (32, 11), (33, 11), (35, 37), (36, 104), (44, 25), (48, 322), (60, 19), (63, 163)],
)
def test_the_longest_there_may_be(number: int, longest: int) -> None:
    """And one more is none."""
    assert unpack(pack(Message("0200", {number: "1" * longest}))).get(number) == "1" * longest
    with pytest.raises(Garbled):
        pack(Message("0200", {number: "1" * (longest + 1)}))


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("0100", "0110"), ("0101", "0110"), ("0120", "0130"), ("0200", "0210"), ("0201", "0210"),
        ("0220", "0230"), ("0221", "0230"), ("0320", "0330"), ("0400", "0410"), ("0401", "0410"),
        ("0420", "0430"), ("0421", "0430"), ("0500", "0510"), ("0520", "0530"), ("0620", "0630"),
        ("0800", "0810"), ("0820", "0830"),
    ],
)  # fmt: skip
def test_every_request_has_its_answer(request_: str, wanted: str) -> None:
    """The third figure goes up by one, the fourth, a repeat's, becomes 0 (ISO 8583:1987, 4.2)."""
    assert iso8583.answer_mti(request_) == wanted


# --- chip data ------------------------------------------------------------------------------


def test_chip_data_have_tags_and_lengths_of_every_width() -> None:
    """Field 55 is a row of data objects: tags of one to three bytes, lengths of one and two."""
    rows = [
        (0x95, bytes(5)), (0x9F10, bytes(range(32))), (0x9F26, bytes(8)), (0xDF31, bytes(5)),
        (0xDF8129, bytes(8)), (0x9F1E, b"HIL00001"), (0x84, bytes(16)), (0x91, bytes(130)),
    ]  # fmt: skip
    written = tlv.build(rows)
    assert 0x81 in written

    message = unpack(pack(Message("0200", {55: written.hex().upper()})))

    found = tlv.parse(bytes.fromhex(message.get(55)))
    assert [(row.tag, row.value) for row in found] == rows


# --- frames ---------------------------------------------------------------------------------


@pytest.mark.parametrize("swapped", [("6000030001", "6000010003"), ("60ABCD1234", "601234ABCD")])
def test_an_answer_goes_back_where_its_request_came_from(swapped: tuple[str, str]) -> None:
    """TPDU: 60, destination, source, changed round; the length before it is not its own."""
    there, back = map(bytes.fromhex, swapped)
    request = Message("0800", {11: "000001"}, tpdu=there)

    octets = iso8583.frame(iso8583.answer(request, {11: "000001", 39: "00"}))

    assert int.from_bytes(octets[:2], "big") == len(octets) - 2
    assert octets[2:7] == back
