"""Cards by their standards: answers to reset of real cards, lists, stripes of three tracks."""

import random

import pytest

from harness.errors import Garbled
from harness.wire import emv, magstripe, stripe_flux, tlv
from harness.wire.magstripe import Swipe

# --- answers to reset -----------------------------------------------------------------------

#: As public ATR parsers print them (smartcard-atr.appspot.com, ludovicrousseau.blogspot.com).
ATRS = {
    # T=0, and T=1 with IFSC 254
    "3BFE1800008031FE45803180664090A4162A00830F9000EF": (
        (0, 1), {"TA1": 0x18, "TB1": 0, "TC1": 0, "TD1": 0x80, "TD2": 0x31, "TA3": 0xFE,
                 "TB3": 0x45}, 14,
    ),
    # T=1 named twice: the second time are its own parameters
    "3BFA1300FF813180450031C173C00100009000B1": (
        (1,), {"TA1": 0x13, "TB1": 0, "TC1": 0xFF, "TD1": 0x81, "TD2": 0x31, "TA3": 0x80,
               "TB3": 0x45}, 10,
    ),
    # T=15 is no protocol: it has what is true of all of them
    "3BFE9400FF80B1FA451F034573744549442076657220312E3043": (
        (0, 1), {"TA1": 0x94, "TB1": 0, "TC1": 0xFF, "TD1": 0x80, "TD2": 0xB1, "TA3": 0xFA,
                 "TB3": 0x45, "TD3": 0x1F, "TA4": 0x03}, 14,
    ),
    "3B941881B1807D1F0319C80050DC": (
        (1,), {"TA1": 0x18, "TD1": 0x81, "TD2": 0xB1, "TA3": 0x80, "TB3": 0x7D, "TD3": 0x1F,
               "TA4": 0x03}, 4,
    ),
    "3BDE18FF81F1FE43003F078344455346697265382053414D2D5817": (
        (1,), {"TA1": 0x18, "TC1": 0xFF, "TD1": 0x81, "TD2": 0xF1, "TA3": 0xFE, "TB3": 0x43,
               "TC3": 0, "TD3": 0x3F, "TA4": 0x07, "TB4": 0x83}, 14,
    ),
    # T=0 alone has no check byte
    "3B2A00806524B0000200829000": ((0,), {"TB1": 0}, 10),
}  # fmt: skip


@pytest.mark.parametrize("octets", ATRS)
def test_real_answers_to_reset_are_read(octets: str) -> None:
    """Protocols, every interface byte at its level, historical bytes (ISO/IEC 7816-3, 8.2)."""
    protocols, interface, historical = ATRS[octets]

    atr = emv.parse_atr(bytes.fromhex(octets))

    assert (atr.convention, atr.protocols) == ("direct", protocols)
    assert atr.interface == interface
    assert len(atr.historical) == historical


@pytest.mark.parametrize("octets", ATRS)
def test_none_of_them_is_read_cut_off_or_with_more(octets: str) -> None:
    """Lengths add up."""
    whole = bytes.fromhex(octets)
    for at in range(len(whole)):
        with pytest.raises(Garbled):
            emv.parse_atr(whole[:at])
    with pytest.raises(Garbled):
        emv.parse_atr(whole + b"\0")


@pytest.mark.parametrize("octets", [one for one in ATRS if ATRS[one][0] != (0,)])
def test_any_turned_bit_of_one_with_a_check_byte_is_noticed(octets: str) -> None:
    """TCK makes the sum of all zero, from T0 on (8.2.5)."""
    whole = int(octets, 16)
    for bit in range(4 * len(octets) - 8):
        with pytest.raises(Garbled):
            emv.parse_atr((whole ^ 1 << bit).to_bytes(len(octets) // 2, "big"))


# --- lists of data objects ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("9F0206", "000000001250"),
        ("9F0202", "1250"),  # a number loses its left
        ("9F0201", "50"),
        ("9F0207", "00000000001250"),
        ("9F3704", "A1B2C3D4"),
        ("9F3702", "A1B2"),  # anything else its right
        ("9F3706", "A1B2C3D40000"),
        ("5A0A", "6212345678901265FFFF"),  # a compressed number is filled with F
        ("5A03", "621234"),
        ("DF0105", "0000000000"),  # nobody knows it
        ("9F0200", ""),
    ],
)
def test_a_list_is_filled_as_the_book_says(asked: str, wanted: str) -> None:
    """Too short and too long, by the format of each object (EMV Book 3, 5.4)."""
    values = {
        0x9F02: bytes.fromhex("000000001250"), 0x9F37: bytes.fromhex("A1B2C3D4"),
        0x5A: bytes.fromhex("6212345678901265"),
    }  # fmt: skip

    assert emv.fill_dol(bytes.fromhex(asked), values).hex().upper() == wanted


def test_templates_that_nest_without_end_are_garbled() -> None:
    """Their reader would run out of stack, and copy each level once more."""
    octets = b""
    for _ in range(3000):
        octets = tlv.encode(0x70, octets)

    with pytest.raises(Garbled, match="nested"):
        list(tlv.walk(octets))
    with pytest.raises(Garbled, match="nested"):
        tlv.find(octets, 0x5A)


@pytest.mark.parametrize(
    ("octets", "tag", "size"),
    [
        ("5F2D02656E", 0x5F2D, 2),
        ("DF8101820000", 0xDF8101, 0),  # a tag of three bytes, a length written too long
        ("DF81820100", 0xDF818201, 0),
        ("5A8108" + "62" * 8, 0x5A, 8),
        ("5A82000862" + "62" * 7, 0x5A, 8),
        ("5A8300000862" + "62" * 7, 0x5A, 8),
        ("00005A0162", 0x5A, 1),
        ("1F810701AA", 0x1F8107, 1),
    ],
)
def test_tags_and_lengths_of_every_width(octets: str, tag: int, size: int) -> None:
    """ISO/IEC 7816-4, 5.2.2; a length may have more bytes than it needs."""
    (row,) = tlv.parse(bytes.fromhex(octets))

    assert (row.tag, len(row.value)) == (tag, size)


@pytest.mark.parametrize("octets", ["5A80", "5A8401000000", "5AFF", "5A81", "9F", "1FFFFFFFFF01"])
def test_lengths_and_tags_that_nobody_may_write(octets: str) -> None:
    """The indefinite form, four bytes and more, cut off, a tag without end."""
    with pytest.raises(Garbled):
        tlv.parse(bytes.fromhex(octets))


# --- stripes --------------------------------------------------------------------------------

PAN = "9999990000000014"
#: ISO 4909: format 01, the card's number, and so on, up to 104 characters.
TRACK_3 = f"01{PAN}=724978000000000000003030000020204912==1=000000000000000000=00000000"


def test_track_3_is_read_like_track_2_but_longer() -> None:
    """Five bits a character, 107 with sentinels and LRC (ISO/IEC 7811-2; ISO 4909)."""
    longest = "0" * 104
    for text in (TRACK_3, longest, ""):
        bits = magstripe.encode(text, track=3)
        assert magstripe.decode(bits, track=3) == Swipe(text)
        assert magstripe.decode(bits[::-1], track=3) == Swipe(text)

    with pytest.raises(ValueError, match="105"):
        magstripe.encode("0" * 105, track=3)


@pytest.mark.parametrize("how", stripe_flux.SPOILT)
def test_a_spoilt_track_3_is_told(how: stripe_flux.Spoilt) -> None:
    """The same faults as of the others, through its flux at 210 bits per inch."""
    bits = magstripe.encode(TRACK_3, track=3)
    flux = stripe_flux.flux_of(bits, track=3)
    spoilt = stripe_flux.spoil(bits, how, random.Random(1), track=3)

    assert magstripe.decode(stripe_flux.bits_of(flux, track=3), track=3) == Swipe(TRACK_3)
    swipe = magstripe.decode(spoilt, track=3)
    assert swipe.fault == {"cut": "no_end"}.get(how, how)


@pytest.mark.parametrize(
    ("track", "text", "bits"),
    [
        # ;1=? : 1101.0 1000.0 1011.0 1111.1, and 1011^1101^... = 1011 xor 0001 xor 1101 xor 1111
        (2, "1=", "1101010000101101111100010"),
        # %A? : 0x05 0x21 0x1F and their sum 0x3B
        (1, "A", "1010001100001111111001101110"),
    ],
)
def test_characters_and_lrc_by_hand(track: int, text: str, bits: str) -> None:
    """Least bit first, odd parity, of the LRC as of any other (7811-2, 6)."""
    assert magstripe.encode(text, track=track, leading=0, trailing=0) == bits


@pytest.mark.parametrize(
    ("text", "service"),
    [
        (f"{PAN}=4912201000", "201"),
        (f"{PAN}==201000", "201"),  # no expiry date
        (f"{PAN}=4912=000", ""),  # no service code
        (f"{PAN}===000", ""),
        (PAN, ""),
        (f"{PAN}=4912", ""),
    ],
)
def test_a_service_code_stands_behind_a_date_or_a_separator(text: str, service: str) -> None:
    """A field that a card does not have is one separator (ISO/IEC 7813, 7)."""
    assert magstripe.service_of(text) == service
