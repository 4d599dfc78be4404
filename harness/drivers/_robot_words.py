"""Robots with a command set of their own: a line for each act, and a word when it is over.

What the lines are is in the rig file, e.g. ``words: {take: "PICK {place}", insert: INS, remove:
OUT}``; the answer that an act is over is ``done``, and anything else is a refusal.
"""

from collections.abc import Mapping

from harness.drivers._gcode import halted
from harness.drivers._heard import drain, heard
from harness.errors import DeviceRefused, PortTimeout
from harness.ports.base import Port

ACTS = ("take", "return", "insert", "remove", "swipe", "tap")
DONE_WITHIN = 30.0  # s
LATE = 5.0  # s after an act that failed for which an answer to it may still come
LONGEST = 200


class Words:
    """Says one line for each act."""

    def __init__(self, port: Port, words: Mapping[str, str], done: str) -> None:
        unknown = [act for act in words if act not in ACTS]
        if unknown or "insert" not in words or "remove" not in words:
            wanted = "insert and remove, and may have take, return, swipe, tap"
            raise ValueError(f"words: has {', '.join(words) or 'nothing'}; wanted {wanted}")
        self._port, self._words, self._done = port, dict(words), done
        self._failed = False  # the last act: what it still says may come late

    def act(self, name: str, place: int | None) -> float:
        """One act to its end; when it was over. What needs no line of its own is over at once."""
        if name not in self._words:
            if name in ("take", "return"):
                return self._port.clock.now()
            raise DeviceRefused(f"this robot has no word for {name}")
        line = self._words[name].format(place=place, card=place)
        drain(self._port, LATE if self._failed else 0.0)
        self._failed = True
        self._port.write(line.encode() + b"\r\n")
        said = b""
        for chunk in heard(self._port, self._port.clock.now() + DONE_WITHIN):
            said = (said + chunk.data)[-LONGEST:]
            if b"\n" in said:
                word = said.partition(b"\n")[0].decode("ascii", "replace").strip()
                if word == self._done:
                    self._failed = False
                    return chunk.t
                where = self._port.address
                raise halted(f"{where}: the robot answers {word[:60]!r} to {line!r}")
        raise PortTimeout(f"{self._port.address}: the robot did not end {line!r}")
