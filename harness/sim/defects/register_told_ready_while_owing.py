"""The register is told that all is well while a reversal waits, and nobody is told that one does.

Breaks invariants 5 and 14 (ready_owes_nothing): whoever asks believes that all is settled.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A state that keeps its debts to itself."""

    class State(base.State):  # type: ignore[name-defined, misc]
        def for_register(self) -> Any:
            owed = bool(self._firmware.storage.pending)
            return ("ready", "") if owed else super().for_register()

        def _text(self) -> str:
            owed = len(self._firmware.storage.pending)
            return str(super()._text()).replace(f"pending={owed}", "pending=0")

    return base.with_parts(State=State)
