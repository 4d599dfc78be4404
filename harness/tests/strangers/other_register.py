"""A terminal's end of nexo by a third hand: JSON over TCP, four bytes of length, one answer a call.

It hangs up after each response, wants a Login in each of its lives, answers the same ServiceID with
the same response, and shows its prompts on the register's display. Imports nothing of the harness.
Source: nexo Sale to POI Protocol 3.1 (MessageHeader, Response, TransactionStatus, Abort, Display).
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

Body = dict[str, Any]
Act = Callable[["Call"], Awaitable[Body]]
LOGGED_OUT_TOO = ("Login", "Logout", "Diagnosis", "TransactionStatus")


def good(text: str = "", **more: Any) -> Body:
    """A response that says yes."""
    said = {"Result": "Success"} | ({"AdditionalResponse": text} if text else {})
    return {"Response": said, **more}


def bad(condition: str, text: str = "", **more: Any) -> Body:
    """A response that says no, and why."""
    said = {"Result": "Failure", "ErrorCondition": condition}
    return {"Response": said | ({"AdditionalResponse": text} if text else {}), **more}


def now() -> str:
    """As nexo writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Call:
    """One request, and the line it came on."""

    def __init__(self, header: Body, body: Body, writer: asyncio.StreamWriter) -> None:
        self.header, self.body, self.writer = header, body, writer

    @property
    def service(self) -> str:
        """What a response repeats."""
        return str(self.header.get("ServiceID", ""))

    async def show(self, text: str) -> None:
        """Have it on the register's display; nobody waits for an answer."""
        header = {
            "ProtocolVersion": "3.1", "MessageClass": "Device", "MessageCategory": "Display",
            "MessageType": "Request", "DeviceID": f"D{self.service[-8:]}",
            "SaleID": self.header.get("SaleID"), "POIID": self.header.get("POIID"),
        }  # fmt: skip
        output = {
            "ResponseRequiredFlag": False, "Device": "CashierDisplay", "InfoQualify": "Status",
            "OutputContent": {"OutputFormat": "Text", "OutputText": [{"Text": text}]},
        }  # fmt: skip
        await self.send("SaleToPOIRequest", header, {"DisplayRequest": {"DisplayOutput": [output]}})

    async def answer(self, body: Body) -> None:
        """The response, after which the line is closed."""
        header = self.header | {"MessageType": "Response"}
        category = header["MessageCategory"]
        await self.send("SaleToPOIResponse", header, {f"{category}Response": body})

    async def send(self, outer: str, header: Body, body: Body) -> None:
        """One message; a register that has gone is not waited for."""
        octets = json.dumps({outer: {"MessageHeader": header, **body}}).encode()
        with contextlib.suppress(OSError):
            self.writer.write(len(octets).to_bytes(4, "big") + octets)
            await self.writer.drain()


class Counter:
    """Listens for registers.

    Attributes:
        acts: MessageCategory -> what is done about it.
        logged_in: The SaleID of the register whose session is open.
    """

    def __init__(self, acts: dict[str, Act], log: Callable[[str], None]) -> None:
        self.acts, self.log = acts, log
        self.logged_in = ""
        self.aborted = asyncio.Event()
        self.kept: set[asyncio.Task[None]] = set()

    async def open(self, port: int) -> None:
        """Listen until the end."""
        await asyncio.start_server(self._serve, "127.0.0.1", port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # What is under way goes on when the register's line is lost: a task of its own.
        task = asyncio.create_task(self._one(reader, writer))
        self.kept.add(task)
        task.add_done_callback(self.kept.discard)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, ValueError, KeyError):
            size = int.from_bytes(await reader.readexactly(4), "big")
            said = json.loads(await reader.readexactly(size))["SaleToPOIRequest"]
            header = said["MessageHeader"]
            category = header["MessageCategory"]
            call = Call(header, said.get(f"{category}Request") or {}, writer)
            if category == "Abort":  # has no response
                self.aborted.set()
            else:
                watch = asyncio.create_task(self._watch(reader))
                await call.answer(await self._acted(category, call))
                watch.cancel()
        writer.close()

    async def _watch(self, reader: asyncio.StreamReader) -> None:
        """An Abort may come on the line whose response is awaited."""
        with contextlib.suppress(OSError, EOFError, ValueError):
            while True:
                size = int.from_bytes(await reader.readexactly(4), "big")
                if b'"Abort"' in await reader.readexactly(size):
                    self.aborted.set()

    async def _acted(self, category: str, call: Call) -> Body:
        if category not in self.acts:
            return bad("UnavailableService", f"{category} unknown")
        if category not in LOGGED_OUT_TOO and not self.logged_in:
            return bad("LoggedOut", "Login first")
        return await self.acts[category](call)

    async def login(self, call: Call) -> Body:
        """Open a register's session."""
        self.logged_in = str(call.header.get("SaleID", "?"))
        about = {"POIStatus": {"GlobalStatus": "OK"}, "POISerialNumber": "M3-00042"}
        return good(POISystemData={"DateTime": now(), **about})

    async def logout(self, call: Call) -> Body:
        """And close it."""
        self.logged_in = ""
        return good()
