"""Power between items: off after each, kept until the run is over, or off after a failure."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.clock import ThreadClock
from harness.errors import BenchError, RigLocked, RigQuarantined
from harness.model.rig import Device, Limits, Power, RigFile
from harness.model.units import Amps, Seconds, Volts
from harness.model.verdict import Outcome
from harness.rig import state
from harness.rig.live import LiveRig
from harness.rig.lock import RigLock
from harness.rig.tenancy import Tenancy
from harness.sim.served import ServedBench
from harness.tests.rig.test_guardian import _energise, _on, _say


@pytest.fixture(scope="module")
def supply() -> Iterator[str]:
    """The VISA resource of a supply that another process simulates."""
    address = "sim+visa://supply"
    with ServedBench({"terminal": None, "channel": 2}, [address], seed=1) as served:
        yield served.addresses[address]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the state of the bench is kept."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return state.state_folder()


def _rig(address: str, **power: Any) -> RigFile:
    limits = Limits(Volts(6), Amps(2))
    device = Device("supply", "keysight_e36300", address, limits, options={"channel": 2})
    return RigFile("real", "real", Volts(5), {"supply": device}, power=Power(**power))


def _item(
    rigfile: RigFile, tenancy: Tenancy | None, locks: Path, story: Callable[[LiveRig], object]
) -> None:
    clock = ThreadClock()

    def live() -> None:
        with LiveRig(rigfile, clock=clock, tenancy=tenancy, locks=locks, folder=locks) as rig:
            story(rig)

    clock.run(live)


def _switch_on(rig: LiveRig) -> None:
    supply = rig.players["supply"]
    supply.set_output(on=True)
    rig.clock.sleep(0.3)


def test_every_item_ends_with_the_supply_off(tmp_path: Path, supply: str, folder: Path) -> None:
    """As long as nothing else is said: off, the journal ended, the lock free."""
    tenancy = Tenancy()
    seen: list[Any] = []

    def story(rig: LiveRig) -> None:
        _switch_on(rig)
        seen.append(state.begun(supply))

    _item(_rig(supply), tenancy, tmp_path, story)

    assert not _on(supply)
    assert seen[0].alive
    assert state.begun(supply) is None
    with RigLock("next", [supply], tmp_path):
        pass
    tenancy.close()


def test_power_is_kept_until_the_run_is_over(tmp_path: Path, supply: str, folder: Path) -> None:
    """The next item finds it on, bounded anew; journal and lock stay; the end switches off."""
    tenancy, rigfile = Tenancy(), _rig(supply, between="keep")
    kept: list[bool] = []

    def second(rig: LiveRig) -> None:
        kept.append(rig.kept and rig.players["supply"].output())

    _item(rigfile, tenancy, tmp_path, _switch_on)
    assert _on(supply)
    assert state.begun(supply) is not None
    with pytest.raises(RigLocked), RigLock("other", [supply], tmp_path):
        pass
    _item(rigfile, tenancy, tmp_path, second)
    tenancy.after(Outcome.FAIL)
    assert _on(supply)
    tenancy.close()

    assert kept == [True]
    assert not _on(supply)
    assert state.begun(supply) is None
    with RigLock("next", [supply], tmp_path):
        pass


def test_power_goes_after_a_failure(tmp_path: Path, supply: str, folder: Path) -> None:
    """``on_error``: a PASS keeps it, a FAIL does not."""
    tenancy, rigfile = Tenancy(), _rig(supply, between="on_error")

    _item(rigfile, tenancy, tmp_path, _switch_on)
    tenancy.after(Outcome.PASS)
    assert _on(supply)
    tenancy.after(Outcome.FAIL)

    assert not _on(supply)
    assert state.begun(supply) is None
    tenancy.close()


def test_an_item_that_breaks_keeps_nothing(tmp_path: Path, supply: str, folder: Path) -> None:
    """Whatever the rig file says, an error ends with the supply off."""
    tenancy, rigfile = Tenancy(), _rig(supply, between="keep")

    def story(rig: LiveRig) -> None:
        _switch_on(rig)
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        _item(rigfile, tenancy, tmp_path, story)

    assert not _on(supply)
    assert state.begun(supply) is None
    tenancy.close()


def test_a_next_item_that_does_not_begin_switches_off(
    tmp_path: Path, supply: str, folder: Path
) -> None:
    """What one item left on is not forgotten because the next one finds another device."""
    tenancy, rigfile = Tenancy(), _rig(supply, between="keep")
    _item(rigfile, tenancy, tmp_path, _switch_on)
    assert _on(supply)
    device = rigfile.devices["supply"]
    other = Device(
        "supply", device.driver, supply, device.limits, "SOMEBODY ELSE", options={"channel": 2}
    )

    with pytest.raises(BenchError, match="SOMEBODY ELSE"):
        _item(RigFile("real", "real", Volts(5), {"supply": other}), tenancy, tmp_path, _switch_on)

    assert not _on(supply)
    assert state.begun(supply) is None
    tenancy.close()


def test_the_least_time_off_counts_across_items(tmp_path: Path, supply: str, folder: Path) -> None:
    """An item that begins at once waits before it switches on."""
    tenancy, rigfile = Tenancy(), _rig(supply, min_off=Seconds(2.5))
    clock = ThreadClock()
    on: list[float] = []

    def story(rig: LiveRig) -> None:
        rig.players["supply"].set_output(on=True)
        on.append(clock.now())

    _item(rigfile, tenancy, tmp_path, story)
    _item(rigfile, tenancy, tmp_path, story)
    tenancy.close()

    assert on[1] - on[0] > 2.5


def test_what_a_dead_run_left_on_goes_off_before_anything_else(
    tmp_path: Path, supply: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unfinished journal is an OFF owed; it is told, and done before a port is opened."""
    _energise(supply)
    dead = state.Energised(
        "supply", "keysight_e36300", supply, {"channel": 2}, rig="old", pid=1, started="x"
    )
    state.begin(dead)

    def story(rig: LiveRig) -> None:
        assert not _on(supply)

    _item(_rig(supply), None, tmp_path, story)

    assert "process 1 of rig 'old'" in capsys.readouterr().err
    assert state.begun(supply) is None


def test_what_a_dead_run_left_and_nobody_reaches_is_quarantined(
    tmp_path: Path, folder: Path
) -> None:
    """No line to it: the run is refused, and so is every later one."""
    nobody = "TCPIP0::127.0.0.1::1::SOCKET"
    state.begin(state.Energised("supply", "keysight_e36300", nobody, rig="old", pid=1, started="x"))

    for wanted in ("could not be verified to be off", "is in quarantine since"):
        with pytest.raises(RigQuarantined, match=wanted):
            _item(_rig(nobody), None, tmp_path, _switch_on)


def test_a_supply_that_cannot_be_verified_is_quarantined(
    tmp_path: Path, supply: str, folder: Path
) -> None:
    """It is told at the end of the run, and the next run is refused before it opens a port."""

    def story(rig: LiveRig) -> None:
        _switch_on(rig)
        rig._drivers["supply"].make_safe = lambda: (_ for _ in ()).throw(BenchError("4.9 V"))

    with pytest.raises(BenchError, match="by hand"):
        _item(_rig(supply), None, tmp_path, story)
    with pytest.raises(RigQuarantined, match=r"4\.9 V"):
        _item(_rig(supply), None, tmp_path, _switch_on)

    assert state.clear(supply) is not None
    _say(supply, "OUTP OFF,(@2)")
    _item(_rig(supply), None, tmp_path, _switch_on)
    assert not _on(supply)


def test_force_breaks_no_quarantine(tmp_path: Path, supply: str, folder: Path) -> None:
    """``--force`` is for locks whose holder lets go, and for nothing else."""
    state.quarantine(supply, "smoke was seen", rig="real")
    tenancy = Tenancy(force=True)

    with pytest.raises(RigQuarantined, match="smoke was seen"):
        _item(_rig(supply), tenancy, tmp_path, _switch_on)

    tenancy.close()
    assert not _on(supply)
