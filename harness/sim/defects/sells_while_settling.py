"""A settlement without an answer is forgotten, and sales go on in a batch that may be closed.

Breaks invariant 9 (P10): host/settlement_lost catches it.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """An end of day that gives up."""

    class EndOfDay(base.EndOfDay):  # type: ignore[name-defined, misc]
        @property
        def under_way(self) -> bool:
            return False

        def is_due(self) -> bool:
            return False

    return base.with_parts(EndOfDay=EndOfDay, Settlement=_forgetful(base))


def _forgetful(base: type[Firmware]) -> type:
    class Settlement(base.Settlement):  # type: ignore[name-defined, misc]
        def settle(self, register: Any) -> Any:
            try:
                return super().settle(register)
            finally:
                self._storage.closing = None

    return Settlement
