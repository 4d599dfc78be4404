"""What an updater says of itself: phases, with how far they are, in steps."""

from collections.abc import Callable
from typing import Any

from harness.sim.terminal.part import Offer

STEP = 5  # percent between two tellings

#: Hears a phase with its fields (``version``, ``percent``, ``cause``, ``why``, ``of``).
Tell = Callable[[str, dict[str, Any]], None]


class Telling:
    """Turns what is done into phases."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told = -STEP  # percent said last

    def _begin_anew(self) -> None:
        """What comes now begins at nothing."""
        self._told = -STEP

    def _say(self, phase: str, offer: Offer, **fields: Any) -> None:
        of = {} if offer.kind == "code" else {"of": offer.kind}
        self._tell(phase, {"version": offer.version, **fields, **of})

    def _tell_download(
        self, offer: Offer, have: int, *, broken: bool = False, resumed: bool = False
    ) -> None:
        percent = min(100, have * 100 // offer.size)
        if broken:
            self._say("paused", offer, percent=percent, cause="update_link_lost")
        elif resumed:
            self._say("resumed", offer, percent=percent)
        elif self._steps_to(percent):
            self._say("downloading", offer, percent=self._told)

    def _tell_percent(self, phase: str, version: str, at: int, of: int) -> None:
        """Say how far it is, in steps."""
        if self._steps_to(min(100, at * 100 // of)):
            self._tell(phase, {"version": version, "percent": self._told})

    def _steps_to(self, percent: int) -> bool:
        """Whether it is a step further than was said last, or has begun anew."""
        if self._told < percent < self._told + STEP or percent == self._told:
            return False
        self._told = percent - percent % STEP
        return True
