"""Whether a terminal met the cards that a presenter says were put in, and missed those taken out.

A presenter knows where its motors stand, not where the card is. Where it says that a card is in and
the terminal says that none came, or that one is out and the terminal goes on asking for it back,
two contradict and nobody knows who is right: the slot may be dead, or the gripper empty. That is
nothing to fail a terminal for; somebody has to look. Taps and swipes may fail by themselves.
"""

from dataclasses import dataclass

from harness.engine.recorder import Recorder
from harness.model.trace import Observation, Trace

#: s after a card was taken out for which a terminal may still ask for it.
STILL = 5.0
#: Faults that touch the card, its contacts or the slot begin so: then one not met is their doing.
TOUCHING = ("card_", "contact_", "field_", "part", "power_", "two_cards")
#: What a terminal asks for once a card is in.
MEETING = ("remove", "again")
LOOK = (
    "does the presenter hold a card, and does it come to its contacts and off again? If it does "
    "by hand, the terminal's slot is dead"
)


@dataclass(frozen=True, slots=True)
class Denied:
    """A card of which presenter and terminal say different things.

    Attributes:
        t: When the terminal said so.
        what: Who says what.
        since: The last card that both agree about, s.
    """

    t: float
    what: str
    since: float


def look(recorder: Recorder) -> None:
    """Tell the first contradiction as the bench's error."""
    found = denied(recorder.trace)
    if found is not None:
        recorder.say(
            "bench_error", role="reader", since=found.since, message=f"{found.what}; {LOOK}"
        )


def denied(trace: Trace) -> Denied | None:
    """The first contradiction; None where there is none."""
    story = _Story()
    for seen in trace:
        if (found := story.take(seen)) is not None:
            return found
    return None


class _Story:
    """What was said of cards so far."""

    def __init__(self) -> None:
        self._touched: set[str] = set()
        self._agreed = 0.0
        self._in: Observation | None = None  # since when one is said to be in, and was not met
        self._out: Observation | None = None  # since when one is said to be out

    def take(self, seen: Observation) -> Denied | None:
        if seen.kind in ("fault_injected", "fault_cleared"):
            self._touch(seen)
        elif seen.source == "reader":
            self._move(seen)
        elif seen.source == "terminal":
            return self._hear(seen)
        elif seen.kind == "sale_ended":
            return self._end(seen)
        return None

    def _touch(self, seen: Observation) -> None:
        if str(seen["fault"]).startswith(TOUCHING):
            change = self._touched.add if seen.kind == "fault_injected" else self._touched.discard
            change(str(seen["label"]))
            self._in = self._out = None  # what is said around it is not compared

    def _move(self, seen: Observation) -> None:
        if seen.kind in ("card_inserted", "card_removed") and not self._touched:
            inside = seen.kind == "card_inserted"
            self._in, self._out = (seen, None) if inside else (self._in, seen)

    def _hear(self, seen: Observation) -> Denied | None:
        if seen.kind == "card_read":
            self._agreed, self._in = seen.t, None
        elif seen.get("asks") in MEETING:
            gone = self._out
            if seen.get("asks") == "remove" and gone is not None and seen.t > gone.t + STILL:
                said = f"the presenter says that its card is out since {gone.t:.1f} s, and the "
                return Denied(seen.t, f"{said}terminal asks for it at {seen.t:.1f} s", self._agreed)
            self._in = None
        return None

    def _end(self, seen: Observation) -> Denied | None:
        had, self._in = self._in, None
        if had is None or seen.get("cause") != "timed_out" or had.get("of") != seen["sale"]:
            return None
        said = f"the presenter says that {had['card']} was put in at {had.t:.1f} s, and the"
        said += f" terminal met none and gave up at {seen.t:.1f} s"
        return Denied(seen.t, said, self._agreed)
