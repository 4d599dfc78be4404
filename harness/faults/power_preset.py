"""A named preset of unstable power: ``harness presets`` lists them with their parameters."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

from harness.errors import NotSupported
from harness.faults._trials import Trials
from harness.faults._waves import Waves
from harness.faults.power_cycles import PowerCycles
from harness.faults.power_hover import PowerHover
from harness.faults.power_staircase import PowerStaircase
from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.plan import Plan
from harness.model.presets import PRESETS, Preset
from harness.model.trace import Observation
from harness.model.units import Fraction, Seconds, Volts
from harness.model.waveform import Waveform
from harness.model.words import key_of, nearest

SEARCHES: dict[str, type[Trials]] = {
    "staircase": PowerStaircase, "hover": PowerHover, "cycles": PowerCycles,
}  # fmt: skip


@dataclass(frozen=True)
class PowerPreset(Waves):
    """Play a preset by its name; what is left out is as its standard has it.

    Attributes:
        preset: Its name, e.g. ``dip_40``.
        lasting: How long the disturbance of one round stays.
        repeat: Number of rounds.
        gap: At nominal between two rounds.
        edge: How long each slanted edge takes.
        down: How long the way down takes.
        hold: How long it stays at the bottom.
        up: How long the way up takes.
        per_minute: Slope of both ways, volts a minute.
        within: A random instant lies within this.
        seed: What chance grows from.
        closings: How often a bouncing contact closes.
        period: Of a beat.
        depth: Of a ripple, peak to peak.
        step: Between two levels.
        to: The lowest level.
        rest: At nominal after each level.
        resolution: To which a search goes.
        times: Off-times, one after the other.
    """

    preset: str
    stay: Seconds | None = field(default=None, metadata={"key": "lasting"})
    repeat: int | None = None
    gap: Seconds | None = None
    edge: Seconds | None = None
    down: Seconds | None = None
    hold: Seconds | None = None
    up: Seconds | None = None
    per_minute: Volts | None = None
    within: Seconds | None = None
    seed: int | None = None
    closings: int | None = None
    period: Seconds | None = None
    depth: Fraction | None = None
    step: Fraction | None = None
    to: Fraction | None = None
    rest: Seconds | None = None
    resolution: Fraction | None = None
    times: tuple[Seconds, ...] | None = None

    SHORT: ClassVar[str] = "preset"
    #: What plays it, for the presets that are searches.
    search: ClassVar[Trials | None] = None

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            near = nearest(self.preset, PRESETS) or "."
            raise ValueError(f"no preset {self.preset!r}{near} `harness presets` lists them")
        kind, values = SEARCHES.get(self.row.search), self.values  # raises for a wrong one
        made = kind.with_values(values) if kind else None
        object.__setattr__(self, "search", made)
        object.__setattr__(self, "CUT", self.row.cut)

    @property
    def row(self) -> Preset:
        """The preset's row in the table."""
        return PRESETS[self.preset]

    @property
    def values(self) -> dict[str, Any]:
        """Its parameters, those that were left out as the table has them; raises ValueError."""
        rows = {key_of(one): getattr(self, one.name) for one in fields(self)}
        del rows["preset"]
        return self.row.values({name: own for name, own in rows.items() if own is not None})

    # --- as a waveform ------------------------------------------------------------------------

    def what(self) -> str:
        stay = self.values.get("lasting")
        return f"{self.preset} of {Seconds(stay)}" if stay is not None else self.preset

    def asked(self) -> dict[str, Any]:
        row = self.row
        return {
            "what": self.what(), "preset": row.name, "standard": row.source,
            "confirmed": row.confirmed,
        }  # fmt: skip

    def waveform(self, nominal: Volts) -> Waveform:
        if self.search is not None:
            return self.search.waveform(nominal)
        return self.row.build({**self.values, "nominal": nominal})

    def planned(self, means: Means) -> Plan:
        if self.row.lacks:
            raise NotSupported(f"{self.what()}: {self.row.lacks}")
        if means.limits is not None and not means.limits.allows(self.preset):
            raise NotSupported(f"{self.preset} is not among the presets this rig's limits allow")
        if self.search is None:
            return super().planned(means)
        try:
            return self.search.planned(means)
        except NotSupported as why:
            raise NotSupported(f"{self.preset}: {why}") from why

    # --- as a search --------------------------------------------------------------------------

    @property
    def at_most(self) -> Seconds:
        return self.search.at_most if self.search is not None else super().at_most

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        with self.search.inject(cast) if self.search else super().inject(cast):
            yield self

    def play(self, cast: Cast) -> None:
        if self.search is not None:
            self.search.play(cast)
        else:
            super().play(cast)

    def took_effect(self, seen: Observation) -> bool:
        if self.search is not None:
            return self.search.took_effect(seen)
        return super().took_effect(seen)
