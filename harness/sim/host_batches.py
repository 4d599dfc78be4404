"""How the acquirer closes a batch: totals compared, items uploaded, the end of it told.

Source: Q/CUP 009.1 (0500, 0320; 60.3 = 201 settlement or stripe items, 203 and 205 chip items,
202 and 207 the end of an upload that was, or was not, for want of a balance).
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

from harness.sim.host_rules import Item, uploaded_items
from harness.sim.host_session import Heard
from harness.sim.ledger import Key, Ledger, Violate
from harness.wire.subfields import Totals

UNBALANCED, BALANCED = "unbalanced", "balanced"
#: 60.3 of the end of an upload -> how the host must have found the batch.
UPLOAD_ENDS = {"202": UNBALANCED, "207": BALANCED}


class Batches:
    """Settles.

    Args:
        personality: The plain contents of a host fixture.
        ledger: The books.
        violate: Says what no terminal may send.
        salt: Keys what is kept of an item.
        tell: Says an event.
    """

    def __init__(
        self, personality: Mapping[str, Any], ledger: Ledger, violate: Violate, salt: bytes, *,
        tell: Callable[..., None],
    ) -> None:  # fmt: skip
        self._codes: Mapping[str, str] = personality["codes"]
        self._ledger = ledger
        self._salt = salt
        self._violate = violate
        self._tell = tell

    def settle(self, heard: Heard) -> dict[int, str]:
        """0500: compare totals; a balanced batch is closed, once."""
        claimed, _ = Totals.parse(heard.request.get(48))
        closed = self._ledger.settled.get(heard.batch)
        if closed is None and heard.kind.batch != heard.session.batch:
            return {39: self._codes["batch_mismatch"]}
        balanced = claimed == (closed or self._ledger.totals(*heard.batch))
        if closed is None:
            heard.session.settling = BALANCED if balanced else UNBALANCED
            if balanced:
                self._close(heard, balanced=True)
        return {39: "00", 48: claimed.text("1" if balanced else "2")}

    def _close(self, heard: Heard, *, balanced: bool) -> None:
        mid, tid, batch = heard.batch
        self._ledger.close(mid, tid, batch)
        heard.session.batch = batch % 999_999 + 1
        uploaded = sum(
            1 for entry in self._ledger if entry.uploaded and entry.key[:3] == heard.batch
        )
        self._tell("settled", tid=tid, batch=batch, balanced=balanced, uploaded=uploaded)

    def upload(self, heard: Heard) -> dict[int, str]:
        """0320: items of a batch, or the end of its upload."""
        if heard.kind.network in UPLOAD_ENDS:
            return self._end_upload(heard)
        closed = heard.batch in self._ledger.settled
        if heard.session.settling != UNBALANCED and not closed:
            self._violate("upload_unasked", heard.key, "an item of a batch that nobody settled")
        for item in uploaded_items(heard.request):
            self._take(Key(*heard.batch, item.stan), item)
        return {39: "00"}

    def _take(self, key: Key, item: Item) -> None:
        """An item: once, and like what the books have of it."""
        said = f"{item.amount}|{item.pan}".encode()
        mark = hmac.new(self._salt, said, hashlib.sha256).hexdigest()
        if self._ledger.store.bring(key, mark) not in ("", mark):
            self._violate("upload_differs", key, "an item that came before, with other contents")
        entry = self._ledger.entries.get(key)
        if entry is None:
            return
        if entry.amount != item.amount or item.masked not in ("", entry.pan):
            self._violate("upload_differs", key, "an item unlike what was charged")
        self._ledger.upload(entry)

    def _end_upload(self, heard: Heard) -> dict[int, str]:
        session, found = heard.session, UPLOAD_ENDS[heard.kind.network]
        if session.settling not in ("", found):
            self._violate(
                "upload_end", heard.key, f"ends as {found} what the host found {session.settling}"
            )
        count, brought = heard.request.get(48), self._ledger.store.brought(heard.batch)
        if count.isdecimal() and int(count) != brought:
            self._violate("upload_count", heard.key, f"tells {int(count)} items, {brought} came")
        if session.settling == UNBALANCED and heard.kind.batch == session.batch:
            self._close(heard, balanced=False)
        session.settling = ""
        return {39: "00", **({48: count} if count else {})}
