"""The process behind a link of real packets: two network namespaces, and what joins them.

``python -m harness.links.tun_worker --control FD`` is started by ``harness.ports.worker``. It needs
no root: it leaves for a user namespace of its own. Words of its own besides the link's:

==============  ==================================================================================
``socket``      ``end`` (terminal | host), ``kind`` (tcp | udp) -> a socket in that end's namespace
``tuns``        -> the TUN devices of terminal and host; only with ``--bare``
``zone``        ``hosts``: name -> address, of the hosts that its name service knows
``spaces``      ``end`` -> its user and its network namespace, to be entered by setns(2)
==============  ==================================================================================

``--bare`` joins nothing: whoever started it takes the TUN devices and moves the packets itself.
``--rto`` makes the terminal's TCP send nothing again before so many seconds.
``--name`` lets other processes of this user connect, by ``join`` of ``harness.links.tun``.
"""

import argparse
import os
import random
import socket
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from harness.clock import CooperativeClock
from harness.links.capture import Capture
from harness.links.endings import PORTAL
from harness.links.engine import Engine
from harness.links.hosts import Hosts
from harness.links.link import Link
from harness.links.namespace import End, Forbidden, another, inside, isolate, make_end
from harness.links.worker import Accept, Own, Unfit, serve
from harness.ports.base import Port

#: Shared address space (RFC 6598), as carriers give it to their subscribers.
TERMINAL, GATEWAY = "100.64.0.2", "100.64.0.1"
MTU = 1400  # bytes; what is left of 1500 in a carrier's tunnels (TS 29.060, annex C)
KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


def abstract(name: str) -> str:
    """Where a named worker listens: an abstract address (unix(7)), which dies with it."""
    return f"\0terminal-harness/{os.getuid()}/tun/{name}"


class Spaces:
    """The two ends, and what can be had of them."""

    def __init__(self, *, terminal: str = TERMINAL, mtu: int = MTU, rto: float = 0.0) -> None:
        try:
            isolate()
            host = make_end("host", GATEWAY, terminal, mtu=mtu, anywhere=True)
            another()
            near = make_end("terminal", terminal, GATEWAY, mtu=mtu, anywhere=False, rto=rto)
        except Forbidden as error:
            raise Unfit(str(error)) from error
        self.ends: dict[str, End] = {"terminal": near, "host": host}
        self.own: Own = {"socket": self._socket, "spaces": self._spaces}

    @property
    def tuns(self) -> dict[str, int]:
        """Descriptors of the TUN devices."""
        return {name: end.tun for name, end in self.ends.items()}

    def give_tuns(self, _request: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[int]]:
        """Both devices, the terminal's first."""
        return {}, [os.dup(self.tuns["terminal"]), os.dup(self.tuns["host"])]

    def make_socket(self, end: str, kind: str) -> socket.socket:
        """A socket in an end's namespace."""
        with inside(self.ends[end], self.ends["terminal"]):
            return socket.socket(socket.AF_INET, KINDS[kind])

    def _socket(self, request: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[int]]:
        made = self.make_socket(str(request["end"]), str(request["kind"]))
        return {}, [made.detach()]

    def _spaces(self, request: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[int]]:
        user = os.open("/proc/self/ns/user", os.O_RDONLY)
        return {}, [user, os.dup(self.ends[str(request["end"])].space)]


class _Hosts:
    """What the worker itself answers in the host's namespace: names, and the portal."""

    def __init__(self, clock: CooperativeClock, spaces: Spaces, link: Link) -> None:
        self._account = link.carrier
        self._zone: dict[str, str] = {PORTAL[0]: PORTAL[1]}
        hosts = Hosts(clock, partial(spaces.make_socket, "host"))
        hosts.serve_names(lambda query, _protocol, _port: self._account.resolve(query, self._zone))
        hosts.serve_portal(lambda _port: self._account.how)

    def set_zone(self, request: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[int]]:
        """The hosts there are."""
        named = {str(name).lower(): str(address) for name, address in request["hosts"].items()}
        for address in named.values():
            socket.inet_aton(address)
        self._zone = {PORTAL[0]: PORTAL[1], **named}
        return {}, []


def _refuse(port: Port) -> None:
    """A bare worker has no link to control."""


def main() -> None:
    """See the module text."""
    parser = argparse.ArgumentParser(prog="tun_worker")
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--name", default="")
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--terminal", default=TERMINAL)
    parser.add_argument("--mtu", type=int, default=MTU)
    parser.add_argument("--rto", type=float, default=0.0)
    parser.add_argument("--seed", default="0")
    asked = parser.parse_args()
    control = socket.socket(fileno=asked.control)
    others: socket.socket | None = None
    if asked.name:  # made here: abstract addresses belong to a network namespace
        others = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def build(clock: CooperativeClock) -> tuple[Accept, Own]:
        if others is not None:
            _listen(others, asked.name)
        spaces = Spaces(terminal=asked.terminal, mtu=asked.mtu, rto=asked.rto)
        if asked.bare:
            return _refuse, {**spaces.own, "tuns": spaces.give_tuns}
        link = Link(clock, rng=random.Random(asked.seed))
        link.name = "tun"
        rng = random.Random(f"{asked.seed}/bits")
        engine = Engine(clock, spaces.tuns, way=link, gateway=GATEWAY, rng=rng)
        engine.mtu = lambda up: link.paths["up" if up else "down"].shape.mtu or asked.mtu
        link.capture = Capture(clock, engine, link)
        hosts = _Hosts(clock, spaces, link)
        return link.outlets["control"], {**spaces.own, "zone": hosts.set_zone}

    serve(control, build, others=others)


def _listen(others: socket.socket, name: str) -> None:
    try:
        others.bind(abstract(name))
    except OSError as error:
        raise Unfit(f"a link tun://{name} is there already ({error.strerror})") from error
    others.listen()


if __name__ == "__main__":
    main()
