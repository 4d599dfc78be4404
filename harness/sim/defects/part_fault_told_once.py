"""A part that has failed and was mended fails again, and that is told to nobody.

Breaks H-1, H-2, H-3 and K-8: peripherals/fails_again catches it.
"""

from harness.sim.terminal.firmware import Firmware

OF_PARTS = frozenset({
    "paper_out", "cover_open", "paper_jam", "reader_fault", "scanner_fault", "key_fault",
    "display_fault", "companion_lost",
})  # fmt: skip


def plant(base: type[Firmware]) -> type[Firmware]:
    """What was told is not told twice, whatever was in between."""

    class Alarms(base.Alarms):  # type: ignore[name-defined, misc]
        def begin(self, cause: str, detail: str = "") -> None:
            before = self.__dict__.setdefault("before", set())
            if cause not in OF_PARTS or cause not in before or cause in self.active:
                super().begin(cause, detail)

        def end(self, *causes: str) -> bool:
            self.__dict__.setdefault("before", set()).update(set(causes) & set(self.active))
            return bool(super().end(*causes))

    return base.with_parts(Alarms=Alarms)
