"""A person who is asked, in whole stories: absent, too late, gone, or done without doing.

As hands a person makes faults; what was not done, or not said in time, is no fault that a terminal
could have noticed.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness.errors import PortLost
from harness.model.verdict import Outcome
from harness.ports.base import Port
from harness.ports.memory import MemoryPort, pair
from harness.sim.bench import Bench
from harness.tests.safety.whole_story import VIRTUAL, played_on

HANDS = next(line for line in VIRTUAL.splitlines() if line.startswith("hands:"))
ASKED = (
    'hands: {driver: operator, address: "sim://person", within: 20 s, '
    "parts: [paper, cover, paper_path, print_head, printer_cable]}"
)
#: What a person does when a question has come: says something, or leaves.
Person = Callable[[Bench, MemoryPort], None]


def _says(line: bytes, after: float = 2.0) -> Person:
    def person(bench: Bench, port: MemoryPort) -> None:
        bench.clock.sleep(after)
        port.write(line)

    return person


def _leaves(_: Bench, port: MemoryPort) -> None:
    port.close()


class Manned(Bench):
    """A bench with somebody at it."""

    def __init__(self, *args: Any, person: Person, **keys: Any) -> None:
        super().__init__(*args, **keys)
        self._person = person

    def connect(self, name: str) -> Port:
        if name != "person":
            return super().connect(name)
        ours, theirs = pair(self.clock, "operator://tty")
        self.clock.spawn("person", lambda: self._sit(theirs))
        return ours

    def _sit(self, port: MemoryPort) -> None:
        try:
            while (chunk := port.read()) is not None:
                if b"]: " in chunk.data:
                    self._person(self, port)
        except PortLost:
            return


#: Who sits there, how the story ends, and what is said of it.
PEOPLE: Mapping[str, tuple[Person, tuple[Outcome, ...], str]] = {
    "nobody": (lambda *_: None, (Outcome.ERROR,), "nobody answered within 20 s"),
    "too late": (_says(b"\r\n", 25.0), (Outcome.ERROR,), "nobody answered within 20 s"),
    "nonsense": (_says(b"what?\r\n"), (Outcome.ERROR,), "the operator answers 'what?'"),
    "no line": (_says(b"x" * 5000), (Outcome.ERROR,), "an answer of 5000 bytes"),
    "bytes": (_says(b"\xff\xfe\x00\r\n"), (Outcome.ERROR,), "paper: make it "),
    "gone": (_leaves, (Outcome.ERROR,), "closed by the other end"),
    "done, and nothing done": (_says(b"\r\n"), (Outcome.INCONCLUSIVE, Outcome.ERROR), ""),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_a_person_who_does_not_do_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """Never a FAIL and never a PASS; what was asked and what came are said, the supply is off."""
    person, ends, said = PEOPLE[who]
    make = partial(Manned, person=person)

    played, bench = played_on(
        make, tmp_path, monkeypatch, "peripherals/printer_not_ready",
        rig=VIRTUAL.replace(HANDS, ASKED),
    )  # fmt: skip

    assert played.verdict.outcome in ends, played.verdict.reason
    told = [row["message"] for row in played.trace.of("bench_error")]
    assert any(said in one for one in told) or not said, told
    assert bench.rail.volts() < 0.5


@pytest.mark.parametrize(
    ("does", "says", "ends"),
    [
        (2.0, 2.4, Outcome.PASS),
        (2.0, 9.0, Outcome.ERROR),
        (2.0, 19.0, Outcome.ERROR),
        (9.0, 2.0, Outcome.ERROR),
        (30.0, 2.0, Outcome.ERROR),
    ],
)
def test_a_person_who_says_it_late_or_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: float, says: float, ends: Outcome
) -> None:
    """What the terminal noticed at another time is nothing to time it by; at once, it passes."""
    states = iter(("out", "in"))

    def person(bench: Bench, port: MemoryPort) -> None:
        now, state = bench.clock.now(), next(states)
        bench.clock.call_at(now + does, lambda: bench.terminal.body.put("paper", state))
        bench.clock.call_at(now + says, lambda: port.write(b"\r\n"))

    played, bench = played_on(
        partial(Manned, person=person), tmp_path, monkeypatch, "peripherals/printer_not_ready",
        rig=VIRTUAL.replace(HANDS, ASKED),
    )  # fmt: skip

    assert played.verdict.outcome is ends, played.verdict.reason
    assert [row["outcome"] for row in played.trace.of("sale_ended")][:1] == ["approved"]
    assert bench.rail.volts() < 0.5
