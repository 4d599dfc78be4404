"""What the supply does to the terminal: dips, ramps, cuts, and what it says about them."""

import pytest

from harness.errors import PortLost
from harness.ports.memory import pair
from harness.sim.terminal.firmware import Firmware
from harness.tests.sim.terminal.stage import Stage


def test_it_needs_a_good_supply_to_start() -> None:
    """Below the power-good level nothing starts; at it, it does."""
    stage = Stage()

    def story() -> None:
        stage.power(3.8)
        stage.clock.sleep(10.0)
        assert stage.terminal.running is None
        stage.power(5.0)
        assert stage.ready()
        assert stage.of("boot")[0]["reason"] == "power"

    stage.play(story)


@pytest.mark.parametrize(("lasting", "dies"), [(0.008, False), (0.02, True)])
def test_the_hold_up_decides_about_a_short_interruption(lasting: float, dies: bool) -> None:
    """A gap shorter than the hold-up time is not noticed by the software's life."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.power(0.0)
        stage.clock.sleep(lasting)
        stage.power()
        stage.clock.sleep(15.0)
        assert stage.terminal.deaths == int(dies)
        assert len(stage.of("boot")) == 1 + int(dies)

    stage.play(story)


def test_a_dip_above_the_brown_out_is_said_and_survived() -> None:
    """P-2, 70 %: display, console and register (BF) hear of it, and it is over when it is over."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        stage.power(3.5)
        stage.clock.sleep(0.3)
        stage.power()
        assert stage.register.status() == "BF"
        stage.clock.sleep(3.0)
        assert stage.terminal.deaths == 0
        assert stage.of("report", on="display", cause="supply_low")
        assert stage.of("report", on="ecr", cause="supply_low")
        assert stage.of("cleared", cause="supply_low")
        assert stage.register.status() == "00"

    stage.play(story)


def test_no_sale_begins_on_a_low_supply() -> None:
    """P-5: refused with the true cause while it is low."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        stage.power(4.2)
        stage.clock.sleep(1.0)
        result = stage.sell(1000)
        assert (result.outcome, result.cause, result.code) == ("failed", "supply_low", "BF")

    stage.play(story)


def test_a_slow_ramp_gives_one_boot() -> None:
    """P-3: 100 mV/s through all levels, down and up: low supply is said, one clean boot."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.power(0.5, within=45.0)
        stage.clock.sleep(46.0)
        stage.power(5.0, within=45.0)
        stage.clock.sleep(46.0)
        assert stage.ready()
        assert len(stage.of("boot")) == 2
        assert stage.of("detected", cause="supply_low")

    stage.play(story)


@pytest.mark.parametrize(("low", "cause"), [(0.0, "power_lost"), (2.0, "supply_low")])
def test_an_outage_is_reported_afterwards(low: float, cause: str) -> None:
    """A full outage and a brown-out leave different marks in the reset-cause register."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.power(low)
        stage.clock.sleep(2.0)
        stage.power()
        assert stage.ready()
        assert stage.of("detected", cause=cause)

    stage.play(story)


def test_a_dead_terminal_refuses_and_its_sockets_hang() -> None:
    """A new connection is refused; an old one learns of the death by its keepalive only."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        ours, theirs = pair(stage.clock, "register")
        stage.terminal.outlets["zvt"](theirs)
        stage.power(0.0)
        stage.clock.sleep(1.0)
        assert not ours.readable
        stage.clock.sleep(10.0)
        assert ours.readable
        with pytest.raises(PortLost):
            stage.terminal.outlets["zvt"](pair(stage.clock, "another")[1])

    stage.play(story)


def test_the_watchdog_restarts_a_terminal_that_lost_a_task() -> None:
    """X-6: one of the lasting tasks is gone; within the watchdog's time it starts anew."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        line = next(task for task in stage.terminal._tasks if task.name == "terminal line")
        line.kill()
        assert stage.until(lambda: bool(stage.of("boot", reason="watchdog")), 30.0)
        assert stage.of("detected", cause="system_fault") or stage.ready()

    stage.play(story)


def test_it_draws_more_when_it_prints() -> None:
    """The load is the state's, and the print head's on top; none when it is off."""
    stage = Stage()
    seen: list[float] = []

    def measure() -> None:
        stage.until(lambda: bool(stage.of("printing")), 60.0)
        seen.append(stage.terminal.amps)

    def story() -> None:
        assert stage.terminal.amps == 0.0
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        idle = stage.terminal.amps
        stage.clock.spawn("ammeter", measure)
        stage.sell(1000)
        assert seen[0] > idle > 0.0

    stage.play(story)


def test_a_high_supply_is_said_and_taken_back() -> None:
    """IEC 61000-4-29 varies up to 120 %: it goes on, and says what it sees."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        stage.power(6.0)
        stage.clock.sleep(1.0)
        assert stage.of("detected", cause="supply_high")
        assert stage.sell(1000).outcome == "approved"
        assert not stage.of("cleared", cause="supply_high")
        stage.power()
        stage.clock.sleep(3.0)
        assert stage.of("cleared", cause="supply_high")

    stage.play(story)


def test_nothing_is_written_on_a_supply_that_would_spoil_it() -> None:
    """At 70 % the processor runs and the flash cannot be programmed: the sale waits, and stands."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()

        def dip() -> None:
            assert stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 60.0)
            stage.power(3.5)
            stage.clock.sleep(4.0)
            assert not stage.of("approved")
            stage.power()

        stage.clock.spawn("dip", dip)
        assert stage.sell(1000).outcome == "approved"
        assert stage.terminal.flash.spoilt == 0
        assert stage.terminal.deaths == 0
        stage.console.ask_journal()
        stage.clock.sleep(1.0)
        assert stage.of("journal_end", damaged=0, entries=1)

    stage.play(story)


def test_a_receipt_that_a_cut_broke_off_is_made_up_for() -> None:
    """P-4: the sale stands, and its receipt comes after the start, marked as a copy, once."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()

        def cut() -> None:
            assert stage.until(lambda: bool(stage.of("printing")), 60.0)
            stage.clock.sleep(0.3)
            stage.power(0.0)
            stage.clock.sleep(2.0)
            stage.power()

        stage.clock.spawn("cut", cut)
        stage.sell(1000)
        assert stage.ready()
        stage.clock.sleep(5.0)
        assert [row["copy"] for row in stage.of("printed")] == [True]
        for _ in range(2):  # and not again at the next start
            stage.power(0.0)
            stage.clock.sleep(2.0)
            stage.power()
            assert stage.ready()
        stage.clock.sleep(5.0)
        assert len(stage.of("printed")) == 1

    stage.play(story)


def test_the_daily_restart_is_announced_and_waits_for_the_sale() -> None:
    """P-8: the hour strikes while the host thinks; the sale has its end, then it restarts once."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        assert stage.until(lambda: bool(stage.of("restart_due")), 3600.0)
        stage.clock.sleep(172.0)
        stage.misbehave("delay", "0200", times=1, by=10.0)
        assert stage.sell(1000).outcome == "approved"
        assert len(stage.of("boot")) == 1
        assert stage.until(lambda: len(stage.of("boot")) > 1, 30.0)
        assert stage.of("boot")[-1]["reason"] == "daily"
        stage.clock.sleep(600.0)
        assert len(stage.of("boot")) == 2
        assert not stage.of("detected", cause="system_fault")

    stage.play(story)


class Undetecting(Firmware):
    """Leaves the brown-out detector off."""

    brownout_reset = False


@pytest.mark.parametrize(("low", "reason"), [(2.0, "watchdog"), (0.0, "power")])
def test_without_its_detector_a_brown_out_is_no_clean_reset(low: float, reason: str) -> None:
    """At 40 % it runs wild and deaf until the watchdog bites; a full cut ends that at once."""
    stage = Stage(firmware=Undetecting)

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        assert stage.sell(1000).outcome == "approved"
        stage.power(low)
        stage.clock.sleep(0.5)
        stage.power()
        stage.clock.sleep(1.5)
        if reason == "watchdog":
            with pytest.raises(PortLost):
                stage.terminal.outlets["zvt"](pair(stage.clock, "register")[1])
            assert stage.terminal.flash.spoilt == 1
        assert stage.until(lambda: len(stage.of("boot")) > 1, 30.0)
        assert stage.of("boot")[-1]["reason"] == reason

    stage.play(story)


def test_the_register_is_told_of_one_brown_out_once() -> None:
    """The start finds the supply low still and knows of the brown-out: one report."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.power(2.0)
        stage.clock.sleep(2.0)
        stage.power(4.2)
        stage.clock.sleep(5.0)
        stage.power()
        assert stage.ready()
        stage.clock.sleep(5.0)
        assert stage.register.status() == "BF"
        assert stage.register.status() == "00"

    stage.play(story)
