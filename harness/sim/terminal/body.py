"""What of the terminal hands can reach: paper, cover, cables, keys, lights; and its warmth.

Hardware: it keeps its state through power cuts. The firmware reads it and waits for ``changed``;
hands (``sim/hands.py``) change it.
"""

import math
from collections.abc import Sequence

from harness.clock import Clock
from harness.model.hands import PARTS, states_of

WARMS_UP = 600.0  # s: time constant of the housing
ROOM = 23.0  # degrees Celsius


class Body:
    """The terminal's parts.

    Attributes:
        changed: Notified when a part, the code before the scanner or a light is another one.
        keys: Keys pressed and not taken yet.
        code: What is held before the scanner (``model/hands.py``, ``CodeShown``).
        shown: How many codes were held there so far: each is good for one payment.
        lights: Light -> ``on``, ``off`` or ``blinking``, as the firmware drives them.
        load: Watts that the terminal's own work adds, as degrees above the room's.
    """

    def __init__(self, clock: Clock, parts: Sequence[str] = tuple(PARTS)) -> None:
        self._clock = clock
        self._states = {part: PARTS[part][0] for part in parts}
        self.changed = clock.signal("a part of the terminal")
        self.keys = clock.mailbox("a key of the terminal")
        self.code = "none"
        self.shown = 0
        self.lights: dict[str, str] = {}
        self.load = 0.0
        self._room: float = ROOM
        self._inside: float = ROOM
        self._since = clock.now()

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that this terminal has."""
        return tuple(self._states)

    def state(self, part: str) -> str:
        """The state a part is in; the usual one of what it does not have."""
        return self._states.get(part, PARTS[part][0])

    def usual(self, part: str) -> bool:
        """Whether a part is in its usual state."""
        return self.state(part) == PARTS[part][0]

    def put(self, part: str, state: str) -> None:
        """Bring a part into a state; raises LookupError or ValueError for what is none."""
        if state not in states_of(part):
            raise ValueError(f"{part} is {' or '.join(PARTS[part])}, not {state!r}")
        if part not in self._states:
            raise ValueError(f"this terminal has no {part}; it has {', '.join(self._states)}")
        self._states[part] = state
        self.changed.notify()

    def press(self, key: str) -> None:
        """One key; lost where the keys are dead."""
        if self.state("keys") == "good":
            self.keys.put(key)

    def show(self, code: str) -> None:
        """Hold a code before the scanner."""
        self.code = code
        self.shown += 1
        self.changed.notify()

    # --- warmth -------------------------------------------------------------------------------

    @property
    def celsius(self) -> float:
        """The processor's temperature now: it follows the room and the load slowly."""
        aim = self._room + self.load
        passed = self._clock.now() - self._since
        return aim + (self._inside - aim) * math.exp(-passed / WARMS_UP)

    def set_room(self, celsius: float) -> None:
        """The temperature around it, from now on."""
        self._inside, self._since, self._room = self.celsius, self._clock.now(), celsius

    def set_load(self, degrees: float) -> None:
        """What the work adds, from now on."""
        self._inside, self._since, self.load = self.celsius, self._clock.now(), degrees
