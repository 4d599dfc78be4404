"""The way over one data bearer of a modem: what a net device is to the terminal's sockets."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.modem import Modem


class Bearer:
    """Carries packets while the bearer it was made for lives.

    After that nothing passes and nobody is told, as when an address has been given back. What the
    air loses on the way up has been counted by the modem and is not charged by the carrier; on the
    way down it is the other way round.
    """

    def __init__(self, modem: "Modem", session: int) -> None:
        self._modem, self._session = modem, session

    def carry(
        self,
        size: int,
        *,
        up: bool,
        deliver: Callable[[], None],
        reset: Callable[[], None] | None = None,
    ) -> None:
        """Take a packet in one direction; see ``Link.carry``."""
        modem = self._modem
        if not up:
            arrive = partial(self._arrive, size, deliver)
            modem.link.carry(size, up=False, deliver=arrive, reset=reset)
        elif modem.session_lives(self._session):
            modem.sent += size
            if modem.rng.random() >= modem.radio.loss:
                modem.link.carry(size, up=True, deliver=deliver, reset=reset)

    def _arrive(self, size: int, deliver: Callable[[], None]) -> None:
        modem = self._modem
        if modem.session_lives(self._session) and modem.rng.random() >= modem.radio.loss:
            modem.received += size
            deliver()
