"""The presets of unstable power by name, as standards and laboratories have them.

A preset is data: its parameters with defaults and bounds, the clause it comes from, what it needs,
and a builder that makes its waveform for a nominal voltage. Levels are fractions of nominal, so a
preset for a 24 V system cannot reach a 5 V terminal. Sources: IEC 61000-4-29 and -4-11,
ISO 16750-2:2012, SAE J1113-11, LV 124; what is not ``confirmed`` was not read in the standard
itself or its sources disagree.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.model import presets_build as build
from harness.model.units import Fraction, Seconds, Volts
from harness.model.waveform import Waveform


@dataclass(frozen=True, slots=True)
class Parameter:
    """One key of a preset.

    Attributes:
        default: What it is when left out; None where nothing stands for it.
        least: No less.
        most: No more.
        listed: The standard's own values; others are its open level "x".
    """

    default: Any
    least: float
    most: float
    listed: tuple[Any, ...] = ()

    def check(self, name: str, value: Any) -> None:
        """Raises ValueError for a value out of bounds."""
        for one in value if isinstance(value, tuple) else (value,):
            if not self.least - 1e-12 <= one <= self.most + 1e-12:
                kind = type(one)
                said = f"{name} {one} seen, wanted {kind(self.least)} to {kind(self.most)}"
                usual = f" (the standard has {', '.join(map(str, self.listed))})"
                raise ValueError(said + (usual if self.listed else ""))


Build = Callable[[Mapping[str, Any]], Waveform]


@dataclass(frozen=True, slots=True)
class Preset:
    """One preset.

    Attributes:
        name: Its word.
        says: What it does, in one sentence.
        source: Standard and clause.
        needs: What it needs on a rig, in words.
        build: Parameters and ``nominal`` -> its waveform; for a search, that of one level.
        parameters: Its keys.
        confirmed: Whether its values were confirmed in a published text.
        search: ``staircase``, ``hover`` or ``cycles`` where each level's outcome decides or counts.
        lacks: Why no rig can make it with what drivers there are; "" where some can.
        cut: Whether the supply's own output, switched off, will do for an open line.
    """

    name: str
    says: str
    source: str
    needs: str
    build: Build
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    confirmed: bool = True
    search: str = ""
    lacks: str = ""
    cut: bool = False

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters with their defaults filled in; raises ValueError."""
        for name, value in given.items():
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                raise ValueError(f"{self.name} has no parameter {name!r}. It has: {known}")
            self.parameters[name].check(name, value)
        defaults = {name: one.default for name, one in self.parameters.items()}
        return {**defaults, **given}

    def waveform(self, given: Mapping[str, Any], nominal: Volts) -> Waveform:
        """Its waveform for these parameters; raises ValueError."""
        return self.build({**self.values(given), "nominal": nominal})


def _s(default: float, least: float, most: float, *listed: float) -> Parameter:
    return Parameter(Seconds(default), least, most, tuple(map(Seconds, listed)))


def _of(default: float, least: float, most: float, *listed: float) -> Parameter:
    return Parameter(Fraction(default), least, most, tuple(map(Fraction, listed)))


#: Three events, ten seconds apart (IEC 61000-4-29, 8.2.2; for dips by the same rule, unconfirmed).
EVENTS = {"repeat": Parameter(3, 1, 1000, (3,)), "gap": _s(10, 0, 3600, 10)}
SEED = {"seed": Parameter(0, 0, 2**31)}
DIPS = (0.01, 0.03, 0.1, 0.3, 1.0)
INTERRUPTIONS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
VARIATIONS = (0.1, 0.3, 1.0, 3.0, 10.0)
IEC = "IEC 61000-4-29"
AC = "IEC 61000-4-11"
BY_LIST = "a supply with a list of 10 ms points, or a fast switch"
NO_AC = (
    "it sets the adapter's mains to a level between off and on: it needs a programmable AC source, "
    "and no driver plays one"
)


def _ac(name: str, says: str, level: float, default: float, *listed: float) -> Preset:
    return Preset(
        name, says, f"{AC}, 5.1", "a switch in the adapter's mains" if level == 0 else "AC source",
        build.level_of(level, "mains"),
        {"lasting": _s(default, 0.001, 60, *listed), **EVENTS},
        confirmed=False, lacks="" if level == 0 else NO_AC,
    )  # fmt: skip


def _dip(name: str, level: float) -> Preset:
    return Preset(
        name, f"The supply steps to {100 * level:.0f} % of nominal and back.",
        f"{IEC}, 5.1 (durations unconfirmed)", BY_LIST, build.level_of(level),
        {"lasting": _s(0.1, 0.0001, 60, *DIPS), **EVENTS},
    )  # fmt: skip


def _variation(name: str, low: float) -> Preset:
    return Preset(
        name, f"The supply goes to {100 * low:.0f} %, then to 120 % of nominal, and back.",
        f"{IEC}, 5.3 (durations unconfirmed)",
        "a limit and an over-voltage protection above 120 % of nominal",
        build.variation(low),
        {"lasting": _s(1, 0.1, 60, *VARIATIONS), "edge": _s(0.1, 0, 10), **EVENTS},
    )  # fmt: skip


_ROWS = (
    _dip("dip_70", 0.70),
    _dip("dip_40", 0.40),
    Preset(
        "interrupt_open", "The line is interrupted, high impedance.", f"{IEC}, 5.2",
        "a switch in the supply line", build.opened(),
        {"lasting": _s(0.1, 0.0001, 60, *INTERRUPTIONS), **EVENTS},
    ),
    Preset(
        "interrupt_short", "The line is interrupted and the terminal's side shorted.",
        f"{IEC}, 5.2", "a switch that shorts, or a supply that sinks, by its list",
        build.shorted, {"lasting": _s(0.1, 0.0001, 60, *INTERRUPTIONS), **EVENTS},
    ),
    _variation("variation_85_120", 0.85),
    _variation("variation_80_120", 0.80),
    _ac("ac_drop_half", "The mains drop out for half a period.", 0, 0.01, 0.01, 0.00833),
    _ac("ac_drop_1", "The mains drop out for one period.", 0, 0.02, 0.02, 0.01667),
    _ac("ac_70_25", "The mains dip to 70 % for 25 periods.", 0.7, 0.5, 0.5),
    _ac("ac_40_10", "The mains dip to 40 % for 10 periods.", 0.4, 0.2, 0.2),
    _ac("ac_80_250", "The mains dip to 80 % for 250 periods.", 0.8, 5, 5),
    _ac("ac_0_250", "The mains fail for 250 periods.", 0, 5, 5),
    Preset(
        "reset_staircase", "Ever deeper drops in steps of 5 %, each with a look at the terminal.",
        "ISO 16750-2:2012, 4.6.2; LV 124 E-09", "any supply", build.drop,
        {"step": _of(0.05, 0.01, 0.5, 0.05), "to": _of(0, 0, 0.95, 0), "hold": _s(5, 0.1, 600, 5),
         "rest": _s(10, 1, 600, 10), "edge": _s(0.1, 0.01, 1, 0.01, 1)},
        search="staircase",
    ),
    Preset(
        "momentary_drop", "The supply drops for 100 ms to 4.5 V of 12, or 9 V of 24.",
        "ISO 16750-2:2012, 4.6.1", BY_LIST, build.level_of(0.375),
        {"lasting": _s(0.1, 0.01, 10, 0.1), "repeat": Parameter(1, 1, 1000), "gap": EVENTS["gap"]},
        confirmed=False,
    ),
    Preset(
        "crank_12v", "An engine is started: a deep drop, then seconds of a weak supply.",
        "SAE J1113-11 / ISO 7637-2, pulse 4", "a list", build.crank,
        {"hold": _s(10, 0.5, 20, 1, 10)},
    ),
    Preset(
        "jump_start", "24 V on a 12 V system for a minute.", "ISO 16750-2:2012, 4.3.1.2",
        "a limit and an over-voltage protection above 200 % of nominal", build.jump_start,
        {"lasting": _s(60, 1, 120, 60)}, confirmed=False,
    ),
    Preset(
        "slow_brownout", "The supply creeps down to nothing and up again.",
        "ISO 16750-2:2012, 4.5; LV 124 E-06", "any supply, in steps of 25 mV", build.slow_brownout,
        {"down": _s(60, 1, 7200, 60), "hold": _s(1, 0, 600, 1), "up": _s(60, 1, 7200, 60),
         "per_minute": Parameter(None, 0.1, 100, (Volts(0.5),))},
    ),
    Preset(
        "slow_down_fast_up", "The supply creeps down to nothing and is back at once.",
        "LV 124 E-07 / E-08", "any supply, in steps of 25 mV", build.slow_down_fast_up,
        {"down": _s(60, 1, 7200, 60), "hold": _s(1, 0, 600, 1)},
    ),
    Preset(
        "sag_and_recover", "The supply sags to 80 %, rises to 90 % and recovers, again and again.",
        "LV 124 E-03 (free after)", "any supply", build.sag,
        {"repeat": Parameter(10, 1, 1000, (10,)), "gap": _s(3, 0, 3600)},
    ),
    Preset(
        "undervoltage_hover", "Where the terminal resets is searched for; then the supply hovers.",
        "laboratory practice", "any supply", build.hover,
        {"hold": _s(2, 0.1, 60), "rest": _s(10, 1, 600), "resolution": _of(0.01, 0.002, 0.1, 0.01),
         "to": _of(0.2, 0, 0.9), "lasting": _s(60, 1, 3600, 60), "period": _s(0.5, 0.1, 60, 0.5)},
        search="hover",
    ),
    Preset(
        "power_cycle_sweep", "Off ever longer, on until it has booted: half-discharged capacitors.",
        "LV 124 E-09 (idea)", "a supply's output; below 200 ms a switch", build.off,
        {"times": Parameter(tuple(map(Seconds, (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5))), 0.001, 600),
         "rest": _s(10, 1, 600)},
        search="cycles", cut=True,
    ),
    Preset(
        "cut_at_random", "One cut at a random instant.", "laboratory practice",
        "a supply's output; below 200 ms a switch", build.cut,
        {"within": _s(10, 0, 3600), "lasting": _s(2, 0.001, 600), **SEED}, cut=True,
    ),
    Preset(
        "cut_in_update", "One cut shortly after the mark the story awaited.", "laboratory practice",
        "a supply's output; below 200 ms a switch", build.cut,
        {"within": _s(0.4, 0, 60), "lasting": _s(2, 0.001, 600), **SEED}, cut=True,
    ),
    Preset(
        "plug_bounce", "A plug is pushed in: contacts close and open within milliseconds.",
        "laboratory practice", "a switch that times its pulses itself", build.plug_bounce,
        {"closings": Parameter(8, 5, 12), "lasting": _s(0.08, 0.02, 0.5, 0.08), **SEED},
    ),
    Preset(
        "chatter", "A loose contact: half the time open, in a steady beat.", "laboratory practice",
        "a switch (a relay wears)", build.chatter,
        {"period": _s(0.2, 0.05, 1), "lasting": _s(5, 0.1, 60, 5)},
    ),
    Preset(
        "ripple_100hz", "A ripple of 100 Hz on the supply, peak to peak of nominal.",
        "IEC 61000-4-17 (levels unconfirmed)", "a list of 0.5 ms points", build.ripple,
        {"depth": _of(0.05, 0.01, 0.2, 0.02, 0.05, 0.1, 0.15), "lasting": _s(10, 0.01, 600, 10)},
        confirmed=False,
    ),
    Preset(
        "battery_sag", "A weak battery sags under the modem's bursts.",
        "laboratory practice (bursts unconfirmed)", "a battery simulator, or a series resistor",
        build.level_of(0.8), {"lasting": _s(10, 0.1, 600)}, confirmed=False,
        lacks="it follows the terminal's own current through a battery's resistance: it needs a "
        "supply that simulates a battery (Keithley 2281S, R&S NGM, Keysight N6781A) or a resistor "
        "in the line, and no driver plays one",
    ),
    Preset(
        "battery_pull", "The battery is pulled with no adapter there; then the other order.",
        "laboratory practice", "a switch in the battery's line, besides the supply's",
        build.battery_pull, {"lasting": _s(2, 0.1, 600)}, cut=True,
    ),
    Preset(
        "usb_c_replug", "VBUS goes and comes again.", "USB Type-C, vSafe0V (650 ms, unconfirmed)",
        "a switch in VBUS", build.opened("vbus"),
        {"lasting": _s(1, 0.05, 60, 0.2, 1, 3), **EVENTS}, confirmed=False,
    ),
    Preset(
        "poe_cycle", "The port's power goes and is negotiated again.",
        "IEEE 802.3, MPS (300 to 400 ms, unconfirmed)", "a switch of the port's power",
        build.opened("poe"), {"lasting": _s(2, 0.1, 60, 0.5, 2, 10), **EVENTS}, confirmed=False,
    ),
)  # fmt: skip

#: Every preset by its name.
PRESETS: dict[str, Preset] = {one.name: one for one in _ROWS}
