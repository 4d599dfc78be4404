"""Whether the console is behind: it tells of a request when the host has long had it.

A line that comes late (a terminal server's buffer, a logger, a log that is flushed now and then)
makes a quick terminal look slow, and a good one look as if it did things out of order. A request is
sent before it is received, so the host's stamps are what a console's can be measured by.
"""

from collections import defaultdict
from dataclasses import dataclass

from harness.engine.recorder import Recorder
from harness.model.trace import Observation, Trace

#: s by which a line may come behind what it tells of: a busy terminal, a busy bench.
LAG = 3.0
#: s by which it may come before: a slow network, a repetition.
LEAD = 60.0
#: Requests that go out once; of any other a line after a start may be that of a repetition.
ONCE = frozenset({"0100", "0200", "0800", "0820"})


@dataclass(frozen=True, slots=True)
class Behind:
    """A line that came too late.

    Attributes:
        had: The request, at the host.
        told: The console's line about it.
        since: From when on the console may have been behind, s.
    """

    had: Observation
    told: Observation
    since: float

    def __str__(self) -> str:
        return (
            f"it is {self.told.t - self.had.t:.1f} s behind: the host had {self.had['mti']} of "
            f"trace number {self.had['stan']} at {self.had.t:.1f} s, and the console told at "
            f"{self.told.t:.1f} s that it was sent; what holds its lines back (a terminal "
            "server, a logger, the terminal's own log)?"
        )


def look(recorder: Recorder) -> None:
    """Tell a console that was behind as the bench's error, from its last line in time on."""
    found = behind(recorder.trace)
    if found is not None:
        recorder.say("bench_error", role="console", since=found.since, message=str(found))


def behind(trace: Trace) -> Behind | None:
    """The first line that came too late; None where none did, or nobody can tell."""
    lines = defaultdict[object, list[Observation]](list)
    for one in trace.of("request_sent", source="terminal"):
        lines[_request(one)].append(one)
    since, waiting = 0.0, list[tuple[Observation, float]]()
    for had in trace.of("request_received", source="host"):
        told = lines[_request(had)]
        own = [one for one in told if -LEAD <= one.t - had.t <= LAG]
        if own:  # each line is of one request: the nearest
            told.remove(min(own, key=lambda one: abs(one.t - had.t)))
            since = had.t
        else:
            waiting.append((had, since))
    starts = [one.t for one in trace.of("boot", source="terminal")]
    for had, last in waiting:
        for one in lines[_request(had)]:
            again = had.get("mti") not in ONCE and any(had.t <= t <= one.t for t in starts)
            if one.t > had.t and not again:
                return Behind(had, one, last)
    return None


def _request(seen: Observation) -> object:
    return (seen.get("mti"), seen.get("stan"))
