"""A card robot: three axes and a gripper between a rack of cards, the slot, the lane, the antenna.

It speaks as GRBL 1.1 or Marlin does, or words of its own; behind them is one machine. A line is
answered with ``ok`` when it was taken; moves are made one after another, at their speed, and what
a card touches on the way it touches then.

Source: GRBL 1.1 Interface; Marlin G-code index. The machine's measures are those that the driver
takes for granted (``harness/drivers/card_robot.py``).
"""

import re
from collections import deque
from collections.abc import Sequence

from harness.clock import Clock, Timer
from harness.errors import PortLost
from harness.ports.base import Port
from harness.sim.card import Card
from harness.sim.slot import Slot
from harness.wire import stripe_flux

PITCH, SLOT, LANE, AIR = 15.0, 200.0, 240.0, 280.0  # mm
REACH, DEPTH, FAR = 40.0, 60.0, 80.0
CLOSE = 2.0  # mm: nearer than this to a place is in it
RAPID, HOMING = 400.0, 2.0  # mm/s of G0; s for finding the ends
ENDS = {"x": 300.0, "y": 80.0, "z": 100.0}
STEP = 0.01  # s
WORD = re.compile(r"([A-Z])\s*(-?\d+(?:\.\d+)?)")


class CardRobot:
    """The robot at one slot.

    Attributes:
        outlets: ``grbl``, ``marlin`` and ``words``: its serial line, as its firmware speaks.
        at: Where it stands, mm.
        homed: Whether it knows.
    """

    def __init__(self, clock: Clock, slot: Slot, cards: Sequence[Card]) -> None:
        self._clock, self._slot = clock, slot
        self._rack = dict(enumerate(cards))
        self._held: tuple[int, Card] | None = None
        self._inside = self._lane = False
        self.at = {"x": 0.0, "y": 0.0, "z": 0.0}
        self.homed = False
        self._moves: deque[tuple[dict[str, float], float]] = deque()
        self._timer: Timer | None = None
        self._still = clock.signal("the robot stands still")
        self.outlets = {
            name: (lambda port, speak=speak: self._accept(port, speak))
            for name, speak in (
                ("grbl", self._grbl), ("marlin", self._marlin), ("words", self._words)
            )
        }  # fmt: skip

    def _accept(self, port: Port, speak: object) -> None:
        self._clock.spawn("card robot", lambda: self._listen(port, speak))

    def _listen(self, port: Port, speak: object) -> None:
        rest = b""
        try:
            if speak == self._grbl:
                port.write(b"\r\nGrbl 1.1h ['$' for help]\r\n")
            while (chunk := port.read()) is not None:
                rest += chunk.data
                while rest:
                    if rest[:1] == b"?" and speak == self._grbl:  # a real-time command
                        port.write(self._status().encode() + b"\r\n")
                        rest = rest[1:]
                        continue
                    line, newline, after = rest.partition(b"\n")
                    if not newline:
                        break
                    rest = after
                    said = speak(line.decode("ascii", "replace").strip())  # type: ignore[operator]
                    port.write("".join(f"{one}\r\n" for one in said).encode())
        except PortLost:
            pass  # it ends the moves that it has taken

    # --- how it speaks ------------------------------------------------------------------------

    def _status(self) -> str:
        place = ",".join(f"{self.at[axis]:.3f}" for axis in "xyz")
        state = "Run" if self._moves else "Idle" if self.homed else "Alarm"
        return f"<{state}|MPos:{place}|FS:0,0>"

    def _grbl(self, line: str) -> list[str]:
        if not line:
            return []
        if line == "$H":
            self._home()
            return ["ok"]
        if line == "$X":
            return ["[MSG:Caution: Unlocked]", "ok"]
        if not self.homed:
            return ["error:9"]  # G-code is locked out in an alarm
        wrong = self._take(line)
        return [{"limit": "error:15", "unknown": "error:20"}[wrong] if wrong else "ok"]

    def _marlin(self, line: str) -> list[str]:
        if line == "G28":
            self._home()
            return ["echo:busy: processing", "ok"]
        if line == "M400":
            self._still.wait_for(lambda: not self._moves)
            return ["ok"]
        if line == "M114":
            place = " ".join(f"{axis.upper()}:{self.at[axis]:.2f}" for axis in "xyz")
            return [f"{place} E:0.00 Count X:0 Y:0 Z:0", "ok"]
        wrong = self._take(line)
        if wrong == "unknown":
            return [f'echo:Unknown command: "{line}"', "ok"]
        return ["Error:endstops hit"] if wrong else ["ok"]

    def _words(self, line: str) -> list[str]:
        word, _, place = line.partition(" ")
        acts = {
            "PICK": lambda: self._pick(int(place)), "BACK": lambda: self._drop(int(place)),
            "IN": lambda: self._go(("x", SLOT), ("y", DEPTH)), "OUT": lambda: self._go(("y", 0.0)),
            "SWIPE": lambda: self._go(("x", LANE), ("y", DEPTH), ("y", 0.0)),
        }  # fmt: skip
        try:
            acts[word]()
        except (KeyError, ValueError):
            return ["ERR"]
        self._still.wait_for(lambda: not self._moves)
        return ["OK"]

    # --- what it does -------------------------------------------------------------------------

    def _home(self) -> None:
        self._still.wait_for(lambda: not self._moves)
        self._clock.sleep(HOMING)
        self.at, self.homed = dict.fromkeys("xyz", 0.0), True

    def _take(self, line: str) -> str:
        """A line of G-code; ``""``, or what is wrong with it."""
        words = [(letter, float(number)) for letter, number in WORD.findall(line.upper())]
        codes = {f"{letter}{number:g}" for letter, number in words if letter in "GM"}
        if not codes or codes - {"G0", "G1", "G21", "G90", "M3", "M5"}:
            return "unknown"
        to = {letter.lower(): number for letter, number in words if letter in "XYZ"}
        if any(not 0 <= place <= ENDS[axis] for axis, place in to.items()):
            return "limit"
        if to:
            speed = next((number / 60 for letter, number in words if letter == "F"), RAPID)
            self._queue(to, speed if "G1" in codes else RAPID)
        for code in codes & {"M3", "M5"}:
            self._still.wait_for(lambda: not self._moves)
            self._grip() if code == "M3" else self._let_go()
        return ""

    def _pick(self, place: int) -> None:
        self._go(("x", place * PITCH), ("y", REACH))
        self._still.wait_for(lambda: not self._moves)
        self._grip()
        self._go(("y", 0.0))

    def _drop(self, place: int) -> None:
        self._go(("x", place * PITCH), ("y", REACH))
        self._still.wait_for(lambda: not self._moves)
        self._let_go()
        self._go(("y", 0.0))

    def _go(self, *moves: tuple[str, float]) -> None:
        for axis, place in moves:
            self._queue({axis: place}, RAPID)

    def _queue(self, to: dict[str, float], speed: float) -> None:
        self._moves.append((to, max(speed, 1.0)))
        if self._timer is None:
            self._timer = self._clock.call_at(self._clock.now() + STEP, self._step)

    def _step(self) -> None:
        self._timer = None
        to, speed = self._moves[0]
        most = speed * STEP
        for axis, place in to.items():
            self.at[axis] += max(-most, min(most, place - self.at[axis]))
        self._touch(speed)
        if all(abs(self.at[axis] - place) < 1e-9 for axis, place in to.items()):
            self._moves.popleft()
        if self._moves:
            self._timer = self._clock.call_at(self._clock.now() + STEP, self._step)
        else:
            self._still.notify()

    def _grip(self) -> None:
        place = round(self.at["x"] / PITCH)
        there = abs(self.at["x"] - place * PITCH) < CLOSE and abs(self.at["y"] - REACH) < CLOSE
        if there and self._held is None and place in self._rack:
            self._held = place, self._rack.pop(place)

    def _let_go(self) -> None:
        if self._held is not None:
            place, card = self._held
            self._rack[place], self._held = card, None

    def _touch(self, speed: float) -> None:
        """What the card in the gripper touches where it is now."""
        if self._held is None:
            return
        card = self._held[1]
        inside = abs(self.at["x"] - SLOT) < CLOSE and self.at["y"] > DEPTH - CLOSE
        if inside != self._inside:
            self._inside = inside
            self._slot.insert(card) if inside else self._slot.remove()
        lane = abs(self.at["x"] - LANE) < CLOSE and self.at["y"] > DEPTH - CLOSE
        if lane and not self._lane:
            bits = card.stripe or "0" * 200
            self._slot.pass_flux(stripe_flux.flux_of(bits, speed=speed / 10))
        self._lane = lane
        near = 1 - self.at["z"] / FAR if abs(self.at["x"] - AIR) < CLOSE else 0.0
        if near > 0:
            self._slot.antenna.bring(card, min(1.0, near))
        else:
            self._slot.antenna.take(card.name)
