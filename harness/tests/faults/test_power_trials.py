"""Searches: each level's outcome is recorded, and the search goes by it."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.faults.power_cycles import PowerCycles
from harness.faults.power_hover import PowerHover
from harness.faults.power_preset import PowerPreset
from harness.faults.power_staircase import PowerStaircase
from harness.model.cast import Cast
from harness.model.roles import SaleResult
from harness.model.trace import Observation
from harness.model.units import Fraction, Money, Seconds, Volts

NOMINAL = Volts(10)


class Story:
    """A supply that is obeyed at once, and a terminal that restarts below a level."""

    def __init__(self, clock: CooperativeClock, *, resets: float, dies: float = -1.0) -> None:
        self.clock, self.seen = clock, list[Observation]()
        self.volts, self.on, self.down_until, self.dead = 10.0, True, 0.0, False
        self._resets, self._dies, self._low = resets, dies, False
        self.cast = Cast(
            {"supply": self, "terminal": Register(self)}, NOMINAL, clock.sleep, note=self.note,
            now=clock.now, since=lambda n: self.seen[n:],
        )  # fmt: skip

    def note(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.say("engine", kind, **fields)

    def say(self, source: str, kind: str, /, **fields: Any) -> None:
        row = Observation(len(self.seen) + 1, self.clock.now(), source, kind, fields)
        self.seen.append(row)

    # --- the supply

    def set_output(self, *, on: bool) -> None:
        self.on = on
        self._moved()

    def output(self) -> bool:
        return self.on

    def set_voltage(self, volts: Volts) -> None:
        self.volts = float(volts)
        self._moved()

    def set_current_limit(self, amps: Any) -> None: ...

    def measure_current(self) -> Any:
        return 0.1

    def measure_voltage(self) -> Volts:
        now = self.volts if self.on else 0.0
        self.say("supply", "measured", volts=now)
        return Volts(now)

    def _moved(self) -> None:
        now = self.volts if self.on else 0.0
        if now < self._resets:
            self._low = True
            self.dead = self.dead or now < self._dies
        elif self._low and not self.dead:
            self._low = False
            self.down_until = self.clock.now() + 8
            self.clock.call_at(self.clock.now() + 1, lambda: self.say("terminal", "boot"))
            self.clock.call_at(
                self.clock.now() + 8, lambda: self.say("terminal", "state", state="ready")
            )
        elif now < 0.9 * NOMINAL:
            self.say("terminal", "detected", cause="supply_low")

    def of(self, kind: str) -> list[Observation]:
        return [row for row in self.seen if row.kind == kind]


class Register:
    """The terminal, as far as it is asked whether it is there."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def status(self) -> str:
        if self._story._low or self._story.clock.now() < self._story.down_until:
            raise PortLost("nobody answers")
        return "00"

    def sign_on(self) -> None: ...
    def sell(self, amount: Money) -> SaleResult:
        return SaleResult("unknown")

    def abort(self) -> None: ...
    def last_result(self) -> None: ...
    def settle(self) -> SaleResult:
        return SaleResult("unknown")

    def start_update(self) -> None: ...


def told(fault: Any, tell: Callable[[Story], None] | None = None, **terminal: Any) -> Story:
    """Play a fault to its end; returns what was seen."""
    clock = CooperativeClock()

    def story() -> Story:
        it = Story(clock, **terminal)
        with fault.inject(it.cast):
            player = clock.spawn("play", lambda: fault.play(it.cast))
            assert player.join(clock.now() + fault.at_most)
        return it

    return clock.run(story)


def outcomes(story: Story) -> list[tuple[float, str]]:
    """(level, outcome) of each trial."""
    return [(row["level"], row["outcome"]) for row in story.of("power_trial")]


def test_a_staircase_records_what_each_level_did() -> None:
    """Stayed up above its warning, reported below it, restarted below its reset level."""
    story = told(PowerStaircase(step=Fraction(0.25), hold=Seconds(1)), resets=4.0)

    assert outcomes(story) == [
        (0.75, "reported"), (0.5, "reported"), (0.25, "rebooted"), (0.0, "rebooted")
    ]  # fmt: skip
    last = story.of("power_trial")[-1]
    assert last["volts"] == 0.0
    assert last["lasting"] == 1.0
    assert last["boots"] == 1
    assert last["back_after"] > 1
    assert story.volts == NOMINAL


def test_a_terminal_that_notices_nothing_stayed_up() -> None:
    """5 % less is nothing to speak of."""
    story = told(PowerStaircase(step=Fraction(0.05), to=Fraction(0.9)), resets=4.0)

    assert outcomes(story) == [(0.95, "stayed_up"), (0.9, "stayed_up")]


def test_a_terminal_that_is_not_back_ends_the_staircase() -> None:
    """A dead terminal learns nothing from deeper drops."""
    story = told(PowerStaircase(step=Fraction(0.25)), resets=6.0, dies=6.0)

    assert outcomes(story) == [(0.75, "reported"), (0.5, "lost")]
    assert "back_after" not in story.of("power_trial")[-1].fields or (
        story.of("power_trial")[-1]["back_after"] is None
    )
    assert story.volts == NOMINAL


@pytest.mark.parametrize("resets", [3.0, 4.37, 6.6, 8.8])
def test_a_hover_finds_the_level_of_the_restart(resets: float) -> None:
    """Bisection to a per cent, then it hovers there."""
    story = told(PowerHover(lasting=Seconds(4)), resets=resets)

    (found,) = story.of("power_threshold")
    assert found["level"] * 10 == pytest.approx(resets, abs=0.1001)
    assert found["level"] * 10 >= resets
    assert story.of("power_trial")[-1]["what"].startswith("hover at")
    levels = {row["volts"] for row in story.of("measured")}
    assert max(levels) <= NOMINAL


def test_without_a_threshold_nothing_hovers() -> None:
    """A terminal that stays up at the lowest level has none that could be found."""
    story = told(PowerHover(), resets=1.0)

    (found,) = story.of("power_threshold")
    assert found["level"] is None
    assert "stays up at 20 %" in found["why"]
    assert len(story.of("power_trial")) == 1


def test_power_cycles_wait_for_each_boot() -> None:
    """Off ever longer, on until it is back."""
    story = told(PowerCycles(times=(Seconds(0.5), Seconds(2))), resets=4.0)

    assert [row["lasting"] for row in story.of("power_trial")] == [0.5, 2.0]
    assert [outcome for _, outcome in outcomes(story)] == ["rebooted", "rebooted"]
    assert story.on


@pytest.mark.parametrize(
    ("preset", "first"),
    [("reset_staircase", 0.95), ("undervoltage_hover", 0.2)],
)
def test_presets_that_search_do_as_the_searching_faults(preset: str, first: float) -> None:
    """The same machine under the preset's name, its effect seen by the supply's readings."""
    fault = PowerPreset(preset)
    story = told(fault, resets=6.6)

    assert outcomes(story)[0][0] == first
    assert any(fault.took_effect(row) for row in story.seen)


@pytest.mark.parametrize(
    "wrong",
    [lambda: PowerStaircase(step=Fraction(0)), lambda: PowerStaircase(to=Fraction(1)),
     lambda: PowerHover(resolution=Fraction(0)), lambda: PowerCycles(times=())],
)  # fmt: skip
def test_searches_that_lead_nowhere_are_refused(wrong: Callable[[], object]) -> None:
    """No step, no depth, no resolution, no time."""
    with pytest.raises(ValueError, match=r"no stairs|no search|off-time"):
        wrong()
