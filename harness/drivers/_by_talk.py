"""What terminals' drivers have in common whose dialogue is an object of its own, a ``Talk``."""

from collections.abc import Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from harness.drivers._frames_talk import Talk as FramesTalk
from harness.model.register import DEALS, Deal, Wish
from harness.model.roles import Observe, SaleResult
from harness.model.units import Money


class Talk(Protocol):
    """A dialogue: what it is asked for by any driver."""

    observe: Observe

    def attend(self) -> None: ...

    def deal(self, wish: Wish) -> SaleResult: ...

    def abort(self) -> None: ...


T = TypeVar("T", bound=Talk)


class ByTalk(Generic[T]):
    """The part of Terminal, Desk and Watched that every dialogue has."""

    _talk: T

    @property
    def observe(self) -> Observe:
        """Who is told."""
        return self._talk.observe

    @observe.setter
    def observe(self, observe: Observe) -> None:
        self._talk.observe = observe

    def attend(self) -> None:
        """Say what came unasked; raises PortLost."""
        self._talk.attend()

    def sell(self, amount: Money) -> SaleResult:
        """A sale, to its end; ``failed`` without a code: it was never sent."""
        return self._talk.deal(Wish("sale", amount))

    def transact(self, wish: Wish) -> SaleResult:
        """One transaction to its end; raises NotSupported."""
        return self._talk.deal(wish)

    def abort(self) -> None:
        """Have the call that runs ask for it, whose answer then tells; raises NotSupported."""
        self._talk.abort()


class ByFrames(ByTalk[FramesTalk]):
    """The same for protocols of frames.

    Attributes:
        answer_within: Seconds until the answer of what is no transaction.
    """

    answer_within: float

    def sign_on(self) -> None:
        """Open the line; raises PortLost."""
        self._talk.connect()

    def last_result(self) -> SaleResult | None:
        """What became of the last transaction; ``unknown`` where the protocol cannot ask."""
        return self._talk.again(self.answer_within)

    def status(self) -> str:
        """``00`` when it is ready; raises PortLost or PortTimeout."""
        return self._talk.status(self.answer_within)

    def look(self) -> None:
        """Whether what came on the line could be read at all; raises Astray."""
        self._talk.look()

    def lacks(self) -> Mapping[str, str]:
        """What its terminals are never told, and what this one is never asked for."""
        return self._talk.lacks()

    def nameable(self) -> frozenset[str]:
        """The causes that this terminal has a code or words for."""
        return self._talk.nameable()

    def deals(self) -> Sequence[Deal]:
        """Those of the profile."""
        return [deal for deal in DEALS if deal in self._talk.profile.deals]
