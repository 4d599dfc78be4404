"""The card robot: G-code of two firmwares and words of its own, hostile robots, a simulated one."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.card_robot import Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortLost, PortTimeout
from harness.files import fixture, read_plain
from harness.model.roles import Contactless, Reader, SafeState, StandIn, plays
from harness.ports.memory import pair
from harness.sim.card import make_card
from harness.sim.card_robot import CardRobot
from harness.sim.slot import Slot
from harness.testing import Pair, replay
from harness.tests.drivers.test_serial_relay import Heard
from harness.wire import magstripe

WORDS = {"take": "PICK {place}", "return": "BACK {place}", "insert": "IN", "remove": "OUT",
         "swipe": "SWIPE"}  # fmt: skip
FLAVOURS: dict[str, dict[str, Any]] = {
    "grbl": {}, "marlin": {}, "words": {"words": WORDS, "done": "OK"},
}  # fmt: skip


def grbl(*axes: float) -> bytes:
    """What GRBL reports of a machine that stands still there."""
    place = ",".join(f"{one:.3f}" for one in axes)
    return f"<Idle|MPos:{place}|FS:0,0>\r\n".encode()


HOME: list[Pair] = [
    ("$H", "ok"), ("G21", "ok"), ("G90", "ok"), ("G0 Z80.000", "ok"), (b"?", grbl(0, 0, 80)),
]  # fmt: skip


def test_a_card_is_fetched_and_pushed_in_by_gcode() -> None:
    """Homed first, each move seen to its end, the gripper by the spindle's words."""
    heard = Heard()
    talk: list[Pair] = [
        *HOME,
        ("G0 X15.000", "ok"), (b"?", grbl(15, 0, 80)),
        ("G0 Y40.000", "ok"), (b"?", grbl(15, 40, 80)),
        ("M3 S1000", "ok"), ("G0 Y0.000", "ok"), (b"?", grbl(15, 0, 80)),
        ("G0 X200.000", "ok"), (b"?", grbl(200, 0, 80)),
        ("G0 Y60.000", "ok"), (b"?", b"<Run|MPos:200.000,31.000,80.000|FS:0,0>\r\n"),
        (b"?", grbl(200, 60, 80)),
    ]  # fmt: skip
    with replay(partial(Driver, cards=["chip", "mute"]), talk) as robot:
        robot.observe = heard
        robot.insert("mute")

    assert heard.told() == [("card_inserted", {"card": "mute"})]


@pytest.mark.parametrize(
    ("talk", "error", "why"),
    [
        ([("$H", "error:5")], DeviceRefused, "error:5"),
        ([("$H", "ALARM:8")], DeviceRefused, "ALARM:8"),
        ([("$H", None)], PortTimeout, "does not answer"),
        ([("$H", b"x" * 900)], Garbled, "no end"),
        ([("$H", PortLost("gone"))], PortLost, "gone"),
        ([*HOME, ("G0 X0.000", "ok"), (b"?", grbl(7, 0, 80))], DeviceRefused, "stands at"),
        ([*HOME, ("G0 X0.000", "error:15")], DeviceRefused, "error:15"),
    ],
)
def test_a_robot_that_does_not_go_is_told(
    talk: list[Pair], error: type[BenchError], why: str
) -> None:
    """It refuses, is silent, talks without end, or stands elsewhere: no card is said to be in."""
    heard = Heard()
    with replay(partial(Driver, cards=["chip"]), talk) as robot:
        robot.observe = heard
        with pytest.raises(error, match=why):
            robot.insert("chip")
    assert heard == []


def test_marlins_words_are_read() -> None:
    """``echo:busy`` is a sign of life, M400 ends with the moves, M114 says where it stands."""
    there = "X:0.00 Y:0.00 Z:80.00 E:0.00 Count X:0 Y:0 Z:0\nok"
    talk: list[Pair] = [
        ("G28", "echo:busy: processing\nok"), ("G21", "ok"), ("G90", "ok"),
        ("G0 Z80.000", "ok"), ("M400", "ok"), ("M114", there),
        ("G0 X0.000", 'echo:Unknown command: "G0 X0"\nok'),
    ]  # fmt: skip
    driver = partial(Driver, cards=["chip"], flavour="marlin")
    with replay(driver, talk) as robot, pytest.raises(DeviceRefused, match="Unknown command"):
        robot.insert("chip")


def test_a_shift_of_coordinates_is_reckoned_with() -> None:
    """GRBL tells machine places and, now and then, by how much moves are shifted (WCO)."""
    shift = b"|WCO:-200.000,-100.000,-5.000>\r\n"
    talk: list[Pair] = [
        *HOME[:-1],
        (b"?", grbl(-200, -100, 75).replace(b">\r\n", shift)),
        ("G0 X0.000", "ok"), (b"?", grbl(-200, -100, 75)),
        ("G0 Y40.000", "ok"), (b"?", b"<Idle|WPos:0.000,40.000,80.000|FS:0,0|Ov:100,100,100>\r\n"),
        ("M3 S1000", "ok"), ("G0 Y0.000", "ok"), (b"?", grbl(-200, -100, 75)),
        ("G0 X200.000", "ok"), (b"?", grbl(0, -100, 75)),
        ("G0 Y60.000", "ok"), (b"?", grbl(0, 60, 75)),  # not shifted: elsewhere
    ]  # fmt: skip
    with (
        replay(partial(Driver, cards=["chip"]), talk) as robot,
        pytest.raises(DeviceRefused, match="stands at"),
    ):
        robot.insert("chip")


def test_an_ok_may_say_more() -> None:
    """Marlin's ADVANCED_OK: how much room its buffers have; ``okay`` is no ok."""
    there = "X:0.00 Y:0.00 Z:80.00 E:0.00 Count X:0 Y:0 Z:0\nok P15 B3"
    talk: list[Pair] = [
        ("G28", "ok P15 B3"), ("G21", "ok N0 P15 B3"), ("G90", "ok"),
        ("G0 Z80.000", "ok P14 B3"), ("M400", "ok"), ("M114", there), ("G0 X0.000", "okay"),
    ]  # fmt: skip
    driver = partial(Driver, cards=["chip"], flavour="marlin")
    with replay(driver, talk) as robot, pytest.raises(PortTimeout):
        robot.insert("chip")


def test_a_robot_of_words_says_its_own() -> None:
    """Lines as the rig file spells them; what has no word is refused."""
    driver = partial(Driver, cards=["chip"], flavour="words", words=WORDS, done="OK")
    talk: list[Pair] = [
        (b"PICK 0\r\n", b"OK\r\n"), (b"IN\r\n", b"OK\r\n"), (b"OUT\r\n", b"JAM\r\n"),
    ]  # fmt: skip
    with replay(driver, talk) as robot:
        robot.insert("chip")
        with pytest.raises(DeviceRefused, match="JAM"):
            robot.remove()
    fetched: list[Pair] = [(b"PICK 0\r\n", b"OK\r\n")]
    with (
        replay(driver, fetched) as robot,
        pytest.raises(DeviceRefused, match="no word for tap"),
    ):
        robot.tap("chip")


@pytest.mark.parametrize(
    "wrong", [{"flavour": "lathe"}, {"flavour": "words"}, {"flavour": "words", "words": {"x": "y"}}]
)
def test_a_robot_that_is_none_is_refused_before_the_run(wrong: dict[str, Any]) -> None:
    """An unknown firmware; words without those that are needed."""
    with pytest.raises(ValueError, match=r"flavour|words"), replay(partial(Driver, **wrong), []):
        pass


def on_bench(flavour: str, act: Callable[[Driver, Slot, Heard], None]) -> None:
    """The real driver on the simulated robot, in virtual time."""
    clock = CooperativeClock()

    def run() -> None:
        slot = Slot(clock)
        deck = read_plain(fixture("cards", "deck.yaml"))["cards"]
        names = ("chip", "stripe", "mute", "bad_atr", "tap")
        cards = [make_card(name, deck[name], random.Random(1)) for name in names]
        robot = CardRobot(clock, slot, cards)
        ours, theirs = pair(clock, "robot")
        robot.outlets[flavour](theirs)
        driver, heard = Driver(ours, flavour=flavour, **FLAVOURS[flavour]), Heard()
        driver.observe = heard
        act(driver, slot, heard)

    clock.run(run)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_cards_go_in_and_out_and_back_to_their_places(flavour: str) -> None:
    """Each is the card that was asked for; the one before it is put away first."""

    def run(driver: Driver, slot: Slot, heard: Heard) -> None:
        assert all(plays(driver, role) for role in (Reader, StandIn, SafeState, Contactless))
        driver.insert("mute")
        assert slot.present
        assert slot.reset() is None
        driver.remove()
        assert not slot.present
        driver.stand_in("chip")
        driver.insert("mute")
        assert slot.reset() is not None
        driver.make_safe()
        assert not slot.present
        driver.insert("mute")
        assert slot.reset() is None

    on_bench(flavour, run)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_robot_swipes(flavour: str) -> None:
    """At the speed that was asked for, which a reader takes."""

    def run(driver: Driver, slot: Slot, heard: Heard) -> None:
        driver.swipe("stripe")
        assert magstripe.decode(slot.take_swipe() or "").text.startswith("9999990000000022=")
        assert ("card_swiped", {"card": "stripe"}) in heard.told()

    on_bench(flavour, run)


@pytest.mark.parametrize("flavour", ["grbl", "marlin"])
def test_a_robot_taps_as_near_as_the_field_is_to_be(flavour: str) -> None:
    """Its height over the antenna is the coupling."""

    def run(driver: Driver, slot: Slot, heard: Heard) -> None:
        driver.tap("tap")
        assert slot.antenna.poll() == 1
        driver.set_field(0.1)
        assert slot.antenna.poll() == 0
        driver.leave()
        driver.set_field(1.0)
        assert slot.antenna.poll() == 0
        with pytest.raises(DeviceRefused, match="one gripper"):
            driver.beside("chip")

    on_bench(flavour, run)


def test_a_robot_cuts_no_contacts() -> None:
    """It has none to cut, and says so before anything moves."""
    with replay(partial(Driver, cards=["chip"]), []) as robot:
        assert robot.contacts() == ()
        with pytest.raises(DeviceRefused, match="none"):
            robot.cut_contact("io", cut=True)
        with pytest.raises(DeviceRefused, match="turn"):
            robot.turn(backwards=True)


def test_an_answer_to_the_act_before_ends_no_other() -> None:
    """``JAM``, and seconds later ``OK``: that is not the next act's."""
    clock = CooperativeClock()
    ours, theirs = pair(clock, "robot")
    words = {"insert": "INS", "remove": "OUT"}
    driver = Driver(ours, flavour="words", words=words)

    def robot() -> None:
        theirs.read()
        theirs.write(b"JAM\r\n")
        clock.sleep(2.0)
        theirs.write(b"OK\r\n")

    def run() -> None:
        clock.spawn("robot", robot)
        with pytest.raises(DeviceRefused, match="robot: the robot answers 'JAM'"):
            driver.insert("chip")
        with pytest.raises(PortTimeout, match="did not end"):
            driver.remove()

    clock.run(run)
