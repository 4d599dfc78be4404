"""adb's messages, smart socket, shell packets and file transfer."""

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Garbled
from harness.wire import adb, adb_shell, adb_smart, adb_sync

#: A client's first words as they are on every wire: version 01000000, 4096 bytes, "host::" and a 0.
FIRST_WORDS = bytes.fromhex("434e584e 00000001 00100000 07000000 32020000 bcb1a7b1 686f73743a3a00")

messages = st.builds(
    adb.Message,
    st.sampled_from(sorted(adb.COMMANDS)),
    st.integers(0, 0xFFFFFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.binary(max_size=60),
)


def in_pieces(octets: bytes, cuts: list[int]) -> list[bytes]:
    """The bytes, cut at these places."""
    places = sorted({cut % (len(octets) + 1) for cut in cuts} | {0, len(octets)})
    return [octets[one:other] for one, other in pairwise(places)]


def taken(deframer: adb.Deframer, pieces: list[bytes]) -> list[adb.Message]:
    """All messages in these pieces."""
    found: list[adb.Message] = []
    for piece in pieces:
        deframer.feed(piece)
        while (message := deframer.take()) is not None:
            found.append(message)
    return found


def test_the_first_words_are_those_on_the_wire() -> None:
    """CNXN is written and read as captured from a client."""
    said = adb.Message("CNXN", adb.CHECKED, adb.USUAL, b"host::\0")

    assert said.to_bytes() == FIRST_WORDS
    assert taken(adb.Deframer(), [FIRST_WORDS]) == [said]
    assert adb.Banner.from_bytes(said.payload) == adb.Banner("host")


@given(st.lists(messages, max_size=4), st.lists(st.integers(0, 400), max_size=8))
def test_messages_survive_any_cutting(said: list[adb.Message], cuts: list[int]) -> None:
    """However the stream is cut, the same messages come out."""
    octets = b"".join(one.to_bytes() for one in said)

    assert taken(adb.Deframer(), in_pieces(octets, cuts)) == said


def test_a_checksum_counts_until_both_ends_do_without() -> None:
    """A wrong checksum is garbled for the old version and nothing for the new one."""
    wrong = bytearray(FIRST_WORDS)
    wrong[16] ^= 1

    with pytest.raises(Garbled, match="checksum"):
        taken(adb.Deframer(), [bytes(wrong)])
    assert taken(adb.Deframer(checked=False), [bytes(wrong)])[0].command == "CNXN"


@pytest.mark.parametrize(
    ("place", "value"), [(0, b"XNXN"), (20, b"\0\0\0\0"), (12, b"\xff\xff\xff\x7f")]
)
def test_a_wrong_header_is_garbled(place: int, value: bytes) -> None:
    """An unknown command, a wrong magic and a length beyond all are refused."""
    wrong = FIRST_WORDS[:place] + value + FIRST_WORDS[place + 4 :]

    with pytest.raises(Garbled):
        taken(adb.Deframer(), [wrong])


def test_a_banner_keeps_properties_and_features() -> None:
    """Properties and features are told apart; what is no pair is passed over."""
    banner = adb.Banner("device", {"ro.product.model": "HIL-SM300"}, ("shell_v2", "cmd"))

    assert adb.Banner.from_bytes(banner.to_bytes()) == banner
    assert adb.Banner.from_bytes(b"bootloader") == adb.Banner("bootloader")
    assert adb.Banner.from_bytes(b"device::nonsense;a=b=c;").properties == {"a": "b=c"}


def _smart(octets: bytes) -> Any:
    inbox = adb_smart.Inbox()
    inbox.feed(octets)
    return inbox.status(), inbox.text(), inbox.rest()


def _shell(octets: bytes) -> Any:
    return adb_shell.Deframer().feed(octets)


def _banner(octets: bytes) -> Any:
    return adb.Banner.from_bytes(octets)


def _sync(octets: bytes) -> Any:
    found = adb_sync.Deframer(adb_sync.REQUESTS).feed(octets)
    return [adb_sync.path_and_mode(part.octets) for part in found if part.word == "SEND"]


@pytest.mark.parametrize(
    ("read", "first"),
    [
        (lambda octets: taken(adb.Deframer(), [octets]), FIRST_WORDS[:12]),
        (_smart, b"FAIL0004"), (_smart, b"OKAY"), (_shell, b"\x01"), (_sync, b"SEND"),
        (_sync, b"SEND\x04\0\0\0"), (_banner, b""),
        (lambda octets: adb_sync.Deframer(adb_sync.ANSWERS).feed(octets), b"DENT"),
    ],
)  # fmt: skip
@given(noise=st.binary(max_size=80))
def test_noise_is_read_or_garbled(
    read: Callable[[bytes], object], first: bytes, noise: bytes
) -> None:
    """No input raises anything but Garbled."""
    with suppress(Garbled):
        read(noise)
    with suppress(Garbled):
        read(first + noise)


# --- the smart socket -----------------------------------------------------------------------


def test_a_request_has_its_length_in_hex() -> None:
    """The length counts bytes, not characters; what is too long cannot be said."""
    assert adb_smart.text_bytes("host:version") == b"000chost:version"
    assert adb_smart.text_bytes("余额") == "0006余额".encode()
    with pytest.raises(ValueError, match="bytes"):
        adb_smart.text_bytes("x" * 0x10000)


@given(st.text(max_size=40), st.binary(max_size=20), st.lists(st.integers(0, 99), max_size=6))
def test_an_answer_is_taken_when_it_is_whole(text: str, rest: bytes, cuts: list[int]) -> None:
    """Status, text and the stream that follows come out, however they are cut."""
    octets = adb_smart.OKAY + adb_smart.text_bytes(text) + rest
    inbox = adb_smart.Inbox()
    got: list[str] = []
    for piece in in_pieces(octets, cuts):
        inbox.feed(piece)
        for take in (inbox.status, inbox.text)[len(got) :]:
            said = take()
            if said is None:
                break
            got.append(said)

    assert got == ["", text]
    assert inbox.rest() == rest


def test_a_refusal_has_a_reason() -> None:
    """FAIL is told by its text, once all of it is here."""
    inbox = adb_smart.Inbox()
    inbox.feed(b"FAIL0010device unauth")
    assert inbox.status() is None
    inbox.feed(b"ori")

    assert inbox.status() == "device unauthori"


@pytest.mark.parametrize("octets", [b"NOPE", b"OKAN", b"FAILxxxx", b"FAIL-001a"])
def test_what_is_no_answer_is_garbled(octets: bytes) -> None:
    """Neither OKAY nor FAIL, or a length that is none."""
    inbox = adb_smart.Inbox()
    inbox.feed(octets)

    with pytest.raises(Garbled):
        inbox.status()


# --- the shell ------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.sampled_from([0, 1, 2, 4, 5]), st.binary(max_size=30)), max_size=4),
    st.lists(st.integers(0, 200), max_size=6),
)
def test_packets_survive_any_cutting(said: list[tuple[int, bytes]], cuts: list[int]) -> None:
    """However the stream is cut, the same packets come out."""
    packets = [adb_shell.Packet(*one) for one in said]
    deframer = adb_shell.Deframer()
    pieces = in_pieces(b"".join(one.to_bytes() for one in packets), cuts)

    assert [packet for piece in pieces for packet in deframer.feed(piece)] == packets


@pytest.mark.parametrize("octets", ["06 00000000", "01 00000080", "03 02000000 0000"])
def test_packets_that_are_none_are_garbled(octets: str) -> None:
    """An unknown kind, a length beyond all, an exit status of two bytes."""
    with pytest.raises(Garbled):
        adb_shell.Deframer().feed(bytes.fromhex(octets))


# --- files ----------------------------------------------------------------------------------


@given(st.binary(max_size=150_000), st.lists(st.integers(0, 150_000), max_size=5))
def test_a_file_arrives_as_it_was_sent(content: bytes, cuts: list[int]) -> None:
    """SEND, as many DATA as it takes, DONE; the path may have commas."""
    octets = b"".join(adb_sync.sent("/data/a,b.apk", 0o644, content, 7))
    deframer = adb_sync.Deframer(adb_sync.REQUESTS)
    parts = [part for piece in in_pieces(octets, cuts) for part in deframer.feed(piece)]

    assert adb_sync.path_and_mode(parts[0].octets) == ("/data/a,b.apk", 0o644)
    assert b"".join(part.octets for part in parts[1:-1]) == content
    assert (parts[-1].word, parts[-1].numbers) == ("DONE", (7,))
    assert all(part.word == "DATA" for part in parts[1:-1])


@pytest.mark.parametrize(
    ("part", "shapes"),
    [
        (adb_sync.Part("STAT", (0o100644, 5, 9)), adb_sync.ANSWERS),
        (adb_sync.Part("FAIL", (), b"no space"), adb_sync.ANSWERS),
        (adb_sync.Part("OKAY", (0,)), adb_sync.ANSWERS),
        (adb_sync.Part("DENT", (0o100644, 5, 9), b"a.txt"), adb_sync.LISTING),
        (adb_sync.Part("DONE", (0, 0, 0, 0)), adb_sync.LISTING),
    ],
)
def test_answers_have_shapes_of_their_own(part: adb_sync.Part, shapes: adb_sync.Shapes) -> None:
    """Each is read as it was written, and nothing less than all of it is one."""
    octets = adb_sync.to_bytes(part, shapes)

    assert adb_sync.Deframer(shapes).feed(octets) == [part]
    assert adb_sync.Deframer(shapes).feed(octets[:-1]) == []


def test_what_does_not_fit_cannot_be_written() -> None:
    """Too many numbers, content where none follows, and a path with a NUL are refused."""
    with pytest.raises(ValueError, match="shape"):
        adb_sync.to_bytes(adb_sync.Part("OKAY", (0,), b"x"), adb_sync.ANSWERS)
    with pytest.raises(ValueError, match="shape"):
        adb_sync.to_bytes(adb_sync.Part("DONE", (1, 2)), adb_sync.REQUESTS)
    with pytest.raises(ValueError, match="no path"):
        list(adb_sync.sent("/a\0b", 0o644, b"", 0))
    with pytest.raises(Garbled):
        adb_sync.path_and_mode(b"/no/mode")
