"""TDK-Lambda Genesys supplies in their GEN language, over RS-232, RS-485 or a serial server.

Source: Genesys user manual 83-507-013 (chapter 7: commands, error codes, registers), as its public
excerpts and a public Python library written from it quote it; never tried on a real unit. The talk
is in ``_gen.py``. Quirks: a voltage above 95 % of OVP is refused (E01), so is OVP below 105 % of it
(E04). ``OUT ON`` recovers from a tripped OVP or foldback by itself, so it is not said while one is
latched; ``RST`` releases them with the output off, but sets OVP to its maximum and forgets the
levels: they are put back, protection first. Auto-restart (``AST``) would bring the output back with
the mains. Foldback is told as ``ocp``.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.drivers._gen import GenSession
from harness.drivers._scpi_powers import Protection
from harness.errors import DeviceRefused, Garbled, UsageError
from harness.model.power import Capability
from harness.model.units import Volts
from harness.ports.base import Port

IDENTITY = r"(?i)LAMBDA\s*,\s*GEN"

#: Fault condition register (table 7-8), bit -> word.
FAULTS = ((0x10, "ovp"), (0x08, "ocp"), (0x04, "otp"))


class Driver(Protection):
    """Plays Supply, Protected, Identified, Polled and SafeState."""

    BAUD: ClassVar[int] = 9600
    # Resolution 0.012 % of a rating of 20 V and 38 A; the fall is that without a load.
    capability = Capability(
        latency=0.05, rise_time=0.08, fall_time=1.0, voltage_step=0.005, current_step=0.02
    )
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        "output": ("OUT {v}", "OUT?"),
        "volts": ("PV {v}", "PV?"),
        "amps": ("PC {v}", "PC?"),
        "measured_volts": "MV?",
        "measured_amps": "MC?",
        "limited": "MODE?",
        "ovp": ("OVP {v}", "OVP?"),
        "auto_restart": ("AST {v}", "AST?"),
    }
    REST: ClassVar[tuple[str, ...]] = ("AST {v}",)

    def __init__(self, port: Port, *, channel: int = 1, address: int = 6) -> None:
        """Nothing is said yet.

        Args:
            port: The serial line.
            channel: It has one.
            address: The unit's, 0 to 30, as set at its front panel.
        """
        if channel != 1 or not 0 <= address <= 30:
            raise UsageError(f"channel {channel}, address {address}: wanted 1, and 0 to 30")
        super().__init__(port)
        talk: Any = GenSession(port, address=address)
        self._scpi = talk

    def identify(self) -> str:
        return self._scpi.ask("IDN?")

    def set_output(self, *, on: bool) -> None:
        if on and (which := self.tripped()):
            raise DeviceRefused(
                f"the output stays off: {which} is latched, and ON would release it"
            )
        super().set_output(on=on)

    def tripped(self) -> str:
        said = self._scpi.ask("FLT?")
        try:
            bits = int(said, 16)
        except ValueError as error:
            raise Garbled(f"FLT? was answered by {said!r}") from error
        which = next((word for bit, word in FAULTS if bits & bit), "")
        if which and which != self._tripped:
            self.observe("tripped", which=which)
        self._tripped = which
        return which

    def clear_trip(self) -> None:
        guard, amps = self.over_voltage(), self._scpi.number("PC?")
        volts = self._scpi.number("PV?")
        self.set_output(on=False)
        self._tell("RST")
        self.stay_off_at_power_on()
        self._put("ovp", guard, self.capability.voltage_step)
        self._put("amps", amps, self.capability.current_step)
        self._put("volts", volts, self.capability.voltage_step)
        self.set_output(on=False)
        if self.tripped():
            raise DeviceRefused(f"{self._tripped} stays latched: its reason is still there")

    def set_over_voltage(self, volts: Volts) -> None:
        self._put("ovp", volts, 2 * self.capability.voltage_step)

    def stay_off_at_power_on(self) -> None:
        """No auto-restart, read back."""
        self._switch("auto_restart", on=False)

    def most(self, verb: str) -> float | None:
        """It has no word for its limits."""
        return None
