"""What a sale comes to, and who is told."""

from dataclasses import dataclass
from typing import Protocol

WAITING_FOR_HOST, REVERSING = 0x04, 0x05  # intermediate status, PA00P015, 3.7


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
    """

    outcome: str
    amount: int
    cause: str = ""
    stan: int = 0
    receipt: int = 0
    pan: str = ""
    auth: str = ""
    response: str = ""


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

    def tell(self, status: int) -> None:
        """An intermediate status (ZVT 04 FF)."""

    def confirm(self, outcome: Outcome) -> bool:
        """The result (04 0F); whether it was acknowledged."""

    @property
    def cancelled(self) -> bool:
        """Whether it has asked to abort."""
