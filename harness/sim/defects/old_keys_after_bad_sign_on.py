"""Where a sign-on's answer cannot be used, the keys of before are used on.

Breaks invariant 15 (P13, N-3): old keys are never used again after an exchange that failed.
"""

from typing import Any

from harness.sim.terminal.acquiring import BadAnswer
from harness.sim.terminal.comms import NoAnswer
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.sign_on import Ask


def plant(base: type[Firmware]) -> type[Firmware]:
    """A terminal that thinks old keys better than none."""

    class SignOn(base.SignOn):  # type: ignore[name-defined, misc]
        good: Any = None

        def _sign_on(self, ask: Ask, stan: int, batch: int) -> str | None:
            try:
                cause: str | None = super()._sign_on(ask, stan, batch)
            except (BadAnswer, NoAnswer):
                self._acquiring.work_keys = self.good
                raise
            self.good = self._acquiring.work_keys if cause is None else self.good
            return cause

    return base.with_parts(SignOn=SignOn)
