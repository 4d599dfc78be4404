"""The internet behind a link of real packets: the machine's own TCP and UDP, between namespaces.

The terminal's sockets are in one network namespace, its hosts' in another; every packet between
them goes the way that was named for its conversation, over a modem's bearer and the link, as the
packets of the virtual bench do. Names, hosts, portal and their failures are the same.
"""

import contextlib
import os
import random
import socket
from contextlib import ExitStack
from functools import partial

from harness.clock import CooperativeClock
from harness.errors import NotSupported, RigError
from harness.links import names
from harness.links.capture import Capture
from harness.links.endings import DNS
from harness.links.engine import Engine
from harness.links.flow import Flow
from harness.links.hosts import TCP, UDP, Hosts
from harness.links.link import Link
from harness.links.tun import Tun
from harness.links.tun_worker import GATEWAY, MTU, TERMINAL
from harness.links.way import Way
from harness.model.network import Exhaustion
from harness.sim.internet import (
    DNS_TRIES,
    DNS_WAIT,
    RESOLVER,
    Accept,
    Internet,
    NameUnknown,
    named,
)
from harness.sim.kernel_tcp import KernelEnd
from harness.sim.tcp import RTO_LEAST, End


class _Nowhere:
    """The way of what has vanished."""

    def carry(self, size: int, **_: object) -> None:
        """No packet passes."""


class RealInternet(Internet):
    """Hosts by name, in a namespace of their own.

    Args:
        clock: Keeps pace with the wall.
        link: Used where no other way is named.
        tun: A bare worker: its namespaces are used, its devices are taken.
        rng: All of its chance.

    Attributes:
        engine: Moves the packets.
    """

    def __init__(
        self, clock: CooperativeClock, link: Link, tun: Tun, *, rng: random.Random
    ) -> None:
        super().__init__(clock, link)
        self._kernel, self._tun, self._tuns = clock, tun, tun.tuns()
        link.name = "tun"
        self.engine = Engine(clock, self._tuns, way=None, gateway=GATEWAY, rng=rng)
        self.engine.mtu = lambda up: link.paths["up" if up else "down"].shape.mtu or MTU
        self.engine.door = self._door
        link.capture = Capture(clock, self.engine, link)
        self._hosts = Hosts(clock, partial(tun.socket, "host"))
        self._hosts.serve_names(self._answer)
        self._hosts.serve_portal(self._how)

    def close(self) -> None:
        """Let go of what was taken from the worker."""
        self._hosts.close()
        self.engine.close()
        for descriptor in self._tuns.values():
            os.close(descriptor)

    def serve(self, host: str, port: int, accept: Accept) -> None:
        super().serve(host, port, accept)
        address = self._address(host)
        self.engine.names[address] = host
        self._hosts.serve(address, port, accept)

    def withdraw(self, host: str, port: int) -> None:
        super().withdraw(host, port)
        self._hosts.withdraw(self._address(host), port)

    def _door(self, flow: Flow) -> str:
        name = self.engine.names.get(flow.host, flow.host)
        heard = self.hears(name, flow.host)
        return self.knock(flow.host, flow.port) if heard else "silent"

    def _answer(self, query: bytes, protocol: int, port: int) -> bytes | None:
        account = self.engine.account(protocol, port)
        if self.names_silent:
            return None
        if account is not None:
            return account.resolve(query, self.zone)
        return names.answer(query, self.zone).wire

    def _how(self, port: int) -> Exhaustion:
        account = self.engine.account(TCP, port)
        return Exhaustion() if account is None else account.how

    def _socket(self, kind: str, protocol: int, way: Way) -> tuple[socket.socket, int]:
        """A socket of the terminal whose packets go that way, and its port."""
        line = self._tun.socket("terminal", kind)
        line.bind((TERMINAL, 0))
        port = int(line.getsockname()[1])
        self.engine.ways[protocol, port] = way
        return line, port

    def _dial(self, host: str, address: str, port: int, way: Way) -> End:
        line, near = self._socket("tcp", TCP, way)

        def silence() -> None:
            self.engine.ways[TCP, near] = _Nowhere()

        return KernelEnd(self._kernel, f"{host}:{port}", line, (address, port), silence)

    def _resolve(self, host: str, until: float, way: Way) -> str:
        self._asked = number = self._asked + 1
        try:
            query = names.question(host, number)
        except ValueError as error:
            raise NameUnknown(str(error)) from None
        line, near = self._socket("udp", UDP, way)
        try:
            return named(host, self._ask(line, query, number, until))
        finally:
            self.engine.ways.pop((UDP, near), None)
            line.close()

    def _ask(self, line: socket.socket, query: bytes, number: int, until: float) -> str:
        """Send the query, again where nothing comes; what came of it."""
        answers: list[str] = []
        answered = self._clock.signal("an answer of the name service")

        def take() -> None:
            with contextlib.suppress(BlockingIOError):
                said = names.reading(line.recv(4096), number)
                if said is not None:
                    answers.append(said)
                    answered.notify()

        line.setblocking(False)
        self._kernel.listen(line.fileno(), take)
        try:
            for _ in range(DNS_TRIES):
                line.sendto(query, (RESOLVER, DNS))
                patience = min(until, self._clock.now() + DNS_WAIT)
                if answered.wait_for(lambda: bool(answers), patience):
                    break
        finally:
            self._kernel.unlisten(line.fileno())
        return answers[0] if answers else "silent"


def make_real_internet(
    clock: CooperativeClock, link: Link, *, rng: random.Random, held: ExitStack
) -> RealInternet:
    """An internet with a worker of its own, both held by ``held``.

    Raises:
        RigError: The bench is in virtual time.
        NotSupported: This machine forbids it.
    """
    if clock.virtual:
        raise RigError("bench: link: tun moves real packets, which takes `clock: real`")
    try:
        tun = held.enter_context(Tun(bare=True, rto=RTO_LEAST))
    except NotSupported as error:
        raise NotSupported(
            f"{error}. Next move: `driver: link` and `bench: {{link: sizes}}` in the rig file"
        ) from error
    real = RealInternet(clock, link, tun, rng=rng)
    held.callback(real.close)
    return real
