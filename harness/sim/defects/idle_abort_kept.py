"""An abort that came while nothing was under way aborts the next transaction.

Breaks O-1 (ZVT PA00P015, 2.44: 06 B0 ends what runs): operator/register_aborts_nothing catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A wish that is kept until somebody grants it."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        kept = False

        def abort_asked(self) -> None:
            self.kept |= not self._busy
            super().abort_asked()

        @property
        def cancelled(self) -> bool:
            return bool(self.kept or self._aborted or self._gone)

    return base.with_parts(Dialogue=Dialogue)
