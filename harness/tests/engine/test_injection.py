import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

import pytest

from harness.clock import Clock, CooperativeClock, ThreadClock
from harness.engine.injection import Injection
from harness.engine.recorder import Recorder
from harness.errors import BenchError
from harness.model.cast import Cast
from harness.model.trace import Observation
from harness.model.units import Seconds, Volts
from harness.tests.engine.test_recorder import Undecided
from harness.tests.patience import LIMIT

CLOCKS = pytest.mark.parametrize("kernel", [CooperativeClock, ThreadClock])


@dataclass
class Flood:
    """A fault that writes down what is done to it."""

    lasting: Seconds | None = None
    log: list[str] = field(default_factory=list)
    breaks_in: str = ""

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        self._do("in")
        try:
            yield self
        finally:
            self._do("out")

    def _do(self, what: str) -> None:
        if self.breaks_in == what:
            raise BenchError(f"the pump broke going {what}")
        self.log.append(what)

    def took_effect(self, seen: Observation) -> bool:
        return seen.kind == "wet"


@dataclass
class Tide(Flood):
    """A flood that goes on by itself while it is held."""

    def play(self, cast: Cast) -> None:
        while True:
            cast.sleep(0.01)
            self.log.append("wave")


def on(kernel: Callable[[], Clock], story: Callable[[Recorder, Cast], None]) -> Recorder:
    """Tell a story on a kernel; returns who wrote it down."""
    clock = kernel()
    recorder = Recorder(clock, io.StringIO(), Undecided())
    clock.run(lambda: story(recorder, Cast({}, Volts(9), clock.sleep)))
    return recorder


def wait(clock: Clock, true: Callable[[], object]) -> None:
    """Wait until it is true, on either kernel."""
    limit = clock.now() + LIMIT
    while not true():
        assert clock.now() < limit
        clock.sleep(0.01)


@CLOCKS
def test_a_fault_is_held_until_it_is_cleared(kernel: Callable[[], Clock]) -> None:
    """In, seen to bite, out: in that order and all of it in the trace."""
    flood = Flood()

    def story(recorder: Recorder, cast: Cast) -> None:
        injection = Injection(recorder, cast, "flood", "flood", flood)
        injection.start({}, 0.0)
        recorder.take("network", "wet", recorder.clock.now(), {})
        assert flood.log == ["in"]
        injection.clear()

    recorder = on(kernel, story)

    assert flood.log == ["in", "out"]
    kinds = [row.kind for row in recorder.trace]
    assert kinds == ["fault_injected", "wet", "fault_took_effect", "fault_cleared"]
    assert recorder.trace[2]["evidence"] == 2


def test_only_what_was_seen_meanwhile_is_its_effect() -> None:
    """Not what was seen before and told late; long after the clearing, that it still bites."""

    def story(recorder: Recorder, cast: Cast) -> None:
        clock = recorder.clock
        clock.sleep(5)
        injection = Injection(recorder, cast, "flood", "flood", Flood())
        injection.start({}, 0.0)
        recorder.take("network", "wet", clock.now() - 1, {})
        injection.clear()
        for _ in range(3):
            clock.sleep(25)
            recorder.take("network", "wet", clock.now(), {})
            recorder.take("modem", "wet", clock.now(), {})

    trace = on(CooperativeClock, story).trace

    assert not trace.of("fault_took_effect")
    assert [trace[row["evidence"] - 1].source for row in trace.of("fault_lingers")] == [
        "network", "network", "network",
    ]  # fmt: skip


@CLOCKS
def test_a_fault_with_a_duration_clears_itself(kernel: Callable[[], Clock]) -> None:
    """`lasting` seconds later the world is whole without anybody's doing."""
    flood = Flood(lasting=Seconds(0.05))

    def story(recorder: Recorder, cast: Cast) -> None:
        injection = Injection(recorder, cast, "flood", "flood", flood)
        injection.start({}, 0.0)
        wait(recorder.clock, lambda: injection.done)
        injection.clear()  # does nothing more

    recorder = on(kernel, story)

    injected, cleared = (
        recorder.trace.of("fault_injected")[0],
        recorder.trace.of("fault_cleared")[0],
    )
    assert cleared.t - injected.t >= 0.05
    assert flood.log == ["in", "out"]


@CLOCKS
def test_what_a_fault_does_while_it_is_held_ends_with_it(kernel: Callable[[], Clock]) -> None:
    """No wave comes after the clearing."""
    tide = Tide()

    def story(recorder: Recorder, cast: Cast) -> None:
        injection = Injection(recorder, cast, "tide", "tide", tide)
        injection.start({}, 0.0)
        wait(recorder.clock, lambda: tide.log.count("wave") >= 3)
        injection.clear()
        recorder.clock.sleep(0.1)

    on(kernel, story)

    assert tide.log[0] == "in"
    assert tide.log[-1] == "out"


@CLOCKS
@pytest.mark.parametrize("where", ["in", "out"])
def test_a_bench_that_breaks_under_a_fault_is_told_to_who_asked(
    kernel: Callable[[], Clock], where: str
) -> None:
    """The BenchError comes out of start or clear, and nothing is left waiting."""
    flood = Flood(breaks_in=where)

    def story(recorder: Recorder, cast: Cast) -> None:
        injection = Injection(recorder, cast, "flood", "flood", flood)
        with pytest.raises(BenchError, match=f"going {where}"):
            _in_and_out(injection)
        assert injection.done

    recorder = on(kernel, story)

    assert not recorder.trace.of("fault_cleared")


def _in_and_out(injection: Injection) -> None:
    injection.start({}, 0.0)
    injection.clear()


@CLOCKS
def test_no_evidence_is_no_effect(kernel: Callable[[], Clock]) -> None:
    """A fault nobody saw bite is not said to have taken effect."""

    def story(recorder: Recorder, cast: Cast) -> None:
        injection = Injection(recorder, cast, "flood", "flood", Flood())
        injection.start({}, 0.0)
        recorder.take("network", "dry", recorder.clock.now(), {})
        injection.clear()
        assert not injection.took_effect

    assert not on(kernel, story).trace.of("fault_took_effect")


class Wave(Flood):
    """A fault that is over when it has been played."""

    ENDS_ITSELF = True
    at_most = Seconds(100)
    takes = 5.0

    def play(self, cast: Cast) -> None:
        cast.sleep(self.takes)
        self.log.append("played")


@pytest.mark.parametrize("takes", [5.0, 1000.0])
def test_a_fault_that_ends_itself_is_cleared_then(takes: float) -> None:
    """When its play is over, or when it has had all the time it may need."""
    clock = CooperativeClock()

    def story() -> float:
        fault = Wave()
        fault.takes = takes
        recorder = Recorder(clock, io.StringIO(), Undecided())
        cast = Cast({}, Volts(5), clock.sleep)
        injection = Injection(recorder, cast, "wave", "wave", fault)
        injection.start({}, 0.0)
        injection.finish()
        assert fault.log == (["in", "played", "out"] if takes < 100 else ["in", "out"])
        return clock.now()

    assert clock.run(story) == pytest.approx(min(takes, 100))
