"""What one output of a simulated supply is set to, and what a model refuses."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

#: What a model refuses -> error number and what is added to its text. A personality's ``refusals``
#: may say otherwise: ``{running: [308, Cannot be changed while transient trigger is initiated]}``.
REFUSALS: Mapping[str, tuple[int, str]] = {
    "running": (-221, "a list runs"),
    "initiated": (-221, "the trigger system is initiated"),
    "latched": (-221, "a protection is latched"),
    "lengths": (-221, "list lengths differ"),
    "points": (-223, ""),
}


@dataclass
class Setting:
    """What *RST puts back and the commands change. Volts, amps, seconds."""

    volts: float
    amps: float
    over_volts: float
    over_amps_delay: float
    volts_triggered: float = 0.0
    amps_triggered: float = 0.0
    volts_mode: str = "FIX"
    amps_mode: str = "FIX"
    over_volts_on: bool = True
    over_amps_on: bool = False
    over_amps: float | None = None  # where over-current has a level of its own
    list_volts: tuple[float, ...] = (0.0,)
    list_amps: tuple[float, ...] = (0.0,)
    list_dwell: tuple[float, ...] = (0.01,)
    list_count: float = 1
    list_step: str = "AUTO"
    list_last: bool = False
    source: str = "BUS"
    power_on: str = "RST"
    slew_up: float = math.inf  # V/s; faster than the supply's own slope it has no effect
    slew_down: float = math.inf
