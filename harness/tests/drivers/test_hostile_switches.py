"""Every switch's driver on every bad line: it ends, it tells, and says "open" of no closed one."""

import logging
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers import (
    modbus_relay,
    pdu_http,
    pdu_snmp,
    pulse_switch,
    relay_board,
    usb_hub,
)
from harness.errors import BenchError, PortLost
from harness.files import fixture, read_plain
from harness.model.units import Seconds
from harness.ports.base import Chunk, Port
from harness.ports.memory import pair
from harness.sim.feed import Feed
from harness.sim.switch import PulseSwitch, RelayBoard
from harness.tests.drivers.hostile_line import MANNERS, MOST_READS, HostileLine

DRIVERS: dict[str, Callable[[Port], Any]] = {
    "lcus": partial(relay_board.Driver, kind="lcus"),
    "devantech": partial(relay_board.Driver, kind="devantech"),
    "numato": partial(relay_board.Driver, kind="numato"),
    "modbus tcp": modbus_relay.Driver,
    "modbus rtu": partial(modbus_relay.Driver, framing="rtu"),
    "pulse": pulse_switch.Driver,
    "netio": partial(pdu_http.Driver, kind="netio"),
    "shelly": partial(pdu_http.Driver, kind="shelly"),
    "shelly1": partial(pdu_http.Driver, kind="shelly1"),
    "tasmota": partial(pdu_http.Driver, kind="tasmota"),
    "apc": partial(pdu_snmp.Driver, mib="apc", outlet=1, community="c"),
    "hub": partial(usb_hub.Driver, hub="1-1", hub_port=2),
}
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # it says of each what it thinks
OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
NOISE = random.Random(11).randbytes(900)
#: What is said to every question; b"" for nothing.
ANSWERS: dict[str, bytes] = {
    "nothing": b"",
    "noise": NOISE,
    "more noise": NOISE[::-1],
    "zeros": bytes(400),
    "ones": b"\xff" * 400,
    "text": b"login: \r\nPassword: \r\n",
    "greeting": b"220 Welcome\r\n",
    "a long line": b"x" * 70_000,
    "many digits": b"DONE o" + b"9" * 5000 + b"us\r\n",
    "a gateway's error": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "go on, for ever": b"HTTP/1.1 100 Continue\r\n\r\n" * 500,
    "a login page": OK % (13, b"<html></html>"),
    "deep JSON": OK % (6_000, b"[" * 6_000),
    "odd JSON": OK % (17, b'{"Outputs":[[1]]}'),
    "a JSON string": OK % (5, b'"off"'),
    "null": OK % (4, b"null"),
    "half an answer": OK % (400, b'{"output":'),
    "not UTF-8": OK % (4, b"\xff\xfe\xfd\xfc"),
    "short SNMP": bytes.fromhex("3003020101"),
    "empty SNMP": bytes.fromhex("3000"),
    "long ASN.1": b"\x30\x84\xff\xff\xff\xff" + bytes(50),
    "short Modbus": bytes.fromhex("000100000002 01 01".replace(" ", "")),
    "empty Modbus": bytes.fromhex("000100000000"),
    "long Modbus": bytes.fromhex("00010000ffff01ff") + bytes(300),
    "torn RTU": bytes.fromhex("01050000"),
}


class Saying(Port):
    """Says the same to all that is asked; or is always talking; or is lost."""

    def __init__(self, clock: CooperativeClock, answer: bytes, how: str) -> None:
        super().__init__(clock, "192.0.2.1:80")
        self._answer, self._how, self._left, self._reads = answer, how, b"", 0

    def open(self) -> None:
        self._left = b""

    def close(self) -> None:
        self._left = b""

    def write(self, data: bytes) -> None:
        self._left += self._answer

    def read(self, until: float | None = None) -> Chunk | None:
        self._reads += 1
        assert self._reads < MOST_READS, "it would listen for ever"
        if self._how == "floods" and self._answer:
            self.clock.sleep(0.001)
            return Chunk(self.clock.now(), self._answer * (4096 // len(self._answer) + 1))
        size = len(self._answer) // 20 + 1 if self._how == "drips" else 65536
        piece, self._left = self._left[:size], self._left[size:]
        if piece:
            self.clock.sleep(0.002 if self._how == "drips" else 0.0)
            return Chunk(self.clock.now(), piece)
        if self._how == "closes":
            raise PortLost("closed by the other end")
        assert until is not None
        self.clock.sleep(max(0.0, until - self.clock.now()))
        return None

    @property
    def readable(self) -> bool:
        return bool(self._left) or self._how in ("floods", "closes")


def attempts(driver: Any, clock: CooperativeClock) -> list[str]:
    """The acts that came to a good end; the others raised a BenchError, and none takes long."""
    acts: dict[str, Callable[[], object]] = {
        "closed": driver.closed,
        "open": lambda: driver.set_closed(closed=False),
        "close": lambda: driver.set_closed(closed=True),
        "safe": driver.make_safe,
    }
    if isinstance(driver, pulse_switch.Driver):
        acts["identify"] = driver.identify
        acts["pulse"] = lambda: driver.pulse([(False, Seconds(0.001))])
        acts["short"] = lambda: driver.set_short(on=True)
    good = []
    for name, act in acts.items():
        began = clock.now()
        told = ""
        try:
            act()
            good.append(name)
        except BenchError as error:
            told = str(error)
        assert len(told) < 2000
        assert clock.now() - began < 60
    return good


@pytest.mark.parametrize("how", ["answers", "drips", "closes", "floods"])
@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("driver", DRIVERS)
def test_nonsense_is_never_a_switch_that_is_open(driver: str, answer: str, how: str) -> None:
    """Whatever is answered, in whatever way it comes: a BenchError, and no position."""
    clock = CooperativeClock()

    def story() -> list[str]:
        return attempts(DRIVERS[driver](Saying(clock, ANSWERS[answer], how)), clock)

    good = set(clock.run(story))

    assert not good - {"identify"}  # which is any line: its shape is the rig's to check


SIMULATED: dict[str, tuple[type[Any], str, str, Callable[[Port], Any]]] = {
    "lcus": (RelayBoard, "lcus", "relay", relay_board.Driver),
    "pulse": (PulseSwitch, "pulse_mcu", "line", pulse_switch.Driver),
}


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("kind", SIMULATED)
def test_open_is_never_said_of_a_closed_line(kind: str, manner: str) -> None:
    """The simulated contact itself is looked at."""
    device, model, outlet, make = SIMULATED[kind]
    clock = CooperativeClock()

    def story() -> None:
        feed = Feed(clock, lambda: 0.3, lambda: None)
        feed.source.go_to(5.0)
        own = read_plain(fixture("switch", model, "personality.yaml"))
        board = device(clock, own, feed, rng=random.Random(2))
        ours, theirs = pair(clock, kind)
        board.outlets[outlet](theirs)
        line = HostileLine(clock, ours, MANNERS[manner])
        driver = make(line)
        driver.set_closed(closed=True)
        clock.sleep(0.5)
        assert feed.load.volts() > 4.5
        line.turn_bad()
        for _ in range(2):
            if "safe" in attempts(driver, clock)[-1:]:
                clock.sleep(0.5)
                assert feed.load.volts() < 0.5

    clock.run(story)
