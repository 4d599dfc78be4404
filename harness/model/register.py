"""What a register may ask of a terminal besides a sale, and the roles of those that can be asked.

A terminal's driver plays ``Terminal`` (``model/roles.py``) and as many of these as its protocol and
its model have: what it cannot do it does not play, or does not list, and scenarios that need it are
skipped with the reason. Every call has a deadline of its own; ``unknown`` is a result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args, runtime_checkable

from harness.model.roles import SaleResult
from harness.model.units import Money

#: Transactions by name, as in Q/CUP 009.1: ``void`` takes a sale of the open batch back, ``refund``
#: gives money back later, ``preauth`` reserves, ``completion`` books what was reserved,
#: ``preauth_void`` releases it, ``balance`` only asks.
Deal = Literal["sale", "void", "refund", "preauth", "completion", "preauth_void", "balance"]
DEALS: tuple[Deal, ...] = get_args(Deal)
#: What a register may ask for besides; the words of their steps.
ACTS = ("settle", "sign_on", "sign_off", "reprint", "diagnose", "self_test", "totals")
#: Those for which a cardholder presents a card.
WITH_CARD = frozenset({"sale", "refund", "preauth", "balance"})
#: Those that refer to one before.
OF_ANOTHER = frozenset({"void", "completion", "preauth_void"})


@dataclass(frozen=True, slots=True)
class Wish:
    """One transaction that a register asks for.

    Attributes:
        deal: What is wanted.
        amount: Of a sale, refund, preauth or completion; None where the original's is meant.
        receipt: Receipt number of the original, for those of ``OF_ANOTHER``.
        stan: Its trace number, where a protocol refers to originals by that; else what the
            terminal counts it by.
        auth: Its authorisation code, where a protocol wants it.
        original: What the scenario calls it; for the trace alone.
    """

    deal: Deal
    amount: Money | None = None
    receipt: int | None = None
    stan: int | None = None
    auth: str = ""
    original: str = ""


@runtime_checkable
class Desk(Protocol):
    """Makes other transactions than sales as well."""

    def deals(self) -> Sequence[Deal]:
        """Those that this protocol and this model have; asked before a run, so no I/O."""

    def transact(self, wish: Wish) -> SaleResult:
        """One transaction to its end, as ``Terminal.sell``; raises NotSupported."""


#: When a register's line is cut: as a card is asked for, as the host is, as the result is told, or
#: as the transaction is completed.
CutPoint = Literal["card", "host", "result", "end"]


@runtime_checkable
class CutRegister(Protocol):
    """A register whose line to the terminal can be cut in mid-transaction."""

    def cut_line(self, at: CutPoint | None) -> None:
        """From the next such moment on nothing gets through; told as ``acknowledgement_withheld``.

        None ends it.
        """


@runtime_checkable
class ForgetfulRegister(Protocol):
    """A register that can lose responses, by a protocol that acknowledges none of them.

    By such a protocol the transaction stands, and the register asks what became of it.
    """

    def lose_responses(self, *, on: bool) -> None:
        """While on, those to transactions are lost: each told as ``acknowledgement_withheld``."""


@runtime_checkable
class CountsItself(Protocol):
    """Knows its transactions by numbers that are not the host's.

    Attributes:
        counts_itself: Whether this model does.
    """

    counts_itself: bool

    def last_result(self) -> SaleResult | None:
        """As ``Terminal``'s."""


@runtime_checkable
class AsksByNumber(Protocol):
    """Asks what became of a transaction by a number that the register itself gave it.

    Attributes:
        asks_by_number: Whether this model's register does; what it is told then is told of that
            transaction, whichever the terminal means.
    """

    asks_by_number: bool


@runtime_checkable
class Settles(Protocol):
    """Can be asked for the end of day."""

    def settle(self) -> SaleResult: ...


@runtime_checkable
class SignsOff(Protocol):
    """Can be asked to sign off at its host."""

    def sign_off(self) -> SaleResult: ...


@runtime_checkable
class SignsOn(Protocol):
    """Can be asked to sign on at its host (``Terminal.sign_on`` opens the register's session)."""

    def sign_on_host(self) -> SaleResult: ...


@runtime_checkable
class Reprints(Protocol):
    """Can be asked to print its last receipt again."""

    def reprint(self) -> SaleResult: ...


@runtime_checkable
class Diagnoses(Protocol):
    """Can be asked to try its way to the host."""

    def diagnose(self) -> SaleResult: ...


@runtime_checkable
class TestsItself(Protocol):
    """Can be asked to test its own parts; what it finds comes as observations as well."""

    def self_test(self) -> SaleResult: ...


@runtime_checkable
class Totals(Protocol):
    """Can be asked what its open batch adds up to."""

    def totals(self) -> None:
        """Have it told as ``totals`` observations: count and amount by debit and credit."""
