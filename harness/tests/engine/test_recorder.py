import errno
import io
import json
from typing import Any

import pytest

from harness.engine.recorder import Recorder
from harness.errors import BenchError
from harness.model.trace import Observation, Trace
from harness.testing import SteppingClock
from harness.wire import mac


class Undecided:
    """A decision that never falls."""

    decided = False

    def __init__(self) -> None:
        self.heard: list[Observation] = []

    def on(self, seen: Observation) -> None:
        self.heard.append(seen)

    def at(self, t: float) -> None: ...

    def deadline(self) -> float | None:
        return None


class FullDisk(io.StringIO):
    """A file on a disk with room for so many lines."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.room = lines

    def write(self, text: str) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= 1
        return super().write(text)


def recorder(sink: Any = None) -> Recorder:
    """A recorder that writes into ``sink``."""
    return Recorder(SteppingClock(), sink or io.StringIO(), Undecided())


def test_every_observation_is_one_flushed_json_line() -> None:
    """What is in the file is what is in memory, line by line."""
    sink = io.StringIO()
    ours = recorder(sink)

    ours.say("given_ready")
    ours.take("supply", "measured", 1.25, {"volts": 9.0, "amps": None})

    lines = sink.getvalue().splitlines()
    assert [json.loads(line)["n"] for line in lines] == [1, 2]
    assert json.loads(lines[1]) == {
        "n": 2, "t": 1.25, "source": "supply", "kind": "measured", "volts": 9.0,
    }  # fmt: skip
    assert [str(row) for row in Trace.from_lines(lines)] == [str(row) for row in ours.trace]


def test_a_key_never_reaches_the_file() -> None:
    """What the host has dealt out is known by its check value, and told by that."""
    sink = io.StringIO()
    ours, key = recorder(sink), bytes.fromhex("0723C80DB5F4CD3D")
    ours.take("host", "signed_on", 0.0, {"tid": "1", "checks": [mac.kcv(key).hex()]})

    ours.take("terminal", "line", 1.0, {"text": f"sec: mak={key.hex()} loaded"})

    assert key.hex() not in sink.getvalue()
    assert [row.kind for row in ours.trace] == ["signed_on", "line", "key_in_clear"]
    assert ours.trace[2]["channel"] == "console"
    assert ours.trace[2]["checks"] == [mac.kcv(key).hex()]


def test_a_card_number_never_reaches_the_file() -> None:
    """Whatever a driver let through is truncated before it is written."""
    sink = io.StringIO()

    recorder(sink).take("terminal", "line", 0.0, {"text": "PAN 9999990000000014 read"})

    assert "9999990000000014" not in sink.getvalue()
    assert "999999" in sink.getvalue()


@pytest.mark.parametrize("huge", [10**400, 9999990000000014])
def test_a_number_of_any_size_is_written(huge: int) -> None:
    """JSON's integers have no end; one that is a card's is truncated as a text is."""
    sink = io.StringIO()

    recorder(sink).take("terminal", "ecr_status", 0.0, {"code": huge})

    assert "9999990000000014" not in sink.getvalue()
    assert Trace.from_lines(sink.getvalue().splitlines()).damaged == 0


def test_a_full_disk_is_said_once_and_nothing_before_it_is_lost() -> None:
    """The line that did not fit is an error of the bench; the trace in memory goes on."""
    sink = FullDisk(lines=2)
    ours = recorder(sink)
    ours.say("run_started")
    ours.say("given_ready")

    with pytest.raises(BenchError, match="No space left on device"):
        ours.say("healing")
    ours.say("bench_error", role="bench", message="full")

    assert len(sink.getvalue().splitlines()) == 2
    assert [row.kind for row in ours.trace] == [
        "run_started", "given_ready", "healing", "bench_error",
    ]  # fmt: skip


def test_a_listener_hears_what_comes_after_it_came() -> None:
    """Listeners see every observation from then on, and none when they have left."""
    ours = recorder()
    heard: list[str] = []

    def listen(seen: Observation) -> None:
        heard.append(seen.kind)

    ours.say("one")
    ours.listen(listen)
    ours.say("two")
    ours.unlisten(listen)
    ours.say("three")

    assert heard == ["two"]
