"""The simulated bench's hands, heating plate and debugger, over their control connection.

Source: ``harness/sim/hands.py``, "Outlet control" (JSON lines; the project's own bench).
"""

from collections.abc import Sequence
from typing import Any

from harness.drivers._json_lines import JsonLines
from harness.errors import BenchError, UsageError
from harness.model.hands import PARTS, CodeShown
from harness.model.register import Deal
from harness.model.roles import Observe, ignore
from harness.ports.base import Port

IDENTITY = r"terminal-harness hands"

#: Events that are observations of the source ``hands`` (DESIGN.md, 5).
OBSERVED = frozenset({"part", "pressed", "code_shown", "ambient", "debugged"})
ROOM = 23.0  # degrees Celsius: what is restored


class Driver:
    """Plays Hands, Presses, ShowsCodes, Climate, Debugger, Programmer, ServiceTool; Watched."""

    def __init__(self, port: Port, *, parts: Sequence[str] = tuple(PARTS)) -> None:
        """Nothing is touched yet.

        Args:
            port: The hands' control connection.
            parts: What this terminal has of ``model/hands.py``.
        """
        strangers = [part for part in parts if part not in PARTS]
        if strangers:
            raise UsageError(f"no parts {', '.join(strangers)}; there are {', '.join(PARTS)}")
        self.observe: Observe = ignore
        self._parts = tuple(parts)
        self._lines = JsonLines(port, self._heard, serves=False)

    def identify(self) -> str:
        return str(self._lines.ask("identify").get("identity", ""))

    def attend(self) -> None:
        self._lines.attend()

    def parts(self) -> Sequence[str]:
        return self._parts

    def put(self, part: str, state: str) -> None:
        self._lines.ask("put", part=part, state=state)

    def press(self, keys: str) -> None:
        self._lines.ask("press", keys=keys)

    def show_code(self, code: CodeShown) -> None:
        self._lines.ask("show", code=code)

    def set_temperature(self, celsius: float) -> None:
        self._lines.ask("ambient", celsius=celsius)

    def hang_app(self) -> None:
        self._lines.ask("hang")

    def kill_app(self) -> None:
        self._lines.ask("kill")

    def force_restart(self) -> None:
        self._lines.ask("restart")

    def set_clock(self, *, to: str = "", by: float = 0.0) -> None:
        self._lines.ask("clock", to=to, by=by)

    def fill_storage(self, percent: float) -> None:
        self._lines.ask("fill", percent=percent)

    def free_storage(self) -> None:
        self._lines.ask("free")

    def spoil_records(self) -> None:
        self._lines.ask("spoil")

    def mend_records(self) -> None:
        self._lines.ask("mend")

    def erase_images(self) -> None:
        self._lines.ask("erase")

    def fill_memory(self, percent: float) -> None:
        self._lines.ask("take", percent=percent)

    def free_memory(self) -> None:
        self._lines.ask("give")

    def limit_batch(self, records: int | None) -> None:
        self._lines.ask("batch", records=records)

    def allow(self, deal: Deal, *, on: bool) -> None:
        self._lines.ask("allow", deal=deal, on=on)

    def make_safe(self) -> None:
        """Everything is as usual again, and that is read back; raises BenchError."""
        state = self._lines.ask("state")
        for part in state.get("parts", {}):
            self.put(part, PARTS[part][0])
        for deal in state.get("forbidden", []):
            self.allow(deal, on=True)
        for odd, mend in (
            (state.get("code", "none") != "none", lambda: self.show_code("none")),
            (state.get("celsius", ROOM) != ROOM, lambda: self.set_temperature(ROOM)),
            (state.get("filled"), self.free_storage),
            (state.get("spoilt"), self.mend_records),
            (state.get("taken"), self.free_memory),
            (state.get("limited"), lambda: self.limit_batch(None)),
        ):
            if odd:
                mend()
        left = self._lines.ask("state")
        if any(left.get(what) for what in ("parts", "filled", "spoilt", "forbidden")):
            raise BenchError(f"the terminal is left with {dict(left)}")

    def _heard(self, event: str, t: float, fields: dict[str, Any]) -> None:
        if event in OBSERVED:
            self.observe(event, t=t, **fields)
