"""What the Rohde & Schwarz supplies have in common: a selected channel, and a master switch.

The selected channel is state of the instrument: another client or the front panel may move it, so
each command selects its channel in the same message. The master switch energises every channel
that is chosen at once: while it is off, the other channels are taken out before it goes on.

Source: RsNgx 3.1 (R&S's own driver, command descriptions); public HMP and NGE100 drivers.
"""

import re
from collections.abc import Mapping
from typing import ClassVar

from harness.drivers._scpi_powers import Protection
from harness.errors import BenchError, DeviceRefused

AT = "INST:NSEL {n};:"
#: The digit of a model's name that counts its channels: HMP4040, NGE103B, NGM202.
CHANNELS = re.compile(r"(?i),(?:HMP\d0(\d)0|NG[A-Z]\d\d(\d))")

VERBS: Mapping[str, str | tuple[str, str]] = {
    # Master first: it takes away whatever this channel may have, also when its own switch hangs.
    "output": ("OUTP:GEN {v};:" + AT + "OUTP:SEL {v}", "OUTP:GEN?"),
    "master": ("OUTP:GEN {v}", "OUTP:GEN?"),
    "volts": (AT + "VOLT {v}", AT + "VOLT?"),
    "amps": (AT + "CURR {v}", AT + "CURR?"),
    "measured_volts": AT + "MEAS:VOLT?",
    "measured_amps": AT + "MEAS:CURR?",
    "limited": "STAT:QUES:INST:ISUM{n}?",
    "ovp": (AT + "VOLT:PROT:LEV {v}", AT + "VOLT:PROT:LEV?"),
    "ovp_tripped": AT + "VOLT:PROT:TRIP?",
    "ocp_tripped": AT + "FUSE:TRIP?",
}


class RsSupply(Protection):
    """Plays Supply, Protected, Identified, Polled and SafeState. Verbs besides: ``channel``."""

    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = VERBS
    #: What tripped -> what releases it. A fuse without a word for it is switched off and on again.
    CLEARS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "ovp": (AT + "VOLT:PROT:CLE",),
        "ocp": (AT + "FUSE OFF", AT + "FUSE ON"),
    }

    def output(self) -> bool:
        """Whether the channel's own switch and the master are both on."""
        return self._is_on("channel") and self._is_on("master")

    def set_output(self, *, on: bool) -> None:
        """Switch this channel; the master is switched on where it is needed, never off."""
        try:
            if on and not self._is_on("master"):
                self._take_out_others()
            self._switch("channel", on=on)
            if on and not self._is_on("master"):
                self._switch("master", on=True)
        except DeviceRefused as error:
            raise DeviceRefused(f"{error} {self.tripped()}".rstrip()) from error
        self.observe("output", on=on)

    def clear_trip(self) -> None:
        self.set_output(on=False)  # or clearing might switch it on
        for command in self.CLEARS.get(self.tripped(), ()):
            self._tell(command)
        if self.tripped():
            raise DeviceRefused(f"{self._tripped} stays latched: its reason is still there")

    def _is_on(self, verb: str) -> bool:
        return self._scpi.boolean(self._query(verb))

    def _take_out_others(self) -> None:
        found = CHANNELS.search(self.identify())
        if not found:
            raise BenchError("its model does not tell how many channels its master switch feeds")
        for n in range(1, int(found[1] or found[2]) + 1):
            if n != self._channel:
                self._scpi.tell(self.VERBS["channel"][0].format(n=n, v=self.ON_OFF[1]))
