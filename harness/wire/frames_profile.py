"""A serial protocol of registers as data: its frames, who speaks when, what bodies mean.

``fixtures/frames/<word>.yaml``, one file a protocol. Both ends read it: the driver, which asks, and
a simulated terminal, which answers. Behind ``read`` everything is checked.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.errors import Garbled
from harness.model.causes import CAUSES
from harness.model.register import DEALS
from harness.model.units import Seconds
from harness.model.words import WordError, fill
from harness.wire.frames import Shape
from harness.wire.frames_body import Layout, Values
from harness.wire.frames_line import Handshake

Outcomes = Literal["approved", "declined", "failed", "unknown"]
#: What can be asked besides transactions.
ASKS = ("query", "cancel", "settle", "status", "sign_on", "sign_off", "reprint", "totals")
LONGEST_TEXT = 20  # of a code that nobody knows


@dataclass(frozen=True, slots=True)
class Result:
    """What one result code means; the first that fits counts.

    Attributes:
        code: As it is written in an answer; ``*`` for any other.
        outcome: What the register knows by it.
        cause: A word of ``model/causes.py`` where it names one.
        status: What the answer's ``status`` must be besides; ``absent`` where it must be none.
    """

    code: str
    outcome: Outcomes
    cause: str = ""
    status: str = ""

    def __post_init__(self) -> None:
        if self.cause and self.cause not in CAUSES:
            raise ValueError(f"no cause {self.cause!r}; they are in harness/model/causes.py")


@dataclass(frozen=True, slots=True)
class Profile:
    """One protocol.

    Attributes:
        source: Where it is described; what is assumed says so.
        frame: What frames look like.
        handshake: Who speaks when.
        ask: What is asked: a layout, and per deal and per other wish the values that make it.
        answers: Layouts of answers; where there are several, their sizes tell them apart.
        results: What result codes mean.
        deals: Deal -> values of the ask.
        also: ``query`` and other words of ``ASKS`` -> values of the ask.
        same: Names that an answer repeats of its ask: others belong to another one.
        complete: Until the answer of a transaction.
        tells: The causes that a terminal's codes can be relied on to tell, where they are not all
            that ``results`` name: many have one code for most of what goes wrong.
    """

    source: str
    frame: Shape
    ask: Layout
    answers: tuple[Layout, ...]
    results: tuple[Result, ...]
    deals: Mapping[str, Mapping[str, str]]
    handshake: Handshake = field(default_factory=Handshake)
    also: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    same: tuple[str, ...] = ("amount",)
    complete: Seconds = Seconds(180)
    tells: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for kind, known in (("deals", DEALS), ("also", ASKS), ("tells", CAUSES)):
            for word in getattr(self, kind) or ():
                if word not in known:
                    raise ValueError(f"{kind}: no {word!r}; there are {', '.join(known)}")
        if "sale" not in self.deals:
            raise ValueError("deals: there is no sale")
        if not all(_has(layout.fields, "code") for layout in self.answers) or not self.answers:
            raise ValueError("answers: each needs a field named code")
        if not any(row.outcome == "approved" for row in self.results):
            raise ValueError("results: none means approved")
        if self.handshake.kind == "numbered" and self.frame.head != 3:
            raise ValueError("frame: numbered frames have a head of 3 bytes")

    def named(self) -> frozenset[str]:
        """The causes that its codes can be relied on to tell."""
        if self.tells is not None:
            return frozenset(self.tells)
        return frozenset(row.cause for row in self.results if row.cause)

    def result(self, answer: Values) -> Result:
        """What an answer's code means; one that nobody knows is no success."""
        code, status = answer.get("code", ""), answer.get("status") or "absent"
        for row in self.results:
            if row.code in (code, "*") and row.status in ("", status):
                return row
        return Result(code[:LONGEST_TEXT], "failed")

    def result_for(self, outcome: str, cause: str = "", response: str = "") -> Result:
        """For the terminal's end: the result that says an outcome best."""
        rows = [row for row in self.results if row.outcome == outcome and row.code != "*"]
        ways: tuple[Callable[[Result], bool], ...] = (
            lambda row: bool(response) and row.code == response,
            lambda row: bool(cause) and row.cause == cause,
            lambda row: not row.cause,
            lambda _: True,
        )
        fitting = (row for fits in ways for row in rows if fits(row))
        return next(fitting, Result("", "failed"))

    def read_answer(self, body: bytes, digits: int) -> dict[str, str]:
        """The values of an answer; raises Garbled."""
        fitting = [one for one in self.answers if one.size in (None, len(body))]
        if not fitting:
            raise Garbled(f"frames: no answer has {len(body)} bytes")
        return fitting[0].decode(body, digits)

    def answers_to(self, asked: Values, answer: Values) -> bool:
        """Whether an answer belongs to what was asked."""
        return all(answer.get(name, asked.get(name)) == asked.get(name) for name in self.same)

    def meaning(self, asked: Values) -> str:
        """For the terminal's end: the deal or the other wish; ``""`` for none that there is.

        The one that names most of what was asked counts: a query may look like a sale and more.
        """
        rows = {**self.deals, **self.also}
        fits = {
            word: len(values)
            for word, values in rows.items()
            if all(asked.get(name) == value for name, value in values.items())
        }
        return max(fits, key=fits.__getitem__, default="")


def _has(fields: Iterable[Any], name: str) -> bool:
    return any(one.name == name for one in fields)


def read_profile(word: str, read: Callable[[str], Any]) -> Profile:
    """A protocol by its word; raises WordError, which names the key.

    Args:
        word: The file's name.
        read: Gives the plain values of a file; also of one that this one is ``like``.
    """
    plain = read(word)
    if not isinstance(plain, dict):
        raise WordError((), "wanted a profile's keys: source, frame, ask, answers, results, deals")
    if "like" in plain:
        own = {key: value for key, value in plain.items() if key != "like"}
        plain = {**read(str(plain["like"])), **own}
    return fill(Profile, plain)
