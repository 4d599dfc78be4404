"""The host shows a certificate that no terminal may accept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from harness.model.cast import Cast
from harness.model.network import Certified
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class CertificateBad:
    """Present another certificate; cleared, the good one. Connections over TLS end at both.

    Attributes:
        kind: ``expired``, ``not_yet_valid``, ``unknown_ca``, or ``wrong_name``.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Certified,)
    SHORT: ClassVar[str] = "kind"
    kind: Literal["expired", "not_yet_valid", "unknown_ca", "wrong_name"] = "expired"

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        host = cast.playing(Certified)
        host.present(self.kind)
        try:
            yield self
        finally:
            host.present("good")

    def took_effect(self, seen: Observation) -> bool:
        """A client met it."""
        return (seen.source, seen.kind, seen.get("shown")) == ("host", "handshake", self.kind)
