"""What supplies that speak SCPI have in common; a driver is its words, its abilities, its quirks.

``VERBS`` spells each act on one channel: ``{v}`` stands for the value, ``{n}`` for the channel. A
set is a pair, the command and the query that reads it back; a question is a text. What only some
can do is in ``_scpi_powers.py``.

Source: SCPI-1999 vol. 2 (SOURce, OUTPut, MEASure); each driver names its instrument's manual.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

from harness.drivers._scpi import ScpiSession
from harness.errors import BenchError, DeviceRefused, Garbled, PortTimeout
from harness.model.power import Capability
from harness.model.roles import Observe, ignore
from harness.model.units import Amps, Volts
from harness.ports.base import Port
from harness.wire.scpi_replies import parse_number

OFF = Volts(0.5)  # an output below this is off


class ScpiSupply:
    """Plays Supply, Identified, Polled and SafeState on one channel."""

    #: act -> (command, query that reads it back), or a query.
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {}
    #: On the way to the safe state: what ends a list, before the output goes off, ...
    HALT: ClassVar[tuple[str, ...]] = ()
    #: ... and what leaves the instrument ready for the next, after it.
    REST: ClassVar[tuple[str, ...]] = ()
    #: What a boolean is spelt as, when set.
    ON_OFF: ClassVar[tuple[str, str]] = ("ON", "OFF")
    #: Keyword arguments of the session: chatter, timeout.
    TALK: ClassVar[Mapping[str, Any]] = {}
    #: How the most of a setting is asked where its query names a channel.
    MOST: ClassVar[str] = "{head}? MAX,{at}"
    #: The bit of ``limited`` that says current limit; 1 in QUES:INST:ISUM (SCPI-1999, 20.3).
    LIMITED: ClassVar[int] = 1
    capability: Capability = Capability()
    poll_every: float = 2.5
    poll_at_most: float = 30.0
    observe: Observe = staticmethod(ignore)

    def __init__(self, port: Port, *, channel: int = 1, inter_command: float = 0.0) -> None:
        """Take a channel; nothing is said yet.

        Args:
            port: The way to the instrument.
            channel: Which of its outputs feeds the terminal.
            inter_command: Seconds it needs between two messages.
        """
        self._scpi = ScpiSession(port, inter_command=inter_command, **self.TALK)
        self._channel = channel
        self._tells_no_limit = False
        self._volts: Volts | None = None  # as set last; a list goes back to it

    # --- words ------------------------------------------------------------------------------

    def _spelt(self, text: str, value: object = "") -> str:
        return text.format(v=value, n=self._channel)

    def _query(self, verb: str) -> str:
        words = self.VERBS[verb]
        return self._spelt(words if isinstance(words, str) else words[1])

    def _tell(self, command: str, value: object = "") -> None:
        """Tell, with the channel for ``{n}``, and have its errors."""
        self._scpi.tell(self._spelt(command, value))

    def _put(self, verb: str, value: float, step: float) -> None:
        """Set a number and read it back; raises DeviceRefused when it is another."""
        words = self.VERBS[verb]
        self._tell(words[0], f"{value:.6g}")
        seen = self._scpi.number(self._query(verb))
        if not abs(seen - value) <= 1.5 * step + 1e-9:  # also refuses NaN
            raise DeviceRefused(f"{verb} was set to {value:g} and reads back as {seen:g}")

    def _switch(self, verb: str, *, on: bool) -> None:
        """Set a boolean and read it back; raises DeviceRefused when it is the other."""
        words = self.VERBS[verb]
        self._tell(words[0], self.ON_OFF[not on])
        if self._scpi.boolean(self._query(verb)) != on:
            raise DeviceRefused(f"{verb} is still {'off' if on else 'on'} after it was switched")

    def most(self, verb: str) -> float | None:
        """The highest value it takes, by its own word; None where it does not say.

        Source: SCPI-1999 vol. 1, 7.2.1.2 (a query with MAXimum).
        """
        asked = self._query(verb)
        head, _, at = asked.partition("? ")
        seen: float | None = None
        with suppress(DeviceRefused, Garbled, PortTimeout):
            seen = self._scpi.number(self.MOST.format(head=head, at=at) if at else f"{asked} MAX")
        with suppress(Garbled, PortTimeout):
            self._scpi.errors()  # what does not know the word may have queued one
        return seen

    # --- Identified, Supply, Polled ---------------------------------------------------------

    def identify(self) -> str:
        return self._scpi.ask("*IDN?")

    def set_output(self, *, on: bool) -> None:
        words = self.VERBS["output"]
        self._tell(words[0], self.ON_OFF[not on])
        if self.output() != on:
            why = self.tripped()
            raise DeviceRefused(f"the output is still {'off' if on else 'on'} {why}".rstrip())
        self.observe("output", on=on)

    def output(self) -> bool:
        return self._scpi.boolean(self._query("output"))

    def set_voltage(self, volts: Volts) -> None:
        self._put("volts", volts, self.capability.voltage_step)
        self._volts = volts
        self.observe("set", volts=float(volts))

    def set_current_limit(self, amps: Amps) -> None:
        self._put("amps", amps, self.capability.current_step)

    def measure_voltage(self) -> Volts:
        volts = Volts(self._scpi.number(self._query("measured_volts")))
        self.observe("measured", t=self._scpi.heard, volts=float(volts))
        return volts

    def measure_current(self) -> Amps:
        return Amps(self._scpi.number(self._query("measured_amps")))

    def poll(self) -> None:
        volts = self._scpi.number(self._query("measured_volts"))
        heard = self._scpi.heard
        self.observe("measured", t=heard, volts=volts, amps=float(self.measure_current()))
        self.tripped()

    def set_point(self) -> Volts:
        """The voltage it is set to, as it says."""
        return Volts(self._scpi.number(self._query("volts")))

    def limiting(self) -> bool:
        """Whether it is in current limit, or was since it was asked last where it keeps that.

        Verb ``limited``: asks an event register, of which ``LIMITED`` is the bit, or a word (CC). A
        model that does not know it is not asked again.
        """
        if "limited" not in self.VERBS or self._tells_no_limit:
            return False
        said = ""
        with suppress(DeviceRefused, Garbled, PortTimeout):
            said = self._scpi.ask(self._query("limited"))
        if not said:
            self._tells_no_limit = True
            self.clear_errors()
        with suppress(ValueError, OverflowError):
            return bool(int(parse_number(said)) & self.LIMITED)
        return "CC" in said.upper()

    def tripped(self) -> str:
        """Which protection tripped; a supply without any says none."""
        return ""

    def clear_errors(self) -> None:
        """Forget what the instrument has queued about others' commands."""
        self._scpi.errors()

    def _set_word(self, header: str, word: str) -> None:
        """Set and read back a word; nothing is done on a model that does not know the header."""
        try:
            self._tell(f"{header} {word}")
        except DeviceRefused as error:
            if "-113" in str(error):  # undefined header
                return
            raise
        seen = self._scpi.ask(self._spelt(f"{header}?"))
        if seen.upper() not in (word, {"OFF": "0", "ON": "1"}.get(word)):
            raise DeviceRefused(f"{header} was set to {word} and reads back as {seen}")

    # --- SafeState --------------------------------------------------------------------------

    def make_safe(self) -> None:
        off = self._spelt(self.VERBS["output"][0], self.ON_OFF[1])
        self._scpi.shout(off)  # first of all, and whether it answers or not
        for command in (*self.HALT, self.VERBS["output"][0], *self.REST):
            with suppress(DeviceRefused):  # e.g. an old error in its queue; what counts is below
                self._tell(command, self.ON_OFF[1])
        if self.output():
            raise BenchError("the supply's output could not be switched off")
        self.observe("output", on=False)
        self._await_off()

    def _await_off(self) -> None:
        clock = self._scpi.port.clock
        self._scpi.pause(0.05)  # an answer that comes twice must not pass for a voltage
        deadline = clock.now() + 4 * max(self.capability.fall_time, 0.25)
        # Neither -9.9E37, an overflow of the meter, nor NaN is off.
        while not abs(volts := self.measure_voltage()) < OFF:
            if clock.now() >= deadline:
                raise BenchError(f"the output is off but still has {volts}: is it fed back?")
            self._scpi.pause(0.05)
