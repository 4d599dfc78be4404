"""What a flash holds, and what befalls it from outside the firmware.

All of it is durable at once, and nothing here waits.
"""

import random

from harness.sim.terminal.flash_cells import ERASED

RECORDS = ("journal.", "counters")  # what is written most, and so suffers first
WRONG_IN = 64  # B: of a page programmed on too low a supply, about one byte in so many is wrong
ROT = 24  # B that a worn page has wrong
ENDLESS = 1 << 40  # B


class Contents:
    """Files by name, as they are now and as a power cut finds them.

    Args:
        rng: Decides what a processor that runs wild does.
        page: Bytes written in one go.
        capacity: Bytes of all files together; None for no end.

    Attributes:
        page: Bytes written in one go.
        spoilt: Pages that were programmed on too low a supply.
        worn: Pages that are used up; each makes the store one page smaller.
    """

    def __init__(self, rng: random.Random, *, page: int, capacity: int | None) -> None:
        self._rng = rng
        self._capacity = capacity
        self._durable: dict[str, bytes] = {}
        self._live: dict[str, bytes] = {}
        self._sound: dict[str, bytes] = {}  # what ``rot`` found
        self.page = page
        self.spoilt = 0
        self.worn = 0

    def names(self) -> list[str]:
        """All files, sorted."""
        return sorted(self._live)

    def peek(self, name: str) -> bytes | None:
        """A file's contents without the time it costs: for what looks from outside."""
        return self._live.get(name)

    @property
    def free(self) -> int:
        """Bytes left; a store without an end has as many as anybody could want."""
        return ENDLESS if self._capacity is None else max(0, self._capacity - self._used)

    def fill(self, name: str, share: float) -> None:
        """A file from outside that fills the store up to a share of it; 0 takes it away.

        Durable at once; it never waits. For whoever writes past the firmware.
        """
        for files in (self._live, self._durable):
            files.pop(name, None)
        room = self.free - round((1 - share) * (self._capacity or 0))
        if share and self._capacity is not None and room > 0:
            self._live[name] = self._durable[name] = bytes(room)

    @property
    def rotten(self) -> bool:
        """Whether ``rot`` is in force."""
        return bool(self._sound)

    def rot(self, prefix: str) -> bool:
        """Flip bits at the head of the last file of that name's beginning; False for none.

        Durable at once; it never waits: cells that have lost their charge.
        """
        name = max((name for name in self._live if name.startswith(prefix)), default="")
        if not self._live.get(name):
            return False
        self._sound.setdefault(name, self._live[name])
        held = self._live[name]
        worn = bytes(octet ^ 0x10 for octet in held[:ROT])
        self._live[name] = self._durable[name] = worn + held[ROT:]
        return True

    def mend(self) -> None:
        """Take ``rot`` back: what was flipped is as it was, what came behind it stays."""
        for name, sound in self._sound.items():
            held = self._live.get(name, b"")
            if len(held) >= len(sound):
                self._live[name] = self._durable[name] = sound + held[len(sound) :]
        self._sound.clear()

    def erase(self, name: str) -> None:
        """A file's pages are erased from outside. Durable at once; it never waits."""
        for files in (self._live, self._durable):
            if name in files:
                files[name] = ERASED * len(files[name])

    def run_wild(self) -> None:
        """A processor below its lowest voltage programs a page of the newest records. Never waits.

        The classic damage of a missing brown-out reset: not the cut page is lost but a good one.
        """
        names = [name for name in self._live if name.startswith(RECORDS)]
        if names:
            name = self._rng.choice(sorted(names))
            cells = bytearray(self._live[name])
            for _ in range(1 + len(cells) // WRONG_IN):
                cells[self._rng.randrange(len(cells))] ^= 1 << self._rng.randrange(8)
            self._live[name] = self._durable[name] = bytes(cells)
            self.spoilt += 1

    @property
    def _used(self) -> int:
        """Bytes that are taken, and those of pages that are used up."""
        return sum(map(len, self._live.values())) + self.worn * self.page
