"""The test update store, over its control connection: offers images, tells what is fetched.

Source: ``harness/sim/update_store.py``, "Outlet control" (JSON lines; the project's own store).
"""

from typing import Any

from harness.drivers._json_lines import JsonLines
from harness.errors import BenchError
from harness.model.roles import Observe, ignore
from harness.ports.base import Port

IDENTITY = r"terminal-harness update store"

#: Events that are observations of the source ``updates`` (DESIGN.md, 5).
OBSERVED = frozenset({"offered", "withdrawn", "requested", "served"})


class Driver:
    """Plays Updates, Watched, SafeState and Identified."""

    def __init__(self, port: Port) -> None:
        self.observe: Observe = ignore
        self._lines = JsonLines(port, self._heard)

    def identify(self) -> str:
        return str(self._lines.ask("identify").get("identity", ""))

    def attend(self) -> None:
        self._lines.attend()

    def offer(self, image: str) -> None:
        self._lines.ask("offer", image=image)

    def withdraw(self) -> None:
        self._lines.ask("withdraw")

    def make_safe(self) -> None:
        """Offer nothing, and read that back; raises BenchError."""
        self.withdraw()
        left = self._lines.ask("state").get("offered")
        if left is not None:
            raise BenchError(f"the store still offers {left!r}")

    def _heard(self, event: str, t: float, fields: dict[str, Any]) -> None:
        if event in OBSERVED:
            self.observe(event, t=t, **fields)
