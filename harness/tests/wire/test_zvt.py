"""The ZVT codec against the examples of its specification."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Garbled
from harness.wire import zvt, zvt_messages

#: A status information after a sale, put together from clause 8: all kinds of fields but LLLVAR
#: of 100 bytes and more.
SALE = bytes.fromhex(
    "04 0F 5D 27 00 04 00 00 00 00 12 50 0B 00 07 31 0C 10 15 02 0D 11 22 0E 28 12 17 00 01 19 46 "
    "22 F0 F8 EE EE EE EE EE EE 00 15 29 12 34 56 78 3B 41 42 31 32 33 34 00 00 3C F0 F1 F0 53 4C "
    "49 50 20 30 30 37 33 31 49 09 78 87 07 31 88 00 07 31 8A 06 8B F1 F1 48 6F 75 73 65 20 63 61 "
    "72 64 00"
)


def test_a_status_information_is_read_field_by_field() -> None:
    """Fixed, LLVAR and LLLVAR fields of a sale come out, with nothing left over."""
    message = zvt.Apdu.from_bytes(SALE)
    fields = zvt.read_fields(message.payload)

    assert str(message) == "04 0F (93 bytes)"
    assert message.command == zvt.STATUS_INFORMATION
    assert fields.rest == b""
    assert fields.byte(zvt.RESULT) == 0
    assert fields.number(zvt.AMOUNT) == 1250
    assert fields.number(zvt.TRACE) == 731
    assert fields.number(zvt.TERMINAL_ID) == 12345678
    assert fields.number(zvt.CURRENCY) == 978
    assert fields.pan() == "************0015"
    assert fields.text(zvt.TEXT) == "SLIP 00731"
    assert fields.text(zvt.CARD_NAME) == "House card"
    assert zvt.write_fields(fields.values) == message.payload


def test_a_tlv_container_is_searched_at_all_levels() -> None:
    """BMP 06 carries nested data objects with tags of two bytes."""
    octets = bytes.fromhex("27 00 06 0D 2F 08 1F 12 01 02 1F 10 01 00 1F 2B 00")
    fields = zvt.read_fields(octets)

    assert zvt.TLV_CONTAINER in fields
    assert zvt.write_fields(fields.values) == octets
    assert fields.tlv(0x1F12) == b"\x02"
    assert fields.tlv(0x1F55) is None


def test_an_unknown_field_ends_the_parsing_and_keeps_what_was_read() -> None:
    """The length of an unknown BMP is unknown, so the remainder is kept unread."""
    fields = zvt.read_fields(bytes.fromhex("27 A3 66 01 02 27 00"))

    assert fields.values == {0x27: b"\xa3"}
    assert fields.rest == bytes.fromhex("66 01 02 27 00")


@pytest.mark.parametrize("octets", ["04 00", "3C F0 F0", "3C F0 FA F0", "22 F0 F4 99", "06 05 00"])
def test_a_field_that_is_cut_off_is_garbled(octets: str) -> None:
    """A known BMP whose value or length is not all there is refused."""
    with pytest.raises(Garbled):
        zvt.read_fields(bytes.fromhex(octets))


def test_a_number_with_a_bad_nibble_is_garbled() -> None:
    """BCD has no A."""
    with pytest.raises(Garbled, match="BCD"):
        zvt.read_fields(bytes.fromhex("49 0A 78")).number(zvt.CURRENCY)


@pytest.mark.parametrize(
    ("size", "head"), [(0, "00"), (254, "fe"), (255, "ff ff 00"), (256, "ff 00 01")]
)
def test_the_length_has_one_byte_below_255_and_three_above(size: int, head: str) -> None:
    """The long form is FF and the length, low byte first."""
    message = zvt.Apdu(zvt.PRINT_BLOCK, bytes(size))

    assert message.to_bytes()[2:].startswith(bytes.fromhex(head))
    assert zvt.Apdu.from_bytes(message.to_bytes()) == message


@pytest.mark.parametrize("octets", ["80 00", "80 00 01", "80 00 00 00", "80 00 ff 01"])
def test_half_or_too_much_is_no_apdu(octets: str) -> None:
    """from_bytes takes exactly one message."""
    with pytest.raises(Garbled):
        zvt.Apdu.from_bytes(bytes.fromhex(octets))


messages = st.builds(
    zvt.Apdu,
    st.integers(0, 0xFFFF),
    st.binary(max_size=40) | st.binary(min_size=253, max_size=300),
)


@given(st.lists(messages, max_size=6), st.lists(st.integers(1, 50), min_size=1))
def test_any_fragmentation_gives_the_same_messages(sent: list[zvt.Apdu], cuts: list[int]) -> None:
    """TCP may cut the stream anywhere."""
    stream = b"".join(message.to_bytes() for message in sent)
    deframer, got, at = zvt.Deframer(), list[zvt.Apdu](), 0

    while at < len(stream):
        size = cuts[len(got) % len(cuts)]
        got += deframer.feed(stream[at : at + size])
        at += size

    assert got == sent


@given(st.binary(max_size=300))
def test_noise_is_read_or_garbled(octets: bytes) -> None:
    """No payload raises anything but Garbled, whatever is asked of it."""
    with suppress(Garbled):
        fields = zvt.read_fields(octets)
        fields.pan()
        fields.text(zvt.TEXT)
        fields.number(zvt.AMOUNT)
        fields.tlv(0x1F17)
    for read in (
        zvt_messages.read_abort,
        zvt_messages.read_intermediate,
        zvt_messages.read_status_answer,
    ):
        with suppress(Garbled):
            read(octets)


def test_status_answers_come_with_and_without_a_version() -> None:
    """The version before the status byte may be left out; the TLV container after it too."""
    long = zvt_messages.write_status_answer(0xBF, "1.04", bytes.fromhex("06 05 1F 55 02 00 40"))
    version, status, fields = zvt_messages.read_status_answer(long.payload)

    assert long.payload.startswith(bytes.fromhex("F0 F0 F4") + b"1.04")
    assert (version, status) == ("1.04", 0xBF)
    assert fields.tlv(0x1F55) == b"\x00\x40"
    assert zvt_messages.read_status_answer(b"\x00") == ("", 0, zvt.Fields())
    with pytest.raises(Garbled):
        zvt_messages.read_status_answer(b"")


def test_an_intermediate_status_may_carry_a_timeout_and_a_text() -> None:
    """The minutes after the status byte may be there or not, even when there are six of them."""
    tail = bytes.fromhex("06 06 24 04 07 02 4F 4B")

    for payload in (b"\xff" + tail, b"\xff\x06" + tail, b"\xff\x01" + tail):
        said = zvt_messages.read_intermediate(payload)
        assert (said.status, said.fields.tlv(0x07)) == (0xFF, b"OK")
    said = zvt_messages.read_intermediate(b"\x0a\x06")
    assert (said.status, said.minutes, said.fields) == (0x0A, 6, zvt.Fields())
    assert zvt_messages.read_intermediate(b"\x0a\x0f").minutes is None
    with pytest.raises(Garbled):
        zvt_messages.read_intermediate(b"")


def test_fields_that_do_not_fit_are_not_written() -> None:
    """A value of the wrong length or a number too large is a ValueError here, not there."""
    for wrong in ({zvt.AMOUNT: b"\x00"}, {zvt.PAN: bytes(100)}):
        with pytest.raises(ValueError, match="BMP"):
            zvt.write_fields(wrong)
    with pytest.raises(ValueError, match="fit"):
        zvt.bcd(1_000_000, 3)


@pytest.mark.parametrize("pan", ["999999******0014", "999999*****0015", ""])
def test_a_masked_card_number_makes_the_round_trip(pan: str) -> None:
    """A masked digit is an E nibble, an odd count is padded with F."""
    octets = zvt.write_fields({zvt.PAN: zvt.masked_pan(pan)})

    assert zvt.read_fields(octets).pan() == pan


def test_a_long_length_may_stand_before_little() -> None:
    """FF 03 00 is a length of three as well, wherever the stream is cut."""
    octets = bytes.fromhex("04 0F FF 03 00 27 00 00 80 00 00")

    for cut in range(len(octets)):
        deframer = zvt.Deframer()
        got = deframer.feed(octets[:cut]) + deframer.feed(octets[cut:])
        assert got == [zvt.Apdu(zvt.STATUS_INFORMATION, b"\x27\x00\x00"), zvt.ACK]


def test_a_message_shows_no_card_number() -> None:
    """Neither its repr, nor its text, nor its fields', nor an error's has the payload."""
    pan = "6212345678901265"
    payload = zvt.write_fields({zvt.PAN: bytes.fromhex(pan)})
    message = zvt.Apdu(zvt.STATUS_INFORMATION, payload)
    shown = [repr(message), str(message), repr(zvt.read_fields(payload)), f"{[message]}"]
    with pytest.raises(Garbled) as torn:
        zvt.Apdu.from_bytes(message.to_bytes()[:-1])
    shown.append(str(torn.value))

    assert not [text for text in shown if pan in text or "62123" in text or "b'" in text]
