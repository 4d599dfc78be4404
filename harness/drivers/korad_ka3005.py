"""Korad KA3005P and its relatives: Tenma 72-25xx, Velleman PS3005D, RND 320, Stamos S-LS-31.

Source: sigrok's wiki (Korad KAxxxxP series) and its driver's notes; the talk is in ``_korad.py``.
Quirks: sets are dropped without a word when they come too soon, so each is read back and said once
more. ``OVP1`` and ``OCP1`` trip at the set values themselves: lowering the voltage would switch the
output off, so both are off and the supply is no Protected; bound it by its limits. A trip leaves no
mark but an output that went off by itself. A Velleman PS3005D V1.3 needs ``settle: 0.53``. It has
no list, no watchdog, no word for its state after power on (its panel restores its settings with
the output off, unconfirmed), and it does not sink.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.drivers._korad import KoradSession
from harness.drivers._scpi_supply import ScpiSupply
from harness.errors import BenchError, DeviceRefused, UsageError
from harness.model.power import Capability
from harness.ports.base import Port

IDENTITY = r"(?i)^(KORAD ?K[AD]|TENMA ?72-|VELLEMAN ?(LAB)?PS|RND ?320-K|S-LS-)"
OUTPUT, GUARDED = 0x40, 0xA0  # STATUS?; OCP 0x20, OVP 0x80, or 0x20 for either
SPELT = {"volts": "05.2f", "amps": "05.3f"}
TRIES = 2


class Driver(ScpiSupply):
    """Plays Supply, Identified, Polled and SafeState."""

    BAUD: ClassVar[int] = 9600
    # A set and its read-back take 0.2 s, a measurement 0.1 s or a little more: no host is faster.
    capability = Capability(
        latency=0.35, rise_time=0.1, fall_time=1.5, voltage_step=0.01, current_step=0.001
    )
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        "output": ("OUT{v}", "STATUS?"),
        "volts": ("VSET1:{v}", "VSET1?"),
        "amps": ("ISET1:{v}", "ISET1?"),
        "measured_volts": "VOUT1?",
        "measured_amps": "IOUT1?",
    }
    ON_OFF: ClassVar[tuple[str, str]] = ("1", "0")

    def __init__(
        self, port: Port, *, channel: int = 1, gap: float = 0.08, settle: float = 0.08
    ) -> None:
        """Nothing is said yet.

        Args:
            port: The serial line.
            channel: It has one.
            gap: Seconds it needs after a question.
            settle: Seconds it needs after a set and after STATUS?.
        """
        if channel != 1:
            raise UsageError(f"korad_ka3005: no channel {channel}; it has one")
        super().__init__(port)
        talk: Any = KoradSession(port, gap=gap, settle=settle)
        self._scpi = talk
        self._on = self._turn = False

    def set_output(self, *, on: bool) -> None:
        for _ in range(TRIES):
            self._tell("OUT{v}", self.ON_OFF[not on])
            if self.output() == on:
                break
        else:
            raise DeviceRefused(f"the output is still {'off' if on else 'on'}")
        self._on = on
        self.observe("output", on=on)

    def output(self) -> bool:
        return bool(self._status() & OUTPUT)

    def poll(self) -> None:
        """The voltage and the status by turns: each takes a tenth of a second."""
        self._turn = not self._turn
        if self._turn:
            self.measure_voltage()
        elif self._on and not self.output():
            self._on = False  # told once
            self.observe("tripped", which="unknown")
            self.observe("output", on=False)

    def make_safe(self) -> None:
        self._on = False
        super().make_safe()

    def reset_topology(self) -> None:
        """Neither OVP nor OCP, which would trip at the set values; read back."""
        for _ in range(TRIES):
            for command in ("OVP0", "OCP0"):
                self._tell(command)
            if not self._status() & GUARDED:
                return
        raise BenchError("its OVP or OCP stays on: a lower voltage would switch it off")

    def most(self, verb: str) -> float | None:
        """It has no word for its limits."""
        return None

    def _status(self) -> int:
        return ord(self._scpi.ask("STATUS?"))

    def _put(self, verb: str, value: float, step: float) -> None:
        words, seen = self.VERBS[verb], float("nan")
        for _ in range(TRIES):
            self._tell(words[0], format(value, SPELT[verb]))
            seen = self._scpi.number(words[1])
            if abs(seen - value) <= 0.5 * step + 1e-9:
                return
        raise DeviceRefused(f"{verb} was set to {value:g} and reads back as {seen:g}")
