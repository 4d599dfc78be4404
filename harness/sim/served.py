"""A simulated bench in a process of its own, on real ptys and TCP ports.

Run as a program it reads one JSON object from standard input::

    {"plan": {...}, "seed": 1, "defects": [], "serve": ["sim+visa://supply", "sim+pty://modem"]}

prints one line, the real address of each (``{"sim+pty://modem": "/dev/pts/7", ...}``), and runs
until standard input is closed: it does not outlive who started it. It ignores SIGINT, which a
terminal sends to the whole group: whoever started it must be able to leave it safe first.
"""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Self

from harness.clock import CooperativeClock
from harness.errors import BenchError
from harness.links import certificates
from harness.ports.served import serve_pty, serve_tcp
from harness.sim.bench import Bench
from harness.sim.bench_plan import public

#: How long a bench may take to start, s.
START = 180.0


def serve(
    clock: CooperativeClock, bench: Bench, addresses: Sequence[str], listen: Mapping[str, str]
) -> dict[str, str]:
    """Serve outlets; returns address -> real address. What is to listen is served, asked or not.

    Args:
        clock: Keeps pace with the wall.
        bench: The devices.
        addresses: ``sim+pty://name``, ``sim+tcp://name``, ``sim+visa://name``.
        listen: outlet -> ``host:port`` where a fixed TCP address is wanted.
    """
    real: dict[str, str] = {}
    asked = {address.partition("://")[2] for address in addresses}
    unasked = [f"sim+tcp://{name}" for name in listen if name not in asked]
    for address in (*addresses, *unasked):
        scheme, _, name = address.partition("://")
        accept = bench.outlet(name)
        if scheme == "sim+pty":
            real[address] = serve_pty(clock, accept, name)
            continue
        wanted = listen.get(name, "127.0.0.1:0")
        if why := public(wanted):
            raise BenchError(f"{name}: {why}")
        host, _, port = wanted.rpartition(":")
        bound = serve_tcp(clock, accept, host=host, port=int(port))
        plain = f"{bound[0]}:{bound[1]}"
        real[address] = f"TCPIP0::{bound[0]}::{bound[1]}::SOCKET" if scheme == "sim+visa" else plain
    return real


def main() -> None:
    """Serve what standard input asks for until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order: dict[str, Any] = json.loads(sys.stdin.readline())
    clock = CooperativeClock(wall=True)

    def live() -> None:
        bench = Bench(
            clock, order["plan"], seed=order["seed"], defects=tuple(order.get("defects", ()))
        )
        if order["plan"].get("terminal"):
            certificates.prepare()
        real = serve(clock, bench, order["serve"], order["plan"].get("listen", {}))
        sys.stdout.write(json.dumps(real) + "\n")
        sys.stdout.flush()
        over = clock.signal("the end of standard input")
        closed: list[bool] = []

        def at_end() -> None:
            if not os.read(0, 4096):
                clock.unlisten(0)
                closed.append(True)
                over.notify()

        clock.listen(0, at_end)
        over.wait_for(lambda: bool(closed))
        bench.close()

    clock.run(live)


class ServedBench:
    """A bench process and the real addresses of its devices."""

    def __init__(
        self,
        plan: Mapping[str, Any],
        addresses: Sequence[str],
        *,
        seed: int,
        defects: Sequence[str] = (),
    ) -> None:
        self._order = {
            "plan": dict(plan), "seed": seed, "defects": list(defects), "serve": list(addresses),
        }  # fmt: skip
        self._started: subprocess.Popen[str] | None = None
        self.addresses: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._started = started = subprocess.Popen(
            [sys.executable, "-m", "harness.sim.served"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        assert started.stdin is not None  # noqa: S101 - piped above
        assert started.stdout is not None  # noqa: S101
        started.stdin.write(json.dumps(self._order) + "\n")
        started.stdin.flush()
        told, _, _ = select.select([started.stdout], [], [], START)
        line = started.stdout.readline() if told else ""
        if not line:
            started.kill()
            _, said = started.communicate()
            last = (said.strip().splitlines() or [f"no word within {START:g} s"])[-1]
            raise BenchError(f"the simulated bench did not start: {last}")
        self.addresses = json.loads(line)
        return self

    def __exit__(self, *_: object) -> None:
        started = self._started
        if started is None:
            return
        try:
            started.communicate(timeout=5)  # closes its standard input
        except subprocess.TimeoutExpired:
            started.kill()
            started.communicate()


if __name__ == "__main__":
    main()
