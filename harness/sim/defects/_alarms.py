"""What planted bugs of warnings have in common: those that come once only, those that never end."""

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware


def told_once(base: "type[Firmware]", causes: Collection[str]) -> "type[Firmware]":
    """Once one of these was over, it does not begin again."""

    class Alarms(base.Alarms):  # type: ignore[name-defined, misc]
        def begin(self, cause: str, detail: str = "") -> None:
            if cause not in causes or cause not in self._past() or cause in self.active:
                super().begin(cause, detail)

        def end(self, *over: str) -> bool:
            self._past().update(set(over) & set(self.active))
            return bool(super().end(*over))

        def _past(self) -> set[str]:
            past: set[str] = self.__dict__.setdefault("past", set())
            return past

    return base.with_parts(Alarms=Alarms)


def without_end(base: "type[Firmware]", *causes: str) -> "type[Firmware]":
    """These begin and are never over."""

    class Alarms(base.Alarms):  # type: ignore[name-defined, misc]
        def end(self, *over: str) -> bool:
            return bool(super().end(*(cause for cause in over if cause not in causes)))

    return base.with_parts(Alarms=Alarms)
