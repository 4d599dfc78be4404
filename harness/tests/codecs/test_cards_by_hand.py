"""Cards, worked out by hand: answers to reset, commands, locators, characters of stripes."""

import pytest

from harness.errors import Garbled
from harness.wire import emv, magstripe
from harness.wire.magstripe import Swipe


@pytest.mark.parametrize(
    ("octets", "protocols", "interface", "historical"),
    [
        ("3B00", (0,), {}, b""),
        ("3F00", (0,), {}, b""),
        ("3B0F" + "41" * 15, (0,), {}, b"A" * 15),
        ("3BF01100FF8031FE4514", (0, 1), {"TA1": 0x11, "TB1": 0, "TC1": 0xFF, "TD1": 0x80,
                                          "TD2": 0x31, "TA3": 0xFE, "TB3": 0x45}, b""),
        ("3B80800101", (0, 1), {"TD1": 0x80, "TD2": 0x01}, b""),  # T=0, then T=1
        ("3B800080", (0,), {"TD1": 0x00}, None),  # T=0 alone: a byte too many
        ("3B8000", (0,), {"TD1": 0x00}, b""),
        ("3B808F0F80", (15,), {}, None),  # TCK wrong
        ("3B80801F0C13", (0,), {"TD1": 0x80, "TD2": 0x1F, "TA3": 0x0C}, b""),  # T=15 wants TCK
    ],
)  # fmt: skip
def test_answers_to_reset_by_hand(
    octets: str, protocols: tuple[int, ...], interface: dict[str, int], historical: bytes | None
) -> None:
    """T0 and each TD announce what follows; TCK is there unless T=0 is all (7816-3, 8.2)."""
    if historical is None:
        with pytest.raises(Garbled):
            emv.parse_atr(bytes.fromhex(octets))
        return
    atr = emv.parse_atr(bytes.fromhex(octets))

    assert (atr.protocols, atr.interface, atr.historical) == (protocols, interface, historical)
    assert atr.convention == ("inverse" if octets.startswith("3F") else "direct")


@pytest.mark.parametrize(
    ("apdu", "wanted"),
    [
        ("00A40400", (0x00A4, b"", None)),  # case 1
        ("80CA9F3600", (0x80CA, b"", 0)),  # case 2: Le 00 is 256
        ("0020008008241234FFFFFFFFFF", (0x0020, bytes.fromhex("241234FFFFFFFFFF"), None)),  # 3
        ("00A4040002A00000", (0x00A4, b"\xa0\x00", 0)),  # case 4
        ("00B2010C00", (0x00B2, b"", 0)),
    ],
)
def test_the_four_cases_of_a_command(apdu: str, wanted: tuple[int, bytes, int | None]) -> None:
    """ISO/IEC 7816-3, 12.1: with and without data, with and without Le."""
    octets = bytes.fromhex(apdu)

    command = emv.Command.from_bytes(octets)

    assert (command.head, command.body, command.expects) == wanted
    assert command.to_bytes() == octets


@pytest.mark.parametrize(
    "apdu", ["", "00A404", "00A4040003A000", "00A4040002A0000000", "00A404000000"]
)
def test_commands_whose_lengths_do_not_add_up(apdu: str) -> None:
    """Cut off, with a tail, or of the extended form, which T=0 cards do not know."""
    with pytest.raises(Garbled):
        emv.Command.from_bytes(bytes.fromhex(apdu))


@pytest.mark.parametrize(
    ("locator", "records"),
    [
        ("", []), ("08010100", [(1, 1)]), ("10020401", [(2, 2), (2, 3), (2, 4)]),
        ("0801020018010101", [(1, 1), (1, 2), (3, 1)]), ("F8010100", [(31, 1)]),
    ],
)  # fmt: skip
def test_which_records_a_locator_names(locator: str, records: list[tuple[int, int]]) -> None:
    """Four bytes each: file in the upper five bits, first, last, how many are signed."""
    assert emv.read_afl(bytes.fromhex(locator)) == records


@pytest.mark.parametrize(
    ("value", "bits"),
    [
        ("0", "00001"), ("1", "10000"), ("2", "01000"), ("3", "11001"), ("4", "00100"),
        ("5", "10101"), ("6", "01101"), ("7", "11100"), ("8", "00010"), ("9", "10011"),
        (":", "01011"), (";", "11010"), ("<", "00111"), ("=", "10110"), (">", "01110"),
        ("?", "11111"),
    ],
)  # fmt: skip
def test_the_sixteen_characters_of_track_2(value: str, bits: str) -> None:
    """Four bits, least first, and odd parity (ISO/IEC 7811-2, table 4)."""
    code = ord(value) - 0x30
    body = "".join(str(code >> at & 1) for at in range(4))
    assert body + str(1 - body.count("1") % 2) == bits
    if value != "?":  # an end sentinel would end it
        whole = magstripe.encode(value, leading=0, trailing=0)
        assert whole[5:10] == bits
        assert magstripe.decode(whole) == Swipe(value)


@pytest.mark.parametrize(
    ("char", "bits"),
    [(" ", "0000001"), ("%", "1010001"), ("A", "1000011"), ("Z", "0101111"), ("^", "0111110"),
     ("0", "0000100"), ("9", "1001100"), ("/", "1111001")],
)  # fmt: skip
def test_characters_of_track_1(char: str, bits: str) -> None:
    """Six bits from blank on, least first, and odd parity (ISO/IEC 7811-2, table 3)."""
    whole = magstripe.encode(char, track=1, leading=0, trailing=0)

    assert whole[7:14] == bits
    assert magstripe.decode(whole, track=1) == Swipe(char)


@pytest.mark.parametrize(("track", "most"), [(1, 76), (2, 37), (3, 104)])
def test_the_longest_text_of_a_track(track: int, most: int) -> None:
    """79, 40 and 107 characters with both sentinels and LRC."""
    assert (
        magstripe.decode(magstripe.encode("1" * most, track=track), track=track).text == "1" * most
    )
    with pytest.raises(ValueError, match=f"{most + 1} characters"):
        magstripe.encode("1" * (most + 1), track=track)


@pytest.mark.parametrize(
    ("service", "chip"),
    [("101", False), ("120", False), ("201", True), ("221", True), ("501", False), ("601", True),
     ("701", False), ("799", False), ("901", False), ("", False)],
)  # fmt: skip
def test_which_service_codes_have_a_chip(service: str, chip: bool) -> None:
    """2xx abroad as well, 6xx at home only (ISO/IEC 7813)."""
    assert magstripe.has_chip(service) == chip
