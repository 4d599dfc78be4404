"""What the harness relies on in every supply, asked of one: real or simulated, by its own driver.

``conform`` runs each check of ``CHECKS`` from the safe state back to the safe state and tells what
it found. It knows nothing of the model: what an instrument cannot do is skipped by its roles and
its ``Capability``. On a real supply disconnect the terminal first: its output is switched on, up to
the limits given.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from harness.errors import BenchError, DeviceRefused, LimitExceeded, PortError
from harness.model.power import (
    DeadMan,
    HardLimited,
    ListMode,
    Points,
    Protected,
    Supply,
    capability_of,
)
from harness.model.roles import Identified, SafeState, plays
from harness.model.units import Amps, Seconds, Volts
from harness.testing.supply_bench import Bench, Unmet

__all__ = ["CHECKS", "Bench", "Finding", "Skipped", "Unmet", "conform"]

OFF = 0.5  # V: an output below this is off


class Skipped(Exception):
    """The instrument has nothing that this check asks for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's end.

    Attributes:
        check: Its name.
        outcome: ``ok``, ``failed`` or ``skipped``.
        why: What was seen, or why it was skipped.
    """

    check: str
    outcome: str
    why: str = ""


def _wanted(true: object, seen: str) -> None:
    if not true:
        raise Unmet(seen)


@contextmanager
def _refused(kind: type[Exception] | tuple[type[Exception], ...], act: str) -> Iterator[None]:
    try:
        yield
    except kind:
        return
    raise Unmet(f"{act} was not refused")


def _needs(bench: Bench, role: type[Any]) -> None:
    if not plays(bench.driver, role):
        raise Skipped(f"no {role.__name__}")


# --- the checks -----------------------------------------------------------------------------


def says_who_it_is(bench: Bench) -> None:
    """It answers with the same text twice."""
    _needs(bench, Identified)
    first = bench.driver.identify()
    _wanted(first.strip(), "identify() answered nothing")
    _wanted(first == bench.driver.identify(), "identify() answered two different texts")


def is_off_when_safe(bench: Bench) -> None:
    """The safe state is off, by its own word and by measurement."""
    bench.energise()
    bench.driver.make_safe()
    _wanted(not bench.driver.output(), "the output is on after make_safe")
    _wanted(bench.driver.measure_voltage() < OFF, "it measures a voltage after make_safe")


def sets_and_measures(bench: Bench) -> None:
    """What is set is what is measured, up and down."""
    bench.energise()
    for part in (0.5, 0.9, 0.7):
        bench.driver.set_voltage(Volts(part * bench.nominal))
        bench.settles_at(part * bench.nominal)
    _wanted(abs(bench.driver.measure_current()) < 0.05, "it measures a current without a load")


def keeps_its_setting_while_off(bench: Bench) -> None:
    """A voltage set while the output is off shows only when it goes on."""
    bench.arm()
    bench.driver.set_voltage(bench.nominal)
    bench.clock.sleep(0.5)
    _wanted(bench.driver.measure_voltage() < OFF, "the output moved though it is off")
    bench.driver.set_output(on=True)
    bench.settles_at(bench.nominal)
    bench.driver.set_output(on=False)
    _wanted(not bench.driver.output(), "the output says it is on after it was switched off")
    bench.settles_at(0)


def stays_below_the_limits(bench: Bench) -> None:
    """Nothing beyond the rig's limits reaches the wire."""
    bench.energise()
    before, driver = len(bench.port.said), bench.driver
    too_much, nan = Volts(bench.limits.voltage * 1.01 + 0.01), Volts("nan")
    for volts in (too_much, nan, Volts(-1)):
        with _refused(LimitExceeded, f"set_voltage({volts})"):
            driver.set_voltage(volts)
    with _refused(LimitExceeded, "a current limit above the rig's"):
        driver.set_current_limit(Amps(bench.limits.current * 1.01))
    if plays(driver, Protected):
        with _refused(LimitExceeded, "an over-voltage level above the limit"):
            driver.set_over_voltage(too_much)
    if plays(driver, HardLimited):
        with _refused(LimitExceeded, "a hard limit above the limit"):
            driver.set_voltage_limit(too_much)
    if plays(driver, ListMode):
        with _refused(LimitExceeded, "a list above the limit"):
            driver.play([(too_much, point[1]) for point in bench.points()])
    _wanted(len(bench.port.said) == before, f"it wrote {bench.port.said[before:]}")
    bench.settles_at(bench.nominal)


def tells_its_own_refusal(bench: Bench) -> None:
    """What the instrument refuses is DeviceRefused, and the next answer is the next question's."""
    if bench.beyond is None:
        raise Skipped("no voltage is known that it must refuse")
    bench.arm()
    with _refused(DeviceRefused, f"{bench.beyond}, beyond its range,"):
        bench.unlimited().set_voltage(bench.beyond)
    bench.arm()
    bench.energise()


def arms_its_protection(bench: Bench) -> None:
    """The over-voltage level is read back, and a set-point does not move it."""
    _needs(bench, Protected)
    bench.arm()
    level = Volts(min(bench.limits.voltage, 1.1 * bench.nominal))
    bench.driver.set_over_voltage(level)
    step = 1.5 * capability_of(bench.driver).voltage_step + 1e-6
    _wanted(abs(bench.driver.over_voltage() - level) <= step, "the level reads back differently")
    bench.driver.set_voltage(bench.nominal)
    _wanted(abs(bench.driver.over_voltage() - level) <= step, "a set-point moved the level")


def trips_and_clears(bench: Bench) -> None:
    """Above the level it trips or refuses; clearing leaves the output off."""
    _needs(bench, Protected)
    bench.energise(0.5 * bench.nominal)
    level = Volts(0.75 * bench.nominal)
    bench.driver.set_over_voltage(level)
    try:
        bench.driver.set_voltage(bench.nominal)
    except DeviceRefused:
        seen = bench.driver.measure_voltage()
        _wanted(seen < level, f"it refused and yet measures {seen:g} V")
        return
    bench.clock.sleep(1.0)
    _wanted(bench.driver.tripped() == "ovp", "no ovp was told at a voltage above its level")
    _wanted(not bench.driver.output(), "the output is on though it tripped")
    bench.driver.set_voltage(Volts(0.5 * bench.nominal))
    bench.driver.clear_trip()
    _wanted(not bench.driver.tripped(), "still tripped after clear_trip")
    _wanted(not bench.driver.output(), "clear_trip switched the output on")
    bench.clock.sleep(0.5)
    _wanted(bench.driver.measure_voltage() < OFF, "a voltage is there after clear_trip")
    bench.energise()


def limits_itself(bench: Bench) -> None:
    """A hard limit is read back, and the instrument refuses what is above it."""
    _needs(bench, HardLimited)
    bench.arm()
    level = Volts(0.8 * bench.nominal)
    before = bench.driver.voltage_limit()
    bench.driver.set_voltage_limit(level)
    step = 1.5 * capability_of(bench.driver).voltage_step + 1e-6
    _wanted(abs(bench.driver.voltage_limit() - level) <= step, "the limit reads back differently")
    with _refused(DeviceRefused, "a set-point above the hard limit"):
        bench.driver.set_voltage(bench.nominal)
    bench.driver.set_voltage_limit(min(bench.limits.voltage, before))
    bench.energise()


def plays_its_list(bench: Bench) -> None:
    """A list is read back, runs once, ends at its last point and moves no protection."""
    _needs(bench, ListMode)
    if not capability_of(bench.driver).points:
        raise Skipped("no list")
    bench.energise()
    points = bench.points()
    guard = bench.driver.over_voltage() if plays(bench.driver, Protected) else None
    seen = bench.driver.play(points)
    step = 1.5 * capability_of(bench.driver).voltage_step + 1e-6
    _wanted(
        len(seen) == len(points)
        and all(
            abs(one[0] - other[0]) <= step and abs(one[1] - other[1]) <= 0.001
            for one, other in zip(points, seen, strict=True)
        ),
        f"uploaded {points}, read back {list(seen)}",
    )
    bench.clock.sleep(sum(stay for _, stay in points) + capability_of(bench.driver).latency)
    bench.settles_at(points[-1][0])
    bench.driver.stop()
    bench.settles_at(bench.nominal)
    if guard is not None:
        _wanted(bench.driver.over_voltage() == guard, "the list moved the over-voltage level")


def stops_its_list(bench: Bench) -> None:
    """Stopped in the middle it goes back to the voltage set last; safe in the middle it is off."""
    _needs(bench, ListMode)
    if not capability_of(bench.driver).points:
        raise Skipped("no list")
    bench.energise()
    bench.driver.play(bench.points())
    bench.driver.stop()
    if not bench.driver.output():  # some end a list with the output off
        bench.driver.set_output(on=True)
    bench.settles_at(bench.nominal)
    bench.driver.play(bench.points())
    bench.driver.make_safe()
    bench.clock.sleep(sum(stay for _, stay in bench.points()))
    _wanted(bench.driver.measure_voltage() < OFF, "a list went on after make_safe")
    bench.energise()


def refuses_lists_it_cannot_play(bench: Bench) -> None:
    """Too many points, or stays outside its range or grid, are refused before they run."""
    _needs(bench, ListMode)
    able = capability_of(bench.driver)
    if not able.points:
        raise Skipped("no list")
    bench.energise()
    (level, stay), *_ = bench.points()
    wrong: list[Points] = [[], [(level, stay)] * (able.points + 1)]
    wrong.append([(level, Seconds(able.max_dwell * 2 + 1))])
    if able.min_dwell:
        wrong.append([(level, Seconds(able.min_dwell / 2))])
    if able.dwell_step:
        wrong.append([(level, Seconds(able.min_dwell + able.dwell_step / 2))])
    for points in wrong:
        with _refused(DeviceRefused, f"a list of {len(points)} points, {points[:1]},"):
            bench.driver.play(points)
    bench.settles_at(bench.nominal)


def goes_off_when_its_host_is_silent(bench: Bench) -> None:
    """The communication watchdog is read back, trips on silence, and can be disarmed."""
    _needs(bench, DeadMan)
    able = capability_of(bench.driver)
    if able.watchdog is None:
        raise Skipped("no watchdog")
    bench.energise()
    delay = Seconds(max(able.watchdog[0], 2.0))
    bench.driver.set_watchdog(delay)
    _wanted(bench.driver.watchdog() == delay, f"{delay} was set, {bench.driver.watchdog()} read")
    for _ in range(4):
        bench.clock.sleep(delay / 2)
        bench.driver.measure_voltage()
    _wanted(bench.driver.output(), "it tripped though its host was talking")
    bench.clock.sleep(2 * delay + 1.0)
    _wanted(not bench.driver.output(), "the output is on after its host was silent")
    bench.driver.clear_trip()
    bench.driver.set_watchdog(None)
    bench.energise()
    bench.clock.sleep(2 * delay + 1.0)
    _wanted(bench.driver.output(), "it tripped though the watchdog was disarmed")


def never_mixes_up_answers(bench: Bench) -> None:
    """An answer that comes after its time is never the next question's answer."""
    bench.energise()
    for late in (3.0, 1.0, 8.0):
        bench.port.delay_next(late)
        with suppress(BenchError):  # what waits longer than that may well answer
            bench.driver.output()
        bench.in_step()
        bench.settles_at(bench.nominal)
    _wanted(bench.driver.output(), "the output's state was mixed up after a late answer")
    _wanted(abs(bench.driver.measure_current()) < 0.05, "answers are mixed up after a late one")


def goes_off_though_a_word_was_lost(bench: Bench) -> None:
    """When the first word of make_safe vanishes the output is off all the same, or it is told."""
    bench.energise()
    bench.port.lose_next(1)
    try:
        bench.driver.make_safe()
    except BenchError:
        bench.driver.make_safe()  # a rig tries again
    _wanted(not bench.driver.output(), "the output is on after a lost word")
    _wanted(bench.driver.measure_voltage() < OFF, "a voltage is there after a lost word")


def tells_a_lost_line(bench: Bench) -> None:
    """A dead line is an error at once; over a new one the output can be made safe."""
    bench.energise()
    bench.port.cut()
    for ask in (bench.driver.output, bench.driver.measure_voltage):
        with _refused(PortError, "a question over a dead line"):
            ask()
    with _refused(BenchError, "make_safe over a dead line"):
        bench.driver.make_safe()
    bench.reconnect()
    bench.driver.make_safe()
    _wanted(bench.driver.measure_voltage() < OFF, "it is not off after the line came back")
    bench.energise()


CHECKS: tuple[Callable[[Bench], None], ...] = (
    says_who_it_is,
    is_off_when_safe,
    sets_and_measures,
    keeps_its_setting_while_off,
    stays_below_the_limits,
    tells_its_own_refusal,
    arms_its_protection,
    trips_and_clears,
    limits_itself,
    plays_its_list,
    stops_its_list,
    refuses_lists_it_cannot_play,
    goes_off_when_its_host_is_silent,
    never_mixes_up_answers,
    goes_off_though_a_word_was_lost,
    tells_a_lost_line,
)


def conform(bench: Bench, checks: Sequence[Callable[[Bench], None]] = CHECKS) -> Iterator[Finding]:
    """Run the checks one after the other, each ended in the safe state; call it in a task.

    Raises:
        BenchError: The supply could not be made safe: nothing more is tried.
    """
    _wanted(plays(bench.driver, Supply) and plays(bench.driver, SafeState), "no Supply driver")
    for check in checks:
        try:
            check(bench)
            finding = Finding(check.__name__, "ok")
        except Skipped as why:
            finding = Finding(check.__name__, "skipped", str(why))
        except (AssertionError, BenchError) as error:
            finding = Finding(check.__name__, "failed", f"{type(error).__name__}: {error}")
            bench.reconnect()
        bench.driver.make_safe()
        yield finding
