"""What a journal adds up to. Pure: everything is read from its entries."""

from collections.abc import Iterable

from harness.sim.terminal.deals import TERMS
from harness.sim.terminal.records import Entry
from harness.wire.subfields import Totals


def last_words(entries: Iterable[Entry]) -> list[Entry]:
    """The last entry of each transaction, in their order."""
    found: dict[str, Entry] = {}
    for entry in entries:
        found.pop(entry.key, None)
        found[entry.key] = entry
    return list(found.values())


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """What was approved and not reversed since; what a void took back stands beside its void."""
    return [entry for entry in last_words(entries) if entry.outcome == "approved"]


def totals(entries: Iterable[Entry]) -> Totals:
    """Debits and credits as field 48 of a settlement has them."""
    stands = standing(entries)
    debit = [entry.amount for entry in stands if TERMS[entry.deal].sign > 0]
    credit = [entry.amount for entry in stands if TERMS[entry.deal].sign < 0]
    return Totals(sum(debit), len(debit), sum(credit), len(credit))


def original(entries: Iterable[Entry], *, receipt: int = 0, stan: int = 0) -> Entry | None:
    """The newest transaction with this receipt or trace number that stands and is whole.

    One that was voided, completed or released is no original any more; a void of a completion
    opens its pre-authorisation again.
    """
    stands = standing(entries)
    taken = {entry.original for entry in stands}
    used = {entry.original for entry in stands if entry.key not in taken}
    return next(
        (
            entry for entry in reversed(stands)
            if (stan and entry.stan == stan) or (receipt and not stan and entry.receipt == receipt)
            if entry.key not in used
        ),
        None,
    )  # fmt: skip


def balance(field_54: str) -> int | None:
    """What an inquiry found: account and amount type, currency, C or D, twelve digits."""
    amount = field_54[8:20]
    if len(amount) != 12 or not amount.isdecimal():
        return None
    return -int(amount) if field_54[7] == "D" else int(amount)
