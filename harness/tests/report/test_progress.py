"""The live line."""

from collections.abc import Callable

from harness.model.played import Played
from harness.model.scenario import Scenario
from harness.report.progress import PLAIN, LiveLine

STORY = Scenario(id="P-2", name="dip_mid_sale", family="power", story="")


class Screen:
    """Takes lines, and holds the time."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.now = 0.0

    def line(self, *, live: bool) -> LiveLine:
        return LiveLine(self.lines.append, lambda: self.now, live=live)


def test_it_tells_scenario_step_time_voltage_and_signal() -> None:
    """Where is it, and is the bench alive: one line answers both."""
    screen = Screen()
    line = screen.line(live=True)
    line.step(STORY, 3, 5, "inject", 12.34)
    line.reading("voltage", "3.20 V")
    assert screen.lines == [], "a tenth of a second has not passed yet"

    screen.now = 1.0
    line.reading("signal", "-84 dBm")

    assert screen.lines == ["dip_mid_sale: step 3/5 inject since 12.3 s, 3.20 V, -84 dBm"]


def test_between_two_items_there_is_nothing_to_show(play: Callable[..., Played]) -> None:
    """A step and a voltage of the item before are nobody's now."""
    screen = Screen()
    line = screen.line(live=True)
    line.step(STORY, 5, 5, "hold", 60)
    line.reading("voltage", "-0.00 V")
    screen.now = 1.0
    line.reading("voltage", "-0.00 V")
    line.verdict(play())
    screen.now = 2.0

    line.reading("voltage", "5.00 V")
    screen.now = 3.0
    line.step(STORY, 1, 2, "sale", 0)

    assert screen.lines == [
        "dip_mid_sale: step 5/5 hold since 60.0 s, 0.00 V",
        "",
        "dip_mid_sale: step 1/2 sale since 0.0 s, 5.00 V",
    ]


def test_a_virtual_run_does_not_flood_a_log() -> None:
    """Thousands of readings within a wall second give no line where nobody can write one over."""
    screen = Screen()
    line = screen.line(live=False)

    for n in range(10_000):
        line.step(STORY, 1, 5, "hold", n / 10)
        line.reading("voltage", "9.00 V")

    assert screen.lines == []


def test_a_long_run_in_a_log_does_not_look_dead() -> None:
    """A plain line every now and then."""
    screen = Screen()
    line = screen.line(live=False)

    for second in range(int(PLAIN) * 3):
        screen.now = float(second)
        line.step(STORY, 4, 5, "hold", second)

    assert len(screen.lines) == 2
