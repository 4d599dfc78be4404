"""The packet path between a bearer and the internet, with the carrier's charging on it.

``carry`` takes a packet in one direction; it arrives later, or never, and the sender is not told.

The device is controlled over a stream of JSON lines (outlet ``control``). One request a line;
answers come in order, each one line, ``{"ok": true, ...}`` or ``{"error": "..."}``:

=====================  =====================================================================
``identify``           -> ``identity``
``shape``              ``delay`` s, ``jitter`` s, ``rate`` bit/s or null, ``queue`` bytes, ``loss``
                       0..1, ``burst`` [begin, end, bad, good] or null, ``duplicate``, ``corrupt``,
                       ``reorder`` 0..1, ``mtu`` bytes or null, ``way`` up | down | both; what is
                       not named stays
``set_profile``        ``up``, ``down``: as in ``shape``, each way its own; what is not named is
                       as it was at the start
``follow``             ``timeline`` [[s, {"on": ..} or what ``shape`` takes], ...], ``every`` s or
                       null: outages and changes at their times from now on, again after ``every``;
                       an empty one ends it
``path``               -> ``path``: the shape in force, per way; ``outage``
``outage``             ``on``, ``way``: nothing passes and nobody is told
``stats``              -> ``bytes``, ``packets``, ``dropped``
``set_data_left``      ``bytes`` or null
``top_up``             ``bytes``
``data_left``          -> ``bytes``
``set_exhaustion``     ``mode`` and the other fields of ``model.network.Exhaustion`` (SI units)
``set_subscription``   ``state``: as in ``model.network.Subscribed``
``set_access``         ``apn``, ``user``: the only ones accepted; empty or left out: any
``set_congestion``     ``what``: as in ``model.network.Congested``; refused to everybody
``set_names``          ``mode``: as in ``model.network.NamesMode``
``capture``            ``path`` of a pcapng file, or null; only where real packets pass
``restore``            all as it was at the start
=====================  =====================================================================

Events are pushed to every connection as they happen: ``{"event": "plan", "left": .., "state": ..,
"mode": ..}``, ``subscription`` (``state``), ``outage`` (``on``), ``dropped`` (``why``, ``size``),
``path`` (the shape), and what the carrier says besides: ``access`` (``apn``, ``user``),
``congestion`` (``what``), ``names`` (``mode``), ``notice`` (``text``), ``name_asked`` (``host``,
``answer``), ``diverted`` (``host``, ``port``).
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from harness.clock import Clock
from harness.errors import NotSupported
from harness.links.carrier import Carrier
from harness.links.control import LinkControl
from harness.links.endings import Ruling
from harness.links.flow import Flow
from harness.links.path import Path, Shape
from harness.links.timeline import Row, Timeline
from harness.model.network import Exhaustion, Mode, Subscribed
from harness.ports.base import Port

OUTAGE = Ruling("drop", "outage")
WAYS = {"up": ("up",), "down": ("down",), "both": ("up", "down")}


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a packet.

    Attributes:
        t: When it came.
        way: ``up`` or ``down``.
        size: Bytes, headers included.
        why: Why it was dropped, ``""`` when it was not.
        release: When it will arrive; None when it was dropped.
        flow: Its conversation, where that is known.
    """

    t: float
    way: str
    size: int
    why: str
    release: float | None = None
    flow: Flow | None = None


class Link:
    """Both ways, and the carrier between them.

    Args:
        clock: The bench's clock.
        rng: All of its chance.
        up: From the terminal.
        down: To the terminal.
        data_left: Bytes of the plan; None for one without end.
        exhaustion: What happens at zero.
        subscription: The SIM's.

    Attributes:
        name: What kind of link it says it is.
        carrier: Plan and subscription.
        outlets: ``control``.
        decided: Called with every decision about a packet, when it is made.
        capture: Writes what passes to a file; real engines put their own here.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        rng: random.Random,
        up: Shape = Shape(),  # noqa: B008 - frozen
        down: Shape = Shape(rate=20e6),  # noqa: B008 - frozen
        data_left: int | None = None,
        exhaustion: Mode = "drop",
        subscription: Subscribed = "active",
    ) -> None:
        self.name = "link"
        self._clock = clock
        self._start = {"up": up, "down": down}
        how = Exhaustion(exhaustion)
        self._start_plan = (data_left, how, subscription)
        self.paths = {way: Path(clock, rng, shape) for way, shape in self._start.items()}
        self._timeline = Timeline(clock, self._change)
        self.carrier = Carrier(data_left, clock=clock, how=how, subscription=subscription)
        self.carrier.on_plan.append(self._say_plan)
        self.carrier.on_subscription.append(
            lambda: self._tell("subscription", state=self.carrier.subscription)
        )
        self.carrier.on_event.append(lambda event, fields: self._tell(event, **fields))
        self.watchers: list[Callable[[Mapping[str, Any]], None]] = []
        self.decided: list[Callable[[Decision], None]] = []
        self.capture: Callable[[str | None], None] = _no_capture
        self.outlets: dict[str, Callable[[Port], None]] = {
            "control": LinkControl(clock, self).accept
        }

    def carry(
        self,
        size: int,
        *,
        up: bool,
        deliver: Callable[[], None],
        reset: Callable[[], None] | None = None,
        flow: Flow | None = None,
        account: Carrier | None = None,
        spoilt: Callable[[], None] | None = None,
        answer: Callable[[str], None] | None = None,
    ) -> None:
        """Take a packet of ``size`` bytes, headers included.

        Args:
            size: Bytes, headers included.
            up: From the terminal.
            deliver: Called when it arrives.
            reset: Called instead where the carrier's gateway ends the connection.
            flow: The conversation it belongs to.
            account: Is charged; that of the first SIM where it is left out.
            spoilt: Called when it arrives with a wrong bit; without it such a packet is lost.
            answer: Called with what a gateway tells the sender by ICMP of a packet that it drops:
                ``prohibited`` or ``too_big``.
        """
        way = "up" if up else "down"
        path = self.paths[way]
        carrier = account or self.carrier
        ruling = OUTAGE if path.outage else carrier.rule(size, flow)
        why = ruling.why
        if why:
            path.count["dropped"] += 1
        else:
            path.cap = carrier.cap(up=up)
            why = path.carry(size, deliver, spoilt)
        self._say_decision(way, size, why, flow)
        if why:
            self._tell("dropped", why=why, size=size)
            back = self._clock.now() + 2 * path.shape.delay
            if ruling.fate == "reset" and reset is not None:
                self._clock.call_at(back, reset)
            word = "too_big" if why == "mtu" else ruling.fate
            if word in ("too_big", "prohibited") and answer is not None:
                self._clock.call_at(back, partial(answer, word))

    @property
    def account(self) -> Carrier:
        """Who is charged where nobody else is named."""
        return self.carrier

    def _say_decision(self, way: str, size: int, why: str, flow: Flow | None) -> None:
        if not self.decided:
            return
        release = None if why else self.paths[way].release
        decision = Decision(self._clock.now(), way, size, why, release, flow)
        for hear in list(self.decided):
            hear(decision)

    def shape(self, *, way: str = "both", **changes: Any) -> None:
        """Change what is named of ``Shape``, on one way or both."""
        for name in WAYS[way]:
            self.paths[name].shape = replace(self.paths[name].shape, **changes)
        self._tell("path", path=self.in_force())

    def set_profile(self, *, up: Mapping[str, Any], down: Mapping[str, Any]) -> None:
        """Both ways at once; what is not named is as it was at the start."""
        for name, named in (("up", up), ("down", down)):
            self.paths[name].shape = replace(self._start[name], **named)
        self._tell("path", path=self.in_force())

    def follow(self, *, timeline: Sequence[Row], every: float | None = None) -> None:
        """Change at the times of a timeline; an empty one ends the one that is followed."""
        self._timeline.follow(timeline, every)

    def _change(self, changes: Mapping[str, Any]) -> None:
        shape = {name: value for name, value in changes.items() if name not in ("on", "way")}
        way = changes.get("way", "both")
        if "on" in changes:
            self.set_outage(on=changes["on"], way=way)
        if shape:
            self.shape(way=way, **shape)

    def in_force(self) -> dict[str, Any]:
        """The shape of both ways, as plain values."""
        return {name: asdict(path.shape) for name, path in self.paths.items()}

    def set_outage(self, *, on: bool, way: str = "both") -> None:
        """Close or open one way or both; what is under way is lost too."""
        for name in WAYS[way]:
            self.paths[name].outage = on
        self._tell("outage", on=self.outage)

    @property
    def outage(self) -> bool:
        """Whether one way is closed at least."""
        return any(path.outage for path in self.paths.values())

    def stats(self) -> dict[str, int]:
        """Counters over both ways: ``bytes`` and ``packets`` let in, ``dropped``."""
        names = ("bytes", "packets", "dropped")
        return {name: sum(path.count[name] for path in self.paths.values()) for name in names}

    def restore(self) -> None:
        """Shape, outage, plan and subscription as they were at the start; no capture."""
        self._timeline.stop()
        self.capture(None)
        for name, shape in self._start.items():
            self.paths[name].shape = shape
        self._tell("path", path=self.in_force())
        self.set_outage(on=False)
        left, how, subscription = self._start_plan
        self.carrier.start_over(left, how, subscription)

    def _say_plan(self) -> None:
        carrier = self.carrier
        self._tell("plan", left=carrier.left, state=carrier.state, mode=carrier.mode)

    def _tell(self, event: str, **fields: Any) -> None:
        for watch in list(self.watchers):
            watch({"event": event, **fields})


def _no_capture(path: str | None) -> None:
    if path is not None:
        raise NotSupported("packets of this link are sizes only; there is nothing to capture")
