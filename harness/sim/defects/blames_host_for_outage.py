"""After an outage the terminal says that the host was not reached, and nothing of its supply.

Breaks P-1 and P-2: the reason of a restart is told, and it is the true one.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that reads its reset-cause register wrongly."""

    class Blaming(base):  # type: ignore[valid-type, misc]
        def say_why_restarted(self) -> None:
            if self.reason in ("power", "brownout"):
                self.alarms.note("host_unreachable", "the connection was lost")
            self.outages.say("line" if self.reason in ("power", "brownout") else self.reason)

    return Blaming
