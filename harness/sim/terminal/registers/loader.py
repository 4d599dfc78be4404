"""The service port: an image comes in by XMODEM, once somebody has asked for it.

After the attention line the terminal asks for CRCs (``C``), as often as it has patience, then for
checksums. A packet that comes twice is acknowledged twice and kept once; one out of turn ends it.

Source: as ``harness/wire/xmodem.py``, there 1982: 10 s for a packet, ten tries; the attention line
is this maker's own.
"""

from typing import TYPE_CHECKING

from harness.clock import Mailbox
from harness.errors import Garbled, PortLost, PortTimeout
from harness.ports.base import Port
from harness.sim.terminal.download import Gone
from harness.wire import image as images
from harness.wire import xmodem
from harness.wire.xmodem import ACK, CAN, EOT, NAK, Packet

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

ATTENTION = b"LOAD\r"
ASKING, PATIENCE, GAP = 3.0, 10.0, 1.0  # s: between two C, for a packet, between its bytes
CRC_TRIES, TRIES = 3, 10
PAGE = 4096  # bytes handed on at a time; a manifest is in the first of them


class Dialogue:
    """One computer at the service port."""

    def __init__(self, firmware: "Firmware", port: Port) -> None:
        self._firmware, self._port = firmware, port
        self._inbox: Mailbox[int] = firmware.clock.mailbox("a byte of the loader")
        self._gone = False

    def read(self) -> None:
        """Take what comes; a task of its own."""
        while not self._gone:
            try:
                chunk = self._port.read()
            except PortLost:
                self._gone = True
                self._inbox.put(CAN)
                return
            for octet in chunk.data if chunk else b"":
                self._inbox.put(octet)

    def run(self) -> None:
        """Wait for the attention line; load; again."""
        heard = b""
        while not self._gone:
            octet = self._inbox.get()
            heard = (heard + bytes([octet or 0]))[-len(ATTENTION) :]
            if heard == ATTENTION and not self._gone:
                self._load()
        self._port.close()

    def _load(self) -> None:
        """One image, from its first packet to the restart, or to CAN."""
        upkeep = self._firmware.upkeep
        coming = Coming(self)
        cause = upkeep.take(coming.begin(), coming.block) if upkeep.takes else "busy"
        if cause:
            self.say(*[CAN] * 3)  # more than once: a single one may be noise
        else:
            self._firmware.restart("update")

    def byte(self, within: float) -> int | None:
        """The next one; None when none came in time; raises PortLost."""
        octet = self._inbox.get(self._firmware.clock.now() + within)
        if self._gone:
            raise PortLost("the service port was unplugged")
        return octet

    def say(self, *octets: int) -> None:
        """Write; who has gone hears nothing."""
        try:
            self._port.write(bytes(octets))
        except PortLost:
            self._gone = True


class Coming:
    """One transfer, at the receiver's end."""

    def __init__(self, line: Dialogue) -> None:
        self._line = line
        self._crc, self._next, self._over = True, 1, False
        self._first, self._size, self._have = b"", 0, 0
        self._trouble: Exception | None = None

    def begin(self) -> int:
        """The image's size, by its own first page; what is none is found out by who reads it."""
        try:
            self._first = self._page()
            head = images.read_head(self._first)
            self._size = head.size + head.manifest.size
        except images.Unreadable:
            self._size = len(self._first)
        except (PortLost, PortTimeout, Garbled, Gone) as trouble:
            self._trouble = trouble
        return self._size

    def block(self, position: int) -> bytes:
        """The next page; raises PortLost, PortTimeout, Garbled or Gone."""
        if self._trouble is not None:
            raise self._trouble
        if position != self._have:
            raise Gone(f"XMODEM is past {position} already")
        page = self._first if position == 0 else self._page()
        content = page[: self._size - position]  # the last packet is filled up
        self._have += len(content)
        if self._have == self._size and not self._over:
            self._packet()  # EOT, or padding before it
        return content

    def _page(self) -> bytes:
        kept = bytearray()
        while len(kept) < PAGE and not self._over:
            packet = self._packet()
            kept += packet.content if packet is not None else b""
        return bytes(kept)

    def _packet(self) -> Packet | None:
        """The next one in turn, acknowledged; None at the end."""
        hushed = False
        for tried in range(TRIES):
            start = self._start(tried, hushed=hushed)
            if start == EOT:
                self._over = True
                self._line.say(ACK)
                return None
            packet = self._rest(start)
            if packet is not None and packet.number == self._next % 256:
                self._next += 1
                self._line.say(ACK)
                return packet
            hushed = packet is not None and packet.number == (self._next - 1) % 256
            if hushed:
                self._line.say(ACK)  # the last one again: our acknowledgement was lost
            elif packet is not None:
                raise Garbled(f"packet {packet.number} out of turn, wanted {self._next}")
        raise PortTimeout("no packet")

    def _start(self, tried: int, *, hushed: bool) -> int | None:
        """Ask for what comes next; its first byte, None where none came. Raises Gone at CAN CAN."""
        first = self._next == 1
        if first:
            self._crc = tried < CRC_TRIES
            self._line.say(xmodem.WANTS_CRC[0] if self._crc else NAK)
        elif tried and not hushed:
            self._line.say(NAK)
        start = self._line.byte(ASKING if first else PATIENCE)
        if start == CAN and self._line.byte(GAP) == CAN:
            raise Gone("the sender gave up")
        return None if first and start == EOT else start

    def _rest(self, start: int | None) -> Packet | None:
        """What a packet's first byte begins; None where it is none, or spoilt."""
        size = 0 if start is None else xmodem.size_of(start, crc=self._crc)
        octets = bytearray()
        octet = start
        while octet is not None and len(octets) < size:
            octets.append(octet)
            octet = self._line.byte(GAP) if len(octets) < size else None
        return xmodem.read(bytes(octets), crc=self._crc) if size and len(octets) == size else None
