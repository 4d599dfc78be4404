"""What carries packets between a terminal and the internet, whatever they are made of."""

from collections.abc import Callable
from typing import Protocol

from harness.links.flow import Flow


class Way(Protocol):
    """The link, or a modem's bearer or a Wi-Fi in front of it.

    A carrier's has an attribute ``account``: its name service is asked, its walls may be met.
    """

    def carry(
        self,
        size: int,
        *,
        up: bool,
        deliver: Callable[[], None],
        reset: Callable[[], None] | None = None,
        flow: Flow | None = None,
        spoilt: Callable[[], None] | None = None,
        answer: Callable[[str], None] | None = None,
    ) -> None:
        """Take a packet of ``size`` bytes in one direction; see ``Link.carry``."""
