"""Handshakes of lines of frames: both ends against each other, and against written bytes."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.files import fixture, read_plain
from harness.wire.frames_line import Delivered, Event, Failed, Heard, Line
from harness.wire.frames_numbered import make_line
from harness.wire.frames_profile import Profile, read_profile

ENQ, ACK, NAK, EOT = b"\x05", b"\x06", b"\x15", b"\x04"
KINDS = ("concert", "mispos_bcd", "codepay")


def profile(word: str) -> Profile:
    """One of the project's own."""
    return read_profile(word, lambda one: read_plain(fixture("frames", f"{one}.yaml")))


def line(word: str, *, register: bool = True) -> Line:
    """One end of it."""
    own = profile(word)
    return make_line(own.frame, own.handshake, register=register)


class Pair:
    """A register and a terminal on a wire that may lose, or spoil, what is on it."""

    def __init__(self, word: str, spoil: Callable[[bytes], bytes] = bytes) -> None:
        self.ends = [line(word), line(word, register=False)]
        self.told: list[list[Event]] = [[], []]
        self._spoil = spoil
        self.now = 0.0

    def run(self, until: float) -> None:
        """Let bytes and time pass."""
        while self.now < until:
            moved = False
            for index, end in enumerate(self.ends):
                octets = end.take()
                if octets:
                    moved = True
                    came = self._spoil(octets)
                    self.told[1 - index] += self.ends[1 - index].feed(came, self.now)
            if moved:
                continue
            dues = [end.due for end in self.ends if end.due is not None]
            self.now = min([until, *dues])
            for index, end in enumerate(self.ends):
                self.told[index] += end.pass_time(self.now)

    def heard(self, index: int) -> list[bytes]:
        """The bodies that an end was told."""
        return [event.body for event in self.told[index] if isinstance(event, Heard)]


@pytest.mark.parametrize("word", KINDS)
def test_a_body_goes_each_way_once(word: str) -> None:
    """A request, then an answer."""
    pair = Pair(word)
    pair.ends[0].send(b"REQUEST", 0.0)
    pair.run(1.0)
    pair.ends[1].send(b"ANSWER", 1.0)
    pair.run(2.0)

    assert (pair.heard(1), pair.heard(0)) == ([b"REQUEST"], [b"ANSWER"])
    assert Delivered() in pair.told[0]
    assert Delivered() in pair.told[1]


@pytest.mark.parametrize("word", KINDS)
@settings(max_examples=30)
@given(losses=st.lists(st.sampled_from(["keep", "drop", "flip", "cut"]), max_size=24))
def test_on_a_bad_wire_nothing_comes_twice_and_nothing_false_comes(
    word: str, losses: list[str]
) -> None:
    """Whatever is lost or spoilt: at most once, unspoilt, and told as failed if it may not have."""
    fates = iter(losses)

    def spoil(octets: bytes) -> bytes:
        fate = next(fates, "keep")
        flipped = bytes([octets[0] ^ 0x40]) + octets[1:]
        cases = {"drop": b"", "flip": flipped, "cut": octets[: len(octets) // 2]}
        return cases.get(fate, octets)

    pair = Pair(word, spoil)
    pair.ends[0].send(b"REQUEST", 0.0)
    pair.run(60.0)
    pair.ends[1].send(b"ANSWER", 60.0)
    pair.run(120.0)

    assert pair.heard(1) in ([], [b"REQUEST"])
    assert pair.heard(0) in ([], [b"ANSWER"])
    if not pair.heard(1):
        assert any(isinstance(event, Failed) for event in pair.told[0])


@pytest.mark.parametrize("word", KINDS)
def test_who_gets_no_answer_gives_up_and_says_whether_it_was_sent(word: str) -> None:
    """A dead terminal: nothing was sent where it must open the line, or be asked, first."""
    end, told = line(word), list[Event]()
    end.send(b"REQUEST", 0.0)
    now, count = 0.0, 0
    while end.due is not None and not told:
        count += bool(end.take())
        now = end.due
        told += end.pass_time(now)

    assert isinstance(told[0], Failed)
    assert told[0].sent is (word == "mispos_bcd")
    assert count == 1 + profile(word).handshake.repeats


def test_concert_speaks_as_it_is_written() -> None:
    """ENQ, ACK, frame, ACK, EOT; then the same the other way round."""
    own, end = profile("concert"), line("concert")
    said = []
    end.send(b"BODY", 0.0)
    for came in (b"", ACK, ACK, ENQ, own.frame.encode(b"REPLY"), EOT):
        end.feed(came, 0.1)
        said.append(end.take())

    assert said == [ENQ, own.frame.encode(b"BODY"), EOT, ACK, ACK, b""]


def test_an_answer_after_nak_is_sent_again_and_told_once() -> None:
    """Its LRC was wrong on the way."""
    own, end = profile("concert"), line("concert")
    frame = own.frame.encode(b"REPLY")
    told = end.feed(ENQ + frame[:-1] + bytes([frame[-1] ^ 1]), 0.0)
    assert (told, end.take()) == ([], ACK + NAK)

    told = end.feed(frame + frame + EOT, 0.1)

    assert (told, end.take()) == ([Heard(b"REPLY")], ACK + ACK)


def test_nak_for_ever_is_not_for_ever() -> None:
    """A receiver that refuses each frame is given up; a busy one too."""
    own, end = profile("concert"), line("concert")
    end.send(b"BODY", 0.0)
    told = end.feed(ACK + NAK * 9, 0.0)

    assert told == [Failed("refused (NAK)", sent=True)]
    assert end.take().count(own.frame.encode(b"BODY")) == 4

    end.send(b"BODY", 1.0)
    told = end.feed(NAK, 1.0)
    while not told and end.due is not None:
        told = end.pass_time(end.due)
    assert told == [Failed("busy (NAK to ENQ)", sent=False)]


def test_both_enquire_at_once_and_the_register_gives_way() -> None:
    """The terminal's answer, late, comes before the register's next request."""
    pair = Pair("concert")
    pair.ends[0].send(b"REQUEST", 0.0)
    pair.ends[1].send(b"LATE ANSWER", 0.0)
    pair.run(30.0)

    assert (pair.heard(0), pair.heard(1)) == ([b"LATE ANSWER"], [b"REQUEST"])


def test_codepay_opens_numbers_and_acknowledges_as_it_is_written() -> None:
    """Type 1, confirmed by 2; number 1 acknowledged by an empty frame; its repetition ignored."""
    end = line("codepay")
    end.send(b"{}", 0.0)
    opening = end.take()
    end.feed(bytes.fromhex("55 AA 02 00 00 00 00 02 CC 33"), 0.1)
    request = end.take()
    told = end.feed(bytes.fromhex("55 AA 00 01 00 00 00 01 CC 33"), 0.2)
    answer = bytes.fromhex("55 AA 00 00 07 00 01 58 5E CC 33")
    told += end.feed(answer + answer, 0.3)

    assert opening == bytes.fromhex("55 AA 01 00 00 00 00 01 CC 33")
    assert request == bytes.fromhex("55 AA 00 00 01 00 02 7B 7D 05 CC 33")
    assert told == [Delivered(), Heard(b"X")]
    assert end.take() == bytes.fromhex("55 AA 00 07 00 00 00 07 CC 33") * 2


def test_a_line_with_heartbeats_is_kept_and_missed() -> None:
    """An empty frame every two seconds; six seconds of silence and it is dead."""
    end = line("codepay")
    end.send(b"{}", 0.0)
    end.feed(bytes.fromhex("55 AA 02 00 00 00 00 02 CC 33 55 AA 00 01 00 00 00 01 CC 33"), 0.0)
    end.take()
    beats, told = 0, list[Event]()
    while end.due is not None and not told:
        told = end.pass_time(end.due)
        beats += end.take() == bytes.fromhex("55 AA 00 00 00 00 00 00 CC 33")

    assert (beats, told) == (2, [Failed("the line is dead", sent=True)])


def test_an_empty_turn_asks_whether_anybody_is_there() -> None:
    """ENQ, ACK, EOT: nothing is sent."""
    end = line("concert")
    end.enquire(0.0)
    assert end.take() == ENQ
    assert end.feed(ACK, 0.1) == [Delivered()]
    assert end.take() == EOT
