"""What each deal comes to at the host, and by what its request is known.

A deal is a transaction by name (``model/register.py``); the host's ledger calls an offline sale
``offline`` and the taking back of a completion ``completion_void``.
"""

#: The deal of what names none.
PLAIN = "sale"
#: The cardholder pays.
DEBIT = frozenset({"sale", "completion", "offline"})
#: The cardholder gets back.
CREDIT = frozenset({"void", "refund", "completion_void"})
#: Moves money, and so is in the terminal's journal.
MOVES = DEBIT | CREDIT
#: Moves nothing, is never reversed, and stands in nobody's books (payment rules, 4.4).
NOTHING = frozenset({"balance"})
#: Sent by itself until it is answered (0220), so that it may be approved before its answer.
ADVICES = frozenset({"refund", "offline"})

#: (MTI, first two digits of the processing code) -> deal. A completion's request looks like a
#: sale's; who has to know the difference asks the register, the journal or the ledger.
OF_REQUEST: dict[tuple[str, str], str] = {
    ("0200", "31"): "balance", ("0200", "00"): "sale", ("0200", "20"): "void",
    ("0220", "20"): "refund", ("0220", "00"): "offline",
    ("0100", "03"): "preauth", ("0100", "20"): "preauth_void",
}  # fmt: skip
#: What a register asked for -> what the ledger may call it.
BOOKED_AS: dict[str, frozenset[str]] = {"sale": frozenset({"sale", "offline"})}


def fits(asked: str, booked: str) -> bool:
    """Whether a ledger's deal can be the one that was asked for."""
    return booked in BOOKED_AS.get(asked, (asked,))


#: Deal -> how a standing entry of it is said.
SAID: dict[str, str] = {
    **dict.fromkeys(DEBIT, "charged"), **dict.fromkeys(CREDIT, "given back"),
    "preauth": "reserved", "preauth_void": "released",
}  # fmt: skip
