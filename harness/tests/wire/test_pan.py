"""Card numbers are found in every disguise and never survive masking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import pan as finder
from harness.wire.pan import find, is_pan, luhn, mask, mask_pan
from harness.wire.pan_lines import mask_after

CARDS = [
    "4111111111111111", "5555555555554444", "378282246310005", "6212345678901265",
    "62123456789002", "6212345678900000003", "9999990000000014", "9999990000000000014",
    "2223000048400011", "3530111333300000", "6011111111111117",
]  # fmt: skip


def bcd_llvar(pan: str) -> str:
    """Field 2 as hex: length, digits, pad."""
    return f"{len(pan):02d}{pan}{'0' * (len(pan) % 2)}"


@pytest.mark.parametrize("pan", CARDS)
@pytest.mark.parametrize(
    "dressed",
    [
        lambda p: f"PAN {p} ok",
        lambda p: f"PAN{p}.",
        lambda p: " ".join(p[i : i + 4] for i in range(0, len(p), 4)),
        lambda p: "-".join(p[i : i + 4] for i in range(0, len(p), 4)),
        lambda p: f";{p}=49121010000012345678?",
        lambda p: f"{p}D4912101000001234567F",
        lambda p: p.encode().hex(),
        lambda p: p.encode().hex(" ").upper(),
        lambda p: "AB" + bcd_llvar(p) + "000000000000001234",
        lambda p: bytes.fromhex("3020" + bcd_llvar(p) + "000000").hex(" "),
        lambda p: f"37{p}D4912101000001234567F"[: 2 + 37],
    ],
)
def test_a_card_number_is_found_in_every_disguise(pan: str, dressed: object) -> None:
    """Plain, grouped, on a track, in hex of ASCII and in BCD: the middle digits are gone."""
    text = dressed(pan)  # type: ignore[operator]

    shown = mask(text)

    assert mask_pan(pan) in shown
    assert pan not in shown.replace(" ", "").replace("-", "")
    assert pan.encode().hex() not in shown.replace(" ", "").lower()
    assert "491210" not in shown
    assert find(shown) == []


@pytest.mark.parametrize(
    "innocent",
    [
        "2026-11-22 03:22:41 stan 000123 rrn 032641000123",
        "20261122032241",
        "20261122032241123",
        "9999990000000015",  # fails Luhn
        "6222040000030012",  # fails Luhn
        "imei 356938035643809",
        "iccid 8988201000000000014",
        "999999999999999",
        "t=0.4111111111111111",
        "411111***1111",
        "007F600003000060321032007202003020048000C08015000000000000001234000002030099",
    ],
)
def test_what_is_no_card_number_is_left(innocent: str) -> None:
    """Time stamps, trace and reference numbers, equipment identities pass unchanged."""
    assert mask(innocent) == innocent


def with_check_digit(stem: str) -> str:
    """The stem and the digit that makes it pass Luhn."""
    return next(stem + str(digit) for digit in range(10) if luhn(stem + str(digit)))


pans = st.from_regex(r"[4569][0-9]{11,17}", fullmatch=True).map(with_check_digit).filter(is_pan)
words = st.text(alphabet="abcxyzÄ流量:;,?!()\n\t", max_size=20)


@given(before=words, pan=pans, after=words, cuts=st.sets(st.integers(1, 18), max_size=5))
def test_grouped_or_not_it_is_found(before: str, pan: str, after: str, cuts: set[int]) -> None:
    """However single spaces fall between the digits, the number is truncated."""
    grouped = "".join((" " if at in cuts else "") + digit for at, digit in enumerate(pan))

    shown = mask(before + grouped + after)

    assert shown == before + mask_pan(pan) + after


@given(st.text(alphabet="0123456789 -=DFabc", max_size=120))
def test_masking_is_settled_after_one_pass(text: str) -> None:
    """Whatever comes, a second pass finds nothing new to hide."""
    shown = mask(text)

    assert mask(shown) == shown


def test_a_short_number_keeps_nothing() -> None:
    """What is no full card number shows none of its digits when masked as one."""
    assert mask_pan("411111") == "***"
    assert not is_pan("411111111111")


def test_long_digit_deserts_take_no_time_to_speak_of() -> None:
    """Hundreds of thousands of groups are read in one pass, not in their square."""
    for text in ("4111 1111 " * 20_000, "4 " * 10_000, "31" * 50_000, "9" * 100_000):
        assert len(mask(text)) <= len(text)


@pytest.mark.parametrize(
    ("leaked", "shown"),
    [
        ("5A089999990000000014", "5A08999999***0014"),
        ("5a 08 99 99 99 00 00 00 00 14 5f 24", "5a 08 999999***0014 5f 24"),
        ("9F2701805A0A6212345678900000003F5F3401", "9F2701805A0A621234***00035F3401"),
        ("57119999990000000014D49121010000012345F9F", "5711999999***0014F9F"),
    ],
)
def test_a_card_number_behind_its_emv_tag_is_found(leaked: str, shown: str) -> None:
    """Tags 5A and 57 tell in bytes how long the number is, however the dump goes on."""
    assert mask(leaked) == shown


def test_a_dump_may_end_before_the_number_that_it_announces() -> None:
    """A length byte promises more digits than there are; what is there is hidden all the same."""
    shown = mask("6212878678041646050398910605")

    assert "***" in shown
    assert mask(shown) == shown


@pytest.mark.parametrize("stamp", [
    "1772438629.949  1402  1419 I HilPay  : ", "1772438629.949 ", "03-02 09:03:49.949 ",
])  # fmt: skip
def test_figures_and_the_next_line_s_time_are_no_card_number(stamp: str) -> None:
    """A time in front of a line, in seconds since 1970 as well, is no rest of a number."""
    before, after = "storage=3902", stamp + "rev: sent"

    assert mask_after(before, after) == (after, "")


def test_the_rest_of_a_number_stands_behind_a_time_since_1970() -> None:
    """Half a number in one line of a log, the other half in the next one, behind its stamp."""
    half = "1772438629.949  1402  1419 I HilPay  : 99999900"

    shown, found = mask_after(half, "1772438629.950  1402  1419 I HilPay  : 00000014 x")

    assert "00000014" not in shown
    assert found == "999999***0014"


@pytest.mark.parametrize(
    ("tag", "other", "hidden"), [("ui: ", "ui: ", True), ("ui: ", "rev: ", False)]
)
def test_who_writes_two_lines_may_be_named_in_both(tag: str, other: str, hidden: bool) -> None:
    """The rest of a number behind a time and the same word; another's line is another's."""
    stamp = "1772438629.949  1402  1419 I HilPay  : "

    shown, found = mask_after(f"{stamp}{tag}card 99999900", f"{stamp}{other}00000014 seen")

    assert ("00000014" not in shown) == hidden
    assert found == ("999999***0014" if hidden else "")


def test_what_was_clean_is_remembered_and_no_number_ever_is() -> None:
    """Texts looked at lately are not read again; the memory is bounded and keeps no card."""
    for number in range(2 * finder.KEPT):
        assert find(f"1772438422.{number:06d}  1402  1419 I Pay: started") == []
    assert len(finder._CLEAN) <= finder.KEPT
    text = "1772438422.068  1402  1419 I Pay: card 4111111111111111"
    assert find(text) == find(text) != []
    assert mask(text) == mask(text) == "1772438422.068  1402  1419 I Pay: card 411111***1111"
    assert not any("4111111111111111" in one for one in finder._CLEAN)
