"""ISO 8583 as UnionPay packs it: the published sample, every truncation, nothing leaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Garbled
from harness.wire import mac
from harness.wire.iso8583 import (
    DEMANDS,
    HIDDEN,
    Deframer,
    Message,
    answer,
    answer_mti,
    frame,
    pack,
    unframe,
    unpack,
)
from harness.wire.iso8583_fields import SPEC

# A public sample (q.cnblogs.com/q/128930) with MAK 0723C80DB5F4CD3D.
SAMPLE = bytes.fromhex(
    "007F600003000060321032007202003020048000C080150000000000000012340000020300993030303030"
    "30303139353237313831383232313738373531353600192600000100060000000000435F01123238343431"
    "323334353637383930313233345F03063136303033365F04063230303832365C0230314233413039324145"
)
MAK = bytes.fromhex("0723C80DB5F4CD3D")
PAN = "6212345678901265"


def sale(**more: str) -> Message:
    """A sale by a test card."""
    fields = {
        2: PAN, 3: "000000", 4: "000000001234", 11: "000002", 22: "051", 25: "00",
        35: f"{PAN}D49122010000000001", 41: "HIL00001", 42: "999999999999999", 49: "156",
        52: "0123456789ABCDEF", 55: "9F2608AABBCCDDEEFF0011", 60: "22000001000",
    }  # fmt: skip
    return Message("0200", fields | {int(key[1:]): text for key, text in more.items()})


def test_the_published_sample_reads_and_packs_byte_for_byte() -> None:
    """Field values are those of the sample, and packing gives back the same bytes."""
    (inside,) = Deframer().feed(SAMPLE)

    message = unframe(inside)

    assert (message.mti, message.stan, message.amount) == ("0200", 2, 1234)
    assert message.get(22) == "030"
    assert message.get(42) == "952718182217875"
    assert message.get(60) == "2600000100060000000"
    assert message.header == bytes.fromhex("603210320072")
    assert frame(message) == SAMPLE


def test_the_published_mac_is_found_and_made() -> None:
    """MAC B3A092AE over the sample, from the received bytes and from our own."""
    message = unframe(SAMPLE[2:])
    unsealed = Message(message.mti, {n: t for n, t in message.fields.items() if n != 64})

    assert mac.mac_ok(message, MAK)
    assert bytes.fromhex(mac.sealed(unsealed, MAK).get(64)) == b"B3A092AE"
    assert not mac.mac_ok(message, MAK[::-1])
    assert not mac.mac_ok(unsealed, MAK)


@pytest.mark.parametrize("at", range(13 + 2 + 8, len(SAMPLE) - 8))
def test_every_changed_byte_of_a_value_breaks_the_mac(at: int) -> None:
    """A changed bit is either unreadable or caught by the MAC."""
    bent = bytearray(SAMPLE[2:])
    bent[at - 2] ^= 0x01

    try:
        message = unframe(bytes(bent))
    except Garbled:
        return

    assert not mac.mac_ok(message, MAK)


def _told(error: BaseException) -> str:
    """All that an error and whatever hangs on it can say."""
    said, seen = "", error
    while seen is not None:
        said += f"{seen} {seen!r} {seen.args} {vars(seen)}"
        seen = seen.__cause__ or seen.__context__  # type: ignore[assignment]
    return said


def test_every_truncation_is_garbled_and_says_no_value() -> None:
    """No cut of the sample decodes; the error has neither a value nor a library error in it."""
    body = SAMPLE[2 + 11 :]
    for cut in range(len(body)):
        with pytest.raises(Garbled) as caught:
            unpack(body[:cut])
        assert "952718" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None


@given(st.data())
def test_no_error_tells_a_card_number(data: st.DataObject) -> None:
    """Neither in its text, its repr nor in what it hangs on to, of reading and of packing."""
    card = data.draw(st.sampled_from(["6212345678901265", "9999990000000000014"]))
    track = f"{card}D49122010000"
    whole = pack(Message("0200", {2: card, 3: "000000", 11: "000007", 35: track, 41: "HIL00001"}))
    spoilt = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for at in data.draw(st.lists(st.integers(0, max(0, len(spoilt) - 1)), max_size=4)):
        if spoilt:
            spoilt[at] = data.draw(st.integers(0, 255))
    bad = {2: card, data.draw(st.sampled_from([3, 11, 35, 55, 65, 99])): track + card}

    for act in (lambda: unpack(bytes(spoilt)), lambda: pack(Message("0200", bad))):
        told = ""
        try:
            act()
        except Garbled as error:
            told = _told(error)
        assert card not in told
        assert track not in told


@pytest.mark.parametrize("number", [44, 48, 53, 54, 60, 61, 63])
def test_a_card_number_that_slipped_into_another_field_is_not_shown(number: int) -> None:
    """As in a message out of step: behind other digits, in a text, with blanks between."""
    for text in ("0006212345678901265", "99 6212 3456 7890 1265", "a6212345678901265b"):
        message = Message("0200", {number: text})
        assert "678901265" not in repr(message).replace(" ", "")
    assert "1234" in repr(Message("0200", {number: "text 1234"}))


def test_a_header_asks_the_terminal_for_something() -> None:
    """The low half of its third byte; the terminal's own status above it stays."""
    request = Message("0200", {11: "000001"}, header=bytes.fromhex("603210320072"))

    assert [answer(request, {}, word).demand for word in DEMANDS] == list(DEMANDS)
    assert answer(request, {}, "sign_on").header == bytes.fromhex("603213320072")
    assert Message("0210", {}, header=bytes.fromhex("60310F310000")).demand == "nothing"


def test_trailing_bytes_are_garbled() -> None:
    """What follows the last field is refused."""
    with pytest.raises(Garbled):
        unpack(pack(sale()) + b"\0")


@given(st.binary(max_size=200))
def test_any_bytes_decode_or_are_garbled(noise: bytes) -> None:
    """Random bytes never raise anything but Garbled, behind a likely MTI or not."""
    for body in (noise, bytes.fromhex("0200") + noise, pack(sale())[:12] + noise):
        try:
            message = unpack(body)
        except Garbled:
            continue
        assert message.stan >= 0
        assert message.amount >= 0
        assert message.masked_pan is not None


@given(st.binary(max_size=400))
def test_any_stream_is_framed_or_garbled(noise: bytes) -> None:
    """A stream of noise never raises anything but Garbled."""
    deframer = Deframer()
    try:
        for inside in deframer.feed(noise):
            unframe(inside)
    except Garbled:
        pass


@given(st.lists(st.integers(1, 40), max_size=30))
def test_any_fragmentation_gives_the_same_frames(sizes: list[int]) -> None:
    """Frames come out whole however the stream is cut; keep-alives are skipped."""
    stream = SAMPLE + b"\0\0" + frame(sale()) + SAMPLE
    deframer, at = Deframer(), 0
    frames: list[bytes] = []
    for size in [*sizes, len(stream)]:
        frames += deframer.feed(stream[at : at + size])
        at += size

    assert frames == [SAMPLE[2:], frame(sale())[2:], SAMPLE[2:]]
    assert deframer.held == 0


def test_a_length_no_message_has_is_garbled() -> None:
    """A length beyond the limit means that the stream is out of step."""
    with pytest.raises(Garbled, match="65535"):
        list(Deframer().feed(b"\xff\xff"))


@pytest.mark.parametrize("pad", "0DF5")
def test_any_pad_nibble_is_taken(pad: str) -> None:
    """Terminals pad odd digits with 0, D or F: all read the same."""
    message = Message("0200", {2: "6212345678900000003", 11: "000001", 22: "021"})
    body = pack(message).hex().upper()
    bent = body.replace("62123456789000000030", f"6212345678900000003{pad}")
    bent = bent.replace("0210", f"021{pad}") if bent.endswith("0210") else bent

    assert unpack(bytes.fromhex(bent)) == message


@pytest.mark.parametrize("body", ["02A03020", "0200 1000000000000000 00000000000A"])
def test_a_number_with_a_letter_is_garbled(body: str) -> None:
    """BCD that is not decimal is refused where a number must stand."""
    with pytest.raises(Garbled):
        unpack(bytes.fromhex(body))


def test_a_field_that_is_not_in_the_packing_is_garbled() -> None:
    """Field 29 is unknown to this packing; so is everything above 64."""
    with pytest.raises(Garbled):
        unpack(bytes.fromhex("0200 0000000800000000 00".replace(" ", "")))
    with pytest.raises(Garbled):
        pack(Message("0200", {29: "1"}))
    with pytest.raises(Garbled) as caught:
        pack(Message("0200", {2: "4111111111111111" * 2}))
    assert "4111" not in str(caught.value)


def test_a_message_shows_no_card_and_no_secret() -> None:
    """The repr has first 6 and last 4 of the card, and stars for tracks, PIN, chip and keys."""
    shown = repr(sale(f36="99" + PAN + "=1", f45="B" + PAN, f62="secret"))

    assert "621234***1265" in shown
    assert PAN not in shown
    assert "0123456789ABCDEF" not in shown
    assert "9F26" not in shown
    assert "secret" not in shown
    assert shown.count("=***") == len(HIDDEN)


def test_the_card_number_comes_from_the_track_when_field_2_is_absent() -> None:
    """Swiped cards carry it in 35 or 36 only."""
    by_35 = Message("0200", {35: f"{PAN}D4912"})
    by_36 = Message("0200", {36: f"99{PAN}D156"})

    assert by_35.masked_pan == by_36.masked_pan == "621234***1265"
    assert Message("0800", {}).masked_pan == ""


def test_an_answer_swaps_the_addresses_and_keeps_the_header() -> None:
    """TPDU 60 dst src comes back as 60 src dst; 0200 and its repeat 0201 are answered by 0210."""
    header = bytes.fromhex("603210320072")
    request = Message("0200", {}, tpdu=bytes.fromhex("6000030001"), header=header)

    reply = answer(request, {39: "00"})

    assert reply.tpdu == bytes.fromhex("6000010003")
    assert reply.header == header
    assert [answer_mti(mti) for mti in ("0200", "0201", "0400", "0820")] == [
        "0210", "0210", "0410", "0830",
    ]  # fmt: skip


def values(number: str) -> st.SearchStrategy[str]:
    """Text that field ``number`` can carry."""
    spec = SPEC[number]
    binary = spec["data_enc"] == "b"
    counted = spec.get("len_count") == "nibbles" or not binary
    size = spec["max_len"] * (1 if counted else 2)
    alphabet = "0123456789" if binary else "ABC abc09"
    low = size if spec["len_type"] == 0 else 0
    step = 1 if counted else 2
    return st.integers(low // step, size // step).flatmap(
        lambda n: st.text(alphabet, min_size=n * step, max_size=n * step)
    )


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Any message this packing can carry."""
    known = [number for number in SPEC if number.isdigit() and number != "1"]
    numbers = draw(st.sets(st.sampled_from(known), max_size=9))
    return Message("0200", {int(n): draw(values(n)) for n in sorted(numbers, key=int)})


@given(messages())
def test_what_is_packed_reads_back_the_same(message: Message) -> None:
    """Packing and reading are each other's reverse, for every field and length."""
    assert unpack(pack(message)) == message
