"""adb in mid-story: no server, no device, no key, nonsense, silence, lateness.

And a device that takes no image, has no room for one, or whose commands hang.
"""

import errno
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from harness.files import carried
from harness.model.verdict import Outcome
from harness.ports.base import Port
from harness.ports.memory import MemoryPort
from harness.sim.android.shell import Call
from harness.sim.android.system import System, system_of
from harness.sim.bench import Bench
from harness.tests.safety.tapped import BENDS, Bend, Tapped
from harness.tests.safety.whole_story import acted_on, played_on

SMART = carried("rigs", "virtual_smart.yaml").read_text("utf-8")
SELLING = 35.7  # s: a second after the smart terminal is ready


class Dying(Tapped):
    """Every line to adb's server is closed at a time."""

    def connect(self, name: str) -> Port:
        port = super().connect(name)
        if name == "adb" and isinstance(port, MemoryPort):
            end = partial(port.put_lost, "closed by the other end")
            self.clock.call_at(max(self._since, self.clock.now()), end)
        return port


def _fails(why: bytes) -> Bend:
    return lambda _: [(0.0, b"FAIL%04x%s" % (len(why), why))]


#: What its server says, and since when.
SERVERS: Mapping[str, tuple[type[Tapped], Bend, float]] = {
    "dies": (Dying, BENDS["twice"], SELLING),
    "device offline": (Tapped, _fails(b"device offline"), SELLING),
    "two devices": (Tapped, _fails(b"more than one device/emulator"), 0.0),
    "no key": (Tapped, _fails(b"device unauthorized."), 0.0),
    "no key any more": (Tapped, _fails(b"device unauthorized."), SELLING),
    "nonsense": (Tapped, BENDS["text garbage"], SELLING),
    "never": (Tapped, BENDS["never"], SELLING),
    "late": (Tapped, BENDS["late"], SELLING),
    "late from the start": (Tapped, BENDS["late"], 0.0),
}


@pytest.mark.parametrize("what", SERVERS)
def test_adbs_server_is_at_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Console and register are gone at once: never a FAIL, never a PASS, and it says what to do."""
    kind, bend, since = SERVERS[what]
    make = partial(kind, device="adb", bend=bend, since=since)

    played, bench = played_on(make, tmp_path, monkeypatch, rig=SMART)

    wanted = (Outcome.ERROR, Outcome.INCONCLUSIVE)
    assert played.verdict.outcome in wanted, played.verdict.reason
    assert bench.rail.volts() < 0.5
    if what.startswith("no key"):
        told = [row["message"] for row in played.trace.of("bench_error")]
        assert any("key on its display" in one for one in told)
    if what == "two devices":
        told = [row["message"] for row in played.trace.of("bench_error")]
        assert any("`device:`" in one for one in told)


# --- a device that says no ------------------------------------------------------------------------

PUSHED = carried("rigs", "pushed_by_adb.yaml").read_text("utf-8")
ASK = "com.hil.pay.UPDATE"


def _no_room(system: System) -> None:
    def put(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    system.disk.put = put  # type: ignore[method-assign]


def _installs_not(system: System, why: str, status: int) -> None:
    honest = system._commands["am"]

    def am(call: Call) -> int:
        if ASK not in call.words:
            return honest(call)
        call.say(f"Failure [{why}]")
        return status

    system._commands["am"] = am


def _hangs(system: System) -> None:
    honest = system._commands["am"]

    def am(call: Call) -> int:
        if ASK in call.words:
            system.clock.sleep(1e6)
        return honest(call)

    system._commands["am"] = am


#: What its system does from a time on -> what is said of the update.
DEVICES: Mapping[str, tuple[Callable[[System], None], str]] = {
    "no room": (_no_room, "was not taken: couldn't create file: No space left on device"),
    "refuses": (
        partial(_installs_not, why="INSTALL_FAILED_UPDATE_INCOMPATIBLE", status=1),
        "exit status 1: Failure [INSTALL_FAILED_UPDATE_INCOMPATIBLE]",
    ),
    "refuses, and calls it status 0": (
        partial(_installs_not, why="INSTALL_FAILED_INSUFFICIENT_STORAGE", status=0),
        "Failure [INSTALL_FAILED_INSUFFICIENT_STORAGE]",
    ),
    "hangs": (_hangs, "no answer over adb in time"),
}


@pytest.mark.parametrize("what", DEVICES)
def test_a_device_that_does_not_take_an_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Nobody can say what the update would have come to; its own words are in the verdict."""
    spoil, said = DEVICES[what]

    def act(bench: Bench) -> None:
        spoil(system_of(bench.terminal.running))

    make, story = acted_on(Bench, SELLING + 0.3, act), "firmware/update_with_open_batch"
    played, _ = played_on(make, tmp_path, monkeypatch, story, rig=PUSHED)

    [handed] = played.trace.of("handed_over")
    assert handed["outcome"] == "failed"
    assert said in handed["text"]
    assert played.verdict.outcome is Outcome.INCONCLUSIVE, played.verdict.reason
    assert said in played.verdict.reason
