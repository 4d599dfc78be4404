"""A Korad KA3005P at the level of its bytes: no terminators, and deaf for a while after each.

Source: sigrok's wiki (Korad KAxxxxP series) and its driver's notes. A message is over when the line
is quiet; what it does not know, and what comes too soon, is dropped without a word; a line end is
taken for nothing. ``OVP1`` and ``OCP1`` trip at the set values; a trip is an output that is off.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from harness.clock import Clock
from harness.errors import PortLost
from harness.ports.base import Port
from harness.sim.supplies._one_output import OneOutput

LONGEST = 32  # bytes of a message (assumed)
SET = re.compile(r"(VSET|ISET)1:(\d{0,2}(?:\.\d{0,3})?)")
SWITCH = re.compile(r"(OUT|OVP|OCP|BEEP|LOCK)([01])")
MEMORY = re.compile(r"(SAV|RCL)([1-5])")


class Instrument(OneOutput):
    """The instrument. ``outlets["scpi"]`` takes a new connection to its serial line."""

    def __init__(self, clock: Clock, personality: Mapping[str, Any], **wiring: Any) -> None:
        """Make one, with its output off; ``wiring`` is ``OneOutput``'s."""
        super().__init__(clock, personality, **wiring)
        self._flags = {"OVP": False, "OCP": False, "BEEP": bool(personality["beeps"]), "LOCK": True}
        self._memory: dict[str, tuple[float, float]] = {}
        self._busy_until = float("-inf")
        self._asked: dict[str, Callable[[], str]] = {
            "*IDN?": lambda: str(personality["identity"]),
            "STATUS?": self._status,
            "VSET1?": lambda: f"{self.channel.set.volts:05.2f}",
            "ISET1?": lambda: f"{self.channel.set.amps:05.3f}{personality['stray']}",
            "VOUT1?": lambda: f"{self._measured('volts'):05.2f}",
            "IOUT1?": lambda: f"{self._measured('amps'):05.3f}",
        }

    # --- messages ---------------------------------------------------------------------------

    def _listen(self, port: Port) -> None:
        heard = b""
        try:
            while True:
                until = self._clock.now() + self.personality["idle"] if heard else None
                chunk = port.read(until)
                if chunk is not None:
                    heard = (heard + chunk.data)[:LONGEST]
                    continue
                self._hear(heard.decode("latin-1").strip(), port)
                heard = b""
        except PortLost:
            port.close()

    def _hear(self, message: str, port: Port) -> None:
        if self._clock.now() < self._busy_until:
            return
        busy, known = self.personality["busy"], self._asked.get(message)
        kind = "set" if known is None else "status" if message == "STATUS?" else "ask"
        if known is None:
            self._set(message)
        else:
            self._clock.sleep(self.personality["processing"])
            port.write(known().encode("latin-1"))
        self._busy_until = self._clock.now() + busy[kind]

    def _set(self, message: str) -> None:
        if found := SET.fullmatch(message):
            self._set_level(found[1], float(found[2] or "0") if found[2] != "." else 0.0)
        elif found := SWITCH.fullmatch(message):
            self._switch(found[1], on=found[2] == "1")
        elif found := MEMORY.fullmatch(message):
            self._remember(*found.groups())

    def _set_level(self, which: str, value: float) -> None:
        own = self.channel
        if which == "VSET" and value <= own.max_volts:
            own.set_level(volts=round(value, 2))
        elif which == "ISET" and value <= own.max_amps:
            own.set_level(amps=round(value, 3))

    def _switch(self, which: str, *, on: bool) -> None:
        if which == "OUT":
            if on:
                self.channel.clear_trip()
            self.channel.switch(on=on)
            return
        self._flags[which] = on
        self.channel.set.over_amps_on = self._flags["OCP"]
        self.channel.drive()

    def _remember(self, act: str, place: str) -> None:
        own = self.channel
        if act == "SAV":
            self._memory[place] = (own.set.volts, own.set.amps)
        elif place in self._memory:
            volts, amps = self._memory[place]
            own.switch(on=False)
            own.set_level(volts=volts, amps=amps)

    # --- answers ----------------------------------------------------------------------------

    def _status(self) -> str:
        own, bits = self.channel, self.personality["status_bits"]
        is_set = {
            "cv": not own.limiting, "beep": self._flags["BEEP"], "ocp": self._flags["OCP"],
            "output": own.on, "ovp": self._flags["OVP"],
        }  # fmt: skip
        mask = 0
        for name, yes in is_set.items():
            mask |= yes << bits[name]
        return chr(mask)

    def _measured(self, which: str) -> float:
        meter, own = self.personality["meter"][which], self.channel
        own.drive()  # the load may draw something else by now
        true = own.rail.volts() if which == "volts" else own.drawn()
        return max(0.0, true + self._rng.gauss(0.0, meter["noise"]))
