"""A bench of payments that fails in mid-story: hosts, stores, hands, presenters, lines.

The terminal is never blamed, nothing passes without evidence, and the words say what to look at.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness import runner
from harness.errors import BenchError
from harness.files import carried
from harness.model.played import Played
from harness.model.verdict import Outcome
from harness.ports.base import Port
from harness.ports.memory import MemoryPort
from harness.runner import Session
from harness.sim.bench import Bench
from harness.tests.safety.tapped import BENDS, Tapped
from harness.tests.safety.whole_story import acted_on, played_on

Act = Callable[[Bench], object]


class Broken(Tapped):
    """Cuts every line to a device at a time; nobody answers there afterwards."""

    def __init__(self, *args: Any, device: str, since: float, **keys: Any) -> None:
        super().__init__(*args, since=since, device=device, bend=lambda chunk: [(0.0, chunk)],
                         **keys)  # fmt: skip
        self._device = device

    def connect(self, name: str) -> Port:
        port = super().connect(name)
        if name == self._device and isinstance(port, MemoryPort):
            self.clock.call_at(self._since, lambda: port.put_lost("closed by the other end"))
        return port


def _play(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    story: str,
    *,
    at: float = 0.0,
    act: Act | None = None,
    make: Callable[..., Bench] = Bench,
    defects: tuple[str, ...] = (),
    rig: str = "virtual",
) -> Played:
    """The first item of a story, with something done to the bench in mid run."""
    made = make if act is None else acted_on(make, at, act)
    told = carried("rigs", f"{rig}.yaml").read_text("utf-8")
    return played_on(made, folder, monkeypatch, story, rig=told, defects=defects)[0]


# --- a process that stands still, dies, or cannot keep its books ----------------------------------


def _swallow(_: bytes) -> None:
    """Where the answers of a process go that stands still."""


def _host_stands_still(bench: Bench) -> None:
    for front in bench.acquirer.fronts.values():
        front._take = lambda *_: None
    _mute(bench.acquirer._control)


def _store_stands_still(bench: Bench) -> None:
    _mute(bench.store._control)


def _mute(control: Any) -> None:
    for watcher in control._watchers:
        watcher.write = _swallow
    control._watchers.clear()


def _host_dies(bench: Bench) -> None:
    for which, front in bench.acquirer.fronts.items():
        assert which
        front.set_door("closed")
    for watcher in list(bench.acquirer._control._watchers):
        watcher.close()


def _books_are_full(bench: Bench) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise BenchError("books.sqlite: the books cannot be kept there (disk is full)")

    store: Any = bench.acquirer.ledger.store
    store._run = store.commit = full


#: Story, when, what, and what is said of it.
PROCESSES: Mapping[str, tuple[str, float, Act, str]] = {
    "host stands still before a sale": (
        "host/answer_declined", 14.0, _host_stands_still, "host: sim://host: no answer to",
    ),
    "host stands still in a sale": (
        "signal/short_gap", 14.75, _host_stands_still, "host: sim://host: no answer to",
    ),
    "host stands still when all is over": (
        "power/cut_while_host_answers", 30.0, _host_stands_still, "no answer to ledger in 5 s",
    ),
    "host dies": ("host/answer_declined", 14.75, _host_dies, "host: sim://host: closed by"),
    "second host dies, too": (
        "host/second_host_takes_over", 30.0, _host_dies, "host: sim://host: closed by",
    ),
    "books are full": (
        "host/answer_declined", 14.0, _books_are_full, "the books cannot be kept there",
    ),
    "store stands still": (
        "firmware/bad_image_refused", 18.0, _store_stands_still, "updates: sim://updates: no",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", PROCESSES)
def test_a_process_of_the_bench_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The terminal names what it meets, as it should, and is not judged by it."""
    story, at, act, said = PROCESSES[what]

    played = _play(tmp_path, monkeypatch, story, at=at, act=act)

    assert played.verdict.outcome is Outcome.ERROR, played.verdict.reason
    assert said in played.verdict.reason


def test_a_terminal_that_had_failed_while_its_host_was_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays the terminal's failure, whatever becomes of the host afterwards."""
    played = _play(
        tmp_path, monkeypatch, "power/cut_while_printing", at=40.0, act=_host_stands_still,
        defects=("second_restart",),
    )  # fmt: skip

    assert played.verdict.outcome is Outcome.FAIL, played.verdict.reason


# --- lines that are lost, and devices that talk nonsense ------------------------------------------

#: Device -> a story that needs it, and when.
DEVICES: Mapping[str, tuple[str, float]] = {
    "hands": ("peripherals/printer_not_ready", 14.0),
    "reader": ("reader/mute_chip", 14.0),
    "stripe": ("reader/bad_stripe", 14.0),
    "field": ("reader/weak_field", 14.0),
    "updates": ("firmware/bad_image_refused", 14.0),
}


@pytest.mark.parametrize("bend", ["late", "torn"])
@pytest.mark.parametrize("device", DEVICES)
def test_a_device_that_turns_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str, bend: str
) -> None:
    """It is an ERROR that names the device, and the next move where there is one to be named."""
    story, at = DEVICES[device]
    make = partial(Tapped, device=device, bend=BENDS[bend], since=at)

    played = _play(tmp_path, monkeypatch, story, make=make)

    assert played.verdict.outcome is Outcome.ERROR, played.verdict.reason
    told = [row["message"] for row in played.trace.of("bench_error")]
    assert any(device in line or "coil" in line or "servo" in line for line in told), told


@pytest.mark.parametrize("device", DEVICES)
def test_a_line_that_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    """It is an ERROR that says which line, and what to look at."""
    story, at = DEVICES[device]

    played = _play(tmp_path, monkeypatch, story, make=partial(Broken, device=device, since=at))

    assert played.verdict.outcome is Outcome.ERROR, played.verdict.reason
    assert f"sim://{device}: closed by the other end" in played.verdict.reason
    assert "Is it switched on and plugged in" in played.verdict.reason


@pytest.mark.parametrize("how", ["lost", "never", "text garbage", "torn"])
def test_a_console_that_falls_silent_while_the_terminal_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """What nobody could read was not left unsaid: the register and the host heard it at work."""
    device, since = "terminal/console", 14.5
    make = (
        partial(Broken, device=device, since=since)
        if how == "lost"
        else partial(Tapped, device=device, bend=BENDS[how], since=since)
    )

    played = _play(tmp_path, monkeypatch, "host/answer_declined", make=make)

    assert played.verdict.outcome is Outcome.ERROR, played.verdict.reason
    assert "console: nothing that can be read since 13.9 s" in played.verdict.reason
    assert "is its line plugged in" in played.verdict.reason


def test_a_terminal_that_is_dumb_everywhere_is_not_excused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A console that says nothing since nobody is alive behind it is no fault of the bench."""
    played = _play(
        tmp_path, monkeypatch, "signal/short_gap", defects=("watchdog_left_off",),
        at=16.0, act=lambda bench: bench.terminal.freeze(),
    )  # fmt: skip

    assert not [one for one in played.trace.of("bench_error") if one["role"] == "console"]
    assert played.verdict.outcome is Outcome.FAIL, played.verdict.reason


# --- an interrupt in mid-sale, whichever way the sale was asked for ------------------------------

VIRTUAL = carried("rigs", "virtual.yaml").read_text("utf-8")
ZVT = next(line for line in VIRTUAL.splitlines() if line.startswith("terminal:"))
WAYS = {
    "zvt": ZVT,
    "nexo": 'terminal: {driver: nexo, address: "sim://terminal/nexo", personality: countertop}',
    "concert": 'terminal: {driver: concert, address: "sim://terminal/concert"}',
}


@pytest.mark.parametrize("way", WAYS)
def test_an_interrupt_in_mid_sale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Nothing is judged that was not over, the supply is off, and what was seen is kept."""
    benches: list[Bench] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    def made(clock: Any, *args: Any, **keys: Any) -> Bench:
        benches.append(Bench(clock, *args, **keys))
        clock.call_at(14.75, interrupt)
        return benches[-1]

    monkeypatch.setattr(runner, "Bench", made)
    rig = tmp_path / "rig.yaml"
    rig.write_text(VIRTUAL.replace(ZVT, WAYS[way]), encoding="utf-8")

    with Session(rig=rig, out=tmp_path / "out") as session:
        story = session.items([carried("scenarios", "host", "answer_declined.yaml")])[0]
        with pytest.raises(KeyboardInterrupt):
            session.play(story)
        [played] = session.played

    assert played.verdict.outcome is Outcome.INCONCLUSIVE, played.verdict.reason
    assert [row["reason"] for row in played.trace.of("run_ended")] == ["interrupted"]
    assert played.trace.of("sale_started")
    assert benches[0].rail.volts() < 0.5
