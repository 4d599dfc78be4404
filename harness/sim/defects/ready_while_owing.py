"""The terminal says that it is ready and that nothing pends while a reversal waits.

Breaks invariants 5 and 14: whoever looks at it believes that all is settled.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A state that looks better than it is."""

    class State(base.State):  # type: ignore[name-defined, misc]
        def now(self) -> str:
            word = str(super().now())
            return "ready" if word == "recovering" else word

        def _text(self) -> str:
            owed = len(self._firmware.storage.pending)
            return str(super()._text()).replace(f"pending={owed}", "pending=0")

    return base.with_parts(State=State)
