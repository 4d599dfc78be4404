"""One address of the acquirer: its door, its certificate, the connections that stand.

The primary and the secondary host are two of these over one set of books.
"""

from collections.abc import Callable, Mapping
from functools import partial

from harness.clock import Clock
from harness.errors import Garbled, PortError, PortLost
from harness.links.certificates import server_context
from harness.model.network import CertificateKind, Door
from harness.ports.base import Port
from harness.ports.memory import MemoryPort
from harness.ports.tls import TlsPort
from harness.sim.tcp import End
from harness.wire.iso8583 import Deframer

HANDSHAKE = 30.0  # s that a client may take for it

Take = Callable[[Port, bytes], None]


def below(port: Port) -> Port:
    """What moves the bytes of a connection, secure or not."""
    return port.below if isinstance(port, TlsPort) else port


def reset(port: Port) -> None:
    """End a connection by RST, in the middle of whatever is said on it."""
    wire = below(port)
    if isinstance(wire, End):
        wire.reset()
    elif isinstance(wire, MemoryPort):
        wire.vanish(keepalive=0.0)  # a real socket at its other end sends RST
    else:
        wire.close()


def _vanish(port: Port) -> None:
    """Leave without a word where the wire can; a real socket cannot."""
    wire = below(port)
    if isinstance(wire, End):
        wire.vanish()
    else:
        wire.close()


class Front:
    """See the module text.

    Args:
        clock: The bench's clock.
        which: ``first`` or ``second``.
        names: What its certificate is made out to.
        idle: Seconds after which a silent connection is closed.
        take: Called with a connection and the inside of a frame.
        refuses: Whether a new connection is refused, whatever the door says.
        tell: Says an event.

    Attributes:
        outlets: ``iso8583`` and ``tls``.
        door: Whether anybody gets in.
        shown: The certificate that new connections meet.
        ports: The connections.
    """

    def __init__(
        self, clock: Clock, which: str, *, names: list[str], idle: float, take: Take,
        refuses: Callable[[], bool], tell: Callable[..., None],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._which = which
        self._names = names
        self._idle = idle
        self._take = take
        self._refuses = refuses
        self._tell = tell
        self.door: Door = "open"
        self.shown: CertificateKind = "good"
        self.ports: list[Port] = []
        self.outlets: Mapping[str, Callable[[Port], None]] = {
            "iso8583": self._accept, "tls": partial(self._accept, secure=True),
        }  # fmt: skip

    # --- who comes in -----------------------------------------------------------------------

    def knock(self) -> Door:
        """Somebody wants to connect: whether he may."""
        if self.door != "open":
            self._tell("turned_away", door=self.door, which=self._which)
        return self.door

    def _accept(self, port: Port, *, secure: bool = False) -> None:
        if self.knock() != "open":
            raise PortLost("nobody is here")
        if self._refuses():
            raise PortLost("the host refuses the connection")
        talk = self._talk_securely if secure else self._talk
        self._clock.spawn("host connection", lambda: talk(port))

    def _talk_securely(self, port: Port) -> None:
        shown = self.shown
        secure = TlsPort(port, server_context(shown, *self._names))
        self.ports.append(secure)
        why = ""
        try:
            secure.handshake(self._clock.now() + HANDSHAKE)
        except PortError as error:
            why = str(error)
        self._tell("handshake", shown=shown, why=why, which=self._which)
        self.ports.remove(secure)
        if not why:
            self._talk(secure)

    def _talk(self, port: Port) -> None:
        self.ports.append(port)
        self._tell("connected", secured=isinstance(port, TlsPort), which=self._which)
        deframer = Deframer()
        try:
            while (chunk := port.read(self._clock.now() + self._idle)) is not None:
                for inside in deframer.feed(chunk.data):
                    self._take(port, inside)
        except PortLost:
            pass
        except Garbled as error:  # the stream is out of step: a host hangs up
            self.tell_garbled(error)
        finally:
            self.ports.remove(port)
            self._tell("disconnected", which=self._which)
            port.close()

    def tell_garbled(self, error: Garbled) -> None:
        """Something came that is no message."""
        self._tell("violation", rule="garbled", stan=0, batch=0, tid="", text=str(error))

    # --- what is set ------------------------------------------------------------------------

    def present(self, kind: CertificateKind) -> bool:
        """Which certificate new TLS connections meet; those there are end. True: it is new."""
        if kind == self.shown:
            return False
        self.shown = kind
        for port in list(self.ports):
            if isinstance(port, TlsPort):
                port.close()
        return True

    def set_door(self, state: Door) -> bool:
        """Open, closed, or nobody there. True: it is new."""
        if state == self.door:
            return False
        self.door = state
        for port in list(self.ports):
            if state == "closed":
                port.close()
            elif state == "silent":
                _vanish(port)
        return True
