"""The adb server on a bench's computer: clients speak its smart socket, it speaks to the device.

One device, looked for whenever a client wants it. Source: AOSP, packages/modules/adb:
docs/dev/services.md (requests, and what comes back), transport.cpp (its texts), protocol.md (AUTH).
"""

import base64
import random
import re
from collections.abc import Callable
from contextlib import suppress

from harness.clock import Clock
from harness.errors import Garbled, PortLost
from harness.ports.base import Port
from harness.ports.memory import pair
from harness.sim.android.streams import Line
from harness.wire import adb, adb_smart

FEATURES = ("shell_v2", "cmd")
GREETS = 3.0  # s that a device may take to answer
ACCEPTS = 10.0  # s until it answers an OPEN
#: Who is meant: any device, or one by its serial number; and what is wanted.
REQUEST = re.compile(r"host(?:-serial:(?P<serial>[^:]+)|-usb|-local)?:(?P<word>.+)", re.DOTALL)
TRANSPORT = re.compile(
    r"(?P<old>transport(?:-any|-usb|-local)?|tport)(?::(?:serial:)?(?P<which>.*))?"
)
WAIT = re.compile(r"wait-for(?:-any|-usb|-local)?(?:-(?P<state>device|disconnect|any))?")
LOOK = 0.25  # s between two looks of who waits for a device
UNAUTHORIZED = (
    "device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set\n"
    "Try 'adb kill-server' if that seems wrong.\n"
    "Otherwise check for a confirmation dialog on your device."
)


class HostLine(Line):
    """The server's end of the connection to a device.

    Attributes:
        refused: Whether the device has not accepted our key.
        banner: What the device says of itself.
    """

    def __init__(self, clock: Clock, port: Port, rng: random.Random) -> None:
        super().__init__(clock, port)
        self._rng = rng
        self._tokens = 0
        self.refused = False
        self.banner = adb.Banner("")

    def begin(self) -> None:
        """Say who we are."""
        banner = adb.Banner("host", {}, FEATURES).to_bytes()
        self.say(adb.Message("CNXN", adb.UNCHECKED, adb.MOST, banner))

    def greet(self, message: adb.Message) -> None:
        """A token: sign it, then show the key; CNXN: let in."""
        if message.command == "CNXN":
            self.banner = adb.Banner.from_bytes(message.payload)
            self.agree(message.first, message.second)
        elif message.command == "AUTH" and message.first == adb.TOKEN:
            self._tokens += 1
            self.refused = self._tokens > 1
            self.changed.notify()
            if self.refused:
                key = base64.b64encode(self._rng.randbytes(524)) + b" bench@harness\0"
                self.say(adb.Message("AUTH", adb.PUBLIC_KEY, 0, key))
            else:
                self.say(adb.Message("AUTH", adb.SIGNATURE, 0, self._rng.randbytes(256)))


class AdbServer:
    """``outlets["adb"]`` takes a client."""

    def __init__(
        self, clock: Clock, dial: Callable[[Port], None] | None, *, serial: str, rng: random.Random
    ) -> None:
        """Make it.

        Args:
            clock: The bench's clock.
            dial: Takes our connection to the device, or raises PortLost; None for no device.
            serial: What the device is called by.
            rng: All of its chance.
        """
        self.outlets: dict[str, Callable[[Port], None]] = {"adb": self._accept}
        self.clock = clock
        self.serial = serial
        self._dial = dial
        self._rng = rng
        self._line: HostLine | None = None

    def line(self) -> HostLine | None:
        """The connection to the device, made where there is none; None while the device is away."""
        if self._dial is not None and (self._line is None or self._line.lost):
            self._line = self._connected(self._dial)
        line = self._line
        if line is not None:
            until = self.clock.now() + GREETS
            line.changed.wait_for(lambda: line.online or line.refused or line.lost, until)
        return line

    def state(self) -> str:
        """As ``get-state`` has it; ``""`` without a device."""
        line = self.line()
        if line is None:
            return ""
        return "device" if line.online else "unauthorized" if line.refused else "offline"

    def _connected(self, dial: Callable[[Port], None]) -> HostLine | None:
        ours, theirs = pair(self.clock, f"adb of {self.serial}")
        try:
            dial(theirs)
        except PortLost:
            return None
        line = HostLine(self.clock, ours, self._rng)
        self.clock.spawn("adb server to the device", line.run)
        line.begin()
        return line

    def _accept(self, port: Port) -> None:
        self.clock.spawn("adb client", Client(self, port).run)


class Client:
    """One client's connection."""

    def __init__(self, server: AdbServer, port: Port) -> None:
        self._server = server
        self._port = port
        self._inbox = adb_smart.Inbox()
        self._chosen = False
        self._answers: dict[str, Callable[[], str | None]] = {
            "version": lambda: f"{adb_smart.VERSION:04x}",
            "devices": lambda: self._listed("{serial}\t{state}\n"),
            "devices-l": lambda: self._listed("{serial:<22} {state} model:{model}\n"),
            "host-features": lambda: ",".join(FEATURES),
            "features": self._features,
            "get-state": lambda: server.state() or None,
            "get-serialno": lambda: server.serial if server.line() else None,
            "get-devpath": lambda: "unknown" if server.line() else None,  # as of what is no USB
        }

    def run(self) -> None:
        """Requests, until one is answered for good or the connection becomes a stream."""
        with suppress(PortLost, Garbled):
            while self._handle(self._next()):
                pass
        self._port.close()

    def _next(self) -> str:
        while (text := self._inbox.text()) is None:
            chunk = self._port.read()
            self._inbox.feed(chunk.data if chunk else b"")
        return text

    def _handle(self, request: str) -> bool:
        """Whether another request may follow."""
        found = REQUEST.fullmatch(request)
        if found is None:
            if self._chosen:
                self._open(request)
            else:
                self._fail("device offline (no transport)")
            return False
        serial, word = found["serial"], found["word"]
        wanted = TRANSPORT.fullmatch(word)
        if wanted is not None:
            return self._choose(wanted["which"] or "", numbered=wanted["old"] == "tport")
        awaited = WAIT.fullmatch(word)
        if awaited is not None:
            self._await(awaited["state"] or "device", serial or "")
            return False
        self._answer(word, serial or "")
        return False

    def _await(self, state: str, serial: str) -> None:
        """One OKAY for the request, one when the device is in that state; raises PortLost."""
        self._port.write(adb_smart.OKAY)
        meant = serial in ("", self._server.serial)
        while True:
            seen = (self._server.state() if meant else "") or "disconnect"
            if seen == state or (state == "any" and seen != "disconnect"):
                self._port.write(adb_smart.OKAY)
                return
            self._port.read(self._server.clock.now() + LOOK)

    def _choose(self, which: str, *, numbered: bool) -> bool:
        wrong = self._missing("" if numbered and which == "any" else which)
        if wrong:
            self._fail(wrong)
            return False
        self._chosen = True
        self._port.write(adb_smart.OKAY + (b"\x01" + bytes(7) if numbered else b""))
        return True

    def _missing(self, serial: str) -> str:
        """Why the device that is meant cannot be had; ``""`` if it can."""
        server = self._server
        state = server.state() if serial in ("", server.serial) else ""
        if not state:
            return f"device '{serial}' not found" if serial else "no devices/emulators found"
        return {"offline": "device offline", "unauthorized": UNAUTHORIZED}.get(state, "")

    def _answer(self, word: str, serial: str) -> None:
        answer = self._answers.get(word)
        if answer is None:
            self._fail("unknown host service")
            return
        wrong = self._missing(serial) if word == "features" else ""
        text = answer() if serial in ("", self._server.serial) else None
        if wrong or text is None:
            gone = f"device '{serial}' not found" if serial else "no devices/emulators found"
            self._fail(wrong or gone)
        else:
            self._port.write(adb_smart.OKAY + adb_smart.text_bytes(text))

    def _features(self) -> str:
        line = self._server.line()
        own = line.banner.features if line is not None else ()
        return ",".join(one for one in own if one in FEATURES)

    def _listed(self, shape: str) -> str:
        state, line = self._server.state(), self._server.line()
        if not state or line is None:
            return ""
        model = line.banner.properties.get("ro.product.model", "").replace("-", "_")
        return shape.format(serial=self._server.serial, state=state, model=model)

    def _fail(self, reason: str) -> None:
        self._port.write(adb_smart.failure(reason))

    def _open(self, name: str) -> None:
        """A service of the device: from here on bytes go to and fro."""
        line = self._server.line()
        if line is None or not line.online:
            self._fail("device offline")
            return
        stream = line.open_stream(name)
        if not stream.await_accepted(self._server.clock.now() + ACCEPTS):
            stream.close()
            self._fail("closed")
            return
        self._port.write(adb_smart.OKAY)
        early = self._inbox.rest()

        def carry() -> None:
            with suppress(PortLost):
                stream.write(early)
                while (chunk := self._port.read()) is not None:
                    stream.write(chunk.data)
            stream.finish()

        self._server.clock.spawn("adb client to device", carry)
        with suppress(PortLost):
            while (chunk := stream.read()) is not None:
                self._port.write(chunk.data)
        stream.close()
