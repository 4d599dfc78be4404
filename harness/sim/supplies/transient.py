"""The trigger system of one simulated output: its list and its triggered levels.

Source: SCPI-1999 vol. 2, 24 (TRIGger), 19.16 (LIST).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from harness.clock import Clock, Timer
from harness.sim.supplies.setting import REFUSALS, Setting
from harness.wire.scpi_syntax import ScpiError


class Transient(ABC):
    """What a trigger starts; ``drive`` brings the output to it.

    Attributes:
        set: What is set.
        volts: The voltage level in force, V.
        amps: The current level in force, A.
        phase: idle, armed or running.
    """

    set: Setting
    volts: float
    amps: float

    def __init__(
        self, clock: Clock, personality: Mapping[str, Any], changed: Callable[[], None]
    ) -> None:
        self._clock, self._personality, self._changed = clock, personality, changed
        self.timers: dict[str, Timer] = {}
        self.phase = "idle"

    @abstractmethod
    def drive(self) -> None:
        """Bring the output to what the levels say."""

    def refusal(self, why: str) -> ScpiError:
        """The error with which this model refuses, by a word of ``REFUSALS``."""
        code, more = self._personality.get("refusals", {}).get(why, REFUSALS[why])
        return ScpiError(int(code), str(more))

    def initiate(self) -> None:
        """INITiate: -213 when already initiated, -221 for lists of unlike lengths."""
        if self.phase != "idle":
            raise ScpiError(-213)
        lengths = set(map(len, self._lists())) - {1}
        if "LIST" in (self.set.volts_mode, self.set.amps_mode) and len(lengths) > 1:
            raise self.refusal("lengths")
        self.phase = "armed"
        self._left = self._points()
        self._rounds = self.set.list_count
        if self.set.source == "IMM":
            self.trigger()
        else:
            self._changed()

    def trigger(self) -> None:
        """A trigger has come; -211 when nothing waits for one."""
        if not self.awaits_trigger:
            raise ScpiError(-211)
        if "LIST" in (self.set.volts_mode, self.set.amps_mode):
            self.phase = "running"
            self._next_point()
            return
        self.phase = "idle"
        if self.set.volts_mode == "STEP":
            self.set.volts = self.volts = self.set.volts_triggered
        if self.set.amps_mode == "STEP":
            self.set.amps = self.amps = self.set.amps_triggered
        self.drive()

    def _lists(self) -> tuple[tuple[float, ...], ...]:
        """What must be of one length, or of length 1."""
        return self.set.list_volts, self.set.list_amps, self.set.list_dwell

    def _points(self) -> list[tuple[float, float, float]]:
        rows = (self.set.list_volts, self.set.list_amps, self.set.list_dwell)
        length = max(map(len, rows))
        volts, amps, dwell = (row * length if len(row) == 1 else row for row in rows)
        return list(zip(volts, amps, dwell, strict=True))

    def _next_point(self) -> None:
        if not self._left:
            self._rounds -= 1
            self._left = self._points() if self._rounds > 0 else []
        if not self._left:
            self._end_list()
            return
        volts, amps, dwell = self._left.pop(0)
        if self.set.volts_mode == "LIST":
            self.volts = volts
        if self.set.amps_mode == "LIST":
            self.amps = amps
        last_by_trigger = self.set.list_step == "ONCE" and not self._left and self._rounds <= 1
        if self.set.list_step == "AUTO" or last_by_trigger:
            self._after("list", dwell, self._next_point)
        self.drive()

    def _end_list(self) -> None:
        self.phase = "idle"
        if self.set.list_last:  # the last point becomes the immediate level
            self.set.volts, self.set.amps = self.volts, self.amps
        self.volts, self.amps = self.set.volts, self.set.amps
        self.drive()

    def stop(self) -> None:
        """ABORt: the list ends and the immediate levels are in force again."""
        self._cancel("list")
        was, self.phase = self.phase, "idle"
        if was == "running":
            self.volts, self.amps = self.set.volts, self.set.amps
        self.drive()

    @property
    def awaits_trigger(self) -> bool:
        paced = self.phase == "running" and self.set.list_step == "ONCE"
        return self.phase == "armed" or paced

    @property
    def ends_by_itself(self) -> bool:
        """Whether a running list comes to its end without a trigger."""
        counted = self.set.list_count != float("inf")
        return self.phase == "running" and self.set.list_step == "AUTO" and counted

    # --- timers -----------------------------------------------------------------------------

    def _after(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        self._cancel(name)

        def fire() -> None:
            self.timers.pop(name, None)
            act()

        self.timers[name] = self._clock.call_at(self._clock.now() + seconds, fire)

    def _cancel(self, name: str) -> None:
        timer = self.timers.pop(name, None)
        if timer is not None:
            timer.cancel()
