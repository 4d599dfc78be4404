"""The control outlet of simulated devices: answers, refusals, pushed events."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.ports.memory import MemoryPort, pair
from harness.sim.control import Control


def set_level(level: int) -> Mapping[str, Any]:
    """An act with one value."""
    if level > 9:
        raise ValueError("level is 9 at most")
    return {"level": level}


def told(port: MemoryPort) -> list[dict[str, Any]]:
    """All lines that have come."""
    text = ""
    while port.readable:
        chunk = port.read(port.clock.now())
        assert chunk is not None
        text += chunk.data.decode()
    return [json.loads(line) for line in text.splitlines()]


def asked(*lines: str) -> list[dict[str, Any]]:
    """What a device with one act answers to these lines."""
    clock = CooperativeClock()

    def run() -> list[dict[str, Any]]:
        ours, theirs = pair(clock, "control")
        Control(clock, "test", {"set": set_level, "nop": lambda: None}).accept(theirs)
        ours.write("".join(line + "\n" for line in lines).encode())
        clock.sleep(0.1)
        return told(ours)

    return clock.run(run)


def test_requests_are_answered_in_order() -> None:
    """Found values come with ok; an act without any is just ok."""
    answers = asked('{"do":"set","level":3}', '{"do":"nop"}')

    assert answers == [{"ok": True, "level": 3}, {"ok": True}]


@pytest.mark.parametrize(
    ("line", "error"),
    [("what", "no JSON"), ("[1]", "do"), ('{"level":1}', "do"), ('{"do":"fly"}', "set, nop"),
     ('{"do":7}', "unknown"), ('{"do":"set"}', "takes level"),
     ('{"do":"nop","x":1}', "takes nothing"),
     ('{"do":"set","level":10}', "9 at most"), ("[" * 2000, "no JSON")],
)  # fmt: skip
def test_what_cannot_be_done_is_an_error_that_says_why(line: str, error: str) -> None:
    """No request kills the device, and the next one is served."""
    refused, served = asked(line, '{"do":"nop"}')

    assert error in refused["error"]
    assert served == {"ok": True}


def test_events_go_to_everybody_who_is_still_there() -> None:
    """A watcher that left is forgotten."""
    clock = CooperativeClock()

    def run() -> list[list[dict[str, Any]]]:
        control = Control(clock, "test", {})
        ends = []
        for _ in range(3):
            ours, theirs = pair(clock, "control")
            control.accept(theirs)
            ends.append(ours)
        ends[1].close()
        clock.sleep(0.1)
        control.tell("seen", size=3)
        return [told(ends[0]), told(ends[2])]

    assert clock.run(run) == [[{"event": "seen", "size": 3}]] * 2
