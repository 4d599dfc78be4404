"""A connection made secure before anything is said on it (TLS, RFC 8446).

The host's certificate is judged by this terminal's own clock and its own authorities. What is
refused is hung up on; nothing is ever sent in the clear instead (invariant 19).
"""

from collections.abc import Callable
from datetime import UTC, datetime

from harness.links import certificates
from harness.ports.base import Port
from harness.ports.tls import TlsPort, client_context


class Secure:
    """Wraps connections.

    Args:
        host: The name that the certificate must be for.
        authorities: PEM of those this terminal trusts.
        certain_time: Date and time that may be relied upon, in UTC as the factory set the clock.
        wait: Seconds for the handshake.
    """

    def __init__(
        self, *, host: str, authorities: str, certain_time: Callable[[], datetime], wait: float
    ) -> None:
        self._host = host
        self._authorities = authorities
        self._certain_time = certain_time
        self._wait = wait

    def over(self, socket: Port) -> Port:
        """A secure port; raises CertificateRefused, TlsFailed, PortLost or PortTimeout."""
        port = TlsPort(socket, client_context(), host=self._host)
        port.handshake(socket.clock.now() + self._wait, self.refusal)
        return port

    def refusal(self, shown: bytes) -> str:
        """Why a certificate (DER) is refused; empty where it is not."""
        return certificates.refusal(
            shown, self.expected_name(), self.now().replace(tzinfo=UTC), self._authorities
        )

    def expected_name(self) -> str:
        """Whom the certificate must name (RFC 9525)."""
        return self._host

    def now(self) -> datetime:
        """By which dates are judged."""
        return self._certain_time()
