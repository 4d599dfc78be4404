"""A modem's SIM reader: the card in the slot in use, and whether it has been read and unlocked."""

from collections.abc import Callable

from harness.clock import Timer
from harness.sim.sim_tray import PIN_TRIES, Sim, SimTray

#: What +CPIN? says of a card that was read (3GPP TS 27.007, 8.3).
READY, PIN, PUK = "READY", "SIM PIN", "SIM PUK"
#: And what stands for the errors it answers else.
MISSING, BUSY, BLOCKED = "SIM NOT INSERTED", "SIM BUSY", "SIM FAILURE"


class CardReader:
    """Follows the tray, once the modem is up.

    Args:
        tray: The slots.
        later: Does something after one of the personality's times, unless the modem restarts.
        say: Tells what happened to the card: ``sim_in``, ``sim_out``, ``sim_ready``,
            ``sim_missing``, ``pin_wanted``.
        changed: Called after the card in use or its state changed; must not wait.

    Attributes:
        slot: The slot in use.
        state: As above.
    """

    def __init__(
        self,
        tray: SimTray,
        later: Callable[[str, Callable[[], None]], Timer],
        say: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self.tray, self._later, self._say, self._changed = tray, later, say, changed
        self.slot = next(iter(tray.slots))
        self.state = MISSING
        self._awake = False
        self._reading = 0
        tray.changed.append(self._touched)

    @property
    def sim(self) -> Sim | None:
        """The card in the slot in use."""
        return self.tray.slots[self.slot]

    @property
    def ready(self) -> bool:
        return self.state == READY

    def sleep(self) -> None:
        """The modem went down, and the card with it."""
        self._awake = False
        self._reading += 1
        self.state = MISSING if self.sim is None else BUSY

    def wake(self) -> None:
        """The modem is up: read the card."""
        self._awake = True
        self._begin()

    def select(self, slot: str) -> None:
        """Use another slot; raises KeyError. The one in use is no other, and nothing happens."""
        self.tray.slots[slot]
        if slot != self.slot:
            self.slot = slot
            self._begin()

    def enter(self, pin: str) -> bool:
        """+CPIN=pin: whether it was right; wrong ones are counted on the card."""
        sim = self.sim
        if sim is None or self.state != PIN:
            return False
        if pin == sim.pin:
            sim.pin_tries = PIN_TRIES
            self._become(READY, "sim_ready")
            return True
        sim.pin_tries -= 1
        if not sim.pin_tries:
            self._become(PUK, "pin_wanted")
        return False

    def unblock(self, puk: str, pin: str) -> bool:
        """+CPIN=puk,new pin."""
        sim = self.sim
        if sim is None or self.state != PUK:
            return False
        if puk == sim.puk:
            sim.pin, sim.pin_tries = pin, PIN_TRIES
            self._become(READY, "sim_ready")
            return True
        sim.puk_tries -= 1
        if not sim.puk_tries:
            self._become(BLOCKED, "sim_missing")
        return False

    def _touched(self, slot: str) -> None:
        if slot == self.slot:
            if self._awake:
                self._say("sim_out" if self.sim is None else "sim_in")
            self._begin()

    def _begin(self) -> None:
        self._reading += 1
        reading = self._reading
        self.state = MISSING if self.sim is None else BUSY
        self._changed()
        if self._awake:
            self._later("sim", lambda: self._read() if reading == self._reading else None)

    def _read(self) -> None:
        sim = self.sim
        if sim is None:
            self._become(MISSING, "sim_missing")
        elif not sim.puk_tries:
            self._become(BLOCKED, "sim_missing")
        elif not sim.pin_tries:
            self._become(PUK, "pin_wanted")
        elif sim.pin:
            self._become(PIN, "pin_wanted")
        else:
            self._become(READY, "sim_ready")

    def _become(self, state: str, event: str) -> None:
        self.state = state
        self._say(event)
        self._changed()
