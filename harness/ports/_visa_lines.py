"""What lies under a pyvisa-py session: its opening, its sockets, what waits there, a HiSLIP clear.

Source: pyvisa-py 0.8.1, ``protocols/hislip.py``, ``protocols/vxi11.py``; IVI-6.1 (HiSLIP) 6.12;
tcp(7).
"""

import contextlib
import re
import select
import socket
import struct
from typing import Any

import pyvisa
from pyvisa_py.protocols import hislip, vxi11

from harness.errors import PortLost

CLOSED = "closed by the other end"
CONNECT = 2.0  # s
PORTMAPPER = 111  # TCP; tells where an instrument's VXI-11 core channel is
SETTLE = 0.1  # s: what is under way at a device clear comes within this
_TCP = re.compile(
    r"TCPIP\d*::([^:,]+)(?:,(\d+))?::(?:(\d+)::SOCKET|(\w+)(?:,(\d+))?::INSTR|INSTR)", re.IGNORECASE
)
#: Nagle costs 44 ms per "write, write, query"; a dead peer shows after 3 s, not after minutes.
OPTIONS = (
    (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 5),  # s
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 1),  # s
    (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", 3000),  # ms
)


def where(address: str) -> tuple[str, int] | None:
    """Host and port of a TCPIP resource: SOCKET, HiSLIP (4880), VXI-11 (its portmapper, 111)."""
    found = _TCP.fullmatch(address)
    if not found:
        return None
    host, core, port, device, device_port = found.groups()
    if port is None:
        is_hislip = (device or "").lower().startswith("hislip")
        port = (device_port or 4880) if is_hislip else (core or PORTMAPPER)
    return host, int(port)


def check_reachable(address: str) -> None:
    """Connect once beforehand: pyvisa-py never looks at the result of its own connect."""
    place = where(address)
    if place is None:
        return
    try:
        socket.create_connection(place, CONNECT).close()
    except (OSError, OverflowError) as error:
        raise PortLost(f"{address}: cannot be reached: {error}") from error


def opened(address: str) -> Any:
    """The pyvisa resource at an address; raises PortLost."""
    check_reachable(address)
    try:
        manager = pyvisa.ResourceManager("@py")
        return manager.open_resource(address, open_timeout=int(CONNECT * 1000))
    except Exception as error:  # pyvisa-py raises bare Exception
        said = " ".join(str(error).split())
        raise PortLost(f"{address}: cannot be opened: {said}") from error


def sockets(interface: Any) -> list[socket.socket]:
    """The sockets of a session's interface, the one that answers come on first."""
    if isinstance(interface, socket.socket):
        return [interface]
    rows = [getattr(interface, name, None) for name in ("_sync", "_async", "sock")]
    return [row for row in rows if isinstance(row, socket.socket)]


class _Loud(socket.socket):
    """A socket whose end is an error: pyvisa-py's RPC takes it for silence, and burns the time."""

    def recv(self, *how: Any) -> bytes:
        got = super().recv(*how)
        if not got:
            raise ConnectionError(CLOSED)
        return got


def make_loud(interface: Any) -> None:
    """Have a VXI-11 client notice the end of its connection."""
    if isinstance(interface, vxi11.CoreClient):
        interface.sock = _Loud(fileno=interface.sock.detach())


def tune(line: socket.socket) -> None:
    """Set ``OPTIONS``; raises OSError unless it is connected. VISA's own attributes are broken."""
    line.getpeername()
    for level, name, value in OPTIONS:
        if hasattr(socket, name):
            line.setsockopt(level, getattr(socket, name), value)


def cut(interface: Any) -> None:
    """End its connections, so that a good-bye to a dead peer cannot wait for an answer."""
    for line in sockets(interface):
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


def waiting_bytes(line: Any) -> int | None:
    """How much can be read at once; None at the end of the stream."""
    if not isinstance(line, socket.socket):
        return int(line.in_waiting)  # pyserial; raises OSError when the device has gone
    if not select.select([line], [], [], 0)[0]:  # a peek waits where the socket has a timeout
        return 0
    return len(socket.socket.recv(line, 1 << 16, socket.MSG_PEEK)) or None


def answer_begins(line: hislip.Instrument) -> bool | None:
    """Whether an answer to what was sent last can be read; None at the end of the stream.

    What answers nobody any more is dropped: left to pyvisa-py it would hold up the next read.
    """
    sync = line._sync  # noqa: SLF001 - there is no other way
    while count := waiting_bytes(sync):
        if count < hislip.HEADER_SIZE:
            return False
        head = sync.recv(hislip.HEADER_SIZE, socket.MSG_PEEK)
        prologue, kind, _, number, _ = struct.unpack(hislip.HEADER_FORMAT, head)
        said = hislip.MESSAGETYPE_STR.get(kind)
        if prologue != b"HS" or said is None:
            raise ConnectionError(f"{head!r} is no HiSLIP message")
        if said in ("Data", "DataEnd") and number in (line.last_message_id, 0xFFFF_FFFF):
            return True
        header = _take(sync)
        if said in ("FatalError", "Error"):
            raise ConnectionError(f"HiSLIP {said}, code {header.control_code}")
    return None if count is None else False


def clear_hislip(line: hislip.Instrument) -> None:
    """Device clear; pyvisa-py's own breaks when an answer is under way, which is when it is needed.

    Between the two messages of the transaction the client throws away what still comes.
    """
    hislip.send_msg(line._async, "AsyncDeviceClear", 0, 0)  # noqa: SLF001 - no other way
    feature = _await(line._async, "AsyncDeviceClearAcknowledge")  # noqa: SLF001
    while select.select([line._sync], [], [], SETTLE)[0]:  # noqa: SLF001
        _take(line._sync)  # noqa: SLF001
    hislip.send_msg(line._sync, "DeviceClearComplete", feature, 0)  # noqa: SLF001
    _await(line._sync, "DeviceClearAcknowledge")  # noqa: SLF001
    line._message_id = 0xFFFF_FF00  # noqa: SLF001 - both ends begin anew, IVI-6.1, 3.1.2
    line.last_message_id = None


def _await(line: socket.socket, kind: str) -> int:
    """The control code of the next message of a kind; what comes before it is dropped."""
    while (header := _take(line)).msg_type != kind:
        pass
    return int(header.control_code)


def _take(line: socket.socket) -> Any:
    header = hislip.RxHeader(line)
    if header.payload_length:
        hislip.receive_exact(line, header.payload_length)
    return header
