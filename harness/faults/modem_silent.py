"""The terminal's modem answers nothing more: it is switched off by command (S-7).

Only the terminal can switch it on again, by its power or its key, and that is what it must do.
Clearing therefore restores nothing: a bench that powered the modem itself would prove a recovery
that the terminal never made. A terminal that leaves it off has not recovered; the next story
begins with its power.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.cellular import Restartable
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class ModemSilent:
    """Switch the modem off; in place once it was seen to be silent."""

    NEEDS: ClassVar[tuple[type, ...]] = (Restartable,)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        cast.playing(Restartable).power_off()
        yield self

    def took_effect(self, seen: Observation) -> bool:
        """It was asked, and did not answer."""
        return (seen.source, seen.kind) == ("modem", "silent")
