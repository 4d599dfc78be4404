"""The one writer of the trace: stamps, numbers, masks, appends, flushes, and wakes who waits."""

import threading
from collections.abc import Callable, Mapping
from typing import IO, Any, Protocol

from harness.clock import Clock
from harness.engine.correlation import Correlation
from harness.engine.progress import Progress, Silent
from harness.errors import BenchError, HarnessError
from harness.model.trace import Observation, Trace
from harness.wire.deck import Deck
from harness.wire.key_ring import KeyRing
from harness.wire.pan import FEWEST, mask

#: Kind -> the field in which a card's number was truncated by whoever saw it.
_CARDS = {"card_read": "pan", "request_received": "pan"}

#: Kind -> the channel on which the terminal says it, where that is not the register.
CHANNEL_OF = {"line": "console", "detected": "console", "display": "display", "prompt": "display"}


class Decision(Protocol):
    """What the engine is told of the judge: nothing but whether it has made up its mind."""

    def on(self, seen: Observation) -> None: ...

    def at(self, t: float) -> None: ...

    def deadline(self) -> float | None: ...

    @property
    def decided(self) -> bool: ...


Listener = Callable[[Observation], None]


class Recorder:
    """Everything seen goes through ``take``; what the engine itself has to say through ``say``.

    Attributes:
        clock: The run's clock.
        trace: Everything seen so far.
        decision: The judge's mind.
        correlation: Which observation belongs to which sale.
        seen: Notified at every observation.
        deck: Which cards may be seen.
        bugs: Errors of faults, drivers and the house itself that are nobody's ``BenchError``.
    """

    def __init__(
        self,
        clock: Clock,
        sink: IO[str] | None,
        decision: Decision,
        progress: Progress | None = None,
        deck: Deck | None = None,
    ) -> None:
        self.clock = clock
        self.trace = Trace()
        self.decision = decision
        self.correlation = Correlation()
        self.seen = clock.signal("the next observation")
        self._sink = sink
        self._progress: Progress = progress or Silent()
        self._listeners: list[Listener] = []
        self._lock = threading.RLock()
        self._unwritable = False
        self.deck = deck or Deck()
        self._keys = KeyRing()
        self.bugs: list[BaseException] = []

    def listen(self, listener: Listener) -> None:
        """Have ``listener`` called with every observation from now on; it must not wait."""
        with self._lock:
            self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.remove(listener)

    def say(self, kind: str, /, **fields: Any) -> Observation:
        """An observation of the engine's own, now."""
        return self.take("engine", kind, self.clock.now(), fields)

    def trouble(self, error: BaseException) -> None:
        """Say that the bench, or the code that drives it, broke; keep a bug for its traceback."""
        ours = isinstance(error, HarnessError)
        if not ours:
            self.bugs.append(error)
        since = getattr(error, "since", None)
        if isinstance(error, BenchError):
            self.say("bench_error", role=error.role or "bench", message=error.said, since=since)
        else:
            self.say("bench_error", role="bench", message=str(error) if ours else told(error))

    def _is_foreign(self, kind: str, fields: Mapping[str, Any]) -> bool:
        """Whether a card of nobody's deck is at work, or figures look like such a card's number."""
        if kind == "card_number_in_clear":
            return self.deck.only_foreign(str(fields.get("masked", "")))
        return kind in _CARDS and self.deck.foreign(str(fields.get(_CARDS[kind], "")))

    def take(self, source: str, kind: str, t: float, fields: Mapping[str, Any]) -> Observation:
        """Append one observation; raises BenchError when it cannot be written."""
        with self._lock:
            clean = {name: _masked(value) for name, value in fields.items() if value is not None}
            leaked = self._hide_keys(source, kind, clean)
            if self._is_foreign(kind, clean):
                clean["foreign"] = True
            sale = self.correlation.sale_of(source, kind, clean)
            if sale and "of" not in clean and "sale" not in clean:
                clean["of"] = sale
            seen = Observation(len(self.trace) + 1, round(t, 6), source, kind, clean)
            self.trace.append(seen)
            self._write(seen)
            self.decision.on(seen)
            self._show(seen)
            for listener in tuple(self._listeners):
                listener(seen)
            if leaked:
                channel = CHANNEL_OF.get(kind, "ecr")
                self.take(source, "key_in_clear", t, {"channel": channel, "checks": leaked})
        self.seen.notify()
        return seen

    def _hide_keys(self, source: str, kind: str, fields: dict[str, Any]) -> list[str]:
        """Take the host's keys out of what the terminal shows; the check values of those found."""
        if kind == "signed_on" and source == "host":
            self._keys.learn(fields.get("checks") or ())
        found: list[str] = []
        texts = {name: one for name, one in fields.items() if isinstance(one, str)}
        for name, text in texts.items() if source == "terminal" else ():
            fields[name], keys = self._keys.hide(text)
            found += keys
        return found

    def until(self, true: Callable[[], bool], until: float | None) -> bool:
        """Wait for something to become true as observations come in; False when time is up."""
        return self.seen.wait_for(true, until)

    def _write(self, seen: Observation) -> None:
        if self._sink is None:
            return  # nobody wants it
        if self._unwritable:
            return  # said once; the trace in memory goes on, so that the verdict is ERROR
        try:
            self._sink.write(seen.to_line() + "\n")
            self._sink.flush()
        except OSError as error:
            self._unwritable = True
            raise BenchError(
                f"the trace cannot be written any more ({error.strerror}); what came before "
                f"line {seen.n} is safe. Free some space and run again"
            ) from error

    def _show(self, seen: Observation) -> None:
        if seen.kind == "measured":
            self._progress.reading("voltage", f"{seen['volts']:.2f} V")
        elif seen.kind == "signal" and seen.get("rsrp") is not None:
            self._progress.reading("signal", f"{seen['rsrp']:.0f} dBm")


def told(error: BaseException) -> str:
    """An error that is none of ours, in one line."""
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def _masked(value: Any) -> Any:
    """The last guard: drivers mask at ingress, nothing unmasked may pass here."""
    if isinstance(value, str):
        return mask(value) if len(value) >= FEWEST else value  # no card number is shorter
    if isinstance(value, (int, float)):
        if abs(value) < 1e12:
            return value
        plain = str(value) if isinstance(value, int) else f"{value:.0f}"
        return value if mask(plain) == plain else mask(plain)
    if isinstance(value, Mapping):
        return {_masked(name): _masked(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(one) for one in value]
    return value
