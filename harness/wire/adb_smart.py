"""adb's smart socket: what a client says to an adb server (TCP 5037), both directions.

A request is four hex digits and so many bytes of text. The answer is OKAY, or FAIL with a text of
the same shape; what follows an OKAY is the request's own business.

Source: AOSP, packages/modules/adb: docs/dev/protocol.md ("smartsockets"), docs/dev/services.md.
"""

from harness.errors import Garbled

LONGEST = 0xFFFF  # bytes of a text: four hex digits
OKAY, FAIL = b"OKAY", b"FAIL"
#: Server version that goes with the requests used here; a client of another one ends the server.
VERSION = 41


def text_bytes(text: str) -> bytes:
    """Four hex digits and the text; raises ValueError when it is too long for them."""
    octets = text.encode("utf-8")
    if len(octets) > LONGEST:
        raise ValueError(f"adb: a text of {len(octets)} bytes; {LONGEST} is the most")
    return b"%04x" % len(octets) + octets


def failure(reason: str) -> bytes:
    """FAIL, and why."""
    return FAIL + text_bytes(reason)


class Inbox:
    """What came over a smart socket, taken piece by piece; each is None until it is whole."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, octets: bytes) -> None:
        """Take what came."""
        self._kept += octets

    def status(self) -> str | None:
        """``""`` for OKAY, the reason of a FAIL; raises Garbled for anything else."""
        word = bytes(self._kept[:4])
        if word == OKAY:
            del self._kept[:4]
            return ""
        if word == FAIL:
            reason = self._text_at(4)
            return None if reason is None else reason or "no reason was given"
        if not (OKAY.startswith(word) or FAIL.startswith(word)):
            raise Garbled(f"adb: neither OKAY nor FAIL: {word!r}")
        return None

    def text(self) -> str | None:
        """A text with its length; raises Garbled where no length is."""
        return self._text_at(0)

    def rest(self) -> bytes:
        """All that is here and was not taken: from now on the connection is a stream."""
        octets = bytes(self._kept)
        self._kept.clear()
        return octets

    def _text_at(self, start: int) -> str | None:
        digits = bytes(self._kept[start : start + 4])
        if any(char not in b"0123456789abcdefABCDEF" for char in digits):
            raise Garbled(f"adb: no length: {digits!r}")
        if len(digits) < 4:
            return None
        end = start + 4 + int(digits, 16)
        if len(self._kept) < end:
            return None
        octets = bytes(self._kept[start + 4 : end])
        del self._kept[:end]
        return octets.decode("utf-8", "replace")
