"""The SIM switch: its relays as a dialogue, the simulated one, and lines at their worst."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.sim_mux import Driver
from harness.errors import Astray, BenchError, DeviceRefused, PortTimeout, UsageError
from harness.links.carrier import Carrier
from harness.model.cellular import Labelled, SimCard
from harness.model.roles import SafeState, Vigilant
from harness.ports.memory import pair
from harness.sim.sim_mux import SimMux
from harness.sim.sim_tray import SimTray, read_sim
from harness.testing import replay
from harness.tests.drivers.hostile_line import MANNERS, HostileLine


def frame(relay: int, on: int) -> bytes:
    """What switches a relay of an LCUS board."""
    return bytes([0xA0, relay, on, 0xA0 + relay + on & 0xFF])


def states(*on: int) -> bytes:
    """What the board says with these relays on."""
    return b"".join(b"CH%d:%s\r\n" % (n, b"ON" if n in on else b"OFF") for n in range(1, 5))


OUT = [(frame(3, 1), None), (frame(1, 1), None), (frame(2, 0), None)]
ASKED = (b"\xff", states(1, 3))


def test_a_swap_breaks_before_it_makes() -> None:
    """Detect first, both SIMs seen to be off, half a second, then the other, detect last."""
    talk = [
        *OUT, *[ASKED] * 3,
        (frame(2, 1), None), (frame(1, 1), None), (frame(3, 0), None),
        *[(b"\xff", states(1, 2))] * 3,
    ]  # fmt: skip
    seen: list[Any] = []

    with replay(Driver, talk) as card:
        assert isinstance(card, SimCard)
        assert isinstance(card, Labelled)
        assert isinstance(card, SafeState)
        assert isinstance(card, Vigilant)
        assert card.slots() == ("1", "2")
        card.observe = lambda kind, /, *, t=None, **fields: seen.append((kind, t, fields["slot"]))
        card.select("2")

    assert [(kind, slot) for kind, _, slot in seen] == [("selected", None), ("selected", "2")]
    assert seen[1][1] - seen[0][1] >= 0.5


def test_a_sim_that_stays_connected_is_not_joined_by_another() -> None:
    """Relay 1 does not follow: nothing is switched on after that."""
    with (
        replay(Driver, [*OUT, *[(b"\xff", states(3))] * 3]) as card,
        pytest.raises(DeviceRefused, match="stands as for no slot: relays on: 3"),
    ):
        card.select("2")


def test_what_the_relays_say_is_the_slot() -> None:
    """Of a board that was never told anything, too; and where it moved by itself, it is told."""
    talk = [(b"\xff", one) for one in (states(), states(1, 2), states(1, 3)) for _ in range(3)]
    moved = [*OUT, *[ASKED] * 3, *[(b"\xff", states())] * 3]
    with replay(Driver, talk) as card:
        assert [card.selected() for _ in range(3)] == ["1", "2", None]
    with replay(Driver, moved) as card:
        card.look()
        card.select(None)
        with pytest.raises(Astray, match="moved by itself"):
            card.look()


def test_safe_is_the_terminals_own_sim_and_moves_nothing_that_is_right() -> None:
    """A needless swap would cost the terminal its registration."""
    with replay(Driver, [(b"\xff", states())] * 6) as card:
        card.make_safe()


def test_a_board_that_cannot_say_its_state_is_believed() -> None:
    """And switched for certain on the way out."""
    rest = [(frame(2, 0), None), (frame(1, 0), None), (frame(3, 0), None)]
    with replay(partial(Driver, read_back=False), [*OUT, *OUT, *rest]) as card:
        assert card.selected() == "1"
        card.select(None)
        assert card.selected() is None
        card.make_safe()


def test_other_boards_and_other_wiring() -> None:
    """By kind: a Devantech's bytes; relays as the rig file names them, no detect line."""
    options = {"kind": "devantech", "slots": {"a": 7, "b": 8}, "detect": None}
    talk = [(bytes([0x6B]), None), (bytes([0x76]), None), *[(b"\x5b", b"\x40")] * 2]
    with replay(partial(Driver, **options), [(bytes([0x64 + 7]), None), *talk[1:]]) as card:  # type: ignore[arg-type]
        card.select(None)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"slots": {"1": 1, "2": 3}}, "wanted different ones"),
        ({"slots": {"1": 0}}, "has 1 to 255"),
        ({"slots": {}}, "wanted one name each"),
        ({"iccids": {"3": "8986000000000000000"}}, "wanted one of 1, 2"),
        ({"iccids": {"1": "1234"}}, "begin with 89"),
        ({"off": -1.0}, "no less than 0 s"),
    ],
)
def test_wiring_that_cannot_be_is_refused(options: Any, said: str) -> None:
    """Before anything is switched."""
    with pytest.raises(UsageError, match=said):
        Driver(pair(CooperativeClock(), "x")[0], **options)


def test_a_slot_that_is_not_there_is_refused_before_the_card_is_out() -> None:
    """Nothing is said on the wire."""
    with replay(Driver, []) as card, pytest.raises(DeviceRefused, match="no SIM slot 'spare'"):
        card.select("spare")


Story = Callable[[CooperativeClock, Any, SimTray], None]


def on_bench(story: Story, wrap: Callable[[Any, Any], Any] = lambda _, port: port) -> list[str]:
    """Run a story on a simulated switch with two cards; returns what was in the tray, in turn."""
    clock = CooperativeClock()
    first, second = (read_sim(name, Carrier()) for name in ("first", "second"))
    names = {first.iccid: "first", second.iccid: "second"}
    tray = SimTray({"1": first})
    held: list[str] = []

    def note(slot: str) -> None:
        sim = tray.slots[slot]
        held.append(names[sim.iccid] if sim else "none")

    tray.changed.append(note)

    def main() -> None:
        ours, theirs = pair(clock, "sim_card")
        SimMux(clock, tray, (first, second)).outlets["relay"](theirs)
        story(clock, wrap(clock, ours), tray)

    clock.run(main)
    return held


def test_it_swaps_the_simulated_cards() -> None:
    """Who never asks has the first; pulled, swapped, and put back by the safe state."""

    def story(clock: CooperativeClock, port: Any, tray: SimTray) -> None:
        card = Driver(port)
        assert card.selected() == "1"
        card.select(None)
        clock.sleep(5)
        card.select("2")
        assert card.selected() == "2"
        card.look()
        card.make_safe()

    assert on_bench(story) == ["none", "second", "none", "first"]


@pytest.mark.parametrize("manner", MANNERS)
def test_on_every_bad_line_it_ends_and_says_no_slot_that_is_not(manner: str) -> None:
    """What it calls pulled is pulled, what it calls safe is the first card."""

    def story(clock: CooperativeClock, port: Any, tray: SimTray) -> None:
        card = Driver(port)
        card.select("2")
        port.turn_bad()
        acts: list[tuple[Callable[[], None], str]] = [
            (partial(card.select, None), ""), (card.make_safe, "89860000000000000019"),
        ]  # fmt: skip
        for act, wanted in acts:
            began, done = clock.now(), False
            with suppress(BenchError):
                act()
                done = True
            assert clock.now() - began < 60
            clock.sleep(1)
            sim = tray.slots["1"]
            assert not done or (sim.iccid if sim else "") == wanted

    on_bench(story, lambda clock, port: HostileLine(clock, port, MANNERS[manner]))


def test_silence_is_told() -> None:
    """A board that is not there."""
    with replay(Driver, [(b"\xff", None)]) as card, pytest.raises(PortTimeout):
        card.selected()
