"""The control language: whose answer an answer is."""

import json
from functools import partial

import pytest

from harness.clock import CooperativeClock
from harness.drivers._json_lines import JsonLines
from harness.errors import PortLost, PortTimeout
from harness.ports.base import Port
from harness.ports.memory import pair


def device(clock: CooperativeClock, port: Port, delays: list[float]) -> None:
    """Answers each request with its own word, in order, each so much later; never where below 0."""

    def say(word: str) -> None:
        port.write(json.dumps({"ok": True, "to": word}).encode() + b"\n")

    def work() -> None:
        rest, free = b"", 0.0
        while (chunk := port.read()) is not None:
            *lines, rest = (rest + chunk.data).split(b"\n")
            for line in lines:
                word, delay = json.loads(line)["do"], delays.pop(0)
                if delay >= 0:
                    free = max(free, clock.now() + delay)
                    clock.call_at(free, partial(say, word))

    clock.spawn("device", work)


@pytest.mark.parametrize("wait_before_next", [0.0, 0.5, 3.0])
def test_a_late_answer_is_never_taken_for_the_next_ones(wait_before_next: float) -> None:
    """Whether it comes before the next request, or while that one waits."""
    clock = CooperativeClock()
    ours, theirs = pair(clock, "device")
    told: list[object] = []

    def story() -> None:
        device(clock, theirs, [6.0, 0.1, 0.1])
        lines = JsonLines(ours, lambda *_: None)
        with pytest.raises(PortTimeout):
            lines.ask("first")
        clock.sleep(wait_before_next)
        told.extend([lines.ask("second")["to"], lines.ask("third")["to"]])

    clock.run(story)

    assert told == ["second", "third"]


def test_an_answer_that_never_comes_is_told_each_time() -> None:
    """Answers are in order, so nobody knows any more whose the next is: none is believed."""
    clock = CooperativeClock()
    ours, theirs = pair(clock, "device")

    def story() -> None:
        device(clock, theirs, [-1.0, 0.1, 0.1])
        lines = JsonLines(ours, lambda *_: None)
        for word in ("first", "second"):
            with pytest.raises(PortTimeout):
                lines.ask(word)

    clock.run(story)


def test_a_new_connection_owes_nothing() -> None:
    """What was asked over the old one died with it."""
    clock = CooperativeClock()
    ours, theirs = pair(clock, "device")
    lines = JsonLines(ours, lambda *_: None)

    def story() -> None:
        with pytest.raises(PortTimeout):
            lines.ask("first")
        theirs.close()
        with pytest.raises(PortLost):
            lines.ask("second")

    clock.run(story)

    assert lines._owed == 0
