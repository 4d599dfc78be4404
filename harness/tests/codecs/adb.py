"""Round trips of adb: its transport, shell, socket, files; and what only a device writes."""

from typing import Any

from hypothesis import strategies as st

from harness.errors import Garbled
from harness.tests.codecs.trip import Elsewhere, ReadOnly, Table, Trip, octets
from harness.wire import adb, adb_shell, adb_smart, adb_sync

_WORD = st.integers(0, 2**32 - 1)
_MESSAGES = st.builds(
    adb.Message, st.sampled_from(sorted(adb.COMMANDS)), _WORD, _WORD, octets(0, 1, 4096, 65536)
)
_NAME = st.text(st.characters(exclude_characters="=;:,\0", exclude_categories=["Cs"]), min_size=1,
                max_size=12)  # fmt: skip
_VALUE = st.text(st.characters(exclude_characters=";\0", exclude_categories=["Cs"]), max_size=20)
_BANNERS = st.builds(
    adb.Banner, _NAME, st.dictionaries(_NAME.filter(lambda name: name != "features"), _VALUE),
    st.lists(_NAME, max_size=4).map(tuple),
)  # fmt: skip


def _taken(stream: bytes) -> list[adb.Message]:
    deframer = adb.Deframer()
    deframer.feed(stream)
    found = []
    while (message := deframer.take()) is not None:
        found.append(message)
    return found


def _packets(stream: bytes) -> list[adb_shell.Packet]:
    deframer, half = adb_shell.Deframer(), len(stream) // 2
    return [*deframer.feed(stream[:half]), *deframer.feed(stream[half:])]


_PACKETS = st.one_of(
    st.builds(adb_shell.Packet, st.sampled_from([0, 1, 2, 4, 5]), octets(255, 256, 65536)),
    st.builds(adb_shell.Packet, st.just(adb_shell.EXIT), st.binary(min_size=1, max_size=1)),
)
_TEXTS = st.text(max_size=40) | st.sampled_from(["x" * 255, "x" * 256, "x" * adb_smart.LONGEST])


def _text(stream: bytes) -> str:
    inbox = adb_smart.Inbox()
    inbox.feed(stream)
    text = inbox.text()
    if text is None:
        raise Garbled("not whole")
    return text


def _failure(stream: bytes) -> str:
    inbox = adb_smart.Inbox()
    inbox.feed(stream)
    return inbox.status() or ""


def _parts(shapes: adb_sync.Shapes) -> Trip:
    """Every word of a direction, with all its numbers, and what follows up to the longest."""

    def part(word: str) -> st.SearchStrategy[adb_sync.Part]:
        words, counted = shapes[word]
        most = adb_sync.LONGEST_CHUNK if word == "DATA" else adb_sync.LONGEST_NAME
        numbers = st.tuples(*[_WORD] * (words - counted))
        return st.builds(adb_sync.Part, st.just(word), numbers,
                         octets(0, 1, most) if counted else st.just(b""))  # fmt: skip

    return Trip(
        st.lists(st.sampled_from(sorted(shapes)).flatmap(part), max_size=4),
        lambda rows: b"".join(adb_sync.to_bytes(one, shapes) for one in rows),
        lambda stream: _fed(shapes, stream),
    )


def _fed(shapes: adb_sync.Shapes, stream: bytes) -> list[adb_sync.Part]:
    deframer, half = adb_sync.Deframer(shapes), len(stream) // 2
    return [*deframer.feed(stream[:half]), *deframer.feed(stream[half:])]


_FILES: Any = st.tuples(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1,
            max_size=40),
    st.integers(0, 0o7777),
)  # fmt: skip


def _named(row: tuple[str, int]) -> bytes:
    sent = b"".join(adb_sync.sent(*row, b"", 0))
    return _fed(adb_sync.REQUESTS, sent)[0].octets


ADB: Table = {
    "adb messages": (
        Trip(st.lists(_MESSAGES, max_size=4),
             lambda rows: b"".join(one.to_bytes() for one in rows), _taken),
        Trip(_BANNERS, adb.Banner.to_bytes, adb.Banner.from_bytes, ""),
        Elsewhere("wire/test_adb.py::test_messages_survive_any_cutting"),
    ),
    "adb shell": (
        Trip(st.lists(_PACKETS, max_size=4),
             lambda rows: b"".join(one.to_bytes() for one in rows), _packets),
    ),
    "adb smart socket": (
        Trip(_TEXTS, adb_smart.text_bytes, _text, ""),
        Trip(_TEXTS.filter(bool), adb_smart.failure, _failure, ""),
        Elsewhere("wire/test_adb.py::test_an_answer_is_taken_when_it_is_whole"),
    ),
    "adb sync": (
        *map(_parts, (adb_sync.REQUESTS, adb_sync.ANSWERS, adb_sync.LISTING)),
        Trip(_FILES, _named, adb_sync.path_and_mode, ""),
        Elsewhere("wire/test_adb.py::test_a_file_arrives_as_it_was_sent"),
    ),
    "adb logcat": (ReadOnly("a terminal's log; its lines mean what console.yaml says"),),
    "adb dumpsys": (ReadOnly("what Android's services print; rules find a few figures in it"),),
    "adb window": (ReadOnly("uiautomator's picture of the screen; only its texts are read"),),
    "adb courier": (ReadOnly("the helper application writes it, and only what is told is read"),),
}  # fmt: skip
