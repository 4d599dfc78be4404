"""TLS over any port, either end of it (RFC 8446, RFC 5246), by the standard library's OpenSSL.

A ``TlsPort`` is a port made of another one: what is written leaves encrypted, what is read was
decrypted. Nothing but ``handshake`` and ``read`` waits, and both wait on the port below, so it
works on any clock. What the other end does wrong, or refuses, is a lost port with the reason.

Sessions are neither resumed nor ticketed, and the client names its curve and ciphers rather than
leaving them to the library: each connection costs the same bytes, so that a virtual run depends on
its seed alone. Dates are OpenSSL's business only where ``client_context`` is given authorities to
trust: it asks the machine's clock. Who has a clock of his own hands ``handshake`` a ``check``
instead, which sees the certificate before the first byte of a request can leave.
"""

import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache

from harness.errors import PortLost, PortTimeout
from harness.ports.base import Chunk, Port

PIECE = 16_384  # bytes of one record at most (RFC 8446, 5.1)

#: OpenSSL's verification error (x509_vfy.h) -> our word; what else it says is ``unknown_ca``.
REASONS = {9: "not_yet_valid", 10: "expired", 62: "wrong_name", 64: "wrong_name"}


class TlsFailed(PortLost):
    """There is no secure connection, or none any more."""

    next_move = "Does it speak TLS at this port, and from version 1.2 on? `openssl s_client` shows"


class CertificateRefused(TlsFailed):
    """The other end's certificate is not accepted.

    Attributes:
        reason: ``expired``, ``not_yet_valid``, ``unknown_ca`` or ``wrong_name``.
    """

    next_move = (
        "Its certificate must be valid today, made out to the address's name, and signed by whom "
        "the rig file's `authority:` names"
    )

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text)
        self.reason = reason


@lru_cache(maxsize=16)
def client_context(trusted: str = "") -> ssl.SSLContext:
    """For the end that connects; one for all who trust the same, for no session is kept in it.

    Args:
        trusted: PEM of the authorities that OpenSSL accepts; left out, it accepts everybody, and
            ``handshake`` must be given a ``check``.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_TICKET
    context.set_ecdh_curve("prime256v1")  # newer libraries begin with hybrids of a kB and more
    context.set_ciphers("ECDHE+AESGCM")
    if trusted:
        context.load_verify_locations(cadata=trusted)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class TlsPort(Port):
    """One end of a secure connection. ``handshake`` comes first.

    Args:
        port: What moves the encrypted bytes; its owner is this port from now on.
        context: Of this end; ``ssl.PROTOCOL_TLS_SERVER`` makes it the server.
        host: The name that the client asks for (SNI) and, where OpenSSL verifies, wants.
    """

    def __init__(self, port: Port, context: ssl.SSLContext, *, host: str = "") -> None:
        super().__init__(port.clock, port.address)
        self.arrived = port.arrived
        self._port = port
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.protocol is ssl.PROTOCOL_TLS_SERVER
        name = None if server else host or None
        self._tls = context.wrap_bio(self._in, self._out, server_side=server, server_hostname=name)
        self._stamp = port.clock.now()
        self._over = ""  # why nothing can be written or read any more
        self._plain: list[Chunk] = []

    # --- the handshake ---

    def handshake(self, until: float, check: Callable[[bytes], str] | None = None) -> None:
        """Agree on keys.

        Args:
            until: When to give up.
            check: Says of the other end's certificate (DER, empty where none was shown) why it is
                refused, ``""`` where it is not.

        Raises:
            CertificateRefused: By OpenSSL or by ``check``; the connection is ended.
            TlsFailed: The other end refuses, or speaks no TLS; the connection is ended.
            PortLost: The other end left.
            PortTimeout: It did not finish in time; the connection is ended.
        """
        while not self._step():
            chunk = self._receive(until)
            if chunk is None:
                self._give_up("the handshake took too long")
                raise PortTimeout(f"{self.address}: no end of the TLS handshake")
        reason = check(self._tls.getpeercert(binary_form=True) or b"") if check else ""
        if reason:
            self.close()
            self._over = f"certificate refused: {reason}"
            raise CertificateRefused(f"{self.address}: {self._over}", reason)

    def _step(self) -> bool:
        """As far as the bytes reach; True at the end."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
            return False
        except ssl.SSLCertVerificationError as refused:
            reason = REASONS.get(refused.verify_code, "unknown_ca")
            self._give_up(f"certificate refused: {refused.verify_message}")
            raise CertificateRefused(f"{self.address}: {self._over}", reason) from None
        except ssl.SSLError as error:
            self._fail(error)
        self._flush()
        return True

    # --- what a port does ---

    def open(self) -> None:
        """The port below; the handshake is asked for by itself."""
        self._port.open()

    def write(self, data: bytes) -> None:
        """Encrypt and send; never waits. Raises PortLost, also before the handshake is done."""
        self._check_alive()
        try:
            for start in range(0, len(data), PIECE):
                self._tls.write(data[start : start + PIECE])
        except ssl.SSLError as error:
            self._fail(error)
        self._flush()

    def read(self, until: float | None = None) -> Chunk | None:
        while not self._plain:
            self._check_alive()
            if not self._decrypt() and self._receive(until) is None:
                return None
        return self._plain.pop(0)

    @property
    def readable(self) -> bool:
        """Whether there is something to look at; it may turn out to be half a record."""
        return bool(self._plain or self._over or self._in.pending) or self._port.readable

    def close(self) -> None:
        """Tell the other end (close_notify), then let go."""
        if not self._over:
            with suppress(ssl.SSLError, ValueError):  # it wants the other's goodbye: we do not
                self._tls.unwrap()
            self._give_up("closed here")

    def reset(self) -> None:
        """Let go without a word, by RST where the port below can."""
        self._over = self._over or "reset here"
        getattr(self._port, "reset", self._port.close)()

    @property
    def unsent(self) -> int:
        return self._port.unsent

    @property
    def below(self) -> Port:
        """What moves the encrypted bytes."""
        return self._port

    @property
    def version(self) -> str:
        """``TLSv1.3``, ``TLSv1.2``, or ``""`` before the handshake is done."""
        return self._tls.version() or ""

    # --- within ---

    def _decrypt(self) -> bool:
        """Whether it went on: something is readable now, or the end was found."""
        try:
            found = self._tls.read(PIECE)
        except ssl.SSLWantReadError:
            self._flush()  # an answer to a key update, perhaps
            return False
        except ssl.SSLZeroReturnError:
            found = b""
        except ssl.SSLError as error:
            self._fail(error)
        if found:
            self._plain.append(Chunk(self._stamp, found))
        else:
            self._give_up("closed by the other end")
        return True

    def _receive(self, until: float | None) -> Chunk | None:
        chunk = self._port.read(until)
        if chunk is not None:
            self._stamp = chunk.t
            self._in.write(chunk.data)
        return chunk

    def _flush(self) -> None:
        if self._out.pending:
            self._port.write(self._out.read())

    def _fail(self, error: ssl.SSLError) -> None:
        words = (error.reason or "no TLS").lower().replace("_", " ")
        self._give_up(words)
        raise TlsFailed(f"{self.address}: {words}") from None

    def _give_up(self, why: str) -> None:
        """Send what OpenSSL still has to say (an alert), and let go."""
        self._over = self._over or why
        with suppress(PortLost):
            self._flush()
        self._port.close()

    def _check_alive(self) -> None:
        if self._over:
            raise PortLost(f"{self.address}: {self._over}")
