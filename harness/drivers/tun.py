"""A link of real packets between two network namespaces: the link's control language, and capture.

Source: ``harness.links.link`` (the control protocol) and ``harness.links.tun_worker`` (the process
that has the namespaces). It is reached at ``tun://name``, where the port starts that process, or as
a device of the simulated bench.
"""

from harness.drivers import link

IDENTITY = r"terminal-harness tun"


class Driver(link.Driver):
    """Plays what ``link`` plays, and Captured."""

    def capture(self, path: str | None) -> None:
        """Write what passes to a pcapng file from now on, card numbers scrubbed; None ends it."""
        self._link.ask("capture", path=path)
