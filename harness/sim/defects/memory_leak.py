"""Every sale leaves more than a mebibyte of working memory behind.

Breaks X-1 (A3): over days memory does not grow.
"""

from harness.sim.terminal.firmware import Firmware

LEAK = 1200.0  # KiB a transaction


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that frees nothing."""

    class Health(base.Health):  # type: ignore[name-defined, misc]
        first: int | None = None

        def memory(self) -> float:
            done = len(self._firmware.storage.journal)
            if self.first is None:
                self.first = done
            return float(super().memory()) + LEAK * max(0, done - self.first)

    return base.with_parts(Health=Health)
