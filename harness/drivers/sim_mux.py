"""A SIM switch made of a serial relay board: one relay for each SIM, one for the card detect.

Source: the boards are those of ``relay_board.py`` (``kind:`` lcus, devantech, numato). Wiring: each
SIM's contacts, VCC at least, go over a relay; that of the first SIM over the normally closed
contact, so that a board without power leaves the terminal its own SIM, all others over normally
open ones. The detect relay opens the tray's detect line while it is on. A card is pulled as by
hand: detect first, then the contacts. Two SIMs are never connected
together: the one is seen to be off before the other goes on.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

from harness.drivers._heard import heard
from harness.drivers._slots import Slots
from harness.drivers.relay_board import KINDS, MOST
from harness.errors import Astray, BenchError, DeviceRefused, UsageError
from harness.model.roles import Observe, ignore
from harness.ports.base import Port

IDENTITY = None
USUAL = {"1": 1, "2": 2}


class Driver(Slots):
    """Plays SimCard, Labelled, SafeState and Vigilant."""

    BAUD: ClassVar[int] = 9600

    def __init__(
        self,
        port: Port,
        *,
        kind: Literal["lcus", "devantech", "numato"] = "lcus",
        slots: Mapping[str, int] | None = None,
        detect: int | None = 3,
        off: float = 0.5,
        settle: float = 0.03,
        read_back: bool = True,
        iccids: Mapping[str, str] | None = None,
    ) -> None:
        """Nothing is switched yet.

        Args:
            port: The board's serial line.
            kind: lcus, devantech or numato.
            slots: Name of each SIM -> its relay; the first rests connected. ``{"1": 1, "2": 2}``.
            detect: The relay in the detect line; null where there is none.
            off: Seconds a SIM is out at least before another one is in.
            settle: Seconds until a contact has moved and bounces no more.
            read_back: Whether the board can say its state; one that cannot is believed.
            iccids: Slot -> the ICCID of its card; a modem is then asked whether it has that one.
        """
        relays = dict(USUAL if slots is None else slots)
        super().__init__(list(relays), iccids)
        used = [*relays.values(), *([] if detect is None else [detect])]
        if len(set(used)) < len(used) or not all(1 <= one <= MOST[kind] for one in used):
            raise UsageError(
                f"sim_mux: relays {used}: wanted different ones, a {kind} board has 1 to "
                f"{MOST[kind]}"
            )
        if off < 0 or settle < 0:
            raise UsageError("sim_mux: off and settle are no less than 0 s")
        self.observe: Observe = ignore
        self._port, self._relays, self._detect = port, relays, detect
        self._off, self._settle, self._read_back = off, settle, read_back
        self._board = KINDS[kind](port, read_back)
        self._rest = self._names[0]
        self._told: str | None = self._rest  # where nobody moved it, it rests
        self._moved = False

    def select(self, slot: str | None) -> None:
        """Out with the card that is in, then, ``off`` seconds later, in with this one.

        Raises:
            DeviceRefused: No such slot, or a relay did not follow: what is connected then is
                unknown, and nothing more is switched on.
        """
        self.check(slot)
        self._moved = True
        self._move(None)
        if slot is not None:
            self._wait(self._off - self._settle)
            self._move(slot)

    def selected(self) -> str | None:
        """As the relays stand; raises DeviceRefused where they stand as for no slot."""
        if not self._read_back:
            return self._told
        seen = {relay: self._board.on(relay) for relay in self._states(None)}
        for slot in (*self._names, None):
            if self._states(slot) == seen:
                return slot
        on = [str(relay) for relay, state in seen.items() if state]
        raise DeviceRefused(
            f"the SIM switch stands as for no slot: relays on: {', '.join(on) or 'none'}"
        )

    def look(self) -> None:
        """Raises Astray where the relays moved by themselves."""
        if self._moved and self.selected() != self._told:
            raise Astray("the SIM switch moved by itself, or by hand", since=0)

    def make_safe(self) -> None:
        """The terminal's own SIM, and nothing where it has it already."""
        try:
            standing = self.selected() if self._read_back or not self._moved else None
        except DeviceRefused:
            standing = None
        if standing != self._rest:
            self.select(self._rest)
        if self.selected() != self._rest:
            raise BenchError(f"SIM {self._rest!r} could not be connected again")

    def _states(self, slot: str | None) -> dict[int, bool]:
        """Relay -> whether it is on, with this SIM in; detect first."""
        states = {} if self._detect is None else {self._detect: slot is None}
        for name, relay in self._relays.items():
            states[relay] = (name == slot) != (name == self._rest)
        return states

    def _move(self, slot: str | None) -> None:
        """All relays as this slot has them: what opens detect is first out and last in."""
        states = list(self._states(slot).items())
        for relay, on in states if slot is None else reversed(states):
            self._board.switch(relay, on=on)
        t = self._port.clock.now()
        self._wait(self._settle)
        self._told = slot
        if self.selected() != slot:
            raise DeviceRefused(f"the SIM switch did not follow to {slot or 'no SIM'}")
        self.observe("selected", t=t, slot=slot)

    def _wait(self, seconds: float) -> None:
        for _ in heard(self._port, self._port.clock.now() + max(0.0, seconds)):
            pass
