"""The checks of what only some supplies can do: protection, lists, a watchdog."""

from harness.errors import DeviceRefused
from harness.model.power import DeadMan, HardLimited, ListMode, Points, Protected, capability_of
from harness.model.roles import plays
from harness.model.units import Seconds, Volts
from harness.testing._asking import OFF, Skipped, needs, refused, wanted
from harness.testing.supply_bench import Bench


def arms_its_protection(bench: Bench) -> None:
    """The over-voltage level is read back, and a set-point does not move it."""
    needs(bench, Protected)
    bench.arm()
    level = Volts(min(bench.limits.voltage, 1.1 * bench.nominal))
    bench.driver.set_over_voltage(level)
    step = 1.5 * capability_of(bench.driver).voltage_step + 1e-6
    wanted(abs(bench.driver.over_voltage() - level) <= step, "the level reads back differently")
    bench.driver.set_voltage(bench.nominal)
    wanted(abs(bench.driver.over_voltage() - level) <= step, "a set-point moved the level")


def trips_and_clears(bench: Bench) -> None:
    """Above the level it trips or refuses; clearing leaves the output off."""
    needs(bench, Protected)
    bench.energise(0.5 * bench.nominal)
    level = Volts(0.75 * bench.nominal)
    bench.driver.set_over_voltage(level)
    try:
        bench.driver.set_voltage(bench.nominal)
    except DeviceRefused:
        seen = bench.driver.measure_voltage()
        wanted(seen < level, f"it refused and yet measures {seen:g} V")
        return
    bench.clock.sleep(1.0)
    wanted(bench.driver.tripped() == "ovp", "no ovp was told at a voltage above its level")
    wanted(not bench.driver.output(), "the output is on though it tripped")
    bench.driver.set_voltage(Volts(0.5 * bench.nominal))
    bench.driver.clear_trip()
    wanted(not bench.driver.tripped(), "still tripped after clear_trip")
    wanted(not bench.driver.output(), "clear_trip switched the output on")
    bench.clock.sleep(0.5)
    wanted(bench.driver.measure_voltage() < OFF, "a voltage is there after clear_trip")
    bench.energise()


def limits_itself(bench: Bench) -> None:
    """A hard limit is read back, and the instrument refuses what is above it."""
    needs(bench, HardLimited)
    bench.arm()
    level = Volts(0.8 * bench.nominal)
    before = bench.driver.voltage_limit()
    bench.driver.set_voltage_limit(level)
    step = 1.5 * capability_of(bench.driver).voltage_step + 1e-6
    wanted(abs(bench.driver.voltage_limit() - level) <= step, "the limit reads back differently")
    with refused(DeviceRefused, "a set-point above the hard limit"):
        bench.driver.set_voltage(bench.nominal)
    bench.driver.set_voltage_limit(min(bench.limits.voltage, before))
    bench.energise()


def plays_its_list(bench: Bench) -> None:
    """A list is read back, runs once, ends at its last point and moves no protection."""
    needs(bench, ListMode)
    if not capability_of(bench.driver).points:
        raise Skipped("no list")
    bench.energise()
    points = bench.points()
    guard = bench.driver.over_voltage() if plays(bench.driver, Protected) else None
    seen = bench.driver.play(points)
    step = 1.5 * capability_of(bench.driver).voltage_step + 1e-6
    wanted(
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
        wanted(bench.driver.over_voltage() == guard, "the list moved the over-voltage level")


def stops_its_list(bench: Bench) -> None:
    """Stopped in the middle it goes back to the voltage set last; safe in the middle it is off."""
    needs(bench, ListMode)
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
    wanted(bench.driver.measure_voltage() < OFF, "a list went on after make_safe")
    bench.energise()


def refuses_lists_it_cannot_play(bench: Bench) -> None:
    """Too many points, or stays outside its range or grid, are refused before they run."""
    needs(bench, ListMode)
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
        with refused(DeviceRefused, f"a list of {len(points)} points, {points[:1]},"):
            bench.driver.play(points)
    bench.settles_at(bench.nominal)


def goes_off_when_its_host_is_silent(bench: Bench) -> None:
    """The communication watchdog is read back, trips on silence, and can be disarmed."""
    needs(bench, DeadMan)
    able = capability_of(bench.driver)
    if able.watchdog is None:
        raise Skipped("no watchdog")
    bench.energise()
    delay = Seconds(max(able.watchdog[0], 2.0))
    bench.driver.set_watchdog(delay)
    wanted(bench.driver.watchdog() == delay, f"{delay} was set, {bench.driver.watchdog()} read")
    for _ in range(4):
        bench.clock.sleep(delay / 2)
        bench.driver.measure_voltage()
    wanted(bench.driver.output(), "it tripped though its host was talking")
    bench.clock.sleep(2 * delay + 1.0)
    wanted(not bench.driver.output(), "the output is on after its host was silent")
    bench.driver.clear_trip()
    bench.driver.set_watchdog(None)
    bench.energise()
    bench.clock.sleep(2 * delay + 1.0)
    wanted(bench.driver.output(), "it tripped though the watchdog was disarmed")
