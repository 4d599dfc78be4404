"""The keys of each sign-on are logged, for support.

Breaks invariant 19 (N-1, N-3): no keys in any log.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.sign_on import Ask


def plant(base: type[Firmware]) -> type[Firmware]:
    """A sign-on that tells more than that it came off."""

    class SignOn(base.SignOn):  # type: ignore[name-defined, misc]
        def _sign_on(self, ask: Ask, stan: int, batch: int) -> str | None:
            cause: str | None = super()._sign_on(ask, stan, batch)
            if cause is None:
                self._log.say("sec", f"mak={self._acquiring.work_keys.mac.hex()} loaded")
            return cause

    return base.with_parts(SignOn=SignOn)
