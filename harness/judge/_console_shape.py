"""Whether the console's line loses or turns single characters: a few lines begin as no other does.

Nearly all lines of a log begin alike, by their time. One among them that begins so but for a single
character was not written so: figures in others, which look good, may be wrong as well.
"""

import re
from collections import Counter
from collections.abc import Sequence

from harness.judge._doubt import Doubt
from harness.judge._monitor import span
from harness.judge._run import Injected
from harness.model.trace import Observation

#: Characters by which a line's beginning is known; lines by which the usual one is, and its share.
HEAD, ENOUGH, SHARE = 12, 30, 0.9


class ConsoleShape:
    """See the module text, and ``_doubt.Line``."""

    role = "console"
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
        if often < max(ENOUGH, SHARE * len(self._lines)):
            return None
        for before, this, then in zip(self._lines, self._lines[1:], self._lines[2:], strict=False):
            (shape, seen), last = this, before[1]
            if before[0] == then[0] == usual and is_spoilt(shape, usual):
                return Doubt(
                    last.t, f"a line at {span(seen.t)} lacks a character, or has another, where all"
                    " begin alike; is its speed right, and does its line lose bytes?", (seen.n,),
                )  # fmt: skip
        return None


def shape_of(text: str) -> str:
    """How a line begins: 9 for any figure, a for any letter."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", text[:HEAD]))


def is_spoilt(shape: str, usual: str) -> bool:
    """Whether it is the usual one but for a character that is lost, or turned into another."""
    turned = sum(mine != theirs for mine, theirs in zip(shape, usual, strict=True))
    lost = (usual[:at] + usual[at + 1 :] for at in range(HEAD))
    return turned == 1 or (turned > 1 and shape[: HEAD - 1] in lost)
