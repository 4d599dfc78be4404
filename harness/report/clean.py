"""What a device wrote is hostile input: make it safe to show.

Escaping for HTML or XML is the renderer's; here card numbers are truncated once more (the trace
should hold none) and signs that would forge a terminal's screen or turn a line around are shown as
escapes.
"""

import re

from harness.model.trace import Observation
from harness.wire.pan import mask

#: Control characters, surrogates, bidirectional overrides and the two non-characters of XML 1.0.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
LONGEST = 400


def clean(text: object, longest: int = LONGEST) -> str:
    """One line of text, masked, without a sign that does something; cut at ``longest`` signs."""
    said = _UNSAFE.sub(_escape, mask(str(text)))
    return said if len(said) <= longest else f"{said[: longest - 1]}…"


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def quote(seen: Observation) -> str:
    """An observation's own fields in one line: ``cause=supply_low text="LOW POWER"``."""
    return clean(" ".join(f"{name}={_spelt(value)}" for name, value in seen.fields.items()))


def _spelt(value: object) -> str:
    text = str(value)
    return f'"{text}"' if isinstance(value, str) and (" " in text or not text) else text


def seconds(value: float | None) -> str:
    """``43 ms``, ``4.1 s``, ``31 s``, ``125 s``; ``-`` for None."""
    if value is None:
        return "-"
    if 0 < abs(value) < 1:
        return f"{value * 1000:.3g} ms"
    return f"{value:.0f} s" if abs(value) >= 100 else f"{value:.1f}".removesuffix(".0") + " s"
