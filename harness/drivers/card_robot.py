"""A card robot: a gripper on three axes that moves cards by G-code, or by words of its own.

Source: GRBL 1.1 and Marlin, see ``_gcode.py``; for other robots ``flavour: words`` sends one line
for each act, as ``words`` spells it, and waits for ``done``.
Places, in millimetres, are the bench's own: cards stand side by side along X, ``slot`` is the X
before the terminal's slot, ``swipe`` that of its stripe reader and ``air`` that of its antenna. Y
goes to a card and into the slot, Z down to the antenna (0) from the height at which all else is
done (``far``); the gripper is the spindle's output (M3, M5).
"""

from collections.abc import Callable, Mapping, Sequence

from harness.drivers._gcode import Axes, flavour_of
from harness.drivers._presenter import Presenter
from harness.drivers._robot_words import Words
from harness.errors import DeviceRefused
from harness.ports.base import Port

IDENTITY = None


class Driver(Presenter):
    """Plays Reader, StandIn, Contactless and SafeState; cuts no contacts."""

    def __init__(
        self,
        port: Port,
        *,
        cards: Sequence[str] = ("chip", "stripe", "mute", "bad_atr", "tap"),
        flavour: str = "grbl",
        words: Mapping[str, str] | None = None,
        done: str = "OK",
        pitch: float = 15.0,
        slot: float = 200.0,
        swipe: float = 240.0,
        air: float = 280.0,
        reach: float = 40.0,
        depth: float = 60.0,
        far: float = 80.0,
        speed: float = 300.0,
    ) -> None:
        """Nothing is moved yet; it homes before its first move.

        Args:
            port: The serial line.
            cards: Names of the cards, in the order of their places along X.
            flavour: ``grbl``, ``marlin`` or ``words``.
            words: Act -> line, for ``flavour: words``; ``{card}`` is the place's number.
            done: What such a robot answers when an act is over.
            pitch: From one card's place to the next, mm.
            slot: X before the slot.
            swipe: X at the begin of a swipe.
            air: X over the antenna.
            reach: Y of a card in its place.
            depth: Y of a card on the contacts, and how far a swipe goes.
            far: Z at which a card is out of the field's reach; 0 lies on the housing.
            speed: Of a swipe, mm/s.
        """
        super().__init__(cards, (), turns=False)
        self._port = port
        self._words = Words(port, words or {}, done) if flavour == "words" else None
        self._axes = None if self._words else Axes(port, flavour_of(flavour))
        own = None if self._words else flavour_of(flavour)
        self._grips = (own.grip, own.release) if own else ("", "")
        self._pitch, self._slot, self._lane, self._air = pitch, slot, swipe, air
        self._reach, self._depth, self._far, self._speed = reach, depth, far, speed
        self._homed = False
        self._gripped: str | None = None
        self._field, self._tapped = 1.0, False

    def tap(self, card: str) -> None:
        """Hold a card over the antenna, as far from it as the field's strength wants."""
        card = self._ready(card, backwards=False)
        self._act("tap", lambda axes: self._over(axes, x=self._air, z=self._height))
        self._tapped, self._inside = True, card
        self.observe("card_tapped", card=card, strength=self._field)

    def leave(self) -> None:
        self.remove()

    def set_field(self, strength: float) -> None:
        if not 0 <= strength <= 1:
            raise DeviceRefused(f"a strength of {strength:g}; wanted 0 to 1")
        self._field = strength
        if self._tapped:
            self._act("tap", lambda axes: axes.go(z=self._height))
        self.observe("field", strength=strength)

    def beside(self, card: str | None) -> None:
        if card is not None:
            raise DeviceRefused("one gripper holds one card")

    def make_safe(self) -> None:
        """The card out and back in its place, the arm at its end."""
        self._instead, self._backwards, self._field = None, False, 1.0
        self.remove()

    @property
    def _height(self) -> float:
        return self._far * (1 - self._field)

    # --- motions --------------------------------------------------------------------------------

    def _bring(self, card: str, *, backwards: bool) -> None:
        place = self._known(card)
        self._put_back()
        self._act("take", lambda axes: self._fetch(axes, place), place)
        self._gripped = card

    def _fetch(self, axes: Axes, place: int) -> float:
        axes.go(x=place * self._pitch)
        axes.go(y=self._reach)
        axes.tell(self._grips[0])
        return axes.go(y=0)

    def _push(self) -> None:
        self._act("insert", lambda axes: self._over(axes, x=self._slot, y=self._depth))

    @staticmethod
    def _over(axes: Axes, *, x: float, **then: float) -> float:
        axes.go(x=x)
        return axes.go(**then)

    def _pull(self) -> float:
        """The card off the contacts, or out of the field; it stays in the gripper."""
        if self._gripped is None:
            return self._now()
        was, self._tapped = self._tapped, False
        far = {"z": self._far} if was else {"y": 0.0}
        return self._act("remove", lambda axes: axes.go(**far))

    def _draw(self) -> None:
        def through(axes: Axes) -> float:
            axes.go(x=self._lane)
            return axes.go(self._speed, y=self._depth)

        self._act("swipe", through)
        self._act("remove", lambda axes: axes.go(y=0))

    def _switch(self, contact: str, *, cut: bool) -> float:
        raise DeviceRefused("a robot cuts no contacts")

    def _put_back(self) -> None:
        if self._gripped is None:
            return
        place, self._gripped = self._known(self._gripped), None

        def back(axes: Axes) -> float:
            axes.go(z=self._far)
            axes.go(x=place * self._pitch)
            axes.go(y=self._reach)
            axes.tell(self._grips[1])
            return axes.go(y=0)

        self._act("return", back, place)

    def _act(self, name: str, move: Callable[[Axes], float], place: int | None = None) -> float:
        """One act, by axes or by a word; when it was over."""
        if self._axes is None:
            assert self._words is not None  # noqa: S101 - it is the one or the other
            return self._words.act(name, place)
        if not self._homed:
            self._axes.home()
            self._axes.go(z=self._far)
            self._homed = True
        return move(self._axes)

    def _now(self) -> float:
        return self._port.clock.now()
