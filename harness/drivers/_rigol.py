"""What the drivers of Rigol DP supplies have in common: channels as CH1, trips, groups of a timer.

Source: Rigol DP800 Programming Guide (:SOURce, :OUTPut:OVP, :OUTPut:OCP, :MEASure) and DP2000
Programming Guide 4.8, 4.9. A trip is cleared by ``:OUTP:OVP:CLEAR``: its relative under ``:SOURce``
puts the output back on. Whether it answers two questions of one message in one line is not told in
the guides (unconfirmed), so each message asks one.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from harness.drivers._scpi_powers import OwnList
from harness.errors import Garbled
from harness.model.power import Points
from harness.model.units import Seconds, Volts

AT_ONCE = 50  # commands between two questions: at 10 ms each half a second's work
#: ``#9``, nine digits of length, then ``1,8.000,1.0000,10;2,6.000,1.0000,10;``. What the digits say
#: is not always what follows (the guide's own example), so only the groups are believed.
_BLOCK = re.compile(r"#9\d{9}(.*)", re.DOTALL)


class Rigol(OwnList):
    """One channel of a DP supply; a driver adds its abilities and its timer."""

    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        "output": (":OUTP CH{n},{v}", ":OUTP? CH{n}"),
        "volts": (":SOUR{n}:VOLT {v}", ":SOUR{n}:VOLT?"),
        "amps": (":SOUR{n}:CURR {v}", ":SOUR{n}:CURR?"),
        "measured_volts": ":MEAS:VOLT? CH{n}",
        "measured_amps": ":MEAS:CURR? CH{n}",
        "limited": ":OUTP:MODE? CH{n}",
        "ovp": (":OUTP:OVP:VAL CH{n},{v}", ":OUTP:OVP:VAL? CH{n}"),
        "ovp_on": (":OUTP:OVP CH{n},{v}", ":OUTP:OVP? CH{n}"),
        "ovp_tripped": ":OUTP:OVP:QUES? CH{n}",
        "ocp_tripped": ":OUTP:OCP:QUES? CH{n}",
    }
    MOST: ClassVar[str] = "{head}? {at},MAX"
    CLEAR = (":OUTP:OVP:CLEAR CH{n}", ":OUTP:OCP:CLEAR CH{n}")
    TALK: ClassVar[Mapping[str, Any]] = {
        "markers": (
            ("*IDN?", r"(?i)RIGOL.*"),
            (":INST?", r"CH\d[^,]*"),
            (":APPL? CH1", r"CH1.*,.*,.*"),
        )
    }

    def _write(self, commands: Sequence[str]) -> None:
        """Send many commands, and ask for errors now and then: it must keep up with them."""
        for sent, command in enumerate(commands, 1):
            self._scpi.send(command)
            if sent % AT_ONCE == 0 or sent == len(commands):
                self._scpi.check(command)

    def _groups(self, query: str) -> Points:
        """A timer's groups: voltage and stay; raises Garbled for an answer of another shape."""
        answer = self._scpi.ask(query)
        found = _BLOCK.fullmatch(answer)
        rows = [row.split(",") for row in found[1].split(";") if row] if found else []
        try:
            return [(Volts(float(volts)), Seconds(float(stay))) for _, volts, _, stay in rows]
        except ValueError as error:
            raise Garbled(f"{query!r} was answered by {answer[:80]!r}") from error
