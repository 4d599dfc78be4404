"""What a ZVT terminal tells of its open batch: a sum, and counts by brand.

Source: ZVT PA00P015, 2.16 (06 50), 2.43 (06 10), 3.1.3 (BMP 04, BMP 60). Debit and credit are not
told apart.
"""

from harness.drivers._zvt_clear import number
from harness.errors import Garbled
from harness.model.roles import Observe
from harness.wire import zvt, zvt_messages


def tell(fields: zvt.Fields, observe: Observe, *, closed: bool = False) -> None:
    """Observe ``totals``, of the batch that was just ``closed``; nothing where none were told."""
    amount = number(fields, zvt.AMOUNT)
    try:
        single = zvt_messages.read_totals(fields.values.get(zvt.SINGLE_TOTALS, b""))
    except Garbled:
        single = None
    if amount is None and single is None:
        return
    which = {"closed": True} if closed else {}
    observe("totals", net=amount, count=single.count if single is not None else None, **which)
