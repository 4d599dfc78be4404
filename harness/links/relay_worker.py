"""The process behind a relay: ``python -m harness.links.relay_worker --control FD``.

It is started by ``harness.ports.worker``. A word of its own besides the link's:

==========  ======================================================================================
``doors``   ``doors`` {"5000" or "udp/53": "host:port", ...}, ``bind``: listen there in the hosts'
            stead -> ``at``: door -> where it listens; asked again, only what is new is opened
==========  ======================================================================================
"""

import argparse
import json
import random
import re
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from harness.clock import CooperativeClock
from harness.errors import BenchError
from harness.links.control import LinkControl
from harness.links.relay import Door, RelayLink
from harness.links.relay_limits import refusal
from harness.links.worker import Accept, Own, serve


class RelayControl(LinkControl):
    """The link's control language, within what a relay can do."""

    def _answer(self, line: str) -> bytes:
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            request = {}
        why = refusal(request) if isinstance(request, dict) else ""
        return json.dumps({"error": why}).encode() + b"\n" if why else super()._answer(line)


class Doors:
    """The doors that are open."""

    def __init__(self, clock: CooperativeClock, link: RelayLink) -> None:
        self._clock, self._link = clock, link
        self._open: dict[str, Door] = {}

    def open(self, request: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[int]]:
        """The worker's own word."""
        bind = str(request.get("bind", "127.0.0.1"))
        for name, host in dict(request["doors"]).items():
            if name not in self._open:
                kind, port = door(name)
                there = _there(host)
                self._open[name] = Door(self._clock, self._link, kind, (bind, port), there)
        rows = {name: one.address for name, one in self._open.items()}
        return {"at": {name: f"{host}:{port}" for name, (host, port) in rows.items()}}, ()


def door(name: str) -> tuple[str, int]:
    """Kind and port of a door's name; raises BenchError."""
    found = re.fullmatch(r"(?:(tcp|udp)/)?(\d{1,5})", str(name))
    if not found or int(found[2]) > 65535:
        raise BenchError(f"{name!r} is no door; wanted a port, e.g. 5000 or udp/53")
    return found[1] or "tcp", int(found[2])


def _there(host: str) -> tuple[str, int]:
    """An address for ``host:port``, looked up once; raises BenchError."""
    name, _, port = str(host).rpartition(":")
    if not name or not port.isdigit() or int(port) > 65535:
        raise BenchError(f"{host!r} is no host:port")
    try:
        rows = socket.getaddrinfo(name, int(port), socket.AF_INET)
    except OSError as error:
        raise BenchError(f"{name} is not found: {error}") from error
    return str(rows[0][4][0]), int(port)


def main() -> None:
    """See the module text."""
    parser = argparse.ArgumentParser(prog="relay_worker")
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--name", default="")
    parser.add_argument("--seed", default="0")
    asked = parser.parse_args()

    def build(clock: CooperativeClock) -> tuple[Accept, Own]:
        link = RelayLink(clock, rng=random.Random(asked.seed))
        return RelayControl(clock, link).accept, {"doors": Doors(clock, link).open}

    serve(socket.socket(fileno=asked.control), build)


if __name__ == "__main__":
    main()
