"""The application stops answering: a deadlock, an endless loop.

A bench does it by a debugger (adb, a debug shell, JTAG), so it needs a debug unit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.hands import Debugger
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class AppHangs:
    """Stop the application where it stands; only its watchdog can help it."""

    NEEDS: ClassVar[tuple[type, ...]] = (Debugger,)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        cast.playing(Debugger).hang_app()
        yield self

    def took_effect(self, seen: Observation) -> bool:
        done = seen.source == "hands" and seen.kind == "debugged"
        return done and seen.get("what") == "hang"
