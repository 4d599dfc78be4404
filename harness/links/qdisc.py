"""The queue of one interface: an HTB root of our own with a class per speed, and netem below it.

Only packets whose priority names one of the two classes are touched; everything else leaves as if
there were no queue. The rate is HTB's and never netem's, whose ``rate`` outlives a change of the
queue. HTB counts the 14 bytes of the Ethernet header, too.

What pyroute2 0.9 wants worked around: kinds that it has no module for (``bfifo``) are put at the
root whatever parent is asked for; delays of netem are whole microseconds, losses per cent.

Source: tc-htb(8), tc-netem(8), linux/pkt_sched.h.
"""

import socket
from dataclasses import dataclass
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError
from pyroute2.netlink.rtnl import tcmsg

from harness.errors import BenchError
from harness.links.classes import CLASSES, MAJOR, ROOT

ROOT_OF_ALL = 0xFFFFFFFF  # TC_H_ROOT
UNLIMITED = 10e9  # bit/s
MTU = 1514
PACKET = 1500

tcmsg.plugins.setdefault("bfifo", tcmsg.sched_pfifo)  # the same one word: a limit


@dataclass(frozen=True, slots=True)
class Speed:
    """What one class does to its packets.

    Attributes:
        rate: bit/s; None without limit.
        queue: Bytes that wait at most.
        delay: s.
        jitter: s.
        duplicate: Share, 0..1.
        corrupt: Share, 0..1.
        reorder: Share, 0..1.
    """

    rate: float | None = None
    queue: int = 250_000
    delay: float = 0.0
    jitter: float = 0.0
    duplicate: float = 0.0
    corrupt: float = 0.0
    reorder: float = 0.0

    @property
    def needs_netem(self) -> bool:
        return any((self.delay, self.jitter, self.duplicate, self.corrupt, self.reorder))

    @property
    def bytes_per_second(self) -> int:
        return int((self.rate or UNLIMITED) / 8)


class Queue:
    """The queue of one interface. ``put`` it there before anything else."""

    def __init__(self, route: IPRoute, interface: str) -> None:
        """Nothing is touched yet; raises BenchError when there is no such interface."""
        self._route = route
        self._name = interface
        self._index = index_of(route, interface)
        self._speeds: dict[str, Speed] = {}

    def check_free(self) -> None:
        """Raise BenchError where somebody else's queue is at the root."""
        root = root_of(self._route, self._index)
        if root is not None and root[1]:
            who = "another run of ours" if root[1] == ROOT else "somebody else"
            raise BenchError(
                f"{self._name} has a root queue {root[0]} {root[1] >> 16:x}: of {who}; remove it "
                f"first (tc qdisc del dev {self._name} root), it is not ours to touch"
            )

    def put(self) -> None:
        """Our root with both classes, unlimited."""
        self.check_free()
        self._tell("add", "htb", handle=ROOT, parent=ROOT_OF_ALL, default=0)
        for word in CLASSES:
            self.set(word, Speed())

    def set(self, word: str, speed: Speed) -> None:
        """Change one class in place, what waits in it stays, and read it back.

        Raises:
            BenchError: The kernel refuses, or has something else afterwards.
        """
        known = self._speeds.get(word)
        number = CLASSES[word]
        how = "add-class" if known is None else "change-class"
        self._tell(
            how, "htb", handle=ROOT | number, parent=ROOT, rate=speed.bytes_per_second,
            ceil=speed.bytes_per_second, quantum=MTU, burst=_burst(speed), cburst=_burst(speed),
        )  # fmt: skip
        self._set_leaf(number, known, speed)
        self._speeds[word] = speed
        self.check()

    def check(self) -> None:
        """Raise BenchError where a class or a leaf is not as it was told to be."""
        for word, speed in self._speeds.items():
            wrong = self._difference(CLASSES[word], speed)
            if wrong:
                raise BenchError(f"{self._name}: class {word} was set and is not so: {wrong}")

    def dropped(self) -> int:
        """Packets that found no room, so far."""
        rows = (one.get_attr("TCA_STATS2") for one in self._leaves().values())
        return sum(row.get_attr("TCA_STATS_QUEUE")["drops"] for row in rows if row is not None)

    # --- leaves ---

    def _set_leaf(self, number: int, known: Speed | None, speed: Speed) -> None:
        same = known is not None and known.needs_netem == speed.needs_netem
        kind, options = ("netem", _netem(speed)) if speed.needs_netem else ("bfifo", _fifo(speed))
        how = "change" if same else "replace"
        handle = _leaf(number, speed)
        self._tell(how, kind, handle=handle, parent=ROOT | number, **options)

    def _difference(self, number: int, speed: Speed) -> str:
        rows = {one["handle"]: one for one in self._route.get_classes(self._index)}
        found = rows.get(ROOT | number)
        if found is None:
            return "it is gone"
        rate = found.get_attr("TCA_OPTIONS").get_attr("TCA_HTB_PARMS")["rate"]
        if rate != speed.bytes_per_second:
            return f"{rate * 8} bit/s instead of {speed.bytes_per_second * 8}"
        leaf = self._leaves().get(_leaf(number, speed))
        if leaf is None:
            return "its leaf is gone"
        seen = leaf.get_attr("TCA_OPTIONS")
        wanted = _read_back(speed)
        return "".join(
            f"{name} {seen[name]} instead of {value} "
            for name, value in wanted.items()
            if abs(seen[name] - value) > 1
        )

    def _leaves(self) -> dict[int, Any]:
        rows = self._route.get_qdiscs(self._index)
        return {one["handle"]: one for one in rows if one["parent"] >> 16 == MAJOR}

    def _tell(self, how: str, kind: str, **options: Any) -> None:
        try:
            self._route.tc(how, kind, self._index, **options)
        except NetlinkError as error:
            raise BenchError(f"{self._name}: {how} {kind}: {_said(error)}") from error


def index_of(route: IPRoute, interface: str) -> int:
    """Its number; raises BenchError when there is none of this name."""
    found = route.link_lookup(ifname=interface)
    if not found:
        raise BenchError(f"there is no interface {interface}")
    return int(found[0])


def address_of(route: IPRoute, interface: str) -> str:
    """Its first IPv4 address; raises BenchError when it has none."""
    rows = route.get_addr(index=index_of(route, interface), family=socket.AF_INET)
    for row in rows:
        return str(row.get_attr("IFA_LOCAL") or row.get_attr("IFA_ADDRESS"))
    raise BenchError(f"{interface} has no IPv4 address, so nothing crosses it")


def root_of(route: IPRoute, index: int) -> tuple[str, int] | None:
    """Kind and handle of an interface's root queue; a handle of 0 is the kernel's own."""
    for one in route.get_qdiscs(index):
        if one["parent"] == ROOT_OF_ALL:
            return str(one.get_attr("TCA_KIND")), int(one["handle"])
    return None


def remove(route: IPRoute, interface: str) -> bool:
    """Our root goes, and with it all below; whether there was one. Others' stay."""
    indices = route.link_lookup(ifname=interface)
    if not indices or (root_of(route, indices[0]) or ("", 0)) != ("htb", ROOT):
        return False
    route.tc("del", index=indices[0], handle=ROOT, parent=ROOT_OF_ALL)
    return True


def _leaf(number: int, speed: Speed) -> int:
    """The handle of a leaf: one for each kind, so that they never take each other's place."""
    return (MAJOR + number + (1 if speed.needs_netem else 0)) << 16


def _fifo(speed: Speed) -> dict[str, int]:
    return {"limit": speed.queue}


def _netem(speed: Speed) -> dict[str, float]:
    return {
        "delay": round(speed.delay * 1e6), "jitter": round(speed.jitter * 1e6),
        "limit": _limit(speed), "duplicate": speed.duplicate * 100,
        "prob_corrupt": speed.corrupt * 100, "prob_reorder": speed.reorder * 100,
    }  # fmt: skip


def _limit(speed: Speed) -> int:
    """Packets in netem at most: those in flight and those that wait; its own 1000 are minutes."""
    in_flight = (speed.rate or 100e6) / 8 * (speed.delay + speed.jitter) / 64
    return int(in_flight + speed.queue / PACKET) + 1


def _burst(speed: Speed) -> int:
    """One packet, and what leaves within the kernel's shortest rest."""
    return 1600 + int(speed.bytes_per_second * 1e-3)


def _read_back(speed: Speed) -> dict[str, int]:
    """What the kernel tells of a leaf, in its own units (ticks and 2^32ths)."""
    if not speed.needs_netem:
        return {"limit": speed.queue}
    asked = tcmsg.sched_netem.get_parameters(_netem(speed))
    return {name: asked[name] for name in ("delay", "jitter", "limit", "duplicate")}


def _said(error: NetlinkError) -> str:
    words = {2: "this kernel has no such queue", 1: "no right to"}
    return words.get(error.code, str(error))
