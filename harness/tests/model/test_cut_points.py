"""The table of cut points."""

from typing import get_args

import pytest

from harness.engine.steps import CutAt, read_step
from harness.model.cut_points import CUT_POINTS, FAULTS, PointName
from harness.model.units import Seconds


def test_every_point_has_signs_and_an_end_state() -> None:
    """P0 to P13, in order."""
    assert list(CUT_POINTS) == list(get_args(PointName)) == [f"P{n}" for n in range(14)]
    assert all(point.marks and point.endings and point.ends for point in CUT_POINTS.values())


def test_the_best_sign_that_a_rig_can_see_is_taken() -> None:
    """The host's where it is observed, else the terminal's log, else none."""
    point = CUT_POINTS["P4"]

    assert str(point.mark({"host", "console"})).count("reply_due")
    assert str(point.mark({"console"})).count("request_sent")
    assert point.mark({"display"}) is None


@pytest.mark.parametrize("by", sorted(FAULTS))
def test_each_way_to_cut_is_a_fault(by: str) -> None:
    """Labelled as its point, with the time where it takes one."""
    word, step = read_step({"cut_at": {"point": "P4", "by": by, "lasting": "300 ms"}})

    assert word == "cut_at"
    assert isinstance(step, CutAt)
    assert step.injection.label == "P4"
    assert step.injection.word == FAULTS[by][0]  # type: ignore[index]
    assert getattr(step.injection.fault, "lasting", Seconds(0.3)) == Seconds(0.3)
