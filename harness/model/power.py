"""Roles of what powers the terminal: supplies, their powers, and switches in the supply line.

A driver plays a role by having its methods (``model/roles.py``). What an instrument can do is data,
its ``Capability``: the same record says before a run what a preset may ask of it, and in the driver
what its list may contain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from harness.model.units import Amps, Seconds, Volts

#: Points of a supply's own list: a voltage and how long it stays, s.
Points = Sequence[tuple[Volts, Seconds]]


@dataclass(frozen=True, slots=True)
class Capability:
    """What a supply can do: a driver's class says the least, an instance may know more.

    Attributes:
        points: Most points of its own list; 0 where it has none.
        min_dwell: Shortest stay on a point, s.
        max_dwell: Longest stay on a point, s.
        dwell_step: Stays are multiples of this, s; 0 where any is taken.
        latency: From a command to the beginning of its edge, s.
        rise_time: From 10 to 90 % of the rated voltage, s.
        fall_time: From the rated voltage to 10 % of it at light load, s.
        sinks: Whether it can sink current, that is pull its output down.
        voltage_step: Resolution of a set-point, V.
        current_step: Resolution of a current limit, A.
        watchdog: Shortest and longest delay of its communication watchdog, s; None without one.
    """

    points: int = 0
    min_dwell: float = 0.0
    max_dwell: float = 0.0
    dwell_step: float = 0.0
    latency: float = 0.05
    rise_time: float = 0.1
    fall_time: float = 0.5
    sinks: bool = False
    voltage_step: float = 0.01
    current_step: float = 0.01
    watchdog: tuple[float, float] | None = None


@runtime_checkable
class Supply(Protocol):
    """A programmable supply, one channel. What it can do is told by ``capability_of``."""

    def set_output(self, *, on: bool) -> None: ...
    def output(self) -> bool: ...
    def set_voltage(self, volts: Volts) -> None: ...
    def set_current_limit(self, amps: Amps) -> None: ...
    def measure_voltage(self) -> Volts: ...
    def measure_current(self) -> Amps: ...


@runtime_checkable
class Protected(Protocol):
    """A supply with protection that can be armed and read back."""

    def set_over_voltage(self, volts: Volts) -> None: ...
    def over_voltage(self) -> Volts: ...
    def tripped(self) -> str:
        """``""``, or which protection tripped, in one word (``ovp``, ``ocp``, ``opp``, ``otp``)."""

    def clear_trip(self) -> None:
        """Release the latch; the output is off afterwards, whatever the model would do."""


@runtime_checkable
class HardLimited(Protocol):
    """A supply that itself refuses set-points above a limit (``VOLT:LIM``, R&S ``ALIM``)."""

    def set_voltage_limit(self, volts: Volts) -> None: ...
    def voltage_limit(self) -> Volts: ...


@runtime_checkable
class ListMode(Protocol):
    """A supply that plays a voltage list by itself."""

    capability: Capability

    def play(self, points: Points) -> Points:
        """Upload points, check them by read-back, start; returns what was read back, at the start.

        After the last point the output stays at the last point's voltage.

        Raises:
            DeviceRefused: The list is not what was asked for, or moved a protection; it was not
                started.
        """

    def stop(self) -> None:
        """Stop a list and return to fixed mode at the voltage set last."""


@runtime_checkable
class DeadMan(Protocol):
    """A supply with a communication watchdog: silence of its host switches the output off."""

    capability: Capability

    def set_watchdog(self, seconds: Seconds | None) -> None:
        """Trip after that much silence; None disarms it. Any query feeds it."""

    def watchdog(self) -> Seconds | None: ...


def capability_of(driver: Any) -> Capability:
    """What a supply's driver, its class or its owner can do; the least where it does not say."""
    found = getattr(getattr(driver, "driver", driver), "capability", None)
    return found if isinstance(found, Capability) else Capability()


# --- switches -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Switching:
    """What a switch in the supply line can do.

    Attributes:
        min_open: Shortest opening it can make when the host times it, s.
        min_pulse: Shortest opening that its own firmware times, s; None where it times none.
        bounce: For how long its contact may chatter at closing, s; 0 for a semiconductor.
        pulses: Most openings of one pattern that it times itself.
        shorts: Whether it can short the terminal's side (low-impedance interruption).
        feeds: What it opens: ``dc`` (the terminal's supply line), ``mains`` (its adapter),
            ``vbus``, ``poe`` or ``battery``.
    """

    min_open: float = 0.05
    min_pulse: float | None = None
    bounce: float = 0.0
    pulses: int = 0
    shorts: bool = False
    feeds: str = "dc"


@runtime_checkable
class Switch(Protocol):
    """A switch in the terminal's supply line."""

    switching: Switching

    def set_closed(self, *, closed: bool) -> None:
        """Switch, and verify it where the switch can say."""

    def closed(self) -> bool: ...


@runtime_checkable
class PulseSwitch(Protocol):
    """A switch whose own firmware times its openings; it ends closed."""

    switching: Switching

    def pulse(self, pattern: Sequence[tuple[bool, Seconds]]) -> None:
        """Play (closed, for how long) steps, then close; returns when it has begun."""


@runtime_checkable
class ShortingSwitch(Protocol):
    """A switch that can short the terminal's side while it is open (low impedance)."""

    switching: Switching

    def set_short(self, *, on: bool) -> None:
        """Open the line first, then short the terminal's side; the reverse on the way back."""
