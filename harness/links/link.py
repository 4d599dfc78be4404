"""The packet path between a bearer and the internet, with the carrier's charging on it.

``carry`` takes a packet in one direction; it arrives later, or never, and the sender is not told.

The device is controlled over a stream of JSON lines (outlet ``control``). One request a line;
answers come in order, each one line, ``{"ok": true, ...}`` or ``{"error": "..."}``:

=====================  =====================================================================
``identify``           -> ``identity``
``shape``              ``delay`` s, ``jitter`` s, ``rate`` bit/s or null, ``queue`` bytes, ``loss``
                       0..1, ``burst`` [begin, end, bad, good] or null, ``way`` up | down | both;
                       what is not named stays
``path``               -> ``path``: the shape in force, per way; ``outage``
``outage``             ``on``, ``way``: nothing passes and nobody is told
``stats``              -> ``bytes``, ``packets``, ``dropped``
``set_data_left``      ``bytes`` or null
``top_up``             ``bytes``
``data_left``          -> ``bytes``
``set_exhaustion``     ``mode`` and the other fields of ``model.network.Exhaustion`` (SI units)
``set_subscription``   ``state``: as in ``model.network.Subscribed``
``restore``            all as it was at the start
=====================  =====================================================================

Events are pushed to every connection as they happen: ``{"event": "plan", "left": .., "state": ..,
"mode": ..}``, ``subscription`` (``state``), ``outage`` (``on``), ``dropped`` (``why``, ``size``),
``path`` (the shape).
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from harness.clock import Clock
from harness.links.carrier import Carrier
from harness.links.control import LinkControl
from harness.links.flow import Flow
from harness.links.path import Path, Shape
from harness.model.network import Exhaustion, Mode, Subscribed
from harness.ports.base import Port

WAYS = {"up": ("up",), "down": ("down",), "both": ("up", "down")}


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
        carrier: Plan and subscription.
        outlets: ``control``.
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
        self._clock = clock
        self._start = {"up": up, "down": down}
        how = Exhaustion(exhaustion)
        self._start_plan = (data_left, how, subscription)
        self.paths = {way: Path(clock, rng, shape) for way, shape in self._start.items()}
        self.carrier = Carrier(data_left, how=how, subscription=subscription)
        self.carrier.on_plan.append(self._say_plan)
        self.carrier.on_subscription.append(
            lambda: self._tell("subscription", state=self.carrier.subscription)
        )
        self.watchers: list[Callable[[Mapping[str, Any]], None]] = []
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
    ) -> None:
        """Take a packet of ``size`` bytes, headers included, of the conversation ``flow``.

        ``account`` is charged, that of the first SIM where it is left out.

        ``deliver`` is called when it arrives. ``reset`` is called instead where the carrier ends
        the connection because the plan is used up (mode ``reset``).
        """
        path = self.paths["up" if up else "down"]
        carrier = account or self.carrier
        why = "outage" if path.outage else carrier.refusal(size, flow)
        if why:
            path.count["dropped"] += 1
        else:
            why = path.carry(size, deliver)
        if not why:
            return
        self._tell("dropped", why=why, size=size)
        if why == "plan" and carrier.mode == "reset" and reset is not None:
            self._clock.call_at(self._clock.now() + 2 * path.shape.delay, reset)

    def shape(self, *, way: str = "both", **changes: Any) -> None:
        """Change what is named of ``Shape``, on one way or both."""
        for name in WAYS[way]:
            self.paths[name].shape = replace(self.paths[name].shape, **changes)
        self._tell("path", path=self.in_force())

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
        """Shape, outage, plan and subscription as they were at the start."""
        for name, shape in self._start.items():
            self.paths[name].shape = shape
        self._tell("path", path=self.in_force())
        self.set_outage(on=False)
        left, how, subscription = self._start_plan
        self.carrier.set_exhaustion(how)
        self.carrier.set_left(left)
        self.carrier.set_subscription(subscription)

    def _say_plan(self) -> None:
        carrier = self.carrier
        self._tell("plan", left=carrier.left, state=carrier.state, mode=carrier.mode)

    def _tell(self, event: str, **fields: Any) -> None:
        for watch in list(self.watchers):
            watch({"event": event, **fields})
