"""Real time: a task is a thread."""

import heapq
import sys
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from harness.clock.base import Clock, Killed, Signal, Task, Timer

T = TypeVar("T")
SPIN = 0.001  # s: a precise sleep spins for the last millisecond


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
