"""What the drivers of all links have in common: path, outage and data plan, by JSON lines.

Source: ``harness.links.link`` (the control protocol is described there). Its events become the
observations of the same name (``EVENTS``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from harness.drivers._json_lines import JsonLines
from harness.errors import DeviceRefused, Garbled
from harness.model.network import Exhaustion
from harness.model.roles import Observe, ignore
from harness.model.units import BitRate, Bytes, Fraction, Seconds
from harness.ports.base import Port

#: Event -> the fields of its observation.
EVENTS: dict[str, tuple[str, ...]] = {
    "plan": ("left", "state", "mode"),
    "subscription": ("state",),
    "outage": ("on",),
    "dropped": ("why", "size"),
    "path": ("path",),
    "access": ("apn", "user"),
    "congestion": ("what",),
    "names": ("mode",),
    "notice": ("text",),
    "name_asked": ("host", "answer"),
    "diverted": ("host", "port"),
}


class LinkDriver:
    """Plays Network, Profiled, DataPlan, Watched, Polled, SafeState and Identified."""

    ANSWER_TIME = 5.0  # s

    def __init__(self, port: Port, *, poll_every: float = 30.0) -> None:
        self._link = JsonLines(port, self._hear, wait=self.ANSWER_TIME)
        self.poll_every = poll_every
        self.observe: Observe = ignore

    def identify(self) -> str:
        """Its name and version."""
        return str(self._link.ask("identify").get("identity"))

    def attend(self) -> None:
        """Take in events."""
        self._link.attend()

    # --- Network ---

    def shape(
        self,
        *,
        delay: Seconds | None = None,
        jitter: Seconds | None = None,
        rate: BitRate | None = None,
        loss: Fraction | None = None,
    ) -> None:
        """Both ways; what is None stays as it is. ``delay`` is one way."""
        named = {"delay": delay, "jitter": jitter, "rate": rate, "loss": loss}
        asked = {name: float(value) for name, value in named.items() if value is not None}
        self._link.ask("shape", **asked)

    def set_outage(self, *, on: bool) -> None:
        """Nothing passes while on, either way, and nobody is told."""
        self._link.ask("outage", on=on)

    def set_profile(self, up: Mapping[str, object], down: Mapping[str, object]) -> None:
        """The two ways, keys as in ``harness.links.path.Shape``; the rest as at the start."""
        self._link.ask("set_profile", up=_plain(up), down=_plain(down))

    def follow(
        self,
        timeline: Sequence[tuple[Seconds, Mapping[str, object]]],
        every: Seconds | None = None,
    ) -> None:
        """Change at these times from now on, again after ``every``; an empty one ends it.

        A change is ``on`` (an outage begins or ends), what ``Shape`` has, or both, and ``way``.
        """
        rows = [[float(when), _plain(changes)] for when, changes in timeline]
        self._link.ask("follow", timeline=rows, every=None if every is None else float(every))

    def stats(self) -> Mapping[str, int]:
        """``bytes``, ``packets``, ``dropped``."""
        told = self._link.ask("stats")
        return {name: int(told[name]) for name in ("bytes", "packets", "dropped")}

    def poll(self) -> None:
        """Say what has crossed the path so far."""
        self.observe("counted", **self.stats())

    # --- DataPlan ---

    def set_data_left(self, amount: Bytes | None) -> None:
        """Bytes left; None for a plan without end."""
        self._link.ask("set_data_left", bytes=None if amount is None else int(amount))

    def data_left(self) -> Bytes | None:
        """Bytes left; None for a plan without end."""
        left = self._link.ask("data_left").get("bytes")
        return None if left is None else Bytes(left)

    def top_up(self, amount: Bytes) -> None:
        """Buy more."""
        self._link.ask("top_up", bytes=int(amount))

    def set_exhaustion(self, how: Exhaustion) -> None:
        """What happens at zero."""
        self._link.ask("set_exhaustion", **asdict(how))

    # --- SafeState ---

    def make_safe(self) -> None:
        """Everything as the link was at its start; a packet path that still differs is refused."""
        self._link.ask("restore")
        if self._link.ask("path").get("outage") is not False:
            raise DeviceRefused("the link is still cut after restore")

    def _hear(self, event: str, t: float, fields: dict[str, Any]) -> None:
        wanted = EVENTS.get(event)
        if wanted is None:
            return  # an event of a newer link
        missing = [name for name in wanted if name not in fields]
        if missing:
            raise Garbled(f"event {event} lacks {', '.join(missing)}")
        self.observe(event, t=t, **{name: fields[name] for name in wanted})


def _plain(named: Mapping[str, object]) -> dict[str, object]:
    """Values as JSON has them; a ``Burst`` is a list of its shares."""
    return {
        name: list(asdict(value).values())
        if is_dataclass(value) and not isinstance(value, type)
        else value
        for name, value in named.items()
    }
