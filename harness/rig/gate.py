"""What is known of a supply's output: what it was told, what was measured, whether it may be on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.clock import Clock
from harness.model.rig import Limits
from harness.model.roles import Observe, ignore

NEVER = float("-inf")
#: What makes the output go somewhere else.
MOVES = frozenset({
    "set_output", "set_voltage", "set_current_limit", "play", "stop", "make_safe", "clear_trip",
})  # fmt: skip


@dataclass(slots=True)
class Gate:
    """What is known of an output, and whether it may be energised.

    Attributes:
        clock: The clock of its port.
        limits: The rig file's; None without any.
        nominal: The terminal's normal voltage; None when that is not known.
        closed: Why nothing may be energised now; empty when it may.
        on: Whether the output was switched on last.
        volts: The set-point last told, V.
        changed: When that was, s.
        debt: Volts by which the set-point has changed faster than the slew limit lets it.
        off_at: When the output went off, s.
        min_off: For how long it stays off at least, s.
        ovp: Over-voltage level as it was set, V; None before.
        amps: Current limit as it was set, A; None before.
        seen: The latest reading: when, V, and A where they were read with it.
        moved: When the output was last told anything, s.
        on_at: When it was last switched on, s.
        listing: Whether the supply plays a list by itself.
        looked: When it was last found as it was told to be, s (``vigil.py``).
        arrived: Whether it was, since the last move.
    """

    clock: Clock
    limits: Limits | None = None
    nominal: float | None = None
    closed: str = ""
    on: bool = False
    volts: float = 0.0
    changed: float = NEVER
    debt: float = 0.0
    off_at: float = NEVER
    min_off: float = 0.0
    ovp: float | None = None
    amps: float | None = None
    seen: tuple[float, float, float | None] = (NEVER, 0.0, None)
    moved: float = NEVER
    on_at: float = NEVER
    listing: bool = False
    looked: float = NEVER
    arrived: bool = False

    def move(self) -> None:
        """The output is told something now."""
        self.moved, self.arrived = self.clock.now(), False

    def switch(self, on: object) -> None:
        """The output was switched."""
        if self.on and not on:
            self.off_at = self.clock.now()
        if on and not self.on:
            self.on_at = self.clock.now()
        self.on = bool(on)

    def level(self, volts: float) -> None:
        """A set-point was told."""
        self.volts, self.changed = volts, self.clock.now()

    def remember(self, name: str, value: Any) -> None:
        """A method of the driver has done its work."""
        if name in MOVES:
            self.move()
            self.listing = name == "play" or (self.listing and name == "set_current_limit")
        if name in KEPT:
            KEPT[name](self, value)


def _keep_list(gate: Gate, points: Any) -> None:
    if points:
        gate.level(points[-1][0])


def _keep_guard(gate: Gate, volts: float) -> None:
    gate.ovp = volts


def _keep_limit(gate: Gate, amps: float) -> None:
    gate.amps = float(amps)


#: Method -> what is kept of its first argument.
KEPT: Mapping[str, Callable[[Gate, Any], None]] = {
    "set_output": Gate.switch, "make_safe": Gate.switch, "set_voltage": Gate.level,
    "play": _keep_list, "set_over_voltage": _keep_guard, "set_current_limit": _keep_limit,
}  # fmt: skip


class Heard:
    """``observe`` of a driver: the gate hears the readings as well."""

    def __get__(self, driver: Any, _: type[Any] | None = None) -> Observe:
        if driver is None:
            return ignore
        told: Observe = driver.__dict__.get("observe", ignore)

        def observe(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
            gate: Gate = driver.gate
            if kind == "measured":
                amps = fields.get("amps")
                gate.seen = (gate.clock.now() if t is None else t, fields["volts"], amps)
            told(kind, t=t, **fields)

        return observe

    def __set__(self, driver: Any, told: Observe) -> None:
        driver.__dict__["observe"] = told
