"""The SCPI session: in step or silent, never wrong."""

from collections.abc import Callable
from functools import partial

import pytest

from harness.clock import CooperativeClock
from harness.drivers._scpi import ScpiSession
from harness.errors import DeviceRefused, Garbled, PortLost, PortTimeout
from harness.ports.memory import MemoryPort, pair
from harness.testing import replay

OK = ("SYST:ERR?", '+0,"No error"')
IDN = "MAKER,MODEL,1,2"
noisy = partial(ScpiSession, chatter=r"\*\*ERROR ")


def test_a_refusal_is_told_in_the_instruments_own_words() -> None:
    """All queued errors are read and raised; the queue is empty afterwards."""
    talk = [
        ("VOLT 99", None),
        ("SYST:ERR?", '-222,"Data out of range"'),
        ("SYST:ERR?", '-113,"Undefined header"'),
        OK,
    ]

    with replay(ScpiSession, talk) as scpi, pytest.raises(DeviceRefused, match=r"range.*header"):
        scpi.tell("VOLT 99")


def test_a_queue_without_an_end_is_left() -> None:
    """An instrument that always answers an error does not hold the harness for ever."""
    talk = [("VOLT 1", None)] + [("SYST:ERR?", '-100,"Command error"')] * 40

    with replay(ScpiSession, talk) as scpi, pytest.raises(DeviceRefused):
        scpi.tell("VOLT 1")


def test_chatter_blanks_and_nuls_are_no_answer() -> None:
    """Unasked lines are skipped; NULs, carriage returns and blanks are stripped."""
    talk = [("VOLT?", b'**ERROR [x]: -1,"y"\r\n\r\n\0 5.00\r\0\n')]

    with replay(noisy, talk) as scpi:
        assert scpi.ask("VOLT?") == "5.00"


def test_nonsense_is_garbled() -> None:
    """A word where a number belongs is neither zero nor a crash."""
    with replay(ScpiSession, [("VOLT?", "five")]) as scpi, pytest.raises(Garbled, match="five"):
        scpi.number("VOLT?")
    with replay(ScpiSession, [("SYST:ERR?", IDN)]) as scpi, pytest.raises(Garbled):
        scpi.errors()


def test_a_late_answer_is_never_the_next_ones() -> None:
    """After a timeout a marker is asked; what comes before its answer is thrown away."""
    talk = [
        ("VOLT?", None),
        ("*ESE?;*IDN?", b"5.0\n0;" + IDN.encode() + b"\n"),
        ("CURR?", "1.0"),
    ]

    with replay(ScpiSession, talk) as scpi:
        with pytest.raises(PortTimeout, match=r"VOLT\?"):
            scpi.ask("VOLT?")
        assert scpi.ask("CURR?") == "1.0"


def test_a_late_marker_is_not_taken_for_the_next_one() -> None:
    """Each marker looks different, so even markers may come late."""
    first, second = b"0;" + IDN.encode() + b"\n", b"0;0;" + IDN.encode() + b"\n"
    talk = [
        ("*IDN?", None),
        ("*ESE?;*IDN?", None),
        ("*ESE?;*ESE?;*IDN?", IDN.encode() + b"\n" + first + second),
        ("*IDN?", IDN),
    ]

    with replay(ScpiSession, talk) as scpi:
        for _ in range(2):
            with pytest.raises(PortTimeout):
                scpi.ask("*IDN?")
        assert scpi.ask("*IDN?") == IDN


def test_a_command_is_not_sent_out_of_step_either() -> None:
    """A set after a lost answer first finds the instrument again."""
    talk = [("VOLT?", None), ("*ESE?;*IDN?", "0;" + IDN), ("VOLT 1", None), OK]

    with replay(ScpiSession, talk) as scpi:
        with pytest.raises(PortTimeout):
            scpi.ask("VOLT?")
        scpi.tell("VOLT 1")


def with_instrument(story: Callable[[CooperativeClock, ScpiSession, MemoryPort], None]) -> None:
    """Run a story with the instrument's end of the wire in hand."""
    clock = CooperativeClock()
    ours, theirs = pair(clock, "scpi")
    clock.run(lambda: story(clock, ScpiSession(ours, inter_command=0.1), theirs))


def test_what_comes_before_the_question_is_not_its_answer() -> None:
    """A whole line and a torn one that were there before are dropped."""

    def story(clock: CooperativeClock, scpi: ScpiSession, instrument: MemoryPort) -> None:
        instrument.write(b"stale\n**ERR")
        clock.call_at(1.0, lambda: instrument.write(b"OR: more\n4.0\n"))
        assert scpi.ask("VOLT?") == "4.0"
        assert scpi.heard == 1.0

    with_instrument(story)


def test_an_instrument_that_needs_time_gets_it() -> None:
    """Messages keep their distance."""

    def story(clock: CooperativeClock, scpi: ScpiSession, instrument: MemoryPort) -> None:
        for _ in range(3):
            scpi.send("OUTP ON")
        assert clock.now() == pytest.approx(0.2)

    with_instrument(story)


def test_a_lost_wire_is_told_and_found_again() -> None:
    """PortLost comes through, and the next talk begins with a marker."""

    def story(clock: CooperativeClock, scpi: ScpiSession, instrument: MemoryPort) -> None:
        instrument.close()
        with pytest.raises(PortLost):
            scpi.ask("VOLT?")
        ours, instrument = pair(clock, "scpi again")
        scpi.port = ours
        with pytest.raises(PortTimeout, match="does not answer"):
            scpi.ask("VOLT?")
        seen = instrument.read(clock.now())
        assert seen is not None
        assert seen.data == b"*ESE?;*IDN?\n"

    with_instrument(story)


def test_a_read_back_that_differs_is_a_refusal() -> None:
    """What was set must be what is read, within the resolution."""
    talk = [("VOLT 5,(@1)", None), OK, ("VOLT? (@1)", "+4.9")]

    with replay(ScpiSession, talk) as scpi, pytest.raises(DeviceRefused, match="reads back"):
        scpi.put("VOLT", [5.0], at="(@1)", within=0.003)
