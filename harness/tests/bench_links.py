"""Benchmarks of a link of real packets: what it does against what it was told; run by ``bench.py``.

The floor is the same two TUN devices, joined by a loop that copies packets and does nothing else.
"""

import contextlib
import math
import multiprocessing
import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.links.tun import Tun, probe

HOST = ("198.51.100.7", 7)
PLAIN = {"delay": 0.0, "jitter": 0.0, "rate": None, "loss": 0.0}
HEADERS = 28  # bytes: IPv4 and UDP
PINGS, EVERY = 300, 0.01  # s between two
BULK = 3.0  # s
DELAY, RATE, LOSS, QUOTA = 0.05, 256_000, 0.05, 100 * 1024

Show = Callable[..., None]
Spread = Callable[[list[float]], str]


def _copy(terminal: int, host: int) -> None:
    """In a process of its own: what any engine costs at least."""
    other = {terminal: host, host: terminal}
    while True:
        for ready in select.select([terminal, host], [], [])[0]:
            with contextlib.suppress(BlockingIOError):
                while True:
                    os.write(other[ready], os.read(ready, 65535))


def _echo(far: socket.socket) -> None:
    while True:
        seen, whom = far.recvfrom(2048)
        far.sendto(seen, whom)


@contextlib.contextmanager
def _running(work: Callable[..., None], *arguments: object) -> Iterator[int]:
    child = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    child.start()
    try:
        yield child.pid or 0
    finally:
        child.kill()
        child.join()


def _round_trips(tun: Tun) -> list[float]:
    with tun.socket("host", "udp") as far, tun.socket("terminal", "udp") as near:
        far.bind(HOST)
        near.settimeout(5.0)
        took: list[float] = []
        with _running(_echo, far):
            for number in range(PINGS + 10):
                before = time.perf_counter()
                near.sendto(number.to_bytes(4, "big"), HOST)
                near.recv(2048)
                took.append(time.perf_counter() - before)
                select.select([], [], [], EVERY)
        return took[10:]


def _datagrams(tun: Tun, count: int, size: int, every: float) -> list[float]:
    """Send datagrams of ``size`` bytes on the wire, and say when which arrived."""
    with tun.socket("host", "udp") as far, tun.socket("terminal", "udp") as near:
        far.bind(HOST)
        far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        seen: list[float] = []
        far.settimeout(2.0)
        with _running(_send, near, count, size, every), contextlib.suppress(TimeoutError):
            while len(seen) < count:
                far.recv(2048)
                seen.append(time.perf_counter())
        return seen


def _send(near: socket.socket, count: int, size: int, every: float) -> None:
    for _ in range(count):
        near.sendto(bytes(size - HEADERS), HOST)
        select.select([], [], [], every)


def _bulk(tun: Tun, pid: int) -> tuple[float, float]:
    """Bits a second of one TCP connection, and the share of a processor that ``pid`` took."""
    with tun.socket("host") as listening, tun.socket("terminal") as near:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(HOST)
        listening.listen()
        near.connect(HOST)
        far, _ = listening.accept()
        with far, _running(_pour, near):
            before, busy, size = time.perf_counter(), _busy(pid), 0
            while time.perf_counter() - before < BULK:
                size += len(far.recv(1 << 20))
            took = time.perf_counter() - before
            return size * 8 / took, (_busy(pid) - busy) / took


def _pour(near: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            near.sendall(bytes(1 << 16))


def _busy(pid: int) -> float:
    """Seconds of processor time so far (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def links(show: Show, spread: Spread) -> None:
    """All figures, each beside what it should be or what nobody can beat."""
    why = probe()
    if why:
        show("links of real packets", f"none here: {why}")
        return
    with Tun(bare=True) as tun:
        tuns = tun.tuns()
        with _running(_copy, tuns["terminal"], tuns["host"]) as pid:
            floor_trips = _round_trips(tun)
            floor_bulk, floor_busy = _bulk(tun, pid)
    with Tun(seed="1") as tun:
        tun.ask("shape", **PLAIN)
        show("round trip over tun", spread(_round_trips(tun)), f"floor: {spread(floor_trips)}")
        tun.ask("shape", delay=DELAY / 2)
        before, busy = time.perf_counter(), _busy(tun.pid)
        errors = [took - DELAY for took in _round_trips(tun)]
        share = (_busy(tun.pid) - busy) / (time.perf_counter() - before)
        show("  50 ms asked, beyond them", spread(errors), "wanted: p50 < 1 ms, p99 < 4 ms")
        show("  processor meanwhile", f"{share:.0%} at {2 / (DELAY + EVERY):.0f} packets/s")
        tun.ask("shape", **PLAIN)
        _rate(tun, show)
        _loss(tun, show)
        _quota(tun, show)
        tun.ask("restore")
        tun.ask("shape", **PLAIN)
        bulk, busy = _bulk(tun, tun.pid)
        show(
            "bulk TCP over tun, no shaping", f"{bulk / 1e6:.0f} Mbit/s, {busy:.0%} of a processor",
            f"floor: {floor_bulk / 1e6:.0f} Mbit/s, {floor_busy:.0%}",
        )  # fmt: skip


def _rate(tun: Tun, show: Show) -> None:
    tun.ask("shape", rate=RATE, queue=1 << 20)
    size, count = 1028, 200
    busy = _busy(tun.pid)
    seen = _datagrams(tun, count, size, 0.001)
    took = seen[-1] - seen[0]
    rate, share = (len(seen) - 1) * size * 8 / took, (_busy(tun.pid) - busy) / took
    show(
        "256 kbit/s asked, packets with their headers",
        f"{rate / 1e3:.2f} kbit/s, {share:.0%} of a processor",
        f"wanted: within 1 %; it is {rate / RATE - 1:+.2%}",
    )
    tun.ask("shape", **PLAIN)


def _loss(tun: Tun, show: Show) -> None:
    tun.ask("shape", loss=LOSS)
    count = 4000
    lost = 1 - len(_datagrams(tun, count, 128, 0.0003)) / count
    bound = 1.96 * math.sqrt(LOSS * (1 - LOSS) / count)
    show("5 % loss asked, of 4000", f"{lost:.2%}", f"wanted: 5 % +- {bound:.2%} (95 %)")
    tun.ask("shape", **PLAIN)


def _quota(tun: Tun, show: Show) -> None:
    tun.ask("set_data_left", bytes=QUOTA)
    size = 1028
    passed = len(_datagrams(tun, 130, size, 0.001)) * size
    show(
        "quota of 100 KiB asked", f"{passed} B of {QUOTA} B passed",
        f"wanted: none over, at most a packet ({size} B) under",
    )  # fmt: skip
