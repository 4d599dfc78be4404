"""The control protocol of the link, served: JSON lines, described in ``harness.links.link``."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, get_args

from harness.clock import Clock
from harness.errors import BenchError, PortLost
from harness.links.path import Burst
from harness.model.network import Congested, Exhaustion, Mode, NamesMode, Needs, Subscribed
from harness.ports.base import Port
from harness.ports.lines import serve_lines
from harness.version import VERSION

if TYPE_CHECKING:
    from harness.links.link import Link

LONGEST = 1 << 20  # B; a recorded timeline may be long

Checks = Mapping[str, Callable[[Any], Any]]


class _Wrong(ValueError):
    """A request that cannot be done as it stands."""


def _number(low: float, high: float) -> Callable[[Any], float]:
    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _Wrong(f"{value!r} is no number")
        if not low <= value <= high:  # NaN is within nothing
            raise _Wrong(f"{value!r} is not within {low:g} to {high:g}")
        return float(value)

    return check


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 62:
        raise _Wrong(f"{value!r} is no number of bytes")
    return value


def _or_none(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else check(value)


def _word(*words: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in words:
            raise _Wrong(f"{value!r} is unknown; wanted one of: {', '.join(words)}")
        return str(value)

    return check


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 100:  # an APN's length (TS 23.003, 9.1)
        raise _Wrong(f"{value!r} is no name")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong(f"{value!r} is not true or false")
    return value


def _burst(value: Any) -> Burst:
    if not isinstance(value, list) or not 2 <= len(value) <= 4:
        raise _Wrong(f"{value!r} is not [begin, end, bad, good]")
    return Burst(*(_number(0, 1)(share) for share in value))


_WAY: Checks = {"way": _word("up", "down", "both")}


def _hosts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _Wrong(f"{value!r} is no list of hosts")
    return tuple(value)


#: The fields of ``Exhaustion``, in SI units.
_EXHAUSTION: Checks = {
    "mode": _word(*get_args(Mode)),
    "icmp": _flag,
    "down": _number(1, 1e12),
    "up": _number(1, 1e12),
    "queue": _whole,
    "http": _word("302", "page", "451"),
    "names": _word("hijack", "pass", "unknown"),
    "tls": _word("certificate", "reset", "drop"),
    "allow": _hosts,
    "cause": _or_none(_whole),
    "event": _word("cgev", "vendor", "both", "none"),
    "again": _word("refuse", "dead", "back_off"),
    "back_off": _number(0, 1e7),
    "needs": _word(*get_args(Needs)),
    "overrun": _whole,
    "delay": _number(0, 1e7),
}
_WAYS_OWN: Checks = {
    "delay": _number(0, 600),
    "jitter": _number(0, 600),
    "rate": _or_none(_number(1, 1e12)),
    "queue": _whole,
    "loss": _number(0, 1),
    "burst": _or_none(_burst),
    "duplicate": _number(0, 1),
    "corrupt": _number(0, 1),
    "reorder": _number(0, 1),
    "mtu": _or_none(_whole),
}
_SHAPE: Checks = {**_WAY, **_WAYS_OWN}
_CHANGE: Checks = {"on": _flag, **_SHAPE}


def _fields(checks: Checks) -> Callable[[Any], dict[str, Any]]:
    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or any(name not in checks for name in value):
            raise _Wrong(f"wanted an object with some of: {', '.join(checks)}")
        return {name: checks[name](one) for name, one in value.items()}

    return check


def _timeline(value: Any) -> list[tuple[float, dict[str, Any]]]:
    if not isinstance(value, list) or not all(_is_pair(row) for row in value):
        raise _Wrong("wanted a list of [seconds, changes]")
    return [(_number(0, 1e7)(when), _fields(_CHANGE)(what)) for when, what in value]


def _is_pair(row: Any) -> bool:
    return isinstance(row, list) and len(row) == 2


def _place(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _Wrong(f"{value!r} is no path of a file")
    return value


class LinkControl:
    """Answers requests and pushes events, on any number of connections."""

    def __init__(self, clock: Clock, link: "Link") -> None:
        self._clock = clock
        self._link = link
        # request -> (what it takes, those that must be there, what does it)
        self._acts: dict[str, tuple[Checks, tuple[str, ...], Callable[..., Any]]] = {
            "identify": ({}, (), lambda: {"identity": f"terminal-harness {link.name} {VERSION}"}),
            "shape": (_SHAPE, (), link.shape),
            "path": ({}, (), lambda: {"path": link.in_force(), "outage": link.outage}),
            "set_profile": (
                {"up": _fields(_WAYS_OWN), "down": _fields(_WAYS_OWN)},
                ("up", "down"),
                link.set_profile,
            ),
            "follow": (
                {"timeline": _timeline, "every": _or_none(_number(1e-3, 1e7))},
                ("timeline",),
                link.follow,
            ),
            "capture": ({"path": _or_none(_place)}, ("path",), self._capture),
            "outage": ({"on": _flag, **_WAY}, ("on",), link.set_outage),
            "stats": ({}, (), link.stats),
            "set_data_left": ({"bytes": _or_none(_whole)}, ("bytes",), self._set_left),
            "top_up": ({"bytes": _whole}, ("bytes",), self._top_up),
            "data_left": ({}, (), lambda: {"bytes": link.carrier.left}),
            "set_exhaustion": (
                _EXHAUSTION,
                ("mode",),
                lambda **how: link.carrier.set_exhaustion(Exhaustion(**how)),
            ),
            "set_subscription": (
                {"state": _word(*get_args(Subscribed))},
                ("state",),
                link.carrier.set_subscription,
            ),
            "set_access": ({"apn": _text, "user": _text}, (), link.carrier.set_access),
            "set_congestion": (
                {"what": _word(*get_args(Congested))},
                ("what",),
                link.carrier.set_congestion,
            ),
            "set_names": ({"mode": _word(*get_args(NamesMode))}, ("mode",), link.carrier.set_names),
            "restore": ({}, (), link.restore),
        }

    def accept(self, port: Port) -> None:
        """Serve one connection."""

        def push(event: Mapping[str, Any]) -> None:
            try:
                port.write(_line(event))
            except PortLost:
                gone()

        def gone() -> None:
            if push in self._link.watchers:
                self._link.watchers.remove(push)

        self._link.watchers.append(push)
        serve_lines(self._clock, "link control", port, self._answer, gone=gone, longest=LONGEST)

    def _capture(self, **named: Any) -> None:
        try:
            self._link.capture(named["path"])
        except (BenchError, OSError) as error:
            raise _Wrong(str(error)) from error

    def _set_left(self, **named: Any) -> None:
        self._link.carrier.set_left(named["bytes"])

    def _top_up(self, **named: Any) -> None:
        self._link.carrier.top_up(named["bytes"])

    def _answer(self, line: str) -> bytes:
        try:
            return _line({"ok": True, **self._done(line)})
        except _Wrong as wrong:
            return _line({"error": str(wrong)})

    def _done(self, line: str) -> Mapping[str, Any]:
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            raise _Wrong("that is no JSON") from None
        if not isinstance(request, dict):
            raise _Wrong('wanted an object with "do"')
        word = request.pop("do", None)
        if not isinstance(word, str) or word not in self._acts:
            raise _Wrong(f"{word!r} is unknown; wanted one of: {', '.join(self._acts)}")
        checks, needed, act = self._acts[word]
        strange = [name for name in request if name not in checks]
        missing = [name for name in needed if name not in request]
        if strange or missing:
            raise _Wrong(f"{word} takes {', '.join(checks) or 'nothing'}")
        named = {name: checks[name](value) for name, value in request.items()}
        found = act(**named)
        return found if isinstance(found, Mapping) else {}


def _line(fields: Mapping[str, Any]) -> bytes:
    return (json.dumps(fields, separators=(",", ":")) + "\n").encode()
