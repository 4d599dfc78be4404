"""The terminal's flash: a small file store that forgets, or half remembers, what was not synced.

Every operation takes effect at once for the firmware that made it and becomes durable with the next
``sync``. A power cut before that keeps, tears or loses each unsynced operation on its own, so later
ones can outlive earlier ones: the disorder of a write-back cache (Pillai et al., "All File Systems
Are Not Created Equal", OSDI 2014). A rename is atomic, but it carries unsynced contents to their
new name in whatever state the cut left them.

A page whose programming begins on too low a supply comes out wrong and nobody is told: data sheets
give a lowest voltage for programming well above the one at which a processor still runs.

A page that has been erased as often as its data sheet promises fails its next programming. Another
one takes its place, and the store is that much smaller: wear ends in a store that is full.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from harness.clock import Clock
from harness.sim.terminal.flash_cells import Operation, apply, survive
from harness.sim.terminal.flash_contents import WRONG_IN, Contents

READ_SHARE = 0.1  # reading a page is that much of writing it


class FlashFull(OSError):
    """The store has no room for what was to be written."""


class Keeper(Protocol):
    """Where a flash is kept beyond the life of its process."""

    def load(self) -> dict[str, bytes]:
        """What it holds."""

    def programmed(self, number: int, operation: Operation, page: int) -> None:
        """A page of the so-many-th operation was programmed; it need not be durable."""

    def synced(self) -> None:
        """All that was programmed is durable when this returns."""


class Flash(Contents):
    """Files by name; contents outlive boots, unsynced writes may not outlive a power cut.

    Each method of its own is a point where the caller waits for the time it costs,
    so a power cut lands inside it. What is held, and what befalls it, is ``flash_contents.py``.

    Attributes:
        writes: Pages written so far, for wear and for data budgets.
        syncs: Syncs completed so far.
        powered: Whether the supply carries the programming of a page that begins now.
        guard: Called before a page is programmed; may wait. The firmware's, if it has one.
        programs: Called as a page begins to be programmed; must not wait. A tap on its bus.
        erases: (file, number of its page) -> how often it was erased.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        rng: random.Random,
        write_time: float = 0.002,
        sync_time: float = 0.005,
        page: int = 4096,
        capacity: int | None = None,
        endurance: int | None = None,
    ) -> None:
        """Make an empty store.

        Args:
            clock: The clock that operations take time on.
            rng: Decides what a power cut does to unsynced operations.
            write_time: Seconds a page takes.
            sync_time: Seconds a sync takes.
            page: Bytes in a page.
            capacity: Bytes of all files together; None for no end.
            endurance: Erases that a page lives through; None for no end.
        """
        super().__init__(rng, page=page, capacity=capacity)
        self._clock = clock
        self._write_time = write_time
        self._sync_time = sync_time
        self._endurance = endurance
        self._unsynced: list[Operation] = []
        self._keeper: Keeper | None = None
        self._changes = 0
        self.writes = 0
        self.syncs = 0
        self.powered: Callable[[], bool] = lambda: True
        self.guard: Callable[[], None] = unguarded
        self.programs: Callable[[], None] = unguarded
        self.erases: dict[tuple[str, int], int] = {}

    def keep(self, keeper: Keeper) -> None:
        """Hold what is kept, and keep what is held from now on."""
        self._keeper = keeper
        self._live = keeper.load()
        self._durable = dict(self._live)

    @property
    def clock(self) -> Clock:
        """The clock that operations take time on."""
        return self._clock

    def read(self, name: str) -> bytes | None:
        """A file's contents; None when there is none of that name."""
        held = self._live.get(name)
        self._wait(self._write_time * READ_SHARE * self._pages(held or b""))
        return held

    def write(self, name: str, data: bytes) -> None:
        """Replace a file's contents, or make it; raises FlashFull."""
        self._make_room(len(data) - len(self._live.get(name, b"")))
        self._change(Operation("write", name, data))

    def append(self, name: str, data: bytes) -> None:
        """Add to a file's end, or make it; raises FlashFull."""
        self._make_room(len(data))
        self._change(Operation("append", name, data, at=len(self._live.get(name, b""))))

    def truncate(self, name: str, size: int) -> None:
        """Leave no more than so many bytes of a file; nothing happens where there are no more."""
        if len(self._live.get(name, b"")) > size:
            self._change(Operation("truncate", name, at=size))

    def delete(self, name: str) -> None:
        """Remove a file; nothing happens when there is none."""
        if name in self._live:
            self._change(Operation("delete", name))

    def rename(self, name: str, to: str) -> None:
        """Give a file another name, replacing what had it; raises FileNotFoundError."""
        if name not in self._live:
            raise FileNotFoundError(name)
        self._change(Operation("rename", name, to=to))

    def sync(self) -> None:
        """Make everything so far durable; it is once this returns, and not before."""
        self.guard()
        self._wait(self._sync_time)
        if self._keeper is not None:
            self._keeper.synced()
        self._durable = dict(self._live)
        self._unsynced.clear()
        self.syncs += 1

    def power_lost(self) -> None:
        """Cut the supply: each unsynced operation is kept whole, torn, or lost. Never waits.

        Whoever was waiting inside an operation must be killed by the caller. Also right for a
        crash of the operating system, which loses its cache just the same.
        """
        for operation in self._unsynced:
            survive(self._durable, operation, self._rng, self.page)
        self._unsynced.clear()
        self._live = dict(self._durable)

    def _change(self, operation: Operation) -> None:
        self.guard()
        apply(self._live, operation)
        self._unsynced.append(operation)  # before the wait: a cut in mid-write may tear it
        self._changes = number = self._changes + 1
        for page in range(self._pages(operation.data)):
            if page:
                self.guard()
            if not self.powered():
                operation = self._spoil(operation, page)
            self.writes += 1
            self._wear(operation.name, operation.at // self.page + page)
            self.programs()
            self._wait(self._write_time)
            if self._keeper is not None:
                self._keeper.programmed(number, operation, page)

    def _spoil(self, operation: Operation, page: int) -> Operation:
        """Program one page of an operation wrongly; the operation as the cells have it."""
        self.spoilt += 1
        first, last = page * self.page, min((page + 1) * self.page, len(operation.data))
        if first >= last:
            return operation  # nothing but the file's entry in the directory
        cells = bytearray(operation.data)
        for _ in range(1 + (last - first) // WRONG_IN):
            cells[self._rng.randrange(first, last)] ^= 1 << self._rng.randrange(8)
        spoilt = replace(operation, data=bytes(cells))
        self._unsynced = [spoilt if one is operation else one for one in self._unsynced]
        held = self._live.get(operation.name)
        if held is not None:
            at = operation.at
            self._live[operation.name] = held[:at] + spoilt.data + held[at + len(cells) :]
        return spoilt

    def _pages(self, data: bytes) -> int:
        return max(1, -(-len(data) // self.page))

    def _make_room(self, more: int) -> None:
        used = self._used
        if self._capacity is not None and more > 0 and used + more > self._capacity:
            raise FlashFull(f"{more} B more do not fit: {used} of {self._capacity} B are used")

    def _wear(self, name: str, page: int) -> None:
        """One more erase; a page that has had its share is given up for another one."""
        count = self.erases.get((name, page), 0) + 1
        if self._endurance is not None and count > self._endurance:
            self.worn, count = self.worn + 1, 1
        self.erases[name, page] = count

    def _wait(self, seconds: float) -> None:
        self._clock.sleep(seconds)


def unguarded() -> None:
    """No guard: a page is programmed whatever the supply is."""
