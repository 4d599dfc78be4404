"""Short messages in PDU mode (3GPP TS 23.040)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.model.cellular import Text
from harness.wire import gsm7
from harness.wire.pdu import MISSING, Delivered, delivered, is_other, put_together

STAMP = "62502180000080"  # 26-05-12 08:00:00, zone +2 h
AT = datetime(2026, 5, 12, 8, tzinfo=timezone(timedelta(hours=2)))


def _septets(text: str) -> list[int]:
    found = gsm7.encode(text)
    assert found is not None
    return found


def _letters(name: str) -> str:
    """An alphanumeric sender: its length in half octets, 0xD0, packed letters."""
    packed = gsm7.pack(_septets(name))
    half = (len(name) * 7 + 3) // 4
    return f"{half:02X}D0{packed.hex().upper()}"


def _deliver(sender: str, coding: int, body: bytes, length: int, *, first: int = 0x04) -> str:
    return f"00{first:02X}{sender}00{coding:02X}{STAMP}{length:02X}{body.hex().upper()}"


def _plain(text: str, sender: str = "") -> str:
    septets = _septets(text)
    return _deliver(sender or _letters("Carrier"), 0, gsm7.pack(septets), len(septets))


def _part(text: str, header: str) -> str:
    """A part in 7 bits: the text begins on a septet's border behind the header."""
    head = bytes.fromhex(header)
    skip = (len(head) * 8 + 6) // 7
    bits = int.from_bytes(head, "little") | int.from_bytes(
        gsm7.pack([0] * skip + _septets(text)), "little"
    )
    length = skip + len(_septets(text))
    body = bits.to_bytes((length * 7 + 7) // 8, "little")
    return _deliver(_letters("Carrier"), 0, body, length, first=0x44)


@pytest.mark.parametrize(
    ("pdu", "sender", "text", "at"),
    [
        # an example known from many tutorials: a Dutch number, seven bits
        (
            "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
            "+31641600986",
            "How are you?",
            datetime(2002, 8, 26, 19, 37, 41, tzinfo=UTC),
        ),
        # and one of an alphanumeric sender
        (
            "0791448720003023240DD0E474D81C0EBB010000111011315214000BE474D81C0EBB5DE3771B",
            "diafaan",
            "diafaan.com",
            datetime(2011, 1, 11, 13, 25, 41, tzinfo=UTC),
        ),
    ],
)
def test_public_examples_are_read(pdu: str, sender: str, text: str, at: datetime) -> None:
    """Sender, text, and when the centre took it."""
    assert delivered(pdu) == Delivered(sender, text, at)


@pytest.mark.parametrize(
    ("coding", "body", "length", "text"),
    [
        (0x00, gsm7.pack(_septets("80 % used {€}")), 16, "80 % used {€}"),
        (0xF1, gsm7.pack(_septets("to the SIM")), 10, "to the SIM"),
        (0xC8, gsm7.pack(_septets("waiting")), 7, "waiting"),
        (0x08, "Осталось 20 %".encode("utf-16-be"), 26, "Осталось 20 %"),
        (0x18, "剩余".encode("utf-16-be"), 4, "剩余"),
        (0xE0, "é".encode("utf-16-be"), 2, "é"),
        (0x04, b"\x41\xe9", 2, "Aé"),
        (0xF5, b"\x41\x42", 2, "AB"),
        (0x20, b"\x01\x02", 2, "0102"),  # compressed: shown as it is
        (0x00, b"", 160, ""),
        (0x08, "Часть".encode("utf-16-be")[:5], 10, "Ча"),  # cut off
    ],
)
def test_every_coding_scheme_is_read(coding: int, body: bytes, length: int, text: str) -> None:
    """TS 23.038, 4: seven bits, eight, UCS2, in each of the groups."""
    septets = len(_septets(text)) if coding in (0x00, 0xF1, 0xC8) and body else length
    found = delivered(_deliver(_letters("Carrier"), coding, body, septets))

    assert found is not None
    assert found.text == text
    assert (found.sender, found.at) == ("Carrier", AT)


@pytest.mark.parametrize(
    ("sender", "wanted"),
    [
        ("0B911346610089F6", "+31641600986"),
        ("038115F1", "511"),
        ("0681A1CB42", "1*#a24"),
        (_letters("T-Mobile"), "T-Mobile"),
    ],
)
def test_senders_are_numbers_or_letters(sender: str, wanted: str) -> None:
    """International with a plus, short codes, the letters carriers write under."""
    found = delivered(_plain("x", sender))

    assert found is not None
    assert found.sender == wanted


def test_parts_are_put_together_in_their_order() -> None:
    """Eight and sixteen bit references; a part that never came shows."""
    first, second = _part("Your data plan ", "050003A70201"), _part("is used up.", "050003A70202")
    wide = _part("wide", "0608040BAD0201")
    read = [delivered(pdu) for pdu in (second, wide, first)]
    parts = [one for one in read if one is not None]
    assert len(parts) == 3

    texts = put_together(parts)

    assert [text.text for text in texts] == ["Your data plan is used up.", f"wide{MISSING}"]


def test_messages_come_oldest_first_and_unread_times_keep_their_place() -> None:
    """By the centre's time; those without one stay behind the one they were stored after."""
    late, early = AT + timedelta(hours=1), AT
    rows = [
        Delivered("A", "late", late),
        Delivered("B", "no time", None),
        Delivered("C", "early", early),
    ]

    assert put_together(rows) == [
        Text("C", "early", early), Text("A", "late", late), Text("B", "no time", None),
    ]  # fmt: skip
    assert put_together([]) == []


@pytest.mark.parametrize(
    "pdu",
    [
        "0001000B911346610089F6000004D4E2940A",  # SMS-SUBMIT, a draft
        "000600",  # a status report
        "",
        "00",
        "nonsense",
        "07911326040000F0040B9113466100",  # too short
        "0" * 10_000,
    ],
)
def test_what_is_no_delivered_message_is_none(pdu: str) -> None:
    """Drafts, reports, nonsense."""
    assert delivered(pdu) is None


def test_drafts_and_reports_are_told_from_nonsense() -> None:
    """Only what a modem really stored as something else is left out silently."""
    assert is_other("0001000B911346610089F6000004D4E2940A")
    assert is_other("000600")
    assert not is_other("nonsense")
    assert not is_other(_plain("x"))


@pytest.mark.parametrize(
    ("header", "septets", "text"),
    [
        ("03240101", "1B67 62 1B69", "ğbı"),  # Turkish behind an escape
        ("03250101", "0B 07 60 40 1B67", "Ğıçİg"),  # Turkish as the alphabet itself
        ("03240102", "1B61 1B6F 09", "áóÇ"),  # Spanish
        ("06240103250103", "1B7B 7B 09 12 1B65", "ããçª€"),  # Portuguese, both
        ("0324010D", "1B67 1B65", "g€"),  # a language that is not known here
        ("", "1B67 62", "gb"),
    ],
)
def test_a_national_language_has_its_own_signs(header: str, septets: str, text: str) -> None:
    """TS 23.038, annex A, by the header's elements 24 and 25 (23.040, 9.2.3.24)."""
    codes = list(bytes.fromhex(septets.replace(" ", "")))
    head = bytes.fromhex(header)
    skip = (len(head) * 8 + 6) // 7
    bits = int.from_bytes(head, "little")
    bits |= int.from_bytes(gsm7.pack([0] * skip + codes), "little")
    length = skip + len(codes)
    body = bits.to_bytes((length * 7 + 7) // 8, "little")

    found = delivered(_deliver(_letters("X"), 0, body, length, first=0x44 if header else 0x04))

    assert found is not None
    assert found.text == text


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=200).map(bytes.hex), st.text(max_size=60)))
def test_nothing_that_is_stored_breaks_the_reader(pdu: str) -> None:
    """Every PDU is read or is None."""
    found = delivered(pdu)

    assert found is None or put_together([found])
    assert isinstance(is_other(pdu), bool)


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(0, 255))
def test_one_wrong_octet_breaks_nothing(at: int, octet: int) -> None:
    """In a part of a long message, where header and lengths may lie."""
    octets = bytearray.fromhex(_part("Your data plan ", "050003A70201"))
    octets[at % len(octets)] = octet

    found = delivered(octets.hex())

    assert found is None or put_together([found])
