"""SIM cards that a person swaps: the operator is asked, and given a time.

Source: no protocol but a line of text each way; the rig's address is ``operator://tty``, the
terminal that the run was started from. Enter (or ``y``) says that it is done, anything else why it
cannot be. A run without such a terminal ends before anything is energised. What the operator says
is believed; with ``iccids`` a modem of the rig is asked as well (``faults/_sims.py``).
"""

from collections.abc import Mapping, Sequence

from harness.drivers._heard import heard
from harness.drivers._slots import Slots
from harness.errors import DeviceRefused, Garbled, PortTimeout, UsageError
from harness.model.roles import Observe, ignore
from harness.model.units import Seconds
from harness.ports.base import Port

IDENTITY = None
DONE = frozenset({"", "y", "yes", "ok", "done"})
LONGEST = 1024  # characters of an answer


class Driver(Slots):
    """Plays SimCard, Labelled and SafeState."""

    def __init__(
        self,
        port: Port,
        *,
        slots: Sequence[str] = ("1", "2"),
        within: Seconds = Seconds(90),
        iccids: Mapping[str, str] | None = None,
    ) -> None:
        """Nobody is asked yet.

        Args:
            port: ``operator://tty``.
            slots: Names of the cards at hand; the first is in the terminal when a run begins.
            within: How long the operator may take.
            iccids: Slot -> the ICCID of its card; a modem is then asked whether it has that one.
        """
        super().__init__(slots, iccids)
        if not within > 0:
            raise UsageError("sim_by_hand: within is above 0 s")
        self.observe: Observe = ignore
        self._port, self._within = port, within
        self._inside: str | None = self._names[0]

    def select(self, slot: str | None) -> None:
        """Have the card put in, or taken out; nobody is asked for what was said to be so already.

        Raises:
            PortTimeout: No answer in time.
            DeviceRefused: No such card, or the operator says that it cannot be done.
        """
        self.check(slot)
        if slot == self._inside:
            return
        out = "Take the SIM card out of the terminal"
        t = self._ask(out if slot is None else f"Put SIM card {slot!r} into the terminal")
        self._inside = slot
        self.observe("selected", t=t, slot=slot)

    def selected(self) -> str | None:
        """As the operator said last."""
        return self._inside

    def make_safe(self) -> None:
        """The first card is in the terminal again."""
        self.select(self._names[0])

    def _ask(self, what: str) -> float:
        """When the operator said that it is done."""
        clock = self._port.clock
        if self._port.readable:
            for _ in heard(self._port, clock.now()):
                pass  # an Enter from before is no answer
        wait = f"{self._within:g} s"
        self._port.write(f"\r\n{what}, then press Enter (or say why not) [{wait}]: ".encode())
        said = b""
        for chunk in heard(self._port, clock.now() + self._within):
            said += chunk.data
            line, end, _ = said.replace(b"\r", b"\n").partition(b"\n")
            if len(line) > LONGEST:
                raise Garbled(f"{self._port.address}: an answer of {len(line)} bytes")
            if end:
                self._weigh(what, line.decode("utf-8", "replace").strip())
                return chunk.t
        raise PortTimeout(f"{self._port.address}: nobody answered within {wait}: {what}")

    def _weigh(self, what: str, answer: str) -> None:
        if answer.lower() not in DONE:
            raise DeviceRefused(f"{what}: the operator answers {answer[:200]!r}")
