"""What every clock is: the interface, and what is built on it alone."""

import itertools
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")


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
