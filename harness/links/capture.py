"""What passes over a link of real packets, kept in a pcapng file: seen at both of its ends.

A packet is written where it is taken (with what becomes of it) and where it is given, if it is.
What the link did meanwhile is a comment of the packet that follows. Card numbers are made
unreadable before anything is written; a packet waits a while for the next one of its conversation,
because a number may be cut in two. Checksums are left as they were.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from harness.clock import Clock
from harness.errors import BenchError
from harness.links.engine import Engine
from harness.links.link import Decision, Link
from harness.links.packet import TCP, key_of, payload_at
from harness.links.pcapng import PcapNg
from harness.links.scrub import scrub, scrub_seam
from harness.version import VERSION

ENDS = ("terminal", "host")
HOLD = 2.0  # s a packet waits for the next one
MOST = 4000  # packets that wait
SCRUBBED = "a card number in it was made unreadable"


@dataclass(slots=True)
class _Held:
    """A packet that waits to be written."""

    end: str
    t: float
    packet: bytearray
    comments: list[str]


class Capture:
    """Listens to an engine while a file is open; called with a path to begin, None to end.

    Args:
        clock: The engine's.
        engine: Whose packets.
        link: Whose decisions and events.
    """

    def __init__(self, clock: Clock, engine: Engine, link: Link) -> None:
        self._clock, self._engine, self._link = clock, engine, link
        self._out: BinaryIO | None = None
        self._file: PcapNg | None = None
        self._held: deque[_Held] = deque()
        self._last: dict[tuple[Any, ...], _Held] = {}
        self._said: list[str] = []
        self._epoch = 0.0

    def __call__(self, path: str | None) -> None:
        """Begin a new file, or end the one that is open; raises BenchError."""
        self._close()
        if path is None:
            return
        try:
            self._out = Path(path).open("wb")  # noqa: SIM115 - closed when the capture ends
        except OSError as error:
            raise BenchError(f"{path} cannot be written ({error.strerror})") from error
        self._epoch = datetime.now(tz=UTC).timestamp() - self._clock.now()
        self._file = PcapNg(
            self._out, ENDS, application=f"terminal-harness {VERSION}",
            comment="Both ends of the link. Card numbers are made unreadable.",
        )  # fmt: skip
        self._engine.taps.append(self._see)
        self._link.decided.append(self._decided)
        self._link.watchers.append(self._event)

    def _close(self) -> None:
        out, self._out = self._out, None
        if out is None or self._file is None:
            return
        self._engine.taps.remove(self._see)
        self._link.decided.remove(self._decided)
        self._link.watchers.remove(self._event)
        self._write_until(float("inf"))
        if self._said:
            self._file.remark(0, self._epoch + self._clock.now(), self._said)
        self._said, self._last = [], {}
        out.close()

    def _decided(self, decision: Decision) -> None:
        """Said of the packet that is being sent."""
        if decision.why:
            self._engine.remark = f"dropped: {decision.why}"
        elif decision.release is not None:
            self._engine.remark = f"arrives in {(decision.release - decision.t) * 1e3:.1f} ms"

    def _event(self, event: Mapping[str, Any]) -> None:
        if event["event"] != "dropped":
            said = ", ".join(f"{name} {value}" for name, value in event.items() if name != "event")
            self._said.append(f"{self._clock.now():.3f} s: {event['event']}: {said}")

    def _see(self, end: str, packet: bytes, remark: str) -> None:
        now = self._clock.now()
        held = _Held(end, now, bytearray(packet), [*self._said, *[remark] * bool(remark)])
        self._said = []
        self._hide(held)
        self._held.append(held)
        self._write_until(now - HOLD)

    def _hide(self, held: _Held) -> None:
        packet = held.packet
        at = payload_at(bytes(packet))
        if at >= len(packet):
            return
        payload = packet[at:]
        found = scrub(payload)
        key = (held.end, held.packet[12:16].hex(), *key_of(bytes(packet), up=True))
        before = self._last.get(key)
        if packet[9] == TCP and before is not None:
            earlier = before.packet[payload_at(bytes(before.packet)) :]
            if scrub_seam(earlier, payload):
                before.packet[-len(earlier) :] = earlier
                before.comments.append(SCRUBBED)
                found = True
        packet[at:] = payload
        self._last[key] = held
        if found:
            held.comments.append(SCRUBBED)

    def _write_until(self, t: float) -> None:
        assert self._file is not None  # noqa: S101 - open
        while self._held and (self._held[0].t <= t or len(self._held) > MOST):
            one = self._held.popleft()
            where = ENDS.index(one.end)
            self._file.write(where, self._epoch + one.t, bytes(one.packet), one.comments)
