"""Two TUN devices joined by a link: every packet read at one end is carried to the other.

The way a packet goes (``Link``, or a modem's bearer in front of it) is the one that virtual packets
go; here ``deliver`` writes to a device. What is not IPv4 is dropped, so nothing passes unshaped.
"""

import os
import random
from collections.abc import Callable, Mapping
from functools import partial

from harness.clock import CooperativeClock
from harness.links.carrier import Carrier
from harness.links.endings import PORTAL
from harness.links.flow import Flow
from harness.links.nat import Diversions
from harness.links.packet import (
    address,
    begins,
    flow_of,
    icmp_unreachable,
    is_ipv4,
    near_port,
    resets,
)
from harness.links.way import Way

LARGEST = 65535
BATCH = 64  # packets taken from one end before the other, and the timers, have their turn

#: Hears of a packet: where it was seen (``terminal``, ``host``), its bytes, a remark.
Tap = Callable[[str, bytes, str], None]


class Engine:
    """Moves packets between two ends.

    Args:
        clock: Keeps pace with the wall.
        tuns: Descriptors of the TUN devices, by end: ``terminal``, ``host``.
        way: What carries the packets of conversations that have no way of their own; None for
            none: they are dropped.
        gateway: Address that ICMP errors come from.
        rng: Which bit of a spoilt packet is wrong.

    Attributes:
        way: As above; may change at any time.
        ways: (protocol, the terminal's port) -> the way of that conversation, while it is there.
        portal: Address of the portal, to which a way's account may lead a conversation.
        door: Whether the host of a conversation that begins (its address) lets anybody in: if it is
            ``closed`` it answers with RST, if ``silent`` not at all.
        names: Address -> name of the hosts that are known by one.
        remark: What has been said of the packet that is being sent; shown with it.
        taps: Hear of every packet, where and when it comes and goes.
        mtu: Told to the sender of a packet that was too big, by direction.
        count: ``foreign`` packets that were no IPv4, ``lost`` ones that an end did not take.
    """

    def __init__(
        self,
        clock: CooperativeClock,
        tuns: Mapping[str, int],
        *,
        way: Way | None,
        gateway: str,
        rng: random.Random,
    ) -> None:
        self._clock, self._tuns, self._rng = clock, dict(tuns), rng
        self._gateway = address(gateway)
        self.way = way
        self.ways: dict[tuple[int, int], Way] = {}
        self.portal = PORTAL[1]
        self.door: Callable[[Flow], str] = lambda _flow: "open"
        self.names: dict[str, str] = {}
        self._diversions = Diversions()
        self.remark = ""
        self.taps: list[Tap] = []
        self.mtu: Callable[[bool], int] = lambda _up: 0
        self.count = {"foreign": 0, "lost": 0}
        for up, end in ((True, "terminal"), (False, "host")):
            clock.listen(self._tuns[end], partial(self._take, self._tuns[end], up))

    def close(self) -> None:
        """Take no more packets."""
        for descriptor in self._tuns.values():
            self._clock.unlisten(descriptor)

    def _take(self, descriptor: int, up: bool) -> None:
        for _ in range(BATCH):
            try:
                packet = os.read(descriptor, LARGEST)
            except BlockingIOError:
                return
            if is_ipv4(packet):
                self._carry(packet, up)
            else:
                self.count["foreign"] += 1

    def _carry(self, packet: bytes, up: bool) -> None:
        way = self.ways.get((packet[9], near_port(packet, up=up)), self.way)
        self.remark = "there is no way" if way is None else ""
        if way is not None:
            self._send(packet, up, way)
        self._show("terminal" if up else "host", packet, self.remark)

    def _send(self, packet: bytes, up: bool, way: Way) -> None:
        led = self._led(packet, up, way)
        way.carry(
            len(packet),
            up=up,
            deliver=partial(self._knock if up and begins(led) else self._give, led, up),
            reset=partial(self._reset, packet, up),
            flow=self._flow(led if up else packet, up),  # a gateway knows whom it leads to
            spoilt=partial(self._spoil, led, up),
            answer=partial(self._answer, packet, up),
        )

    def _flow(self, packet: bytes, up: bool) -> Flow:
        flow = flow_of(packet, up=up)
        name = self.names.get(flow.host)
        return flow if name is None else Flow(flow.protocol, name, flow.port)

    def _led(self, packet: bytes, up: bool, way: Way) -> bytes:
        """The packet on its way to or from the portal, where its conversation is led there."""
        if up and begins(packet):
            self._diversions.end(packet)
            flow, account = self._flow(packet, up), account_of(way)
            if account is not None and account.fate(flow).fate == "divert":
                self._diversions.begin(packet, address(self.portal))
                account.tell("diverted", host=flow.host, port=flow.port)
        return self._diversions.turned(packet, up=up)

    def account(self, protocol: int, port: int) -> Carrier | None:
        """Who is charged for the conversation of the terminal's port, if anybody."""
        return account_of(self.ways.get((protocol, port), self.way))

    def _knock(self, packet: bytes, up: bool) -> None:
        """The first segment of a connection has reached its host."""
        door = self.door(flow_of(packet, up=up))
        if door == "open":
            self._give(packet, up)
        elif door == "closed":
            forged = resets(packet)
            assert forged is not None  # noqa: S101 - a SYN is TCP and no RST
            self._carry(forged[0], not up)

    def _give(self, packet: bytes, up: bool, remark: str = "") -> None:
        end = "host" if up else "terminal"
        self._show(end, packet, remark)
        try:
            os.write(self._tuns[end], packet)
        except OSError:  # its queue is full, or it is down
            self.count["lost"] += 1

    def _spoil(self, packet: bytes, up: bool) -> None:
        """One wrong bit behind the IPv4 header: the receiver's checksum finds it."""
        at = self._rng.randrange(min(20, len(packet) - 1), len(packet))
        wrong = bytearray(packet)
        wrong[at] ^= 1 << self._rng.randrange(8)
        self._give(bytes(wrong), up, "one bit is wrong")

    def _reset(self, packet: bytes, up: bool) -> None:
        forged = resets(packet)
        if forged is not None:
            to_sender, to_receiver = forged
            self._give(to_sender, not up, "made by the gateway")
            self._give(to_receiver, up, "made by the gateway")

    def _answer(self, packet: bytes, up: bool, word: str) -> None:
        error = icmp_unreachable(packet, word, self._gateway, self.mtu(up))
        if error is not None:
            self._give(error, not up, "made by the gateway")

    def _show(self, end: str, packet: bytes, remark: str = "") -> None:
        for tap in self.taps:
            tap(end, packet, remark)


def account_of(way: Way | None) -> Carrier | None:
    """The carrier's account that a way belongs to, where it belongs to one."""
    found = getattr(way, "account", None)
    return found if isinstance(found, Carrier) else None
