"""An acquirer host: answers terminals, keeps the books, misbehaves on request. Test only.

Outlet ``iso8583``: any number of connections, each a stream of UnionPay frames (``wire/iso8583``).
Outlet ``tls``: the same over TLS, by the certificate that is shown. ``second/iso8583`` and
``second/tls``: the secondary host, another address of the same books (``host_front.py``).
Outlet ``control``: JSON lines (``sim/control``):

===============  ===================================================================
``identify``     -> ``identity``
``misbehave``    ``act`` (``host_acts.py``), ``on`` (MTI of the request, or ``any``; default 0200),
                 ``by`` s, ``times`` (null: until ``behave``), ``after`` (so many are let pass
                 first), ``code``; acts are played in order of asking
``behave``       end all misbehaviour, and ask in headers what the personality says
``certificate``  ``kind`` (``CertificateKind``): what new TLS connections meet; those there are end
``authority``    -> ``pem``: whom clients must trust, another one in each process
``door``         ``state``: ``open``; ``closed``: connections are refused and those there are end;
                 ``silent``: nobody is there any more, and nobody says so
``demand``       ``what``: what the answers' headers ask every terminal to do, until it has done it
                 (``wire/iso8583``, ``DEMANDS``)
``state``        -> ``misbehaving``: acts in force; ``connections``; ``certificate``; ``door``;
                 ``doors`` of both
``ledger``       -> ``entries``; tells each as ``ledger_entry``, then ``ledger_end``
===============  ===================================================================

``certificate`` and ``door`` are of both hosts, or of ``which``: ``first``, ``second``.

Events, with card numbers truncated:

======================  ============================================================
``connected``           ``secured``: over TLS; and ``disconnected``; both with ``which`` host
``certificate``         ``shown``: what new TLS connections meet; ``which``
``door``                ``state which``
``turned_away``         ``door``: somebody wanted to connect; ``which``
``handshake``           ``shown`` to a client, ``why`` it came to nothing, empty where it did not
``request_received``    ``mti stan batch tid amount pan processing reason mac_ok``; ``mode``,
                        ``condition``, ``auth``, ``sequence``, ``currency``, ``original``: fields
                        22, 25, 38, 23, 49, 61;
                        ``track cryptogram unlike``: see ``host_rules.py``; ``skew``: s by which
                        the terminal's clock is ahead, null where it does not tell
``reply_due``           ``mti stan response``, ``auth balance`` where it has them: the answer
                        is decided and not sent yet
``answered``            the same, when it was sent
``misbehaved``          ``act``, ``mti`` of the request, ``stan``
``signed_on``           ``tid batch``, ``checks``: the check values of its keys
``signed_off``          ``tid``
``signature_received``  ``tid batch stan signed``
``settled``             ``tid batch balanced uploaded``: a batch was closed
``clock``               ``to``: the time of day that its clock was moved on to
``ledger_entry``        ``tid batch stan amount pan status entry response voided uploaded``
``ledger_end``          ``entries``
``violation``           ``rule stan batch tid text``
======================  ============================================================
"""

import datetime
import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, get_args

from harness.clock import Clock
from harness.errors import Garbled, PortLost
from harness.links.certificates import KINDS, trusted
from harness.model.network import CertificateKind, Door
from harness.model.units import Seconds
from harness.ports.base import Port
from harness.sim.control import Control
from harness.sim.host_acts import AGAIN, HELD, UNSENT, Lapse, Lapses, Piece, misread, played
from harness.sim.host_flows import Flows
from harness.sim.host_front import Front, reset
from harness.sim.host_store import MEMORY
from harness.wire.iso8583 import Message, unframe

FIRST, SECOND, ALL = "first", "second", "all"


class Acquirer:
    """The host. See the module text.

    Args:
        clock: The bench's clock.
        personality: The plain contents of a fixture (``fixtures/host/test_acquirer.yaml``).
        rng: Draws keys and authorisation codes.
        ledger: The file of its books; left out, the personality's, and in memory without one.

    Attributes:
        outlets: ``iso8583``, ``tls``, the same of ``second/``, and ``control``.
        fronts: ``first`` and ``second``.
        ledger: The books.
    """

    def __init__(
        self, clock: Clock, personality: Mapping[str, Any], *, rng: random.Random, ledger: str = ""
    ) -> None:
        self._clock = clock
        self._own = personality
        self._rng = rng
        self._think = Seconds.parse(personality["think_time"])
        self._lapses = Lapses()
        self._held: dict[tuple[str, int], tuple[Message, list[Piece]]] = {}
        self._control = Control(clock, "host", {
            "identify": self._identify, "misbehave": self._lapses.ask, "behave": self._behave,
            "state": self._state, "ledger": self._tell_ledger, "certificate": self._present,
            "door": self._set_door, "authority": lambda: {"pem": trusted()},
            "demand": self._demand, "clock": self._set_clock,
        })  # fmt: skip
        self._flows = Flows(
            personality, rng=rng, now=clock.now, tell=self._control.tell,
            path=ledger or str(personality["ledger"]) or MEMORY,
        )  # fmt: skip
        self.ledger = self._flows.ledger
        self.fronts = {
            which: Front(
                clock, which, names=personality[names], idle=Seconds.parse(personality["idle"]),
                take=partial(self._take, which), refuses=self._refuses, tell=self._control.tell,
            )
            for which, names in ((FIRST, "names"), (SECOND, "second_names"))
        }  # fmt: skip
        self.knock = self.fronts[FIRST].knock
        self.outlets: dict[str, Callable[[Port], None]] = {
            **self.fronts[FIRST].outlets,
            **{f"{SECOND}/{word}": one for word, one in self.fronts[SECOND].outlets.items()},
            "control": self._control.accept,
        }

    # --- messages ---------------------------------------------------------------------------

    def _refuses(self) -> bool:
        lapse = self._lapses.due("connect")
        if lapse is not None:
            self._control.tell("misbehaved", act=lapse.act, mti="", stan=0)
        return lapse is not None

    def _take(self, which: str, port: Port, inside: bytes) -> None:
        try:
            request = unframe(inside)
            lapse = self._lapses.due(request.mti) or Lapse()
            if lapse.act:
                self._control.tell("misbehaved", act=lapse.act, mti=request.mti, stan=request.stan)
            if lapse.act == "ignore":
                return
            reply = self._flows.reply(misread(request, lapse), lapse.code)
        except Garbled as error:
            self.fronts[which].tell_garbled(error)
            return
        if reply is not None and lapse.act not in UNSENT:
            self._answer(port, request, reply, lapse)

    def _answer(self, port: Port, request: Message, reply: Message, lapse: Lapse) -> None:
        pieces = played(reply, lapse, partial(self._flows.resealed, request), self._rng)
        self._control.tell("reply_due", **_told(reply))
        due = self._clock.now() + self._think
        mine = (request.get(41), request.stan)
        if lapse.act == HELD:
            self._held[mine] = (reply, pieces)
            return
        self._send(port, reply, pieces, due)
        if request.mti[:2] == "04" and mine in self._held:
            self._send(port, *self._held.pop(mine), due + AGAIN)

    def _send(self, port: Port, reply: Message, pieces: list[Piece], due: float) -> None:
        """Have an answer leave; it counts as sent with what makes it whole."""
        whole = len(pieces) - 1 if len(pieces[0].wire) == 1 else 0  # dripping, or repeated

        def send(at: int) -> None:
            try:
                port.write(pieces[at].wire)
            except PortLost:
                return
            if at == whole:
                self._control.tell("answered", **_told(reply))
            if pieces[at].reset:  # what was said may still be on its way
                self._clock.call_at(self._clock.now() + AGAIN, lambda: reset(port))

        for at, piece in enumerate(pieces):
            self._clock.call_at(due + piece.after, partial(send, at))

    # --- control ----------------------------------------------------------------------------

    def _behave(self) -> None:
        self._lapses.end()
        self._held.clear()
        self._flows.demand(str(self._own["demand"]))

    def _of(self, which: str) -> list[Front]:
        if which != ALL and which not in self.fronts:
            raise ValueError(f"no host {which!r}; wanted one of: {FIRST}, {SECOND}, {ALL}")
        return [front for name, front in self.fronts.items() if which in (name, ALL)]

    def _demand(self, what: str) -> None:
        self._flows.demand(what)

    def _set_clock(self, to: str) -> None:
        self._flows.set_time_of_day(datetime.time.fromisoformat(to))  # raises ValueError
        self._control.tell("clock", to=to)

    def _present(self, kind: CertificateKind, which: str = ALL) -> None:
        if not isinstance(kind, str) or kind not in KINDS:
            raise ValueError(f"no certificate {kind!r}; wanted one of: {', '.join(KINDS)}")
        changed = [front.present(kind) for front in self._of(which)]
        if any(changed):
            self._control.tell("certificate", shown=kind, which=which)

    def _set_door(self, state: Door, which: str = ALL) -> None:
        if state not in get_args(Door):
            raise ValueError(f"no door {state!r}; wanted one of: {', '.join(get_args(Door))}")
        changed = [front.set_door(state) for front in self._of(which)]
        if any(changed):
            self._control.tell("door", state=state, which=which)

    def _identify(self) -> dict[str, str]:
        return {"identity": f"terminal-harness acquirer {self._own['version']} (test only)"}

    def _state(self) -> dict[str, Any]:
        """One word for both hosts where they agree; the first one that is not as usual else."""
        fronts = list(self.fronts.values())
        return {
            "misbehaving": self._lapses.told(),
            "connections": sum(len(front.ports) for front in fronts),
            "certificate": next((one.shown for one in fronts if one.shown != "good"), "good"),
            "door": next((one.door for one in fronts if one.door != "open"), "open"),
            "doors": {which: front.door for which, front in self.fronts.items()},
        }

    def _tell_ledger(self) -> dict[str, int]:
        entries = [self.ledger.told(entry) for entry in self.ledger]
        for entry in entries:
            self._control.tell("ledger_entry", **entry)
        self._control.tell("ledger_end", entries=len(entries))
        return {"entries": len(entries)}


def _told(reply: Message) -> dict[str, Any]:
    told = {"mti": reply.mti, "stan": reply.stan, "response": reply.get(39)}
    if auth := reply.get(38).strip():
        told["auth"] = auth
    sign, amount = reply.get(54)[7:8], reply.get(54)[8:20]  # Q/CUP 006.6: types, currency, C or D
    return {**told, "balance": -int(amount) if sign == "D" else int(amount)} if amount else told
