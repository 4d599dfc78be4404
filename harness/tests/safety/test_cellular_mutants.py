"""Traces of line, SIM and host that passed, corrupted: no PASS unseen, no false FAIL."""

import pytest

from harness.files import carried
from harness.model.verdict import Outcome
from harness.runner import Session
from harness.tests.safety.mutants import Rows, judged, rows_of, without, without_evidence

STORIES = (
    "data/exhausted_between_sales", "data/slow_and_far", "data/warned_before_the_end",
    "signal/short_gap", "signal/sim_pulled", "signal/modem_hangs",
    "network/names_not_answered", "network/certificate_not_accepted",
)  # fmt: skip
UNSEEN = (Outcome.INCONCLUSIVE, Outcome.ERROR)
WITNESSES = ("modem", "network", "sim_card", "attenuator")
#: What may be missing without harm to the terminal.
SAID = (
    "plan", "outage", "path", "counted", "dropped", "name_asked", "registration", "signal",
    "bearer", "silent", "answering", "sim", "handshake", "fault_took_effect", "step_done",
    "healing",
)  # fmt: skip


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[Rows]:
    """The first item of each story, which passes."""
    rig, out = carried("rigs", "virtual.yaml"), tmp_path_factory.mktemp("recorded")
    rows = []
    with Session(rig=rig, out=out) as session:
        for story in STORIES:
            path = carried("scenarios", *f"{story}.yaml".split("/"))
            played = session.play(session.items([path])[0])
            assert played.verdict.outcome is Outcome.PASS, (story, played.verdict.reason)
            rows.append(rows_of(played.folder))
    return rows


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
    "nothing of the bench": without(lambda row: row["source"] in (*WITNESSES, "host")),
    "no end": lambda rows: rows[: [row["kind"] for row in rows].index("run_ended")],
    "never injected": without(lambda row: row["kind"] == "fault_injected"),
    "nothing of the terminal": without(lambda row: row["source"] == "terminal"),
}


@pytest.mark.parametrize("name", sorted(set(BLIND) - {"nothing of the terminal"}))
def test_no_pass_without_the_faults_effect(recorded: list[Rows], name: str) -> None:
    """The unseen is INCONCLUSIVE: neither a PASS nor held against the terminal."""
    for rows in recorded:
        outcome, reason = judged(BLIND[name](rows))
        assert outcome in UNSEEN, (rows[0]["spec"]["id"], reason)


def test_a_silent_terminal_passes_nothing(recorded: list[Rows]) -> None:
    """It may fail for its silence; it never passes by it."""
    for rows in recorded:
        assert judged(BLIND["nothing of the terminal"](rows))[0] is not Outcome.PASS


def test_a_trace_that_is_cut_off(recorded: list[Rows]) -> None:
    """At any place before the end."""
    for rows in recorded:
        end = next(at for at, row in enumerate(rows) if row["kind"] == "run_ended")
        for cut in range(0, end, 97):
            assert judged(rows[:cut])[0] in UNSEEN


@pytest.mark.parametrize("kind", SAID)
def test_what_the_bench_did_not_say_is_not_held_against_the_terminal(
    recorded: list[Rows], kind: str
) -> None:
    """No FAIL comes from lines of the bench that are missing."""
    for rows in recorded:
        if kind == "answering" and rows[0]["spec"]["id"] == "S-7":
            continue  # there it is the terminal's own doing, and demanded
        left = [row for row in rows if row["kind"] != kind or row["source"] == "terminal"]
        outcome, reason = judged(left)
        assert outcome is not Outcome.FAIL, (rows[0]["spec"]["id"], reason)


@pytest.mark.parametrize("by", [-5.0, 1.0, 5.0])
def test_a_bench_whose_clock_is_wrong(recorded: list[Rows], by: float) -> None:
    """Stamps of the bench that are early or late make no FAIL."""
    for rows in recorded:
        moved = [
            {**row, "t": max(0.0, row["t"] + by)} if row["source"] in WITNESSES else row
            for row in rows
        ]
        outcome, reason = judged(moved)
        assert outcome is not Outcome.FAIL, (rows[0]["spec"]["id"], reason)
