"""Cards: a chip that sells, chips that do not, and a stripe.

The chip is a T=0 card with one application of a proprietary AID, online only, without real
cryptography: its cryptograms are random numbers, its counter and its state are real.

Source: EMV 4.4 Book 1 (11, 12) and Book 3 (6.5); ISO/IEC 7816-4 (status words).
"""

import random
from dataclasses import dataclass, field
from typing import Any

from harness.errors import Garbled
from harness.files import fixture, read_plain
from harness.wire import emv, magstripe, tlv

DONE = 0x9000
WRONG_LENGTH, NOT_NOW, NOT_FOUND, NO_RECORD = 0x6700, 0x6985, 0x6A82, 0x6A83
NO_SUCH_DATA, NO_SUCH_COMMAND, NO_SUCH_CLASS = 0x6A88, 0x6D00, 0x6E00

CDOL1 = bytes.fromhex("9F02 06 9F03 06 9F1A 02 95 05 5F2A 02 9A 03 9C 01 9F37 04")
CDOL2 = bytes.fromhex("8A 02") + CDOL1
APPROVED = (b"00", b"11", b"Y1", b"Y3")  # field 39, EMV Book 4 A6: authorisation response codes
NO_CVM = bytes(8) + b"\x1f\x03"  # EMV Book 3, C3: no CVM required, always

#: Seconds a card works on a command before it answers; all others take 10 ms.
WORK = {emv.SELECT: 0.02, emv.GET_OPTIONS: 0.03, emv.GENERATE_AC: 0.15}


@dataclass
class Chip:
    """The chip of a card.

    Attributes:
        atr: What it answers to a reset; None when it is mute.
        records: (file, record) -> content; a chip without records answers no command.
        aid: Its application.
        rng: Where its cryptograms come from.
        atc: Application transaction counter.
        repeats: How often its worst byte is sent until its parity is right.
        strays: Command -> what it answers to it instead, status word included.
        agrees: Whether it goes by the issuer's word; one that does not ends in an AAC.
    """

    atr: bytes | None
    records: dict[tuple[int, int], bytes] = field(default_factory=dict)
    aid: bytes = b""
    rng: random.Random = field(default_factory=random.Random)
    atc: int = 0
    repeats: int = 0
    strays: dict[int, bytes] = field(default_factory=dict)
    agrees: bool = True
    _stage: str = "reset"

    def reset(self) -> bytes | None:
        """Cold reset: all state but the counter is lost."""
        self._stage = "reset"
        return self.atr

    def answer(self, apdu: bytes) -> tuple[bytes, float] | None:
        """(answer, seconds of work); None when it stays silent."""
        if self.atr is None or not self.records:
            return None
        try:
            command = emv.Command.from_bytes(apdu)
        except Garbled:
            return WRONG_LENGTH.to_bytes(2, "big"), 0.01
        if command.head in self.strays:
            return self.strays[command.head], WORK.get(command.head, 0.01)
        words, status = self._carry_out(command)
        return words + status.to_bytes(2, "big"), WORK.get(command.head, 0.01)

    def _carry_out(self, command: emv.Command) -> tuple[bytes, int]:
        act = {
            emv.SELECT: self._select,
            emv.GET_OPTIONS: self._options,
            emv.READ_RECORD: self._record,
            emv.GENERATE_AC: self._generate,
            emv.GET_DATA: self._get_data,
        }.get(command.head)
        if act is None:
            known = command.head >> 8 in (0x00, 0x80)
            return b"", NO_SUCH_COMMAND if known else NO_SUCH_CLASS
        return act(command)

    def _select(self, command: emv.Command) -> tuple[bytes, int]:
        partial = len(command.body) >= 5 and self.aid.startswith(command.body)
        if not partial or command.p1 != 0x04 or command.p2 != 0x00:
            return b"", NOT_FOUND
        self._stage = "selected"
        label = tlv.encode(0xA5, tlv.encode(0x50, b"TEST/HIL"))
        return tlv.encode(0x6F, tlv.encode(0x84, self.aid) + label), DONE

    def _options(self, command: emv.Command) -> tuple[bytes, int]:
        if self._stage != "selected" or command.body != b"\x83\x00":
            return b"", NOT_NOW
        self._stage, self.atc = "begun", self.atc + 1 & 0xFFFF
        files = sorted({file for file, _ in self.records})
        locator = b"".join(self._locate(file) for file in files)
        return tlv.encode(0x80, b"\x18\x00" + locator), DONE  # AIP: CVM, terminal risk management

    def _locate(self, file: int) -> bytes:
        numbers = [record for one, record in self.records if one == file]
        return bytes([file << 3, min(numbers), max(numbers), 0])

    def _record(self, command: emv.Command) -> tuple[bytes, int]:
        if self._stage == "reset" or command.p2 & 7 != 4:
            return b"", NOT_NOW
        found = self.records.get((command.p2 >> 3, command.p1))
        return (b"", NO_RECORD) if found is None else (tlv.encode(0x70, found), DONE)

    def _generate(self, command: emv.Command) -> tuple[bytes, int]:
        dol = {"begun": CDOL1, "online": CDOL2}.get(self._stage)
        if dol is None:
            return b"", NOT_NOW
        if len(command.body) != sum(size for _, size in emv.read_dol(dol)):
            return b"", WRONG_LENGTH
        wanted = command.p1 & 0xC0
        if self._stage == "begun":
            given = emv.AAC if wanted == emv.AAC else emv.ARQC  # online only: never TC at first
        else:
            good = self.agrees and wanted == emv.TC and command.body[:2] in APPROVED
            given = emv.TC if good else emv.AAC
        self._stage = "online" if given == emv.ARQC else "over"
        cryptogram, issuer = self.rng.randbytes(8), b"\x06\x01\x0a\x03" + self.rng.randbytes(3)
        return tlv.encode(0x80, bytes([given]) + self._counter() + cryptogram + issuer), DONE

    def _get_data(self, command: emv.Command) -> tuple[bytes, int]:
        if (command.p1, command.p2) != (0x9F, 0x36) or self._stage == "reset":
            return b"", NO_SUCH_DATA
        return tlv.encode(0x9F36, self._counter()), DONE

    def _counter(self) -> bytes:
        return self.atc.to_bytes(2, "big")


PPSE = b"2PAY.SYS.DDF01"  # EMV Contactless Book B, 3.3.2: the directory of a contactless card
AIR_PDOL = bytes.fromhex("9F66 04 9F02 06 9F37 04 5F2A 02")


@dataclass
class AirChip(Chip):
    """A chip over its antenna: the cryptogram comes with the processing options, in one go.

    Source: EMV Contactless Book B (PPSE), Book C-3 (qVSDC: GPO answers with 9F26 and track 2).
    """

    def _select(self, command: emv.Command) -> tuple[bytes, int]:
        if command.body == PPSE:
            entry = tlv.encode(0x61, tlv.encode(0x4F, self.aid) + tlv.encode(0x87, b"\x01"))
            listed = tlv.encode(0xA5, tlv.encode(0xBF0C, entry))
            return tlv.encode(0x6F, tlv.encode(0x84, PPSE) + listed), DONE
        answer, status = super()._select(command)
        if status == DONE:
            inner = tlv.encode(0x50, b"TEST/HIL") + tlv.encode(0x9F38, AIR_PDOL)
            answer = tlv.encode(0x6F, tlv.encode(0x84, self.aid) + tlv.encode(0xA5, inner))
        return answer, status

    def _options(self, command: emv.Command) -> tuple[bytes, int]:
        wanted = 2 + sum(size for _, size in emv.read_dol(AIR_PDOL))
        if self._stage != "selected" or len(command.body) != wanted:
            return b"", NOT_NOW
        self._stage, self.atc = "over", self.atc + 1 & 0xFFFF
        held = {row.tag: row.value for row in tlv.walk(self.records[1, 1])}
        rows = {
            0x82: b"\x00\x00", 0x57: held[0x57], 0x5F34: held[0x5F34], 0x9F36: self._counter(),
            0x9F26: self.rng.randbytes(8), 0x9F27: bytes([emv.ARQC]),
            0x9F10: b"\x06\x01\x0a\x03" + self.rng.randbytes(3),
        }  # fmt: skip
        return tlv.encode(0x77, tlv.build(rows.items())), DONE

    def answer(self, apdu: bytes) -> tuple[bytes, float] | None:
        """(answer, seconds of work): its cryptogram is computed in GET PROCESSING OPTIONS."""
        said = super().answer(apdu)
        heavy = said is not None and len(said[0]) > 2 and apdu[:2] == b"\x80\xa8"
        return (said[0], AIR_WORK) if said is not None and heavy else said


AIR_WORK = 0.3  # s for the cryptogram; a whole contactless read takes 0.5 s at most (Book A)


@dataclass
class Card:
    """A card: a chip, a stripe, an antenna, or several of them.

    Attributes:
        name: What the deck calls it.
        chip: None for a card with a stripe only.
        stripe: The bits of track 2, ``""`` for a card without a stripe.
        air: The chip as it answers over its antenna; None for a card without one.
    """

    name: str
    chip: Chip | None = None
    stripe: str = ""
    air: Chip | None = None


def read_deck(rng: random.Random) -> dict[str, Card]:
    """All cards of ``fixtures/cards/deck.yaml``, by name."""
    rows = read_plain(fixture("cards", "deck.yaml"))["cards"]
    return {name: make_card(name, row, rng) for name, row in rows.items()}


#: What a deck may call a command.
COMMANDS = {
    "select": emv.SELECT, "options": emv.GET_OPTIONS, "record": emv.READ_RECORD,
    "generate": emv.GENERATE_AC,
}  # fmt: skip


def make_card(name: str, row: dict[str, Any], rng: random.Random) -> Card:
    """One card of a deck; the keys are explained in the deck itself."""
    pan, expiry, service = str(row["pan"]), str(row["expiry"]), str(row.get("service", "201"))
    stripe = magstripe.encode(magstripe.track2(pan, expiry, service)) if row.get("stripe") else ""
    records = {(1, 1): _record(pan, expiry, service)}
    air = None
    if row.get("air"):
        air = AirChip(b"\x3b\x80\x80\x01\x01", records, bytes.fromhex(row["aid"]), rng)
    if "atr" not in row:
        return Card(name, None, stripe, air)
    atr = bytes.fromhex(row["atr"]) or None
    if not row.get("answers", True):
        return Card(name, Chip(atr), stripe, air)
    strays = {COMMANDS[on]: bytes.fromhex(said) for on, said in row.get("says", {}).items()}
    chip = Chip(
        atr, records, bytes.fromhex(row["aid"]), rng, repeats=int(row.get("repeats", 0)),
        strays=strays, agrees=bool(row.get("agrees", True)),
    )  # fmt: skip
    return Card(name, chip, stripe, air)


def _record(pan: str, expiry: str, service: str) -> bytes:
    """What an EMV terminal must find on a card (EMV Book 3, 7.2), and no more."""
    track = f"{pan}D{expiry}{service}0000"
    rows = {
        0x57: _packed(track),
        0x5A: _packed(pan),
        0x5F20: b"TEST/HIL",
        0x5F24: bytes.fromhex(f"{expiry}31"),
        0x5F34: b"\x01",
        0x8C: CDOL1,
        0x8D: CDOL2,
        0x8E: NO_CVM,
    }
    return tlv.build(rows.items())


def _packed(digits: str) -> bytes:
    return bytes.fromhex(digits + "F" * (len(digits) % 2))
