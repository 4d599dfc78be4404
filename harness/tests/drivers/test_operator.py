"""A person at a terminal without an interface: what is asked, and what is made of the answers."""

from functools import partial
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers import operator
from harness.drivers.operator import Driver
from harness.errors import (
    Astray,
    BenchError,
    DeviceRefused,
    Garbled,
    PortLost,
    PortTimeout,
    UsageError,
)
from harness.model.hands import Hands, Presses, ShowsCodes
from harness.model.register import Reprints, Settles, SignsOff, SignsOn
from harness.model.roles import SaleResult, Terminal
from harness.model.units import Money, Seconds
from harness.ports.memory import pair
from harness.rig.address import port_to
from harness.testing import replay

TAIL = "How does it end? " + operator.CHOICE
DO = ", then press Enter (or say why not) [90 s]: "


def asked(what: str, within: str = "240") -> bytes:
    """What the operator reads."""
    return f"\r\n{what} [{within} s]: ".encode()


SALE = asked(f"Key in a sale of {Money(1000)}, and have the card presented. {TAIL}")


def test_it_plays_a_whole_terminal_and_hands_on_it() -> None:
    """What a person can do; what only a register can is not played."""
    with replay(Driver, []) as person:
        roles = (Terminal, Hands, Presses, ShowsCodes, Settles, Reprints, SignsOn, SignsOff)
        for role in roles:
            assert isinstance(person, role)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (b"a\n", SaleResult("approved")),
        (b"Approved 000123 THANK YOU\r\n", SaleResult("approved", stan=123, text="THANK YOU")),
        (b"d 51 NO MONEY\n", SaleResult("declined", stan=51, text="NO MONEY")),
        (b"f TIME OUT\n", SaleResult("failed", text="TIME OUT")),
        (b"u\n", SaleResult("unknown")),
    ],
)
def test_a_sale_ends_as_the_person_says(answer: bytes, result: SaleResult) -> None:
    """A letter, a trace number where there is one, the text on the display."""
    with replay(Driver, [(SALE, answer)]) as person:
        assert person.sell(Money(1000)) == result


def test_nobody_answers_and_the_sale_is_unknown() -> None:
    """A sale is never an error of the bench: it may have been made."""
    with replay(Driver, [(SALE, None)]) as person:
        result = person.sell(Money(1000))
    assert result.outcome == "unknown"
    assert "nobody answered" in result.text


def test_a_card_number_that_is_typed_is_masked() -> None:
    """At ingress, whatever the operator reads out."""
    rows: list[dict[str, Any]] = []

    def observe(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        rows.append({"kind": kind, **fields})

    with replay(Driver, [(SALE, b"f CARD 9999990000000014 REFUSED\n")]) as person:
        person.observe = observe
        result = person.sell(Money(1000))
    assert "9999990000000014" not in f"{result} {rows}"
    assert rows[0]["kind"] == "display"


def test_an_answer_that_is_none_is_asked_again() -> None:
    """Until the time is over."""
    clock = CooperativeClock()

    def main() -> None:
        ours, theirs = pair(clock, "operator-again")
        person = Driver(ours)
        clock.call_at(clock.now() + 1, partial(theirs.write, b"maybe\n"))
        clock.call_at(clock.now() + 2, partial(theirs.write, b"n PAPER OUT\n"))
        assert person.status() == "FF"
        read = b""
        while theirs.readable and (chunk := theirs.read()) is not None:
            read += chunk.data
        assert b"'maybe' is none of y, n" in read

    clock.run(main)


def test_nobody_is_asked_for_ever() -> None:
    """Three questions in a row without an answer: no fourth is asked, until a key is pressed."""
    clock = CooperativeClock()

    def main() -> None:
        ours, theirs = pair(clock, "operator-away")
        person = Driver(ours, within=Seconds(5))
        for _ in range(3):
            with pytest.raises(PortTimeout, match="nobody answered within 5 s"):
                person.status()
        before = clock.now()
        with pytest.raises(PortTimeout, match="the last 3 questions have no answer") as error:
            person.status()
        assert clock.now() == before
        assert "when somebody is there" in error.value.said
        theirs.write(b"\n")  # somebody is back
        clock.call_at(clock.now() + 1, partial(theirs.write, b"y\n"))
        assert person.status() == "00"

    clock.run(main)


def test_nonsense_is_not_asked_about_for_ever() -> None:
    """Three answers that are none end the question, and count as no answer."""
    clock = CooperativeClock()

    def main() -> None:
        ours, theirs = pair(clock, "operator-nonsense")
        person = Driver(ours)
        for second in range(1, 4):
            clock.call_at(second, partial(theirs.write, b"maybe\n"))
        with pytest.raises(Garbled, match="3 answers that are none"):
            person.status()
        with pytest.raises(Astray, match="left a question unanswered"):
            person.look()

    clock.run(main)


def test_a_question_that_was_left_open_is_told_at_the_end() -> None:
    """Since then nobody knows what the terminal did: that is no failure of the terminal's."""
    with replay(Driver, [(SALE, None)]) as person:
        person.look()
        person.sell(Money(1000))
        with pytest.raises(Astray) as error:
            person.look()
    assert error.value.since == 0.0


def test_what_became_of_the_last_one() -> None:
    """The person looks it up; none is an answer."""
    what = asked(
        f"Look up the last transaction in the terminal: {operator.CHOICE}; [n] for none", "90"
    )
    with replay(Driver, [(what, b"a 7\n"), (what, b"n\n")]) as person:
        assert person.last_result() == SaleResult("approved", stan=7)
        assert person.last_result() is None


def test_hands_do_what_is_asked_for() -> None:
    """Each act is told with the moment of the answer."""
    rows: list[tuple[str, bool, dict[str, Any]]] = []

    def observe(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        rows.append((kind, t is not None, fields))

    talk = [
        (f"\r\npaper: make it out{DO}".encode(), b"\n"),
        (f"\r\ndo not sign{DO}".encode(), b"ok\n"),
        (f"\r\nPress on the terminal: 1000 ok{DO}".encode(), b"y\n"),
        (f"\r\nHold a damaged code before the scanner{DO}".encode(), b"\n"),
        (f"\r\nTake the code away{DO}".encode(), b"\n"),
    ]
    with replay(Driver, talk) as person:
        person.observe = observe
        person.put("paper", "out")
        person.put("signer", "walks_off")
        person.press("1000 ok")
        person.show_code("damaged")
        person.show_code("none")

    assert [row[0] for row in rows] == ["part", "part", "pressed", "code_shown", "code_shown"]
    assert all(row[1] for row in rows)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"it is stuck\n", DeviceRefused), (None, PortTimeout), (b"x" * 5000, Garbled),
        (PortLost("hung up"), PortLost),
    ],
)  # fmt: skip
def test_what_is_no_yes_is_not_done(answer: Any, error: type[BenchError]) -> None:
    """The person's reason is told; silence, a hung up line and garbage are the bench's."""
    talk = [(f"\r\npaper: make it out{DO}".encode(), answer)]
    with replay(Driver, talk) as person, pytest.raises(error):
        person.put("paper", "out")


def test_one_person_is_asked_one_thing_at_a_time() -> None:
    """While a sale's end is waited for, hands wait; what is late is said as late."""
    clock = CooperativeClock()

    def main() -> None:
        ours, theirs = pair(clock, "operator-twice")
        person = Driver(ours, within=Seconds(5))
        clock.spawn("sale", lambda: person.sell(Money(1000)))
        clock.sleep(0.1)
        person.abort()
        with pytest.raises(PortTimeout, match="still asked something else"):
            person.put("paper", "out")
        theirs.write(b"a\n")
        clock.sleep(1.0)
        clock.call_at(clock.now() + 1, partial(theirs.write, b"\n"))
        person.put("paper", "out")

    clock.run(main)


def test_a_rig_file_is_checked_before_anybody_is_asked() -> None:
    """Times and parts; and a run without a terminal of its own says so at once."""
    port = pair(CooperativeClock(), "x")[0]
    with pytest.raises(UsageError, match="above 0 s"):
        Driver(port, within=Seconds(0))
    with pytest.raises(UsageError, match="no parts wings"):
        Driver(port, parts=["wings"])
    with pytest.raises(DeviceRefused, match="within reach"):
        Driver(port, parts=["paper"]).put("cover", "open")


def test_a_run_without_a_terminal_of_its_own_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """In CI nobody can be asked: the port does not open."""
    monkeypatch.setattr("harness.ports.operator.TTY", "/dev/no-such-terminal")
    with pytest.raises(PortLost, match="nobody can be asked"):
        port_to("operator://tty", CooperativeClock(wall=True)).open()
