"""What supplies that speak SCPI have in common; a driver is its words, its abilities, its quirks.

``VERBS`` spells each act on one channel: ``{v}`` stands for the value, ``{n}`` for the channel. A
set is a pair, the command and the query that reads it back; a question is a text. A driver states
its own and inherits ``ScpiSupply``, ``Protection`` where it can be protected, ``OwnList`` where it
plays a list by itself (``ListOnly`` where it does so unprotected), and ``HardLimit`` where it
refuses set-points above a limit.

Source: SCPI-1999 vol. 2 (SOURce, OUTPut, MEASure); each driver names its instrument's manual.
"""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from harness.drivers._scpi import ScpiSession
from harness.errors import BenchError, DeviceRefused, Garbled, PortTimeout
from harness.model.power import Capability, Points
from harness.model.roles import Observe, ignore
from harness.model.units import Amps, Seconds, Volts
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


class Protection(ScpiSupply):
    """Plays Protected too. Verbs: ``ovp``, perhaps ``ovp_on``, and those of ``TRIPS``."""

    #: What tripped -> the verb that asks it.
    TRIPS: ClassVar[Mapping[str, str]] = {"ovp": "ovp_tripped", "ocp": "ocp_tripped"}
    #: What releases all latches of the channel.
    CLEAR: ClassVar[tuple[str, ...]] = ("OUTP:PROT:CLE",)
    _tripped = ""

    def set_over_voltage(self, volts: Volts) -> None:
        self._put("ovp", volts, self.capability.voltage_step)
        if "ovp_on" in self.VERBS:
            self._switch("ovp_on", on=True)

    def over_voltage(self) -> Volts:
        return Volts(self._scpi.number(self._query("ovp")))

    def tripped(self) -> str:
        known = [(word, verb) for word, verb in self.TRIPS.items() if verb in self.VERBS]
        which = next((word for word, verb in known if self._scpi.boolean(self._query(verb))), "")
        if which and which != self._tripped:
            self.observe("tripped", which=which)
        self._tripped = which
        return which

    def clear_trip(self) -> None:
        self.set_output(on=False)  # or clearing might switch it on
        refused: DeviceRefused | None = None
        for command in self.CLEAR:
            try:
                self._tell(command)
            except DeviceRefused as error:
                refused = error
        if self.tripped():
            raise refused or DeviceRefused(
                f"{self._tripped} stays latched: its reason is still there"
            )


class HardLimit(ScpiSupply):
    """Plays HardLimited too. Verbs: ``limit``, perhaps ``limit_on``."""

    def set_voltage_limit(self, volts: Volts) -> None:
        self._put("limit", volts, self.capability.voltage_step)
        if "limit_on" in self.VERBS:
            self._switch("limit_on", on=True)

    def voltage_limit(self) -> Volts:
        return Volts(self._scpi.number(self._query("limit")))


class ListOnly(ScpiSupply):
    """Plays ListMode too. A driver says how its list is written, started and ended."""

    def play(self, points: Points) -> Points:
        self._check_points(points)
        seen = self._loaded(points)
        self._start()
        self.observe("set", volts=float(seen[0][0]))  # the list has the say from now on
        return seen

    def stop(self) -> None:
        self._halt()
        if self._volts is not None:
            self.set_voltage(self._volts)  # where the list ended is the voltage otherwise

    def _loaded(self, points: Points) -> Points:
        """The list in the instrument, as it was read back, and nothing else changed by it."""
        return self._upload(points)

    def _upload(self, points: Points) -> Points:
        """Write the list into the instrument, and read it back."""
        raise NotImplementedError

    def _start(self) -> None:
        """Begin the list, which was uploaded."""
        raise NotImplementedError

    def _halt(self) -> None:
        """End a list, if one runs, and go back to fixed mode."""
        raise NotImplementedError

    def _rows(self, volts: Sequence[float], stays: Sequence[float]) -> Points:
        """Points from two columns as they were read back; raises DeviceRefused for uneven ones."""
        if len(volts) != len(stays):
            raise DeviceRefused(f"a list reads back as {len(volts)} levels and {len(stays)} stays")
        return [(Volts(level), Seconds(stay)) for level, stay in zip(volts, stays, strict=True)]

    def _compare(self, points: Points, seen: Points) -> Points:
        """What was read back, when it is what was asked for; raises DeviceRefused otherwise."""
        volts, dwell = 1.5 * self.capability.voltage_step, 0.001
        same = len(points) == len(seen) and all(
            abs(one[0] - other[0]) <= volts and abs(one[1] - other[1]) <= dwell
            for one, other in zip(points, seen, strict=True)
        )
        if not same:
            raise DeviceRefused(f"a list of {list(points)} reads back as {list(seen)}")
        return seen

    def _check_points(self, points: Points) -> None:
        able = self.capability
        if not 1 <= len(points) <= able.points:
            raise DeviceRefused(f"a list has 1 to {able.points} points, not {len(points)}")
        for _, dwell in points:
            if not able.min_dwell - 1e-9 <= dwell <= able.max_dwell:
                raise DeviceRefused(
                    f"a list's points last {able.min_dwell:g} s to {able.max_dwell:g} s, "
                    f"not {dwell:g} s"
                )
            if able.dwell_step and not _on_grid(dwell, able.dwell_step):
                raise DeviceRefused(f"a list's points last whole {able.dwell_step:g} s: {dwell:g}")


class OwnList(ListOnly, Protection):
    """Plays ListMode and Protected: a list must not move the over-voltage level."""

    def _loaded(self, points: Points) -> Points:
        guard = self.over_voltage()
        seen = self._upload(points)
        if abs(self.over_voltage() - guard) > 1.5 * self.capability.voltage_step:
            raise DeviceRefused(f"the list moved the over-voltage level from {guard}")
        return seen


def _on_grid(value: float, step: float) -> bool:
    return math.isclose(value / step, round(value / step), abs_tol=1e-6)
