"""What this machine's kernel can do for a gateway: each thing done once, where it harms nobody.

A process of its own goes into a new, empty network namespace, makes a pair of interfaces and does
there what the gateway would; the namespace vanishes with it.
"""

import json
import os
from collections.abc import Callable

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from harness.errors import BenchError
from harness.links import gateway_rules, netns, offload
from harness.links.nft import Nft
from harness.links.qdisc import Queue, Speed
from harness.model.network import Exhaustion

TABLE = "harness_probe"
ENDS = ("probe0", "probe1")
NO_NETEM = "this kernel has no netem (module sch_netem)"
#: What only netem can do.
OF_NETEM = ("delay", "jitter", "duplicate", "corrupt", "reorder")


def probe() -> tuple[str, dict[str, str]]:
    """Why there can be no gateway here, ``""`` if there can; and what it will lack -> why."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writing, json.dumps(_tried()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    if not told:
        return "the probe of the kernel has died", {}
    why, lacks = json.loads(told)
    return why, lacks


def _tried() -> tuple[str, dict[str, str]]:
    try:
        netns.leave_all()
        with IPRoute() as route:
            for what, act in NEEDED.items():
                why = _refusal(lambda act=act: act(route))  # type: ignore[misc]
                if why:
                    return f"{what}: {why}", {}
            no_netem = _refusal(lambda: _netem(route))
    except BenchError as error:
        return f"it takes root (CAP_NET_ADMIN): {error}", {}
    return "", dict.fromkeys(OF_NETEM, NO_NETEM) if no_netem else {}


def _refusal(act: Callable[[], None]) -> str:
    try:
        act()
    except (BenchError, NetlinkError, OSError) as error:
        return str(error)
    return ""


def _interfaces(route: IPRoute) -> None:
    route.link("add", ifname=ENDS[0], kind="veth", peer={"ifname": ENDS[1]})


def _offloads(_: IPRoute) -> None:
    offload.set_offloads(ENDS[0], dict.fromkeys(offload.offloads(ENDS[0]), False))


def _htb(route: IPRoute) -> None:
    queue = Queue(route, ENDS[0])
    queue.put()
    queue.set("usual", Speed(rate=64e3))


def _netem(route: IPRoute) -> None:
    queue = Queue(route, ENDS[1])
    queue.put()
    queue.set("usual", Speed(delay=0.05))


def _rules(_: IPRoute) -> None:
    """Quota, counters, refusals, redirection: the rules themselves, in their fullest form."""
    nft = Nft()
    nft.run(gateway_rules.objects(TABLE) + gateway_rules.limit(TABLE, 1 << 20))
    for how in (Exhaustion("redirect"), Exhaustion("drop", icmp=True), Exhaustion("reset")):
        doors = gateway_rules.Doors(1080, 1443, 1053)
        wanted = gateway_rules.Wanted(
            *ENDS, limited=True, how=how, names="hijack", doors=doors, loss={"up": 0.5}
        )
        nft.run(gateway_rules.rules(TABLE, wanted))
    nft.close()


NEEDED: dict[str, Callable[[IPRoute], None]] = {
    "a pair of interfaces (veth)": _interfaces,
    "offloads": _offloads,
    "the queue HTB (module sch_htb)": _htb,
    "nftables": _rules,
}
