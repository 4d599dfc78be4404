"""Traces that passed, corrupted: no PASS without the effect, no FAIL for want of evidence."""

import pytest

from harness.files import carried
from harness.model.verdict import Outcome
from harness.runner import Session
from harness.tests.safety.mutants import Rows, judged, rows_of, without, without_evidence

STORIES = (
    "cut_points", "cut_sweep", "dip_mid_sale", "interruptions", "low_supply", "preset_sweep",
    "preset_variations", "weak_while_printing", "cut_while_printing", "dip_while_writing",
    "hover", "contacts", "slow_brownout", "cut_after_each_sale", "sale_on_low_supply",
    "cut_while_settling", "cut_while_refunding",
)  # fmt: skip
BENCH = ("supply", "switch")
UNSEEN = (Outcome.INCONCLUSIVE, Outcome.ERROR)
#: What the bench or the engine says about the supply; without it a run may still be a PASS.
SAID = (
    "measured", "set", "output", "closed", "opened", "pulsed", "power_asked", "power_uploaded",
    "power_achieved", "fault_cleared", "step_started", "step_done", "healing",
)  # fmt: skip


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[Rows]:
    """The last item of each story, which passes."""
    rig, out = carried("rigs", "virtual.yaml"), tmp_path_factory.mktemp("recorded")
    rows = []
    with Session(rig=rig, out=out) as session:
        for story in STORIES:
            played = session.play(
                session.items([carried("scenarios", "power", f"{story}.yaml")])[-1]
            )
            assert played.verdict.outcome is Outcome.PASS, (story, played.verdict.reason)
            rows.append(rows_of(played.folder))
    return rows


def _late(rows: Rows) -> Rows:
    """Whatever was timed missed its tolerance."""
    return [
        {**row, "late": 2 * row["tolerance"] + 0.1} if row.get("tolerance") is not None else row
        for row in rows
    ]


def _effect_first(rows: Rows) -> Rows:
    """What is called the effect came before the fault."""
    at = next(at for at, row in enumerate(rows) if row["kind"] == "fault_injected")
    lines = {row["evidence"] for row in rows if row["kind"] == "fault_took_effect"}
    first = [row for row in rows if row["n"] in lines]
    return [*rows[:at], *first, *[row for row in rows[at:] if row["n"] not in lines]]


BLIND = {
    "no effect": without(lambda row: row["kind"] == "fault_took_effect"),
    "no line that shows the effect": without_evidence,
    "an effect before the fault": _effect_first,
    "nothing of the bench": without(lambda row: row["source"] in BENCH),
    "late": _late,
    "no end": without(lambda row: row["kind"] == "run_ended"),
}


@pytest.mark.parametrize("name", sorted(BLIND))
def test_no_pass_without_the_faults_effect(recorded: list[Rows], name: str) -> None:
    """The unseen is INCONCLUSIVE: neither a PASS nor held against the terminal."""
    for rows in recorded:
        outcome, reason = judged(BLIND[name](rows))
        assert outcome in UNSEEN, (rows[0]["spec"], reason)


def test_a_trace_that_is_cut_off(recorded: list[Rows]) -> None:
    """At any place before the end."""
    for rows in recorded:
        end = next(at for at, row in enumerate(rows) if row["kind"] == "run_ended")
        for cut in range(0, end, 23):
            assert judged(rows[:cut])[0] in UNSEEN


@pytest.mark.parametrize("kind", SAID)
def test_what_the_bench_did_not_say_is_not_held_against_the_terminal(
    recorded: list[Rows], kind: str
) -> None:
    """No FAIL comes from lines of the bench that are missing."""
    for rows in recorded:
        outcome, reason = judged([row for row in rows if row["kind"] != kind])
        assert outcome is not Outcome.FAIL, (rows[0]["spec"], reason)


@pytest.mark.parametrize("by", [-5.0, -1.0, 1.0, 5.0, 30.0])
def test_a_bench_whose_clock_is_wrong(recorded: list[Rows], by: float) -> None:
    """Stamps of the bench that are early or late make no FAIL."""
    for rows in recorded:
        moved = [
            {**row, "t": max(0.0, row["t"] + by)} if row["source"] in BENCH else row for row in rows
        ]
        outcome, reason = judged(moved)
        assert outcome is not Outcome.FAIL, (rows[0]["spec"], reason)
