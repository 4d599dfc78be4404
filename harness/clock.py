"""All waiting and all time: one interface, two kernels.

``Clock`` is what everybody takes. Code under it is plain and *blocking*; it spawns tasks, sleeps,
and waits for signals, and never learns which kernel runs it.

* ``ThreadClock`` is real: a task is a thread, time is the machine's monotonic clock.
* ``CooperativeClock`` runs all tasks in one thread, one at a time, in an order that depends on
  nothing but the program (greenlets, one heap of timers, ties in order of creation).
  With ``wall=False`` time jumps to the next event, so the same seed gives the same history;
  a wait that can never end raises ``Stuck`` and names who waits for what.
  With ``wall=True`` it keeps pace with real time and listens to file descriptors meanwhile:
  this is how simulated devices are served to other programs.

A task dies by ``kill()``: ``Killed`` is raised where it waits (or at its next wait), once, so that
``finally`` blocks still run and may wait. Time is in seconds since the clock was made.
"""

import heapq
import itertools
import selectors
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from greenlet import getcurrent, greenlet

from harness.errors import Stuck

T = TypeVar("T")
SPIN = 0.001  # s: a precise sleep spins for the last millisecond


class Killed(BaseException):
    """Raised in a task that was killed; do not catch it but to clean up."""


class Task(ABC):
    """Something that runs beside you."""

    def __init__(self, clock: "Clock", name: str) -> None:
        self.name = name
        self.done = False
        self.waiting_for = ""
        self._finished = clock.signal(f"the end of {name}")

    @abstractmethod
    def kill(self) -> None:
        """Have ``Killed`` raised where the task waits; at once in the calling task itself."""

    def join(self, until: float | None = None) -> bool:
        """Wait for the end; False when ``until`` came first."""
        return self._finished.wait_for(lambda: self.done, until)

    def _end(self) -> None:
        self.done = True
        self._finished.notify()


class Signal(ABC):
    """Where tasks wait for a condition to become true."""

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def wait_for(self, true: Callable[[], bool], until: float | None = None) -> bool:
        """Wait until ``true()``; False when the time ``until`` came first."""

    @abstractmethod
    def notify(self) -> None:
        """Have every waiter look at its condition again."""


@dataclass(order=True, slots=True)
class Timer:
    """An action at a time. It runs on the kernel itself and must not wait."""

    when: float
    order: int
    act: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class Clock(ABC):
    """Time and waiting. See the module text."""

    virtual: bool = False

    def __init__(self) -> None:
        self._order = itertools.count()

    @abstractmethod
    def now(self) -> float:
        """Seconds since this clock was made."""

    @abstractmethod
    def sleep_until(self, when: float, *, precise: bool = False) -> float:
        """Wait until ``when``; returns how late it is, in seconds. ``precise`` spins at the end."""

    def sleep(self, seconds: float) -> None:
        self.sleep_until(self.now() + seconds)

    @abstractmethod
    def spawn(self, name: str, work: Callable[[], object]) -> Task:
        """Run ``work`` beside the caller. An error in it is raised in the main task."""

    @abstractmethod
    def signal(self, name: str) -> Signal: ...

    @abstractmethod
    def call_at(self, when: float, act: Callable[[], None]) -> Timer: ...

    @abstractmethod
    def run(self, main: Callable[[], T]) -> T:
        """Run ``main`` to its end, then kill what still runs beside it."""

    def mailbox(self, name: str) -> "Mailbox[Any]":
        return Mailbox(self, name)


class Mailbox(Generic[T]):
    """A queue one task puts into and another takes from."""

    def __init__(self, clock: Clock, name: str) -> None:
        self.arrived = clock.signal(name)
        self._items: deque[T] = deque()

    def put(self, item: T) -> None:
        self._items.append(item)
        self.arrived.notify()

    def get(self, until: float | None = None) -> T | None:
        """The oldest item; None when ``until`` came first."""
        if not self.arrived.wait_for(lambda: bool(self._items), until):
            return None
        return self._items.popleft()

    def __len__(self) -> int:
        return len(self._items)


# --- one thread, one heap -------------------------------------------------------------------


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


class _GreenSignal(Signal):
    def __init__(self, clock: "CooperativeClock", name: str) -> None:
        super().__init__(name)
        self._clock = clock
        self._waiters: list[tuple[_GreenTask, int]] = []

    def wait_for(self, true: Callable[[], bool], until: float | None = None) -> bool:
        while not true():
            if until is not None and self._clock.now() >= until:
                return False
            self._clock._park(self.name, self._waiters, until)  # noqa: SLF001
        return True

    def notify(self) -> None:
        if not self._waiters:
            return
        waiters, self._waiters[:] = self._waiters[:], []
        for task, turn in waiters:
            self._clock._wake(task, turn)  # noqa: SLF001


class CooperativeClock(Clock):
    """All tasks in one thread, one at a time. See the module text."""

    def __init__(self, *, wall: bool = False) -> None:
        super().__init__()
        self.virtual = not wall
        self._time = 0.0
        self._start = time.monotonic()
        self._hub = getcurrent()
        self._ready: deque[tuple[_GreenTask, int]] = deque()
        self._timers: list[tuple[float, int, Timer]] = []
        self._tasks: dict[object, _GreenTask] = {}  # by their greenlet
        self._main: _GreenTask | None = None
        self._failure: BaseException | None = None
        self._selector = selectors.DefaultSelector() if wall else None
        self.events = 0  # switches and timers so far

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
        timer = Timer(when if when > now else now, order, act)
        heapq.heappush(self._timers, (timer.when, order, timer))
        return timer

    def listen(self, descriptor: int, act: Callable[[], None]) -> None:
        """Call ``act`` whenever the descriptor is readable (``wall=True`` only)."""
        assert self._selector is not None  # noqa: S101 - a programming error
        self._selector.register(descriptor, selectors.EVENT_READ, act)

    def unlisten(self, descriptor: int) -> None:
        assert self._selector is not None  # noqa: S101 - a programming error
        self._selector.unregister(descriptor)

    def listens_to(self, descriptor: int) -> bool:
        assert self._selector is not None  # noqa: S101 - a programming error
        return descriptor in self._selector.get_map()

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
            if ready:
                task, turn = ready.popleft()
                if task.turn == turn and not task.done:
                    self.events += 1
                    task.let.switch()
                if self.virtual or over():
                    continue
            self._advance(over)

    def _advance(self, over: Callable[[], bool]) -> None:
        while self._timers and self._timers[0][2].cancelled:
            heapq.heappop(self._timers)
        if self._selector is not None:
            self._listen_for(self._timers[0][0] - self.now() if self._timers else 0.5)
            due = bool(self._timers) and self._timers[0][0] <= self.now()
        else:
            due = bool(self._timers)
            if not due and not over():
                self._report_stuck()
                return
        if due:
            timer = heapq.heappop(self._timers)[2]
            self._time = max(self._time, timer.when)
            self.events += 1
            try:
                timer.act()
            except Exception as error:  # noqa: BLE001 - handed to the main task
                self._fail(error, "a timer")

    def _listen_for(self, seconds: float) -> None:
        assert self._selector is not None  # noqa: S101
        wait = 0.0 if self._ready else max(0.0, min(seconds, 0.5))
        if not self._selector.get_map():
            time.sleep(wait)
            return
        for key, _ in self._selector.select(wait):
            key.data()

    def _report_stuck(self) -> None:
        waits = "; ".join(
            f"{task.name} waits for {task.waiting_for}" for task in self._tasks.values()
        )
        self._fail(Stuck(f"no timer runs at {self._time:.6g} s and {waits or 'no task lives'}"), "")

    def interrupt(self, error: BaseException) -> None:
        """Have ``error`` raised in the main task at its next wait; a signal may call this."""
        self._fail(error, "")

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

    def _park(
        self, what: str, waiters: list[tuple[_GreenTask, int]] | None, until: float | None
    ) -> None:
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
        timer = None if until is None else self.call_at(until, partial(self._wake, *entry))
        self._hub.switch()
        if timer is not None:
            timer.cancelled = True
        if waiters and entry in waiters:  # woken by the time, not by a notification
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
        return not self._ready and not any(not timer.cancelled for _, _, timer in self._timers)


# --- threads --------------------------------------------------------------------------------


class _ThreadTask(Task):
    def __init__(self, clock: "ThreadClock", name: str) -> None:
        super().__init__(clock, name)
        self.killed = False
        self.parked: threading.Condition | None = None
        self.nap = threading.Condition()

    def kill(self) -> None:
        if self.done:
            return
        self.killed = True
        parked = self.parked
        if parked is not None:
            with parked:
                parked.notify_all()


class _ThreadSignal(Signal):
    def __init__(self, clock: "ThreadClock", name: str) -> None:
        super().__init__(name)
        self._clock = clock
        self._condition = threading.Condition()

    def wait_for(self, true: Callable[[], bool], until: float | None = None) -> bool:
        return self._clock._wait(self._condition, true, until, self.name)  # noqa: SLF001

    def notify(self) -> None:
        with self._condition:
            self._condition.notify_all()


class ThreadClock(Clock):
    """Real time: a task is a thread. See the module text."""

    def __init__(self) -> None:
        super().__init__()
        self._start = time.monotonic()
        self._local = threading.local()
        self._main = _ThreadTask(self, "main")
        self._tasks: list[tuple[_ThreadTask, threading.Thread]] = []
        self._failure: BaseException | None = None
        self._timers: list[Timer] = []
        self._timer_set = threading.Condition()
        self._timekeeper: threading.Thread | None = None

    def now(self) -> float:
        return time.monotonic() - self._start

    def sleep_until(self, when: float, *, precise: bool = False) -> float:
        wake = when - SPIN if precise else when
        self._wait(self._me().nap, lambda: False, wake, f"{when:.6g} s")
        while precise and self.now() < when:
            pass
        return max(0.0, self.now() - when)

    def spawn(self, name: str, work: Callable[[], object]) -> Task:
        task = _ThreadTask(self, name)
        thread = threading.Thread(target=self._live, args=(task, work), name=name, daemon=True)
        self._tasks.append((task, thread))
        thread.start()
        return task

    def signal(self, name: str) -> Signal:
        return _ThreadSignal(self, name)

    def call_at(self, when: float, act: Callable[[], None]) -> Timer:
        timer = Timer(when, next(self._order), act)
        with self._timer_set:
            heapq.heappush(self._timers, timer)
            if self._timekeeper is None:
                self._timekeeper = threading.Thread(target=self._keep_time, daemon=True)
                self._timekeeper.start()
            self._timer_set.notify()
        return timer

    def run(self, main: Callable[[], T]) -> T:
        before = sys.getswitchinterval()
        sys.setswitchinterval(0.0005)  # a busy thread would delay a timed action by 5 ms
        self._local.task = self._main
        try:
            result = main()
        finally:
            for task, _ in self._tasks:
                task.kill()
            limit = time.monotonic() + 5.0
            for _, thread in self._tasks:
                if thread is not threading.current_thread():
                    thread.join(max(0.0, limit - time.monotonic()))
            self._stop_timers()
            sys.setswitchinterval(before)
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        return result

    def _me(self) -> _ThreadTask:
        task: _ThreadTask = getattr(self._local, "task", self._main)
        return task

    def _live(self, task: _ThreadTask, work: Callable[[], object]) -> None:
        self._local.task = task
        try:
            if not task.killed:
                work()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 - handed to the main task
            self._fail(error, f"task {task.name!r}")
        finally:
            task._end()  # noqa: SLF001

    def _fail(self, error: BaseException, where: str) -> None:
        """Raise in the main task what nobody caught elsewhere."""
        error.add_note(f"raised in {where} at {self.now():.6f} s")
        self._failure = self._failure or error
        parked = self._main.parked
        if parked is not None:
            with parked:
                parked.notify_all()

    def _wait(
        self,
        condition: threading.Condition,
        true: Callable[[], bool],
        until: float | None,
        what: str,
    ) -> bool:
        task = self._me()
        with condition:
            task.parked, task.waiting_for = condition, what
            try:
                while True:
                    self._raise_orders(task)
                    if true():
                        return True
                    left = None if until is None else until - self.now()
                    if left is not None and left <= 0:
                        return False
                    condition.wait(left)
            finally:
                task.parked = None

    def _raise_orders(self, task: _ThreadTask) -> None:
        if task.killed:
            task.killed = False
            raise Killed(task.name)
        if task is self._main and self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def _keep_time(self) -> None:
        while True:
            with self._timer_set:
                while self._timekeeper and not self._due():
                    left = self._timers[0].when - self.now() if self._timers else None
                    self._timer_set.wait(left)
                if self._timekeeper is None:
                    return
                timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                try:
                    timer.act()
                except Exception as error:  # noqa: BLE001 - handed to the main task
                    self._fail(error, "a timer")

    def _due(self) -> bool:
        return bool(self._timers) and self._timers[0].when <= self.now()

    def _stop_timers(self) -> None:
        with self._timer_set:
            keeper, self._timekeeper = self._timekeeper, None
            self._timers.clear()
            self._timer_set.notify()
        if keeper is not None and keeper is not threading.current_thread():
            keeper.join()
