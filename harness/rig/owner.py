"""The owner of a device: one task that runs its calls one at a time and listens in between.

``owner.measure_voltage()`` runs the driver's method in the owner's task and returns its result or
raises its exception; ``owner.start("sell", amount)`` asks for a call and returns at once. Between
calls the owner lets a ``Watched`` driver attend to what has arrived and polls a ``Polled`` one.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from harness.clock import Clock
from harness.errors import Astray, BenchError, BrokenOff, PortLost
from harness.model.roles import Polled, Watched
from harness.ports.base import Port
from harness.wire.masked import masked
from harness.wire.quoted import hide

#: ``take(source, kind, t, fields)``; called in an owner's task, must not wait.
Take = Callable[[str, str, float, Mapping[str, Any]], object]

RETRY = 0.5  # s between two attempts to reopen a port or to attend after an error
EAGER = 50  # attends in a row that may leave the port readable before the owner takes a rest
PATIENCE = 5.0  # s to wait for a killed owner
QUIET = 20.0  # s without news, after which polls may grow rare ...
EASE = 1.5  # ... and how much longer each next interval is


class Pending:
    """A call that was asked for and may not be over yet."""

    def __init__(self, clock: Clock, name: str, call: Callable[[], Any]) -> None:
        self.name = name
        self.done = False
        self.dropped = False
        self._call = call
        self._value: Any = None
        self._error: BaseException | None = None
        self._finished = clock.signal(f"the end of {name}")

    def wait(self, until: float | None = None) -> bool:
        """Wait for the end; False when ``until`` came first."""
        return self._finished.wait_for(lambda: self.done, until)

    def result(self) -> Any:
        """What the call returned, or its exception, raised; waits for the end."""
        try:
            self.wait()
        except BaseException:
            self.dropped = True  # nobody waits any more: do not begin it later
            raise
        if self._error is not None:
            raise self._error
        return self._value

    def run(self) -> None:
        """For the owner: do it. Only what is no ``Exception`` (a kill) comes out of here."""
        try:
            self._value = masked(self._call())  # a device's own words, as those of an error
        except Exception as error:  # noqa: BLE001 - handed to the caller
            self._error = error
            hide(error)  # a device's own words; they may come to be printed
            if isinstance(error, BenchError):
                error.role = error.role or self.name.partition(".")[0]
        except BaseException:
            self._error = BrokenOff(f"{self.name} was broken off: the device is being released")
            raise
        finally:
            self._finish()

    def refuse(self, why: str) -> None:
        """For the owner: it will never be done."""
        self._error = BenchError(f"{self.name} was not done: {why}")
        self._finish()

    def _finish(self) -> None:
        self.done = True
        self._finished.notify()


class Owner:
    """Owns one device. Methods of the driver are methods of the owner.

    ``driver`` is the driver itself, for ``isinstance`` only; never call it. The owner's own words
    (``start``, ``release`` ...) are no method names of any role.

    Attributes:
        role: The role in the rig file.
        source: Who speaks in the trace.
        driver: The driver.
        port: Its port.
    """

    def __init__(
        self, clock: Clock, role: str, source: str, driver: Any, port: Port, take: Take,
        *, stir: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self.role = role
        self.source = source
        self.driver = driver
        self.port = port
        self._clock = clock
        self._take = take
        self._stir = stir or self.rouse
        self._calls: deque[Pending] = deque()
        self._watched = isinstance(driver, Watched)
        self._every = float(driver.poll_every) if isinstance(driver, Polled) else None
        self._pace = self._every or 0.0  # s between the last poll and the next
        self._at_most = max(self._pace, getattr(driver, "poll_at_most", 0.0))
        self._next_poll = self._roused = clock.now()
        self._sooner = False  # the next poll is due earlier than the owner waits for
        self._next_attend = 0.0
        self._eager = 0
        self._port_away = False
        self._troubled: set[str] = set()  # what went wrong last time: attend, poll
        self._released = self._running = False
        if hasattr(driver, "observe"):
            driver.observe = self._observe
        self._task = clock.spawn(f"{role} owner", self._live)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self.driver, name)
        if not callable(found):
            return masked(found)

        def call(*args: Any, **keys: Any) -> Any:
            return self.start(name, *args, **keys).result()

        return call

    def abort(self) -> None:
        """The one call that does not wait its turn: it is there to end the one that runs."""
        if self._running:
            self.driver.abort()
        else:
            self.start("abort").result()

    def start(self, method: str, /, *args: Any, **keys: Any) -> Pending:
        """Ask for a call; it begins when those before it are over."""
        return self._ask(self._calls.append, method, args, keys)

    def start_first(self, method: str, /, *args: Any, **keys: Any) -> Pending:
        """Ask for a call that overtakes all that have not begun."""
        return self._ask(self._calls.appendleft, method, args, keys)

    def perform(self, name: str, act: Callable[[], Any]) -> Any:
        """Have ``act`` run in the owner's task, when the calls before it are over."""
        return self._queue(self._calls.append, name, act).result()

    def _ask(self, put: Callable[[Pending], None], method: str, args: Any, keys: Any) -> Pending:
        bound = getattr(self.driver, method)
        return self._queue(put, method, lambda: bound(*args, **keys))

    def _queue(self, put: Callable[[Pending], None], name: str, act: Callable[[], Any]) -> Pending:
        pending = Pending(self._clock, f"{self.role}.{name}", act)
        if self._released:
            pending.refuse("the device has been released")
        else:
            put(pending)
            self._stir()
            self.port.arrived.notify()
        return pending

    def port_is_away(self) -> None:
        """The port could not be opened yet: keep trying, quietly."""
        self._port_away = True
        self.port.arrived.notify()

    def poll_soon(self) -> None:
        """Poll as soon as nothing else is to be done."""
        self.rouse()
        self._next_poll = min(self._next_poll, self._clock.now())
        self.port.arrived.notify()

    def rouse(self) -> None:
        """Something has happened that the device may have to tell of: poll as often as can be."""
        if self._every is None or self._at_most <= self._every:
            return
        self._roused = self._clock.now()
        due = self._roused + self._every
        if self._next_poll > due:
            self._next_poll, self._sooner = due, True
            self.port.arrived.notify()

    def release(self) -> None:
        """Stop listening, break off what runs, refuse what waits. The port stays open."""
        self._released = True
        self._task.kill()
        self._task.join(self._clock.now() + PATIENCE)

    # --- in the owner's task

    def _live(self) -> None:
        try:
            while True:
                self.port.arrived.wait_for(self._awake, self._next_time())
                self._turn()
        finally:
            self._released = True
            while self._calls:
                self._calls.popleft().refuse("the device has been released")

    def _awake(self) -> bool:
        return bool(self._calls) or self._sooner or self._can_attend() or self._poll_is_due()

    def _poll_is_due(self) -> bool:
        return self._every is not None and self._clock.now() >= self._next_poll

    def _can_attend(self) -> bool:
        ready = self._watched and self._clock.now() >= self._next_attend
        return ready and (self._port_away or self.port.readable)

    def _next_time(self) -> float | None:
        times = [self._next_poll] if self._every is not None else []
        if self._watched and self._next_attend > self._clock.now():
            times.append(self._next_attend)
        return min(times, default=None)

    def _turn(self) -> None:
        self._sooner = False
        if self._can_attend():
            self._attend()
        if self._calls:
            call = self._calls.popleft()
            if self._pace > (self._every or 0.0):  # what was before the call is no part of it
                self._poll()
            self._running = True
            if not call.dropped:
                call.run()
                self._port_away = False  # as far as it is, it was opened; else its next look tells
            self._running = False
        elif self._every is not None and self._poll_is_due():
            self._poll()

    def _poll(self) -> None:
        """Ask; ever more rarely while all is quiet and nothing is on the move."""
        assert self._every is not None  # noqa: S101 - who is no Polled is not polled
        now = self._clock.now()
        self._next_poll = now + self._every
        if not self._try("poll", self.driver.poll) or not getattr(self.driver, "at_ease", True):
            self._roused = now
        quiet = now - self._roused >= QUIET
        self._pace = min(self._pace * EASE, self._at_most) if quiet else self._every
        if quiet:
            self._next_poll = now + self._pace

    def _attend(self) -> None:
        if not self._try("attend", self._take_in):
            self._next_attend = self._clock.now() + RETRY
            return
        # A driver that leaves the port readable for ever (one that swallows a lost port, say)
        # must not keep the clock from moving.
        self._eager = self._eager + 1 if self.port.readable else 0
        if self._eager >= EAGER:
            self._next_attend, self._eager = self._clock.now() + RETRY, 0

    def _take_in(self) -> None:
        if self._port_away:
            self.port.open()
            self._port_away = False
        if self.port.readable:
            self.driver.attend()

    def _try(self, what: str, act: Callable[[], None]) -> bool:
        """Whether it went well. A trouble is told once, until the same thing goes well again."""
        try:
            act()
        except BenchError as error:
            hide(error)
            lost = isinstance(error, PortLost)
            self._port_away = self._port_away or (lost and self._watched)
            # What the terminal does on its own interfaces is no fault of the bench.
            if what not in self._troubled and not (lost and self.source == "terminal"):
                fields: dict[str, Any] = {"role": self.role, "message": error.said}
                if isinstance(error, Astray):
                    fields["since"] = error.since
                self._take("engine", "bench_error", self._clock.now(), fields)
            self._troubled.add(what)
            return False
        self._troubled.discard(what)
        return True

    def _observe(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self._take(self.source, kind, self._clock.now() if t is None else t, fields)
