"""What a nexo terminal's model is like besides its words.

In ``register.yaml`` of its personality (see ``_own_words``)::

    deals: [sale, void]          # left out: all that nexo has
    trace: host                  # POITransactionID is field 11 of the host's messages

nexo leaves TransactionID to whoever gives it. Without ``trace: host`` a POITransactionID is the
terminal's own number, and is compared with none of the host's; an AcquirerTransactionID of up to
six figures is the host's.

Source: nexo Sale to POI Protocol 3.1, POITransactionID, AcquirerTransactionID.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from harness.drivers._own_words import OwnWords
from harness.drivers._personality import personality_file
from harness.errors import RigError
from harness.model.register import Deal
from harness.source import read_source

#: All that nexo has.
DEALS: tuple[Deal, ...] = (
    "sale", "void", "refund", "preauth", "completion", "preauth_void", "balance",
)  # fmt: skip
#: What a POITransactionID counts.
HOST, OWN = "host", "own"


@dataclass(frozen=True)
class NexoWords:
    """A model.

    Attributes:
        own: Its codes and texts.
        deals: What it can be asked for.
        counts_as_host: Whether its own number is the one that the host knows.
    """

    own: OwnWords = field(default_factory=OwnWords)
    deals: Sequence[Deal] = DEALS
    counts_as_host: bool = False

    @classmethod
    def of(cls, personality: str) -> Self:
        """Those of a personality; raises RigError."""
        own = OwnWords.of(personality)
        if not personality:
            return cls(own)
        file = personality_file(personality, "register.yaml")
        plain: dict[str, Any] = read_source(file).plain
        asked, trace = plain.get("deals", DEALS), plain.get("trace", OWN)
        if not isinstance(asked, list | tuple) or not set(asked) <= set(DEALS):
            raise RigError(f"{file}: deals are some of {', '.join(DEALS)}, not {asked!r}")
        if trace not in (OWN, HOST):
            raise RigError(f"{file}: trace is {HOST} (field 11) or {OWN}, not {trace!r}")
        return cls(own, [deal for deal in DEALS if deal in asked], trace == HOST)
