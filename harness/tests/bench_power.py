"""Benchmarks of the way to a supply: its port, its timed steps, its lists; run by ``bench.py``."""

import contextlib
import multiprocessing
import select
import socket
import time
from collections.abc import Callable, Iterator

from harness.clock import ThreadClock
from harness.drivers.keysight_e36300 import Driver
from harness.model.units import Amps, Seconds, Volts
from harness.ports.visa import VisaPort
from harness.sim.served import ServedBench

ROUNDS = 2000
NAGLE_ROUNDS = 40
STEPS, EVERY = 100, 0.04  # timed steps, s between two: set, read back and check takes about 20 ms
UPLOADS = 8
MESSAGES = (b"VOLT 5\n", b"CURR 1\n", b"VOLT?\n")

Show = Callable[..., None]
Spread = Callable[[list[float]], str]


def _answer(listening: socket.socket) -> None:
    """In a process of its own: an instrument that answers queries, and does so at once."""
    while True:
        client, _ = listening.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while part := client.recv(4096):
            client.sendall(b"5.0\n" * part.count(b"?"))


@contextlib.contextmanager
def _instrument() -> Iterator[int]:
    with contextlib.ExitStack() as held:
        listening = held.enter_context(socket.create_server(("127.0.0.1", 0)))
        children = [
            multiprocessing.get_context("fork").Process(target=_answer, args=(listening,))
            for _ in range(3)  # one for each connection below
        ]
        for child in children:
            child.start()
            held.callback(child.join)
            held.callback(child.kill)
        yield listening.getsockname()[1]


def _raw(line: socket.socket) -> float:
    started = time.perf_counter()
    for message in MESSAGES:
        line.sendall(message)
    assert line.recv(100)
    return time.perf_counter() - started


def _ours(port: VisaPort) -> float:
    started = time.perf_counter()
    for message in MESSAGES:
        port.write(message)
    assert port.read(port.clock.now() + 2)
    return time.perf_counter() - started


def write_write_query(show: Show, spread: Spread) -> None:
    """Two writes and a query through the VISA port, each paired with one on a raw socket."""
    with _instrument() as number, contextlib.ExitStack() as held:
        raw, nagle = (
            held.enter_context(socket.create_connection(("127.0.0.1", number))) for _ in range(2)
        )
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        port = VisaPort(ThreadClock(), f"TCPIP0::127.0.0.1::{number}::SOCKET")
        port.open()
        held.callback(port.close)
        pairs = [(_raw(raw), _ours(port)) for _ in range(ROUNDS)]
        slow = sorted(_raw(nagle) for _ in range(NAGLE_ROUNDS))[NAGLE_ROUNDS // 2]
    floor, ours = ([pair[side] for pair in pairs] for side in (0, 1))
    ratios = sorted(own / least for least, own in pairs)
    show(
        "VISA write, write, query", f"{spread(ours)}  {ratios[ROUNDS // 2]:.1f}x",
        f"floor, raw socket: {spread(floor)}; with Nagle {slow / sorted(floor)[ROUNDS // 2]:.0f}x",
    )  # fmt: skip


# --- a supply in another process ------------------------------------------------------------


@contextlib.contextmanager
def _supply() -> Iterator[tuple[Driver, str]]:
    with ServedBench({"terminal": None, "channel": 2}, ["sim+visa://supply"], seed=1) as bench:
        address = bench.addresses["sim+visa://supply"]
        port = VisaPort(ThreadClock(), address)
        port.open()
        supply = Driver(port, channel=2)
        supply.set_current_limit(Amps(1))
        try:
            yield supply, address
        finally:
            supply.make_safe()
            port.close()


def timed_steps(show: Show, spread: Spread) -> None:
    """How late host-timed voltage steps leave, and when the supply has confirmed them."""
    left: list[float] = []
    confirmed: list[float] = []
    floor: list[float] = []
    with _supply() as (supply, _):
        clock = supply._scpi.port.clock

        def main() -> None:
            began = clock.now() + EVERY
            for index in range(STEPS):
                due = began + index * EVERY
                left.append(clock.sleep_until(due, precise=True))
                supply.set_voltage(Volts(5.0 - 0.004 * (index % 2)))
                confirmed.append(clock.now() - due)
            for _ in range(STEPS):
                due = time.monotonic_ns() + int(EVERY * 1e9)
                select.select([], [], [], EVERY)
                floor.append((time.monotonic_ns() - due) / 1e9)

        clock.run(main)
    show(
        "lateness of a host-timed supply step", spread(left),
        f"floor, plain sleep: {spread(floor)}",
    )  # fmt: skip
    show("  ... until set, read back and free of errors", spread(confirmed))


def list_upload(show: Show, spread: Spread) -> None:
    """A list of 100 points: written, read back, checked, started; beside its bare bytes."""
    points = [(Volts(5 - 0.03 * (index % 50)), Seconds(0.01)) for index in range(100)]
    took: list[float] = []
    floor: list[float] = []
    with _supply() as (supply, _):
        for _ in range(UPLOADS):
            started = time.perf_counter()
            supply.play(points)
            took.append(time.perf_counter() - started)
            supply.stop()
        bare = "LIST:VOLT {},(@2);DWEL {},(@2);*OPC?".format(
            ",".join(f"{volts:g}" for volts, _ in points), ",".join("0.01" for _ in points)
        )
        for _ in range(UPLOADS):
            started = time.perf_counter()
            supply._scpi.ask(bare)
            floor.append(time.perf_counter() - started)
    show(
        "upload of a list of 100 points, verified", spread(took),
        f"floor, its bytes and *OPC?: {spread(floor)}",
    )  # fmt: skip
