"""The AT session: one command at a time, whatever the modem does meanwhile."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import Clock
from harness.drivers._at import AtSession, Refused, Spelling
from harness.errors import BenchError, DeviceRefused, Garbled, PortLost, PortTimeout
from harness.ports.base import BufferedPort, Port
from harness.testing import Pair, replay
from harness.testing.replay import ReplayPort, SteppingClock
from harness.testing.replay import Spelling as Spelt

START: list[Pair] = [("AT", "OK"), ("ATE0", "OK")]
SPELT = Spelt(Spelling.asked, Spelling.answered)


class Session(AtSession):
    """Keeps what came unasked."""

    SPELLING = Spelling

    def __init__(self, port: Port, *, settings: tuple[str | tuple[str, ...], ...] = ()) -> None:
        self.unasked: list[str] = []
        self.told: list[bool] = []
        super().__init__(
            port,
            on_unasked=lambda _, line: self.unasked.append(line),
            on_answering=self.told.append,
            settings=settings,
        )

    def say_the_rest(self) -> None:
        """Say what is left of a dialogue that is longer than anybody waits."""
        left = cast(ReplayPort, self.port)._talk
        left.clear()


def test_it_starts_before_the_first_command_and_only_then() -> None:
    """AT until it answers, echo off, the driver's settings; a refused one has a second choice."""
    settings = ("ATV1", ("AT+CEREG=3", "AT+CEREG=2"))
    talk: list[Pair] = [
        ("AT", b"AT\r\r\nOK\r\n"),
        ("ATE0", b"ATE0\r\r\nOK\r\n"),
        ("ATV1", "OK"),
        ("AT+CEREG=3", "+CME ERROR: 50"),
        ("AT+CEREG=2", "OK"),
        ("AT+CSQ", "+CSQ: 1,99\nOK"),
        ("AT+CSQ", "+CSQ: 2,99\nOK"),
    ]

    with replay(partial(Session, settings=settings), talk) as session:
        assert session.ask("AT+CSQ") == ["+CSQ: 1,99"]
        assert session.ask("AT+CSQ") == ["+CSQ: 2,99"]


def test_a_modem_that_misses_the_first_at_is_asked_again() -> None:
    """Autobauding, or still booting; after half a minute it is told."""
    silence: list[Pair] = [("AT", None)]
    with replay(Session, [*silence * 6, *START, ("AT+CSQ", "OK")]) as session:
        assert session.ask("AT+CSQ") == []

    with replay(Session, silence * 7) as session, pytest.raises(PortTimeout, match="7 tries"):
        session.ask("AT+CSQ")


def test_unasked_lines_inside_and_glued_behind_are_handed_on() -> None:
    """None gets into the answer."""
    talk: list[Pair] = [
        *START,
        (
            "AT+CSQ",
            b'\r\n+QIURC: "pdpdeact",1\r\n\r\n+CSQ: 1,99\r\n\r\nOK\r\n\r\n+CMTI: "ME",3\r\n',
        ),
    ]

    with replay(Session, talk) as session:
        assert session.ask("AT+CSQ") == ["+CSQ: 1,99"]
        assert session.unasked == ['+QIURC: "pdpdeact",1', '+CMTI: "ME",3']


def test_a_refusal_carries_the_modems_words() -> None:
    """Number, cause, and the NAS cause behind it."""
    with (
        replay(Session, [*START, ("AT+CGACT=1,1", "+CME ERROR: 133")]) as session,
        pytest.raises(Refused, match="not subscribed") as caught,
    ):
        session.ask("AT+CGACT=1,1")

    assert caught.value.final.nas_cause == 33


def test_after_a_time_out_a_late_answer_meets_nobody() -> None:
    """The session starts over, and an OK that was due earlier does not answer the next command."""
    talk: list[Pair] = [
        *START,
        ("AT+CSQ", None),
        ("AT", b"\r\n+CSQ: 9,99\r\n\r\nOK\r\n\r\nOK\r\n"),  # the late answer, then AT's own
        ("ATE0", "OK"),
        ("AT+CSQ", "+CSQ: 1,99\nOK"),
    ]

    with replay(Session, talk) as session:
        with pytest.raises(PortTimeout, match="CSQ"):
            session.ask("AT+CSQ")
        assert session.ask("AT+CSQ") == ["+CSQ: 1,99"]


def test_a_restart_seen_unasked_starts_the_session_over() -> None:
    """RDY: echo and reports are as from the factory again."""
    talk: list[Pair] = [
        *START,
        ("AT+CSQ", b"\r\n+CSQ: 1,99\r\n\r\nOK\r\n\r\nRDY\r\n"),
        *START,
        ("AT+CSQ", "+CSQ: 2,99\nOK"),
    ]

    with replay(Session, talk) as session:
        session.ask("AT+CSQ")
        assert session.ask("AT+CSQ") == ["+CSQ: 2,99"]


def test_a_restart_while_a_command_is_out_has_it_asked_again() -> None:
    """The answer of the former life never comes."""
    talk: list[Pair] = [*START, ("AT+CSQ", "RDY"), *START, ("AT+CSQ", "+CSQ: 2,99\nOK")]

    with replay(Session, talk) as session:
        assert session.ask("AT+CSQ") == ["+CSQ: 2,99"]
        assert session.unasked == ["RDY"]


def test_a_port_that_stays_lost_is_told() -> None:
    """After reopening and one more loss."""
    lost = PortLost("unplugged")

    with replay(Session, [*START, ("AT+CSQ", lost)]) as session, pytest.raises(PortLost):
        session.ask("AT+CSQ")


def test_attending_never_waits_nor_raises() -> None:
    """A lost port is left for the next command."""
    with replay(Session, [*START, ("AT+CSQ", b"\r\nOK\r\n"), (b"x", PortLost("gone"))]) as session:
        session.ask("AT+CSQ")
        session.port.write(b"x")
        before = session.port.clock.now()
        session.attend()
        session.attend()
        assert session.port.clock.now() == before


# --- the session at its worst ---------------------------------------------------------------


class Wild(BufferedPort):
    """A port whose other end says what it likes, whenever something is written."""

    def __init__(self, clock: Clock, chunks: Sequence[tuple[float, bytes]]) -> None:
        super().__init__(clock, "wild")
        self._chunks_left = list(chunks)
        self.written = 0

    def open(self) -> None:
        if self._lost is not None and self._lost.startswith("for good"):
            raise PortLost(self._lost)
        self._lost = None

    def write(self, data: bytes) -> None:
        self.check_alive()
        self.written += len(data)
        if self._chunks_left:
            delay, said = self._chunks_left.pop(0)
            if said == LOSE:
                self.put_lost("unplugged")
            else:
                self.clock.call_at(self.clock.now() + delay, lambda: self.put_arrived(said))

    def close(self) -> None:
        self._lost = self._lost or "closed here"


LOSE = b"\0lose\0"
#: What a modem might say, and what it never would.
SCRAPS = [
    b"\r\nOK\r\n", b"OK", b"\r\nERROR\r\n", b"\r\n+CME ERROR: ", b"\r\n+CME ERROR: 14\r\n",
    b"RDY\r\n", b"\r\n> ", b"AT\r", b"+CSQ: 1,99\r\r\n", b"\r\n+CREG: 1,1\r\n", b"\0\0\0",
    b"\xff\xfe", b"0\r", b"\r\n+CUSD: 0,\"x\",15\r\n", b"x" * 9000,
    b"\r\n+CGEV: NW DETACH\r\n\r\nRDY\r\n", LOSE,
]  # fmt: skip


@settings(deadline=None, max_examples=80)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.3, 4.9, 6.0, 40.0]),
                  st.one_of(st.sampled_from(SCRAPS), st.binary(min_size=1, max_size=60))),
        max_size=40,
    ),
    st.sampled_from(["AT+CSQ", "AT+CREG?", "AT+CMGS=1", "ATI", ""]),
)  # fmt: skip
def test_whatever_a_modem_says_the_session_ends_and_raises_only_its_own(
    chunks: list[tuple[float, bytes]], command: str
) -> None:
    """Bounded in time, and nothing but a BenchError comes out of any call."""
    port = Wild(SteppingClock(), chunks)
    session = Session(port, settings=("ATV1", ("AT+CEREG=3", "AT+CEREG=2")))
    calls: list[Callable[[], object]] = [
        lambda: session.ask(command, text=b"hello" if "CMGS" in command else b""),
        session.attend,
        session.answers,
        lambda: session.await_line(lambda line: line if "CUSD" in line else None, within=10),
        lambda: session.restart("AT+CFUN=1,1"),
        lambda: session.switch_off("AT+QPOWD=1"),
    ]

    for call in calls:
        began = port.clock.now()
        with suppress(BenchError):
            call()
        assert port.clock.now() - began < 600


def test_a_modem_that_never_ends_is_garbled() -> None:
    """A megabyte for an answer is none; the session goes on with a new start."""
    flood = b"+CSQ: 1,99\r\n" * 100_000
    talk: list[Pair] = [*START, ("AT+CSQ", flood)]
    with replay(Session, talk) as session, pytest.raises(Garbled, match="no end"):
        session.ask("AT+CSQ")


def test_what_could_not_be_sent_never_reaches_the_wire() -> None:
    """A line end inside would be a second command; no modem takes thousands of signs."""
    for command in ("AT+CSQ\rAT+CFUN=0", "AT" + "x" * 5000, "AT+CGDCONT=1,\u20ac", "A", ""):
        with replay(Session, START) as session:
            session.start()
            with pytest.raises(DeviceRefused, match="no modem takes"):
                session.ask(command)


def test_a_text_is_sent_when_the_modem_prompts_for_it() -> None:
    """27.005, 3.5.1: the prompt has no line end; Ctrl-Z sends, and the echo is no answer."""
    talk: list[Pair] = [
        *START,
        ("AT+CMGS=5", b"\r\n> "),
        (b"0001\x1a", b"0001\x1a\r\n\r\n+CMGS: 12\r\n\r\nOK\r\n"),
    ]

    with replay(Session, talk) as session:
        assert session.ask("AT+CMGS=5", text=b"0001") == ["+CMGS: 12"]


def test_a_modem_that_does_not_prompt_is_released() -> None:
    """ESC after the time-out, or it would take the next command for the text."""
    talk: list[Pair] = [*START, ("AT+CMGS=5", None), (b"\x1b", b"\r\nOK\r\n")]

    with replay(Session, talk) as session, pytest.raises(PortTimeout):
        session.ask("AT+CMGS=5", text=b"0001")


def test_an_echo_that_is_back_betrays_a_restart() -> None:
    """No word was said, but it has forgotten what it was told: its settings are made anew."""
    begin: list[Pair] = [*START, ("ATV1", "OK")]
    talk: list[Pair] = [
        *begin,
        ("AT+CSQ", b"AT+CSQ\r\r\n+CSQ: 1,99\r\n\r\nOK\r\n"),
        *begin,
        ("AT+CSQ", "+CSQ: 2,99\nOK"),
    ]

    with replay(partial(Session, settings=("ATV1",)), talk) as session:
        assert session.ask("AT+CSQ") == ["+CSQ: 1,99"]
        assert session.ask("AT+CSQ") == ["+CSQ: 2,99"]


def test_a_modem_that_echoes_whatever_it_is_told_is_lived_with() -> None:
    """ATE0 taken and not heeded: its echo betrays nothing."""
    begin: list[Pair] = [*START, ("ATV1", b"ATV1\r\r\nOK\r\n")]
    asked: Pair = ("AT+CSQ", b"AT+CSQ\r\r\n+CSQ: 1,99\r\n\r\nOK\r\n")

    with replay(partial(Session, settings=("ATV1",)), [*begin, asked, asked]) as session:
        for _ in range(2):
            assert session.ask("AT+CSQ") == ["+CSQ: 1,99"]


def test_a_setting_that_is_refused_is_done_without() -> None:
    """A modem lacks reports; it is a modem all the same."""
    talk: list[Pair] = [
        *START,
        ("AT+CEREG=3", "ERROR"),
        ("AT+CEREG=2", "+CME ERROR: 4"),
        ("AT+CSQ", "OK"),
    ]

    with replay(partial(Session, settings=(("AT+CEREG=3", "AT+CEREG=2"),)), talk) as session:
        assert session.ask("AT+CSQ") == []


def test_a_modem_left_without_words_is_understood() -> None:
    """V0: it says 0 to AT and to ATE0; ATV1 is the first setting."""
    talk: list[Pair] = [
        ("AT", b"AT\r0\r"),
        ("ATE0", b"ATE0\r0\r"),
        ("ATV1", "OK"),
        ("AT+CSQ", "OK"),
    ]

    with replay(partial(Session, settings=("ATV1",)), talk) as session:
        assert session.ask("AT+CSQ") == []


def test_silence_and_its_end_are_told_once() -> None:
    """A transition each, whatever was asked meanwhile; a refusal is an answer."""
    deaf: list[Pair] = [("AT", None)]
    talk: list[Pair] = [
        *START, ("AT+CSQ", "OK"), *deaf * 3, *deaf * 3, *START, ("AT+CSQ", "ERROR"), *START[:1],
    ]  # fmt: skip

    with replay(Session, talk) as session:
        session.ask("AT+CSQ")
        assert not session.answers()
        assert not session.answers()
        with pytest.raises(Refused):
            session.ask("AT+CSQ")
        assert session.answers()

        assert session.told == [False, True]


def test_after_ten_time_outs_in_a_row_the_port_itself_is_opened_anew() -> None:
    """What is stuck may be the line, not the modem."""
    opened = []

    class Port(ReplayPort):
        def open(self) -> None:
            opened.append(self.clock.now())

    deaf: list[Pair] = [("AT", None)]
    port = Port(SteppingClock(), [*deaf * 14, *START, ("AT+CSQ", "OK")], SPELT)
    session = Session(port)
    for _ in range(2):
        with pytest.raises(PortTimeout):
            session.ask("AT+CSQ")
    assert not opened

    assert session.ask("AT+CSQ") == []
    assert len(opened) == 1


def test_what_the_network_says_later_is_awaited() -> None:
    """Before the OK, after it, or never."""
    answer = b'\r\n+CUSD: 0,"1234",15\r\n'

    def read(line: str) -> str | None:
        return line if line.startswith("+CUSD") else None

    for early, late in ((answer, b""), (b"", answer)):
        talk: list[Pair] = [*START, ("AT+CUSD=1", early + b"\r\nOK\r\n" + late)]
        with replay(Session, talk) as session:
            session.ask("AT+CUSD=1")
            assert session.await_line(read, within=5) == '+CUSD: 0,"1234",15'
    with replay(Session, [*START, ("AT+CUSD=1", "OK")]) as session:
        session.ask("AT+CUSD=1")
        with pytest.raises(PortTimeout, match="did not tell"):
            session.await_line(read, within=5)


def test_a_restart_by_command_is_proved_before_it_is_believed() -> None:
    """Its own first word, its echo, or its silence; an OK alone is none."""
    proofs: dict[str, list[Pair]] = {
        "word": [("AT+CFUN=1,1", b"\r\nOK\r\n\r\nRDY\r\n")],
        "echo": [("AT+CFUN=1,1", "OK"), ("AT", b"AT\r\r\nOK\r\n")],
        "silence": [("AT+CFUN=1,1", "OK"), *[("AT", None)] * 3],
        "no answer": [("AT+CFUN=1,1", None)],
    }  # fmt: skip
    begin: list[Pair] = [*START, ("ATV1", "OK")]
    for proof in proofs.values():
        with replay(partial(Session, settings=("ATV1",)), [*begin, *proof, *begin]) as session:
            session.restart("AT+CFUN=1,1")
            assert session.told == [False, True]
    still: list[Pair] = [("AT", "OK")]
    with replay(Session, [*START, ("AT+CFUN=1,1", "OK"), *still * 100]) as session:
        with pytest.raises(DeviceRefused, match="had not restarted"):
            session.restart("AT+CFUN=1,1")
        session.say_the_rest()


def test_a_command_that_is_refused_restarts_nothing() -> None:
    """The caller tries another."""
    for act in ("restart", "switch_off"):
        talk: list[Pair] = [*START, ("AT+CFUN=1,1", "+CME ERROR: 4")]
        with replay(Session, talk) as session, pytest.raises(Refused):
            getattr(session, act)("AT+CFUN=1,1")
