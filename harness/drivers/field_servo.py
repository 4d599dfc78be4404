"""Cards on servo arms before a terminal's antenna, moved by a Pololu Maestro servo controller.

Source: Pololu Maestro Servo Controller User's Guide, 5.d "Compact Protocol" and 5.e: set target
``84``, channel, target in quarter microseconds as two times seven bits; ``90`` get position; ``A1``
get errors (two bytes, cleared by asking). A virtual COM port; no line speed matters.
Each arm holds one card: at ``far`` it is out of reach, at ``near`` it lies on the housing. Between
them the coupling is taken as linear, which no antenna is: ``strength`` is a setting to be found for
a terminal once, and the same from then on. Quirk: the controller ramps a servo and cannot feel it,
so ``position`` is what it drives, and ``settle`` is the time that the servo needs after it.
"""

from collections.abc import Sequence

from harness.drivers._heard import heard
from harness.errors import DeviceRefused, PortTimeout
from harness.model.roles import Observe, ignore
from harness.ports.base import Port

IDENTITY = None
SET_TARGET, GET_POSITION, GET_ERRORS = 0x84, 0x90, 0xA1
QUARTERS = 4  # of a microsecond
ANSWER_WITHIN, LOOK_EVERY, MOVES_WITHIN = 0.5, 0.02, 3.0  # s
NEAREST = 0.02  # of strength: closer than this to what is wanted is there
#: Bits of the error register (5.b "Errors").
ERRORS = (
    "serial signal", "serial overrun", "serial buffer full", "serial CRC", "serial protocol",
    "serial timeout", "script stack", "script call stack", "script program counter",
)  # fmt: skip


class Driver:
    """Plays Contactless and SafeState."""

    def __init__(
        self,
        port: Port,
        *,
        cards: Sequence[str] = ("tap", "other_tap"),
        channels: Sequence[int] = (0, 1),
        far: int = 1000,
        near: int = 2000,
        settle: float = 0.05,
    ) -> None:
        """Nothing is moved yet.

        Args:
            port: The controller's command port.
            cards: Names of the cards, one on each arm.
            channels: The arms' channels, in the same order.
            far: Pulse at which a card is out of reach, us.
            near: Pulse at which it lies on the housing, us.
            settle: Seconds that a servo lags behind its pulse.
        """
        if len(cards) != len(channels):
            raise ValueError(f"{len(cards)} cards on {len(channels)} channels")
        self.observe: Observe = ignore
        self._port = port
        self._channels = dict(zip(cards, channels, strict=True))
        self._far, self._near, self._settle = far, near, settle
        self._strength = 1.0
        self._held: list[str] = []
        self._beside: str | None = None

    def cards(self) -> Sequence[str]:
        return tuple(self._channels)

    def tap(self, card: str) -> None:
        """Hold a card in the field, and the one beside it where there is one."""
        both = dict.fromkeys([self._known(card), *([self._beside] if self._beside else [])])
        wanted = dict.fromkeys(both, self._strength)
        self._send(wanted)
        self._held += [one for one in both if one not in self._held]
        for one in both:  # said as they set out: a terminal may see them before they are there
            self.observe("card_tapped", card=one, strength=self._strength)
        self._arrive(wanted)

    def leave(self) -> None:
        """Every card out of the field; says which were in it."""
        left, self._held = self._held, []
        away = dict.fromkeys(self._channels, 0.0)
        self._send(away)
        t = self._arrive(away)
        for card in left:
            self.observe("card_removed", t=t, card=card)

    def set_field(self, strength: float) -> None:
        """Cards in the field are moved; others will be held like that."""
        if not 0 <= strength <= 1:
            raise DeviceRefused(f"a strength of {strength:g}; wanted 0 to 1")
        self._strength = strength
        if self._held:
            wanted = dict.fromkeys(self._held, strength)
            self._send(wanted)
            self._arrive(wanted)
        self.observe("field", strength=strength)

    def beside(self, card: str | None) -> None:
        self._beside = None if card is None else self._known(card)

    def make_safe(self) -> None:
        """Every card away, verified."""
        self._beside, self._strength = None, 1.0
        self.leave()

    def _send(self, wanted: dict[str, float]) -> None:
        """Send arms to strengths; raises DeviceRefused when the controller does not take it."""
        for card, strength in wanted.items():
            target = self._pulse(strength)
            address = bytes([SET_TARGET, self._channels[card]])
            self._port.write(address + bytes([target & 0x7F, target >> 7 & 0x7F]))
        self._check_errors()

    def _arrive(self, wanted: dict[str, float]) -> float:
        """Wait until they are there; when they were."""
        until = self._port.clock.now() + MOVES_WITHIN
        for card, strength in wanted.items():
            self._await(self._channels[card], self._pulse(strength), until)
        self._wait(self._settle)
        return self._port.clock.now()

    def _await(self, channel: int, target: int, until: float) -> None:
        close = QUARTERS * abs(self._near - self._far) * NEAREST
        while abs((at := self._word(bytes([GET_POSITION, channel]))) - target) > close:
            if self._port.clock.now() >= until:
                raise DeviceRefused(
                    f"servo {channel} was sent to {target / QUARTERS:g} us, is at {at / QUARTERS:g}"
                )
            self._wait(LOOK_EVERY)

    def _check_errors(self) -> None:
        errors = self._word(bytes([GET_ERRORS]))
        if errors:
            names = [name for bit, name in enumerate(ERRORS) if errors >> bit & 1]
            raise DeviceRefused(f"the servo controller reports {', '.join(names) or errors}")

    def _word(self, question: bytes) -> int:
        """Two bytes of an answer, the low one first; raises PortTimeout."""
        self._port.write(question)
        said = b""
        for chunk in heard(self._port, self._port.clock.now() + ANSWER_WITHIN):
            said += chunk.data
            if len(said) >= 2:
                return int.from_bytes(said[:2], "little")
        raise PortTimeout(
            f"{self._port.address}: the servo controller answered {said!r} to {question.hex()}"
        )

    def _wait(self, seconds: float) -> None:
        for _ in heard(self._port, self._port.clock.now() + seconds):
            pass

    def _pulse(self, strength: float) -> int:
        return round(QUARTERS * (self._far + (self._near - self._far) * strength))

    def _known(self, card: str) -> str:
        if card not in self._channels:
            raise DeviceRefused(f"no card {card!r}; there are {', '.join(self._channels)}")
        return card
