"""Three boxes and two cables, made of network namespaces: terminal - gateway - host.

Needs root and /run/netns; ``why_not`` says what is missing. Programs of the terminal's and of the
host's side run in threads that have gone into their namespace: a socket stays in the namespace it
was made in.
"""

import contextlib
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from harness.errors import HarnessError
from harness.links import netns
from harness.links.offload import offloads, set_offloads
from harness.ports.gateway import ask_worker
from harness.tests.alone import alone

T = TypeVar("T")

TERMINAL, GATEWAY = "10.71.1.2", "10.71.1.1"
HOST, BEYOND = "10.71.2.2", "10.71.2.1"


#: Looked at past everything that is ours, by programs of others.
PROGRAMS = ("nft", "tc", "ip", "sysctl")


@cache
def why_not() -> str:
    """Why there can be no such lab here; ``""`` when there can. Tries it all, so ask it late."""
    if os.geteuid():
        return "it takes root"
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)}: not installed (apt install nftables iproute2 procps)"
    try:
        told = next(iter(ask_worker("gateway://a,b", "--probe")), {})
    except HarnessError as error:
        return str(error)
    return str(told.get("why", "the probe says nothing"))


def in_thread(work: Callable[[], T]) -> T:
    """Its result, or its exception; in a thread of its own, whose namespace goes with it."""
    told: list[Any] = []

    def live() -> None:
        try:
            told.append((work(), None))
        except BaseException as error:  # noqa: BLE001 - handed on
            told.append((None, error))

    thread = threading.Thread(target=live)
    thread.start()
    thread.join()
    result, error = told[0]
    if error is not None:
        raise error
    found: T = result
    return found


@dataclass
class Lab:
    """Names of the namespaces; see the module text."""

    terminal: str
    gateway: str
    host: str

    @property
    def address(self) -> str:
        """The gateway's, for a rig file."""
        return f"gateway://in0,out0?netns={self.gateway}"

    def at(self, namespace: str, work: Callable[[], T]) -> T:
        """Do it in a namespace."""

        def there() -> T:
            netns.enter(namespace)
            return work()

        return in_thread(there)

    def make_socket(self, namespace: str, kind: int = socket.SOCK_STREAM) -> socket.socket:
        """A socket in a namespace; usable from anywhere."""
        made = self.at(namespace, lambda: socket.socket(socket.AF_INET, kind))
        made.settimeout(20)
        return made

    def listen(self, port: int) -> socket.socket:
        """A listening socket of the host."""
        made = self.make_socket(self.host)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen()
        return made

    def connect(self, port: int, address: str = HOST, *, within: float = 20) -> socket.socket:
        """A connection of the terminal's."""
        made = self.make_socket(self.terminal)
        made.settimeout(within)
        try:
            made.connect((address, port))
        except OSError:
            made.close()
            raise
        made.settimeout(20)
        return made


@contextlib.contextmanager
def lab(name: str) -> Iterator[Lab]:
    """The only lab at work on this machine; its namespaces are named after ``name``."""
    with alone(), _boxes(name) as made:
        yield made


@contextlib.contextmanager
def _boxes(name: str) -> Iterator[Lab]:
    from pyroute2 import NetNS
    from pyroute2 import netns as named

    made = Lab(*(f"{name}-{end}" for end in ("terminal", "gateway", "host")))
    spaces = (made.terminal, made.gateway, made.host)
    try:
        for space in spaces:
            named.create(space)
        with NetNS(made.gateway) as box:
            box.link(
                "add", ifname="in0", kind="veth", peer={"ifname": "end", "net_ns_fd": made.terminal}
            )
            box.link(
                "add", ifname="out0", kind="veth", peer={"ifname": "end", "net_ns_fd": made.host}
            )
        _cable(made.gateway, "in0", GATEWAY)
        _cable(made.gateway, "out0", BEYOND)
        _cable(made.terminal, "end", TERMINAL, by=GATEWAY)
        _cable(made.host, "end", HOST, by=BEYOND)
        for space in (made.terminal, made.host):  # real cards of real boxes do not hand over 64 KiB
            made.at(space, lambda: set_offloads("end", dict.fromkeys(offloads("end"), False)))
        yield made
    finally:
        for space in spaces:
            with contextlib.suppress(OSError):
                named.remove(space)


def _cable(space: str, interface: str, address: str, *, by: str = "") -> None:
    from pyroute2 import NetNS

    with NetNS(space) as box:
        index = box.link_lookup(ifname=interface)[0]
        box.addr("add", index=index, address=address, prefixlen=24)
        box.link("set", index=index, state="up")
        box.link("set", index=box.link_lookup(ifname="lo")[0], state="up")
        if by:
            box.route("add", dst="0.0.0.0/0", gateway=by)
