"""One fault, held open: injected, seen to take effect, cleared."""

import dataclasses
from collections.abc import Callable
from typing import Any

from harness.clock import Killed, Task
from harness.engine.recorder import Recorder, told
from harness.errors import BenchError, HarnessError
from harness.model.cast import Cast
from harness.model.trace import Observation

#: A bench that needs longer than this to inject or clear is broken, s.
PATIENCE = 120.0
#: What is seen later than this after the clearing is no effect of the fault any more, s.
LATE = 10.0
SLACK = 1e-6  # s: two stamps that differ by less are the same
#: Who sees a fault bite after its clearing, and how often that is said at most, s. A terminal can
#: have its modem look as if it did, but for one thing: that the network denies it (stat 3).
WITNESSES, DENIED, AGAIN = ("network", "host"), 3, 20.0


class Injection:
    """Runs a fault's with-block in a task of its own until it is cleared.

    Attributes:
        label: The name it is cleared by.
        took_effect: Whether the trace shows that it did.
        done: Whether the world is whole again.
    """

    def __init__(self, recorder: Recorder, cast: Cast, word: str, label: str, fault: Any) -> None:
        self.label = label
        self.took_effect = False
        self.done = False
        self._word = word
        self._fault = fault
        self._recorder = recorder
        self._clock = recorder.clock
        self._cast = dataclasses.replace(cast, note=self._note, since=lambda n: recorder.trace[n:])
        self._at = self._cleared = self._said = float("inf")
        self._held = False
        self._to_clear = False
        self._error: BenchError | None = None
        self._changed = self._clock.signal(f"fault {label}")
        self._task: Task | None = None

    def start(self, arguments: dict[str, Any], late: float) -> None:
        """Inject; returns when the fault is in place. Raises the BenchError that stopped it."""
        self._recorder.say(
            "fault_injected", fault=self._word, label=self.label, arguments=arguments, late=late
        )
        self._at = self._clock.now()
        self._recorder.listen(self._watch)
        self._task = self._clock.spawn(f"fault {self.label}", self._live)
        self._wait(lambda: self._held or self.done, "injected")

    def clear(self) -> None:
        """Clear; returns when the world is whole again. Raises the BenchError that stopped it."""
        self._to_clear = True
        self._changed.notify()
        self._wait(lambda: self.done, "cleared")

    def finish(self) -> None:
        """The story is over: let a fault with a duration last it out, clear any other."""
        lasting = _lasting(self._fault)
        if lasting is None:
            self.clear()
            return
        self._changed.wait_for(lambda: self.done, self._clock.now() + lasting + PATIENCE)
        self.clear()

    def _wait(self, true: Callable[[], bool], what: str) -> None:
        if not self._changed.wait_for(true, self._clock.now() + PATIENCE):
            raise BenchError(f"fault {self.label} could not be {what} within {PATIENCE:g} s")
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _live(self) -> None:
        try:
            with self._fault.inject(self._cast):
                self._held = True
                self._changed.notify()
                self._hold()
            self._cleared = self._said = self._clock.now()
            self._recorder.say("fault_cleared", fault=self._word, label=self.label)
        except Exception as error:  # noqa: BLE001 - raised where the fault is waited for
            self._error = self._of(error)
        finally:
            self.done = True
            self._changed.notify()

    def _hold(self) -> None:
        lasting = _lasting(self._fault)
        until = None if lasting is None else self._clock.now() + lasting
        play = getattr(self._fault, "play", None)
        player = self._clock.spawn(f"play {self.label}", lambda: self._play(play)) if play else None
        try:
            self._changed.wait_for(lambda: self._to_clear or self._error is not None, until)
        finally:
            if player is not None:
                player.kill()
                player.join(self._clock.now() + PATIENCE)
        if self._error is not None:
            raise self._error

    def _play(self, play: Callable[[Cast], None]) -> None:
        try:
            play(self._cast)
            if getattr(self._fault, "ENDS_ITSELF", False):
                self._to_clear = True
                self._changed.notify()
        except Killed:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            self._error = self._of(error)
            self._changed.notify()

    def _of(self, error: Exception) -> BenchError:
        """What broke as an error of the bench; a bug in the fault is kept for its traceback."""
        if isinstance(error, BenchError):
            return error
        if not isinstance(error, HarnessError | LookupError):  # the latter: nobody plays a role
            self._recorder.bugs.append(error)
        return BenchError(f"fault {self._word}: {told(error)}")

    def _shows_in(self, seen: Observation) -> bool:
        try:
            return bool(self._fault.took_effect(seen))
        except Exception as error:  # noqa: BLE001 - not the trouble of who saw it
            self._error = self._error or self._of(error)
            self._changed.notify()
            return False

    def _note(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self._recorder.say(kind, fault=self._word, label=self.label, **fields)

    def _watch(self, seen: Observation) -> None:
        """Only what was seen while it stood, or just after; from then on that it still bites."""
        if seen.source == "engine" or seen.t < self._at - SLACK or not self._shows_in(seen):
            return
        own: dict[str, Any] = {"fault": self._word, "label": self.label, "evidence": seen.n}
        if seen.t <= self._cleared + LATE:
            if not self.took_effect:
                self.took_effect = True
                self._recorder.say("fault_took_effect", **own)
        elif (
            seen.source in WITNESSES or seen.get("stat") == DENIED
        ) and seen.t > self._said + AGAIN:
            self._said = seen.t
            self._recorder.say("fault_lingers", **own)


def _lasting(fault: Any) -> float | None:
    """After which time it is cleared, s: a fault that ends itself gets all it may need."""
    if getattr(fault, "ENDS_ITSELF", False):
        return float(fault.at_most)
    lasting = getattr(fault, "lasting", None)
    return None if lasting is None else float(lasting)
