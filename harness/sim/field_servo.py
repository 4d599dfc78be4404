"""Cards on servo arms before the terminal's antenna, behind a Pololu Maestro's protocol.

A servo goes where its pulse says, at its own speed; its card is coupled to the antenna by where it
is. Commands are those of the compact protocol that a controller without a script needs.

Source: Pololu Maestro Servo Controller User's Guide, 5.d, 5.e; a common servo turns 60 degrees in
0.1 s, so 1000 us in 0.15 s.
"""

from collections.abc import Mapping

from harness.clock import Clock, Timer
from harness.errors import PortLost
from harness.ports.base import Port
from harness.sim.antenna import Antenna
from harness.sim.card import Card

FAR, NEAR = 4000, 8000  # quarter microseconds
SPEED = 4000 / 0.15  # of them a second
STEP = 0.02  # s: a servo gets a new pulse every 20 ms
PROTOCOL = 0x10  # bit 4 of the error register
#: Command -> data bytes after it.
LENGTHS = {0x84: 3, 0x87: 3, 0x89: 3, 0x90: 1, 0x93: 0, 0xA1: 0, 0xA2: 0, 0xAA: 0}


class _Arm:
    def __init__(self, card: Card) -> None:
        self.card = card
        self.at = self.target = float(FAR)


class FieldServo:
    """The controller with one arm for each card.

    Attributes:
        outlets: ``line``: its command port.
        stuck: Channels whose servo does not move, for a bench that is to be caught.
    """

    def __init__(self, clock: Clock, antenna: Antenna, cards: Mapping[int, Card]) -> None:
        self._clock, self._antenna = clock, antenna
        self._arms = {channel: _Arm(card) for channel, card in cards.items()}
        self._errors = 0
        self._timer: Timer | None = None
        self.stuck: set[int] = set()
        self.outlets = {"line": self._accept}

    def _accept(self, port: Port) -> None:
        self._clock.spawn("servo controller", lambda: self._listen(port))

    def _listen(self, port: Port) -> None:
        heard = bytearray()
        try:
            while (chunk := port.read()) is not None:
                heard += chunk.data
                while heard and len(heard) > LENGTHS.get(heard[0], 0):
                    size = LENGTHS.get(heard[0], 0) + 1
                    command = bytes(heard[:size])
                    del heard[:size]
                    port.write(self._done(command))
        except PortLost:
            pass  # the servos stay where they are when the computer goes

    def _done(self, command: bytes) -> bytes:
        word, rest = command[0], command[1:]
        if word not in LENGTHS or any(octet & 0x80 for octet in rest):
            self._errors |= PROTOCOL
            return b""
        if word == 0x84:
            self._set(rest[0], rest[1] | rest[2] << 7)
        elif word == 0xA2:
            for channel in self._arms:
                self._set(channel, FAR)
        return self._answer(word, rest)

    def _answer(self, word: int, rest: bytes) -> bytes:
        if word == 0x90:
            arm = self._arms.get(rest[0])
            return round(arm.at if arm else 0).to_bytes(2, "little")
        if word == 0x93:
            return bytes([any(arm.at != arm.target for arm in self._arms.values())])
        if word == 0xA1:
            errors, self._errors = self._errors, 0
            return errors.to_bytes(2, "little")
        return b""

    def _set(self, channel: int, target: int) -> None:
        if channel in self._arms and channel not in self.stuck:
            self._arms[channel].target = target
            if self._timer is None:
                self._timer = self._clock.call_at(self._clock.now() + STEP, self._step)

    def _step(self) -> None:
        """All servos a little further; their cards are coupled otherwise."""
        self._timer, most = None, SPEED * STEP
        for arm in self._arms.values():
            if arm.at == arm.target:
                continue
            arm.at += max(-most, min(most, arm.target - arm.at))
            coupling = max(0.0, min(1.0, (arm.at - FAR) / (NEAR - FAR)))
            if coupling > 0:
                self._antenna.bring(arm.card, coupling)
            else:
                self._antenna.take(arm.card.name)
        if any(arm.at != arm.target for arm in self._arms.values()):
            self._timer = self._clock.call_at(self._clock.now() + STEP, self._step)
