"""A sale in the hands of a cashier and a cardholder."""

from collections.abc import Callable, Sequence
from typing import Any

from harness.clock import Killed
from harness.engine import cards
from harness.engine.recorder import Recorder
from harness.engine.steps import NO_CARD
from harness.errors import BenchError
from harness.model.register import Wish
from harness.model.roles import Contactless, Reader, SaleResult, Swiper, plays
from harness.model.trace import Observation

#: How long a cardholder waits for "insert card" before trying anyway, s.
PROMPT = 10.0
#: How long a cardholder leaves the card in at most, s.
LEFT_IN = 240.0
#: How long a cardholder holds a card in the field, s.
HELD = 2.0
#: How long it takes a cardholder to try again, and to understand that it is no use, s.
AGAIN, NO_USE = 2.0, 6.0
#: How often a card is tapped or swiped in one sale at most.
TRIES = 4


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
        self._readers = reader
        self._wish = wish
        self._card = card
        self._asked = ""
        self._told = False
        self._agains = self._inserts = 0
        recorder.correlation.opened(name)
        amount = wish.amount
        recorder.say(
            "sale_started", sale=name, amount=amount.minor if amount else None, card=card,
            currency=amount.currency if amount else None, proof=proof or None,
            what=None if wish.deal == "sale" else wish.deal, original=wish.original or None,
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
            code=result.code or None, stan=result.stan, text=result.text or None, **told_of(result),
        )  # fmt: skip
        self._recorder.correlation.closed(self.name)

    def _watch(self, seen: Observation) -> None:
        """What the terminal asks of the cardholder: at its register, or by its display alone."""
        if seen.source == "terminal" and seen.get("asks") and self._counts(seen):
            self._agains += seen.get("asks") == "again"
            self._inserts += seen.get("asks") == "insert"
            self._asked = str(seen.get("asks") or self._asked)

    def _counts(self, seen: Observation) -> bool:
        """What the display asks is the same once more where the register is told as well."""
        if seen.kind != "ecr_status":
            return not self._told
        first, self._told = not self._told, True
        return not (first and seen.get("asks") == self._asked)  # the display was quicker

    def _present(self) -> None:
        try:
            self._until(lambda: self._asked == "insert", PROMPT)
            acts = {"insert": self._insert, "swipe": self._swipe, "tap": self._tap}
            rows = cards.presented(self._card)
            for one in rows:
                if not self.answered:
                    acts[one.way](self._player(one), one.card, last=one is rows[-1])
        except BenchError as error:
            error.role = error.role or "reader"
            self._recorder.trouble(error)

    def _insert(self, reader: Any, card: str, *, last: bool) -> None:
        """Until the terminal asks for it back; or gives no hope, where there is another way."""
        before = self._agains
        reader.insert(card)
        self._until(
            lambda: self._asked == "remove" or (not last and self._agains > before), LEFT_IN
        )
        if not last and self._agains > before:
            self._until(lambda: self._asked == "remove", NO_USE)
        reader.remove()

    def _swipe(self, swiper: Any, card: str, *, last: bool) -> None:
        for _ in range(TRIES):
            before = self._agains, self._inserts
            swiper.swipe(card)
            if not self._asked_again(before):
                return

    def _tap(self, field: Any, card: str, *, last: bool) -> None:
        for _ in range(TRIES):
            before = self._agains, self._inserts
            field.tap(card)
            self._until(lambda was=before[0]: self._agains > was, HELD)  # type: ignore[misc]
            field.leave()
            if not self._asked_again(before):
                return

    def _asked_again(self, before: tuple[int, int]) -> bool:
        """Whether the card is wanted so once more; a cardholder takes a moment then."""
        agains, inserts = before
        self._until(lambda: self._agains > agains or self._inserts > inserts, LEFT_IN)
        if not self.answered and self._agains > agains:
            self._until(lambda: False, AGAIN)
        return not self.answered and self._agains > agains

    def _until(self, true: Callable[[], bool], seconds: float) -> None:
        """Wait until then, or until the register was told how it ended."""
        now = self._clock.now()
        self._recorder.until(lambda: self.answered or true(), now + seconds)

    def _player(self, one: cards.Presented) -> Any:
        player = cards.player_for(self._readers, one)
        if player is None:
            raise BenchError(f"nobody on this rig can {one.way} a card")
        return player


def told_of(result: SaleResult) -> dict[str, Any]:
    """What a register was told besides the outcome; None for what it was not."""
    return {
        "receipt": result.receipt, "told": result.amount, "currency": result.currency or None,
        "auth": result.auth or None, "pan": result.pan or None,
    }  # fmt: skip


def reader_of(players: Any) -> Sequence[Any]:
    """Who presents cards on this rig; empty when nobody does."""
    roles = (Reader, Swiper, Contactless)
    return tuple(
        player for player in players.values() if plays(getattr(player, "driver", player), roles)
    )
