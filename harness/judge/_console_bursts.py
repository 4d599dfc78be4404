"""Whether the console's line holds lines back: a request and its answer are told at one instant.

A log that is flushed now and then (a logger, a terminal server, the terminal's own log) tells of a
request when the host has answered it, and of the answer in the same burst: what it says of anything
may have been so long before. What it was seconds behind is ``_console_line``'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.judge._console_line import Key
from harness.judge._doubt import CONSOLE, Doubt
from harness.judge._monitor import span
from harness.judge._run import Injected
from harness.judge._telling import mti_of, stan_of
from harness.model.trace import Observation

#: s within which both come in one burst; s by which a host has them apart; so many are no chance.
BURST, APART, MANY = 0.01, 0.03, 2


@dataclass(slots=True)
class _Exchange:
    """A request that went out once, and its answer: at the host, and as the log has it."""

    had: Observation
    answered: Observation | None = None
    sent: Observation | None = None
    again: bool = False

    def held(self, got: Observation) -> bool:
        """Whether the log told of both when the host had done with both."""
        sent, answered = self.sent, self.answered
        if sent is None or answered is None:
            return False
        together = got.t - sent.t <= BURST and sent.t >= answered.t
        return together and answered.t - self.had.t >= APART


class ConsoleBursts:
    """See the module text, and ``_doubt.Line``."""

    role = CONSOLE
    kinds = frozenset({"request_received", "answered", "request_sent", "answer_received"})

    def __init__(self) -> None:
        self._open: dict[Key, _Exchange] = {}
        self._early: dict[Key, Observation] = {}  # told before the host has it, as is usual
        self._held: list[tuple[_Exchange, Observation]] = []
        self._prompt = 0

    def on(self, seen: Observation) -> None:
        if seen.kind == "request_received":
            self._had(seen)
        elif seen.kind == "request_sent":
            self._sent(seen)
        elif (exchange := self._open.get(_of_answer(seen))) is None:
            return
        elif seen.kind == "answered":
            exchange.answered = exchange.answered or seen
        elif not exchange.again:
            self._got(exchange, seen)

    def _had(self, seen: Observation) -> None:
        key = _of(seen)
        if key in self._open:
            self._open[key].again = True
        else:
            self._open[key] = _Exchange(seen, sent=self._early.pop(key, None))

    def _sent(self, seen: Observation) -> None:
        exchange = self._open.get(_of(seen))
        if exchange is None:
            self._early[_of(seen)] = seen
        elif exchange.sent is None:
            exchange.sent = seen

    def _got(self, exchange: _Exchange, seen: Observation) -> None:
        del self._open[_of(exchange.had)]
        if exchange.held(seen):
            self._held.append((exchange, seen))
        else:
            self._prompt += 1

    def doubt(self, faults: Sequence[Injected]) -> Doubt | None:
        """From the beginning: nobody can tell which of its lines were held back."""
        if len(self._held) < max(MANY, self._prompt + 1):
            return None
        exchange, got = self._held[0]
        why = (
            f"it told of {exchange.had['mti']} of trace number {exchange.had.get('stan')} and of"
            f" its answer at one instant, {span(got.t)}, and the host had it at"
            f" {span(exchange.had.t)}; what holds its lines back (a terminal server, a logger, the"
            " terminal's own log)?"
        )
        return Doubt(0.0, why, (exchange.had.n, got.n))


def _of(seen: Observation) -> Key:
    return mti_of(seen), stan_of(seen)


def _of_answer(seen: Observation) -> Key:
    """Of the request that it answers: 0210 is 0200's."""
    mti = mti_of(seen)
    return f"{mti[:2]}{int(mti[2]) - 1}{mti[3:]}" if mti[2:3].isdecimal() else mti, stan_of(seen)
