"""Registers' lines that spoil, echo, refuse, tear or hold what is said, in whole stories.

What nobody could read is no decline, no approval and no fault of the terminal's.
"""

import random
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from harness.errors import PortLost
from harness.model.verdict import Outcome
from harness.ports.base import Port
from harness.ports.memory import MemoryPort
from harness.tests.safety.tapped import BENDS, Bend, Tapped
from harness.tests.safety.whole_story import VIRTUAL, played_on

USUAL = next(line for line in VIRTUAL.splitlines() if line.startswith("terminal:"))
#: Register -> its line of the rig file, without its address.
REGISTERS = {
    "zvt_serial": "driver: zvt, framing: serial, personality: countertop, currency: CNY",
    "concert": "driver: concert",
    "frames": "driver: frames, profile: mispos_bcd, personality: countertop",
    "nexo_http": "driver: nexo, transport: http, personality: countertop, currency: CNY",
}
_NOISE = random.Random(4)
ENDINGS = {
    "pass": (Outcome.PASS,),
    "unseen": (Outcome.INCONCLUSIVE, Outcome.ERROR),
    "error": (Outcome.ERROR,),
}


def _flipped(chunk: bytes) -> bytes:
    octets = bytearray(chunk)
    if len(octets) > 2:
        octets[len(octets) // 2] ^= 0x01
    return bytes(octets)


def _noisy(chunk: bytes) -> list[tuple[float, bytes]]:
    return [(0.0, _NOISE.randbytes(5)), (0.3, chunk), (0.31, _NOISE.randbytes(5))]


def _in_chunks(octets: bytes) -> list[tuple[float, bytes]]:
    """RFC 9112, 7.1."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = octets.partition(b"\r\n\r\n")[2]
    first, rest = (b"%x\r\n%s\r\n" % (len(one), one) for one in (body[:9], body[9:]))
    return [(0.0, head + first), (0.3, rest + b"0\r\n\r\n")]


def _status(line: bytes) -> Bend:
    return lambda _: [(0.0, b"HTTP/1.1 " + line + b"\r\nContent-Length: 4\r\n\r\noops")]


def _straight(chunk: bytes) -> list[tuple[float, bytes]]:
    return [(0.0, chunk)]


class Echoing(Tapped):
    """Gives back what is said to the device besides, as a line of two wires does."""

    def _outwards(self, far: MemoryPort, inner: Port) -> None:
        try:
            while (chunk := far.read()) is not None:
                if self.clock.now() >= self._since:
                    far.write(chunk.data)
                inner.write(chunk.data)
        except PortLost:
            inner.close()


#: How the line is bent.
LINES: Mapping[str, Bend] = {
    "spoilt": lambda chunk: [(0.0, _flipped(chunk))],
    "refused too": lambda chunk: [(0.0, chunk + b"\x15" * 50)],
    "only refused": lambda _: [(0.0, b"\x15")],
    "noise between": _noisy,
    "in minutes": lambda chunk: [(n * 20.0, chunk[n : n + 1]) for n in range(len(chunk))],
    "500": _status(b"500 Internal Server Error"),
    "in chunks": _in_chunks,
    "never": BENDS["never"],
}
#: Register, how its line is bent, since when, and how a story may end then.
STORIES = [
    ("zvt_serial", "spoilt", 14.4, "unseen"),
    ("zvt_serial", "refused too", 14.4, "pass"),
    ("zvt_serial", "only refused", 14.4, "unseen"),
    ("zvt_serial", "noise between", 14.4, "pass"),
    ("zvt_serial", "in minutes", 14.4, "unseen"),
    ("zvt_serial", "echo", 14.4, "pass"),
    ("concert", "spoilt", 14.4, "error"),
    ("concert", "refused too", 14.4, "error"),
    ("concert", "in minutes", 14.4, "error"),
    ("concert", "echo", 0.0, "error"),
    ("concert", "never", 0.0, "error"),
    ("frames", "spoilt", 14.4, "error"),
    ("frames", "in minutes", 14.4, "error"),
    ("frames", "echo", 14.4, "pass"),
    ("nexo_http", "500", 0.0, "unseen"),
    ("nexo_http", "500", 14.4, "unseen"),
    ("nexo_http", "in chunks", 14.4, "pass"),
]


@pytest.mark.parametrize(("register", "how", "since", "ends"), STORIES)
def test_a_line_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    register: str, how: str, since: float, ends: str,
) -> None:  # fmt: skip
    """What repeats put right passes; the rest is an ERROR, or is told as not seen; never a FAIL."""
    kind, bend = (Echoing, _straight) if how == "echo" else (Tapped, LINES[how])
    make = partial(kind, device=f"terminal/{register}", bend=bend, since=since)
    line = f'terminal: {{{REGISTERS[register]}, address: "sim://terminal/{register}"}}'

    played, bench = played_on(make, tmp_path, monkeypatch, rig=VIRTUAL.replace(USUAL, line))

    assert played.verdict.outcome in ENDINGS[ends], played.verdict.reason
    assert bench.rail.volts() < 0.5
    assert [row["reason"] for row in played.trace.of("run_ended")]
    for row in played.trace.of("bench_error"):
        assert row["role"] == "terminal"
        assert "?" in row["message"]  # what to look at
