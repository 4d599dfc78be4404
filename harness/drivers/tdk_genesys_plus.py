"""TDK-Lambda GENESYS+ (G, GSP) and Z+ supplies in SCPI, over LAN (TCP 8003, unconfirmed) or USB.

Source: a public instrument model written from the GENESYS+ manual (commands, fault bits of
STATus:QUEStionable), the Genesys LAN manual IA672-04-01 (11.8: registers, compound messages);
never tried on a real unit. One output; in a chain behind one LAN unit the ``address`` is selected
in every message, for the selection may have been moved. Faults are bits of one register. Levels
keep a distance: a voltage above 95 % of OVP is refused, so is OVP below 105 % of it (the older
family's rule, unconfirmed). ``OUTP:PON`` (unconfirmed) is left alone where it is not known. Its
LIST and WAVE are unconfirmed and not used; it sinks too little to speak of.
"""

from collections.abc import Mapping
from typing import ClassVar

from harness.drivers._scpi_powers import Protection
from harness.errors import DeviceRefused, UsageError
from harness.model.power import Capability
from harness.ports.base import Port

IDENTITY = r"(?i)^TDK-LAMBDA\s*,\s*(?!GENH?\d)(G|Z)"  # a GEN-language unit has LAMBDA,GEN..

#: STATus:QUEStionable:CONDition, bit -> word.
FAULTS = ((1 << 4, "ovp"), (1 << 3, "ocp"), (1 << 2, "otp"))


class Driver(Protection):
    """Plays Supply, Protected, Identified, Polled and SafeState."""

    # Resolution 0.012 % of a rating of 20 V and 85 A; the fall is that without a load.
    capability = Capability(
        latency=0.03, rise_time=0.05, fall_time=1.0, voltage_step=0.005, current_step=0.03
    )
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        "output": ("OUTP:STAT {v}", "OUTP:STAT?"),
        "volts": ("VOLT {v}", "VOLT?"),
        "amps": ("CURR {v}", "CURR?"),
        "measured_volts": "MEAS:VOLT?",
        "measured_amps": "MEAS:CURR?",
        "limited": "OUTP:MODE?",
        "ovp": ("VOLT:PROT:LEV {v}", "VOLT:PROT:LEV?"),
        "faults": "STAT:QUES:COND?",
    }

    def __init__(self, port: Port, *, channel: int = 1, address: int | None = None) -> None:
        """Nothing is said yet.

        Args:
            port: The way to the instrument.
            channel: It has one.
            address: The unit's, 0 to 31, in a chain; whatever is selected when left out.
        """
        if channel != 1 or not 0 <= (address or 0) <= 31:
            raise UsageError(f"channel {channel}, address {address}: wanted 1, and 0 to 31")
        super().__init__(port)
        self._at = "" if address is None else f"INST:NSEL {address};:"

    def _spelt(self, text: str, value: object = "") -> str:
        return self._at + super()._spelt(text, value)

    def set_output(self, *, on: bool) -> None:
        if on and (which := self.tripped()):  # some firmware releases a latch by ON
            raise DeviceRefused(f"the output stays off: {which} is latched")
        super().set_output(on=on)

    def tripped(self) -> str:
        bits = self._scpi.integer(self._query("faults"))
        which = next((word for bit, word in FAULTS if bits & bit), "")
        if which and which != self._tripped:
            self.observe("tripped", which=which)
        self._tripped = which
        return which

    def stay_off_at_power_on(self) -> None:
        """No auto-restart after the mains return, where it has a word for that."""
        self._set_word("OUTP:PON", "OFF")
