"""What was reported is taken back when it is over: prompts agree with the true state (F10)."""

from dataclasses import dataclass

from harness.judge._monitor import TERMINAL, Monitor, either, span
from harness.judge._run import Run
from harness.model.hands import PARTS
from harness.model.trace import Observation

#: Causes that say how things are, not what has happened.
CONDITIONS = frozenset({
    "sim_missing", "sim_expired", "sim_not_activated", "data_exhausted", "no_signal", "weak_signal",
    "not_registered", "no_data_service", "modem_fault", "dns_failure", "host_unreachable",
    "host_silent", "tls_error", "supply_low", "supply_high", "reversal_pending", "not_signed_on",
})  # fmt: skip
#: Causes that a part's state makes true -> those parts (``model/hands.py``): judged where hands
#: were seen at them, and all that they touched is as usual.
OF_PARTS: dict[str, tuple[str, ...]] = {
    "paper_out": ("paper",), "cover_open": ("cover",), "paper_jam": ("paper_path",),
    "printer_hot": ("print_head",), "reader_fault": ("reader_cable",), "pad_fault": ("pad_cable",),
    "printer_fault": ("printer_cable", "paper", "cover", "paper_path", "print_head"),
    "scanner_fault": ("scanner_cable",), "display_fault": ("display",), "light_fault": ("lights",),
    "key_fault": ("keys", "touch"), "companion_lost": ("companion",), "battery_low": ("battery",),
}  # fmt: skip
CHANNELS = ("display", "ecr")
#: Conditions that may last a moment: a register that asks later is told of them once all the same.
LATCHED = frozenset({"supply_low", "supply_high"})
SHOWN_LATE = 5.0  # s by which a slow display may be behind what its terminal knows


@dataclass(frozen=True, slots=True)
class ReportsEnd:
    """At rest neither the display nor the answer to a status enquiry names a condition of before.

    Everything is cleared by then and a sale may have been made: who still says ``no_signal`` will
    not be believed the next time. What has happened (a restart, a pulled card) may stay on show.
    """

    def watch(self, run: Run) -> Monitor:
        return _ReportsEnd("reports_end", run)


class _ReportsEnd(Monitor):
    kinds = frozenset({"display", "report", "terminal_status", "cleared", "part", "detected"})
    needs_rest = True

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._last: dict[str, Observation] = {}  # channel -> what it says now
        self._named: dict[str, Observation] = {}  # channel -> the cause it names with it
        self._over: dict[str, Observation] = {}  # cause -> when it said that it is over
        self._heard: dict[str, Observation] = {}  # cause -> its first status since it began
        self._parts: dict[str, str] = {}  # part that hands were at -> its state

    def on(self, seen: Observation) -> None:
        if seen.kind == "part":
            self._parts[str(seen.get("part"))] = str(seen.get("state"))
        if seen.source != TERMINAL:
            return
        if seen.kind == "report":
            self._name(seen)
            return
        if seen.kind == "cleared":
            self._over[str(seen.get("cause"))] = seen
            return
        if seen.kind == "detected":
            self._heard.pop(str(seen.get("cause")), None)
            return
        channel = "display" if seen.kind == "display" else "ecr"
        self._last[channel] = seen
        self._named.pop(channel, None)

    def _name(self, seen: Observation) -> None:
        """A report belongs to the text or the status that it was read from; others pass by."""
        channel = str(seen.get("on"))
        last = self._last.get(channel)
        same = "text" if channel == "display" else "code"
        if last is not None and last.t == seen.t and last.get(same) == seen.get(same):
            self._named[channel] = seen
            if channel == "ecr":
                self._heard.setdefault(str(seen.get("cause")), seen)

    def conclude(self) -> None:
        if self.run.rest is None:
            return
        named = [seen for seen in self._named.values() if self._is_past(str(seen.get("cause")))]
        stale = [seen for seen in named if self._still(seen)]
        if named and not stale:
            one = named[0]
            shown = one.get("on") == "display"
            what = "nothing else was shown" if shown else "no status was answered"
            why = f"{what} after {one['cause']} was over, from {span(one.t)} on"
            self.unsure(why, (seen.n for seen in named))
        elif stale:
            where = either([f"{seen['cause']} on the {seen['on']}" for seen in stale])
            since = span(min(seen.t for seen in stale))
            self.fail(f"at rest it still says {where}, since {since}", (seen.n for seen in stale))
        elif not any(self.run.hears(channel) for channel in CHANNELS):
            self.unsure("neither display nor ecr is observed here")
        else:
            self.hold("at rest nothing is said of what is over")

    def _is_past(self, cause: str) -> bool:
        """Whether it is a condition of which nothing is left at rest."""
        handled = [part for part in OF_PARTS.get(cause, ()) if part in self._parts]
        mended = all(self._parts[part] == PARTS[part][0] for part in handled)
        return cause in CONDITIONS or (bool(handled) and mended)

    def _still(self, seen: Observation) -> bool:
        """A display shows what it shows; a status is true of the moment at which it was asked."""
        cause = str(seen.get("cause"))
        over, late = self._over.get(cause), self._heard.get(cause) is seen
        if seen.get("on") == "display":
            rest = self.run.rest
            return over is None or rest is None or rest.t - over.t > SHOWN_LATE
        return (over is None or over.t < seen.t) and not (late and cause in LATCHED)

    def waiting(self) -> str:
        return "judged at rest"
