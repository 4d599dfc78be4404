"""``replay``: a real driver against a written dialogue, what it must write and what comes back.

A dialogue is the datasheet as pairs; a pair left unsaid fails, and so does a word nobody expected.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from harness.clock import Clock, Signal, Task, Timer
from harness.errors import PortLost, Stuck
from harness.ports.base import BufferedPort

D = TypeVar("D")
T = TypeVar("T")


class SteppingClock(Clock):
    """A clock for one caller: waiting moves time, nothing runs beside it."""

    virtual = True

    def __init__(self) -> None:
        super().__init__()
        self._time = 0.0
        self._timers: list[Timer] = []

    def now(self) -> float:
        return self._time

    def sleep_until(self, when: float, *, precise: bool = False) -> float:
        self.move_to(when)
        return 0.0

    def spawn(self, name: str, work: Callable[[], object]) -> Task:
        raise NotImplementedError("drivers never start tasks; a dialogue has one caller")

    def signal(self, name: str) -> Signal:
        return _SteppingSignal(self, name)

    def call_at(self, when: float, act: Callable[[], None]) -> Timer:
        timer = Timer(max(when, self._time), next(self._order), act)
        self._timers.append(timer)
        return timer

    def run(self, main: Callable[[], T]) -> T:
        return main()

    def move_to(self, when: float) -> None:
        """Let time pass, firing what is due on the way."""
        while True:
            due = [timer for timer in self._timers if timer.when <= when and not timer.cancelled]
            if not due:
                break
            first = min(due)
            self._timers.remove(first)
            self._time = max(self._time, first.when)
            first.act()
        self._time = max(self._time, when)

    def next_timer(self) -> float | None:
        live = [timer.when for timer in self._timers if not timer.cancelled]
        return min(live) if live else None


class _SteppingSignal(Signal):
    def __init__(self, clock: SteppingClock, name: str) -> None:
        super().__init__(name)
        self._clock = clock

    def wait_for(self, true: Callable[[], bool], until: float | None = None) -> bool:
        while not true():
            step = self._clock.next_timer()
            if step is None or (until is not None and step > until):
                if until is None:
                    raise Stuck(f"waits for {self.name} for ever")
                self._clock.move_to(until)
                return true()
            self._clock.move_to(step)
        return True

    def notify(self) -> None:
        pass


@dataclass(frozen=True)
class Spelling:
    """How a text pair of a dialogue is spelt on this wire."""

    asked: Callable[[str], bytes] = lambda text: text.encode("latin-1") + b"\n"
    answered: Callable[[str], bytes] = lambda text: text.encode("latin-1") + b"\n"


LINES = Spelling()

#: (what the driver must write, what comes back, or None, or an exception to raise instead)
Pair = tuple[str | bytes, str | bytes | BaseException | None]


class ReplayPort(BufferedPort):
    """A port that knows a dialogue by heart."""

    def __init__(self, clock: Clock, talk: Sequence[Pair], spelling: Spelling) -> None:
        super().__init__(clock, "replay")
        self._talk = list(talk)
        self._spelling = spelling
        self._heard = b""
        self.said: list[bytes] = []

    def open(self) -> None:
        pass

    def write(self, data: bytes) -> None:
        self.said.append(data)
        self._heard += data
        while self._heard:
            if not self._talk:
                raise AssertionError(f"the dialogue is over, yet the driver wrote {self._heard!r}")
            asked, answer = self._talk[0]
            wanted = self._spelling.asked(asked) if isinstance(asked, str) else asked
            if not self._heard.startswith(wanted):
                if wanted.startswith(self._heard):
                    return
                raise AssertionError(f"the driver wrote {self._heard!r}; wanted {wanted!r}")
            self._heard = self._heard[len(wanted) :]
            self._talk.pop(0)
            self._answer(answer)

    def _answer(self, answer: str | bytes | BaseException | None) -> None:
        if isinstance(answer, BaseException):
            self.put_lost(str(answer))
            if not isinstance(answer, PortLost):
                raise answer
        elif isinstance(answer, str):
            self.put_arrived(self._spelling.answered(answer))
        elif answer is not None:
            self.put_arrived(answer)

    def close(self) -> None:
        pass

    def check_said(self) -> None:
        """Raise AssertionError for a pair that was never said."""
        if self._talk or self._heard:
            raise AssertionError(f"never said: {[pair[0] for pair in self._talk]}")


@contextmanager
def replay(driver: Callable[..., D], talk: Sequence[Pair], **options: Any) -> Iterator[D]:
    """Run ``driver`` (a Driver class or a partial of one) against a dialogue.

    Text pairs are spelt by the driver's ``SPELLING`` (newline-ended lines where it has none);
    bytes are taken as they are. Time moves only when the driver waits.
    """
    owner = getattr(driver, "func", driver)
    spelling = getattr(owner, "SPELLING", LINES)
    port = ReplayPort(SteppingClock(), talk, spelling)
    yield driver(port, **options)
    port.check_said()
