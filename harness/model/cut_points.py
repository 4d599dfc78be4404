"""The cut points P0..P13 of a transaction: what marks each, and how a terminal must end after it.

Source: payment rules, section 9. A point is an instant; ``cut_at`` waits for the first sign of it
that the rig can observe and cuts the supply there (or the line, or the register's answers, where
the point is one of those). What a host sees is preferred where a log may be silent.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from harness.model.pattern import Pattern

PointName = Literal[
    "P0", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12", "P13"
]
#: What is cut.
By = Literal["power", "link", "register"]
#: How it may end: nothing came of it, it was undone, it stands, its batch is settled once,
#: the terminal has signed on again.
Ending = Literal["none", "undone", "approved", "settled", "signed_on"]


@dataclass(frozen=True, slots=True)
class Mark:
    """One sign of a point.

    Attributes:
        channel: What must be observed for it: a channel of the terminal, or a role.
        pattern: What is seen.
    """

    channel: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class CutPoint:
    """One point.

    Attributes:
        story: Where in a transaction it lies.
        marks: Its signs, the best first.
        endings: How the transaction may end.
        ends: The end state in words: the terminal's, then the host's ledger.
        by: What is cut where nothing else is said.
        of_sale: Whether it is a point of a sale; then only that sale's signs count.
        ahead: Whether the step stands before the one that leads to the point, because that one ends
            only when the point is past: then it waits beside the steps that follow.
    """

    story: str
    marks: tuple[Mark, ...]
    endings: tuple[Ending, ...]
    ends: str
    by: By = "power"
    of_sale: bool = True
    ahead: bool = False

    def mark(self, channels: Collection[str]) -> Mark | None:
        """The best sign that a rig with these channels can see; None when it sees none."""
        return next((mark for mark in self.marks if mark.channel in channels), None)


def _mark(channel: str, source: str, kind: str, **fields: Any) -> Mark:
    return Mark(channel, Pattern(source=source, kind=kind, fields=fields))


_NOTHING = "declined or cancelled, no record; no entry"
_UNDONE = "failed, a 0400 at recovery; approved and reversed, net 0"
_STANDS = "approved, a reprint is offered; exactly one approved entry"
_REVERSAL_SENT = (
    _mark("host", "host", "request_received", mti="0400"),
    _mark("console", "terminal", "reversal_sent"),
)

CUT_POINTS: dict[PointName, CutPoint] = {
    "P0": CutPoint("before the card", (_mark("engine", "engine", "sale_started"),), ("none",),
                   _NOTHING),
    "P1": CutPoint("the card is read, nothing is sent",
                   (_mark("console", "terminal", "card_read"),
                    _mark("reader", "reader", "card_inserted")), ("none",), _NOTHING),
    "P2": CutPoint("the reversal is saved, the request is not fully sent",
                   (_mark("console", "terminal", "reversal_saved"),), ("none", "undone"),
                   "failed, a 0400 at recovery is answered 25; no entry"),
    "P3": CutPoint("the request is lost on its way",
                   (_mark("console", "terminal", "request_sent"),
                    _mark("host", "host", "request_received", mti=["0100", "0200"])),
                   ("none", "undone"), "failed, a 0400 at recovery is answered 25; no entry",
                   by="link"),
    "P4": CutPoint("the host has approved, its answer is lost or late",
                   (_mark("host", "host", "reply_due", mti=["0110", "0210"]),
                    _mark("console", "terminal", "request_sent")), ("undone",), _UNDONE),
    "P5": CutPoint("an answer comes with a bad MAC",
                   (_mark("host", "host", "misbehaved", mti=["0100", "0200"]),),
                   ("undone",), "failed, a 0400 with reason A0, a sign-on; net 0"),
    "P6": CutPoint("the answer is good and not saved yet",
                   (_mark("console", "terminal", "answer_received"),
                    _mark("host", "host", "answered", mti=["0110", "0210"])),
                   ("undone",), "reversed at the start; net 0"),
    "P7": CutPoint("it is saved, and neither printed nor shown",
                   (_mark("console", "terminal", "approved"),), ("approved",), _STANDS),
    "P8": CutPoint("while it is printed", (_mark("console", "terminal", "printing"),),
                   ("approved",), _STANDS),
    "P9": CutPoint("between a 0400 and its 0410", _REVERSAL_SENT, ("undone",),
                   "repeats the 0400 under the same number; reversed once"),
    "P10": CutPoint("the settlement is sent, its answer is lost",
                    (_mark("host", "host", "reply_due", mti="0510"),
                     _mark("host", "host", "request_received", mti="0500")), ("settled",),
                    "the batch is open still and is settled again; one settlement of the batch",
                    of_sale=False, ahead=True),
    "P11": CutPoint("in the upload of a batch",
                    (_mark("host", "host", "request_received", mti="0320"),), ("settled",),
                    "resumes; each item once", of_sale=False, ahead=True),
    "P12": CutPoint("the register's acknowledgement is lost",
                    (_mark("engine", "engine", "step_done", word="cut_at"),), ("none", "undone"),
                    "reversed by itself; net 0", by="register", ahead=True),
    "P13": CutPoint("between the answer to a sign-on and the saving of its keys",
                    (_mark("host", "host", "signed_on"),), ("signed_on",),
                    "the old keys, or a new sign-on; nothing", of_sale=False, ahead=True),
}  # fmt: skip

#: What is cut -> the fault that does it, and its keys; ``lasting`` is put in where it has one.
FAULTS: dict[By, tuple[str, dict[str, Any]]] = {
    "power": ("power_cut", {}),
    "link": ("signal_lost", {}),
    "register": ("result_lost", {}),
}
#: Faults that end by themselves after ``lasting``; the others with the steps, or by ``clear``.
LASTING: frozenset[By] = frozenset({"power", "link"})


def fault_of(point: PointName, by: By | None, lasting: Any) -> dict[str, Any]:
    """The ``inject`` that cuts at a point, plain: its word with its keys, labelled as the point."""
    chosen = by or CUT_POINTS[point].by
    word, keys = FAULTS[chosen]
    own = {**keys, **({"lasting": str(lasting)} if chosen in LASTING else {})}
    return {word: own or None, "as": point}
