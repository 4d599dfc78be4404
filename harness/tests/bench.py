"""Benchmarks: what the harness costs, each beside a floor measured in the same run.

``python harness/tests/bench.py`` prints a table; figures are for reading, never for asserting.
"""

import contextlib
import multiprocessing
import os
import pty
import random
import select
import struct
import subprocess
import sys
import tempfile
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.clock import CooperativeClock, ThreadClock
from harness.judge.case import judge_trace
from harness.model.trace import Observation, Trace
from harness.ports.memory import pair
from harness.ports.serial import SerialPort

LINES = 400
LINE = 9  # bytes of one: the time and a line feed
clock_ns = time.monotonic_ns


def show(what: str, figure: str, floor: str = "") -> None:
    """One row of the table."""
    sys.stdout.write(f"{what:<52} {figure:<34} {floor}\n")
    sys.stdout.flush()


def spread(seconds: list[float]) -> str:
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
        for _ in range(300):
            late.append(clock.sleep_until(clock.now() + 0.012, precise=True))
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
    rows += [
        Observation(n, n * 0.01, "terminal", "line", {"text": "idle"}) for n in range(3, total)
    ]
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


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _pytest(folder: Path, *more: str) -> float:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *more]
    return _timed(lambda: subprocess.run(command, cwd=folder, check=False, capture_output=True))


def plugin_overhead() -> None:
    """What pytest and the plugin add to an item, beyond playing it."""
    from harness.files import carried, load_scenarios
    from harness.runner import Session

    few, many = 5, 35
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for count in (few, many):
            folder = root / f"scenarios{count}" / "scenarios" / "data"
            folder.mkdir(parents=True)
            for index in range(count):
                (folder / f"nothing_{index}.yaml").write_text(SCENARIO)
            plain = root / f"plain{count}"
            plain.mkdir()
            (plain / "test_plain.py").write_text(
                "\n".join(f"def test_{index}(): pass" for index in range(count))
            )

        def played(count: int) -> float:
            items = load_scenarios(root / f"scenarios{count}" / "scenarios")

            def play() -> None:
                rig = carried("rigs", "virtual.yaml")
                with Session(rig=rig, out=root / f"out{count}") as session:
                    for item in items:
                        session.play(item)

            return _timed(play)

        def per_item(measure: Callable[[int], float]) -> float:
            rows = [(measure(many) - measure(few)) / (many - few) for _ in range(2)]
            return min(rows)

        direct = per_item(played)
        through = per_item(lambda count: _pytest(root / f"scenarios{count}", "scenarios"))
        floor = per_item(lambda count: _pytest(root / f"plain{count}", "."))
    show(
        "plugin per scenario item, beyond playing it", f"{(through - direct) * 1e3:.2f} ms",
        f"floor, plain pytest item: {floor * 1e3:.2f} ms (playing: {direct * 1e3:.2f} ms)",
    )  # fmt: skip


def main() -> None:
    """Everything, in order."""
    for measure in (kernel_events, stamp_latency, lateness, judge_speed, plugin_overhead):
        measure()


if __name__ == "__main__":
    main()
