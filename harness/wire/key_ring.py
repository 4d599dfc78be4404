"""Knows keys by their check values alone: finds them in what passes by, and hides them.

A check value (KCV: the first bytes of a block of zero bytes encrypted) is made to be shown, and is
on the wire beside each key (Q/CUP 009.1, field 62). So keys can be told in a log without being kept
anywhere: whatever in hex or base64 is as long as one is tried.

Known limits: keys that are written in another way or not on one line, and inside a dump those that
begin at no multiple of eight bytes.
"""

import base64
import re
from collections.abc import Iterable

from harness.wire import mac

_HEX = re.compile(
    r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}(?:((?:[ :-]|, ?|,? ?0[xX]|\\x)?)[0-9A-Fa-f]{2})"
    r"(?:\1[0-9A-Fa-f]{2}){6,94}(?![0-9A-Fa-f])"
)
_BETWEEN = re.compile(r"0[xX]|[^0-9A-Fa-f]")
#: No multiple of eight bytes that a key has is one of three: its base64 is padded (RFC 4648, 4).
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{11}=|[A-Za-z0-9+/]{22}==)(?![\w+/=])")
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
            whole = run[0].endswith("=")
            octets = base64.b64decode(run[0]) if whole else bytes.fromhex(_BETWEEN.sub("", run[0]))
            checks = self._in(octets)
            found.extend(checks)
            return HIDDEN if checks else run[0]

        return _BASE64.sub(shown, _HEX.sub(shown, text)), list(dict.fromkeys(found))

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
