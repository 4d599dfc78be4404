"""``bars_follow``: a terminal's bars follow its signal (scenario S-4: within 10 s)."""

from dataclasses import dataclass

from harness.judge._monitor import TERMINAL, after, span
from harness.judge._run import Run
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation
from harness.model.units import Dbm, Seconds

GOOD, POOR = "good", "poor"


@dataclass(frozen=True, slots=True)
class BarsFollow:
    """A poor signal has fewer bars than the good one before or after it.

    How many bars a signal gets is each maker's own affair: so only one is compared with the other.
    Where there is no cell there is no bar, whoever made it.
    A signal is what the modem says it is, and counts once it has stood for the budget.

    Attributes:
        within: The budget, from the modem's word. Longer than 10 s, as bars may be asked for only
            now and then.
        good: RSRP from which on it is good.
        poor: RSRP below which it is poor, or gone.
    """

    within: Seconds = Seconds(15)
    good: Dbm = Dbm(-95)
    poor: Dbm = Dbm(-115)

    def watch(self, run: Run) -> "_BarsFollow":
        return _BarsFollow(self, run)


class _BarsFollow(Safety):
    kinds = frozenset({"bars", "signal"})
    CHANNELS = ("console",)

    def __init__(self, word: BarsFollow, run: Run) -> None:
        super().__init__("bars_follow", run)
        self._word = word
        self._bars: Observation | None = None
        self._signal: Observation | None = None  # since when it is as it is, until that counted
        self._none: Observation | None = None  # since when there has been no cell
        self._now = ""  # how it is
        self._had: dict[str, Observation] = {}  # how it was -> the bars that it had, the last ones
        self._shown = False  # whether there ever was a bar

    def on(self, seen: Observation) -> None:
        self.at(seen.t)
        if (seen.source, seen.kind) == (TERMINAL, "bars"):
            self._bars = seen
            self._shown |= bool(seen.get("bars"))
            if self._now and self._signal is None:  # nothing was shown when its time was over
                self._had.setdefault(self._now, seen)
        elif seen.source == "modem":
            self._none = (self._none or seen) if _is_none(seen) else None
            if self._called(seen) != self._now:
                self._signal, self._now = seen, self._called(seen)

    def _called(self, seen: Observation) -> str:
        rsrp = seen.get("rsrp")
        if rsrp is None or rsrp < self._word.poor:
            return POOR
        return GOOD if rsrp >= self._word.good else ""

    def deadline(self) -> float | None:
        since = [one.t for one in (self._signal, self._none) if one is not None]
        return min(since) + self._word.within if since else None

    def at(self, t: float) -> None:
        signal, bars, none = self._signal, self._bars, self._none
        if none is not None and after(t, none.t + self._word.within):
            self._look_for_none(none)
        if signal is None or not after(t, signal.t + self._word.within):
            return
        self._signal = None
        if self._now and bars is not None:
            self._had[self._now] = bars
            self._compare(signal)

    def _look_for_none(self, none: Observation) -> None:
        """Bars of no cell at all."""
        self._none = None
        if self._bars is not None and self._bars.get("bars"):
            self.fail(
                f"{span(self._word.within)} after the last cell was gone it shows"
                f" {self._bars['bars']} bars", (self._bars.n, none.n),
            )  # fmt: skip

    def _compare(self, signal: Observation) -> None:
        good, poor = self._had.get(GOOD), self._had.get(POOR)
        if good is None or poor is None or not self._shown:
            return
        if good.get("bars", 0) <= poor.get("bars", 0):
            self.fail(
                f"{span(self._word.within)} after the signal was {self._now} it shows"
                f" {self._had[self._now].get('bars')} bars, and it has {good.get('bars')} for a"
                f" good one and {poor.get('bars')} for a poor one",
                (good.n, poor.n, signal.n),
            )  # fmt: skip

    def last_look(self) -> None:
        if len(self._had) < 2:
            self.unsure("bars were not seen for a good and for a poor signal")

    def held(self) -> str:
        return "fewer bars for a poor signal than for a good one"


def _is_none(seen: Observation) -> bool:
    """Whether the modem knows of no cell: of one of an older network it tells the RSSI alone."""
    return seen.get("rsrp") is None and seen.get("rssi") is None
