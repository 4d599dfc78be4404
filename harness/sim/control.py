"""JSON-lines control of a simulated device: requests in, answers and pushed events out.

A request is ``{"do": word, ...}``; its answer, in order, is ``{"ok": true, ...}`` or
``{"error": text}``. Events, ``{"event": word, ...}``, go to every connection as they happen.
"""

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

from harness.clock import Clock
from harness.errors import PortLost
from harness.ports.base import Port
from harness.ports.lines import serve_lines

Act = Callable[..., Mapping[str, Any] | None]


class Control:
    """The control outlet of one device.

    An act's keyword parameters are what its request takes; it raises ValueError for a value it
    cannot do.
    """

    def __init__(self, clock: Clock, name: str, acts: Mapping[str, Act]) -> None:
        self._clock = clock
        self._name = name
        self._acts = dict(acts)
        self._watchers: list[Port] = []

    def accept(self, port: Port) -> None:
        """Serve one connection."""
        self._watchers.append(port)
        serve_lines(
            self._clock, f"{self._name} control", port, self._answer,
            gone=lambda: self._forget(port),
        )  # fmt: skip

    def tell(self, event: str, **fields: Any) -> None:
        """Push an event to everybody who watches; may be called from a timer."""
        line = _line({"event": event, **fields})
        for port in list(self._watchers):
            try:
                port.write(line)
            except PortLost:
                self._forget(port)

    def _forget(self, port: Port) -> None:
        if port in self._watchers:
            self._watchers.remove(port)

    def _answer(self, line: str) -> bytes:
        try:
            return _line({"ok": True, **self._done(line)})
        except ValueError as wrong:
            return _line({"error": str(wrong)})

    def _done(self, line: str) -> Mapping[str, Any]:
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            raise ValueError("that is no JSON") from None
        if not isinstance(request, dict) or "do" not in request:
            raise ValueError('wanted an object with "do"')
        word = request.pop("do")
        act = self._acts.get(word) if isinstance(word, str) else None
        if act is None:
            raise ValueError(f"{word!r} is unknown; wanted one of: {', '.join(self._acts)}")
        try:
            inspect.signature(act).bind(**request)
        except TypeError:
            takes = ", ".join(inspect.signature(act).parameters) or "nothing"
            raise ValueError(f"{word} takes {takes}") from None
        return act(**request) or {}


def _line(fields: Mapping[str, Any]) -> bytes:
    return (json.dumps(fields, separators=(",", ":")) + "\n").encode()
