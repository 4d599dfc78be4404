"""The shapes of single ZVT messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Garbled
from harness.wire import zvt
from harness.wire import zvt_messages as messages
from harness.wire.zvt_messages import Line, SingleTotals

amounts = st.tuples(st.integers(0, 255), st.integers(0, 10**12 - 1))


@given(
    st.integers(0, 9999), st.integers(0, 9999), st.lists(amounts, min_size=7, max_size=7)
)  # fmt: skip
def test_totals_make_the_round_trip(first: int, last: int, rows: list[tuple[int, int]]) -> None:
    """Two receipt numbers, then a count and a turnover for each of seven brands."""
    totals = SingleTotals(first, last, tuple(rows))

    assert messages.read_totals(messages.write_totals(totals)) == totals
    assert totals.count == sum(count for count, _ in rows)


@pytest.mark.parametrize("size", [0, 52, 54])
def test_totals_of_another_size_are_garbled(size: int) -> None:
    """BMP 60 has 53 bytes."""
    with pytest.raises(Garbled, match="totals"):
        messages.read_totals(bytes(size))


@pytest.mark.parametrize(
    ("payload", "lines"),
    [
        ("00 41 42", [Line("AB")]),
        ("40", [Line("")]),
        ("80 41", [Line("A")]),  # 80 alone is reserved
        ("C0 41", [Line("A", last=True)]),
        ("81", [Line("", last=True)]),
        ("FF 03", [Line("")] * 3),
        ("FF", [Line("")]),
        ("00 84", [Line("ä")]),
    ],
)
def test_a_print_line_is_read_by_its_attribute(payload: str, lines: list[Line]) -> None:
    """3.5: text, line feeds, and the last line of a receipt."""
    assert messages.read_print_line(bytes.fromhex(payload)) == lines


def test_a_print_block_is_a_list_of_lines() -> None:
    """3.6: TLV 25 holds texts and attributes; the attribute behind the last line ends it."""
    payload = bytes.fromhex("06 12 1F07 01 01 25 0C 07 02 4142 09 01 FF 07 00 09 01 81")

    assert messages.read_print_block(payload) == [
        Line("AB"), Line(""), Line(""), Line("", last=True),
    ]  # fmt: skip
    assert messages.read_print_block(b"") == []


@given(st.lists(st.text("ABCäöß 0123456789", max_size=30).map(str.rstrip), max_size=8))
def test_a_written_receipt_is_read_again(texts: list[str]) -> None:
    """By lines and as a block."""
    block = messages.read_print_block(messages.write_print_block(texts, 1).payload)
    lines = [messages.read_print_line(messages.write_print_line(one).payload) for one in texts]

    assert [line.text for line in block] == [*texts, ""]
    assert block[-1].last
    assert [line.text for (line,) in lines] == texts
    (last,) = messages.read_print_line(messages.write_print_line("END", last=True).payload)
    assert last.last


def test_what_lacks_its_first_byte_is_garbled() -> None:
    """An attribute, a code, a status: each message has one."""
    for read in (
        messages.read_print_line, messages.read_abort, messages.read_intermediate,
        messages.read_status_answer,
    ):  # fmt: skip
        with pytest.raises(Garbled):
            read(b"")


@pytest.mark.parametrize(
    ("octets", "minutes", "tlv"),
    [
        ("04", None, False), ("04 02", 2, False), ("04 06", 6, False), ("04 1A", None, False),
        ("04 06 02 24 00", None, True), ("04 06 06 02 24 00", 6, True),
        ("04 02 06 05 24 03 07 01 41", 2, True),
    ],
)  # fmt: skip
def test_a_timeout_is_no_field(octets: str, minutes: int | None, tlv: bool) -> None:
    """3.7: a status, a timeout that may be missing, a TLV container; 02 is a tag elsewhere."""
    news = messages.read_intermediate(bytes.fromhex(octets))

    assert (news.status, news.minutes) == (0x04, minutes)
    assert (zvt.TLV_CONTAINER in news.fields) == tlv


def test_an_abort_for_a_wrong_currency_names_the_right_one() -> None:
    """2.2.9: two bytes without a tag, then BMPs."""
    code, fields = messages.read_abort(bytes.fromhex("6F 0978 3C F0F0F1 41"))

    assert (code, fields.text(zvt.TEXT)) == (0x6F, "A")
    assert messages.read_abort(b"\x6f") == (0x6F, zvt.Fields())


@given(st.binary(max_size=120))
def test_noise_is_printed_or_garbled(octets: bytes) -> None:
    """Nothing but Garbled comes out of a message that makes no sense."""
    for read in (messages.read_print_line, messages.read_print_block, messages.read_totals):
        try:
            read(octets)
        except Garbled:
            continue
