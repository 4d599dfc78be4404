"""A store with its control connection, and an HTTP connection spoken by h11; for tests."""

import json
import random
from collections.abc import Callable
from typing import Any, TypeVar

import h11

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.files import fixture, read_plain
from harness.ports.memory import MemoryPort, pair
from harness.sim.update_images import make_image
from harness.sim.update_store import UpdateStore

T = TypeVar("T")
PLAIN = read_plain(fixture("updates", "test_store.yaml"))
NEWER = make_image(PLAIN, "newer")


class Bench:
    """A store with its control connection, and one HTTP connection spoken by h11."""

    control: MemoryPort
    port: MemoryPort
    talk: h11.Connection

    def __init__(self) -> None:
        self.clock = CooperativeClock()
        self.store = UpdateStore(self.clock, PLAIN, rng=random.Random(1))
        self.text = ""

    def run(self, story: Callable[["Bench"], T]) -> T:
        def main() -> T:
            self.control, theirs = pair(self.clock, "control")
            self.store.outlets["control"](theirs)
            self.port, theirs = pair(self.clock, "http")
            self.store.outlets["http"](theirs)
            self.talk = h11.Connection(h11.CLIENT)
            return story(self)

        return self.clock.run(main)

    def do(self, **request: Any) -> dict[str, Any]:
        self.control.write(json.dumps(request).encode() + b"\n")
        self.clock.sleep(0.001)
        return next(line for line in reversed(self.lines()) if "event" not in line)

    def lines(self) -> list[dict[str, Any]]:
        while self.control.readable:
            chunk = self.control.read(self.clock.now())
            assert chunk is not None
            self.text += chunk.data.decode()
        return [json.loads(line) for line in self.text.splitlines()]

    def ask(
        self, target: str, method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        if self.talk.our_state is h11.DONE:
            self.talk.start_next_cycle()
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        for event in (h11.Request(method=method, target=target, headers=[("Host", "x"), *named]),
                      h11.EndOfMessage()):  # fmt: skip
            self.port.write(self.talk.send(event) or b"")
        status, told, body = 0, {}, b""
        while not isinstance(event := self.next(), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                status = event.status_code
                told = {name.decode(): value.decode() for name, value in event.headers}
            elif isinstance(event, h11.Data):
                body += event.data
        return status, told, body

    def next(self) -> Any:
        while (event := self.talk.next_event()) is h11.NEED_DATA:
            chunk = self.port.read(self.clock.now() + 30)
            assert chunk is not None
            self.talk.receive_data(chunk.data)
        return event

    def raw(
        self, target: str, *lines: str, outlet: str = "http", wait: float = 30.0
    ) -> tuple[bytes, bytes, bool]:
        """One request on a connection of its own: head, body, whether it was closed in time."""
        port, theirs = pair(self.clock, "raw")
        self.store.outlets[outlet](theirs)
        port.write("\r\n".join([f"GET {target} HTTP/1.1", "Host: x", *lines, "", ""]).encode())
        heard, until = b"", self.clock.now() + wait
        try:
            while (chunk := port.read(until)) is not None:
                heard += chunk.data
        except PortLost:
            until = 0.0
        head, _, body = heard.partition(b"\r\n\r\n")
        port.close()
        return head, body, until == 0.0
