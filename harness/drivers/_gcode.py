"""Motion controllers that speak G-code over a serial line: what each firmware says and wants.

Source: GRBL 1.1 Interface (``ok`` when a line was taken, ``error:<n>``, ``ALARM:<n>``, ``?`` for
``<Idle|MPos:0.000,0.000,0.000|...>``, ``$H``, ``$X``; CSV tables of codes); Marlin G-code index
(``ok``, ``Error:...``, ``echo:busy: processing``, ``M400`` ends when all moves have, ``M114``).
Quirk of both: ``ok`` means that a move was taken, not that it was made.
"""

import re
from dataclasses import dataclass

from harness.drivers._heard import drain, heard
from harness.errors import DeviceRefused, Garbled, PortTimeout
from harness.model.words import nearest
from harness.ports.base import Port

ANSWER_WITHIN, MOVES_WITHIN, LOOK_EVERY = 2.0, 30.0, 0.05  # s
LATE = 5.0  # s after a line that failed for which an answer to it may still come
NEAREST = 0.05  # mm
LONGEST = 500  # characters of a line
#: GRBL's codes that a bench meets (alarm_codes_en_US.csv, error_codes_en_US.csv).
MEANS = {
    "ALARM:1": " (a limit switch was hit)", "ALARM:2": " (beyond its travel)",
    "ALARM:8": " (homing: the switch did not open)", "ALARM:9": " (homing: no switch was found)",
    "error:8": " (not idle)", "error:9": " (locked, not homed)", "error:15": " (beyond its travel)",
}  # fmt: skip
HALTED = (
    "Is a card or a hand in its way? Clear it, and take the card out by hand; it homes before its "
    "next move, in the next run"
)


def halted(text: str) -> DeviceRefused:
    """A robot that stands somewhere: what to look at comes with it."""
    error = DeviceRefused(text)
    error.next_move = HALTED
    return error


@dataclass(frozen=True, slots=True)
class Flavour:
    """One firmware.

    Attributes:
        home: Finds the ends of the axes.
        finish: Its ``ok`` comes when all moves are over; empty where ``report`` must tell.
        report: Asks where it is.
        position: Matches the answer, with groups ``x``, ``y``, ``z``.
        idle: Matches an answer of one that stands still.
        refused: Matches a refusal; group 1 says why.
        busy: Matches what is no answer: it lives and works.
        grip: Closes the gripper.
        release: Opens it.
    """

    home: str
    finish: str
    report: str
    position: re.Pattern[str]
    idle: re.Pattern[str]
    refused: re.Pattern[str]
    busy: re.Pattern[str]
    grip: str = "M3 S1000"
    release: str = "M5"


_N = r"(-?\d+(?:\.\d+)?)"
#: Marlin may say how much room its buffers have: ``ok P15 B3`` (ADVANCED_OK).
OK = re.compile(r"ok(?: |$)")
#: GRBL 1.1, status report: work coordinates are machine coordinates less this; told now and then.
SHIFT = re.compile(rf"\bWCO:{_N},{_N},{_N}")
FLAVOURS = {
    "grbl": Flavour(
        "$H", "", "?",
        re.compile(rf"<\w+(?::\d)?\|[MW]Pos:(?P<x>{_N}),(?P<y>{_N}),(?P<z>{_N})"),
        re.compile(r"<Idle\b"), re.compile(r"((?:error|ALARM):\s*\d+)"),
        re.compile(r"(?:\[|Grbl|<(?:Run|Home))"),
    ),
    "marlin": Flavour(
        "G28", "M400", "M114",
        re.compile(rf"X:\s*(?P<x>{_N})\s+Y:\s*(?P<y>{_N})\s+Z:\s*(?P<z>{_N})"),
        re.compile(r"X:"), re.compile(r"(?:Error|echo):\s*(?!busy)(.*)"),
        re.compile(r"echo:\s*busy|start$|T:|Cap:"), "M3 S255", "M5",
    ),
}  # fmt: skip


class Axes:
    """Moves axes and makes sure that they went."""

    def __init__(self, port: Port, flavour: Flavour) -> None:
        self._port, self._flavour = port, flavour
        self._said = b""
        self._failed = False  # the last line: what is said to it may still come
        self._shift: dict[str, float] = {}

    def tell(self, line: str, within: float = ANSWER_WITHIN) -> None:
        """A line and its ``ok``; raises DeviceRefused, PortTimeout, Garbled."""
        self._said = b""
        drain(self._port, LATE if self._failed else 0.0)
        self._failed = True
        self._port.write(line.encode() + b"\n")
        until = self._port.clock.now() + within
        last = self._port.clock.now() + MOVES_WITHIN
        while not OK.match(said := self._line(until)):
            self._refuse(line, said)
            if self._flavour.busy.match(said):  # it is alive: a long move is no silence
                until = min(max(until, self._port.clock.now() + ANSWER_WITHIN), last)
            if self._port.clock.now() >= last:
                raise PortTimeout(f"{self._port.address}: the robot is busy for ever with {line!r}")
        self._failed = False

    def home(self) -> None:
        """Find the ends; absolute millimetres from then on."""
        self.tell(self._flavour.home, MOVES_WITHIN)
        for line in ("G21", "G90"):
            self.tell(line)

    def go(self, speed: float | None = None, **to: float) -> float:
        """Move in a straight line, to the end; when it was there. ``speed`` in mm/s."""
        axes = " ".join(f"{axis.upper()}{place:.3f}" for axis, place in to.items())
        self.tell(f"G0 {axes}" if speed is None else f"G1 {axes} F{speed * 60:.0f}")
        if self._flavour.finish:
            self.tell(self._flavour.finish, MOVES_WITHIN)
        self._settle(to)
        return self._port.clock.now()

    def _settle(self, wanted: dict[str, float]) -> None:
        until = self._port.clock.now() + MOVES_WITHIN
        while True:
            idle, seen = self._report()
            known = {axis: place for axis, place in wanted.items() if axis in seen}
            if idle and all(abs(seen[axis] - place) <= NEAREST for axis, place in known.items()):
                return
            if idle or self._port.clock.now() >= until:
                raise halted(
                    f"{self._port.address}: the robot was sent to {wanted}, stands at {seen}"
                )
            for _ in heard(self._port, self._port.clock.now() + LOOK_EVERY):
                pass

    def _report(self) -> tuple[bool, dict[str, float]]:
        """(whether it stands still, where it is)."""
        self._said = b""
        drain(self._port)
        report = self._flavour.report
        self._port.write(report.encode() + (b"\n" if len(report) > 1 else b""))
        until = self._port.clock.now() + ANSWER_WITHIN
        while True:
            line = self._line(until)
            found = self._flavour.position.search(line)
            if found:
                place = self._where(line, {axis: float(found[axis]) for axis in "xyz"})
                if self._flavour.finish:
                    self._await_ok(until)
                return bool(self._flavour.idle.match(line)), place
            self._refuse(report, line)

    def _where(self, line: str, place: dict[str, float]) -> dict[str, float]:
        """In the coordinates that moves are told in, which GRBL may report a shift of."""
        if shift := SHIFT.search(line):
            self._shift = dict(zip("xyz", map(float, shift.groups()), strict=True))
        if "MPos:" not in line:
            return place
        return {axis: at - self._shift.get(axis, 0.0) for axis, at in place.items()}

    def _await_ok(self, until: float) -> None:
        while not OK.match(line := self._line(until)):
            self._refuse(self._flavour.report, line)

    def _refuse(self, asked: str, said: str) -> None:
        found = None if self._flavour.busy.match(said) else self._flavour.refused.match(said)
        if found:
            seen = found[1].strip()[:80]
            why = MEANS.get(seen.replace(" ", ""), "")
            raise halted(f"{self._port.address}: the robot refuses {asked!r}: {seen}{why}")

    def _line(self, until: float) -> str:
        while True:
            line, newline, rest = self._said.partition(b"\n")
            if newline:
                self._said = rest
                if line.strip():
                    return line.decode("ascii", "replace").strip()
                continue
            if len(self._said) > LONGEST:
                raise Garbled(f"{self._port.address}: the robot's line has no end")
            self._said += self._more(until)

    def _more(self, until: float) -> bytes:
        chunk = self._port.read(until)
        if chunk is None:
            raise PortTimeout(f"{self._port.address}: the robot does not answer")
        return chunk.data


def flavour_of(name: str) -> Flavour:
    """A firmware by name; raises ValueError."""
    known = (*FLAVOURS, "words")  # the last has no G-code: card_robot's own
    if name not in FLAVOURS:
        raise ValueError(
            f"no flavour {name!r}; wanted one of: {', '.join(known)}{nearest(name, known)}"
        )
    return FLAVOURS[name]
