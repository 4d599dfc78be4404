"""Whether the console's line loses or turns single characters: a few lines begin as no other does.

Nearly all lines of a log begin alike, by a time or a number and its signs. One among them that
begins so but for a single character was not written so: figures in others, which look good, may be
wrong as well. A figure less in several says nothing: not every log fills them up.
"""

import re
from collections import Counter
from collections.abc import Sequence

from harness.judge._doubt import CONSOLE, Doubt
from harness.judge._monitor import span
from harness.judge._run import Injected
from harness.model.trace import Observation

#: Characters by which a line's beginning is known, at most and at least; lines by which the usual
#: one is, and its share.
HEAD, LEAST, ENOUGH, SHARE = 12, 8, 30, 0.9
FIGURES = "9 "  # and what they are filled up with


class ConsoleShape:
    """See the module text, and ``_doubt.Line``."""

    role = CONSOLE
    kinds = frozenset({"line"})

    def __init__(self) -> None:
        self._lines: list[tuple[str, Observation]] = []

    def on(self, seen: Observation) -> None:
        text = str(seen.get("text"))
        if len(text) > HEAD:
            self._lines.append((shape_of(text), seen))

    def doubt(self, faults: Sequence[Injected]) -> Doubt | None:
        counts = Counter(shape for shape, _ in self._lines)
        usual, often = next(iter(counts.most_common(1)), ("", 0))
        if often < max(ENOUGH, SHARE * len(self._lines)) or len(usual) < LEAST:
            return None
        for before, this, then in zip(self._lines, self._lines[1:], self._lines[2:], strict=False):
            (shape, seen), last = this, before[1]
            alone = counts[shape] == 1
            if before[0] == then[0] == usual and is_spoilt(str(seen["text"]), usual, alone=alone):
                return Doubt(
                    last.t, f"a line at {span(seen.t)} lacks a character, or has another, where all"
                    " begin alike; is its speed right, and does its line lose bytes?", (seen.n,),
                )  # fmt: skip
        return None


def shape_of(text: str) -> str:
    """How a line begins, up to its first word: 9 for any figure."""
    found = re.match(r"[\W\d_]*", text[:HEAD])
    return re.sub(r"\d", "9", found[0] if found else "")


def is_spoilt(text: str, usual: str, *, alone: bool) -> bool:
    """Whether a line begins as usual but for a character that is turned, or lost.

    Args:
        text: The line.
        usual: How most lines begin.
        alone: Whether no other line begins so.
    """
    mine = re.sub(r"\d", "9", text[: len(usual)])
    turned = [pair for pair in zip(mine, usual, strict=False) if pair[0] != pair[1]]
    if len(turned) == 1:
        return not all(one in FIGURES for one in turned[0])
    lost = (at for at, one in enumerate(usual) if alone or one not in FIGURES)
    return any(mine[:-1] == usual[:at] + usual[at + 1 :] for at in lost)
