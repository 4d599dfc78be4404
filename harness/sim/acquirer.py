"""An acquirer host: answers terminals, keeps the books, misbehaves on request. Test only.

Outlet ``iso8583``: any number of connections, each a stream of UnionPay frames (``wire/iso8583``).
Outlet ``tls``: the same over TLS, by the certificate that is shown.
Outlet ``control``: JSON lines (``sim/control``):

===============  ===================================================================
``identify``     -> ``identity``
``misbehave``    ``act``, ``on`` (MTI of the request, or ``any``; default 0200), ``by`` s,
                 ``times`` (null: until ``behave``), ``code``; acts are played in order of asking
``behave``       end all misbehaviour
``certificate``  ``kind`` (``CertificateKind``): what new TLS connections meet; those there are end
``authority``    -> ``pem``: whom clients must trust, another one in each process
``door``         ``state``: ``open``; ``closed``: connections are refused and those there are end;
                 ``silent``: nobody is there any more, and nobody says so
``state``        -> ``misbehaving``: acts in force; ``connections``; ``certificate``; ``door``
``ledger``       -> ``entries``; tells each as ``ledger_entry``, then ``ledger_end``
===============  ===================================================================

Acts: ``ignore`` the request unread; ``drop`` the answer, ``delay`` it ``by`` s, ``duplicate`` it,
``corrupt`` its MAC, answer with a ``wrong_stan``, ``truncate`` the message inside a good frame,
``reset`` in the middle of the frame, ``answer`` with ``code`` and book nothing, ``refuse`` new
connections.

Events, with card numbers truncated:

====================  ==============================================================
``connected``         ``secured``: over TLS; and ``disconnected``
``certificate``       ``shown``: what new TLS connections meet
``door``              ``state``
``turned_away``       ``door``: somebody wanted to connect
``handshake``         ``shown`` to a client, ``why`` it came to nothing, empty where it did not
``request_received``  ``mti stan batch tid amount pan processing reason mac_ok``, and ``skew``: s
                      by which the terminal's clock is ahead, null where it does not tell
``reply_due``         ``mti stan response``: the answer is decided and not sent yet
``answered``          the same, when it was sent
``misbehaved``        ``act``, ``mti`` of the request, ``stan``
``signed_on``         ``tid batch``
``settled``           ``tid batch balanced uploaded``: a batch was closed
``ledger_entry``      ``tid batch stan amount pan status entry response``
``ledger_end``        ``entries``
``violation``         ``rule stan batch tid text``
====================  ==============================================================
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

from harness.clock import Clock
from harness.errors import Garbled, PortError, PortLost
from harness.links.certificates import KINDS, server_context, trusted
from harness.model.network import CertificateKind, Door
from harness.model.units import Seconds
from harness.ports.base import Port
from harness.ports.tls import TlsPort
from harness.sim.control import Control
from harness.sim.host_flows import Flows
from harness.sim.tcp import End
from harness.wire.iso8583 import Deframer, Message, frame, unframe

ACTS = (
    "ignore", "drop", "delay", "duplicate", "corrupt", "wrong_stan", "truncate", "reset", "answer",
    "refuse",
)  # fmt: skip
HANDSHAKE = 30.0  # s that a client may take for it
AGAIN = 0.02  # s between an answer and its duplicate


def _cut_inside(wire: bytes) -> bytes:
    cut = wire[2 : len(wire) * 2 // 3]
    return len(cut).to_bytes(2, "big") + cut


#: Act -> what it makes of the answer's bytes; the other acts send it whole.
SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "corrupt": lambda wire: wire[:-1] + bytes([wire[-1] ^ 0x01]),  # the MAC is the last field
    "truncate": _cut_inside,
    "reset": lambda wire: wire[: len(wire) // 2],
}


def _vanish(port: Port) -> None:
    """Leave without a word where the wire can; a real socket cannot."""
    wire = port.below if isinstance(port, TlsPort) else port
    if isinstance(wire, End):
        wire.vanish()
    else:
        wire.close()


@dataclass(slots=True)
class _Lapse:
    act: str
    on: str
    by: float
    times: int | None
    code: str


class Acquirer:
    """The host. See the module text.

    Args:
        clock: The bench's clock.
        personality: The plain contents of a fixture (``fixtures/host/test_acquirer.yaml``).
        rng: Draws keys and authorisation codes.

    Attributes:
        outlets: ``iso8583``, ``tls`` and ``control``.
        ledger: The books.
    """

    def __init__(self, clock: Clock, personality: Mapping[str, Any], *, rng: random.Random) -> None:
        self._clock = clock
        self._own = personality
        self._think = Seconds.parse(personality["think_time"])
        self._idle = Seconds.parse(personality["idle"])
        self._lapses: list[_Lapse] = []
        self._shown: CertificateKind = "good"
        self._door: Door = "open"
        self._ports: list[Port] = []
        self._control = Control(clock, "host", {
            "identify": self._identify, "misbehave": self._misbehave, "behave": self._behave,
            "state": self._state, "ledger": self._tell_ledger, "certificate": self._present,
            "door": self._set_door, "authority": lambda: {"pem": trusted()},
        })  # fmt: skip
        self._flows = Flows(personality, rng=rng, now=clock.now, tell=self._control.tell)
        self.ledger = self._flows.ledger
        self.outlets: dict[str, Callable[[Port], None]] = {
            "iso8583": self._accept,
            "tls": partial(self._accept, secure=True),
            "control": self._control.accept,
        }

    # --- connections ------------------------------------------------------------------------

    def knock(self) -> Door:
        """Somebody wants to connect: whether he may."""
        if self._door != "open":
            self._control.tell("turned_away", door=self._door)
        return self._door

    def _accept(self, port: Port, *, secure: bool = False) -> None:
        if self.knock() != "open":
            raise PortLost("nobody is here")
        lapse = self._lapse("connect")
        if lapse is not None:
            self._control.tell("misbehaved", act=lapse.act, mti="", stan=0)
            raise PortLost("the host refuses the connection")
        talk = self._talk_securely if secure else self._talk
        self._clock.spawn("host connection", lambda: talk(port))

    def _talk_securely(self, port: Port) -> None:
        shown = self._shown
        secure = TlsPort(port, server_context(shown, *self._own["names"]))
        self._ports.append(secure)
        why = ""
        try:
            secure.handshake(self._clock.now() + HANDSHAKE)
        except PortError as error:
            why = str(error)
        self._control.tell("handshake", shown=shown, why=why)
        self._ports.remove(secure)
        if not why:
            self._talk(secure)

    def _talk(self, port: Port) -> None:
        self._ports.append(port)
        self._control.tell("connected", secured=isinstance(port, TlsPort))
        deframer = Deframer()
        try:
            while (chunk := port.read(self._clock.now() + self._idle)) is not None:
                for inside in deframer.feed(chunk.data):
                    self._take(port, inside)
        except PortLost:
            pass
        except Garbled as error:  # the stream is out of step: a host hangs up
            self._tell_garbled(error)
        finally:
            self._ports.remove(port)
            self._control.tell("disconnected")
            port.close()

    def _take(self, port: Port, inside: bytes) -> None:
        try:
            request = unframe(inside)
            lapse = self._lapse(request.mti)
            if lapse is not None:
                self._control.tell("misbehaved", act=lapse.act, mti=request.mti, stan=request.stan)
            if lapse is not None and lapse.act == "ignore":
                return
            reply = self._flows.reply(request, lapse.code if lapse else "")
        except Garbled as error:
            self._tell_garbled(error)
            return
        if reply is not None and not (lapse is not None and lapse.act == "drop"):
            self._answer(port, reply, lapse or _Lapse("", "", 0.0, None, ""))

    def _tell_garbled(self, error: Garbled) -> None:
        self._control.tell("violation", rule="garbled", stan=0, batch=0, tid="", text=str(error))

    # --- answers ----------------------------------------------------------------------------

    def _answer(self, port: Port, reply: Message, lapse: _Lapse) -> None:
        told = {"mti": reply.mti, "stan": reply.stan, "response": reply.get(39)}
        self._control.tell("reply_due", **told)
        if lapse.act == "wrong_stan":
            reply = self._flows.resealed(reply, {11: f"{reply.stan % 999_999 + 1:06d}"})
        wire = SPOILED.get(lapse.act, bytes)(frame(reply))

        def send() -> None:
            try:
                port.write(wire)
            except PortLost:
                return
            self._control.tell("answered", **told)
            if lapse.act == "reset":
                port.close()

        due = self._clock.now() + self._think + lapse.by
        self._clock.call_at(due, send)
        if lapse.act == "duplicate":
            self._clock.call_at(due + AGAIN, send)

    # --- control ----------------------------------------------------------------------------

    def _lapse(self, mti: str) -> _Lapse | None:
        """The misbehaviour that is due for this request, and counts it."""
        for lapse in self._lapses:
            if (lapse.act == "refuse") != (mti == "connect") or lapse.on not in (mti, "any"):
                continue
            if lapse.times is not None:
                lapse.times -= 1
                if lapse.times <= 0:
                    self._lapses.remove(lapse)
            return lapse
        return None

    def _misbehave(
        self, act: str, on: str = "0200", by: float = 0.0, times: int | None = None, code: str = ""
    ) -> None:
        if act not in ACTS:
            raise ValueError(f"no act {act!r}; wanted one of: {', '.join(ACTS)}")
        if on != "any" and not (isinstance(on, str) and len(on) == 4 and on.isdigit()):
            raise ValueError(f"{on!r} is no message type")
        if not isinstance(by, (int, float)) or not 0 <= by <= 86400:
            raise ValueError(f"by is seconds, not {by!r}")
        if times is not None and (not isinstance(times, int) or times < 1):
            raise ValueError(f"times is 1 or more, or null, not {times!r}")
        if (act == "answer") != (isinstance(code, str) and len(code) == 2):
            raise ValueError("answer, and nothing else, needs a code of two characters")
        on = "connect" if act == "refuse" else on
        self._lapses.append(_Lapse(act, on, float(by), times, code))

    def _behave(self) -> None:
        self._lapses.clear()

    def _present(self, kind: CertificateKind) -> None:
        if not isinstance(kind, str) or kind not in KINDS:
            raise ValueError(f"no certificate {kind!r}; wanted one of: {', '.join(KINDS)}")
        if kind == self._shown:
            return
        self._shown = kind
        self._control.tell("certificate", shown=kind)
        for port in list(self._ports):
            if isinstance(port, TlsPort):
                port.close()

    def _set_door(self, state: Door) -> None:
        if state not in get_args(Door):
            raise ValueError(f"no door {state!r}; wanted one of: {', '.join(get_args(Door))}")
        if state == self._door:
            return
        self._door = state
        self._control.tell("door", state=state)
        for port in list(self._ports):
            if state == "closed":
                port.close()
            elif state == "silent":
                _vanish(port)

    def _identify(self) -> dict[str, str]:
        return {"identity": f"terminal-harness acquirer {self._own['version']} (test only)"}

    def _state(self) -> dict[str, Any]:
        acts = [{"act": lapse.act, "on": lapse.on, "times": lapse.times} for lapse in self._lapses]
        return {
            "misbehaving": acts, "connections": len(self._ports), "certificate": self._shown,
            "door": self._door,
        }  # fmt: skip

    def _tell_ledger(self) -> dict[str, int]:
        entries = [entry.told() for entry in self.ledger]
        for entry in entries:
            self._control.tell("ledger_entry", **entry)
        self._control.tell("ledger_end", entries=len(entries))
        return {"entries": len(entries)}
