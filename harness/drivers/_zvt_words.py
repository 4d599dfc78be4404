"""What a model means by its own ZVT codes and texts, and what it has: its ``zvt.yaml``.

``fixtures/terminal/<personality>/zvt.yaml``::

    extended: {"0031": no_signal}            # the value of TLV 1F16, hex -> our cause
    texts: [{match: "no network", cause: no_signal}]   # searched in 1F17, BMP 3C and TLV 24
    deals: [sale, void, refund]              # left out: all that ZVT has
    own: {sign_off: "0F02"}                  # commands of class 0F, which is the makers'
    lacks: [totals, self_test]               # commands that it refuses as not possible (84 83)
    trace: host                              # BMP 0B is field 11 of the host's messages

Without ``lacks`` nobody knows whether 84 83 means a function that is not there, and no failure is
made of it; with it, and be it empty, the terminal is held to all others.

ZVT does not say what counts in BMP 0B. Without ``trace: host`` it is the terminal's own number, and
is compared with none of the host's.

Source: ZVT PA00P015, 9.4 (TLV 1F16, 1F17), 14 (class 0F is for proprietary use).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.drivers._own_words import LACKING, acts_of
from harness.drivers._personality import personality_file
from harness.errors import RigError
from harness.files import read_plain
from harness.model.register import DEALS, Deal

NO_SIGN_OFF = "ZVT has no sign-off at the host, and this model none of its own"
#: What BMP 0B counts.
HOST, OWN = "host", "own"


@dataclass(frozen=True)
class Words:
    """One model's own.

    Attributes:
        extended: Extended error code, hex -> cause.
        texts: (pattern of the terminal's text, cause).
        deals: What it can be asked for.
        own: What its maker added -> command, class and instruction.
        counts_as_host: Whether BMP 0B is the number that the host knows.
        without: What it cannot be asked for, of ``ACTS``; None where nobody has said.
    """

    extended: Mapping[str, str] = field(default_factory=dict)
    texts: Sequence[tuple[re.Pattern[str], str]] = ()
    deals: tuple[Deal, ...] = DEALS
    own: Mapping[str, int] = field(default_factory=dict)
    counts_as_host: bool = False
    without: Sequence[str] | None = None

    def lacks(self) -> dict[str, str]:
        """What it cannot be asked for -> why."""
        unsaid = {} if "sign_off" in self.own else {"sign_off": NO_SIGN_OFF}
        return {**unsaid, **dict.fromkeys(self.without or (), LACKING)}


def read_words(personality: str) -> Words:
    """A personality; ``""`` has none. Raises RigError."""
    if not personality:
        return Words()
    file = personality_file(personality, "zvt.yaml")
    try:
        plain = read_plain(file)
        texts = [
            (re.compile(row["match"], re.IGNORECASE), str(row["cause"]))
            for row in plain.get("texts", ())
        ]
        own = {word: int(command, 16) for word, command in plain.get("own", {}).items()}
        without = acts_of(plain["lacks"]) if "lacks" in plain else None
    except (OSError, re.error, KeyError, ValueError) as error:
        raise RigError(f"{file}: no good ZVT personality ({error})") from error
    asked = plain.get("deals", DEALS)
    unknown = set(asked) - set(DEALS)
    if unknown:
        raise RigError(f"{file}: no deal {sorted(unknown)}; there are {', '.join(DEALS)}")
    trace = plain.get("trace", OWN)
    if trace not in (OWN, HOST):
        raise RigError(f"{file}: trace is {HOST} (field 11) or {OWN}, not {trace!r}")
    deals = tuple(deal for deal in DEALS if deal in asked)
    return Words(plain.get("extended", {}), texts, deals, own, trace == HOST, without)
