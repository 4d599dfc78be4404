"""How the acquirer misbehaves: what becomes of a request, of its answer, of the connection.

Every act is a row of ``ACTS``: how its answer leaves, as ``Piece``s; none where nothing leaves.

======================  ====================================================================
``ignore``              the request unread: nothing is booked
``drop``                the answer: the request was booked
``delay``               it ``by`` s
``late_after_reversal`` it until its reversal was answered
``duplicate``           it
``two_answers``         a decline behind it, as whole as the answer
``drip``                it in single bytes, over ``by`` s
``wrong_stan``          answer for another trace number; so ``wrong_amount``, ``wrong_tid``,
                        ``wrong_mid``
``wrong_mti``           answer as another type of message
``corrupt``             its MAC; ``no_mac``: leave it out
``garbage``             noise in a good frame
``truncate``            the message inside a good frame
``reset``               the connection (RST) in the middle of the frame
``answer``              with ``code``, and book nothing
``other_totals``        a settlement by totals of its own: the batch does not balance
``refuse``              new connections
======================  ====================================================================
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from harness.wire.iso8583 import ENVELOPE, Message, frame
from harness.wire.subfields import Totals

AGAIN = 0.02  # s between an answer and what follows it
UNSENT = frozenset({"ignore", "drop"})
#: Acts that hold the answer back until something else has happened.
HELD = "late_after_reversal"
ON_CONNECT = "refuse"
MISCOUNTS = "other_totals"
DECLINED = "05"
OTHER_TID, OTHER_MID = "HIL00009", "999999999999998"


class Piece(NamedTuple):
    """Bytes that leave, ``after`` s after the answer was due; then perhaps an RST."""

    after: float
    wire: bytes
    reset: bool = False


@dataclass(slots=True)
class Lapse:
    """An act that is in force.

    Attributes:
        act: A word of ``ACTS``.
        on: MTI of the request, or ``any``.
        by: Seconds.
        times: How often it is left to happen; None: until it is ended.
        after: How many fitting requests it lets pass first.
        code: Answer code.
    """

    act: str = ""
    on: str = ""
    by: float = 0.0
    times: int | None = None
    after: int = 0
    code: str = ""


#: Puts a fitting MAC on an answer that was changed.
Seal = Callable[[Message], Message]
Play = Callable[[Message, Lapse, Seal, random.Random], list[Piece]]


def played(reply: Message, lapse: Lapse, seal: Seal, rng: random.Random) -> list[Piece]:
    """What leaves for an answer, in order of time."""
    return ACTS[lapse.act](reply, lapse, seal, rng)


def _whole(reply: Message, lapse: Lapse, _seal: Seal, _rng: random.Random) -> list[Piece]:
    return [Piece(lapse.by, frame(reply))]


def _changed(number: int, other: Callable[[Message], str]) -> Play:
    """Another value in a field, and a MAC that fits."""

    def play(reply: Message, _lapse: Lapse, seal: Seal, _rng: random.Random) -> list[Piece]:
        return [Piece(0.0, frame(seal(reply.with_fields({number: other(reply)}))))]

    return play


def _wrong_mti(reply: Message, _lapse: Lapse, seal: Seal, _rng: random.Random) -> list[Piece]:
    kind = "10" if reply.mti.endswith("30") else "30"
    other = Message(f"{reply.mti[:2]}{kind}", reply.fields, reply.tpdu, reply.header)
    return [Piece(0.0, frame(seal(other)))]


def _spoilt(spoil: Callable[[bytes], bytes], *, reset: bool = False) -> Play:
    """Other bytes."""

    def play(reply: Message, _lapse: Lapse, _seal: Seal, _rng: random.Random) -> list[Piece]:
        return [Piece(0.0, spoil(frame(reply)), reset)]

    return play


def _no_mac(reply: Message, _lapse: Lapse, _seal: Seal, _rng: random.Random) -> list[Piece]:
    rest = {number: text for number, text in reply.fields.items() if number != 64}
    return [Piece(0.0, frame(Message(reply.mti, rest, reply.tpdu, reply.header)))]


def _garbage(reply: Message, _lapse: Lapse, _seal: Seal, rng: random.Random) -> list[Piece]:
    size = len(frame(reply)) - 2
    return [Piece(0.0, size.to_bytes(2, "big") + rng.randbytes(size))]


def _cut_inside(wire: bytes) -> bytes:
    cut = wire[2 : max(2 + ENVELOPE, len(wire) * 2 // 3)]
    return len(cut).to_bytes(2, "big") + cut


def _duplicate(reply: Message, _lapse: Lapse, _seal: Seal, _rng: random.Random) -> list[Piece]:
    return [Piece(0.0, frame(reply)), Piece(AGAIN, frame(reply))]


def _two_answers(reply: Message, _lapse: Lapse, seal: Seal, _rng: random.Random) -> list[Piece]:
    rest = {number: text for number, text in reply.fields.items() if number != 38}
    other = Message(reply.mti, rest | {39: DECLINED}, reply.tpdu, reply.header)
    return [Piece(0.0, frame(reply)), Piece(AGAIN, frame(seal(other)))]


def _drip(reply: Message, lapse: Lapse, _seal: Seal, _rng: random.Random) -> list[Piece]:
    wire = frame(reply)
    return [Piece(lapse.by * at / len(wire), wire[at : at + 1]) for at in range(len(wire))]


def _nothing(_reply: Message, _lapse: Lapse, _seal: Seal, _rng: random.Random) -> list[Piece]:
    return []


#: Act -> how its answer leaves; without an act, as it should.
ACTS: dict[str, Play] = {
    "": _whole, "ignore": _nothing, "drop": _nothing, "delay": _whole, HELD: _whole,
    "duplicate": _duplicate, "two_answers": _two_answers, "drip": _drip,
    "wrong_stan": _changed(11, lambda reply: f"{reply.stan % 999_999 + 1:06d}"),
    "wrong_amount": _changed(4, lambda reply: f"{(reply.amount + 1) % 10**12:012d}"),
    "wrong_tid": _changed(41, lambda _reply: OTHER_TID),
    "wrong_mid": _changed(42, lambda _reply: OTHER_MID), "wrong_mti": _wrong_mti,
    "corrupt": _spoilt(lambda wire: wire[:-1] + bytes([wire[-1] ^ 0x01])),  # the MAC is the last
    "no_mac": _no_mac, "garbage": _garbage, "truncate": _spoilt(_cut_inside),
    "reset": _spoilt(lambda wire: wire[: len(wire) // 2], reset=True),
    "answer": _whole, MISCOUNTS: _whole, ON_CONNECT: _nothing,
}  # fmt: skip
WORDS = tuple(act for act in ACTS if act)


def misread(request: Message, lapse: Lapse) -> Message:
    """The request as the host takes it: one that miscounts finds one sale of 0.01 more."""
    if lapse.act != MISCOUNTS or 48 not in request.fields:
        return request
    told, flag = Totals.parse(request.get(48))
    other = replace(told, debit=told.debit + 1, debits=told.debits + 1)
    return request.with_fields({48: other.text(flag)})


class Lapses:
    """The acts in force, in order of asking."""

    def __init__(self) -> None:
        self._all: list[Lapse] = []

    def due(self, mti: str) -> Lapse | None:
        """The act that is due for this request (``connect``: for a new connection); counts it.

        A repeat by a type of its own (ISO 8583: 0401, 0221) is what it repeats.
        """
        mti = f"{mti[:3]}0" if mti[3:] == "1" else mti
        for lapse in self._all:
            if (lapse.act == ON_CONNECT) != (mti == "connect") or lapse.on not in (mti, "any"):
                continue
            if lapse.after:
                lapse.after -= 1
                continue
            if lapse.times is not None:
                lapse.times -= 1
                if lapse.times <= 0:
                    self._all.remove(lapse)
            return lapse
        return None

    def ask(
        self, act: str, on: str = "0200", by: float = 0.0, times: int | None = None, code: str = "",
        after: int = 0,
    ) -> None:  # fmt: skip
        """Put an act in force; raises ValueError for what is none."""
        if act not in WORDS:
            raise ValueError(f"no act {act!r}; wanted one of: {', '.join(WORDS)}")
        if on != "any" and not (isinstance(on, str) and len(on) == 4 and on.isdigit()):
            raise ValueError(f"{on!r} is no message type")
        if not isinstance(by, (int, float)) or not 0 <= by <= 86400:
            raise ValueError(f"by is seconds, not {by!r}")
        if times is not None and (not isinstance(times, int) or times < 1):
            raise ValueError(f"times is 1 or more, or null, not {times!r}")
        if not isinstance(after, int) or after < 0:
            raise ValueError(f"after is 0 or more, not {after!r}")
        if (act == "answer") != (isinstance(code, str) and len(code) == 2):
            raise ValueError("answer, and nothing else, needs a code of two characters")
        on = "connect" if act == ON_CONNECT else on
        self._all.append(Lapse(act, on, float(by), times, after, code))

    def end(self) -> None:
        """No act is in force any more."""
        self._all.clear()

    def told(self) -> list[dict[str, Any]]:
        """As the state has it."""
        return [{"act": one.act, "on": one.on, "times": one.times} for one in self._all]
