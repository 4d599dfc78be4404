"""A simulated card in a virtual PC/SC reader: vsmartcard's vpcd protocol, the card's end.

The reader's driver listens and the card connects to it, so that card scripts meet a PC/SC stack
that none of us wrote. Each message is a two-byte length and a body; a body of one byte is the
driver's control (power off, power on, reset, ATR wanted), any other is a command. The driver knows
no waiting time: a chip that stays silent is taken out after its own, or all would wait for ever.

Source: vsmartcard's documentation of vpcd (read only); facts measured on vpcd 3.3, pcscd 1.9.9.
"""

from harness.clock import Clock
from harness.errors import Garbled, PortLost
from harness.ports.base import Port
from harness.sim.card import Chip
from harness.sim.slot import WORK_WAIT
from harness.wire import emv

POWER_OFF, POWER_ON, COLD_RESET, GET_ATR = 0, 1, 2, 4
BITS_A_SECOND = 9600


class VirtualCard:
    """One chip in a virtual reader, until it is pulled: its task ends or is killed.

    Attributes:
        commands: How many commands it has heard.
    """

    def __init__(self, clock: Clock, port: Port, chip: Chip, *, pull_at: int | None = None) -> None:
        """Not in the reader yet: ``run`` puts it in.

        Args:
            clock: The port's clock.
            port: To the reader's driver.
            chip: What answers.
            pull_at: The number of the command in whose middle it is pulled; None for never.
        """
        self._clock, self._port, self._chip, self._pull_at = clock, port, chip, pull_at
        self._atr = b""
        self.commands = 0

    def run(self) -> None:
        """Be in the reader; ends when the card is pulled, or the reader goes, or it is killed."""
        heard = b""
        try:
            self._port.open()
            while (chunk := self._port.read()) is not None:
                heard += chunk.data
                while len(heard) >= 2 and len(heard) >= (
                    size := 2 + int.from_bytes(heard[:2], "big")
                ):
                    body, heard = heard[2:size], heard[size:]
                    if not self._take(body):
                        return
        except PortLost:
            return
        finally:
            self._port.close()

    def _take(self, body: bytes) -> bool:
        """One message; False when the card is out after it."""
        if len(body) == 1:
            if body[0] in (POWER_ON, COLD_RESET):
                self._atr = self._chip.reset() or b""
            elif body[0] == GET_ATR:
                self._say(self._atr or self._chip.reset() or b"")
            return True
        self.commands += 1
        if self.commands == self._pull_at:
            return False
        said = self._chip.answer(body)
        if said is None:
            self._clock.sleep(self._waiting_time())
            return False
        answer, work = said
        self._clock.sleep(work)
        self._say(answer)
        return True

    def _waiting_time(self) -> float:
        try:
            return emv.parse_atr(self._atr).waiting_time / BITS_A_SECOND
        except Garbled:
            return WORK_WAIT

    def _say(self, body: bytes) -> None:
        self._port.write(len(body).to_bytes(2, "big") + body)
