"""Flash cells that hold an old record have lost their charge: worn out, or programmed badly.

The terminal meets it when it reads them, so after its next start. A bench does it by a debugger,
and takes it back the same way: only on a unit whose records nobody needs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.hands import Debugger
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class RecordsSpoilt:
    """Flip bits in the open batch's oldest record; cleared, it is as it was."""

    NEEDS: ClassVar[tuple[type, ...]] = (Debugger,)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        debugger = cast.playing(Debugger)
        try:
            debugger.spoil_records()
            yield self
        finally:
            debugger.mend_records()

    def took_effect(self, seen: Observation) -> bool:
        done = seen.source == "hands" and seen.kind == "debugged"
        return done and seen.get("what") == "spoil"
