"""A card in a PC/SC reader: what answers there, and whether one is there at all.

Source: PC/SC part 5 by pcsc-lite and pyscard (``ports/pcsc.py``); ISO/IEC 7816-3, 8.2 (ATR).
Of use for cards and card scripts on the bench's computer, and for readers that hang on it. It is no
presenter, and it does not reach a terminal's own slot: no rig file can name it as its ``reader``.
Quirks: pcscd takes an ATR with a wrong TCK for good, so ``atr`` checks it again; a card that falls
silent blocks a transmission for ever, so each has a deadline, after which the card is let go.
"""

from harness.errors import DeviceRefused, PortLost, PortTimeout
from harness.model.roles import Observe, ignore
from harness.ports.base import Port
from harness.wire import emv
from harness.wire.masked import Octets

IDENTITY = None
DONE = b"\x90\x00"


class Driver:
    """Plays Identified and Polled; asks the card of one reader."""

    def __init__(self, port: Port, *, deadline: float = 3.0, poll_every: float = 1.0) -> None:
        """The card is not powered yet.

        Args:
            port: ``pcsc://<reader>``.
            deadline: Seconds that a command may take.
            poll_every: Seconds between two looks whether a card is there.
        """
        self.observe: Observe = ignore
        self.poll_every = poll_every
        self._port = port
        self._deadline = deadline
        self._there: bytes | None = None

    def identify(self) -> str:
        """The reader's name, and its card's ATR where there is one."""
        there, atr = self._look()
        reader = getattr(self._port, "reader", "") or self._port.address
        return f"{reader}, {atr.hex().upper() if there else 'no card'}"

    def poll(self) -> None:
        """Say a card that came as ``card_inserted``, one that went as ``card_removed``."""
        there, atr = self._look()
        now = atr if there else None
        if now == self._there:
            return
        if self._there is not None:
            self.observe("card_removed", card=self._there.hex())
        if now is not None:
            self.observe("card_inserted", card=now.hex())
        self._there = now

    def atr(self) -> emv.Atr:
        """The card's answer to reset; raises Garbled for one that no terminal may take."""
        self._port.open()
        return emv.parse_atr(bytes(getattr(self._port, "atr", b"")))

    def transmit(self, apdu: bytes) -> Octets:
        """A command's answer, status word included; whole, but truncated where it is shown.

        Raises:
            PortTimeout: The card is silent; it was let go.
            PortLost: It is gone, or was pulled in the middle.
        """
        self._port.write(apdu)
        chunk = self._port.read(self._port.clock.now() + self._deadline)
        if chunk is None:
            self._port.close()
            raise PortTimeout(f"{self._port.address}: no answer within {self._deadline:g} s")
        return Octets(chunk.data)

    def select(self, aid: bytes) -> Octets:
        """SELECT by name; raises DeviceRefused with the status word of a card that will not."""
        answer = self.transmit(emv.select(aid))
        if answer[-2:] != DONE:
            raise DeviceRefused(f"the card answers {answer[-2:].hex().upper()} to SELECT")
        return answer[:-2]

    def _look(self) -> tuple[bool, bytes]:
        look = getattr(self._port, "look", None)
        if look is None:
            raise PortLost(f"{self._port.address}: wanted pcsc://<reader>")
        there, atr = look()
        return bool(there), bytes(atr)
