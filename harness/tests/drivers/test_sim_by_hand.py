"""SIM cards that a person swaps: what the operator is asked, and what is made of the answer."""

import os
import threading
from functools import partial
from typing import Any

import pytest

from harness.clock import CooperativeClock, ThreadClock
from harness.drivers.sim_by_hand import Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortLost, PortTimeout, UsageError
from harness.model.cellular import Labelled, SimCard
from harness.model.roles import SafeState
from harness.model.units import Seconds
from harness.ports import operator
from harness.ports.memory import pair
from harness.ports.operator import OperatorPort
from harness.rig.address import port_to
from harness.testing import replay


def question(what: str) -> bytes:
    """What the operator reads."""
    return f"\r\n{what}, then press Enter (or say why not) [90 s]: ".encode()


OUT = question("Take the SIM card out of the terminal")
IN_1, IN_2 = (question(f"Put SIM card '{one}' into the terminal") for one in "12")


def test_the_operator_is_asked_and_the_answer_is_the_moment() -> None:
    """Nobody is asked for what is so already; on the way out the first card is put back."""
    seen: list[Any] = []

    def observe(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        seen.append((kind, t is not None, fields["slot"]))

    with replay(Driver, [(OUT, b"\n")]) as card:
        assert isinstance(card, SimCard)
        assert isinstance(card, Labelled)
        assert isinstance(card, SafeState)
        card.observe = observe
        card.select("1")
        card.select(None)
        assert card.selected() is None
    with replay(Driver, [(IN_2, b"y\r\n"), (IN_1, b"OK\r")]) as card:
        card.observe = observe
        card.select("2")
        card.make_safe()

    assert seen == [("selected", True, slot) for slot in (None, "2", "1")]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"the tray is stuck\n", DeviceRefused),
        (b"n\n", DeviceRefused),
        (None, PortTimeout),
        (b"y", PortTimeout),
        (b"x" * 5000, Garbled),
        (b"\xff\xfe\n", DeviceRefused),
        (PortLost("hung up"), PortLost),
    ],
)
def test_what_is_no_yes_is_no_swap(answer: Any, error: type[BenchError]) -> None:
    """The operator's reason is told; the card that was in counts as in."""
    with replay(Driver, [(OUT, answer)]) as card:
        with pytest.raises(error):
            card.select(None)
        assert card.selected() == "1"


def test_an_enter_from_before_is_no_answer() -> None:
    """What was typed while nothing was asked is dropped."""
    clock = CooperativeClock()

    def main() -> None:
        ours, theirs = pair(clock, "operator")
        theirs.write(b"\n\n")
        card = Driver(ours, within=Seconds(5))
        with pytest.raises(PortTimeout, match="nobody answered within 5 s: Take the SIM"):
            card.select(None)
        clock.call_at(clock.now() + 3, partial(theirs.write, b"\n"))
        card.select(None)

    clock.run(main)


def test_names_and_times_are_checked() -> None:
    """Before anybody is asked."""
    port = pair(CooperativeClock(), "x")[0]
    with pytest.raises(UsageError, match="above 0 s"):
        Driver(port, within=Seconds(0))
    with pytest.raises(UsageError, match="all different"):
        Driver(port, slots=["1", "1"])
    with pytest.raises(DeviceRefused, match="there are 1, 2"):
        Driver(port).select("3")


def test_the_port_is_the_terminal_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pseudo terminal in its place; a run without one is told so."""
    clock = ThreadClock()
    near, far = os.openpty()
    monkeypatch.setattr(operator, "TTY", os.ttyname(far))
    port = port_to("operator://tty", clock)
    assert isinstance(port, OperatorPort)
    port.open()
    card = Driver(port, within=Seconds(60))

    def person() -> None:
        heard = b""
        while not heard.endswith(b": "):
            heard += os.read(near, 100)
        os.write(near, b"\n")

    helper = threading.Thread(target=person)
    helper.start()
    card.select("2")
    helper.join()
    port.close()
    with pytest.raises(PortLost):
        port.write(b"x")
    os.close(near)
    os.close(far)

    monkeypatch.setattr(operator, "TTY", "/dev/no-such-terminal")
    with pytest.raises(PortLost, match="nobody can be asked"):
        port_to("operator://tty", clock).open()
