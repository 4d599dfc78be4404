"""The register loses the terminal's response, by a protocol that acknowledges none.

Source: docs.adyen.com, "Verify transaction status": without a response the register asks for the
status, and never pays again; a connection that is lost stops no transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.register import ForgetfulRegister
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class ResponseLost:
    """Have responses to transactions lost on their way to the register until it is cleared."""

    NEEDS: ClassVar[tuple[type, ...]] = (ForgetfulRegister,)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        register = cast.playing(ForgetfulRegister)
        try:
            register.lose_responses(on=True)
            yield self
        finally:
            register.lose_responses(on=False)

    def took_effect(self, seen: Observation) -> bool:
        """A response was really lost."""
        return seen.kind == "acknowledgement_withheld"
