"""The engine between two devices; datagram sockets stand for them, so this runs everywhere."""

import random
import socket
from collections.abc import Callable
from typing import Any

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6

from harness.clock import CooperativeClock
from harness.links.engine import Engine
from harness.links.link import Link
from harness.links.path import Shape
from harness.model.network import Exhaustion

NEAR, FAR, GATEWAY = "100.64.0.2", "198.51.100.7", "100.64.0.1"
LIMIT = 20.0  # s
PLAIN = Shape(delay=0, jitter=0, rate=None)


class Stage:
    """An engine, and the kernels on both of its sides."""

    def __init__(self, clock: CooperativeClock, shape: Shape = PLAIN) -> None:
        self.clock = clock
        self.terminal, near = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.host, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._devices = near, far
        for one in (self.terminal, self.host, near, far):
            one.setblocking(False)
        self.link = Link(clock, rng=random.Random(1), up=shape, down=shape)
        tuns = {"terminal": near.fileno(), "host": far.fileno()}
        rng = random.Random(2)
        self.engine = Engine(clock, tuns, way=self.link, gateway=GATEWAY, rng=rng)

    def at(self, end: socket.socket) -> Any:
        """The next packet that one of the kernels gets."""
        until = self.clock.now() + LIMIT
        while self.clock.now() < until:
            try:
                return IP(end.recv(65535))
            except BlockingIOError:
                self.clock.sleep(0.002)
        raise AssertionError("no packet came")

    def close(self) -> None:
        self.engine.close()
        for one in (self.terminal, self.host, *self._devices):
            one.close()


def on_stage(story: Callable[[Stage], None], shape: Shape = PLAIN) -> None:
    """Run a story with a new engine."""
    clock = CooperativeClock(wall=True)

    def main() -> None:
        stage = Stage(clock, shape)
        try:
            story(stage)
        finally:
            stage.close()

    clock.run(main)


def syn(port: int = 443, sport: int = 40000) -> bytes:
    """The terminal begins a connection."""
    return bytes(IP(src=NEAR, dst=FAR) / TCP(sport=sport, dport=port, flags="S", seq=7))


def test_what_is_no_ipv4_goes_nowhere() -> None:
    """IPv6 and noise are counted and dropped; nothing passes unshaped."""

    def story(stage: Stage) -> None:
        stage.terminal.send(bytes(IPv6(dst="ff02::2") / UDP()))
        stage.terminal.send(b"noise")
        stage.terminal.send(syn())
        assert stage.at(stage.host)[TCP].seq == 7
        assert stage.engine.count["foreign"] == 2
        assert stage.link.stats()["packets"] == 1

    on_stage(story)


def test_without_a_way_nothing_passes_but_what_has_one_of_its_own() -> None:
    """By protocol and the terminal's port, both ways."""

    def story(stage: Stage) -> None:
        stage.engine.way = None
        stage.engine.ways[6, 40001] = stage.link
        stage.terminal.send(syn(sport=40000))
        stage.terminal.send(syn(sport=40001))
        assert stage.at(stage.host)[TCP].sport == 40001
        back = IP(src=FAR, dst=NEAR) / TCP(sport=443, dport=40001, flags="SA")
        stage.host.send(bytes(IP(src=FAR, dst=NEAR) / TCP(sport=443, dport=40000)))
        stage.host.send(bytes(back))
        assert stage.at(stage.terminal)[TCP].dport == 40001

    on_stage(story)


def test_a_spoilt_packet_has_one_wrong_bit() -> None:
    """Behind its IP header, so that it arrives and its checksum is wrong."""

    def story(stage: Stage) -> None:
        sent = syn()
        stage.terminal.send(sent)
        seen = bytes(stage.at(stage.host))
        wrong = int.from_bytes(seen, "big") ^ int.from_bytes(sent, "big")
        assert wrong.bit_count() == 1
        assert seen[:20] == sent[:20]

    on_stage(story, Shape(delay=0, jitter=0, rate=None, corrupt=1.0))


def test_a_packet_too_long_is_told_by_icmp_with_the_mtu() -> None:
    """From the gateway's address."""

    def story(stage: Stage) -> None:
        stage.engine.mtu = lambda up: 600 if up else 0
        stage.terminal.send(bytes(IP(src=NEAR, dst=FAR) / UDP() / bytes(700)))
        told = stage.at(stage.terminal)
        assert (told.src, told[ICMP].type, told[ICMP].code) == (GATEWAY, 3, 4)
        assert told[ICMP].nexthopmtu == 600

    on_stage(story, Shape(delay=0, jitter=0, rate=None, mtu=600))


def test_a_closed_door_answers_and_a_silent_one_does_not() -> None:
    """The host refuses a connection with RST, or takes no notice; both after the way there."""

    def story(stage: Stage) -> None:
        doors = {81: "closed", 82: "silent", 443: "open"}
        stage.engine.door = lambda flow: doors[flow.port]
        for port in doors:
            stage.terminal.send(syn(port))
        refused = stage.at(stage.terminal)
        assert (refused.src, refused[TCP].sport, refused[TCP].flags) == (FAR, 81, "RA")
        assert stage.at(stage.host)[TCP].dport == 443
        assert stage.link.stats()["packets"] == 4

    on_stage(story)


def test_a_conversation_that_begins_in_a_walled_garden_is_led_to_the_portal() -> None:
    """By the account of its way; the terminal sees the host that it meant."""

    def story(stage: Stage) -> None:
        carrier, told = stage.link.carrier, []
        carrier.on_event.append(lambda event, fields: told.append((event, dict(fields))))
        stage.engine.names[FAR] = "shop.test"
        carrier.set_exhaustion(Exhaustion("redirect"))
        carrier.set_left(0)
        stage.terminal.send(syn(80))
        led = stage.at(stage.host)
        assert led.dst == stage.engine.portal
        reply = IP(src=led.dst, dst=NEAR) / TCP(sport=80, dport=40000, flags="SA")
        stage.host.send(bytes(reply))
        assert stage.at(stage.terminal).src == FAR
        assert ("diverted", {"host": "shop.test", "port": 80}) in told

    on_stage(story)
