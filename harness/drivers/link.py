"""The harness's own network link: path, outage, data plan and subscription, by JSON lines.

Source: ``harness.links.link`` (the control protocol is described there).
"""

from harness.drivers._link import LinkDriver
from harness.model.network import Congested, NamesMode, Subscribed

IDENTITY = r"terminal-harness link"


class Driver(LinkDriver):
    """Plays what every link does, and Subscription, AccessPoints, Congestible and Names."""

    # --- Subscription, AccessPoints, Congestible, Names ---

    def set_subscription(self, state: Subscribed) -> None:
        """What the SIM is to the carrier from now on."""
        self._link.ask("set_subscription", state=state)

    def set_access(self, *, apn: str = "", user: str = "") -> None:
        """The one access point and user that are accepted; empty: any."""
        self._link.ask("set_access", apn=apn, user=user)

    def set_congestion(self, what: Congested) -> None:
        """What the network has no room for from now on, whoever asks."""
        self._link.ask("set_congestion", what=what)

    def set_names(self, mode: NamesMode) -> None:
        """What the carrier's name service does from now on."""
        self._link.ask("set_names", mode=mode)
