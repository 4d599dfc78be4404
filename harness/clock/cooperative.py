"""All tasks in one thread, one at a time: greenlets and one heap of timers."""

import heapq
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from greenlet import getcurrent, greenlet

from harness.clock.base import Clock, Killed, Signal, Task, Timer
from harness.clock.descriptors import Descriptors
from harness.errors import Stuck

T = TypeVar("T")
#: So many switches, timers and waits that were none within a virtual second: somebody goes round
#: in circles.
CIRCLES = 1_000_000
LISTEN = 0.5  # s: for so long at most nobody looks whether all is over
SPIN = 300e-6  # s: a precise kernel looks again and again for so long before a timer


class _GreenTask(Task):
    def __init__(self, clock: "CooperativeClock", name: str, work: Callable[[], object]) -> None:
        super().__init__(clock, name)
        self._clock = clock
        self.killed = False
        self.turn = 0  # how often it has parked: a wake-up for an earlier turn is stale
        self.let = greenlet(lambda: clock._live(self, work), parent=clock._hub)  # noqa: SLF001

    def kill(self) -> None:
        if self.done:
            return
        if getcurrent() is self.let:
            raise Killed(self.name)
        self.killed = True
        self._clock._wake(self, self.turn)  # noqa: SLF001


Waiter = tuple[_GreenTask, int]  # a task, and which of its turns it waits for


class _GreenSignal(Signal):
    def __init__(self, clock: "CooperativeClock", name: str) -> None:
        super().__init__(name)
        self._clock = clock
        self._waiters: list[Waiter] = []

    def wait_for(self, true: Callable[[], bool], until: float | None = None) -> bool:
        clock = self._clock
        if true():
            clock._pass(self.name)  # noqa: SLF001
            return True
        while until is None or clock.now() < until:
            clock._park(self.name, self._waiters, until)  # noqa: SLF001
            if true():
                return True
        clock._pass(self.name)  # noqa: SLF001
        return False

    def notify(self) -> None:
        if not self._waiters:
            return
        waiters, self._waiters[:] = self._waiters[:], []
        for task, turn in waiters:
            self._clock._wake(task, turn)  # noqa: SLF001


class CooperativeClock(Clock):
    """All tasks in one thread, one at a time. See the module text."""

    def __init__(self, *, wall: bool = False, precise: bool = False) -> None:
        """Make the kernel.

        Args:
            wall: Keep pace with real time.
            precise: Spin for the last moment before a timer; for few descriptors only.
        """
        super().__init__()
        self.virtual = not wall
        self._spin = SPIN if precise else 0.0
        self._time = 0.0
        self._start = time.monotonic()
        self._hub = getcurrent()
        self._ready: deque[Waiter] = deque()
        self._timers: list[tuple[float, int, Timer | Waiter]] = []
        self._tasks: dict[object, _GreenTask] = {}  # by their greenlet
        self._main: _GreenTask | None = None
        self._failure: BaseException | None = None
        self._descriptors = Descriptors(precise=precise) if wall else None
        self.events = 0  # switches, timers, and waits that were none so far
        self._moved = 0  # how many of them there had been at the last mark
        self._mark = 0.0  # the virtual second after this time is the next one

    def now(self) -> float:
        return self._time if self.virtual else time.monotonic() - self._start

    def sleep_until(self, when: float, *, precise: bool = False) -> float:
        while self.now() < when:
            self._park("the time", None, when)
        return max(0.0, self.now() - when)

    def spawn(self, name: str, work: Callable[[], object]) -> Task:
        task = _GreenTask(self, name, work)
        self._tasks[task.let] = task
        self._ready.append((task, 0))
        return task

    def signal(self, name: str) -> Signal:
        return _GreenSignal(self, name)

    def call_at(self, when: float, act: Callable[[], None]) -> Timer:
        now, order = self.now(), next(self._order)
        timer = Timer(max(now, when), order, act)
        heapq.heappush(self._timers, (timer.when, order, timer))
        return timer

    def listen(self, descriptor: int, act: Callable[[], None], *, writable: bool = False) -> None:
        """Call ``act`` whenever the descriptor is readable, or writable (``wall=True`` only)."""
        assert self._descriptors is not None  # noqa: S101 - a programming error
        self._descriptors.listen(descriptor, act, writable=writable)

    def unlisten(self, descriptor: int) -> None:
        assert self._descriptors is not None  # noqa: S101 - a programming error
        self._descriptors.unlisten(descriptor)

    def listens_to(self, descriptor: int) -> bool:
        return self._descriptors is not None and descriptor in self._descriptors

    def run(self, main: Callable[[], T]) -> T:
        result: list[T] = []
        self._hub = getcurrent()
        self._main = task = _GreenTask(self, "main", lambda: result.append(main()))
        self._tasks[task.let] = task
        self._ready.append((task, 0))
        try:
            while not task.done:
                try:
                    self._turn_until(lambda: task.done)
                except KeyboardInterrupt as stop:  # between two tasks: it is for the main one
                    self._fail(stop, "")
        finally:
            self._kill_the_rest()
        if self._failure is not None:
            raise self._failure
        return result[0]

    def _turn_until(self, over: Callable[[], bool]) -> None:
        ready = self._ready
        while not over():
            if self.virtual and self.events - self._moved > CIRCLES:
                self._report_circles()
            if ready:
                task, turn = ready.popleft()
                if task.turn == turn and not task.done:
                    self.events += 1
                    task.let.switch()
                if self.virtual or over():
                    continue
            self._advance(over)

    def _advance(self, over: Callable[[], bool]) -> None:
        while self._timers and _is_over(self._timers[0][2]):
            heapq.heappop(self._timers)
        if self._descriptors is not None:
            due_in = self._timers[0][0] - self.now() - self._spin if self._timers else LISTEN
            self._descriptors.wait(0.0 if self._ready else max(0.0, min(due_in, LISTEN)))
            due = bool(self._timers) and self._timers[0][0] <= self.now()
        else:
            due = bool(self._timers)
            if not due and not over():
                self._report_stuck()
                return
        if due:
            when, _, timer = heapq.heappop(self._timers)
            if when > self._time:
                self._time = when
                if self._time >= self._mark:
                    self._mark, self._moved = self._time + 1.0, self.events
            self.events += 1
            self._act(timer)

    def _act(self, timer: "Timer | Waiter") -> None:
        if isinstance(timer, tuple):
            self._ready.append(timer)
            return
        try:
            timer.act()
        except Exception as error:  # noqa: BLE001 - handed to the main task
            self._fail(error, "a timer")

    def _report_stuck(self) -> None:
        waits = "; ".join(
            f"{task.name} waits for {task.waiting_for}" for task in self._tasks.values()
        )
        self._fail(Stuck(f"no timer runs at {self._time:.6g} s and {waits or 'no task lives'}"), "")

    def interrupt(self, error: BaseException) -> None:
        """Have ``error`` raised in the main task at its next wait; a signal may call this."""
        self._fail(error, "")

    def _pass(self, what: str) -> None:
        """Somebody would have waited, and need not: who never has to never lets time move."""
        self.events += 1
        if self.events - self._moved <= CIRCLES or not self.virtual:
            return
        task = self._tasks.get(getcurrent())
        self._report_circles(f"{task.name if task else 'a timer'} does not wait for {what}; ")
        if task is not None:  # it has to give way: what it catches does not matter
            task.killed = True
            self._raise_orders(task)

    def _report_circles(self, whose: str = "") -> None:
        """Time stands still though everybody is busy: an endless chain of timers or wake-ups."""
        self._moved = self.events
        names = ", ".join(task.name for task in self._tasks.values())
        said = f"{CIRCLES} events at {self._time:.6g} s and time does not move; {whose}alive: "
        self._fail(Stuck(said + names), "")

    def _fail(self, error: BaseException, where: str) -> None:
        """Raise in the main task what nobody caught elsewhere."""
        if where:
            error.add_note(f"raised in {where} at {self.now():.6f} s")
        main = self._main
        if main is None or main.done:
            self._failure = self._failure or error
            return
        main.turn += 1
        self._failure = self._failure or error
        self._ready.append((main, main.turn))

    def _live(self, task: _GreenTask, work: Callable[[], object]) -> None:
        try:
            if not task.killed:
                work()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 - handed to the main task
            if task is self._main:
                self._failure = error
            else:
                self._fail(error, f"task {task.name!r}")
        finally:
            self._tasks.pop(task.let, None)
            task._end()  # noqa: SLF001

    def _park(self, what: str, waiters: list[Waiter] | None, until: float | None) -> None:
        """The calling task waits for a notification of ``waiters``, or for a time, or both."""
        task = self._tasks.get(getcurrent())
        if task is None:
            raise RuntimeError(f"a timer or a callback must not wait (for {what})")
        if task.killed or self._failure is not None:
            self._raise_orders(task)
        task.turn += 1
        task.waiting_for = what
        entry = (task, task.turn)
        if waiters is not None:
            waiters.append(entry)
        if until is not None:
            when = until if until > (now := self.now()) else now
            heapq.heappush(self._timers, (when, next(self._order), entry))
        self._hub.switch()
        task.turn += 1  # a timer of this wait that is still to come is for nobody now
        if until is not None and waiters and entry in waiters:  # woken by the time
            waiters.remove(entry)
        if task.killed or self._failure is not None:
            self._raise_orders(task)

    def _raise_orders(self, task: _GreenTask) -> None:
        if task is self._main and self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        if task.killed:
            task.killed = False
            raise Killed(task.name)

    def _wake(self, task: _GreenTask, turn: int) -> None:
        if task.turn == turn and not task.done:
            self._ready.append((task, turn))

    def _kill_the_rest(self) -> None:
        for task in list(self._tasks.values()):
            task.kill()
        limit = self.now() + 60.0
        self._turn_until(lambda: not self._tasks or self.now() > limit or self._idle())

    def _idle(self) -> bool:
        return not self._ready and all(_is_over(timer) for _, _, timer in self._timers)


def _is_over(timer: "Timer | Waiter") -> bool:
    """Whether it is for nobody any more: cancelled, or somebody who goes on already."""
    if isinstance(timer, tuple):
        task, turn = timer
        return task.turn != turn or task.done
    return timer.cancelled
