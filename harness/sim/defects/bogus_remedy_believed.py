"""Switched off and on, the terminal believes itself cured: an empty plan is not reported again.

Breaks Q-10: a remedy that is none changes nothing, and the real cause stays reported.
"""

from harness.sim.terminal.firmware import Firmware

CURED = ("data_exhausted", "sim_expired")


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that takes a new start for a new plan."""

    class Believing(base):  # type: ignore[valid-type, misc]
        def say_why_restarted(self) -> None:
            super().say_why_restarted()
            self.alarms.cured = self.storage.recall("plan") is not None

    class Alarms(base.Alarms):  # type: ignore[name-defined, misc]
        cured = False

        def begin(self, cause: str, detail: str = "") -> None:
            if not (self.cured and cause in CURED):
                super().begin(cause, detail)

    made: type[Firmware] = Believing.with_parts(Alarms=Alarms)
    return made
