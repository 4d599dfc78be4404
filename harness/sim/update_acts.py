"""How an update store misbehaves: what becomes of an answer, of its length, of the connection.

Every act is a row of ``ACTS``: it turns the answer that would have left into what leaves.

=======================  ===================================================================
``server_error``         ``code`` (503) and nothing else
``slow_drip``            the body in single bytes, one every ``by`` s (1)
``length_lies_long``     a length that is more than what follows
``length_lies_short``    a length that is less than what follows
``redirect_nowhere``     302 to a host that there is not
``redirect_loop``        302 to the same place
``certificate_expired``  shown to who comes in over TLS
``certificate_unknown``  by an authority that nobody knows
``reset``                the connection (RST) in the middle of the body
``no_ranges``            the whole where a range was asked for
``wrong_range``          another range than was asked for, and it says so
``etag_changes``         another tag each time, for the same bytes
``silent``               half of the body, and then nothing more; the connection stays
=======================  ===================================================================
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from harness.model.network import CertificateKind
from harness.sim.update_shelf import Thing
from harness.wire.http_range import OK, PARTIAL, choose

LIE = 997  # B
DRIP = 1.0  # s a byte
SHIFT = 512  # B that a wrong range is away from what was asked
NOWHERE = "nowhere.hil.test"
#: What is asked for: the word of ``on:`` -> how its path begins.
PATHS = {"manifest": "/manifest", "image": "/images/", "any": "/"}

#: Acts on whoever comes in over TLS -> what he is shown.
ON_HANDSHAKE: dict[str, CertificateKind] = {
    "certificate_expired": "expired", "certificate_unknown": "unknown_ca",
}  # fmt: skip


@dataclass(slots=True)
class Lapse:
    """An act that is in force.

    Attributes:
        act: A word of ``ACTS`` or ``ON_HANDSHAKE``.
        on: ``manifest``, ``image`` or ``any``.
        by: Seconds.
        times: How often it is left to happen; None: until it is ended.
        after: How many fitting requests it lets pass first.
        code: Status.
        struck: How often it has happened.
    """

    act: str
    on: str = "any"
    by: float | None = None
    times: int | None = None
    after: int = 0
    code: int = 503
    struck: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be."""
        if self.act not in ACTS and self.act not in ON_HANDSHAKE:
            raise ValueError(f"no act {self.act!r}; wanted: {', '.join([*ACTS, *ON_HANDSHAKE])}")
        if self.on not in PATHS:
            raise ValueError(f"on is one of {', '.join(PATHS)}, not {self.on!r}")
        if type(self.code) is not int or not 400 <= self.code <= 599:
            raise ValueError(f"code is a status of 400 to 599, not {self.code!r}")
        if self.by is not None and (type(self.by) not in (int, float) or self.by < 0):
            raise ValueError(f"by is in seconds, not {self.by!r}")
        for name, count in (("times", self.times), ("after", self.after)):
            if count is not None and (type(count) is not int or count < 0):
                raise ValueError(f"{name} is a count, not {count!r}")

    def strikes(self) -> bool:
        """A fitting request is here: whether it is its turn."""
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        self.struck += 1
        return True


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, with lower-case headers."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What leaves.

    Attributes:
        status: Of the answer.
        thing: What it is about; None for an answer without one.
        start: First byte of the thing that leaves.
        end: Behind the last.
        headers: Beside those that a thing has.
        etag: In place of the thing's own.
        lie: Added to the length that is said.
        drip: Seconds between single bytes; 0: as fast as the rate is.
        stop: The body ends there, if not None: the connection is ``reset``, or stays.
        reset: By RST.
    """

    status: int
    thing: Thing | None = None
    start: int = 0
    end: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    etag: str = ""
    lie: int = 0
    drip: float = 0.0
    stop: int | None = None
    reset: bool = False

    @property
    def ranged(self) -> bool:
        return self.status == PARTIAL

    @property
    def long(self) -> bool:
        return self.end - self.start > 1


Act = Callable[[Reply, Request, Lapse], Reply]


def _anything(_reply: Reply, _request: Request) -> bool:
    return True


def _long(reply: Reply, request: Request) -> bool:
    return request.method == "GET" and reply.long


def _ranged(reply: Reply, _request: Request) -> bool:
    return reply.ranged


def _tagged(reply: Reply, _request: Request) -> bool:
    return reply.thing is not None


def _error(_reply: Reply, _request: Request, lapse: Lapse) -> Reply:
    return Reply(lapse.code)


def _drip(reply: Reply, _request: Request, lapse: Lapse) -> Reply:
    return replace(reply, drip=DRIP if lapse.by is None else lapse.by)


def _long_lie(reply: Reply, _request: Request, _lapse: Lapse) -> Reply:
    return replace(reply, lie=LIE)


def _short_lie(reply: Reply, _request: Request, _lapse: Lapse) -> Reply:
    return replace(reply, lie=-min(LIE, (reply.end - reply.start) // 2))


def _nowhere(_reply: Reply, request: Request, _lapse: Lapse) -> Reply:
    return Reply(302, headers=(("Location", f"http://{NOWHERE}{request.path}"),))


def _loop(_reply: Reply, request: Request, _lapse: Lapse) -> Reply:
    return Reply(302, headers=(("Location", request.path),))


def _middle(reply: Reply) -> int:
    return (reply.start + reply.end) // 2


def _reset(reply: Reply, _request: Request, _lapse: Lapse) -> Reply:
    return replace(reply, stop=_middle(reply), reset=True)


def _silent(reply: Reply, _request: Request, _lapse: Lapse) -> Reply:
    return replace(reply, stop=_middle(reply))


def _no_ranges(reply: Reply, _request: Request, _lapse: Lapse) -> Reply:
    return replace(reply, status=OK, start=0, end=reply.thing.size if reply.thing else 0)


def _wrong_range(reply: Reply, _request: Request, _lapse: Lapse) -> Reply:
    start = reply.start - SHIFT if reply.start >= SHIFT else reply.start + 1
    return replace(reply, start=min(start, reply.end - 1))


def _other_etag(reply: Reply, request: Request, lapse: Lapse) -> Reply:
    """The bytes are the same, and a client that trusts the tag cannot know."""
    thing = reply.thing
    if thing is None:
        return reply
    etag = f'"{lapse.struck}-{thing.etag[1:]}'
    part = choose(thing.size, etag, request.headers, ranges=request.method == "GET")
    return replace(reply, status=part.status, start=part.start, end=part.end, etag=etag)


#: Word -> what it does, and to which answers it can be done.
ACTS: dict[str, tuple[Act, Callable[[Reply, Request], bool]]] = {
    "server_error": (_error, _anything), "slow_drip": (_drip, _long),
    "length_lies_long": (_long_lie, _long), "length_lies_short": (_short_lie, _long),
    "redirect_nowhere": (_nowhere, _anything), "redirect_loop": (_loop, _anything),
    "reset": (_reset, _long), "silent": (_silent, _long), "no_ranges": (_no_ranges, _ranged),
    "wrong_range": (_wrong_range, _ranged), "etag_changes": (_other_etag, _tagged),
}  # fmt: skip


def spoilt(reply: Reply, request: Request, lapse: Lapse | None) -> tuple[Reply, bool]:
    """What leaves in an answer's place, and whether anything was done to it."""
    if lapse is None or lapse.act in ON_HANDSHAKE or not request.path.startswith(PATHS[lapse.on]):
        return reply, False
    play, fits = ACTS[lapse.act]
    if not fits(reply, request) or not lapse.strikes():
        return reply, False
    return play(reply, request, lapse), True
