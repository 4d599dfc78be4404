"""How a terminal by a third hand meets its acquirer: a connection for each question, and no more.

It signs on where it has no keys, undoes what it owes before it asks for anything else, and tells a
dead acquirer from a dead plan by a second address. Imports nothing of the harness. Source:
Q/CUP 009.1 (sign-on, 0400 with 98 or A0 and the first trace number; done by 00, 12 or 25).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import other_wire as wire  # type: ignore[import-not-found]
from other_book import Book  # type: ignore[import-not-found]

Fields = dict[int, str]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
UNDONE = ("00", "12", "25")
REACH, PROBE = 5.0, 2.0  # s: for a connection; between two looks at a link that is down
#: What must come back as it was sent.
SAME = (4, 11, 41, 42)


class Trouble(Exception):
    """Nobody can say what the acquirer thinks.

    Attributes:
        what: A row of the terminal's own table of faults.
        sent: Whether the request may have gone.
    """

    def __init__(self, what: str, *, sent: bool = True) -> None:
        super().__init__(what)
        self.what, self.sent = what, sent


class Acquirer:
    """What a terminal knows of it.

    Attributes:
        up: Whether the last attempt to reach it did.
    """

    def __init__(
        self, book: Book, host: str, beacon: str, patience: float, log: Callable[[str], None]
    ) -> None:
        self.book, self.host, self.beacon, self.patience = book, host, beacon, patience
        self.log = log
        self.up = False

    async def look(self) -> bool:
        """Whether anybody takes a connection."""
        with contextlib.suppress(Trouble):
            async with self._connected():
                pass
        return self.up

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Streams]:
        try:
            pair = await asyncio.wait_for(asyncio.open_connection(*_place(self.host)), REACH)
        except (OSError, TimeoutError):
            self.up = False
            raise Trouble(await self._blame("away"), sent=False) from None
        self.up = True
        try:
            yield pair
        finally:
            pair[1].close()

    async def _blame(self, what: str) -> str:
        """``plan`` where nothing passes at all."""
        if not self.beacon:
            return what
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(3):
                reader, writer = await asyncio.open_connection(*_place(self.beacon))
                writer.write(b"anybody?")
                answer = await reader.read(1)
                writer.close()
                if answer:
                    return what
        return "plan"

    async def ask(self, mti: str, fields: Fields, *, sealed: bool = True) -> Fields:
        """The answer; raises Trouble."""
        key = bytes.fromhex(self.book.keys["mac"]) if sealed else b""
        frame = wire.pack(mti, fields, key)
        async with self._connected() as (reader, writer):
            self.log(f"bank: >> {mti} #{fields[11]}")
            try:
                writer.write(frame)
                await writer.drain()
                async with asyncio.timeout(self.patience):
                    got = await self._answer(reader, mti, fields, key)
            except (OSError, EOFError) as error:
                self.up = False
                what = "mute" if isinstance(error, TimeoutError) else "hung"
                raise Trouble(await self._blame(what)) from None
        self.log(f"bank: << {int(mti) + 10:04d} #{fields[11]} says {got.get(39, '--')}")
        return got

    async def _answer(
        self, reader: asyncio.StreamReader, mti: str, asked: Fields, key: bytes
    ) -> Fields:
        """The first answer that is ours; those to others are passed over."""
        while True:
            size = int.from_bytes(await reader.readexactly(2), "big")
            inside = await reader.readexactly(size)
            got: Fields
            try:
                told, got = wire.unpack(inside)
            except wire.Unreadable:
                raise Trouble("noise") from None
            if told != f"{int(mti) + 10:04d}":
                continue
            if any(got.get(n, asked.get(n)) != asked.get(n) for n in SAME):
                continue
            if key and not (64 in got and wire.sealed(key, inside)):
                if 64 not in got and got.get(39) in ("A0", "99"):
                    return got  # it has no key of ours to seal with
                raise Trouble("forged")
            return got

    def header(self, kind: str, code: str = "000") -> Fields:
        """The fields that every message of ours has; ``kind`` is 60.1."""
        return {
            11: self.book.next_stan(), 41: wire.TERMINAL, 42: wire.MERCHANT,
            60: f"{kind}{self.book.keys.get('batch', '000001')}{code}",
        }  # fmt: skip

    async def sign_on(self) -> None:
        """New keys, and the batch; the old ones are gone before they are asked for."""
        asked = self.header("00", "003") | {63: "001"}
        self.book.note(keys={"batch": self.book.keys.get("batch", "000001")})
        got = await self.ask("0800", asked, sealed=False)
        if got.get(39) != "00":
            raise Trouble({"97": "barred", "03": "barred"}.get(got.get(39, ""), "upset"))
        try:
            key = wire.mac_key(got[62])
        except (KeyError, wire.Unreadable):
            raise Trouble("noise") from None
        self.book.note(keys={"batch": got[60][2:8], "mac": key.hex()})

    async def settle_debts(self) -> None:
        """Keys, then what is owed; raises Trouble while either is lacking."""
        if "mac" not in self.book.keys:
            await self.sign_on()
        if not self.book.owed:
            return
        fields = {int(number): value for number, value in self.book.owed["fields"].items()}
        self.log(f"undo: goes #{fields[11]}")
        got = await self.ask("0400", fields | {39: self.book.owed["why"]})
        if got.get(39) in ("A0", "99"):
            await self.sign_on()
            got = await self.ask("0400", fields | {39: self.book.owed["why"]})
        if got.get(39) not in UNDONE:
            raise Trouble("debt")
        self.book.note(owed={})
        self.log(f"undo: closed #{fields[11]}")

    def owe(self, fields: Fields, why: str = "98") -> None:
        """Have it on the disk that this may have been charged (39: 98 no answer, A0 forged)."""
        plain: dict[str, Any] = {str(number): value for number, value in fields.items()}
        self.book.note(owed={"fields": plain, "why": why})
        self.log(f"undo: noted #{fields[11]}")


def _place(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)
