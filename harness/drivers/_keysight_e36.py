"""What Keysight's E36100, E36200 and E36300 series have in common: their words on one channel.

Source: Keysight E36300 Series Programming Guide (E36311-90008) and E36200 Series Programming Guide
(E36200-90008), as public tools quote them; Keysight's own Command Expert drivers for E3610xB and
E36200 (OUTPut:PROTection:CLEar, VOLTage and CURRent:PROTection:CLEar, :STATe).
Over-current protection has no level of its own: it trips at CURR. Relatives put the output back on
when a protection is cleared (E3632A user's guide, VOLT:PROT:CLE), so it is switched off first.
"""

from collections.abc import Mapping
from typing import ClassVar

from harness.drivers._scpi_powers import Protection


class E36(Protection):
    """One channel, named by a channel list: ``{to}`` after a value, ``{of}`` after a header."""

    #: Models with one output take no list: they would refuse the parameter (-108).
    channel_lists: bool = True
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        "output": ("OUTP {v}{to}", "OUTP?{of}"),
        "volts": ("VOLT {v}{to}", "VOLT?{of}"),
        "amps": ("CURR {v}{to}", "CURR?{of}"),
        "measured_volts": "MEAS:VOLT?{of}",
        "measured_amps": "MEAS:CURR?{of}",
        "ovp": ("VOLT:PROT {v}{to}", "VOLT:PROT?{of}"),
        "ovp_on": ("VOLT:PROT:STAT {v}{to}", "VOLT:PROT:STAT?{of}"),
        "ovp_tripped": "VOLT:PROT:TRIP?{of}",
        "ocp_tripped": "CURR:PROT:TRIP?{of}",
    }
    # All of them: the first is the newest, and who does not know it knows the others.
    CLEAR: ClassVar[tuple[str, ...]] = (
        "OUTP:PROT:CLE{of}", "VOLT:PROT:CLE{of}", "CURR:PROT:CLE{of}",
    )  # fmt: skip

    #: What couples outputs: it outlives a session, and on some models *RST.
    COUPLINGS: ClassVar[tuple[str, ...]] = ()

    def reset_topology(self) -> None:
        """Outputs that were paired or that track each other are single again."""
        for header in self.COUPLINGS:
            self._set_word(header, "OFF")

    def stay_off_at_power_on(self) -> None:
        """After a return of the mains it begins as after *RST, that is with its outputs off."""
        self._set_word("OUTP:PON:STAT", "RST")

    def _spelt(self, text: str, value: object = "") -> str:
        listed = f"(@{self._channel})" if self.channel_lists else ""
        to, of = listed and f",{listed}", listed and f" {listed}"
        return text.format(v=value, n=self._channel, to=to, of=of)
