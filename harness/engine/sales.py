"""A sale in the hands of a cashier and a cardholder."""

from typing import Any

from harness.clock import Killed
from harness.engine.recorder import Recorder
from harness.engine.steps import NO_CARD
from harness.errors import BenchError
from harness.model.register import Wish
from harness.model.roles import Reader, SaleResult, plays
from harness.model.trace import Observation

#: How long a cardholder waits for "insert card" before trying anyway, s.
PROMPT = 10.0
#: How long a cardholder leaves the card in at most, s.
LEFT_IN = 240.0
#: Cards that are swiped, not inserted.
SWIPED = "stripe"


class OpenSale:
    """One sale from the register's command to the register's answer.

    Attributes:
        name: The scenario's name for it.
        result: What the register was told; None while it runs.
    """

    def __init__(
        self,
        recorder: Recorder,
        terminal: Any,
        reader: Any,
        *,
        name: str,
        wish: Wish,
        card: str,
        proof: bool = False,
    ) -> None:
        self.name = name
        self.result: SaleResult | None = None
        self.error: BenchError | None = None
        self._recorder = recorder
        self._clock = recorder.clock
        self._terminal = terminal
        self._reader = reader
        self._wish = wish
        self._card = card
        self._asked = ""
        recorder.correlation.opened(name)
        amount = wish.amount
        recorder.say(
            "sale_started", sale=name, amount=amount.minor if amount else None, card=card,
            currency=amount.currency if amount else None, proof=proof or None,
            what=None if wish.deal == "sale" else wish.deal,
        )  # fmt: skip
        recorder.listen(self._watch)
        self._clock.spawn(f"cashier of {name}", self._sell)
        self._cardholder = (
            self._clock.spawn(f"cardholder of {name}", self._present)
            if reader and card != NO_CARD
            else None
        )

    @property
    def answered(self) -> bool:
        """Whether the register has been told how it ended."""
        return self.result is not None or self.error is not None

    @property
    def done(self) -> bool:
        """Whether it is over for everybody: answered, and the card taken back."""
        return self.answered and (self._cardholder is None or self._cardholder.done)

    def wait(self, until: float) -> bool:
        """Wait until it is over for everybody; False when ``until`` came first."""
        if not self._recorder.until(lambda: self.answered, until):
            return False
        return self._cardholder is None or self._cardholder.join(until)

    def _sell(self) -> None:
        try:
            if self._wish.deal == "sale" and self._wish.amount is not None:
                self.result = self._terminal.sell(self._wish.amount)
            else:
                self.result = self._terminal.transact(self._wish)
        except BenchError as error:
            self.error = error
        except Killed:
            self.result = SaleResult("unknown", text="the run ended")
            raise
        finally:
            self._say_end()

    def _say_end(self) -> None:
        result = self.result or SaleResult("unknown", text=str(self.error or ""))
        self._recorder.unlisten(self._watch)
        self._recorder.say(
            "sale_ended", sale=self.name, outcome=result.outcome, cause=result.cause or None,
            code=result.code or None, stan=result.stan, receipt=result.receipt,
            text=result.text or None,
        )  # fmt: skip
        self._recorder.correlation.closed(self.name)

    def _watch(self, seen: Observation) -> None:
        """What the terminal asks of the cardholder, by its intermediate status (ZVT 04 FF)."""
        if seen.kind == "ecr_status" and seen.source == "terminal":
            self._asked = str(seen.get("asks") or self._asked)

    def _present(self) -> None:
        try:
            now = self._clock.now()
            self._recorder.until(lambda: self.answered or self._asked == "insert", now + PROMPT)
            if self.answered:
                return
            if self._card == SWIPED:
                self._reader.swipe(self._card)
                return
            self._reader.insert(self._card)
            until = self._clock.now() + LEFT_IN
            self._recorder.until(lambda: self.answered or self._asked == "remove", until)
            self._reader.remove()
        except BenchError as error:
            self._recorder.say("bench_error", role="reader", message=str(error))


def reader_of(players: Any) -> Any:
    """Who presents cards on this rig, or None."""
    for player in players.values():
        if plays(getattr(player, "driver", player), Reader):
            return player
    return None
