"""A cancel that came too late for one sale ends the next one before it has begun.

Breaks O-1 (E7): operator/cancelled_too_late catches it.
"""

from collections.abc import Callable

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A key that waits in a flag."""

    class Keypad(base.Keypad):  # type: ignore[name-defined, misc]
        late = False

        def _while_busy(self, key: str | None) -> None:
            super()._while_busy(key)
            self.late |= key == "cancel" and not self._asking

        def _work(self, name: str, act: Callable[[], object]) -> None:
            super()._work(name, act)
            self._early, self.late = self.late, False

    return base.with_parts(Keypad=Keypad)
