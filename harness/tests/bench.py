"""Benchmarks: what the harness costs, each beside a floor measured in the same run.

``python harness/tests/bench.py`` prints a table; figures are for reading, never for asserting.
"""

import contextlib
import json
import multiprocessing
import os
import pty
import random
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import tty
from collections.abc import Iterator
from pathlib import Path

from harness.clock import CooperativeClock, ThreadClock
from harness.judge.case import judge_trace
from harness.model.trace import Observation, Trace
from harness.ports.memory import pair
from harness.ports.serial import SerialPort
from harness.tests import bench_links, bench_power, store_stream

LINES = 400
LINE = 9  # bytes of one: the time and a line feed
clock_ns = time.monotonic_ns


def show(what: str, figure: str, floor: str = "") -> None:
    """One row of the table."""
    sys.stdout.write(f"{what:<52} {figure:<34} {floor}\n")
    sys.stdout.flush()


def spread(seconds: list[float]) -> str:
    """Median and 99th percentile, in ms."""
    rows = sorted(seconds)
    p99 = rows[min(len(rows) - 1, int(len(rows) * 0.99))]
    return f"p50 {rows[len(rows) // 2] * 1e3:.3f} ms  p99 {p99 * 1e3:.3f} ms"


# --- the virtual kernel ---------------------------------------------------------------------


def kernel_events() -> None:
    """Events a second of the virtual kernel: two tasks that exchange over a memory port."""
    clock = CooperativeClock()
    rounds = 50_000

    def echo(port: object) -> None:
        while True:
            chunk = port.read()  # type: ignore[attr-defined]
            port.write(chunk.data)  # type: ignore[attr-defined]

    def main() -> None:
        ours, theirs = pair(clock, "bench")
        clock.spawn("echo", lambda: echo(theirs))
        for _ in range(rounds):
            ours.write(b"AT\r")
            ours.read()
            clock.sleep(0.001)

    started = time.perf_counter()
    clock.run(main)
    took = time.perf_counter() - started
    floor = _heap_floor(rounds)
    show(
        "virtual kernel", f"{clock.events / took:,.0f} events/s, {rounds / took:,.0f} exchanges/s",
        f"floor: bare heap {floor:,.0f} events/s",
    )  # fmt: skip


def _heap_floor(rounds: int) -> float:
    import heapq

    heap: list[tuple[float, int]] = []
    started = time.perf_counter()
    for index in range(rounds * 2):
        heapq.heappush(heap, (index * 0.001, index))
        heapq.heappop(heap)
    return rounds * 2 / (time.perf_counter() - started)


# --- stamps ---------------------------------------------------------------------------------


def _write_lines(descriptor: int) -> None:
    """In a process of its own: lines that carry the time just before they were written."""
    rng = random.Random(1)
    time_to_open = 0.5
    _nap(time_to_open)
    for _ in range(LINES):
        _nap(rng.uniform(0.002, 0.006))
        os.write(descriptor, struct.pack("<q", clock_ns()) + b"\n")
    _nap(0.2)


def _nap(seconds: float) -> None:
    select.select([], [], [], seconds)


@contextlib.contextmanager
def _writer() -> Iterator[tuple[int, str]]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    child = multiprocessing.get_context("fork").Process(target=_write_lines, args=(master,))
    child.start()
    try:
        yield slave, os.ttyname(slave)
    finally:
        child.join()
        os.close(master)
        os.close(slave)


def _written(octets: bytes) -> list[int]:
    """When the lines in a chunk were written, ns."""
    whole = len(octets) - len(octets) % LINE
    return [struct.unpack("<q", octets[at : at + 8])[0] for at in range(0, whole, LINE)]


def _floor_stamps() -> list[float]:
    late: list[float] = []
    with _writer() as (slave, _):
        while select.select([slave], [], [], 2.0)[0]:
            chunk = os.read(slave, 4096)
            now = clock_ns()
            late += [(now - written) / 1e9 for written in _written(chunk)]
    return late


def _our_stamps() -> list[float]:
    late: list[float] = []
    clock = ThreadClock()
    offset = clock_ns() / 1e9 - clock.now()

    def main() -> None:
        with _writer() as (_, path):
            port = SerialPort(clock, path)
            port.open()
            while (chunk := port.read(clock.now() + 2)) is not None:
                late.extend(chunk.t + offset - ns / 1e9 for ns in _written(chunk.data))
            port.close()

    clock.run(main)
    return late


def stamp_latency() -> None:
    """From the write at the other end of a pty to the stamp on the chunk."""
    floor = _floor_stamps()
    ours = _our_stamps()
    show("stamp of a line on a pty", spread(ours), f"floor, select + read: {spread(floor)}")


# --- timed actions --------------------------------------------------------------------------


def lateness() -> None:
    """How late a timed action fires on the real clock."""
    clock = ThreadClock()
    late: list[float] = []
    floor: list[float] = []

    def main() -> None:
        late.extend(clock.sleep_until(clock.now() + 0.012, precise=True) for _ in range(300))
        for _ in range(300):
            due = clock_ns() + 12_000_000
            _nap(0.012)
            floor.append((clock_ns() - due) / 1e9)

    clock.run(main)
    show("lateness of a timed action", spread(late), f"floor, plain sleep: {spread(floor)}")


# --- the judge ------------------------------------------------------------------------------


def judge_speed() -> None:
    """A million lines through a full case."""
    spec = {
        "id": "B-1", "name": "bench",
        "then": {"detects": {"cause": "no_signal", "within": "60 s"}},
        "always": ["exactly_once", "reversal_before_next_sale", "stan_never_reused"],
    }  # fmt: skip
    rows = [Observation(1, 0.0, "engine", "run_started", {"spec": spec, "observes": ["console"]})]
    rows.append(Observation(2, 0.0, "engine", "given_ready"))
    total = 1_000_000
    idle = {"text": "idle"}
    rows.extend(Observation(n, n * 0.01, "terminal", "line", idle) for n in range(3, total))
    trace = Trace(rows)
    started = time.perf_counter()
    judge_trace(trace)
    took = time.perf_counter() - started
    started = time.perf_counter()
    for row in trace:
        row.get("kind")
    floor = time.perf_counter() - started
    show(
        "judge, a million lines", f"{took:.2f} s ({total / took:,.0f} lines/s)",
        f"floor, reading them: {floor:.2f} s",
    )  # fmt: skip


# --- pytest ---------------------------------------------------------------------------------

SCENARIO = """\
id: B-1
story: Nothing happens.
given: {terminal: ready}
when: [{hold: 1 s}]
always: [no_clear_card_number]
"""


CONFTEST = """\
import json, pathlib, time
import pytest

ROWS = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    started = time.perf_counter()
    try:
        return (yield)
    finally:
        ROWS.append(time.perf_counter() - started)


def pytest_unconfigure():
    pathlib.Path("rows.json").write_text(json.dumps(ROWS))
"""


def _protocol_times(folder: Path, *more: str) -> list[float]:
    """Seconds pytest spent on each item of a folder."""
    (folder / "conftest.py").write_text(CONFTEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *more]
    subprocess.run(command, cwd=folder, check=False, capture_output=True)
    rows: list[float] = json.loads((folder / "rows.json").read_text())
    return rows


def plugin_overhead() -> None:
    """What the plugin adds to an item besides playing it; reports are told apart."""
    items = 40
    with tempfile.TemporaryDirectory() as name:
        ours, plain = Path(name) / "ours", Path(name) / "plain"
        (ours / "scenarios" / "data").mkdir(parents=True)
        plain.mkdir()
        for index in range(items):
            (ours / "scenarios" / "data" / f"nothing_{index}.yaml").write_text(SCENARIO)
        tests = (f"def test_{index}(): pass" for index in range(items))
        (plain / "test_plain.py").write_text("\n".join(tests))

        floor = statistics.median(_protocol_times(plain))
        times = _protocol_times(ours, "scenarios", "--out", "out")
        runs = json.loads((ours / "out" / "verdicts.json").read_text())["runs"]
        more = [spent - run["wall_s"] for spent, run in zip(times, runs, strict=True)]
    show(
        "plugin per scenario item, beyond playing it",
        f"p50 {statistics.median(more) * 1e3:.2f} ms",
        f"floor, plain pytest item: {floor * 1e3:.2f} ms",
    )  # fmt: skip


def main() -> None:
    """Everything, in order."""
    for measure in (kernel_events, stamp_latency, lateness, judge_speed, plugin_overhead):
        measure()
    for paired in (bench_power.write_write_query, bench_power.timed_steps, bench_power.list_upload):
        paired(show, spread)
    bench_links.links(show, spread)
    store_stream.main([64, 1024])


if __name__ == "__main__":
    main()
