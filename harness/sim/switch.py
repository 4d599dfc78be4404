"""Switches in the terminal's feed, at the level of their bytes: a relay board, a pulse switch.

The relay board is of the LCUS kind (``_lcus.py``); its relays take their time, and their contacts
bounce. The pulse switch is a microcontroller with a MOSFET in the line and one across the
terminal's side; its line protocol is told in ``drivers/pulse_switch.py``. Without power, and after
a reset, both leave the line open, unless the relay's normally closed contact is used.

Source: a relay's times are of the class of the Songle SRD-05VDC's data sheet (operate 10 ms,
release 5 ms at most).
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from harness.clock import Clock, Timer
from harness.errors import PortLost
from harness.ports.base import Port
from harness.ports.lines import nothing, serve_lines
from harness.sim._lcus import LcusBoard
from harness.sim.feed import Feed

STEP = re.compile(r"([oc]?)(\d{1,9})us")


class RelayBoard:
    """An LCUS board; one of its relays is in the feed.

    Attributes:
        outlets: ``relay``: the board's serial line.
        operations: How often the contact in the feed has moved: a relay's life is counted so.
    """

    def __init__(
        self, clock: Clock, personality: Mapping[str, Any], feed: Feed, *, rng: random.Random
    ) -> None:
        self._clock, self._own, self._feed, self._rng = clock, personality, feed, rng
        relays, tells = int(personality["relays"]), bool(personality["tells"])
        self._board = LcusBoard(clock, relays, self._switch, tells=tells)
        self._moves: list[Timer] = []
        self._placed = False
        self.operations = 0
        self.outlets: dict[str, Callable[[Port], None]] = {"relay": self._accept}

    def _accept(self, port: Port) -> None:
        if not self._placed:  # who never connects has no contact in the line
            self._placed = True
            self._set(self._board.on[self._own["channel"]])
        self._board.accept(port)

    def _switch(self, channel: int, on: bool) -> None:
        if channel != self._own["channel"]:
            return
        for move in self._moves:
            move.cancel()
        self.operations += 1
        when = float(self._own["operate" if on else "release"])
        closes = on == (self._own["contact"] == "no")
        states = [on, *[not on, on] * (self._rng.randint(1, self._own["bounces"]) if closes else 0)]
        times = sorted(self._rng.uniform(0, self._own["bounce"]) for _ in states[1:])
        self._moves = [
            self._clock.call_at(self._clock.now() + when + later, partial(self._set, one))
            for one, later in zip(states, [0.0, *times], strict=True)
        ]  # fmt: skip

    def _set(self, on: bool) -> None:
        self._feed.put_contact("relay", closed=on == (self._own["contact"] == "no"))


class PulseSwitch:
    """A microcontroller that times its own openings.

    Attributes:
        outlets: ``line``: its serial line.
    """

    def __init__(
        self, clock: Clock, personality: Mapping[str, Any], feed: Feed, *, rng: random.Random
    ) -> None:
        self._clock, self._own, self._feed = clock, personality, feed
        self._ppm = rng.uniform(-1, 1) * float(personality["crystal_ppm"])
        self._state, self._placed = "OPEN", False
        self._port: Port | None = None
        self._playing: list[Timer] = []
        self._words: dict[str, Callable[[list[str]], str]] = {
            "ID?": self._identity, "STATE?": self._tell_state, "CLOSE": self._close,
            "OPEN": self._open, "SHORT": self._short, "PULSE": self._pulse,
        }  # fmt: skip
        self.outlets: dict[str, Callable[[Port], None]] = {"line": self._accept}

    def _accept(self, port: Port) -> None:
        if not self._placed:
            self._placed = True
            self._go("OPEN")
        self._port = port
        serve_lines(self._clock, "pulse switch", port, self._answer, gone=nothing)

    def _answer(self, line: str) -> bytes:
        self._clock.sleep(float(self._own["processing"]))
        word, *rest = line.strip().upper().split()
        act = self._words.get(word)
        said = act(rest) if act else "ERR 1 unknown word"
        return f"{said}\r\n".encode()

    def _identity(self, rest: list[str]) -> str:
        own = self._own
        return (
            f"PULSE-SWITCH {own['version']} {own['serial']} steps={own['steps']} "
            f"min={own['shortest_us']}us short={int(own['shorts'])}"
        )

    def _tell_state(self, rest: list[str]) -> str:
        return "PULSING" if self._playing else self._state

    def _close(self, rest: list[str]) -> str:
        if self._state == "SHORT":
            return "ERR 3 the load is shorted"
        self._halt()
        self._go("CLOSED")
        return "OK CLOSED"

    def _open(self, rest: list[str]) -> str:
        self._halt()
        self._go("OPEN")
        return "OK OPEN"

    def _short(self, rest: list[str]) -> str:
        if not self._own["shorts"]:
            return "ERR 5 no short"
        if rest not in (["ON"], ["OFF"]):
            return "ERR 2 bad argument"
        if self._playing or self._state == "CLOSED":
            return "ERR 3 the line is closed"
        self._go("SHORT" if rest == ["ON"] else "OPEN")
        return f"OK {self._state}"

    def _pulse(self, rest: list[str]) -> str:
        found = [STEP.fullmatch(step.lower()) for step in rest]
        if not found or not all(found):
            return "ERR 2 bad argument"
        steps = [(step[1] == "c", int(step[2])) for step in found if step]
        if len(steps) > self._own["steps"]:
            return "ERR 4 too many steps"
        if min(time for _, time in steps) < self._own["shortest_us"]:
            return "ERR 2 too short"
        if self._playing or self._state != "CLOSED":
            return "ERR 3 the line is not closed"
        self._play(steps)
        return f"OK {len(steps)}"

    def _play(self, steps: Sequence[tuple[bool, int]]) -> None:
        when = self._clock.now()
        for closed, time in steps:
            self._at(when, partial(self._feed.put_contact, "pulse", closed=closed))
            when += time * 1e-6 * (1 + self._ppm * 1e-6)
        self._at(when, lambda: self._played(steps))

    def _played(self, steps: Sequence[tuple[bool, int]]) -> None:
        self._playing.clear()
        self._go("CLOSED")
        # It counts the same crystal's ticks that it times by; what it finds late is its interrupt.
        late = int(self._own["interrupt_us"])
        told = " ".join(f"{'c' if closed else 'o'}{time + late}us" for closed, time in steps)
        if self._port is not None:
            try:
                self._port.write(f"DONE {told}\r\n".encode())
            except PortLost:
                self._port = None

    def _at(self, when: float, act: Callable[[], None]) -> None:
        self._playing.append(self._clock.call_at(when, act))

    def _halt(self) -> None:
        for timer in self._playing:
            timer.cancel()
        self._playing.clear()

    def _go(self, state: str) -> None:
        self._state = state
        self._feed.put_short("pulse", on=state == "SHORT")
        self._feed.put_contact("pulse", closed=state == "CLOSED")
