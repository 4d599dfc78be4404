"""Live rigs: nothing energised before all is well, everything safe on every way out."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from harness.clock import ThreadClock
from harness.errors import BenchError, LimitExceeded, NoSuchDevice, RigLocked
from harness.model.power import Supply
from harness.model.rig import Device, RigFile
from harness.model.roles import Console
from harness.model.units import Volts
from harness.rig.live import LiveRig
from harness.rig.lock import RigLock

ENERGISING = ("OUT 1",)


def _with(rigfile: RigFile, role: str, **changes: Any) -> RigFile:
    device = dataclasses.replace(rigfile.devices[role], **changes)
    return dataclasses.replace(rigfile, devices={**rigfile.devices, role: device})


def test_the_supply_is_armed_before_anything(bench: Any, rigfile: RigFile) -> None:
    """Off and seen to be off, limit, protection set and read back, and only then nominal."""

    def main() -> None:
        with bench.rig(rigfile):
            assert bench.heard[:14] == [
                "ID?", "OUT 0", "OUT?", "OUT?", "V 0", "A 3", "TRIP?", "OVP 9.9", "OVP?", "TRIP?",
                "V 9", "OVP?", "TRIP?", "OUT?",
            ]  # fmt: skip

    bench.clock.run(main)


def test_protection_never_goes_above_the_rigs_limit(bench: Any, rigfile: RigFile) -> None:
    """A scenario's highest voltage raises the protection, as far as the limit and no further."""

    def main() -> None:
        with bench.rig(rigfile, highest=Volts(10.2)):
            assert "OVP 10.5" in bench.heard

    bench.clock.run(main)


def test_it_tells_who_plays_what_and_what_it_sees(bench: Any, rigfile: RigFile) -> None:
    """Players are found by role; channels come from who plays."""

    def main() -> None:
        with bench.rig(rigfile, seed=7) as rig:
            assert (rig.name, rig.seed, rig.nominal) == ("toys", 7, Volts(9))
            assert rig.plays() == {"supply": "toy_supply", "console": "toy_console"}
            assert rig.observes() == ["console", "journal"]
            assert rig.cast.playing(Supply) is rig.players["supply"]
            assert rig.cast.playing(Console) is rig.players["console"]
            assert rig.cast.nominal == Volts(9)

    bench.clock.run(main)


def test_observations_reach_the_listener_by_their_source(bench: Any, rigfile: RigFile) -> None:
    """The console speaks for the terminal, the supply for itself."""

    def main() -> None:
        with bench.rig(rigfile):
            bench.console.write(b"READY\n")
            bench.clock.sleep(1)

    bench.clock.run(main)

    assert ("terminal", 0.0, {"text": "READY"}) in bench.kinds("line")
    assert bench.kinds("measured")[0][0] == "supply"


def test_what_was_said_before_anybody_listened_is_told_to_the_first_who_does(
    bench: Any, rigfile: RigFile
) -> None:
    """A driver tells most things only when they change: none may be lost."""
    late: list[str] = []

    def main() -> None:
        with bench.rig(rigfile) as rig:
            rig.listen(None)
            rig._early = []
            bench.console.write(b"READY\n")
            bench.clock.sleep(1)
            rig.listen(lambda *told: late.append(told[1]))

    bench.clock.run(main)

    assert "line" in late


def test_no_command_goes_beyond_the_limits(bench: Any, rigfile: RigFile) -> None:
    """Beyond the rig's limits nothing is sent: by the owner, by the driver, or by itself."""

    def main() -> None:
        with bench.rig(rigfile) as rig:
            supply = rig.players["supply"]
            before = [line for line in bench.heard if line.startswith(("V ", "A ", "OVP "))]
            for forbidden in (
                lambda: supply.set_voltage(Volts(10.6)),
                lambda: supply.set_voltage(volts=Volts(11)),
                lambda: supply.set_voltage(Volts(float("nan"))),
                lambda: supply.set_voltage(Volts(-1)),
                lambda: supply.set_voltage(Volts(1.9)),
                lambda: supply.set_current_limit(3.1),
                lambda: supply.set_over_voltage(Volts(10.6)),
                lambda: supply.driver.set_voltage(Volts(99)),
                supply.jump_up,
            ):
                with pytest.raises(LimitExceeded):
                    forbidden()
            after = [line for line in bench.heard if line.startswith(("V ", "A ", "OVP "))]
            assert after == before
            supply.set_voltage(Volts(0))
            supply.set_voltage(Volts(10.5))

    bench.clock.run(main)


@pytest.mark.parametrize("error", [None, ValueError("test"), KeyboardInterrupt()])
def test_the_output_is_off_after_any_exit(
    bench: Any, rigfile: RigFile, error: BaseException | None
) -> None:
    """A good end, an exception and an interrupt all leave the supply off."""

    def main() -> None:
        with bench.rig(rigfile) as rig:
            rig.players["supply"].set_output(on=True)
            if error is not None:
                raise error

    if error is None:
        bench.clock.run(main)
    else:
        with pytest.raises(type(error)):
            bench.clock.run(main)

    assert bench.state["OUT"] == "0"


def test_an_owner_that_hangs_does_not_keep_the_supply_on(bench: Any, rigfile: RigFile) -> None:
    """When a call never ends, the safe state is reached in its stead."""

    def main() -> None:
        with bench.rig(rigfile) as rig:
            rig.players["supply"].set_output(on=True)
            supply = rig.players["supply"]
            supply.driver.measure_voltage = lambda: bench.clock.sleep(10_000)
            supply.start("measure_voltage")
            bench.clock.sleep(2)

    bench.clock.run(main)

    assert bench.state["OUT"] == "0"
    assert bench.clock.now() < 60


def test_what_cannot_be_made_safe_is_told(bench: Any, rigfile: RigFile) -> None:
    """A supply that stays on is a BenchError that names it and the next move."""

    def main() -> None:
        with bench.rig(rigfile):
            bench.sayings["OUT?"] = "1"

    with pytest.raises(BenchError, match=r"supply: .*not verified.*stays on.*by hand"):
        bench.clock.run(main)


def test_a_silent_supply_is_told_and_an_interrupt_stays_one(bench: Any, rigfile: RigFile) -> None:
    """Ctrl-C is not turned into something else, but carries what is unsafe."""

    def main() -> None:
        with bench.rig(rigfile):
            bench.sayings["OUT 0"] = None
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as told:
        bench.clock.run(main)

    assert "supply" in told.value.__notes__[0]


def test_an_absent_device_is_named_and_nothing_energised(bench: Any, rigfile: RigFile) -> None:
    """Role, address, what was seen and the next move; the supply was not even asked."""
    bench.absent.add("supply")

    with pytest.raises(BenchError, match=r"supply: .*sim://supply .*refused.*rigs/toys.yaml"):
        bench.clock.run(lambda: bench.rig(rigfile).__enter__())

    assert bench.heard == []


def test_an_unknown_device_of_the_bench_is_the_files_fault(bench: Any, rigfile: RigFile) -> None:
    """A name the simulated bench does not have is a RigError."""
    with pytest.raises(NoSuchDevice, match="sim://suply: suply"):
        bench.clock.run(
            lambda: bench.rig(_with(rigfile, "supply", address="sim://suply")).__enter__()
        )


def test_a_terminal_without_power_may_be_absent(bench: Any, rigfile: RigFile) -> None:
    """What the supply powers need not answer before it is on, and is found once it is."""
    bench.absent.add("console")

    def main() -> None:
        with bench.rig(rigfile) as rig:
            rig.players["supply"].set_output(on=True)
            bench.absent.clear()
            bench.clock.sleep(1)
            bench.console.write(b"BOOT")
            bench.clock.sleep(1)

    bench.clock.run(main)

    assert bench.kinds("line")[0][2] == {"text": "BOOT"}
    assert not bench.kinds("bench_error")


def test_a_terminal_with_power_of_its_own_may_not(bench: Any, rigfile: RigFile) -> None:
    """Without a supply on the rig the terminal must be there."""
    bench.absent.add("console")
    alone = dataclasses.replace(rigfile, devices={"console": rigfile.devices["console"]})

    with pytest.raises(BenchError, match="console: nothing answers"):
        bench.clock.run(lambda: bench.rig(alone).__enter__())


@pytest.mark.parametrize(
    ("changes", "identity", "said"),
    [
        ({}, "OTHER SUPPLY,1", "TOY SUPPLY"),
        ({"serial": "SN43"}, "TOY SUPPLY,SN42", "SN43"),
        ({"identity": "rev. 2"}, "TOY SUPPLY,SN42", "rev. 2"),
        ({}, None, "does not say who it is"),
        ({}, "!-100 what?", "refuse|what"),
    ],
)
def test_another_device_is_refused_before_anything_is_set(
    bench: Any, rigfile: RigFile, changes: dict[str, Any], identity: str | None, said: str
) -> None:
    """Identity and serial are checked first; the stranger gets no command but the question."""
    bench.sayings["ID?"] = identity

    with pytest.raises(BenchError, match=said):
        bench.clock.run(lambda: bench.rig(_with(rigfile, "supply", **changes)).__enter__())

    assert bench.heard == ["ID?"]


def test_a_serial_that_nobody_can_check_is_refused(bench: Any, rigfile: RigFile) -> None:
    """A rig file that wants an identity of a device without one is told so."""
    alone = dataclasses.replace(
        rigfile, devices={"console": dataclasses.replace(rigfile.devices["console"], serial="X")}
    )
    with pytest.raises(BenchError, match="cannot say who it is"):
        bench.clock.run(lambda: bench.rig(alone).__enter__())


@pytest.mark.parametrize(
    ("saying", "said"),
    [({"OUT?": "1"}, "stays on"), ({"OVP?": "30"}, "reads back 30 V"), ({"TRIP?": "ovp"}, "ovp")],
)
def test_a_supply_that_does_not_confirm_is_not_used(
    bench: Any, rigfile: RigFile, saying: dict[str, str], said: str
) -> None:
    """An output that stays on, a protection that is not taken, a trip that stays: no rig."""
    bench.sayings.update(saying)

    with pytest.raises(BenchError, match=said):
        bench.clock.run(lambda: bench.rig(rigfile).__enter__())

    assert not set(ENERGISING) & set(bench.heard)


def test_a_locked_rig_is_refused_by_name(bench: Any, rigfile: RigFile, tmp_path: Path) -> None:
    """A second run on the same instrument is told who holds it, before anything is opened."""
    device = Device("host", "toy_console", "127.0.0.1:9")
    real = dataclasses.replace(rigfile, clock="real", devices={"host": device})
    clock = ThreadClock()

    with RigLock("other", [device.address], tmp_path), pytest.raises(RigLocked, match="other"):
        clock.run(lambda: LiveRig(real, clock=clock, locks=tmp_path).__enter__())

    with pytest.raises(BenchError, match="nothing answers"):
        clock.run(lambda: LiveRig(real, clock=clock, locks=tmp_path).__enter__())
    with RigLock("other", [device.address], tmp_path):
        pass  # the failed run has let go
