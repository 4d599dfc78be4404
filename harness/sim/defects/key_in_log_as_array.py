"""The MAC key is logged as a program has it: bytes with commas between them.

Breaks invariant 19 (N-1, N-3): no keys in any log, however they are written.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.sign_on import Ask


def plant(base: type[Firmware]) -> type[Firmware]:
    """A sign-on with a line of its developer's left in."""

    class SignOn(base.SignOn):  # type: ignore[name-defined, misc]
        def _sign_on(self, ask: Ask, stan: int, batch: int) -> str | None:
            cause: str | None = super()._sign_on(ask, stan, batch)
            if cause is None:
                shown = ", ".join(f"0x{octet:02x}" for octet in self._acquiring.work_keys.mac)
                self._log.say("sec", f"k[] = {{{shown}}}")
            return cause

    return base.with_parts(SignOn=SignOn)
