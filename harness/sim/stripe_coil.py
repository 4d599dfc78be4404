"""A coil before the terminal's magnetic head: what it is given as bits passes as flux.

Its protocol is in ``harness/drivers/stripe_emulator.py``, and is our own: lines of text, a sum of
what was loaded, ``DONE`` when the coil is still. A swipe takes as long as its bits at its speed.
"""

import binascii
import random
from collections.abc import Callable
from contextlib import suppress

from harness.clock import Clock
from harness.errors import PortLost
from harness.ports.base import Port
from harness.ports.lines import nothing, serve_lines
from harness.sim.slot import Slot
from harness.wire import stripe_flux

NAME = "STRIPE-COIL 1.0"
MOST_BITS = 1000
SLOWEST, FASTEST = 10, 3000  # mm/s


class StripeCoil:
    """The coil on one slot.

    Attributes:
        outlets: ``line``: its serial line.
    """

    def __init__(self, clock: Clock, slot: Slot, *, rng: random.Random) -> None:
        self._clock, self._slot, self._rng = clock, slot, rng
        self._bits = ""
        self._speed, self._jitter = stripe_flux.USUAL * 10, 0.0
        self._playing = False
        self._acts: dict[str, Callable[[list[str], Port], str]] = {
            "ID": lambda _, __: NAME, "LOAD": self._load, "SPEED": self._set_speed,
            "JITTER": self._set_jitter, "PLAY": self._play,
        }  # fmt: skip
        self.outlets = {"line": self._accept}

    def _accept(self, port: Port) -> None:
        serve_lines(
            self._clock, "stripe coil", port, lambda line: self._answer(line, port), gone=nothing
        )

    def _answer(self, line: str, port: Port) -> bytes:
        words = line.split() or [""]
        act = self._acts.get(words[0])
        if act is None:
            return b"ERR 1 unknown\n"
        if self._playing:
            return b"ERR 4 busy\n"
        try:
            said = act(words[1:], port)
        except (ValueError, IndexError):
            return b"ERR 2 value\n"
        return f"OK {said}".strip().encode() + b"\n"

    def _load(self, words: list[str], port: Port) -> str:
        track, size, octets = int(words[0]), int(words[1]), bytes.fromhex(words[2])
        if track != 2 or not 0 < size <= MOST_BITS or len(octets) != -(-size // 8):
            raise ValueError(words)
        self._bits = f"{int.from_bytes(octets, 'big'):0{len(octets) * 8}b}"[:size]
        return f"{binascii.crc_hqx(octets, 0xFFFF):04X}"

    def _set_speed(self, words: list[str], port: Port) -> str:
        speed = int(words[0])
        if not SLOWEST <= speed <= FASTEST:
            raise ValueError(words)
        self._speed = speed
        return ""

    def _set_jitter(self, words: list[str], port: Port) -> str:
        percent = int(words[0])
        if not 0 <= percent <= 50:
            raise ValueError(words)
        self._jitter = percent / 100
        return ""

    def _play(self, words: list[str], port: Port) -> str:
        if int(words[0]) != 2 or words[1:] not in ([], ["R"]) or not self._bits:
            raise ValueError(words)
        bits = self._bits[::-1] if words[1:] else self._bits
        flux = stripe_flux.flux_of(
            bits, speed=self._speed / 10, jitter=self._jitter, rng=self._rng
        )  # fmt: skip
        self._playing = True

        def end() -> None:
            self._playing = False
            self._slot.pass_flux(flux)
            with suppress(PortLost):
                port.write(b"DONE 2\n")

        self._clock.call_at(self._clock.now() + sum(flux), end)
        return ""
