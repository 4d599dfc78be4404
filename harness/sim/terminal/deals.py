"""What each transaction is on the wire and in the books: one row a deal.

Source: Q/CUP 009.1 (message types, processing codes, 25 and 60.1 of a UnionPay terminal).
"""

from dataclasses import dataclass

from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Entry, Pending

BY_HAND = "012"  # field 22: the number is the original's, no PIN
ASKED, ADVISED, RESERVED = "0200", "0220", "0100"


@dataclass(frozen=True, slots=True)
class Terms:
    """How one deal is made.

    Attributes:
        mti: Message type of its request.
        processing: Field 3.
        condition: Field 25.
        kind: Field 60.1.
        title: What a receipt calls it.
        card: Whether the cardholder presents a card.
        undone: Whether it is reversed when its answer is missing or bad. An advice is repeated
            instead, an inquiry forgotten.
        sign: +1 adds to the debits of a settlement, -1 to the credits, 0 to neither.
        of: The deals it may refer to; empty for none.
        names: Fields that tell the host which one, besides 61.
    """

    mti: str
    processing: str
    condition: str
    kind: str
    title: str
    card: bool = True
    undone: bool = True
    sign: int = 0
    of: tuple[str, ...] = ()
    names: tuple[int, ...] = ()

    @property
    def advice(self) -> bool:
        """Whether it is told, not asked: repeated until it is answered."""
        return self.mti == ADVISED

    @property
    def booked(self) -> bool:
        """Whether it goes into the journal at all."""
        return self.undone or self.advice


TERMS: dict[str, Terms] = {
    "sale": Terms(ASKED, "000000", "00", "22", "SALE", sign=1),
    "void": Terms(ASKED, "200000", "00", "23", "VOID", card=False, sign=-1, of=("sale",),
                  names=(37, 38)),
    "refund": Terms(ADVISED, "200000", "00", "25", "REFUND", undone=False, sign=-1),
    "preauth": Terms(RESERVED, "030000", "06", "10", "PRE-AUTHORISATION"),
    "preauth_void": Terms(RESERVED, "200000", "06", "11", "PRE-AUTHORISATION VOID", card=False,
                          of=("preauth",), names=(38,)),
    "completion": Terms(ASKED, "000000", "06", "20", "COMPLETION", card=False, sign=1,
                        of=("preauth",), names=(38,)),
    "completion_void": Terms(ASKED, "200000", "06", "21", "COMPLETION VOID", card=False, sign=-1,
                             of=("completion",), names=(37, 38)),
    "balance": Terms(ASKED, "310000", "00", "01", "BALANCE", undone=False),
}  # fmt: skip
#: What a register asks for -> the deals it may come to, by what the original was.
MEANT: dict[str, tuple[str, ...]] = {"void": ("void", "completion_void")}
#: Deals that may refer to one of an earlier batch.
ACROSS_BATCHES = ("completion", "preauth_void")


def meant(deal: str, original: Entry) -> str | None:
    """Which deal it is with this original; None when that cannot be."""
    fits = (name for name in MEANT.get(deal, (deal,)) if original.deal in TERMS[name].of)
    return next(fits, None)


def word(deal: str) -> str:
    """What a register calls it: one word for each void of a charge."""
    return "void" if deal == "completion_void" else deal


def card_of(original: Entry) -> Card:
    """The card of an earlier transaction, where nobody presents one."""
    return Card("manual", original.number, "", "", BY_HAND)


def facts_of(made: Pending) -> str:
    """A transaction as the log has it."""
    stan = f"stan={made.stan:06d} " if made.stan else ""
    deal = f" deal={word(made.deal)}" if made.deal != "sale" else ""
    return f"{stan}amount={made.amount} pan={made.masked or '-'}{deal}"
