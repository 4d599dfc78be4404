"""A coil that plays magnetic stripes into a reader's head, over a serial line (MagSpoof's kind).

Source: this project's own text protocol (assumed; ``harness/sim/stripe_coil.py`` is its other end).
A request is a line, its answer a line: ``OK``, ``OK <words>`` or ``ERR <number> <text>``.
``ID`` says what it is; ``SPEED <mm/s>`` and ``JITTER <percent>`` set how a stripe is played;
``LOAD <track> <bits> <hex>`` takes one, its bits packed with the first bit highest, and answers the
CRC-16 (CCITT, start FFFF) of the packed bytes; ``PLAY <track> [R]`` plays it (``R``: the other way
round), answers ``OK`` at once and says ``DONE <track>`` when the coil is still again.
The stripes are those of the test deck; none leaves this driver in any other way.
"""

import binascii
import random
from collections.abc import Sequence
from typing import Any

from harness.drivers._heard import heard
from harness.errors import DeviceRefused, Garbled, PortTimeout
from harness.files import fixture, read_plain
from harness.model.roles import Observe, ignore
from harness.ports.base import Port
from harness.wire import magstripe, stripe_flux

IDENTITY = r"^STRIPE-COIL "
TRACK = 2
ANSWER_WITHIN, PLAYS_WITHIN = 1.0, 10.0  # s
LONGEST = 200  # characters of an answer


class Driver:
    """Plays Swiper, Identified and SafeState."""

    def __init__(
        self, port: Port, *, cards: Sequence[str] = ("stripe", "chip", "plain_stripe", "mute"),
        seed: int = 0,
    ) -> None:  # fmt: skip
        """Nothing is loaded yet.

        Args:
            port: The serial line.
            cards: Cards of the test deck whose stripes it plays.
            seed: Which bit of a stripe is spoilt grows from it.
        """
        self.observe: Observe = ignore
        self._port = port
        deck = read_plain(fixture("cards", "deck.yaml"))["cards"]
        unknown = [card for card in cards if not deck.get(card, {}).get("stripe")]
        if unknown:
            raise ValueError(f"no stripe of {', '.join(unknown)} in the test deck")
        self._bits = {card: _bits_of(deck[card]) for card in cards}
        self._seed = seed
        self._said = b""
        self._how, self._backwards, self._jitter = "", False, 0.0
        self._speed = stripe_flux.USUAL

    def identify(self) -> str:
        return self._ask("ID")

    def cards(self) -> Sequence[str]:
        return tuple(self._bits)

    def spoil(
        self, how: str = "", *, backwards: bool = False, jitter: float = 0.0,
        speed: float = stripe_flux.USUAL,
    ) -> None:  # fmt: skip
        """How stripes are from now on; raises DeviceRefused for what it cannot play."""
        if how and how not in stripe_flux.SPOILT:
            raise DeviceRefused(f"no {how!r}; wanted one of: {', '.join(stripe_flux.SPOILT)}")
        if not 0 <= jitter <= 0.5 or not 1 <= speed <= 300:
            raise DeviceRefused(f"jitter {jitter:g} is 0 to 0.5, speed {speed:g} cm/s is 1 to 300")
        self._how, self._backwards, self._jitter, self._speed = how, backwards, jitter, speed

    def swipe(self, card: str) -> None:
        if card not in self._bits:
            raise DeviceRefused(f"no card {card!r}; there are {', '.join(self._bits)}")
        bits = self._bits[card]
        if self._how:
            bits = stripe_flux.spoil(bits, self._spoilt, random.Random(f"{self._seed}/{card}"))
        self._load(bits)
        self._ask(f"SPEED {self._speed * 10:.0f}")
        self._ask(f"JITTER {self._jitter * 100:.0f}")
        more = {"spoilt": self._how, "jitter": self._jitter, "backwards": self._backwards}
        told: dict[str, Any] = {name: value for name, value in more.items() if value}
        if self._speed != stripe_flux.USUAL:
            told["speed"] = self._speed
        self._ask(f"PLAY {TRACK}{' R' if self._backwards else ''}")
        self.observe("card_swiped", card=card, **told)  # as it begins: a reader may be done first
        _, line = self._line(PLAYS_WITHIN, "the end of a swipe")
        if line != f"DONE {TRACK}":
            raise Garbled(f"{self._port.address}: the coil says {line[:40]!r} instead of DONE")

    def make_safe(self) -> None:
        """Nothing is played, and the stripe in it is forgotten."""
        self.spoil()
        self._load("0" * 8)

    @property
    def _spoilt(self) -> stripe_flux.Spoilt:
        return next(one for one in stripe_flux.SPOILT if one == self._how)

    def _load(self, bits: str) -> None:
        packed = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
        said = self._ask(f"LOAD {TRACK} {len(bits)} {packed.hex().upper()}")
        wanted = f"{binascii.crc_hqx(packed, 0xFFFF):04X}"
        if said != wanted:
            raise Garbled(f"{self._port.address}: the coil has the sum {said!r}, wanted {wanted}")

    def _ask(self, request: str) -> str:
        """The words of an OK; raises DeviceRefused, Garbled, PortTimeout. Tracks are not quoted."""
        self._said = b""
        self._port.write(request.encode() + b"\n")
        word = request.split()[0]
        _, line = self._line(ANSWER_WITHIN, word)
        head, _, rest = line.partition(" ")
        if head == "ERR":
            raise DeviceRefused(f"the coil refuses {word}: {rest[:60]}")
        if head != "OK":
            raise Garbled(f"{self._port.address}: the coil answers {line[:20]!r} to {word}")
        return rest

    def _line(self, within: float, to: str) -> tuple[float, str]:
        """(when it came, the oldest line not read yet)."""
        t = self._port.clock.now()
        for chunk in () if b"\n" in self._said else heard(self._port, t + within):
            self._said, t = self._said + chunk.data, chunk.t
            if b"\n" in self._said:
                break
            if len(self._said) > LONGEST:
                raise Garbled(f"{self._port.address}: the coil's line has no end")
        line, newline, self._said = self._said.partition(b"\n")
        if not newline:
            raise PortTimeout(f"{self._port.address}: no answer to {to} from the coil")
        return t, line.decode("ascii", "replace").strip()


def _bits_of(row: dict[str, object]) -> str:
    service = str(row.get("service", "201"))
    return magstripe.encode(magstripe.track2(str(row["pan"]), str(row["expiry"]), service))
