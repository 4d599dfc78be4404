"""What only some supplies that speak SCPI can do: be protected, refuse, play a list by themselves.

A driver inherits ``Protection`` where it can be protected, ``OwnList`` where it plays a list by
itself (``ListOnly`` where it does so unprotected), and ``HardLimit`` where it refuses set-points
above a limit; all are ``ScpiSupply`` (``_scpi_supply.py``), and are spelt by the same ``VERBS``.

Source: SCPI-1999 vol. 2 (SOURce:PROTection, LIST); each driver names its instrument's manual.
"""

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

from harness.drivers._scpi_supply import ScpiSupply
from harness.errors import DeviceRefused
from harness.model.power import Points
from harness.model.units import Seconds, Volts


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
