"""Network namespaces of a process of its own: one per end of a link, each with a TUN device.

A new user namespace makes this possible without being root (user_namespaces(7)); it must be asked
for together with the first network namespace, in a process with one thread. Everything here
vanishes with the last process, socket and TUN descriptor in it. Plain system calls: unshare(2),
setns(2), ioctls of netdevice(7) and tuntap.rst, two messages of rtnetlink(7) for what they cannot.
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import socket
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFDSTADDR, SIOCSIFNETMASK = 0x8914, 0x8916, 0x8918, 0x891C
SIOCSIFMTU = 0x8922
IFF_UP, IFF_RUNNING = 0x1, 0x40
QUEUE = 2000  # packets that the kernel keeps for a reader that is busy
RTM_NEWLINK, RTM_NEWROUTE, IFLA_TXQLEN = 16, 24, 13
NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE = 0x1, 0x4, 0x400
RT_TABLE_MAIN, RTPROT_STATIC, RTA_OIF, RTA_METRICS = 254, 4, 4, 8
RTAX_LOCK, RTAX_RTO_MIN = 1, 13
RTN_UNICAST, RTN_LOCAL, RT_SCOPE_LINK, RT_SCOPE_HOST = 1, 2, 253, 254

#: No IPv6 of its own (the link drops it in any case), and low ports for all.
SETTINGS = {
    "ipv6/conf/all/disable_ipv6": "1",
    "ipv6/conf/default/disable_ipv6": "1",
    "ipv4/ip_unprivileged_port_start": "0",
}
SMALL_STACK = {"ipv4/tcp_early_retrans": "0"}  # no tail loss probes (RFC 8985, 7)

_libc = ctypes.CDLL(None, use_errno=True)


class Forbidden(Exception):
    """This machine does not allow it; the text says what and why."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a link.

    Attributes:
        name: ``terminal`` or ``host``.
        space: Descriptor of its network namespace.
        tun: Descriptor of its TUN device, non-blocking: one read or write is one IPv4 packet.
        address: Its own.
    """

    name: str
    space: int
    tun: int
    address: str


def isolate() -> None:
    """Leave for namespaces of our own; raises Forbidden. One thread only, and no way back."""
    user, group = os.geteuid(), os.getegid()
    try:
        _call("unshare", CLONE_NEWUSER | CLONE_NEWNET)
    except OSError as error:
        if user:
            raise Forbidden(_why_not(error)) from error
        _leave_as_root()
        return
    try:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1", encoding="ascii")
    except OSError as error:  # AppArmor lets the namespace be made, and nothing be done in it
        raise Forbidden(f"a user namespace may be made but not used here ({error})") from error


def _leave_as_root() -> None:
    """Root needs no user namespace, where a container has not taken that from it."""
    try:
        _call("unshare", CLONE_NEWNET)
    except OSError as error:
        raise Forbidden(_why_not(error)) from error


def _why_not(error: OSError) -> str:
    hints = {
        errno.EPERM: "a sandbox, or sysctl kernel.apparmor_restrict_unprivileged_userns or "
        "kernel.unprivileged_userns_clone forbids it",
        errno.ENOSPC: "sysctl user.max_user_namespaces or user.max_net_namespaces is reached",
        errno.EINVAL: "the kernel has no user namespaces (CONFIG_USER_NS)",
    }
    hint = hints.get(error.errno or 0, "")
    said = f"user and network namespaces cannot be had: {error.strerror}"
    return f"{said} ({hint})" if hint else said


def make_end(
    name: str, address: str, peer: str, *, mtu: int, anywhere: bool, rto: float = 0.0
) -> End:
    """Set up the namespace this process is in, whatever it was; raises Forbidden.

    Args:
        name: Of the end.
        address: Its own address.
        peer: The other end's.
        mtu: Of the TUN device, bytes.
        anywhere: It answers for every address there is, as the internet does; otherwise every
            address is reached over its TUN device.
        rto: Before so many seconds its TCP sends nothing again, as small stacks do that keep to
            RFC 6298, 2.4; 0 for the kernel's own time.
    """
    _set(SETTINGS)
    if rto:
        _set(SMALL_STACK)
    tun = _open_tun("tun0")
    _lengthen_queue("tun0")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as by:
        fcntl.ioctl(by, SIOCSIFMTU, struct.pack("16si20x", b"tun0", mtu))
        for what, value in (
            (SIOCSIFADDR, address), (SIOCSIFDSTADDR, peer), (SIOCSIFNETMASK, "255.255.255.255"),
        ):  # fmt: skip
            fcntl.ioctl(by, what, _with_address("tun0", value))
        for device in (b"lo", b"tun0"):
            fcntl.ioctl(by, SIOCSIFFLAGS, struct.pack("16sH22x", device, IFF_UP | IFF_RUNNING))
    if anywhere:
        _route(RTN_LOCAL, RT_SCOPE_HOST, "lo")
    else:
        _route(RTN_UNICAST, RT_SCOPE_LINK, "tun0", rto=rto)
    space = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    return End(name, space, tun, address)


def another() -> None:
    """Leave for one more network namespace."""
    _call("unshare", CLONE_NEWNET)


def enter(user: int, network: int) -> None:
    """Go over into somebody's namespaces, given as descriptors; one thread only, and for good."""
    if os.fstat(user).st_ino != Path("/proc/self/ns/user").stat().st_ino:
        _call("setns", user, CLONE_NEWUSER)
    _call("setns", network, CLONE_NEWNET)


@contextlib.contextmanager
def inside(end: End, home: End) -> Iterator[None]:
    """In an end's namespace for a while, then in that of ``home``."""
    _call("setns", end.space, CLONE_NEWNET)
    try:
        yield
    finally:
        _call("setns", home.space, CLONE_NEWNET)


def _call(name: str, *arguments: int) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _open_tun(name: str) -> int:
    try:
        tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    except OSError as error:
        said = f"no TUN device (/dev/net/tun: {error.strerror}; is the module tun loaded?)"
        raise Forbidden(said) from error
    return tun


def _with_address(device: str, address: str) -> bytes:
    return struct.pack("16sH2x4s16x", device.encode(), socket.AF_INET, socket.inet_aton(address))


def _set(settings: Mapping[str, str]) -> None:
    for what, value in settings.items():
        with contextlib.suppress(OSError):  # /proc may be read-only, or without IPv6
            Path("/proc/sys/net", what).write_text(value, encoding="ascii")


def _lengthen_queue(device: str) -> None:
    index = socket.if_nametoindex(device)
    body = struct.pack("BxHiII", socket.AF_UNSPEC, 0, index, 0, 0)
    _tell_kernel(RTM_NEWLINK, body + struct.pack("HHI", 8, IFLA_TXQLEN, QUEUE))


def _route(kind: int, scope: int, device: str, *, rto: float = 0.0) -> None:
    """A default route; TCP over it sends nothing again before ``rto`` seconds (0: its own time)."""
    body = struct.pack(
        "BBBBBBBBI", socket.AF_INET, 0, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, scope, kind, 0
    )
    body += struct.pack("HHI", 8, RTA_OIF, socket.if_nametoindex(device))
    if rto:
        body += struct.pack("HH", 20, RTA_METRICS)  # it counts only if it is locked
        body += struct.pack("HHI", 8, RTAX_LOCK, 1 << RTAX_RTO_MIN)
        body += struct.pack("HHI", 8, RTAX_RTO_MIN, round(rto * 1000))
    _tell_kernel(RTM_NEWROUTE, body)


def _tell_kernel(word: int, body: bytes) -> None:
    """One message of rtnetlink; raises OSError with the kernel's reason."""
    flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE * (word == RTM_NEWROUTE)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
        netlink.send(struct.pack("IHHII", 16 + len(body), word, flags, 1, 0) + body)
        answer = netlink.recv(4096)
    code = -struct.unpack_from("i", answer, 16)[0]
    if code:
        raise OSError(code, f"rtnetlink message {word}: {os.strerror(code)}")
