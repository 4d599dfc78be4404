"""A trace as a person sees it: steps with their times, spans of states and faults, moments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.model.scenario import Scenario
from harness.model.trace import Observation, Trace
from harness.model.units import Money
from harness.report.clean import clean


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted.

    Attributes:
        start: Seconds into the run.
        end: Seconds into the run; the trace's end when it never ended.
        label: What to write on it.
        tone: Its kind of colour: ``good``, ``bad``, ``warn``, ``busy`` or ``calm``.
        n: The trace line it began at.
    """

    start: float
    end: float
    label: str
    tone: str
    n: int


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened at one instant, worth a label."""

    t: float
    label: str
    tone: str
    n: int


@dataclass(frozen=True, slots=True)
class StepRow:
    """One line of ``when`` and when it ran; times are None when it was never reached."""

    word: str
    text: str
    started: float | None = None
    done: float | None = None
    late: float | None = None


def steps_of(scenario: Scenario, trace: Trace) -> list[StepRow]:
    """The scenario's steps in order, with their times."""
    started = {row["index"]: row for row in trace.of("step_started") if "index" in row.fields}
    done = {row["index"]: row.t for row in trace.of("step_done") if "index" in row.fields}
    base = min(started, default=0)
    return [
        _step_row(plain, started.get(base + place), done.get(base + place))
        for place, plain in enumerate(scenario.plain.get("when") or ())
    ]


def _step_row(plain: Any, began: Observation | None, done: float | None) -> StepRow:
    word, own = next(iter(plain.items())) if isinstance(plain, Mapping) and plain else (plain, "")
    if began is None:
        return StepRow(str(word), plain_text(own))
    return StepRow(str(word), plain_text(own), began.t, done, began.get("late"))


def plain_text(plain: Any) -> str:
    """A plain YAML value on one line, as it could stand in the file."""
    if isinstance(plain, Mapping):
        return clean(", ".join(f"{key}: {_flow(value)}" for key, value in plain.items()))
    return clean("" if plain is None else _flow(plain))


def _flow(plain: Any) -> str:
    if isinstance(plain, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in plain.items()) + "}"
    if isinstance(plain, list | tuple):
        return "[" + ", ".join(map(_flow, plain)) + "]"
    return str(plain)


def faults_of(trace: Trace) -> list[Span]:
    """Each fault from its injection to its clearing."""
    spans = []
    for injected in trace.of("fault_injected"):
        label = injected.get("label") or injected.get("fault")
        ends = (
            row.t for row in trace.of("fault_cleared")
            if row.n > injected.n and (row.get("label") or row.get("fault")) == label
        )  # fmt: skip
        spans.append(Span(injected.t, next(ends, trace.end), clean(label, 40), "bad", injected.n))
    return spans


#: State of the terminal (DESIGN.md, "Observations") -> tone.
_STATES = {
    "ready": "good", "busy": "busy", "booting": "calm", "recovering": "warn", "connecting": "warn",
    "updating": "busy", "out_of_service": "bad", "halted": "bad", "no supply": "bad",
}  # fmt: skip


def states_of(trace: Trace) -> list[Span]:
    """The terminal's own states; without supply it has none, whatever it said last."""
    rows = trace.of("state", "boot", "output")
    return list(_merged([(row, _state_word(row)) for row in rows], trace.end, _STATES))


def _state_word(seen: Observation) -> str:
    if seen.kind == "output":
        return "booting" if seen.get("on") else "no supply"
    return "booting" if seen.kind == "boot" else str(seen.get("state"))


#: What can be said of the path -> tone. Read from several kinds by ``_path_word``.
_PATHS = {
    "online": "good", "plan exhausted": "bad", "outage": "bad", "no bearer": "bad",
    "not registered": "bad", "subscription expired": "bad", "not activated": "bad",
}  # fmt: skip


def path_of(trace: Trace) -> list[Span]:
    """The link between terminal and host: registration, bearer, plan, subscription, outage."""
    now: dict[str, str] = {}
    points: list[tuple[Observation, str]] = []
    for seen in trace.of("plan", "subscription", "outage", "registration", "bearer"):
        now[seen.kind] = _path_word(seen)
        points.append((seen, next((word for word in now.values() if word), "online")))
    return list(_merged(points, trace.end, _PATHS))


def _path_word(seen: Observation) -> str:
    """What is wrong, by this observation alone; ``""`` when nothing is."""
    match seen.kind:
        case "plan":
            return "plan exhausted" if seen.get("state") == "exhausted" else ""
        case "outage":
            return "outage" if seen.get("on") else ""
        case "bearer":
            return "" if seen.get("up") else "no bearer"
        case "registration":
            return "" if seen.get("stat") in (1, 5) else "not registered"  # TS 27.007, 7.2
    state = str(seen.get("state"))
    return {"active": "", "expired": "subscription expired"}.get(state, state.replace("_", " "))


def _merged(
    points: list[tuple[Observation, str]], end: float, tones: Mapping[str, str]
) -> Iterator[Span]:
    """Spans between points; neighbours that say the same are one span."""
    kept = [
        point
        for place, point in enumerate(points)
        if place == 0 or points[place - 1][1] != point[1]
    ]
    for place, (seen, word) in enumerate(kept):
        stop = kept[place + 1][0].t if place + 1 < len(kept) else end
        label = clean(word.replace("_", " "), 30)
        yield Span(seen.t, stop, label, tones.get(word, "calm"), seen.n)


_SALE_TONES = {"approved": "good", "declined": "warn", "failed": "warn", "unknown": "bad"}


def sales_of(trace: Trace) -> list[Span]:
    """Each sale from the register's command to its answer, labelled with how it ended."""
    spans = []
    for started in trace.of("sale_started"):
        name = started.get("sale")
        ended = next((row for row in trace.of("sale_ended", source="engine")
                      if row.n > started.n and row.get("sale") == name), None)  # fmt: skip
        outcome = str(ended.get("outcome")) if ended else "no answer"
        label = clean(f"{name} {_amount(started)}: {outcome}", 60)
        stop = ended.t if ended else trace.end
        spans.append(Span(started.t, stop, label, _SALE_TONES.get(outcome, "bad"), started.n))
    return spans


def _amount(started: Observation) -> str:
    minor, currency = started.get("amount"), started.get("currency")
    if not isinstance(minor, int) or currency not in Money.CURRENCIES:
        return ""
    return str(Money(minor, str(currency)))


#: (kind, tone, label with the observation's fields) of what a reader looks for in a run.
_MOMENTS: dict[str, tuple[str, str]] = {
    "detected": ("good", "detected {cause}"),
    "boot": ("warn", "boot ({reason})"),
    "approved": ("good", "approved"),
    "declined": ("warn", "declined"),
    "not_done": ("warn", "not done"),
    "reversal_saved": ("calm", "reversal saved"),
    "reversal_sent": ("calm", "reversal sent"),
    "reversal_done": ("good", "reversal done"),
    "trigger_missed": ("bad", "trigger missed"),
    "bench_error": ("bad", "bench error"),
    "given_failed": ("bad", "start not reached"),
    "card_number_in_clear": ("bad", "card number in clear"),
    "key_in_clear": ("bad", "key in clear"),
    "violation": ("bad", "host: {rule}"),
    "tripped": ("bad", "supply tripped {which}"),
    "at_rest": ("calm", "at rest"),
    "not_at_rest": ("bad", "not at rest"),
}
#: Phases of an update that get a label; progress in percent does not.
_PHASES = ("offered", "installing", "first_boot", "done", "refused", "failed", "rolled_back")


#: What is said again within this time is the same news, s.
AGAIN = 1.0


def moments_of(trace: Trace) -> list[Moment]:
    """The key observations, in order; the same thing said again within a second counts once."""
    found: list[Moment] = []
    last: dict[str, float] = {}
    for seen in trace.of(*_MOMENTS, "update"):
        label, tone = _moment(seen)
        if label and seen.t - last.get(label, -2 * AGAIN) > AGAIN:
            found.append(Moment(seen.t, clean(label, 40), tone, seen.n))
        if label:
            last[label] = seen.t
    return sorted([*found, *_reports(trace)], key=lambda moment: moment.n)


def _reports(trace: Trace) -> Iterator[Moment]:
    """One moment for a cause that is told on several channels at once."""
    told: dict[str, tuple[Observation, list[str]]] = {}
    groups: list[tuple[Observation, list[str]]] = []
    for seen in trace.of("report"):
        cause = str(seen.get("cause"))
        if cause not in told or seen.t - told[cause][0].t > AGAIN:
            told[cause] = (seen, [])
            groups.append(told[cause])
        channel = str(seen.get("on"))
        if channel not in told[cause][1]:
            told[cause][1].append(channel)
    for first, channels in groups:
        label = clean(f"{', '.join(channels)}: {first.get('cause')}", 60)
        yield Moment(first.t, label, "good", first.n)


def _moment(seen: Observation) -> tuple[str, str]:
    if seen.kind == "update":
        phase = str(seen.get("phase"))
        bad = phase in ("refused", "failed", "rolled_back")
        return (f"update {phase}" if phase in _PHASES else ""), "warn" if bad else "calm"
    tone, label = _MOMENTS[seen.kind]
    return label.format_map(_Fields(seen)), tone


class _Fields(dict[str, str]):
    """Fields for a format string; what is missing is a question mark, not an error."""

    def __init__(self, seen: Observation) -> None:
        super().__init__((name, str(value)) for name, value in seen.fields.items())

    def __missing__(self, key: str) -> str:
        return "?"


def numbers_of(trace: Trace, kind: str, name: str) -> list[tuple[float, float]]:
    """(t, value) of one numeric field of one kind."""
    return [
        (row.t, float(row[name]))
        for row in trace.of(kind)
        if isinstance(row.get(name), int | float) and not isinstance(row.get(name), bool)
    ]
