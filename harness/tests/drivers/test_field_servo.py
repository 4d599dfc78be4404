"""Cards on servo arms: the controller's bytes, a hostile controller, and the simulated one."""

import random
from collections.abc import Callable
from functools import partial

import pytest

from harness.clock import CooperativeClock
from harness.drivers.field_servo import Driver
from harness.errors import DeviceRefused, PortLost, PortTimeout
from harness.files import fixture, read_plain
from harness.model.roles import Contactless, SafeState, plays
from harness.ports.memory import pair
from harness.sim.antenna import ANSWERS, WORKS, Antenna
from harness.sim.card import make_card
from harness.sim.field_servo import FieldServo
from harness.testing import Pair, replay
from harness.tests.drivers.test_serial_relay import Heard

ONE = partial(Driver, cards=["tap"], channels=[0])
NEAR, FAR = bytes.fromhex("84 00 40 3E"), bytes.fromhex("84 00 20 1F")  # 8000 and 4000 quarters
THERE, AWAY, WHERE = (8000).to_bytes(2, "little"), (4000).to_bytes(2, "little"), b"\x90\x00"
NO_ERROR: Pair = (b"\xa1", b"\x00\x00")


def test_a_tap_is_a_target_a_position_and_no_error() -> None:
    """Bytes as the controller's guide spells them: two times seven bits of quarter microseconds."""
    heard = Heard()
    talk: list[Pair] = [(NEAR, None), NO_ERROR, (WHERE, b"\x00\x19"), (WHERE, THERE),
                        (FAR, None), NO_ERROR, (WHERE, AWAY)]  # fmt: skip
    with replay(ONE, talk) as field:
        field.observe = heard
        field.tap("tap")
        field.leave()

    assert heard.told() == [
        ("card_tapped", {"card": "tap", "strength": 1.0}), ("card_removed", {"card": "tap"}),
    ]  # fmt: skip


@pytest.mark.parametrize("answer", [None, b"\x40"])
def test_a_silent_controller_is_a_timeout(answer: bytes | None) -> None:
    """Nothing, or half a word; and nothing is said to have been tapped."""
    heard = Heard()
    with replay(ONE, [(NEAR, None), (b"\xa1", answer)]) as field:
        field.observe = heard
        with pytest.raises(PortTimeout, match="servo controller"):
            field.tap("tap")
    assert heard == []


def test_an_arm_that_does_not_follow_is_a_refusal() -> None:
    """It was sent and stands elsewhere when its time is over."""
    talk: list[Pair] = [(NEAR, None), NO_ERROR, *[(WHERE, AWAY)] * 151]
    with replay(ONE, talk) as field, pytest.raises(DeviceRefused, match="2000 us, is at 1000"):
        field.tap("tap")


def test_the_controllers_errors_are_told_by_name() -> None:
    """Bit 4 of the error register is a protocol error."""
    talk: list[Pair] = [(NEAR, None), (b"\xa1", b"\x10\x00")]
    with replay(ONE, talk) as field, pytest.raises(DeviceRefused, match="serial protocol"):
        field.tap("tap")


def test_what_is_not_there_is_refused_before_anything_moves() -> None:
    """A card it does not hold, a strength that is none; a lost port is told."""
    with replay(ONE, []) as field:
        for wrong in (
            partial(field.tap, "gold"), partial(field.beside, "gold"),
            partial(field.set_field, 1.5),
        ):  # fmt: skip
            with pytest.raises(DeviceRefused, match=r"gold|1\.5"):
                wrong()
    with replay(ONE, [(NEAR, None), (b"\xa1", PortLost("gone"))]) as field, pytest.raises(PortLost):
        field.tap("tap")


def on_bench(act: Callable[[Driver, Antenna, FieldServo, Heard], None]) -> None:
    """The real driver on the simulated controller, in virtual time."""
    clock = CooperativeClock()

    def run() -> None:
        antenna = Antenna(clock, clock.signal("the field"))
        deck = read_plain(fixture("cards", "deck.yaml"))["cards"]
        rng = random.Random(1)
        arms = {
            at: make_card(name, deck[name], rng) for at, name in enumerate(("tap", "other_tap"))
        }
        servo = FieldServo(clock, antenna, arms)
        ours, theirs = pair(clock, "servo")
        servo.outlets["line"](theirs)
        driver, heard = Driver(ours), Heard()
        driver.observe = heard
        act(driver, antenna, servo, heard)

    clock.run(run)


def test_a_card_comes_into_the_field_and_goes() -> None:
    """One answers the poll while it is held there; none afterwards."""

    def run(driver: Driver, antenna: Antenna, servo: FieldServo, heard: Heard) -> None:
        assert plays(driver, Contactless)
        assert plays(driver, SafeState)
        driver.tap("tap")
        assert antenna.poll() == 1
        driver.leave()
        assert antenna.poll() == 0
        driver.make_safe()
        assert [kind for kind, _ in heard.told()] == ["card_tapped", "card_removed"]

    on_bench(run)


def test_two_cards_answer_where_one_is_beside() -> None:
    """Until it is taken back."""

    def run(driver: Driver, antenna: Antenna, servo: FieldServo, heard: Heard) -> None:
        driver.beside("other_tap")
        driver.tap("tap")
        assert antenna.poll() == 2
        driver.beside(None)
        driver.leave()
        driver.tap("tap")
        assert antenna.poll() == 1

    on_bench(run)


def test_a_weak_field_answers_and_does_not_work() -> None:
    """Between the two couplings; and out of reach there is nothing."""

    def run(driver: Driver, antenna: Antenna, servo: FieldServo, heard: Heard) -> None:
        driver.set_field((ANSWERS + WORKS) / 2)
        driver.tap("tap")
        assert antenna.poll() == 1
        driver.set_field(0.1)
        assert antenna.poll() == 0

    on_bench(run)


def test_a_stuck_servo_is_found() -> None:
    """The controller says where it drives its servo to."""

    def run(driver: Driver, antenna: Antenna, servo: FieldServo, heard: Heard) -> None:
        servo.stuck.add(0)
        with pytest.raises(DeviceRefused, match="servo 0"):
            driver.tap("tap")

    on_bench(run)
