"""A Linux box that the terminal's traffic crosses: queues and rules of its kernel.

Source: ``harness.links.link`` (the control protocol) and ``harness.links.gateway_worker`` (the
process on that box, which speaks it). It is reached at ``gateway://eth0,eth1`` on this machine and
at ``ssh://user@box/eth0,eth1`` on another one; the first interface is towards the terminal.

What it lacks depends on the kernel: one without netem cannot delay. A plan ends in all ways but
those that are the carrier's alone.
"""

from collections.abc import Mapping

from harness.drivers import link
from harness.errors import Astray, DeviceRefused
from harness.links.gateway_plan import BEYOND
from harness.ports.base import Port

IDENTITY = r"terminal-harness gateway"

#: What no gateway can do -> why.
NEVER = {
    "subscription": "what a SIM may do is between the carrier and the modem",
    "access": "the access point is between the carrier and the modem",
    "needs": "what the modem must do after a top-up is between the carrier and the modem",
    "burst": "the kernel's loss is even; use the tun engine",
    "mtu": "the box's own traffic would be cut as well; use the tun engine",
    **{f"mode:{mode}": why for mode, why in BEYOND.items()},
}


class Driver(link.Driver):
    """Plays what ``link`` plays, within what it ``lacks``, and Vigilant."""

    def __init__(self, port: Port, *, poll_every: float = 30.0) -> None:
        super().__init__(port, poll_every=poll_every)
        self._clock = port.clock

    def lacks(self) -> Mapping[str, str]:
        """What this box cannot do -> why; before it was asked, what none can."""
        return NEVER

    def ask_lacks(self) -> Mapping[str, str]:
        """What this box cannot do -> why, by its own account."""
        told = self._link.ask("lacks").get("lacks")
        return {**NEVER, **(told if isinstance(told, dict) else {})}

    def look(self) -> None:
        """Raise Astray where the box is not as it was told to be any more."""
        try:
            self._link.ask("look")
        except DeviceRefused as error:
            raise Astray(str(error), since=self._clock.now()) from error
