"""Short messages by their clauses; what is packed was worked out by hand from them."""

import pytest

from harness.sim.modems import messages
from harness.wire import gsm7, pdu

STAMP = "62502180000080"
#: A letter "A" behind any sender.
SAID = f"0000{STAMP}0141"


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("10D0CD72DA0D7296E97A", "Mein Netz"),
        ("0ED0D364B33545BFE1", "SIM-Shop"),
        ("0B919451214365F7", "+49151234567"),
        # an odd number's last half is F by the standard; whatever it is, it is no digit of it
        ("0B919451214365E7", "+49151234567"),
        ("0B91945121436507", "+49151234567"),
        ("0AA09451214365", "4915123456"),
        ("0091", "+"),
        ("0080", ""),
        ("05D0C8B402", "Hi"),
        ("01D041", ""),  # half a letter is none
    ],
)
def test_addresses_end_where_their_length_says(address: str, sender: str) -> None:
    """In half octets, of digits and of letters (TS 23.040, 9.1.2.5)."""
    found = pdu.delivered(f"0004{address}{SAID}")

    assert found is not None
    assert found.sender == sender


@pytest.mark.parametrize(
    ("text", "packed"),
    [
        ("12.50 paid", "3199AB0603C1C36932"),
        ("Card out", "C3B09C0C7AD7E9"),
        ("Akku leer!", "C1F5BA0E6297CBF210"),
        ("[5€]", "1B5E6D53DEF800"),
        ("", ""),
        ("@@", "0000"),
    ],
)
def test_septets_are_packed_from_the_lowest_bit(text: str, packed: str) -> None:
    """TS 23.038, 6.1.2.1; the last octet's bits are zero."""
    septets = gsm7.encode(text)

    assert septets is not None
    assert gsm7.pack(septets).hex().upper() == packed
    assert gsm7.decode(gsm7.unpack(bytes.fromhex(packed), len(septets))) == text


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("050003CC0201", "C6613919949E83DE753A"),  # six octets and one bit: the seventh septet
        ("06080412340201", "E3B09C0C4ACF41EF3A1D"),  # seven octets are eight septets
    ],
)
def test_text_behind_a_header_begins_at_a_septet(header: str, text: str) -> None:
    """Fill bits up to the next one (TS 23.040, 9.2.3.24)."""
    head = bytes.fromhex(header)
    length = (len(head) * 8 + 6) // 7 + 11

    found = pdu.delivered(f"00440B919451214365F70000{STAMP}{length:02X}{header}{text}")

    assert found is not None
    assert found.text == "card is out"
    assert (found.parts, found.part) == (2, 1)


@pytest.mark.parametrize("octets", range(1, 9))
def test_fill_bits_of_every_header(octets: int) -> None:
    """Headers of any length; seven of eight need some bits before the text."""
    head = bytes([octets - 1, *bytes(octets - 1)])
    skip = -(-len(head) * 8 // 7)
    codes = gsm7.encode("grüße {€}")
    assert codes is not None
    body = head + messages.pack(codes, 7 * skip - 8 * len(head))
    length = skip + len(codes)

    found = pdu.delivered(f"00440B919451214365F70000{STAMP}{length:02X}{body.hex()}")

    assert found is not None
    assert found.text == "grüße {€}"
