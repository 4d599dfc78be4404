"""What the self-test finds is told for five seconds, and then it is called over.

Breaks H-2, H-3 and H-4 (F10: prompts agree with the true state): peripherals/scanner_unplugged and
peripherals/phone_away catch it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.selftest import ANSWERING

SHOWN = 5.0  # s


def plant(base: type[Firmware]) -> type[Firmware]:
    """A self-test whose alarms time out, and which finds each fault once."""

    class SelfTest(base.SelfTest):  # type: ignore[name-defined, misc]
        _told: frozenset[str] = frozenset()

        def look(self) -> list[str]:
            firmware = self._firmware
            bad = {
                cause for part, (_, cause) in ANSWERING.items()
                if part in firmware.body.parts and not self.answers(part)
            }  # fmt: skip
            for cause in sorted(bad - self._told):
                firmware.alarms.begin(cause)
                firmware.clock.call_at(
                    firmware.clock.now() + SHOWN, lambda cause=cause: firmware.alarms.end(cause)
                )
            firmware.alarms.end(*(self._told - bad))
            self._told = frozenset(bad)
            return sorted(bad)

    return base.with_parts(SelfTest=SelfTest)
