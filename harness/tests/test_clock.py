"""One conformance suite for all three kernels, and what only some of them promise."""

import contextlib
import os
import random
import threading
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clock import Clock, CooperativeClock, Killed, ThreadClock
from harness.errors import Stuck
from harness.tests.patience import LIMIT

KERNELS: dict[str, Callable[[], Clock]] = {
    "virtual": CooperativeClock,
    "wall": lambda: CooperativeClock(wall=True),
    "threads": ThreadClock,
}
TICK = 0.01  # s


@pytest.fixture(params=list(KERNELS.values()), ids=list(KERNELS))
def clock(request: pytest.FixtureRequest) -> Clock:
    """A fresh clock of each kernel."""
    made: Clock = request.param()
    return made


def test_run_returns_what_main_returns(clock: Clock) -> None:
    """The result of main comes out of run."""
    assert clock.run(lambda: 42) == 42


def test_run_raises_what_main_raises(clock: Clock) -> None:
    """An error of main comes out of run."""

    def main() -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        clock.run(main)


def test_a_sleep_is_never_short(clock: Clock) -> None:
    """After sleeping until a time it is that time, and the lateness told is true."""

    def main() -> None:
        late = clock.sleep_until(TICK)
        assert clock.now() >= TICK
        assert 0 <= late <= clock.now() - TICK + 1e-9
        assert clock.sleep_until(0.0) > 0

    clock.run(main)


def test_a_precise_sleep_is_hardly_late(clock: Clock) -> None:
    """A precise sleep ends at its time and, as a rule, not much after it."""

    def main() -> list[float]:
        return [clock.sleep_until(clock.now() + TICK, precise=True) for _ in range(10)]

    assert 0 <= min(clock.run(main)) < 0.1


def test_a_task_runs_beside_its_maker(clock: Clock) -> None:
    """Spawned work goes on while main sleeps, and join sees its end."""
    seen: list[str] = []
    may = clock.mailbox("leave to go on")

    def work() -> None:
        assert may.get(until=clock.now() + LIMIT)
        seen.append("work")

    def main() -> None:
        task = clock.spawn("work", work)
        assert not task.join(until=clock.now() + TICK)
        may.put("go")
        assert task.join(until=clock.now() + LIMIT)
        assert task.done
        seen.append("main")

    clock.run(main)

    assert seen == ["work", "main"]


def test_a_signal_wakes_who_waits_for_its_condition(clock: Clock) -> None:
    """A waiter goes on once its condition is true, not merely at the notification."""
    told = clock.signal("told")
    box: list[int] = []

    def work() -> None:
        for number in range(3):
            clock.sleep(TICK / 5)
            box.append(number)
            told.notify()

    def main() -> int:
        clock.spawn("work", work)
        assert told.wait_for(lambda: len(box) == 3, until=clock.now() + LIMIT)
        return len(box)

    assert clock.run(main) == 3


def test_a_wait_ends_at_its_time(clock: Clock) -> None:
    """A condition that never comes true is given up at ``until``, and not before."""

    def main() -> float:
        assert not clock.signal("never").wait_for(lambda: False, until=TICK)
        return clock.now()

    assert TICK <= clock.run(main) < TICK + LIMIT


def test_a_mailbox_keeps_its_order(clock: Clock) -> None:
    """What was put first is got first; an empty box gives nothing at its time."""
    box = clock.mailbox("post")

    def main() -> list[int | None]:
        for number in (1, 2, 3):
            box.put(number)
        got = [box.get(until=clock.now() + LIMIT) for _ in range(3)]
        return [*got, box.get(until=clock.now() + TICK)]

    assert clock.run(main) == [1, 2, 3, None]


def test_timers_fire_in_the_order_of_their_times(clock: Clock) -> None:
    """Timers fire by time, ties by creation, and a cancelled one not at all."""
    told, all_set = clock.signal("told"), threading.Event()
    seen: list[str] = []

    def hold() -> None:  # none fires before all of them are set
        all_set.wait(LIMIT)

    def fire(name: str) -> None:
        seen.append(name)
        told.notify()

    def main() -> bool:
        clock.call_at(0.0, hold)
        for when, name in ((0.02, "late"), (0.01, "one"), (0.01, "two"), (0.015, "never")):
            timer = clock.call_at(when, partial(fire, name))
            if name == "never":
                timer.cancel()
        all_set.set()
        return told.wait_for(lambda: len(seen) >= 3, until=clock.now() + LIMIT)

    assert clock.run(main)

    assert seen == ["one", "two", "late"]


def test_an_error_in_a_task_is_raised_in_main(clock: Clock) -> None:
    """Nobody's error is lost: it interrupts main's wait and says where it is from."""

    def work() -> None:
        raise KeyError("task")

    def main() -> None:
        clock.spawn("unlucky", work)
        clock.sleep(LIMIT)

    with pytest.raises(KeyError) as told:
        clock.run(main)

    assert "unlucky" in told.value.__notes__[0]


def test_an_error_in_a_task_is_raised_though_one_was_caught_before(clock: Clock) -> None:
    """The second failure interrupts main as the first did."""

    def work() -> None:
        raise KeyError("task")

    def main() -> None:
        with pytest.raises(KeyError):
            clock.spawn("unlucky", work).join(until=clock.now() + LIMIT)
        clock.spawn("again", work)
        clock.sleep(LIMIT)

    with pytest.raises(KeyError):
        clock.run(main)


def test_an_error_from_before_main_began_reaches_it(clock: Clock) -> None:
    """A task that was spawned before run and fails at once stops main at its first wait."""

    def work() -> None:
        raise KeyError("early")

    clock.spawn("early", work)

    with pytest.raises(KeyError):
        clock.run(lambda: clock.sleep(LIMIT))


def test_an_error_in_a_timer_is_raised_in_main(clock: Clock) -> None:
    """A timer's error is raised in main, which waited for something else."""

    def broken() -> None:
        raise KeyError("timer")

    def main() -> None:
        clock.call_at(0.0, broken)
        clock.sleep(LIMIT)

    with pytest.raises(KeyError) as told:
        clock.run(main)

    assert "timer" in told.value.__notes__[0]


def test_a_killed_task_cleans_up_and_may_wait_meanwhile(clock: Clock) -> None:
    """Killed is raised once, where the task waits; its finally block runs to its end."""
    seen: list[str] = []
    begun = clock.mailbox("begun")

    def work() -> None:
        begun.put("victim")
        try:
            clock.sleep(LIMIT)
        finally:
            seen.append("cleaning")
            clock.sleep(TICK)
            seen.append("clean")

    def main() -> None:
        task = clock.spawn("victim", work)
        assert begun.get(until=clock.now() + LIMIT)
        task.kill()
        assert task.join(until=clock.now() + LIMIT)

    clock.run(main)

    assert seen == ["cleaning", "clean"]


def test_tasks_still_running_at_the_end_are_killed(clock: Clock) -> None:
    """Run leaves nobody behind."""
    seen: list[str] = []
    begun = clock.mailbox("begun")

    def work() -> None:
        begun.put("forgotten")
        try:
            clock.signal("never").wait_for(lambda: False)
        except Killed:
            seen.append("killed")
            raise

    def main() -> None:
        clock.spawn("forgotten", work)
        assert begun.get(until=clock.now() + LIMIT)

    clock.run(main)

    assert seen == ["killed"]


def test_killing_the_dead_does_nothing(clock: Clock) -> None:
    """A task that is over may be killed again."""

    def main() -> None:
        task = clock.spawn("short", lambda: None)
        task.join()
        task.kill()
        clock.sleep(TICK)

    clock.run(main)


def test_a_wait_that_cannot_end_is_told() -> None:
    """In virtual time a deadlock is an error that names who waits for what."""
    clock = CooperativeClock()
    answer = clock.signal("the answer")

    def main() -> None:
        clock.spawn("clerk", lambda: answer.wait_for(lambda: False))
        clock.signal("the clerk").wait_for(lambda: False)

    with pytest.raises(Stuck, match=r"main waits for the clerk; clerk waits for the answer"):
        clock.run(main)


def test_a_timer_may_not_wait() -> None:
    """A timer that waits would stop time; it is told instead."""
    clock = CooperativeClock()

    def main() -> None:
        clock.call_at(1.0, lambda: clock.sleep(1))
        clock.sleep(LIMIT)

    with pytest.raises(RuntimeError, match="must not wait"):
        clock.run(main)


def test_virtual_time_costs_none() -> None:
    """A day passes at once, and ends exactly when it should."""
    clock = CooperativeClock()

    clock.run(lambda: clock.sleep(86400))

    assert clock.now() == 86400.0


def test_the_wall_kernel_listens_to_descriptors() -> None:
    """A readable descriptor calls its act while tasks wait."""
    clock = CooperativeClock(wall=True)
    ours, theirs = os.pipe()
    box = clock.mailbox("bytes")
    clock.listen(ours, lambda: box.put(os.read(ours, 100)))

    def main() -> bytes | None:
        clock.spawn("writer", lambda: os.write(theirs, b"hello"))
        return box.get(until=LIMIT)

    assert clock.run(main) == b"hello"

    clock.unlisten(ours)
    for end in (ours, theirs):
        os.close(end)


def _history(seed: int, tasks: int) -> list[str]:
    """What a random program does in virtual time."""
    rng = random.Random(seed)
    clock = CooperativeClock()
    bell = clock.signal("bell")
    seen: list[str] = []

    def work(name: str) -> None:
        for _ in range(rng.randrange(1, 6)):
            choice = rng.randrange(4)
            if choice == 0:
                clock.sleep(rng.choice((0, 0.5, 0.5, 1)))
            elif choice == 1:
                bell.notify()
            elif choice == 2:
                bell.wait_for(lambda: rng.random() < 0.3, until=clock.now() + 1)
            else:
                clock.call_at(clock.now() + 0.5, lambda: seen.append(f"timer of {name}"))
            seen.append(f"{clock.now():.3f} {name} {choice}")

    def main() -> None:
        running = [
            clock.spawn(f"t{number}", partial(work, f"t{number}")) for number in range(tasks)
        ]
        rng.choice(running).kill()
        clock.sleep(20)

    clock.run(main)
    return [*seen, str(clock.events)]


@given(seed=st.integers(0, 2**32), tasks=st.integers(1, 6))
def test_the_same_seed_gives_the_same_history(seed: int, tasks: int) -> None:
    """Virtual time is deterministic, to the order of events at the same instant."""
    assert _history(seed, tasks) == _history(seed, tasks)


def test_an_interrupt_is_raised_where_the_main_task_waits() -> None:
    """Whoever runs when a signal comes goes on; the main task is told, and cleans up in peace."""
    clock = CooperativeClock()
    log: list[str] = []

    def beside() -> None:
        clock.interrupt(KeyboardInterrupt("SIGTERM"))
        log.append("went on")
        clock.sleep(1.0)
        log.append("and on")

    def main() -> None:
        clock.spawn("beside", beside)
        try:
            clock.sleep(60.0)
        finally:
            clock.sleep(5.0)
            log.append(f"safe at {clock.now():g} s")

    with pytest.raises(KeyboardInterrupt):
        clock.run(main)

    assert log == ["went on", "and on", "safe at 5 s"]


def test_going_round_in_circles_at_one_instant_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain of timers that never lets time move ends in Stuck, not in a hang."""
    monkeypatch.setattr("harness.clock.cooperative.CIRCLES", 1000)
    clock = CooperativeClock()

    def again() -> None:
        clock.call_at(clock.now(), again)

    def main() -> None:
        again()
        clock.sleep(1.0)

    with pytest.raises(Stuck, match="time does not move"):
        clock.run(main)


@pytest.mark.parametrize("whose", ["a task's", "the main task's", "one that catches everything"])
def test_a_loop_that_never_waits_is_told(monkeypatch: pytest.MonkeyPatch, whose: str) -> None:
    """Asking for what is there, or what is too late already, again and again: Stuck says who."""
    monkeypatch.setattr("harness.clock.cooperative.CIRCLES", 1000)
    clock = CooperativeClock()

    def loop() -> None:
        bell = clock.signal("the bell")
        while True:
            with contextlib.suppress(Exception if "catches" in whose else KeyError):
                bell.wait_for(lambda: False, until=clock.now())
                bell.wait_for(lambda: True)

    def main() -> None:
        if "main" in whose:
            loop()
        clock.spawn("firmware", loop)
        clock.sleep(1.0)

    who = "main" if "main" in whose else "firmware"
    with pytest.raises(Stuck, match=rf"time does not move; {who} does not wait for the bell"):
        clock.run(main)


def test_time_that_hardly_moves_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timers without end, each a moment later than the one before."""
    monkeypatch.setattr("harness.clock.cooperative.CIRCLES", 1000)
    clock = CooperativeClock()

    def again() -> None:
        clock.call_at(clock.now() + 1e-6, again)

    def main() -> None:
        again()
        clock.sleep(1.0)

    with pytest.raises(Stuck, match="time does not move"):
        clock.run(main)


def test_much_at_once_is_no_circle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds full of work, again and again, as long as each comes to an end."""
    monkeypatch.setattr("harness.clock.cooperative.CIRCLES", 1000)
    clock = CooperativeClock()

    def main() -> float:
        for _ in range(20):
            for _ in range(400):
                clock.sleep(1e-6)
            clock.sleep(1.0)
        return clock.now()

    assert clock.run(main) > 20.0
