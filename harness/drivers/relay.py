"""A relay of TCP and UDP in user space, for machines where nothing may be done to packets.

Source: ``harness.links.link`` (the control protocol) and ``harness.links.relay_worker`` (the
process that relays). It is reached at ``relay://name``, where the port starts that process. The
terminal is told the doors' addresses instead of its hosts': ``doors: {"5000": "10.0.0.5:5000"}``
listens on port 5000 and passes on to that host; ``"udp/53"`` for datagrams.
"""

from collections.abc import Mapping

from harness.drivers._link import LinkDriver
from harness.links.relay_limits import LACKS
from harness.ports.base import Port

IDENTITY = r"terminal-harness relay"


class Driver(LinkDriver):
    """Plays what every link does, within what it ``lacks``.

    Args:
        port: Where its worker is.
        doors: Port, or ``udp/port`` -> the host it stands for.
        bind: Address that the doors listen at; those of this machine alone unless told.
        poll_every: Seconds between two readings of what has passed.
    """

    def __init__(
        self,
        port: Port,
        *,
        doors: Mapping[str, str],
        bind: str = "127.0.0.1",
        poll_every: float = 30.0,
    ) -> None:
        super().__init__(port, poll_every=poll_every)
        self._doors, self._bind = doors, bind

    def identify(self) -> str:
        """Its name and version; opens the doors first, which is where a wrong one is told."""
        self.open_doors()
        return super().identify()

    def open_doors(self) -> Mapping[str, str]:
        """Open what is not open yet; door -> where it listens."""
        told = self._link.ask("doors", doors=dict(self._doors), bind=self._bind)
        return {str(name): str(place) for name, place in told["at"].items()}

    def lacks(self) -> Mapping[str, str]:
        """What no relay can do -> why."""
        return LACKS
