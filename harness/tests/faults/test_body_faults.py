"""Faults of the terminal's own parts, its clock, its warmth and its software."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from harness.faults.ambient_temperature import AmbientTemperature
from harness.faults.app_hangs import AppHangs
from harness.faults.app_killed import AppKilled
from harness.faults.batch_limited import BatchLimited
from harness.faults.clock_wrong import ClockWrong
from harness.faults.code_shown import CodeShown
from harness.faults.deal_forbidden import DealForbidden
from harness.faults.flash_filled import FlashFilled
from harness.faults.forced_restart import ForcedRestart
from harness.faults.images_lost import ImagesLost
from harness.faults.memory_filled import MemoryFilled
from harness.faults.part import Part
from harness.faults.records_spoilt import RecordsSpoilt
from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.trace import Observation
from harness.model.units import Seconds, Volts


class Recorder:
    """Plays every role by writing down what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def parts(self) -> list[str]:
        return ["paper"]

    def put(self, part: str, state: str) -> None:
        self.asked.append(("put", part, state))

    def show_code(self, code: str) -> None:
        self.asked.append(("show", code))

    def set_temperature(self, celsius: float) -> None:
        self.asked.append(("ambient", celsius))

    def hang_app(self) -> None:
        self.asked.append(("hang",))

    def kill_app(self) -> None:
        self.asked.append(("kill",))

    def force_restart(self) -> None:
        self.asked.append(("restart",))

    def set_clock(self, *, to: str = "", by: float = 0.0) -> None:
        self.asked.append(("clock", to, by))

    def fill_storage(self, percent: float) -> None:
        self.asked.append(("fill", percent))

    def free_storage(self) -> None:
        self.asked.append(("free",))

    def spoil_records(self) -> None:
        self.asked.append(("spoil",))

    def mend_records(self) -> None:
        self.asked.append(("mend",))

    def erase_images(self) -> None:
        self.asked.append(("erase",))

    def fill_memory(self, percent: float) -> None:
        self.asked.append(("take", percent))

    def free_memory(self) -> None:
        self.asked.append(("give",))

    def limit_batch(self, records: int | None) -> None:
        self.asked.append(("batch", records))

    def allow(self, deal: str, *, on: bool) -> None:
        self.asked.append(("allow", deal, on))


@contextmanager
def cast() -> Iterator[tuple[Cast, list[tuple[Any, ...]]]]:
    """A cast of one recorder, and what it was asked for."""
    recorder = Recorder()
    yield Cast({"hands": recorder}, Volts(5), lambda _: None), recorder.asked


def hands_saw(kind: str, **fields: Any) -> Observation:
    """One observation of the hands."""
    return Observation(1, 0.0, "hands", kind, fields)


FAULTS = [
    (Part("paper", "out"), [("put", "paper", "out")], [("put", "paper", "in")],
     hands_saw("part", part="paper", state="out"), hands_saw("part", part="paper", state="in")),
    (Part("touch"), [("put", "touch", "dead")], [("put", "touch", "good")],
     hands_saw("part", part="touch", state="dead"), hands_saw("part", part="keys", state="dead")),
    (CodeShown("glare"), [("show", "glare")], [("show", "none")],
     hands_saw("code_shown", code="glare"), hands_saw("code_shown", code="good")),
    (AmbientTemperature(45.0), [("ambient", 45.0)], [("ambient", 23.0)],
     hands_saw("ambient", celsius=45.0), hands_saw("ambient", celsius=23.0)),
    (AppHangs(), [("hang",)], [], hands_saw("debugged", what="hang"),
     hands_saw("debugged", what="kill")),
    (AppKilled(), [("kill",)], [], hands_saw("debugged", what="kill"), hands_saw("pressed")),
    (ForcedRestart(), [("restart",)], [], hands_saw("debugged", what="restart"),
     Observation(1, 0.0, "terminal", "boot", {"reason": "daily"})),
    (ClockWrong(by=Seconds(60)), [("clock", "", 60.0)], [], hands_saw("debugged", what="clock"),
     hands_saw("debugged", what="fill")),
    (ClockWrong(to="2000-01-01"), [("clock", "2000-01-01", 0.0)], [],
     hands_saw("debugged", what="clock"), hands_saw("ambient", celsius=1.0)),
    (BatchLimited(3), [("batch", 3)], [("batch", None)], hands_saw("debugged", what="batch"),
     hands_saw("debugged", what="free")),
    (RecordsSpoilt(), [("spoil",)], [("mend",)], hands_saw("debugged", what="spoil"),
     hands_saw("debugged", what="mend")),
    (MemoryFilled(97.0), [("take", 97.0)], [("give",)], hands_saw("debugged", what="take"),
     hands_saw("debugged", what="give")),
    (DealForbidden("refund"), [("allow", "refund", False)], [("allow", "refund", True)],
     hands_saw("debugged", what="allow"), hands_saw("debugged", what="batch")),
    (ImagesLost(), [("erase",)], [], hands_saw("debugged", what="erase"),
     hands_saw("debugged", what="spoil")),
    (FlashFilled(98.0), [("fill", 98.0)], [("free",)], hands_saw("debugged", what="fill"),
     hands_saw("debugged", what="free")),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "begin", "end", "effect", "other"), FAULTS)
def test_it_is_done_and_taken_back(
    fault: Any, begin: Any, end: Any, effect: Observation, other: Observation
) -> None:
    """What is asked at the injection and at the clearing, also when the story fails inside."""
    with cast() as (players, asked):
        with suppress(ZeroDivisionError), fault.inject(players):
            assert asked == begin
            raise ZeroDivisionError
        assert asked == [*begin, *end]
    assert fault.took_effect(effect)
    assert not fault.took_effect(other)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Part("wings"), lambda: Part("paper", "in"), lambda: Part("paper", "wet"),
        lambda: CodeShown("good"), lambda: AmbientTemperature(90.0), ClockWrong,
        lambda: ClockWrong("2000-01-01", Seconds(1)), lambda: ClockWrong("soon"),
        lambda: FlashFilled(0.0), lambda: FlashFilled(101.0),
        lambda: BatchLimited(0), lambda: MemoryFilled(0.0), lambda: MemoryFilled(101.0),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(wrong: Any) -> None:
    """Parts, states, codes and values that are none, and those that are no fault."""
    with pytest.raises(ValueError, match=r"\w"):
        wrong()


def test_a_part_out_of_reach_is_refused_before_the_run() -> None:
    """Where the hands of a rig reach some parts but not this one."""
    means = Means(Volts(5), offers=frozenset({"part paper"}))
    assert Part("paper").refusal(means) == ""
    assert "cover" in Part("cover").refusal(means)
