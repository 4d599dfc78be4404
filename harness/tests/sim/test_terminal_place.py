"""A terminal whose board is a process: really killed, really started, on what its flash has."""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from harness.clock import CooperativeClock
from harness.errors import BenchError, PortLost
from harness.ports.base import Port
from harness.sim.bench import Bench
from harness.sim.bench_plan import check_plan
from harness.sim.flash_log import FlashLog
from harness.sim.terminal_place import TerminalPlace

T = TypeVar("T")
LIMIT = 120.0  # s: for a process on a machine that stalls


class Stage:
    """A bench with its supply off, and what the console says."""

    def __init__(self, clock: CooperativeClock, folder: Path) -> None:
        self.clock = clock
        self.bench = Bench(
            clock, {"terminal": "countertop", "process": str(folder), "channel": 2}, seed=1
        )
        self.place: TerminalPlace = self.bench.terminal
        self.console: Port = self.bench.connect("terminal/console")
        self.text = ""

    def power(self, *, on: bool) -> None:
        """The supply's output."""
        self.bench.feed.source.go_to(5.0 if on else 0.0, 0.001)

    def soon(self, true: Callable[[], object]) -> None:
        """Wait for it, with patience."""
        until = self.clock.now() + LIMIT
        while not true():
            assert self.clock.now() < until, self.text[-2000:]
            self.clock.sleep(0.02)
            while self.console.readable:
                chunk = self.console.read(self.clock.now())
                self.text += chunk.data.decode(errors="replace") if chunk else ""


def run(folder: Path, story: Callable[[Stage], T]) -> T:
    """A story on such a bench, in real time."""
    clock = CooperativeClock(wall=True)

    def main() -> T:
        stage = Stage(clock, folder)
        try:
            return story(stage)
        finally:
            stage.bench.close()

    return clock.run(main)


def ended(port: Port) -> bool:
    """Whether a connection was lost."""
    try:
        while port.readable:
            port.read(port.clock.now())
    except PortLost:
        return True
    return False


def alive(pid: int) -> bool:
    """Whether there is such a process, and not only its end to be told."""
    there = psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return bool(there)


def test_a_cut_kills_the_process_and_power_starts_another_on_its_flash(tmp_path: Path) -> None:
    """Off, nothing of it is left but the file; on, another one boots from that file."""

    def story(stage: Stage) -> tuple[int, int]:
        stage.power(on=True)
        stage.soon(lambda: "slot=A" in stage.text)
        first = stage.place.pid
        assert first is not None
        assert alive(first)

        stage.power(on=False)
        stage.soon(lambda: stage.place.pid is None)
        assert not alive(first)
        with pytest.raises(PortLost, match="refused"):
            stage.bench.connect("terminal/zvt")

        stage.text = ""
        stage.power(on=True)
        stage.soon(lambda: "slot=A reset=power" in stage.text)
        second = stage.place.pid
        assert second is not None
        return first, second

    first, second = run(tmp_path, story)

    assert first != second
    assert not alive(second)  # the bench takes it along
    log = FlashLog(next(tmp_path.glob("*.flash")), rng=random.Random(0), page=2048)
    assert {"slot.a", "boot.1"} <= set(log.load())
    log.close()


def test_a_register_talks_to_the_process_and_is_left_by_it(tmp_path: Path) -> None:
    """Its connection is answered from there, and ends when the process does."""

    def story(stage: Stage) -> bytes:
        stage.power(on=True)
        stage.soon(lambda: "state=ready" in stage.text)
        register = stage.bench.connect("terminal/zvt")
        register.write(bytes.fromhex("060006000000010156"))
        heard: list[bytes] = []

        def listen() -> bool:
            while register.readable:
                chunk = register.read(stage.clock.now())
                heard.append(chunk.data if chunk else b"")
            return bool(heard)

        stage.soon(listen)
        stage.power(on=False)
        stage.soon(lambda: ended(register))
        return heard[0]

    assert run(tmp_path, story)[:1] in (b"\x80", b"\x84")


def test_a_process_that_goes_by_itself_is_the_benchs_fault(tmp_path: Path) -> None:
    """Killed by somebody else, it is no terminal that lost its power: the bench says so."""

    def story(stage: Stage) -> None:
        stage.power(on=True)
        stage.soon(lambda: stage.place.pid is not None)
        os.kill(stage.place.pid or 0, signal.SIGKILL)
        stage.soon(lambda: False)

    with pytest.raises(BenchError, match="ended by itself"):
        run(tmp_path, story)


def test_what_works_on_the_board_itself_is_out_of_reach(tmp_path: Path) -> None:
    """Such an outlet is refused by name, and virtual time is refused before anything is made."""

    def story(stage: Stage) -> None:
        for name in ("hands", "flash", "adb"):
            with pytest.raises(LookupError, match="out of reach"):
                stage.bench.outlet(name)

    run(tmp_path, story)
    plan: dict[str, Any] = {"terminal": "countertop", "process": True}
    assert any("clock: real" in wrong for wrong in check_plan(plan, virtual=True))
    assert not list(check_plan(plan))
