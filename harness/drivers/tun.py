"""A link of real packets between two network namespaces: the link's control language, and capture.

Source: ``harness.links.link`` (the control protocol) and ``harness.links.tun_worker`` (the process
that has the namespaces). It is reached at ``tun://name``, where the port starts that process and
whoever joins it by that name brings the terminal and its hosts along; or as a device of the
simulated bench. At ``tun://name`` no modem belongs to it, so it lacks what is between modem and
carrier.
"""

from collections.abc import Mapping

from harness.drivers import link
from harness.model.network import Mode
from harness.ports.base import Port

IDENTITY = r"terminal-harness tun"

WITHOUT_MODEM = "this link has packets, but no modem that a carrier could tell anything"
#: Modes, and else, that are between modem and carrier.
THEIRS: tuple[Mode, ...] = ("deactivate", "detach", "roam_block")
LACKS = dict.fromkeys(
    (*(f"mode:{mode}" for mode in THEIRS), "needs", "subscription", "access", "congestion"),
    WITHOUT_MODEM,
)


class Driver(link.Driver):
    """Plays what ``link`` plays, and Captured and Limited."""

    def __init__(self, port: Port, *, poll_every: float = 30.0) -> None:
        super().__init__(port, poll_every=poll_every)
        self._alone = port.address.startswith("tun://")

    def capture(self, path: str | None) -> None:
        """Write what passes to a pcapng file from now on, card numbers scrubbed; None ends it."""
        self._link.ask("capture", path=path)

    def lacks(self) -> Mapping[str, str]:
        """What it cannot do without a modem of the simulated bench -> why."""
        return LACKS if self._alone else {}
