"""An update store in a process of its own, met over real sockets by the standard library's client.

``python harness/tests/store_stream.py 1024`` streams an image of so many MiB, resumed at random
offsets, over HTTP and over HTTPS, and prints how much memory the store's process had at most.
"""

import hashlib
import http.client
import json
import random
import socket
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from harness.clock import ThreadClock
from harness.sim.served import ServedBench

MIB = 1 << 20
PATIENCE = 60.0  # s
PIECE = 1 << 18
RESUMED = 20  # times
SERVED = ("sim+tcp://updates", "sim+tcp://updates/http", "sim+tcp://updates/https")
NAME = "updates.hil.test"


class Store:
    """What a client knows of it.

    Attributes:
        plain: ``host:port`` of its HTTP.
        secure: ``host:port`` of its HTTPS.
        trusted: PEM of who signed its certificate.
        file: What it serves, where it is small enough to be held.
    """

    file: bytes

    def __init__(self, control: str, plain: str, secure: str) -> None:
        self.plain, self.secure = plain, secure
        self._control = socket.create_connection(split(control), PATIENCE)
        self._lines = self._control.makefile("r")
        self.trusted = str(self.ask("authority")["pem"])

    def ask(self, word: str, **fields: Any) -> dict[str, Any]:
        """An answer of its control connection."""
        self._control.sendall(json.dumps({"do": word, **fields}).encode() + b"\n")
        while True:
            said: dict[str, Any] = json.loads(self._lines.readline())
            if "event" not in said:
                return said

    def close(self) -> None:
        """Let go of it."""
        self._lines.close()
        self._control.close()

    def connect(self, *, secure: bool) -> http.client.HTTPConnection:
        """A connection; a secure one is verified in full."""
        if not secure:
            return http.client.HTTPConnection(*split(self.plain), timeout=PATIENCE)
        context = ssl.create_default_context(cadata=self.trusted)
        return http.client.HTTPSConnection(*split(self.secure), timeout=PATIENCE, context=context)


def split(address: str) -> tuple[str, int]:
    """Host and port."""
    host, _, port = address.rpartition(":")
    return host, int(port)


@contextmanager
def served_store() -> Iterator[tuple[Store, psutil.Process]]:
    """A store, and the process that it is alone in."""
    with ServedBench({"terminal": None}, SERVED, seed=1) as bench:
        started = bench._started
        assert started is not None
        store = Store(*(bench.addresses[address] for address in SERVED))
        try:
            yield store, psutil.Process(started.pid)
        finally:
            store.close()


def peak(process: psutil.Process) -> float:
    """The most memory it has had so far, MiB."""
    text = Path(f"/proc/{process.pid}/status").read_text()
    return int(text.partition("VmHWM:")[2].split()[0]) / 1024


def make_image(place: Path, size: int) -> str:
    """A file of so many bytes that are not all alike; its SHA-256."""
    sha, rng = hashlib.sha256(), random.Random(size)
    with place.open("wb") as file:
        while size > 0:
            piece = rng.randbytes(min(size, MIB))
            file.write(piece)
            sha.update(piece)
            size -= len(piece)
    return sha.hexdigest()


def fetch(store: Store, path: str, rng: random.Random, *, secure: bool, resumed: int) -> str:
    """Bring a file, hanging up at so many random offsets; SHA-256 of what came."""
    sha, at = hashlib.sha256(), 0
    size, etag = head_of(store, path, secure=secure)
    breaks = sorted(rng.randrange(1, size) for _ in range(resumed))
    for end in [*breaks, size]:
        connection = store.connect(secure=secure)
        connection.request("GET", path, headers={"Range": f"bytes={at}-", "If-Range": etag})
        answer = connection.getresponse()
        assert answer.status == 206
        assert answer.headers["Content-Range"] == f"bytes {at}-{size - 1}/{size}"
        while at < end:
            piece = answer.read(min(PIECE, end - at))
            assert piece
            sha.update(piece)
            at += len(piece)
        answer.close()
        connection.close()
    return sha.hexdigest()


def head_of(store: Store, path: str, *, secure: bool) -> tuple[int, str]:
    """Size and tag of a file."""
    connection = store.connect(secure=secure)
    connection.request("HEAD", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200
    return int(answer.headers["Content-Length"]), str(answer.headers["ETag"])


def main(sizes: list[int]) -> None:
    """Print a table: size, time and rate each way, peak of the store's memory."""
    clock = ThreadClock()
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, served_store() as (store, process):
            image = Path(folder, "image")
            good = make_image(image, size * MIB)
            before = peak(process)
            store.ask("rate", bits=None)
            assert "error" not in store.ask("shelve", image="big", file=str(image), version="2.0")
            assert "error" not in store.ask("offer", image="big")
            for secure in (False, True):
                began = clock.now()
                rng = random.Random(f"{size} {secure}")
                got = fetch(store, "/images/big", rng, secure=secure, resumed=RESUMED)
                took = clock.now() - began
                whole = "intact" if got == good else "SPOILT"
                how = "HTTPS" if secure else "HTTP"
                sys.stdout.write(
                    f"{size:>6} MiB over {how:<5} resumed {RESUMED} times: "
                    f"{whole}, {took:6.1f} s, {size / took:6.0f} MiB/s; store's peak "
                    f"{peak(process):6.1f} MiB (idle {before:.1f})\n"
                )
                sys.stdout.flush()


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [64, 1024])
