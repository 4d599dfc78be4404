"""The checks that every supply must meet."""

from contextlib import suppress

from harness.errors import BenchError, DeviceRefused, LimitExceeded, PortError
from harness.model.power import HardLimited, ListMode, Protected
from harness.model.roles import Identified, plays
from harness.model.units import Amps, Volts
from harness.testing._asking import OFF, Skipped, needs, refused, wanted
from harness.testing.supply_bench import Bench


def says_who_it_is(bench: Bench) -> None:
    """It answers with the same text twice."""
    needs(bench, Identified)
    first = bench.driver.identify()
    wanted(first.strip(), "identify() answered nothing")
    wanted(first == bench.driver.identify(), "identify() answered two different texts")


def is_off_when_safe(bench: Bench) -> None:
    """The safe state is off, by its own word and by measurement."""
    bench.energise()
    bench.driver.make_safe()
    wanted(not bench.driver.output(), "the output is on after make_safe")
    wanted(bench.driver.measure_voltage() < OFF, "it measures a voltage after make_safe")


def sets_and_measures(bench: Bench) -> None:
    """What is set is what is measured, up and down."""
    bench.energise()
    for part in (0.5, 0.9, 0.7):
        bench.driver.set_voltage(Volts(part * bench.nominal))
        bench.settles_at(part * bench.nominal)
    wanted(abs(bench.driver.measure_current()) < 0.05, "it measures a current without a load")


def keeps_its_setting_while_off(bench: Bench) -> None:
    """A voltage set while the output is off shows only when it goes on."""
    bench.arm()
    bench.driver.set_voltage(bench.nominal)
    bench.clock.sleep(0.5)
    wanted(bench.driver.measure_voltage() < OFF, "the output moved though it is off")
    bench.driver.set_output(on=True)
    bench.settles_at(bench.nominal)
    bench.driver.set_output(on=False)
    wanted(not bench.driver.output(), "the output says it is on after it was switched off")
    bench.settles_at(0)


def stays_below_the_limits(bench: Bench) -> None:
    """Nothing beyond the rig's limits reaches the wire."""
    bench.energise()
    before, driver = len(bench.port.said), bench.driver
    too_much, nan = Volts(bench.limits.voltage * 1.01 + 0.01), Volts("nan")
    for volts in (too_much, nan, Volts(-1)):
        with refused(LimitExceeded, f"set_voltage({volts})"):
            driver.set_voltage(volts)
    with refused(LimitExceeded, "a current limit above the rig's"):
        driver.set_current_limit(Amps(bench.limits.current * 1.01))
    if plays(driver, Protected):
        with refused(LimitExceeded, "an over-voltage level above the limit"):
            driver.set_over_voltage(too_much)
    if plays(driver, HardLimited):
        with refused(LimitExceeded, "a hard limit above the limit"):
            driver.set_voltage_limit(too_much)
    if plays(driver, ListMode):
        with refused(LimitExceeded, "a list above the limit"):
            driver.play([(too_much, point[1]) for point in bench.points()])
    wanted(len(bench.port.said) == before, f"it wrote {bench.port.said[before:]}")
    bench.settles_at(bench.nominal)


def tells_its_own_refusal(bench: Bench) -> None:
    """What the instrument refuses is DeviceRefused, and the next answer is the next question's."""
    if bench.beyond is None:
        raise Skipped("no voltage is known that it must refuse")
    bench.arm()
    with refused(DeviceRefused, f"{bench.beyond}, beyond its range,"):
        bench.unlimited().set_voltage(bench.beyond)
    bench.arm()
    bench.energise()


def never_mixes_up_answers(bench: Bench) -> None:
    """An answer that comes after its time is never the next question's answer."""
    bench.energise()
    for late in (3.0, 1.0, 8.0):
        bench.port.delay_next(late)
        with suppress(BenchError):  # what waits longer than that may well answer
            bench.driver.output()
        bench.in_step()
        bench.settles_at(bench.nominal)
    wanted(bench.driver.output(), "the output's state was mixed up after a late answer")
    wanted(abs(bench.driver.measure_current()) < 0.05, "answers are mixed up after a late one")


def goes_off_though_a_word_was_lost(bench: Bench) -> None:
    """When the first word of make_safe vanishes the output is off all the same, or it is told."""
    bench.energise()
    bench.port.lose_next(1)
    try:
        bench.driver.make_safe()
    except BenchError:
        bench.driver.make_safe()  # a rig tries again
    wanted(not bench.driver.output(), "the output is on after a lost word")
    wanted(bench.driver.measure_voltage() < OFF, "a voltage is there after a lost word")


def tells_a_lost_line(bench: Bench) -> None:
    """A dead line is an error at once; over a new one the output can be made safe."""
    bench.energise()
    bench.port.cut()
    for ask in (bench.driver.output, bench.driver.measure_voltage):
        with refused(PortError, "a question over a dead line"):
            ask()
    with refused(BenchError, "make_safe over a dead line"):
        bench.driver.make_safe()
    bench.reconnect()
    bench.driver.make_safe()
    wanted(bench.driver.measure_voltage() < OFF, "it is not off after the line came back")
    bench.energise()
