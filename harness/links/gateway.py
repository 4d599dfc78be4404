"""A link made of the kernel of a Linux box that the terminal's traffic crosses: queues and rules.

It is told what to do in the link's own control language (``harness.links.link``). The rate and
the delay are HTB's and netem's at the egress of each interface, quota, loss and refusals nftables';
only packets that cross the box between the two interfaces are touched, and what the box itself
answers the terminal. IPv6 is dropped, or it would pass by everything.

Unlike the link of ours it has no seed: chance is the kernel's. Jitter may change the order of
packets (tc-netem(8)).
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from pyroute2 import IPRoute

from harness.clock import CooperativeClock
from harness.errors import BenchError, NotSupported
from harness.links import gateway_record, gateway_rules, netns
from harness.links.gateway_doors import GatewayDoors
from harness.links.gateway_plan import GatewayPlan
from harness.links.gateway_record import SYSCTL, Record
from harness.links.gateway_rules import WAYS, WHY, Wanted
from harness.links.gateway_table import GatewayTable
from harness.links.offload import offloads, set_offloads
from harness.links.path import Shape
from harness.links.qdisc import Queue, Speed, address_of
from harness.links.timeline import Row, Timeline
from harness.model.network import NamesMode

BOTH = {"up": ("up",), "down": ("down",), "both": WAYS}
CLEAN = Shape(delay=0.0, jitter=0.0, rate=None)
POLL = 0.2  # s
#: What is netem's.
NETEM = ("delay", "jitter", "duplicate", "corrupt", "reorder")
#: What no gateway can do -> why.
NEVER = {
    "burst": "netem is spoken to without its loss models; use the tun engine",
    "mtu": "the box's own traffic would be cut as well; use the tun engine",
}
#: Settings of each interface, below /proc/sys: packets are passed on, and nobody told a way round.
SETTINGS = {
    "net/ipv4/conf/{}/forwarding": "1",
    "net/ipv4/conf/{}/send_redirects": "0",
}


class Gateway:
    """See the module text. ``begin`` before anything else, ``end`` whatever happens.

    Args:
        clock: Keeps pace with the wall.
        inside: The interface towards the terminal.
        outside: The interface towards its hosts.
        missing: Feature -> why this kernel does not have it (``gateway_probe``).

    Attributes:
        carrier: The data plan.
        watchers: Called with every event.
        record: What was changed, and as it was before.
    """

    def __init__(
        self,
        clock: CooperativeClock,
        inside: str,
        outside: str,
        *,
        missing: Mapping[str, str],
    ) -> None:
        self._clock = clock
        self._missing = missing
        self._wanted = Wanted(inside, outside)
        self._ends = {"up": outside, "down": inside}
        self._shapes = dict.fromkeys(WAYS, CLEAN)
        self._route = IPRoute()
        self._queues = {way: Queue(self._route, name) for way, name in self._ends.items()}
        self._doors = GatewayDoors(
            clock, address_of(self._route, inside), lambda: self._wanted, self._tell
        )
        self._timeline = Timeline(clock, self._change)
        self._dropped = dict.fromkeys(WHY, (0, 0))
        self._running = self._begun = False
        self.name = "gateway"
        self.watchers: list[Callable[[Mapping[str, Any]], None]] = []
        self.record = Record(secrets.token_hex(4), (inside, outside), netns.inode())
        self._table = GatewayTable(self.record.table)
        self.carrier = GatewayPlan(
            self._table.charged, self._apply, self._say_plan,
            lambda seconds, act: clock.call_at(clock.now() + seconds, act), self.set_names,
        )  # fmt: skip

    # --- from the first change to the last

    def begin(self, processes: Mapping[int, str]) -> None:
        """Change what must be changed, the record of it first.

        Raises:
            BenchError: Somebody else's queue is there, or the kernel refuses; all is as it was.
        """
        for queue in self._queues.values():
            queue.check_free()
        settings = {
            path.format(name): ((SYSCTL / path.format(name)).read_text().strip(), value)
            for path, value in SETTINGS.items()
            for name in self._ends.values()
        }
        self.record = replace(
            self.record, processes={str(pid): start for pid, start in processes.items()},
            offloads={name: offloads(name) for name in self._ends.values()}, settings=settings,
            since=gateway_record.now_iso(),
        )  # fmt: skip
        gateway_record.write(self.record)
        self._begun = True
        for name, was in self.record.offloads.items():
            set_offloads(name, dict.fromkeys(was, False))
        for path, (_, value) in settings.items():
            (SYSCTL / path).write_text(value)
        for queue in self._queues.values():
            queue.put()
        self._table.make()
        self._running = True
        self._apply()
        self._poll()

    def end(self) -> list[str]:
        """Everything as it was before ``begin``, verified; returns what there was to do."""
        self._running = False
        self._timeline.stop()
        self._route.close()
        self._table.close()
        return gateway_record.undo(self.record) if self._begun else []

    def look(self) -> None:
        """Raise BenchError where anything is not as it was told to be."""
        self._table.check(self._wanted, self.carrier)
        for queue in self._queues.values():
            queue.check()
        for name, was in self.record.offloads.items():
            if any(offloads(name).get(one) for one in was):
                raise BenchError(f"{name}: offloads have been switched on")
        for path, (_, value) in self.record.settings.items():
            if (SYSCTL / path).read_text().strip() != value:
                raise BenchError(f"/proc/sys/{path} is no longer {value}")

    # --- what the control protocol asks for

    def shape(self, *, way: str = "both", **changes: Any) -> None:
        """Change what is named of ``Shape``, on one way or both."""
        self._set_shapes({one: replace(self._shapes[one], **changes) for one in BOTH[way]})

    def set_profile(self, *, up: Mapping[str, Any], down: Mapping[str, Any]) -> None:
        """Both ways at once; what is not named is as without us."""
        self._set_shapes({"up": replace(CLEAN, **up), "down": replace(CLEAN, **down)})

    def follow(self, *, timeline: Sequence[Row], every: float | None = None) -> None:
        """Change at the times of a timeline; an empty one ends the one that is followed."""
        for _, changes in timeline:
            self._check_shape(_of_shape(changes))
        self._timeline.follow(timeline, every)

    def in_force(self) -> dict[str, Any]:
        """The shape of both ways, as plain values; it is as the kernel has it, or this raises."""
        self.look()
        return {way: asdict(shape) for way, shape in self._shapes.items()}

    def set_outage(self, *, on: bool, way: str = "both") -> None:
        """Close or open one way or both; what waits in the queue still leaves."""
        ways = frozenset(BOTH[way])
        closed = self._wanted.outage | ways if on else self._wanted.outage - ways
        self._want(outage=closed)
        self._tell("outage", on=self.outage)

    @property
    def outage(self) -> bool:
        """Whether one way is closed at least."""
        return bool(self._wanted.outage)

    def set_names(self, mode: NamesMode) -> None:
        """What the name service does from now on."""
        self._want(names=mode)
        self._tell("names", mode=mode)

    def stats(self) -> dict[str, int]:
        """Counters over both ways: ``bytes`` and ``packets`` let through, ``dropped``."""
        seen = self._table.counters()
        late = sum(queue.dropped() for queue in self._queues.values())
        return {
            "bytes": sum(seen[way][1] for way in WAYS),
            "packets": sum(seen[way][0] for way in WAYS),
            "dropped": sum(seen[f"no_{why}"][0] for why in WHY) + late,
        }

    def restore(self) -> None:
        """Nothing is shaped, cut, charged or led astray, and that was read back."""
        self._timeline.stop()
        self.carrier.forget()
        self._wanted = Wanted(self._ends["down"], self._ends["up"], doors=self._wanted.doors)
        self._set_shapes(dict.fromkeys(WAYS, CLEAN))
        self.look()
        self._tell("outage", on=False)
        self._say_plan()

    def capture(self, path: str | None) -> None:
        """Only to end one, which there never is."""
        if path is not None:
            raise NotSupported("a gateway does not capture; use tcpdump on it")

    def lacks(self) -> dict[str, str]:
        """What it cannot do -> why."""
        return {**NEVER, **self._missing}

    # --- how it is done

    def _set_shapes(self, shapes: Mapping[str, Shape]) -> None:
        for shape in shapes.values():
            self._check_shape(asdict(shape))
        self._shapes.update(shapes)
        self._apply()
        for way, queue in self._queues.items():
            queue.set("usual", _speed(self._shapes[way]))
        self._tell("path", path={way: asdict(shape) for way, shape in self._shapes.items()})

    def _check_shape(self, named: Mapping[str, Any]) -> None:
        lacks = self.lacks()
        for name, value in named.items():
            if value and name in lacks:
                raise NotSupported(f"{name}: {lacks[name]}")

    def _change(self, changes: Mapping[str, Any]) -> None:
        way = changes.get("way", "both")
        if "on" in changes:
            self.set_outage(on=changes["on"], way=way)
        if shape := _of_shape(changes):
            self.shape(way=way, **shape)

    def _want(self, **changes: Any) -> None:
        self._wanted = replace(self._wanted, **changes)
        self._apply()

    def _apply(self) -> None:
        """Quota, rules and the throttled class as they are wanted, all rules at once."""
        plan = self.carrier
        wanted = replace(
            self._wanted, limited=plan.limit is not None, how=plan.how, allow=plan.allow,
            zone=plan.zone,
            loss={way: shape.loss for way, shape in self._shapes.items() if shape.loss},
        )  # fmt: skip
        if gateway_rules.answers(wanted):
            wanted = replace(wanted, doors=self._doors.open())
        self._wanted = wanted
        if plan.how.mode == "throttle":
            for way, queue in self._queues.items():
                speed = _speed(self._shapes[way])
                rate = plan.how.up if way == "up" else plan.how.down
                queue.set("throttled", replace(speed, rate=float(rate), queue=plan.how.queue))
        self._table.write(wanted, plan)

    def _poll(self) -> None:
        if not self._running:
            return
        try:
            self.carrier.look()
            self._say_dropped()
        except BenchError as error:
            self._tell("astray", why=f"{error}")  # and whoever asks next is told as well
        self._clock.call_at(self._clock.now() + POLL, self._poll)

    def _say_dropped(self) -> None:
        seen = self._table.counters()
        for why, (_, known) in self._dropped.items():
            packets, size = seen[f"no_{why}"]
            if size > known:
                self._tell("dropped", why=why, size=size - known)
            self._dropped[why] = (packets, size)

    def _say_plan(self) -> None:
        plan = self.carrier
        self._tell("plan", left=plan.left, state=plan.state, mode=plan.mode)

    def _tell(self, event: str, **fields: Any) -> None:
        for watch in list(self.watchers):
            watch({"event": event, **fields})


def _speed(shape: Shape) -> Speed:
    names = ("rate", "queue", *NETEM)
    return Speed(**{name: getattr(shape, name) for name in names})


def _of_shape(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if name not in ("on", "way")}
