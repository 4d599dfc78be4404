"""The terminal's HTTP client: one connection where it can, errors of the right kind where not."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from harness.clock import CooperativeClock
from harness.errors import Garbled, PortLost, PortTimeout
from harness.ports.memory import MemoryPort, pair
from harness.sim.terminal.http import HttpClient

T = TypeVar("T")


class Server:
    """Answers each request on a connection with the next of the written answers, then hangs up."""

    def __init__(self, *connections: list[bytes]) -> None:
        self.clock = CooperativeClock()
        self.left = list(connections)
        self.asked: list[bytes] = []

    def connect(self) -> MemoryPort:
        ours, theirs = pair(self.clock, "store")
        answers = self.left.pop(0)

        def work() -> None:
            for answer in answers:
                chunk = theirs.read()
                assert chunk is not None
                self.asked.append(chunk.data)
                theirs.write(answer)
            self.clock.sleep(20.0)
            theirs.close()

        self.clock.spawn("server", work)
        return ours

    def run(self, story: Callable[[HttpClient], T]) -> T:
        return self.clock.run(lambda: story(HttpClient(self.connect, wait=5.0, host="store")))


def ok(body: bytes, more: str = "") -> bytes:
    """A 200 with a body."""
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body


def test_two_gets_share_a_connection() -> None:
    """Keep-alive is used, and the headers are as asked."""
    server = Server([ok(b"one"), ok(b"two", "X-A: b\r\n")])

    def story(client: HttpClient) -> list[bytes]:
        first = client.get("/a", If_Range='"t"').whole()
        second = client.get("/b")
        assert second.headers["x-a"] == "b"
        return [first, second.whole()]

    assert server.run(story) == [b"one", b"two"]
    assert b'If-Range: "t"' in server.asked[0]
    assert b"Host: store" in server.asked[0]
    assert len(server.left) == 0


@pytest.mark.parametrize("first", [ok(b"one", "Connection: close\r\n"), ok(b"one")])
def test_a_new_connection_is_made_where_the_old_is_spent(first: bytes) -> None:
    """After Connection: close, and after a body that was not read to its end."""
    server = Server([first], [ok(b"two")])

    def story(client: HttpClient) -> bytes:
        response = client.get("/a")
        if b"close" in first:
            response.whole()
        return client.get("/b").whole()

    assert server.run(story) == b"two"


@pytest.mark.parametrize(
    ("answer", "error"),
    [(b"SSH-2.0-x\r\n\r\n", Garbled), (b"", PortTimeout), (ok(b"12345")[:-2], PortTimeout),
     (ok(bytes(70000)), Garbled)],
)  # fmt: skip
def test_what_goes_wrong_has_its_error(answer: bytes, error: type[Exception]) -> None:
    """No HTTP, silence, a body that stops, a body beyond reason."""
    server = Server([answer])

    with pytest.raises(error):
        server.run(lambda client: client.get("/a").whole())


def test_a_server_that_hangs_up_in_the_body_is_a_lost_port() -> None:
    """The bytes that came before are not lost to who reads them piece by piece."""
    server = Server([ok(b"12345")[:-2]])

    def story(client: HttpClient) -> list[bytes]:
        client._wait = 60.0
        pieces: list[bytes] = []
        with pytest.raises(PortLost):
            pieces.extend(client.get("/a").body)
        return pieces

    assert server.run(story) == [b"123"]
