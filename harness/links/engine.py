"""Two TUN devices joined by a link: every packet read at one end is carried to the other.

The way a packet goes (``Link``, or a modem's bearer in front of it) is the one that virtual packets
go; here ``deliver`` writes to a device. What is not IPv4 is dropped, so nothing passes unshaped.
"""

import os
import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from harness.clock import CooperativeClock
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

LARGEST = 65535
BATCH = 64  # packets taken from one end before the other, and the timers, have their turn

#: Hears of a packet: where it was seen (``terminal``, ``host``), its bytes, a remark.
Tap = Callable[[str, bytes, str], None]


class Way(Protocol):
    """What carries packets; see ``Link.carry``."""

    def carry(
        self,
        size: int,
        *,
        up: bool,
        deliver: Callable[[], None],
        reset: Callable[[], None] | None = None,
        flow: Flow | None = None,
        spoilt: Callable[[], None] | None = None,
        answer: Callable[[str], None] | None = None,
    ) -> None: ...


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
        fate: What would become of a conversation's packets now; one with the fate ``divert`` is
            led to the portal when it begins.
        portal: The portal's address.
        names: Address -> name of the hosts that are known by one.
        diverted: Hears of every conversation that is led to the portal.
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
        self.fate: Callable[[Flow], str] = lambda _flow: "pass"
        self.portal = PORTAL[1]
        self.names: dict[str, str] = {}
        self.diverted: Callable[[Flow], None] = lambda _flow: None
        self._diversions = Diversions()
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
        self._show("terminal" if up else "host", packet)
        if way is None:
            return
        led = self._led(packet, up)
        way.carry(
            len(packet),
            up=up,
            deliver=partial(self._give, led, up),
            reset=partial(self._reset, packet, up),
            flow=self._flow(led if up else packet, up),  # a gateway knows whom it leads to
            spoilt=partial(self._spoil, led, up),
            answer=partial(self._answer, packet, up),
        )

    def _flow(self, packet: bytes, up: bool) -> Flow:
        flow = flow_of(packet, up=up)
        name = self.names.get(flow.host)
        return flow if name is None else Flow(flow.protocol, name, flow.port)

    def _led(self, packet: bytes, up: bool) -> bytes:
        """The packet on its way to or from the portal, where its conversation is led there."""
        if up and begins(packet):
            flow = self._flow(packet, up)
            self._diversions.end(packet)
            if self.fate(flow) == "divert":
                self._diversions.begin(packet, address(self.portal))
                self.diverted(flow)
        return self._diversions.turned(packet, up=up)

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
