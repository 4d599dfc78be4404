"""Any supply that speaks SCPI-1999: what it has is probed once, and what it lacks is done without.

Source: SCPI-1999 vol. 2 (INSTrument, MEASure, OUTPut, SOURce:VOLTage:PROTection); IEEE 488.2.

* Before the first command that must be checked, the words that not every supply has are asked for.
  One that is not understood is not answered: each costs the session's time limit, once.
* With an INSTrument subsystem the channel is named in every message, as others may have selected
  another since. Without one there is only channel 1.
* Without VOLTage:PROTection it is no Protected supply: then nothing but the rig's limits bounds it.
* It plays no list: SCPI-1999 has no question for how long or how fine a list may be.
* Resolution and fall time cannot be asked for either: they are options, with cautious values.
* Some take no setting while left to their front panel (-203, Command protected). What takes it
  over is in no standard: ``remote: "SYST:REM"`` has it said in every message, so that a hand at
  the panel in the middle of a run cannot keep the output on.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from harness.drivers._found import WhenFound
from harness.drivers._scpi_powers import Protection
from harness.errors import DeviceRefused, Garbled, NotSupported, PortTimeout
from harness.model.units import Seconds, Volts
from harness.ports.base import Port

IDENTITY = r"^[^,]+,[^,]+(,[^,]*){2,}$"  # four fields (IEEE 488.2, 10.14), or more

#: Verb -> spellings that may stand for it, and the verb it makes sense with. LEVel is spelt out, as
#: there are some (R&S NGE) for which a bare VOLT:PROT is the state.
OPTIONAL: Mapping[str, tuple[tuple[str | tuple[str, str], ...], str]] = {
    "ovp": ((("VOLT:PROT:LEV {v}", "VOLT:PROT:LEV?"), ("VOLT:PROT {v}", "VOLT:PROT?")), ""),
    "ovp_on": ((("VOLT:PROT:STAT {v}", "VOLT:PROT:STAT?"),), "ovp"),
    "ovp_tripped": (("VOLT:PROT:TRIP?",), "ovp"),
    "ocp_tripped": (("CURR:PROT:TRIP?",), ""),
}

PROTECTED = "-203"  # SCPI-1999 vol. 2, 21.8.10: Command protected


class Driver(Protection):
    """Plays Supply, Identified, Polled and SafeState; Protected too where it has the words."""

    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        "output": ("OUTP {v}", "OUTP?"),
        "volts": ("VOLT {v}", "VOLT?"),
        "amps": ("CURR {v}", "CURR?"),
        "measured_volts": "MEAS:VOLT?",
        "measured_amps": "MEAS:CURR?",
    }
    TALK: ClassVar[Mapping[str, Any]] = {"chatter": r"\*\*ERROR "}  # pushed unasked by some
    CLEAR: ClassVar[tuple[str, ...]] = ("OUTP:PROT:CLE", "VOLT:PROT:CLE", "CURR:PROT:CLE")

    def __init__(
        self,
        port: Port,
        *,
        channel: int = 1,
        inter_command: float = 0.0,
        voltage_step: Volts = Volts(0.01),
        fall_time: Seconds = Seconds(1.0),
        remote: str = "",
    ) -> None:
        """Take a channel; nothing is said yet.

        Args:
            port: The way to the instrument.
            channel: Its output that feeds the terminal.
            inter_command: Seconds it needs between two messages.
            voltage_step: Resolution of its voltage.
            fall_time: From its rated voltage to 10 % of it at light load.
            remote: What takes it over from its front panel, where it wants that.
        """
        super().__init__(port, channel=channel, inter_command=inter_command)
        self.capability = replace(
            self.capability, voltage_step=float(voltage_step), fall_time=float(fall_time)
        )
        self._over = f"{remote.rstrip(';:')};:" if remote else ""
        self._selects = False
        self._probed = False

    # What makes a supply Protected; the others are always there and do without.
    over_voltage = WhenFound("ovp", Protection.over_voltage)

    def identify(self) -> str:
        """The identity; afterwards it is known what the instrument has."""
        text = super().identify()
        self.found()
        return text

    def found(self) -> Mapping[str, str | tuple[str, str]]:
        """Its verbs; the first call asks the instrument which it has."""
        if not self._probed:
            self._probe()
            self._probed = True
        return self.VERBS

    def make_safe(self) -> None:
        """The safe state; on the way there nobody waits for probes."""
        if self._probed:
            super().make_safe()
            return
        # Where there is no INSTrument all of this is refused, and what follows is right without.
        self._scpi.shout(f"{self._over}INST:NSEL {self._channel};:OUTP OFF")
        self._probed = True
        try:
            super().make_safe()
        finally:
            self._probed = False

    # --- words ------------------------------------------------------------------------------

    def _spelt(self, text: str, value: object = "") -> str:
        spelt = super()._spelt(text, value)
        return self._over + (f"INST:NSEL {self._channel};:{spelt}" if self._selects else spelt)

    def _query(self, verb: str) -> str:
        self.found()
        return super()._query(verb)

    def _tell(self, command: str, value: object = "") -> None:
        self.found()
        try:
            super()._tell(command, value)
        except DeviceRefused as error:
            if PROTECTED not in str(error) or self._over:
                raise
            raise DeviceRefused(
                f"{error}: left to its front panel, it takes no settings; say in its line what"
                ' takes it over, e.g. remote: "SYST:REM"'
            ) from error

    def _put(self, verb: str, value: float, step: float) -> None:
        if verb not in self.found():
            raise NotSupported(f"this supply has no {verb}")
        super()._put(verb, value, step)

    # --- probing ----------------------------------------------------------------------------

    def _probe(self) -> None:
        self._scpi.errors()  # what is queued already is about somebody else's commands
        self._selects = self._answers("INST:NSEL?")
        if not self._selects and self._channel != 1:
            raise DeviceRefused(f"it has no INSTrument subsystem, so no channel {self._channel}")
        verbs = dict(self.VERBS)
        for verb, (spellings, needed) in OPTIONAL.items():
            for words in spellings if not needed or needed in verbs else ():
                question = words if isinstance(words, str) else words[1]
                if self._answers(self._spelt(question)):
                    verbs[verb] = words
                    break
        self.VERBS = verbs  # type: ignore[misc]  # this instance's own

    def _answers(self, question: str) -> bool:
        """Whether a question is understood: by a number, and without an error."""
        try:
            self._scpi.number(question)
            understood = True
        except (PortTimeout, Garbled):  # silence, or an error in the answer's place
            understood = False
        return not self._scpi.errors() and understood
