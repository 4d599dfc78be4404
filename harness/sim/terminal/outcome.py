"""What a sale comes to, and who is told."""

from dataclasses import dataclass
from typing import Literal, Protocol

from harness.model.register import Deal

#: What a register is told meanwhile; each protocol has its own way to say it, or none.
Telling = Literal["insert_card", "card_again", "remove_card", "waiting_for_host", "reversing"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a register asked for.

    Attributes:
        deal: The transaction.
        amount: Minor units; 0 where the original's is meant.
        receipt: Receipt number of the original, 0 for none.
        stan: Its trace number, 0 for none.
    """

    deal: Deal
    amount: int = 0
    receipt: int = 0
    stan: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a transaction came to.

    Attributes:
        outcome: ``approved``, ``declined`` (the issuer said no) or ``failed``.
        amount: Minor units.
        cause: Why, where it was not approved.
        stan: Trace number, 0 when none was used.
        receipt: Receipt number, 0 for none.
        pan: Masked.
        auth: Authorisation code.
        response: Field 39, when one came.
        deal: Which transaction.
        balance: What an inquiry found, minor units.
    """

    outcome: str
    amount: int
    cause: str = ""
    stan: int = 0
    receipt: int = 0
    pan: str = ""
    auth: str = ""
    response: str = ""
    deal: str = "sale"
    balance: int | None = None


class Stop(Exception):
    """A transaction ends here.

    Attributes:
        cause: Why.
        response: Field 39 where the host said no.
        declined: Whether it was the issuer's no.
    """

    def __init__(self, cause: str, response: str = "", *, declined: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.response = response
        self.declined = declined


class Register(Protocol):
    """Who asked for a transaction."""

    def tell(self, what: Telling) -> None:
        """How far it is."""

    def confirm(self, outcome: Outcome) -> bool:
        """The result; whether it was acknowledged. False: the transaction may not stand."""

    @property
    def cancelled(self) -> bool:
        """Whether it has asked to abort."""
