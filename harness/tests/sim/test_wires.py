"""Two sides of a process boundary, joined by a real socket."""

import socket
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pytest

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.ports.base import Port
from harness.ports.memory import pair
from harness.sim.internet import NoBearer
from harness.sim.wires import Refusal, Wires, join

T = TypeVar("T")
LIMIT = 30.0  # s


class Stage:
    """Two sides; the right one echoes, answers, and refuses what it is told to."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock = clock
        ours, theirs = socket.socketpair()
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.lost: list[str] = []
        self.left = Wires(
            clock, ours, accept=self._accept, do=self._do, lost=lambda: self.lost.append("left"),
            odd=True,
        )  # fmt: skip
        self.right = Wires(
            clock, theirs, accept=self._accept, do=self._do,
            lost=lambda: self.lost.append("right"), odd=False,
        )  # fmt: skip

    def _accept(self, to: Mapping[str, Any], port: Port) -> None:
        if to["to"] == "nowhere":
            raise NoBearer("no way out")
        if to["to"] != "echo":
            raise PortLost("nobody")
        self.clock.spawn("echo", lambda: self._echo(port))

    def _echo(self, port: Port) -> None:
        try:
            while (chunk := port.read()) is not None:
                port.write(chunk.data)
        except PortLost:
            self.heard.append(("echo ended", {}))

    def _do(self, word: str, fields: Mapping[str, Any]) -> Any:
        self.heard.append((word, dict(fields)))
        if word == "wait":
            self.clock.sleep(0.2)
        return {"said": word, **fields}

    def soon(self, true: Callable[[], object]) -> None:
        """Wait for it, with patience."""
        until = self.clock.now() + LIMIT
        while not true():
            assert self.clock.now() < until
            self.clock.sleep(0.005)


def run(story: Callable[[Stage], T]) -> T:
    """A story between two sides, in real time."""
    clock = CooperativeClock(wall=True)

    def main() -> T:
        stage = Stage(clock)
        try:
            return story(stage)
        finally:
            stage.left.close()
            stage.right.close()

    return clock.run(main)


def read(port: Port, size: int) -> bytes:
    """So many bytes."""
    heard = b""
    while len(heard) < size:
        chunk = port.read(port.clock.now() + LIMIT)
        assert chunk is not None
        heard += chunk.data
    return heard


def test_bytes_pass_both_ways_on_connections_of_their_own() -> None:
    """Two connections, one from each side, at the same time, carry what is theirs."""

    def story(stage: Stage) -> tuple[bytes, bytes]:
        one, two = stage.left.open(to="echo"), stage.right.open(to="echo")
        one.write(b"a" * 700_000)
        two.write(b"b" * 3)
        return read(one, 700_000), read(two, 3)

    assert run(story) == (b"a" * 700_000, b"bbb")


def test_a_question_is_answered_by_its_own_answer() -> None:
    """A slow answer does not hold up a quick one, and neither takes the other's place."""

    def story(stage: Stage) -> list[Any]:
        answers: list[Any] = []
        slow = stage.clock.spawn("slow", lambda: answers.append(stage.left.ask("wait", n=1)))
        answers.append(stage.left.ask("quick", n=2))
        slow.join()
        return answers

    assert run(story) == [{"said": "quick", "n": 2}, {"said": "wait", "n": 1}]


def test_a_refusal_has_the_name_of_its_reason() -> None:
    """Whoever asked learns which error it was on the other side."""

    def story(stage: Stage) -> str:
        with pytest.raises(Refusal, match="no way out") as refused:
            stage.left.open(to="nowhere")
        return refused.value.kind

    assert run(story) == "NoBearer"


def test_a_connection_that_ends_ends_on_the_other_side() -> None:
    """Closing one end is seen at the other, and the wires live on."""

    def story(stage: Stage) -> Any:
        stage.left.open(to="echo").close()
        stage.soon(lambda: stage.heard)
        stage.left.say("still here")
        stage.soon(lambda: len(stage.heard) == 2)
        return stage.heard

    assert run(story) == [("echo ended", {}), ("still here", {})]


def test_when_a_side_goes_all_ends_and_nobody_waits() -> None:
    """Connections are lost, open questions raise, and the other side is told once."""

    def story(stage: Stage) -> list[str]:
        port = stage.left.open(to="echo")
        stage.clock.call_at(stage.clock.now() + 0.05, stage.right.close)
        with pytest.raises(PortLost):
            stage.left.ask("wait")
        with pytest.raises(PortLost):
            port.read(stage.clock.now() + LIMIT)
        with pytest.raises(PortLost):
            stage.left.open(to="echo")
        return stage.lost

    assert run(story) == ["left"]


def test_what_is_joined_ends_together() -> None:
    """Bytes cross until one end goes; then what is left is ended, once."""

    def story(stage: Stage) -> tuple[bytes, list[str]]:
        near, one = pair(stage.clock, "near")
        other, far = pair(stage.clock, "far")
        ends: list[str] = []

        def gone() -> None:
            ends.append("gone")
            one.close()
            other.close()

        join(stage.clock, one, other, gone)
        near.write(b"hello")
        heard = read(far, 5)
        near.close()
        stage.soon(lambda: ends)
        with pytest.raises(PortLost):
            far.read(stage.clock.now() + LIMIT)
        return heard, ends

    assert run(story) == (b"hello", ["gone"])
