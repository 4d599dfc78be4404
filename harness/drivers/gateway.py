"""A Linux box that the terminal's traffic crosses: queues and rules of its kernel.

Source: ``harness.links.link`` (the control protocol) and ``harness.links.gateway_worker`` (the
process on that box, which speaks it). It is reached at ``gateway://eth0,eth1`` on this machine and
at ``ssh://user@box/eth0,eth1`` on another one; the first interface is towards the terminal.

What it lacks depends on the kernel: one without netem cannot delay. A plan ends in all ways but
those that are the carrier's alone.
"""

from collections.abc import Mapping
from functools import cache

from harness.drivers._link import LinkDriver
from harness.errors import Astray, DeviceRefused, HarnessError
from harness.links.gateway_plan import BEYOND
from harness.model.network import NamesMode
from harness.ports.base import Port
from harness.ports.gateway import ask_worker

IDENTITY = r"terminal-harness gateway"

#: What no gateway can do -> why.
NEVER = {
    "needs": "what the modem must do after a top-up is between the carrier and the modem",
    "burst": "the kernel's loss is even; use the tun engine",
    "mtu": "the box's own traffic would be cut as well; use the tun engine",
    **{f"mode:{mode}": why for mode, why in BEYOND.items()},
}


class Driver(LinkDriver):
    """Plays what every link does, within what it ``lacks``, and Names and Vigilant."""

    ANSWER_TIME = 20.0  # s: each wish is many small ones of the kernel's, read back

    def __init__(self, port: Port, *, poll_every: float = 30.0) -> None:
        super().__init__(port, poll_every=poll_every)
        self._clock, self._address = port.clock, port.address

    def set_names(self, mode: NamesMode) -> None:
        """What the name service does from now on, whichever one is asked."""
        self._link.ask("set_names", mode=mode)

    def lacks(self) -> Mapping[str, str]:
        """What this box cannot do -> why; of a box far away, before a run, what none can."""
        return {**NEVER, **_probed(self._address)}

    def look(self) -> None:
        """Raise Astray where the box is not as it was told to be any more."""
        try:
            self._link.ask("look")
        except DeviceRefused as error:
            raise Astray(str(error), since=self._clock.now()) from error


@cache
def _probed(address: str) -> Mapping[str, str]:
    """What the kernel of this machine lacks, tried out once; nothing where that cannot be done."""
    if not address.startswith("gateway://"):
        return {}
    try:
        told = next(iter(ask_worker(address, "--probe")), {})
    except HarnessError:
        return {}  # opening it will tell
    lacks = told.get("lacks")
    return lacks if isinstance(lacks, dict) else {}
