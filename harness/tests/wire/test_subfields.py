"""Private sub-fields: what is built reads back, what is short is garbled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Garbled
from harness.wire import mac
from harness.wire.subfields import KEY_FORMS, Kind, Original, Totals, WorkKeys

MASTER = bytes.fromhex("11111111111111111111111111111111")
PIN, MAC, TRACK = bytes(range(16)), bytes(range(8)), bytes(range(16, 32))


def test_field_60_of_the_published_sample() -> None:
    """Kind 26, batch 1, network 000, and the rest is kept."""
    kind = Kind.parse("2600000100060000000")

    assert (kind.kind, kind.batch, kind.network, kind.rest) == ("26", 1, "000", "60000000")
    assert kind.text == "2600000100060000000"


@pytest.mark.parametrize("text", ["", "22", "2200000", "22ABCDEF"])
def test_a_short_or_lettered_field_60_is_garbled(text: str) -> None:
    """Kind and batch must be there, in digits."""
    with pytest.raises(Garbled):
        Kind.parse(text)


def test_field_61_with_and_without_its_date() -> None:
    """Original batch and trace number; the date may be left out."""
    assert Original.parse("000001000002") == Original(1, 2)
    assert Original.parse(Original(1, 2, "1122").text) == Original(1, 2, "1122")
    with pytest.raises(Garbled):
        Original.parse("00000100000")


@given(st.tuples(*[st.integers(0, 10**12 - 1), st.integers(0, 999)] * 2), st.sampled_from("012"))
def test_totals_read_back(numbers: tuple[int, int, int, int], flag: str) -> None:
    """30 digits and the flag; the flag is asked (0) when left out."""
    totals = Totals(*numbers)

    assert Totals.parse(totals.text(flag)) == (totals, flag)
    assert Totals.parse(totals.text()[:30]) == (totals, "0")
    assert Totals.parse(totals.text() + "0" * 31) == (totals, "0")


@pytest.mark.parametrize(("form", "size"), [("001", 24), ("003", 40), ("004", 60)])
def test_work_keys_come_back_from_under_the_master_key(form: str, size: int) -> None:
    """Each form has the size of its clause and unwraps to the same keys."""
    pin = PIN[: KEY_FORMS[form][0]]
    keys = WorkKeys(pin, MAC, TRACK if form == "004" else b"")

    wrapped = keys.wrapped(MASTER, form)

    assert len(wrapped) == size
    assert WorkKeys.unwrap(wrapped, MASTER) == keys
    assert pin.hex() not in repr(keys)


def test_a_double_length_mac_key_is_kept_whole() -> None:
    """Sixteen bytes of MAC key are not taken for eight."""
    keys = WorkKeys(PIN, TRACK)

    assert WorkKeys.unwrap(keys.wrapped(MASTER), MASTER) == keys


def test_keys_under_another_master_key_are_garbled() -> None:
    """The check value tells; so does a wrong size."""
    wrapped = WorkKeys(PIN, MAC).wrapped(MASTER)

    with pytest.raises(Garbled, match="check value"):
        WorkKeys.unwrap(wrapped, bytes(range(16)))
    with pytest.raises(Garbled, match="39"):
        WorkKeys.unwrap(wrapped[:-1], MASTER)


def test_the_check_value_is_that_of_the_clear_key() -> None:
    """The four bytes behind a key are its own check value."""
    wrapped = WorkKeys(PIN, MAC).wrapped(MASTER).encode("latin-1")

    assert wrapped[16:20] == mac.kcv(PIN)
    assert wrapped[28:36] == bytes(8)


def test_sm4_keys_come_as_long_as_double_length_ones() -> None:
    """40 B as form 003, so who reads them must know what was asked for."""
    master = bytes(range(16))
    text = WorkKeys(bytes(16), b"k" * 16, b"", "sm4").wrapped(master, "005")

    assert len(text) == 40
    assert WorkKeys.unwrap(text, master, "005") == WorkKeys(bytes(16), b"k" * 16, b"", "sm4")
    with pytest.raises(Garbled):
        WorkKeys.unwrap(text, master)


def test_keys_of_sm4_have_no_single_length() -> None:
    """24 B hold half a block of it: garbled, like any other size that does not fit."""
    text = WorkKeys(MAC, MAC).wrapped(MASTER, "001")

    assert len(text) == 24
    with pytest.raises(Garbled, match="24"):
        WorkKeys.unwrap(text, bytes(16), "005")
