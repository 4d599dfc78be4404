"""Reading a card in the field: one card, held still for half a second.

The cryptogram comes with the processing options, so the card may go as soon as it is read; a card
that goes before that has been charged nothing, and is asked for again.

Source: EMV Contactless Book B (one card only, 3.3.2 PPSE), Book C-3, Book D (collision).
"""

import random

from harness.errors import Garbled
from harness.sim.antenna import Antenna
from harness.sim.terminal import card_read
from harness.sim.terminal.card_read import Card, CardTrouble, Wrong, found_in
from harness.sim.terminal.personality import Personality
from harness.wire import emv, tlv

PPSE = b"2PAY.SYS.DDF01"
ENTRY = "contactless"


class Contactless:
    """The antenna's side of the reader."""

    def __init__(self, antenna: Antenna, personality: Personality, rng: random.Random) -> None:
        self._antenna = antenna
        self._currency = personality.identity.currency
        self._rng = rng

    def read(self, amount: int) -> Card:
        """Poll, and read the one card there is; raises Wrong for none, several, or one lost."""
        count = self._antenna.poll()
        if count != 1:
            cause = "several_cards" if count else "card_removed"
            raise Wrong(cause, f"{count} cards answered the poll", ENTRY)
        self._command(emv.select(PPSE))
        selected = self._command(emv.select(card_read.AID))
        values = card_read.terminal_values(amount, self._currency, self._rng.randbytes(4))
        said = self._command(emv.get_options(self._wanted(selected, values)))
        pan, expiry, track = card_read.track_of(found_in(said, 0x57), ENTRY)
        if found_in(said, 0x9F27)[:1] != bytes([card_read.ONLINE]):
            raise CardTrouble("card_declined", "the card declined")
        held = {tag: found_in(said, tag) for tag in (0x9F26, 0x9F27, 0x9F10, 0x9F36)}
        self._antenna.switch_off()
        return Card(
            ENTRY, pan, expiry, track, mode="071", sequence=found_in(said, 0x5F34).hex().zfill(3),
            icc=card_read.field_55({**values, **held}), values=values,
        )  # fmt: skip

    def _wanted(self, selected: bytes, values: dict[int, bytes]) -> bytes:
        try:
            return emv.fill_dol(tlv.find(selected, 0x9F38) or b"", values)
        except Garbled as error:
            raise Wrong("card_unreadable", str(error), ENTRY) from None

    def _command(self, apdu: bytes) -> bytes:
        answer = self._antenna.exchange(apdu)
        if answer is None:
            gone = not self._antenna.answering
            cause = "card_removed" if gone else "card_unreadable"
            raise Wrong(cause, "the card left the field" if gone else "the field is weak", ENTRY)
        if answer[-2:] != b"\x90\x00":
            raise Wrong("card_unreadable", f"the card answers {answer[-2:].hex().upper()}", ENTRY)
        return answer[:-2]
