"""Knows keys by their check values alone: finds them in what passes by, and hides them.

A check value (KCV: the first bytes of a block of zero bytes encrypted) is made to be shown, and is
on the wire beside each key (Q/CUP 009.1, field 62). So keys can be told in a log without being kept
anywhere: whatever in hex is as long as one is tried.

Known limits: keys that are neither in hex nor on one line, and inside a dump those that begin at no
multiple of eight bytes.
"""

import re
from collections.abc import Iterable

from harness.wire import mac

_HEX = re.compile(
    r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}(?:([ :-]?)[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){6,94}"
    r"(?![0-9A-Fa-f])"
)
_CHECK = re.compile(r"(?:[0-9A-Fa-f]{2}){3,8}")  # shorter ones fit too much by chance
BLOCK = 8
SIZES = (16, 8)  # bytes of a key; the longer first
FEWEST = 2 * BLOCK  # signs in which one can be written
HIDDEN = "***"


class KeyRing:
    """Check values of keys that nobody may see."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def learn(self, checks: Iterable[str]) -> None:
        """Take in check values, in hex, as long as whoever tells them has them; others are none."""
        self._known |= {bytes.fromhex(check) for check in checks if _CHECK.fullmatch(str(check))}

    def hide(self, text: str) -> tuple[str, list[str]]:
        """The text without the keys in it, and their check values, in hex."""
        found: list[str] = []
        if not self._known or len(text) < FEWEST:
            return text, found

        def shown(run: re.Match[str]) -> str:
            checks = self._in(bytes.fromhex(re.sub("[^0-9A-Fa-f]", "", run[0])))
            found.extend(checks)
            return HIDDEN if checks else run[0]

        return _HEX.sub(shown, text), list(dict.fromkeys(found))

    def _in(self, octets: bytes) -> list[str]:
        tried = (
            octets[at : at + size]
            for size in SIZES for at in range(0, len(octets) - size + 1, BLOCK)
        )  # fmt: skip
        return [check.hex() for key in tried if (check := self._check(key))]

    def _check(self, key: bytes) -> bytes:
        """The check value by which a key is known; empty for what is none."""
        ways: tuple[mac.Method, ...] = ("des", "sm4") if len(key) == max(SIZES) else ("des",)
        made = [mac.kcv(key, method) for method in ways]
        return next((one for one in self._known if any(v.startswith(one) for v in made)), b"")
