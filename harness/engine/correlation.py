"""Which sale an observation belongs to.

A sale's name is the scenario's; on the wire it is a STAN. While a sale is open, the first request
of the terminal that carries a STAN nobody knows yet is that sale's, and from then on everything
with this STAN is. A second unknown STAN while the sale is open is its too: a terminal that sends
one sale twice must be caught at it.
"""

from collections.abc import Mapping
from typing import Any

#: Kinds that bind a new STAN to the open sale. A host that misbehaves may say so before anybody
#: says what it was asked, and a console may be slow.
_BINDS = (
    "request_sent", "request_received", "reversal_saved", "approved", "declined", "misbehaved",
)  # fmt: skip
#: Kinds of the terminal that belong to the open sale even without a STAN.
_OPEN = (
    "ecr_status", "ecr_result", "card_read", "card_inserted", "card_removed", "card_swiped",
    "printing", "printed", "not_done", "shown",
)  # fmt: skip
#: MTIs that are no sale's own (sign-on, settlement, upload, network management).
_NO_SALE = ("0800", "0820", "0500", "0320", "0810", "0830", "0510", "0330")


class Correlation:
    """Names of sales by STAN."""

    def __init__(self) -> None:
        self._by_stan: dict[int, str] = {}
        self._open = ""

    def opened(self, sale: str) -> None:
        self._open = sale

    def closed(self, sale: str) -> None:
        if self._open == sale:
            self._open = ""

    def stans_of(self, sale: str) -> list[int]:
        return [stan for stan, name in self._by_stan.items() if name == sale]

    def sale_of(self, source: str, kind: str, fields: Mapping[str, Any]) -> str:
        """The sale's name, or ``""``."""
        if source not in ("terminal", "host", "reader") or fields.get("mti") in _NO_SALE:
            return ""
        stan = fields.get("stan")
        if isinstance(stan, int):
            known = self._by_stan.get(stan)
            if known is None and self._open and kind in _BINDS:
                known = self._by_stan[stan] = self._open
            return known or ""
        return self._open if kind in _OPEN else ""
