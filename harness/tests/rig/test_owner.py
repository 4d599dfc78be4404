"""Owners: one call at a time, attention in between, trouble told once."""

from collections.abc import Callable
from typing import Any, Self

import pytest

from harness.clock import Clock, CooperativeClock, ThreadClock
from harness.errors import BenchError, DeviceRefused, PortLost
from harness.model.roles import Observe, ignore
from harness.ports.memory import MemoryPort, pair
from harness.rig.owner import Owner


class Chatty:
    """Watched and Polled; its calls take a second each."""

    poll_every = 10.0
    name = "chatty"

    def __init__(self, port: MemoryPort) -> None:
        self.observe: Observe = ignore
        self.port = port
        self.log: list[str] = []
        self.poll_error: BenchError | None = None
        self.reads = True

    def attend(self) -> None:
        while self.reads and self.port.readable:
            chunk = self.port.read()
            assert chunk is not None
            self.observe("line", t=chunk.t, text=chunk.data.decode())

    def poll(self) -> None:
        if self.poll_error is not None:
            raise self.poll_error
        self.observe("measured", volts=9.0)

    def work(self, name: str) -> str:
        self.log.append(f"{name} begins")
        self.port.clock.sleep(0.01 if not self.port.clock.virtual else 1.0)
        self.log.append(f"{name} ends")
        return name.upper()

    def refuse(self) -> None:
        raise DeviceRefused("-222")


class Bench:
    """An owned chatty device and what was told of it."""

    def __init__(self, clock: Clock, source: str, kind: type["Chatty"]) -> None:
        self.clock = clock
        self.source = source
        self.kind = kind
        self.told: list[tuple[str, str, float, Any]] = []

    def __enter__(self) -> Self:
        near, self.far = pair(self.clock, "toy")
        self.driver = self.kind(near)
        self.owner = Owner(
            self.clock,
            "modem",
            self.source,
            self.driver,
            near,
            lambda *told: self.told.append(told),
        )
        return self

    def __exit__(self, *why: object) -> None:
        self.owner.release()

    def kinds(self) -> list[str]:
        return [kind for _, kind, _, _ in self.told]


def _in(
    clock: Clock,
    main: Callable[[Bench], None],
    kind: type[Chatty] = Chatty,
    *,
    source: str = "modem",
) -> None:
    def inside() -> None:
        with Bench(clock, source, kind) as bench:
            main(bench)

    clock.run(inside)


@pytest.mark.parametrize("kernel", [CooperativeClock, ThreadClock])
def test_calls_run_one_at_a_time_in_order(kernel: Callable[[], Clock]) -> None:
    """Two calls never mix, and each gives its result to who asked."""

    def main(bench: Bench) -> None:
        first, second = bench.owner.start("work", "a"), bench.owner.start("work", "b")
        if bench.clock.virtual:  # in real time it may be over by now
            assert not first.wait(until=bench.clock.now())
        assert second.result() == "B"
        assert first.done
        assert first.result() == "A"
        assert bench.driver.log == ["a begins", "a ends", "b begins", "b ends"]

    _in(kernel(), main)


@pytest.mark.parametrize("kernel", [CooperativeClock, ThreadClock])
def test_an_exception_goes_to_the_caller(kernel: Callable[[], Clock]) -> None:
    """A refusal is raised where the call was made; the owner lives on."""

    def main(bench: Bench) -> None:
        with pytest.raises(DeviceRefused, match="-222"):
            bench.owner.refuse()
        assert bench.owner.work("a") == "A"
        assert "bench_error" not in bench.kinds()

    _in(kernel(), main)


def test_attributes_pass_and_unknown_ones_do_not() -> None:
    """What the driver is, the owner shows; what it lacks, the owner lacks."""

    def main(bench: Bench) -> None:
        assert bench.owner.name == "chatty"
        assert not hasattr(bench.owner, "set_voltage")
        assert not hasattr(bench.owner, "_port")
        with pytest.raises(AttributeError):
            bench.owner.start("set_voltage", 3)

    _in(CooperativeClock(), main)


def test_a_call_that_overtakes() -> None:
    """What is asked for first of all runs before what waits, not before what runs."""

    def main(bench: Bench) -> None:
        bench.owner.start("work", "a")
        bench.clock.sleep(0.5)
        bench.owner.start("work", "b")
        bench.owner.start_first("work", "safe").result()
        assert bench.driver.log[:4] == ["a begins", "a ends", "safe begins", "safe ends"]

    _in(CooperativeClock(), main)


def test_what_nobody_waits_for_any_more_is_not_begun() -> None:
    """A caller that was killed while its call waited does not act from the grave."""

    def main(bench: Bench) -> None:
        bench.owner.start("work", "long")
        caller = bench.clock.spawn("caller", lambda: bench.owner.work("grave"))
        bench.clock.sleep(0.5)
        caller.kill()
        bench.clock.sleep(5)
        assert bench.driver.log == ["long begins", "long ends"]

    _in(CooperativeClock(), main)


def test_what_comes_unasked_is_told_with_the_time_of_its_reading() -> None:
    """Between calls the driver attends; during a call it waits, but stamps do not."""

    def main(bench: Bench) -> None:
        bench.clock.call_at(1.0, lambda: bench.far.write(b"early"))
        bench.clock.call_at(2.5, lambda: bench.far.write(b"late"))
        bench.clock.sleep(2)
        bench.owner.work("a")
        bench.clock.sleep(1)
        lines = [(source, t, row["text"]) for source, kind, t, row in bench.told if kind == "line"]
        assert lines == [("modem", 1.0, "early"), ("modem", 2.5, "late")]

    _in(CooperativeClock(), main)


def test_polling_keeps_its_pace() -> None:
    """A polled device is asked at once and then every ``poll_every`` seconds."""

    def main(bench: Bench) -> None:
        bench.clock.sleep(25)
        assert [t for _, kind, t, _ in bench.told if kind == "measured"] == [0, 10, 20]

    _in(CooperativeClock(), main)


class Patient(Chatty):
    """One that may be polled more rarely."""

    poll_at_most = 30.0
    at_ease = True


def _polled(bench: Bench) -> list[float]:
    return [round(t, 3) for _, kind, t, _ in bench.told if kind == "measured"]


def test_polls_grow_rare_while_nothing_happens() -> None:
    """After a while each interval is longer than the one before, up to what the driver allows."""

    def main(bench: Bench) -> None:
        bench.clock.sleep(150)
        assert _polled(bench) == [0, 10, 20, 35, 57.5, 87.5, 117.5, 147.5]

    _in(CooperativeClock(), main, Patient)


@pytest.mark.parametrize("rousing", ["rouse", "poll_soon"])
def test_polls_are_frequent_again_once_something_happens(rousing: str) -> None:
    """News of the bench, or trouble of the terminal: the short interval again."""

    def main(bench: Bench) -> None:
        bench.clock.sleep(90)
        getattr(bench.owner, rousing)()
        bench.clock.sleep(25)
        first = 90 if rousing == "poll_soon" else 100
        assert _polled(bench)[6:8] == [first, first + 10]

    _in(CooperativeClock(), main, Patient)


def test_before_a_call_it_is_polled_where_that_was_long_ago() -> None:
    """What happened unseen before a call must not be taken for what the call did."""

    def main(bench: Bench) -> None:
        bench.clock.sleep(80)
        bench.owner.work("a")
        assert _polled(bench)[5:] == [80]
        bench.owner.work("b")
        assert _polled(bench)[5:] == [80]
        bench.clock.sleep(10)
        assert _polled(bench)[5:] == [80, 90]

    _in(CooperativeClock(), main, Patient)


def test_polls_stay_frequent_where_the_driver_is_not_at_ease() -> None:
    """What it watches is on the move: every reading counts."""

    class Busy(Patient):
        at_ease = False

    def main(bench: Bench) -> None:
        bench.clock.sleep(45)
        assert _polled(bench) == [0, 10, 20, 30, 40]

    _in(CooperativeClock(), main, Busy)


def test_a_poll_that_fails_is_soon_tried_again() -> None:
    """Trouble does not make the next look come later."""

    def main(bench: Bench) -> None:
        bench.driver.poll_error = BenchError("no answer")
        bench.clock.sleep(15)
        bench.driver.poll_error = None
        bench.clock.sleep(10)
        assert _polled(bench) == [20]

    _in(CooperativeClock(), main, Patient)


def test_trouble_in_polling_is_told_once() -> None:
    """A poll that keeps failing is one bench error; after a good one the next is told again."""

    def main(bench: Bench) -> None:
        bench.driver.poll_error = BenchError("no answer")
        bench.clock.sleep(45)
        assert bench.kinds() == ["bench_error"]
        assert bench.told[0][0] == "engine"
        assert bench.told[0][3] == {"role": "modem", "message": "no answer"}
        bench.driver.poll_error = None
        bench.clock.sleep(10)
        bench.driver.poll_error = BenchError("again")
        bench.clock.sleep(25)
        assert bench.kinds() == ["bench_error", "measured", "bench_error"]

    _in(CooperativeClock(), main)


def test_a_lost_port_is_told_once_and_does_not_stop_time() -> None:
    """A device that went away is one bench error, and the run goes on."""

    def main(bench: Bench) -> None:
        bench.clock.sleep(1)
        bench.far.close()
        bench.clock.sleep(60)
        assert bench.kinds().count("bench_error") == 1
        assert bench.clock.now() == 61

    _in(CooperativeClock(), main)


def test_the_terminals_own_lost_line_is_no_bench_error() -> None:
    """A terminal that dies drops its connections: that is evidence, not a broken bench."""

    def main(bench: Bench) -> None:
        bench.far.close()
        bench.clock.sleep(60)
        assert "bench_error" not in bench.kinds()

    _in(CooperativeClock(), main, source="terminal")


def test_a_driver_that_leaves_the_port_readable_does_not_stop_time() -> None:
    """Attention that takes nothing in is given up for a while instead of turning for ever."""

    def main(bench: Bench) -> None:
        bench.driver.reads = False
        bench.far.write(b"x")
        bench.clock.sleep(5)
        bench.driver.reads = True
        bench.clock.sleep(1)
        assert "line" in bench.kinds()

    _in(CooperativeClock(), main)


def test_a_released_owner_breaks_off_and_refuses() -> None:
    """Release ends what runs, refuses what waits, and every later call."""

    def main(bench: Bench) -> None:
        running, waiting = bench.owner.start("work", "a"), bench.owner.start("work", "b")
        bench.clock.sleep(0.5)
        bench.owner.release()
        for pending in (running, waiting, bench.owner.start("work", "c")):
            assert pending.done
            with pytest.raises(BenchError):
                pending.result()
        assert bench.driver.log == ["a begins"]

    _in(CooperativeClock(), main)


def test_who_opens_his_port_himself_is_told_when_it_is_lost_again() -> None:
    """A loss that was seen to does not have the next one mended behind the driver's back."""

    class Redialling(Chatty):
        losses = 0

        def attend(self) -> None:
            try:
                super().attend()
            except PortLost:
                self.losses += 1
                raise

        def work(self, name: str) -> str:
            self.port.open()
            return name

    class Port(MemoryPort):
        def open(self) -> None:
            self._lost = None

    clock = CooperativeClock()
    driver = Redialling(port := Port(clock, "toy"))

    def main() -> None:
        owner = Owner(clock, "terminal", "terminal", driver, port, lambda *_: None)
        for count, soon in ((1, 0.01), (2, 1.0)):
            port.put_lost("hung up")
            clock.sleep(soon)
            assert driver.losses == count
            assert owner.work("again") == "again"

    clock.run(main)


def test_a_port_that_was_away_is_opened_when_it_can_be() -> None:
    """A device without power yet is tried again until it is there."""

    class Sleeper(MemoryPort):
        awake_at = 3.2

        def open(self) -> None:
            if self.clock.now() < self.awake_at:
                raise PortLost("connection refused")

    clock = CooperativeClock()
    told: list[tuple[Any, ...]] = []

    def main() -> None:
        near, far = Sleeper(clock, "toy"), Sleeper(clock, "toy")
        near.join(far)
        owner = Owner(
            clock, "console", "terminal", Chatty(near), near, lambda *one: told.append(one)
        )
        owner.port_is_away()
        far.write(b"boot")
        clock.sleep(3)
        assert not [one for one in told if one[1] == "line"]
        clock.sleep(1)
        assert [one[3]["text"] for one in told if one[1] == "line"] == ["boot"]

    clock.run(main)
