"""Good terminals with other habits than the reference's: none may FAIL."""

from pathlib import Path

import pytest

from harness.model.verdict import Outcome
from harness.tests.sim.good import good_terminals as good
from harness.tests.sim.good import other_habits as other
from harness.tests.sim.good.test_good_terminals import play, rows

#: Terminal -> items that it must pass.
PASSES: tuple[tuple[good.Plant, tuple[str, ...]], ...] = (
    (other.logs_alarms_last, ("peripherals/lights_on_low_supply", "host/disabled")),
    (other.logs_in_bursts, ("power/resync_after_decline", "operator/cancelled_at_each_prompt")),
    (good.logs_the_display_first, ("reader/declined_then_good",)),
    (other.ends_after_calm, ("peripherals/jams_again",)),
    (
        other.reminds_of_what_holds,
        ("data/register_has_the_way_tried", "peripherals/scanner_unplugged"),
    ),
    (other.lists_what_stands, ("host/refund_refused_in_the_end",)),
    (other.counts_sign_ons_apart, ("operator/taken_back", "host/unbalanced_with_reservation")),
    (other.repeats_by_type, ("host/settled_while_owing", "host/reversal_never_answered")),
    (other.tells_of_debts_at_once, ("host/settled_while_owing",)),
)
#: Terminal -> items by which nobody can say: it does at another time what they wait for.
UNSURE: tuple[tuple[good.Plant, tuple[str, ...]], ...] = (
    (good.sends_refunds_afterwards, ("host/refund_refused",)),
    (other.tells_of_debts_at_once, ("host/reversal_never_answered",)),
)
#: Terminal -> items that go by what the bench hears too late: that is said of the bench.
LATE: tuple[tuple[good.Plant, tuple[str, ...]], ...] = (
    (other.logs_in_bursts, ("reader/pulled_after_approval", "reader/weak_field")),
)


@pytest.mark.parametrize(
    ("plant", "story", "outcome"),
    [(*row, Outcome.PASS) for row in rows(PASSES)]
    + [(*row, Outcome.INCONCLUSIVE) for row in rows(UNSURE)]
    + [(*row, Outcome.ERROR) for row in rows(LATE)],
)
def test_another_habit_is_no_failure(
    plant: good.Plant, story: str, outcome: Outcome, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """What no rule says is the terminal's own."""
    monkeypatch.setattr("harness.sim.planted.find", lambda *_, **__: plant)

    verdict = play(story, tmp_path, planted=True).verdict

    assert verdict.outcome is outcome, verdict.reason
