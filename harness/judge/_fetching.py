"""Whether a terminal has a download under way: a link that is lost beside it breaks nothing off."""

from harness.judge._monitor import TERMINAL
from harness.model.trace import Observation

#: Phases that a download is followed by, or that end it.
BEHIND = frozenset({
    "verifying", "installing", "committing", "first_boot", "done", "refused", "failed",
    "rolled_back",
})  # fmt: skip
#: Faults that break a download off, and nothing else that is told.
OF_DOWNLOADS = frozenset({"update_link_lost"})


class Fetching:
    """Fed with all observations, in order.

    Attributes:
        over: Whether what was fetched last has arrived, or was given up; a terminal's own word
            counts for more than a store's, which has sent its last byte before that arrives.
    """

    KINDS = frozenset({"update", "requested", "served", "offered"})

    def __init__(self) -> None:
        self._tells = False
        self.over = False

    def on(self, seen: Observation) -> None:
        """One of ``KINDS``."""
        if seen.kind == "update" and seen.source == TERMINAL:
            self._tells = True
            self.over = seen.get("phase") in BEHIND
        elif seen.kind in ("requested", "offered"):
            self.over = False
        elif seen.kind == "served" and not self._tells:
            self.over = seen.get("done") is True
