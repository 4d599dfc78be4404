"""The AT session: one command at a time, whatever the modem does meanwhile."""

from functools import partial

import pytest

from harness.drivers._at import AtSession, Refused, Spelling
from harness.errors import PortLost, PortTimeout
from harness.ports.base import Port
from harness.testing import Pair, replay

START: list[Pair] = [("AT", "OK"), ("ATE0", "OK")]


class Session(AtSession):
    """Keeps what came unasked."""

    SPELLING = Spelling

    def __init__(self, port: Port, *, settings: tuple[str | tuple[str, ...], ...] = ()) -> None:
        self.unasked: list[str] = []
        super().__init__(
            port, on_unasked=lambda _, line: self.unasked.append(line), settings=settings
        )


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
    """Autobauding, or still booting; after five tries it is told."""
    silence: list[Pair] = [("AT", None)]
    with replay(Session, [*silence * 4, *START, ("AT+CSQ", "OK")]) as session:
        assert session.ask("AT+CSQ") == []

    with replay(Session, silence * 5) as session, pytest.raises(PortTimeout, match="5 tries"):
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
