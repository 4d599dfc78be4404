"""The guardian: ready before anything, deaf to signals, and quick when the run has died.

The run is a process that starts a guardian and then does what is said; the instrument is a supply
simulated in yet another process.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.clock import ThreadClock
from harness.drivers.relay_board import Driver as Relay
from harness.ports.serial import SerialPort
from harness.rig import state
from harness.rig.alive import started_at
from harness.sim.served import ServedBench
from harness.tests.patience import LIMIT

CLOCK = ThreadClock()
RUN = """\
import json, os, pathlib, sys, threading
from harness.rig import guarded as module, state
from harness.rig.guarded import Guarded
module.BEAT = 0.2
order = json.loads(sys.argv[1])
folder = pathlib.Path(order["folder"])
one = state.begin(state.Energised("supply", "keysight_e36300", order["address"], {"channel": 2},
                  rig="test"), folder)
devices = [one] + [state.begin(state.Energised("switch", "relay_board", place), folder)
                   for place in order["more"].pop("switches", ())]
guarded = Guarded()
try:
    guarded.guard(devices, state=folder, locks=folder, log=[folder / "guardian.log"],
                  lost=lambda: print("lost", flush=True), **order["more"])
except Exception as error:
    print(type(error).__name__, error, flush=True)
    sys.exit(1)
print("ready", guarded.pid, flush=True)
for line in sys.stdin:
    exec(line)
"""


@pytest.fixture(scope="module")
def supply() -> Iterator[str]:
    """The VISA resource of a supply that another process simulates."""
    address = "sim+visa://supply"
    with ServedBench({"terminal": None, "channel": 2}, [address], seed=1) as served:
        yield served.addresses[address]


@pytest.fixture
def dead_end() -> Iterator[str]:
    """Something that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield f"TCPIP0::127.0.0.1::{door.getsockname()[1]}::SOCKET"


class Run:
    """A run with a guardian."""

    def __init__(self, folder: Path, address: str, **more: Any) -> None:
        order = json.dumps({"folder": str(folder), "address": address, "more": more})
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, order], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.said = self.line()
        self.guardian = int(self.said.split()[1]) if self.said.startswith("ready") else 0
        self.started = started_at(self.guardian)

    def line(self) -> str:
        """The next thing it says."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def tell(self, code: str) -> None:
        """Have it do something."""
        assert self.process.stdin is not None
        self.process.stdin.write(code + "\n")
        self.process.stdin.flush()

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End it."""
        self.process.send_signal(number)

    def guards(self) -> bool:
        """Whether the guardian is still there."""
        return bool(self.started) and started_at(self.guardian) == self.started

    def until_gone(self, within: float = LIMIT) -> float:
        """Seconds until the guardian has gone."""
        began = CLOCK.now()
        while self.guards():
            assert CLOCK.now() < began + within, "the guardian outlives its duty"
            CLOCK.sleep(0.01)
        return CLOCK.now() - began

    def end(self) -> None:
        """Leave nothing behind."""
        self.process.kill()
        self.process.communicate()


def _say(address: str, *lines: str) -> list[str]:
    _, _, host, _, port, *_ = address.replace("::", ":x:").split(":")
    with socket.create_connection((host.removeprefix("x"), int(port.removeprefix("x")))) as line:
        text = line.makefile("rw")
        told = []
        for one in lines:
            text.write(one + "\n")
            text.flush()
            told += [text.readline().strip()] if "?" in one else []
        text.close()
    return told


def _on(address: str) -> bool:
    return _say(address, "OUTP? (@2)") == ["1"]


def _energise(address: str) -> None:
    _say(address, "VOLT 5,(@2);:CURR 1,(@2);:OUTP ON,(@2)", "*OPC?")
    assert _on(address)


def test_it_switches_off_when_the_run_is_killed(tmp_path: Path, supply: str) -> None:
    """Off, measured, told in the log, the journal ended; and then it goes."""
    run = Run(tmp_path, supply)
    _energise(supply)

    run.kill()
    run.until_gone()
    run.end()

    assert not _on(supply)
    assert state.begun(supply, tmp_path) is None
    assert state.quarantined(supply, tmp_path) is None
    log = (tmp_path / "guardian.log").read_text("utf-8")
    assert "the run has ended" in log
    assert "off and verified, at try 1" in log


def test_the_switch_in_the_line_opens_as_well(tmp_path: Path) -> None:
    """Supply and relay, each over a connection of its own; both verified, both journals ended."""
    wanted = ["sim+visa://supply", "sim+pty://switch/relay"]
    with ServedBench({"terminal": None, "channel": 2}, wanted, seed=1) as served:
        supply, relay = (served.addresses[one] for one in wanted)
        port = SerialPort(CLOCK, relay, baud=9600)
        port.open()
        Relay(port).set_closed(closed=True)
        port.close()
        run = Run(tmp_path, supply, switches=[relay])
        _energise(supply)

        run.kill()
        run.until_gone()
        run.end()

        assert not _on(supply)
        port.open()
        assert not Relay(port).closed()
        port.close()
    assert state.unfinished(tmp_path) == []
    log = (tmp_path / "guardian.log").read_text("utf-8")
    assert log.count("off and verified") == 2


def test_it_is_deaf_to_what_ends_a_run(tmp_path: Path, supply: str) -> None:
    """SIGINT, SIGTERM and SIGHUP leave it where it is."""
    run = Run(tmp_path, supply)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(run.guardian, number)
    CLOCK.sleep(0.3)

    assert run.guards()
    run.kill()
    run.until_gone()
    run.end()


def test_a_dismissed_guardian_touches_nothing(tmp_path: Path, supply: str) -> None:
    """After a clean end it has no duty: what a person switches on afterwards stays on."""
    run = Run(tmp_path, supply)
    run.tell("guarded.dismiss(); print('free', flush=True)")
    assert run.line() == "free"
    _energise(supply)

    run.kill()
    run.until_gone()
    run.end()

    assert _on(supply)
    _say(supply, "OUTP OFF,(@2)")


def test_it_goes_with_a_run_that_stops_it(tmp_path: Path, supply: str) -> None:
    """A run that ends well leaves no process behind."""
    run = Run(tmp_path, supply)
    run.tell("guarded.dismiss(); guarded.stop(); print('stopped', flush=True)")

    assert run.line() == "stopped"
    assert not run.guards()
    run.end()


def test_a_run_that_stands_still_is_ended(tmp_path: Path, supply: str) -> None:
    """Without a beat for too long the run is killed first, so that it cannot go on later."""
    run = Run(tmp_path, supply, deaf=2.0)
    CLOCK.sleep(2.5)
    assert run.guards()
    assert run.process.poll() is None  # it beats
    _energise(supply)

    run.kill(signal.SIGSTOP)
    gone = run.until_gone()

    assert run.process.wait(LIMIT) == -signal.SIGKILL
    assert not _on(supply)
    assert gone > 0.9
    assert "silent for 2 s" in (tmp_path / "guardian.log").read_text("utf-8")
    run.end()


def test_its_own_death_is_noticed(tmp_path: Path, supply: str) -> None:
    """The run is told, and can make itself safe."""
    run = Run(tmp_path, supply)

    os.kill(run.guardian, signal.SIGKILL)

    assert run.line() == "lost"
    run.end()


def test_what_cannot_be_verified_is_quarantined(tmp_path: Path, dead_end: str) -> None:
    """Three tries over new connections, then nobody may use it until a person has looked."""
    run = Run(tmp_path, dead_end)

    run.kill()
    run.until_gone(2 * LIMIT)
    run.end()

    found = state.quarantined(dead_end, tmp_path)
    assert found is not None
    assert "the run died and OFF was not verified" in found.why
    assert state.begun(dead_end, tmp_path) is None
    log = (tmp_path / "guardian.log").read_text("utf-8")
    assert log.count("NOT verified to be off") == 3
    assert "is in quarantine" in log


def test_a_guardian_that_cannot_do_it_says_so_first(tmp_path: Path) -> None:
    """An address it cannot understand keeps the run from energising anything."""
    run = Run(tmp_path, "no address at all")

    assert run.said.startswith("BenchError the guardian is not ready")
    assert run.process.wait(LIMIT) == 1
    run.end()
