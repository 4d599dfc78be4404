"""The Modbus relay: its frames by the specification, and a real pymodbus server on loopback."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from harness.clock import ThreadClock
from harness.drivers.modbus_relay import Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortLost, PortTimeout, UsageError
from harness.model.power import Switch
from harness.model.roles import SafeState, plays
from harness.ports.memory import pair
from harness.ports.tcp import TcpPort
from harness.testing import Pair, replay
from harness.tests.patience import LIMIT


def tcp(number: int, pdu: str) -> bytes:
    """A frame with its MBAP header: transaction, protocol 0, length, unit 1."""
    body = bytes.fromhex(pdu)
    return number.to_bytes(2, "big") + b"\0\0" + (len(body) + 1).to_bytes(2, "big") + b"\1" + body


# V1.1b3, 6.5 and 6.1: coil 172 (00AC) on, and read; here coil 3.
CLOSE: list[Pair] = [
    (tcp(1, "05 0003 FF00"), tcp(1, "05 0003 FF00")), (tcp(2, "01 0003 0001"), tcp(2, "01 01 01")),
]  # fmt: skip
on_coil_3 = partial(Driver, coil=3)


def test_it_plays_its_roles() -> None:
    """A switch that can be left safe."""
    assert plays(Driver, Switch)
    assert plays(Driver, SafeState)


def test_a_coil_is_written_and_read_back() -> None:
    """FF00 is on; the answer to a write is its echo."""
    seen: list[str] = []
    with replay(on_coil_3, CLOSE) as switch:
        switch.observe = lambda kind, /, **_: seen.append(kind)
        switch.set_closed(closed=True)
    assert seen == ["closed"]


def test_a_normally_closed_contact_opens_by_coil_on() -> None:
    """The safe state of such a wiring is the coil that is on."""
    with replay(partial(Driver, coil=3, contact="nc"), CLOSE) as switch:
        switch.make_safe()


def test_a_serial_line_has_its_own_frame() -> None:
    """RTU: address, PDU, CRC; the specification's CRC example 1102 C1C8-like, low byte first."""
    talk: list[Pair] = [(bytes.fromhex("010100000001FDCA"), bytes.fromhex("010101019048"))]
    with replay(partial(Driver, framing="rtu"), talk) as switch:
        assert switch.closed()


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (tcp(1, "81 02"), DeviceRefused, "illegal data address"),
        (tcp(1, "81 63"), DeviceRefused, "99"),
        (tcp(1, "01 00"), Garbled, "no bit"),
        (tcp(1, "02 01 01"), Garbled, "not asked"),
        (tcp(7, "01 01 01"), PortTimeout, "did not answer"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", PortTimeout, "did not answer"),
        (tcp(1, "01 01 01")[:-1], PortTimeout, "did not answer"),
        (None, PortTimeout, "did not answer"),
        (PortLost("gone"), PortLost, "gone"),
    ],
)
def test_what_is_no_answer_is_told(answer: Any, error: type[BenchError], said: str) -> None:
    """Refusals in words; another's, half or no answers as silence."""
    with (
        replay(Driver, [(tcp(1, "01 0000 0001"), answer)]) as switch,
        pytest.raises(error, match=said),
    ):
        switch.closed()


def test_an_answer_in_pieces_is_one() -> None:
    """TCP keeps no frames."""
    first, second = tcp(1, "01 01 01")[:5], tcp(1, "01 01 01")[5:]

    class Slow(Driver):
        """Gets the second half a little later."""

        def _pause(self, seconds: float) -> None:
            port: Any = self._port
            port.clock.call_at(port.clock.now() + 0.1, lambda: port.put_arrived(second))

    with replay(Slow, [(tcp(1, "01 0000 0001"), first)]) as switch:
        assert switch.closed()


def test_an_echo_of_another_coil_is_garbled() -> None:
    """The write is not believed."""
    talk: list[Pair] = [(tcp(1, "05 0003 0000"), tcp(1, "05 0004 0000"))]
    with replay(on_coil_3, talk) as switch, pytest.raises(Garbled, match="coil 3"):
        switch.set_closed(closed=False)


def test_a_coil_that_does_not_follow_is_not_called_open() -> None:
    """The board took the write and the coil stays on."""
    talk: list[Pair] = [
        (tcp(1, "05 0003 0000"), tcp(1, "05 0003 0000")),
        (tcp(2, "01 0003 0001"), tcp(2, "01 01 01")),
    ]
    with replay(on_coil_3, talk) as switch, pytest.raises(BenchError, match="could not be opened"):
        switch.make_safe()


def test_an_impossible_coil_is_refused_when_the_rig_is_read() -> None:
    """Before anything is opened."""
    port = pair(ThreadClock(), "x")[0]
    wrongs: tuple[dict[str, Any], ...] = ({"coil": 65536}, {"unit": 0}, {"unit": 248})
    for wrong in wrongs:
        with pytest.raises(UsageError, match="coil"):
            Driver(port, **wrong)


# --- a real server --------------------------------------------------------------------------


@contextmanager
def served() -> Iterator[str]:
    """A pymodbus server with eight coils, unit 1, in a thread of its own; its address."""
    loop, ready, place = asyncio.new_event_loop(), threading.Event(), []
    coils = SimData(0, values=[False] * 16, datatype=DataType.BITS)
    inputs = SimData(0, count=8, datatype=DataType.REGISTERS)
    device = SimDevice(1, ([coils], [coils], [inputs], [inputs]))

    async def live() -> None:
        server = ModbusTcpServer(device, address=("127.0.0.1", 0))
        await server.serve_forever(background=True)
        transport: Any = server.transport
        place.append("{}:{}".format(*transport.sockets[0].getsockname()))
        ready.set()
        await stop.wait()
        ended: Any = server.shutdown()  # type: ignore[no-untyped-call]
        await ended

    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(live()))
    thread.start()
    assert ready.wait(LIMIT)
    try:
        yield place[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(LIMIT)
        loop.close()


def test_a_real_server_is_switched() -> None:
    """A server of pymodbus, over TCP; a second look comes from a driver of its own."""
    with served() as address:
        clock = ThreadClock()

        def story() -> None:
            ports = [TcpPort(clock, address) for _ in range(2)]
            for port in ports:
                port.open()
            try:
                one, other = (Driver(port, coil=3, settle=0) for port in ports)
                assert not one.closed()
                one.set_closed(closed=True)
                assert other.closed()
                assert not Driver(ports[1], coil=4).closed()
                one.make_safe()
                assert not other.closed()
                with pytest.raises(DeviceRefused, match="illegal data address"):
                    Driver(ports[1], coil=4000).closed()
            finally:
                for port in ports:
                    port.close()

        clock.run(story)
